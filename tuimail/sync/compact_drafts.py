"""Pending changes of drafts become one look per draft at what belongs on the server. Pure.

There is no queue of revisions: the newest intent says when, and the draft as it is then says what.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from tuimail.model.intent import DraftIntent, WithdrawDraft


@dataclass(frozen=True, slots=True)
class DraftWork:
    """What the server has to be told about one draft.

    Attributes:
        ids: All its pending intents, which this settles.
        subject: What it was called, if it is gone.
        not_before: UTC.
        attempts: The highest number of tries any of the intents had.
    """

    draft_id: int
    ids: tuple[int, ...]
    subject: str
    not_before: datetime
    attempts: int


def compact_drafts(intents: Iterable[DraftIntent]) -> list[DraftWork]:
    """Merge the intents of each draft, in the order in which drafts were first touched.

    The newest decides when: a draft that is still being written waits until the typing rests.

    Args:
        intents: Pending intents, by id.
    """
    of_draft: dict[int, list[DraftIntent]] = {}
    for intent in intents:
        of_draft.setdefault(intent.draft_id, []).append(intent)
    return [
        DraftWork(
            draft_id,
            tuple(intent.id for intent in its),
            its[-1].action.subject if isinstance(its[-1].action, WithdrawDraft) else "",
            its[-1].not_before,
            max(intent.attempts for intent in its),
        )
        for draft_id, its in of_draft.items()
    ]
