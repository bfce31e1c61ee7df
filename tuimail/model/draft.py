"""A message being written."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from tuimail.model.account import AccountId
from tuimail.model.folder import UID, FolderId
from tuimail.model.message import MessageKey
from tuimail.records import record


@record
class Draft:
    """What the composer holds, exactly as typed. Nothing is parsed before sending.

    Attributes:
        id: None until it was stored once.
        in_reply_to_key: The message that is answered, in this store.
        in_reply_to: Its Message-ID, with angle brackets, or None.
        references: Message-IDs of the conversation, oldest first.
        updated_at: None until it was stored.
    """

    account_id: AccountId
    to: str = ""
    cc: str = ""
    bcc: str = ""
    subject: str = ""
    body: str = ""
    in_reply_to_key: MessageKey | None = None
    in_reply_to: str | None = None
    references: tuple[str, ...] = ()
    id: int | None = None
    updated_at: datetime | None = None

    @property
    def is_blank(self) -> bool:
        """Whether nothing was written that could be lost."""
        return not (self.to or self.cc or self.bcc or self.subject or self.body.strip())

    @property
    def revision(self) -> str:
        """Names what is written: equal for equal text, whenever it was stored."""
        written = (
            self.to,
            self.cc,
            self.bcc,
            self.subject,
            self.body,
            self.in_reply_to or "",
            *self.references,
        )
        return sha256(repr(written).encode("utf-8", "surrogatepass")).hexdigest()


@record
class DraftCopy:
    """A revision of a draft that is in the server's Drafts, or may be.

    Attributes:
        revision: `Draft.revision` of what it was made from.
        message_id: With angle brackets; no other revision has it.
        uid: None while it is not known whether the APPEND was done.
        uidvalidity: Of the folder, when `uid` was told.
        is_hidden: It was replaced or withdrawn, and is to be taken out.
    """

    id: int
    draft_id: int
    folder_id: FolderId
    revision: str
    message_id: str
    uid: UID | None = None
    uidvalidity: int | None = None
    is_hidden: bool = False
