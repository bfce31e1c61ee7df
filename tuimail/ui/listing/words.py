"""What the first row says about a list, and why a limited list or a view is empty."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, NamedTuple

from tuimail.model.account import Account, AccountId
from tuimail.model.folder import Folder, FolderRole
from tuimail.model.listing import AllInboxes, Everywhere, Flagged, InFolder, Listing, Sort
from tuimail.ui.bindings import Keys
from tuimail.ui.drawing.formatting import number
from tuimail.ui.listing.mailbox_words import EmptyWords, counts_words

if TYPE_CHECKING:
    from tuimail.store.reader import Reader

SORT_WORDS: Final = {
    Sort.DATE: "date",
    Sort.SENDER: "sender",
    Sort.SUBJECT: "subject",
    Sort.SIZE: "size",
    Sort.UNREAD: "unread",
    Sort.FLAGGED: "flagged",
}


class Found(NamedTuple):
    """How many rows a list has whose counting takes time.

    Attributes:
        complete: It is all of them.
    """

    rows: int
    complete: bool


class ListWords(NamedTuple):
    """The left and the middle of the first row.

    Attributes:
        context: What the place belongs to, how it is sorted, and what it is limited to.
        counts: How many messages.
    """

    place: str
    context: str
    counts: str


def list_words(
    listing: Listing | None,
    folder: Folder | None,
    *,
    found: Found | None,
    marked: int,
    reader: Reader,
    accounts: Mapping[AccountId, Account],
) -> ListWords:
    """Say what is listed.

    Args:
        folder: The one that is listed; None for a view.
        found: How many a limit leaves, None without one.
        marked: How many are marked, which takes the place of other counts.
    """
    if listing is None:
        return ListWords("tuimail", "", "")
    place, about, counts = _place_words(listing, folder, reader, accounts)
    context = "  ".join(part for part in (about, order_words(listing), _limit(listing)) if part)
    if found is not None and not marked:
        counts = f"{number(found.rows)}{'' if found.complete else ' or more'} found"
    return ListWords(place, context, f"{number(marked)} marked" if marked else counts)


def _place_words(
    listing: Listing,
    folder: Folder | None,
    reader: Reader,
    accounts: Mapping[AccountId, Account],
) -> tuple[str, str, str]:
    place = listing.place
    if isinstance(place, InFolder):
        if folder is None:
            return "tuimail", "", ""
        account = accounts.get(folder.account_id)
        return folder.name, account.name if account else "", counts_words(folder, 0)
    if isinstance(place, AllInboxes):
        inboxes = [reader.folder_with_role(id_, FolderRole.INBOX) for id_ in accounts]
        here = [inbox for inbox in inboxes if inbox is not None]
        about = f"{len(here)} mailbox{'' if len(here) == 1 else 'es'}"
        unread, total = sum(one.unread for one in here), sum(one.total for one in here)
        return "All inboxes", about, f"{number(unread)} unread of {number(total)}"
    if isinstance(place, Flagged):
        return "Flagged", "", ""
    return "Search", scope_words(place, accounts), ""


def scope_words(place: Everywhere, accounts: Mapping[AccountId, Account]) -> str:
    """Say where is searched: `work, all folders`."""
    names = [accounts[id_].name for id_ in place.accounts if id_ in accounts]
    whose = names[0] if len(names) == 1 else "all mailboxes"
    return f"{whose}, all folders"


def order_words(listing: Listing) -> str:
    """Say how a list is sorted, where it is not the newest first."""
    if listing.sort is Sort.DATE:
        return "oldest first" if listing.reverse else ""
    reverse = ", reversed" if listing.reverse else ""
    return f"by {SORT_WORDS[listing.sort]}{reverse}"


def _limit(listing: Listing) -> str:
    if not listing.limit or isinstance(listing.place, Everywhere):
        return ""
    return f"only {listing.limit.source}"


def limited_empty_words(
    listing: Listing, folder: Folder | None, found: Found | None, keys: Keys
) -> EmptyWords | None:
    """Say why a limited list, a view or a search shows nothing; None for any other list."""
    place = listing.place
    if isinstance(place, Everywhere):
        return _search_words(listing, found)
    if listing.limit:
        if found is not None and not found.complete:
            return "Looking …", "", []
        name = folder.name if folder is not None else "this list"
        hidden = f"{number(folder.total)} are hidden by the limit. " if folder else ""
        return (
            f"Nothing in {name} matches “{listing.limit.source}”.",
            hidden.rstrip(),
            [
                (keys.shown("mailbox.unmark"), "show all", ""),
                (keys.shown("list.limit"), "change", ""),
            ],
        )
    if isinstance(place, Flagged):
        flag, back = keys.shown("mailbox.flag"), keys.shown("mailbox.back")
        return (
            "Nothing is flagged.",
            f"{flag} flags the message at the cursor.",
            [(back, "back", "")],
        )
    if isinstance(place, AllInboxes):
        write = (keys.shown("mailbox.write"), "write a mail", "")
        elsewhere = (keys.shown("mailbox.folders"), "go to another folder", "")
        return "All inboxes are empty.", "New mail appears here by itself.", [write, elsewhere]
    return None


def _search_words(listing: Listing, found: Found | None) -> EmptyWords:
    words = [
        ("from: to: subject:", "who and what", ""),
        ("is:unread has:attachment", "how it is", ""),
        ("after:2026-03 in:archive", "when and where", ""),
    ]
    if not listing.limit:
        return "Search all folders.", "Sender, recipients and subject are looked at.", words
    if found is not None and not found.complete:
        return "Looking …", "", []
    return f"Nothing found for “{listing.limit.source}”.", "These narrow a search:", words
