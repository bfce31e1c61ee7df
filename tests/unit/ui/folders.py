"""Folders as values, for tests of what is laid out of them."""

from __future__ import annotations

from tuimail.model.account import AccountId
from tuimail.model.folder import Folder, FolderId, FolderRole, FolderState

WORK, HOME = AccountId(1), AccountId(2)


def make(
    number: int,
    path: str,
    role: FolderRole | None = None,
    *,
    account: AccountId = WORK,
    unread: int = 0,
    subscribed: bool = True,
) -> Folder:
    return Folder(
        id=FolderId(number),
        account_id=account,
        path=path,
        name=path.rpartition("/")[2] if path != "INBOX" else "Inbox",
        delimiter="/",
        role=role,
        selectable=True,
        subscribed=subscribed,
        total=unread,
        unread=unread,
        state=FolderState(),
        here=unread,
    )


INBOX = make(1, "INBOX", FolderRole.INBOX, unread=2)
TRASH = make(2, "Deleted Items", FolderRole.TRASH)
PROJECTS = make(3, "Projects")
BIFROST = make(4, "Projects/Bifrost", unread=5)
DEEP = make(5, "Projects/Bifrost/Deep", unread=1)
VENDORS = make(6, "Vendors", unread=9)
FOLDERS = (INBOX, TRASH, PROJECTS, BIFROST, DEEP, VENDORS)
