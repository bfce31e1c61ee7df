"""A message that is shown, with all that is known of it: what the keys in a text are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from tuimail.model.bodystructure import BodyPart, attachments
from tuimail.model.message import Message, MessageKey
from tuimail.model.trust import SenderHistory
from tuimail.text.address import Address
from tuimail.text.safe import SafeText

if TYPE_CHECKING:
    from tuimail.mime.reading import Reading
    from tuimail.store.reader import Reader
    from tuimail.ui.reading.texts import MessageTexts


@dataclass(frozen=True, slots=True)
class ShownMail:
    """One message as the store has it, and its text once that is read.

    Attributes:
        message: Head and structure.
        here: The sections that are downloaded.
        begun: Octets that are here of sections of which only the beginning is.
        remarks: What is known beside the text: what came back, who asks for what.
        reading: Its text; None until it is read.
        history: How well its sender is known; None until it was looked up.
    """

    message: Message
    here: frozenset[str]
    begun: Mapping[str, int]
    remarks: tuple[SafeText, ...]
    reading: Reading | None = None
    history: SenderHistory | None = None

    @property
    def key(self) -> MessageKey:
        """Which message."""
        return self.message.summary.key

    @property
    def authors(self) -> Sequence[Address]:
        """Who wrote it, as it says."""
        return self.message.envelope.from_ or self.message.envelope.sender

    @property
    def files(self) -> Sequence[BodyPart]:
        """The parts that are listed as files."""
        if self.reading is not None:
            return self.reading.attachments
        structure = self.message.structure
        return attachments(structure) if structure is not None else ()

    @property
    def parts_here(self) -> frozenset[str]:
        """The sections that can be read at once; what was inside of a sealed message is here."""
        inner = self.reading.inner if self.reading is not None else None
        return self.here if inner is None else self.here | inner.sections.keys()

    @property
    def posed_as(self) -> str:
        """The address that the sender's name looks like, empty for none."""
        known = self.reading.trust if self.reading is not None else None
        return "" if known is None else known.posed_as

    def of_now(self, store: ShownMail) -> ShownMail:
        """Return what the store has now, with the text that was read of it before."""
        return replace(store, reading=self.reading, history=self.history)

    def lacks(self, store: ShownMail) -> bool:
        """Return whether the store has more of the text than what was read of it."""
        return (
            self.message.summary.body != store.message.summary.body
            or self.here != store.here
            or self.begun != store.begun
            or self.remarks != store.remarks
        )


def stored_mail(read: Reader, texts: MessageTexts, key: MessageKey) -> ShownMail | None:
    """Return what the store has of a message, without its text; None when it has gone.

    Raises:
        StoreError: It cannot be read.
    """
    message = read.message(key)
    if message is None:
        return None
    return ShownMail(message, read.sections(key), read.beginnings(key), texts.remarks(message))
