"""Folders. IMAP says mailbox; in Exchange a mailbox is the account, so tuimail says folder."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import NewType

from tuimail.model.account import AccountId
from tuimail.records import record

FolderId = NewType("FolderId", int)
UID = NewType("UID", int)
ModSeq = NewType("ModSeq", int)


class FolderRole(StrEnum):
    """What a folder is for (RFC 6154 special use, and INBOX)."""

    INBOX = "inbox"
    DRAFTS = "drafts"
    SENT = "sent"
    ARCHIVE = "archive"
    JUNK = "junk"
    TRASH = "trash"


@record
class FolderState:
    """What is known of the server's side of a folder.

    Attributes:
        uidvalidity: None before the first SELECT.
        uidnext: As of the last reconciliation.
        highestmodseq: None without CONDSTORE.
        exists: Messages on the server as of the last SELECT.
        synced_low: UIDs from here upward are complete; older ones are still to be fetched. 1 when
            everything is here, None when nothing was fetched yet.
        checked_at: When the last reconciliation ended, UTC.
        error: Why the last reconciliation failed, in words, else None.
        beyond: Messages on the server below `synced_low`, which are not here yet.
        beyond_unread: Of those, how many are not seen.
    """

    uidvalidity: int | None = None
    uidnext: UID | None = None
    highestmodseq: ModSeq | None = None
    exists: int | None = None
    synced_low: UID | None = None
    checked_at: datetime | None = None
    error: str | None = None
    beyond: int = 0
    beyond_unread: int = 0


@record
class Round:
    """How far the comparison of a folder's messages with the server has come.

    Attributes:
        finished_at: When every message that is here was last compared, UTC; None for never.
        below: Of the round under way, the highest UID that is still to be compared; None between
            two rounds.
        looked_at: When the newest messages were last compared, UTC.
        extra: How many more messages the server counts than it shows when asked for them.
        extra_unseen: Likewise for those that are not seen.
    """

    finished_at: datetime | None = None
    below: UID | None = None
    looked_at: datetime | None = None
    extra: int = 0
    extra_unseen: int = 0


@record
class Here:
    """What is in the store of the server's side of a folder.

    Attributes:
        extent: Lowest and highest UID, None when there is none.
        count: Messages.
        unseen: Of those, how many the server has as not seen.
    """

    extent: tuple[UID, UID] | None
    count: int
    unseen: int


@record
class Folder:
    """One folder of one account.

    Attributes:
        path: The full name, decoded from modified UTF-7; INBOX in capitals.
        name: The last component, clean; "Inbox" for INBOX.
        total: Messages in it, pending intents applied, those on the server alone included.
        unread: Of those, how many are not seen.
        here: Of `total`, how many are in the store and can be listed.
        renamed_to: Its new full name, while the server has not confirmed it.
        is_on_server: False while it is still to be made, and when it is gone.
        pending: Some change of the folder itself is not confirmed by the server.
    """

    id: FolderId
    account_id: AccountId
    path: str
    name: str
    delimiter: str | None
    role: FolderRole | None
    selectable: bool
    subscribed: bool
    total: int
    unread: int
    state: FolderState
    here: int = 0
    renamed_to: str | None = None
    is_on_server: bool = True
    pending: bool = False

    @property
    def tree_path(self) -> str:
        """The full name the user sees; `path` is what the server is told."""
        return self.renamed_to or self.path


@record
class ListedFolder:
    """One line of LIST, joined with what LSUB said.

    Attributes:
        path: Decoded from modified UTF-7; INBOX in capitals.
        has_mail: False for Calendar, Contacts and the like, which are not shown.
    """

    path: str
    delimiter: str | None
    role: FolderRole | None
    selectable: bool
    subscribed: bool
    has_mail: bool = True


@record
class SelectedFolder:
    """What SELECT or EXAMINE answered (RFC 9051, 6.3.2)."""

    path: str
    uidvalidity: int
    uidnext: UID | None
    exists: int
    highestmodseq: ModSeq | None = None
    read_only: bool = False


@record
class FolderStatus:
    """What STATUS answered (RFC 9051, 6.3.11)."""

    path: str
    messages: int | None
    uidnext: UID | None
    uidvalidity: int | None
    unseen: int | None
