"""What a list of several folders or mailboxes says about where each message is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final

from tuimail.model.account import Account, AccountId
from tuimail.model.folder import Folder, FolderId, FolderRole
from tuimail.model.listing import AllInboxes, InFolder, Place
from tuimail.model.message import MessageSummary
from tuimail.text.safe import clean

if TYPE_CHECKING:
    from tuimail.store.reader import Reader

ME: Final = "me"
_OWN: Final = (FolderRole.SENT, FolderRole.DRAFTS)
_FIRST_NAMES_FROM: Final = 2
"""How many people take part before they are called by their first names."""


class PlaceNames:
    """Names of folders and mailboxes, read once, when the first is asked for.

    Args:
        place: What is listed.
        reader: Of the calling thread.
        accounts: By id.
    """

    def __init__(self, place: Place, reader: Reader, accounts: Mapping[AccountId, Account]) -> None:
        self._place = place
        self._accounts = accounts
        self._reader = reader

    @property
    def are_shown(self) -> bool:
        """Whether the messages may be in several places."""
        return not isinstance(self._place, InFolder)

    @cached_property
    def _folders(self) -> dict[FolderId, Folder]:
        folders = (one for account in self._accounts for one in self._reader.folders(account))
        return {folder.id: folder for folder in folders}

    def of(self, message: MessageSummary) -> str:
        """Return the name of the mailbox, or of the folder; empty where all are in one."""
        if not self.are_shown:
            return ""
        if isinstance(self._place, AllInboxes):
            account = self._accounts.get(message.account_id)
            return clean(account.name) if account is not None else ""
        folder = self._folders.get(message.folder_id)
        if folder is None:
            return ""
        # The column is narrow, and `Sent` says as much as `Sent Items`.
        return folder.name.split(" ")[0] if folder.role is not None else folder.name

    def is_in_place(self, message: MessageSummary) -> bool:
        """Whether the list is about the folder of a message, or only its conversation is."""
        if isinstance(self._place, InFolder):
            return message.folder_id == self._place.folder
        if isinstance(self._place, AllInboxes):
            folder = self._folders.get(message.folder_id)
            return folder is not None and folder.role is FolderRole.INBOX
        return True

    def is_own(self, message: MessageSummary) -> bool:
        """Whether the user wrote it, by the folder it is in."""
        folder = self._folders.get(message.folder_id)
        return folder is not None and folder.role in _OWN


def short_names(names: Iterable[str]) -> str:
    """Return who takes part: `Ben, Carla, me`; one alone by the full name."""
    people = list(names)
    if len(people) < _FIRST_NAMES_FROM:
        return "".join(people)
    return ", ".join(map(_first_name, people))


def _first_name(name: str) -> str:
    """Return `Ben` for `Ben Okafor` and for `Okafor, Ben`."""
    last, comma, first = name.partition(",")
    words = (first if comma and first.strip() else last).split()
    return words[0] if words else name
