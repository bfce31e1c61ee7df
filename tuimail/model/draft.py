"""A message being written."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Final

from tuimail.model.account import AccountId
from tuimail.model.folder import UID, FolderId
from tuimail.model.message import MessageKey
from tuimail.records import record
from tuimail.text.address import Address, make_address, parse_addresses

if TYPE_CHECKING:
    from tuimail.model.trust import Protection

FORWARDED: Final = "---------- Forwarded message ----------"
"""The line above the text of a message that is passed on."""


class Writing(StrEnum):
    """What kind of message is being written. Stored."""

    NEW = "new"
    REPLY = "reply"
    REPLY_ALL = "reply all"
    LIST = "list"
    """An answer to the mailing list alone."""
    FORWARD = "forward"
    FORWARD_AS_ATTACHMENT = "forward as attachment"
    EDIT = "edit"
    """An older message, written as a new one."""
    BOUNCE = "bounce"
    """Another's message, passed on as it is (RFC 5322, 3.6.6); it is the only file."""

    @property
    def answers(self) -> bool:
        """Whether it goes back to those a message came from."""
        return self in (Writing.REPLY, Writing.REPLY_ALL, Writing.LIST)


class TextFormat(StrEnum):
    """What the text is read as when the message is built. Stored."""

    TEXT = "text"
    MARKDOWN = "markdown"


class DraftProtection(StrEnum):
    """How a message is protected when it is sent. Stored."""

    NONE = "none"
    PGP_SIGN = "pgp-sign"
    PGP_ENCRYPT = "pgp-encrypt"
    """Signed as well."""
    SMIME_SIGN = "smime-sign"
    SMIME_ENCRYPT = "smime-encrypt"
    """Signed as well."""

    @classmethod
    def encrypting(cls, means: Protection) -> DraftProtection:
        """Return what encrypts by some means."""
        return {"PGP": cls.PGP_ENCRYPT, "S/MIME": cls.SMIME_ENCRYPT}[means]

    @property
    def encrypts(self) -> bool:
        """Whether only those who have a key can read it."""
        return self in (DraftProtection.PGP_ENCRYPT, DraftProtection.SMIME_ENCRYPT)

    @property
    def is_smime(self) -> bool:
        """Whether it is done with certificates."""
        return self in (DraftProtection.SMIME_SIGN, DraftProtection.SMIME_ENCRYPT)

    @property
    def stays_readable(self) -> bool:
        """Whether a signature stands over a text that servers on the way may touch.

        What S/MIME encrypts is such a text again once it was opened (RFC 8551, 3.1.3).
        """
        return self.is_smime or self is DraftProtection.PGP_SIGN


@record
class DraftFile:
    """A file of a draft. Its octets are in the store: what happens to the original is no matter.

    Attributes:
        id: Of its octets.
        content_type: `image/png`, lower case.
        size: Octets.
        digest: SHA-256 of them, hexadecimal.
    """

    id: int
    name: str
    content_type: str
    size: int
    digest: str


@record
class Draft:
    """What the composer holds, exactly as typed. Nothing is parsed before sending.

    Attributes:
        id: None until it was stored once.
        sender: From as one address with or without a name, "" for the account's own.
        in_reply_to_key: The message that is answered, in this store.
        in_reply_to: Its Message-ID, with angle brackets, or None.
        references: Message-IDs of the conversation, oldest first.
        forward_of: The message that is forwarded, in this store.
        asks_receipt: Its readers are asked to say that they have read it (RFC 8098).
        asks_report: The servers are asked to report its delivery (RFC 3461).
        protection: What is done with it when it is sent; a bounce stays as it is.
        of_encrypted: It answers, passes on or goes on with a mail that was encrypted.
        updated_at: None until it was stored.
        continues: The server's draft that it takes the place of once it is stored. Not stored.
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
    sender: str = ""
    files: tuple[DraftFile, ...] = ()
    writing: Writing = Writing.NEW
    forward_of: MessageKey | None = None
    format: TextFormat = TextFormat.TEXT
    asks_receipt: bool = False
    asks_report: bool = False
    protection: DraftProtection = DraftProtection.NONE
    of_encrypted: bool = False
    continues: MessageKey | None = None

    @property
    def is_blank(self) -> bool:
        """Whether nothing was written that could be lost."""
        texts = (self.to, self.cc, self.bcc, self.subject, self.body.strip())
        return not (any(texts) or self.files)

    def sender_or(self, address: str) -> Address:
        """Return From: as it was chosen, else the account's address."""
        chosen = parse_addresses(self.sender)
        return chosen[0] if chosen else make_address("", address)

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
        from hashlib import sha256  # noqa: PLC0415 - not for the first frame

        # Only where it says something: a plain draft keeps the name its copy already has.
        if self._beside_text != _NOTHING_BESIDE:
            written = (*written, repr(self._beside_text))
        if self.protection is not DraftProtection.NONE:
            written = (*written, str(self.protection))
        return sha256(repr(written).encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def _beside_text(self) -> tuple[object, ...]:
        return (
            self.sender,
            tuple((one.name, one.content_type, one.digest) for one in self.files),
            str(self.format),
            self.writing is Writing.BOUNCE,
            self.asks_receipt,
            self.asks_report,
        )


_NOTHING_BESIDE: Final = ("", (), "text", False, False, False)


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
