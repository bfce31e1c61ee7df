"""Which way to walk for a listing, and what to look at on the way.

The way is chosen so that little is passed over: along the index of what is looked for where there
is one, along the list itself where the folder is small or nothing else helps.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from tuimail.model.account import AccountId
from tuimail.model.folder import FolderId
from tuimail.model.listing import AllInboxes, Flagged, InFolder, Listing, Sort
from tuimail.model.search import Filed, Is, Search, State
from tuimail.records import record
from tuimail.store import limits, streams
from tuimail.store.connection import Connection
from tuimail.store.limits import Condition
from tuimail.store.streams import Order, Stream

_FEW: Final = 2000
"""What the index of words finds up to so often is put in order when it is asked for."""

_SMALL: Final = 5000
"""Up to so many messages a list is walked itself rather than the index of words."""

_MOST_SOURCES: Final = 100
UNWANTED: Final = ("trash", "junk")
"""What is in folders for these is not in views."""
_WANTED: Final = f"(folder.role IS NULL OR folder.role NOT IN {UNWANTED})"


@record
class View:
    """How a listing is read.

    Attributes:
        listing: What is really shown (`Listing.effective`).
        folders: Of the place; None when it is not made of folders.
        residue: What is still to be looked at; of a conversation, one message has to fulfil it.
        place: What a message in the place fulfils, whichever way is walked.
        is_short: Whether the stream is so short that it is walked as a whole.
    """

    listing: Listing
    folders: tuple[FolderId, ...] | None
    stream: Stream
    residue: Condition
    place: Condition
    is_short: bool = False

    @property
    def is_exact(self) -> bool:
        """Whether all that is walked past is shown."""
        return not self.residue.sql


def view(connection: Connection, listing: Listing) -> View:
    """Choose how to read a listing."""
    listing = listing.effective
    wanted = limits.condition(connection, listing.limit)
    if isinstance(listing.place, InFolder | AllInboxes):
        folders = _folders(connection, listing.place)
        place = _in_folders(folders)
        few = _few(connection, listing, folders)
        if few is not None:
            return View(listing, folders, few, wanted, place, is_short=True)
        stream, is_of_place = _in_order(connection, listing, folders)
        residue = wanted if is_of_place else place & wanted
        return View(listing, folders, stream, residue, place)
    place = _of_accounts(connection, listing.place.accounts)
    if isinstance(listing.place, Flagged):
        place &= Condition(f"message.unflagged = 0 AND {_WANTED}")
    stream = _everywhere(connection, listing)
    return View(listing, None, stream, place & wanted, place)


def _folders(connection: Connection, place: InFolder | AllInboxes) -> tuple[FolderId, ...]:
    if isinstance(place, InFolder):
        return (place.folder,)
    rows = connection.rows("SELECT id, account_id FROM folder WHERE role = 'inbox' ORDER BY id")
    return tuple(id for id, account in rows if not place.accounts or account in place.accounts)[
        :_MOST_SOURCES
    ]


def _in_folders(folders: tuple[FolderId, ...]) -> Condition:
    marks = ", ".join("?" * len(folders))
    return Condition(f"message.shown_folder_id IN ({marks})", folders)


def _of_accounts(connection: Connection, accounts: frozenset[AccountId]) -> Condition:
    if not accounts:
        return Condition()
    stored = {id for (id,) in connection.rows("SELECT id FROM account WHERE id > 0")}
    if stored <= accounts:
        return Condition()  # then nothing that is walked past is left out
    marks = ", ".join("?" * len(accounts))
    return Condition(f"message.account_id IN ({marks})", tuple(sorted(accounts)))


def _in_order(
    connection: Connection, listing: Listing, folders: tuple[FolderId, ...]
) -> tuple[Stream, bool]:
    """Return the stream, and whether it is of these folders alone."""
    if listing.conversations:
        return _sources(streams.CONVERSATIONS, "folder_id", folders), True
    if listing.sort is not Sort.DATE:
        return _sources(streams.BY[listing.sort], "shown_folder_id", folders), True
    question = limits.question(listing.limit)
    if question is not None and _total(connection, folders) > _SMALL:
        return _found(question), False
    state = _indexed_state(listing.limit)
    if state:
        return _sources(streams.BY_DATE_WITHIN, "shown_folder_id", folders, state), True
    return _sources(streams.BY_DATE, "shown_folder_id", folders), True


def _few(connection: Connection, listing: Listing, folders: tuple[FolderId, ...]) -> Stream | None:
    """Return what the index of words finds, in an order that is not its own; None if it is much.

    Walking such an order for what is rare jumps about in the whole database.
    """
    question = limits.question(listing.limit)
    if question is None or listing.sort is Sort.DATE or _total(connection, folders) <= _SMALL:
        return None
    found = connection.value(
        "SELECT count(*) FROM (SELECT rowid FROM search WHERE search MATCH ? LIMIT ?)",
        (question, _FEW + 1),
    )
    if found > _FEW:
        return None
    also = " AND id IN (SELECT rowid & ? FROM search WHERE search MATCH ?)"
    sources = tuple(
        (f"+shown_folder_id = ?{also}", (folder, streams.KEY_MASK, question)) for folder in folders
    )
    return Stream(streams.BY[listing.sort], sources or (("0", ()),))


def _everywhere(connection: Connection, listing: Listing) -> Stream:
    if isinstance(listing.place, Flagged) or _is(listing.limit, State.FLAGGED):
        flagged = "unflagged = 0 AND shown_folder_id IS NOT NULL"
        return Stream(streams.BY_DATE_WITHIN, ((flagged, ()),))
    question = limits.question(listing.limit)
    if question is not None:
        return _found(question)
    for term in listing.limit.terms:
        if isinstance(term, Filed) and not term.negated:
            folders = limits.filed(connection, term.names)
            if 0 < len(folders) <= _MOST_SOURCES:
                return _sources(streams.BY_DATE, "shown_folder_id", folders)
    return Stream(streams.TEXTS, (("1", ()),))


def _found(question: str) -> Stream:
    return Stream(streams.FOUND, (("search MATCH ?", (question,)),))


def _sources(order: Order, column: str, folders: Iterable[int], also: str = "") -> Stream:
    sources = tuple((f"{column} = ?{also}", (folder,)) for folder in folders)
    return Stream(order, sources or (("0", ()),))


def _indexed_state(search: Search) -> str:
    """Return the condition that an index of flags begins with, or nothing."""
    if _is(search, State.FLAGGED):
        return " AND unflagged = 0"
    for term in search.terms:
        if isinstance(term, Is) and term.state is State.UNREAD:
            return f" AND seen = {int(term.negated)}"
    return ""


def _is(search: Search, state: State) -> bool:
    return Is(state) in search.terms


def _total(connection: Connection, folders: tuple[FolderId, ...]) -> int:
    marks = ", ".join("?" * len(folders))
    found: int = connection.value(
        f"SELECT coalesce(sum(total), 0) FROM folder WHERE id IN ({marks})",  # noqa: S608
        folders,
    )
    return found
