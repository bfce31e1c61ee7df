"""What a commit means for the rows of a list that are at hand."""

from __future__ import annotations

from dataclasses import replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from tuimail.model.changes import ChangeSet
from tuimail.model.listing import Flagged, InFolder
from tuimail.model.message import MessageKey
from tuimail.model.search import NO_LIMIT
from tuimail.ui.listing.order import ListRows

if TYPE_CHECKING:
    from tuimail.store.reader import Reader

# Above this many changed rows one query for the window is cheaper than one for each row.
_FEW = 20


class Taken(Enum):
    """What is to be done on the screen."""

    NOTHING = auto()
    PAINT = auto()
    RELOAD = auto()


def take_in(rows: ListRows, reader: Reader, changes: ChangeSet) -> Taken:
    """Put changed messages into the rows at hand, or say that the rows must be read again.

    What a limit does not find any more stays until then: a message that was unread a moment ago
    is not taken away under the eyes of its reader.
    """
    listing = rows.listing
    if changes.lists and _is_about(rows, changes):
        return Taken.RELOAD
    at_hand = rows.window.keys
    reaches_out = listing.conversations or isinstance(listing.place, Flagged)
    touched = changes.messages if reaches_out else changes.messages & at_hand
    if not touched:
        return Taken.NOTHING
    if len(touched) > _FEW:
        return Taken.RELOAD
    rows.forget_children()
    taken = Taken.NOTHING
    for key in touched:
        done = _put(rows, reader, key, is_shown=key in at_hand)
        if done is Taken.RELOAD:
            return done
        taken = done if done is Taken.PAINT else taken
    return taken


def _is_about(rows: ListRows, changes: ChangeSet) -> bool:
    """Whether the list may have other rows: conversations reach into every folder."""
    listing = rows.listing
    if isinstance(listing.place, InFolder) and not listing.conversations:
        return listing.place.folder in changes.lists
    return True


def _put(rows: ListRows, reader: Reader, key: MessageKey, *, is_shown: bool) -> Taken:
    row = reader.listing(rows.listing).row(key)
    if row is None:
        return _put_what_is_left(rows, reader, key) if is_shown else Taken.NOTHING
    if rows.window.replace(row):
        return Taken.PAINT
    is_new = isinstance(rows.listing.place, Flagged)
    return Taken.NOTHING if rows.window.index_of(row) is None and not is_new else Taken.RELOAD


def _put_what_is_left(rows: ListRows, reader: Reader, key: MessageKey) -> Taken:
    """Show a message that the limit does not find any more, or that is not flagged any more."""
    if rows.listing.limit:
        whole = reader.listing(replace(rows.listing, limit=NO_LIMIT)).row(key)
        if whole is not None:
            return Taken.PAINT if rows.window.replace(whole) else Taken.RELOAD
    message, old = reader.summary(key), rows.window.row_of(key)
    if message is None or old is None or message.folder_id != old.message.folder_id:
        return Taken.RELOAD
    return Taken.PAINT if rows.window.replace(replace(old, message=message)) else Taken.RELOAD
