"""A message being written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from tuimail.model.account import AccountId
from tuimail.model.message import MessageKey


@dataclass(frozen=True, slots=True)
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
