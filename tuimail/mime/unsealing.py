"""What is to be read of a message that is signed or encrypted, and what is to be said of it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tuimail.mime.parser import decode_part, parse, part_from_header
from tuimail.mime.sealed import (
    ARMOR,
    LARGEST,
    open_inline,
    open_sealed,
)
from tuimail.mime.sources import WHOLE, Source, mime_section, of_parsed
from tuimail.model.account import KeyFiles
from tuimail.model.bodystructure import BodyPart, BodyStructure, leaves, text_parts
from tuimail.model.message import BodyState, Message
from tuimail.model.sealing import is_encrypted, is_sealed
from tuimail.model.trust import Seal, SealState
from tuimail.records import record
from tuimail.text.safe import SafeText

if TYPE_CHECKING:
    from tuimail.mime.smime_keys import SmimeKeys

LARGE_CLOSED: Final = SafeText("The message is encrypted and large: it is opened once all is here.")
LARGE_SIGNED: Final = SafeText("The signature of a large message is checked once all is here.")
_NOT_WHOLE: Final = SafeText(
    "Only a part of the text is signed or was encrypted: look at the source."
)
LOCKED: Final = SafeText("The message is encrypted. :decrypt asks for the passphrase of your key.")
CLOSED: Final = SafeText("The message is encrypted and stays closed.")
_OPENED: Final = (
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
)


@record
class Locked:
    """What has to be unlocked for a message to be read.

    Attributes:
        program: Whose key it is: gpg, gpgsm or openssl.
        data: What is encrypted.
        files: The key's, for openssl.
    """

    program: str
    data: bytes
    files: KeyFiles | None = None


@record
class Inner:
    """What was inside of a signed or encrypted message, in memory alone.

    Attributes:
        structure: Its parts, whose sections are not those of the message.
        sections: Their octets, by section.
    """

    structure: BodyStructure
    sections: dict[str, bytes]

    @classmethod
    def of(cls, source: Source) -> Inner:
        """Take what a message was opened to."""
        return cls(source.structure, source.sections)

    def of_message(self, message: Message) -> Message:
        """Return the message as if it had come like this."""
        return replace(message, structure=self.structure)


@record
class Unsealed:
    """A message after it was opened.

    Attributes:
        source: What is read.
        seals: From the outside in.
        is_decrypted: What is read was encrypted: nothing of it may be kept.
        notices: What the reader should know, one sentence each.
        inside: What was opened, where its parts are other ones than those of the message.
        is_large: It is opened on the user's word, for it has to be fetched whole.
    """

    source: Source
    seals: tuple[Seal, ...] = ()
    is_decrypted: bool = False
    notices: tuple[SafeText, ...] = ()
    inside: Inner | None = None
    is_large: bool = False


def unseal(
    message: Message, source: Source, sections: dict[str, bytes], keys: SmimeKeys | None
) -> Unsealed:
    """Open a message as far as that can be done without asking.

    Args:
        message: From the store.
        source: What is here of it.
        sections: As they are stored.
        keys: The certificates for S/MIME.
    """
    authors = message.envelope.from_
    sender = authors[0].address if authors else SafeText("")
    whole = sections.get(WHOLE)
    if not is_sealed(source.structure):
        return _inline(source, sender)
    is_small = message.summary.size <= LARGEST
    if whole is None or (is_small and message.summary.body is BodyState.PARTIAL):
        return _unopened(message, source)
    opened = open_sealed(parse(whole), sender, keys)
    if opened.parsed is None:
        is_locked = any(seal.state is SealState.LOCKED for seal in opened.seals)
        return Unsealed(source, opened.seals, notices=(LOCKED if is_locked else CLOSED,))
    inside = of_parsed(opened.parsed, is_whole=True)
    return Unsealed(inside, opened.seals, opened.is_decrypted, inside=Inner.of(inside))


def _unopened(message: Message, source: Source) -> Unsealed:
    """Say of a message that it is not here whole."""
    if message.summary.size <= LARGEST:
        return Unsealed(source)
    is_closed = is_encrypted(source.structure)
    return Unsealed(source, notices=(LARGE_CLOSED if is_closed else LARGE_SIGNED,), is_large=True)


def _inline(source: Source, sender: str) -> Unsealed:
    """Open the one text of a message where it holds a PGP block."""
    texts = text_parts(source.structure)
    body = source.sections.get(texts[0].section) if len(texts) == 1 else None
    if body is None or b"-----BEGIN PGP" not in body:
        return Unsealed(source)
    name = mime_section(source.structure, texts[0])
    content = decode_part(body, part_from_header(texts[0], body, source.sections.get(name)))
    found = open_inline(content, sender)
    if found is None:
        return Unsealed(source)
    text, seals, is_encrypted = found
    if any(seal.state is SealState.LOCKED for seal in seals):
        return Unsealed(source, seals, notices=(LOCKED,))
    sections = {**source.sections, texts[0].section: text, name: _OPENED}
    beside = ARMOR.sub(b"", content, count=1).strip()
    notices = (_NOT_WHOLE,) if beside else ()
    is_decrypted = is_encrypted and text != content
    return Unsealed(replace(source, sections=sections), seals, is_decrypted, notices)


def locked_in(whole: bytes, keys: SmimeKeys | None = None) -> Locked | None:
    """Return what has to be unlocked to open a message; None for one that nothing opens.

    Args:
        whole: The message.
        keys: The certificates for S/MIME.
    """
    parsed = parse(whole)
    structure = parsed.structure
    if isinstance(structure, BodyPart) and is_sealed(structure):
        from tuimail.mime.smime import locked_for  # noqa: PLC0415 - few mails are encrypted by it

        data = parsed.content(structure)
        files = None if keys is None else locked_for(data, keys)
        return Locked("gpgsm", data) if files is None else Locked("openssl", data, files)
    if is_sealed(structure):
        part = next((one for one in leaves(structure) if one.subtype == "octet-stream"), None)
        return None if part is None else Locked("gpg", parsed.content(part))
    texts = text_parts(structure)
    found = ARMOR.search(parsed.content(texts[0])) if texts else None
    return None if found is None else Locked("gpg", found[0])


def opened_whole(
    whole: bytes, sender: str, keys: SmimeKeys | None = None
) -> tuple[bytes, tuple[Seal, ...]]:
    """Return a message as if it had come neither signed nor encrypted, and what was found.

    It is the message itself where it was neither, or where it cannot be opened.

    Args:
        whole: The message.
        sender: The address in From.
        keys: The certificates for S/MIME.
    """
    parsed = parse(whole)
    if not is_sealed(parsed.structure):
        return whole, ()
    opened = open_sealed(parsed, sender, keys)
    if opened.parsed is None or opened.parsed is parsed:
        return whole, opened.seals
    head = re.split(rb"\r?\n\r?\n", whole, maxsplit=1)[0]
    fields = re.split(rb"\r?\n(?![ \t])", head)
    kept = [one for one in fields if not one.lower().startswith(b"content-")]
    return b"\r\n".join([*kept, opened.parsed.raw]), opened.seals
