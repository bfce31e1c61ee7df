"""What is being written beside the list: composers that were put aside, and go on later."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuimail.model.draft import Draft
from tuimail.records import record

if TYPE_CHECKING:
    from textual.document._history import EditHistory


@record
class PutAside:
    """A message that is being written, and where.

    Attributes:
        draft: As it is stored.
        field: The id of the field with the focus.
        place: Row and column of the cursor in the text.
        history: What can be undone and done again in the text.
    """

    draft: Draft
    field: str = ""
    place: tuple[int, int] = (0, 0)
    history: EditHistory | None = None


class Desk:
    """What lies there, the one that waits longest first."""

    def __init__(self) -> None:
        self._waiting: list[PutAside] = []

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, one: PutAside) -> None:
        """Put a message beside the list."""
        self.take(one.draft.id)
        self._waiting.append(one)

    def take(self, draft_id: int | None) -> PutAside | None:
        """Take the one of a draft away and return it; None where it does not lie here."""
        found = next((one for one in self._waiting if one.draft.id == draft_id), None)
        if found is not None:
            self._waiting.remove(found)
        return found

    def next(self) -> PutAside | None:
        """Return the one that waits longest."""
        return self._waiting[0] if self._waiting else None
