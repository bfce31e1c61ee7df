"""What works in the reader while an invitation is shown that can be answered."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, spec

TITLE: Final = "Invitation"
OUTER: Final = ("conversation", "reader", "mailbox", "app")

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("invitation.accept", "y", "answer('ACCEPTED')", "accept", hint="accept"),
    spec(
        "invitation.tentative", "t", "answer('TENTATIVE')", "accept tentatively", hint="tentative"
    ),
    spec("invitation.decline", "n", "answer('DECLINED')", "decline", hint="decline"),
    spec(
        "invitation.note",
        "e",
        "answer_with_note",
        "answer with a note …",
        hint="answer with a note",
    ),
)

HINTS: Final[dict[str, tuple[str, ...]]] = {
    "invitation": (
        "app.help",
        "reader.back",
        "invitation.accept",
        "invitation.tentative",
        "invitation.decline",
        "invitation.note",
    ),
}
