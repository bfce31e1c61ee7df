"""Jumping in the list on the mailbox screen, to a name or a subject that is typed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tuimail.model.listing import Anchor, Listing, ListRow
from tuimail.model.search import Has, Part, Search
from tuimail.text.folding import fold
from tuimail.ui.shell import shell

if TYPE_CHECKING:
    from tuimail.ui.screens.mailbox_panes import MailboxPanes

_LOOKS: Final = 25
"""How often it is looked further for what is typed, a few milliseconds each."""


async def jump(screen: MailboxPanes) -> None:
    """Go to the next row whose sender or subject has what is typed."""
    rows = screen.message_list
    listing, row = rows.listing, rows.row
    if listing is None or row is None:
        return
    start = row.head

    def typed(text: str) -> str:
        word = fold(text)
        if not word:
            rows.go_to(start.key)
            return ""
        parts = frozenset({Part.SENDERS, Part.SUBJECT})
        terms = (*listing.limit.terms, Has((word,), parts))
        found = _following(screen, replace(listing, limit=Search(terms)), start.anchor)
        if found is None:
            return f"No sender and no subject here has “{text}”."
        rows.go_to(found.key)
        return ""

    def closed(text: str | None) -> None:
        if text is None:
            rows.go_to(start.key)

    from tuimail.ui.widgets.line_sheet import LineSheet  # noqa: PLC0415 - not for the first frame

    hints = (("Enter", "stay"), ("line.close", "back"))
    await screen.app.push_screen(
        LineSheet("go to: ", "", typed, hints, move=screen.move_list), closed
    )


def _following(screen: MailboxPanes, listing: Listing, anchor: Anchor) -> ListRow | None:
    """Return the first row behind a place, or else the first of all, if it is found soon."""
    reader = shell(screen).store.read.listing(listing)
    for window in (reader.after(anchor, 1), reader.first(1)):
        looked = 0
        while not window.rows and window.resume is not None and looked < _LOOKS:
            window = reader.after(window.resume, 1)  # noqa: PLW2901 - further on in the same
            looked += 1
        if window.rows:
            return window.rows[0]
    return None
