"""What is to be read of a message that is signed or encrypted, and what is to be said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from tuimail.mime.filename import attachment_name
from tuimail.mime.parser import decode_part, parse, part_from_header
from tuimail.mime.sealed import ARMOR, LARGEST, is_sealed, open_inline, open_sealed
from tuimail.mime.sources import WHOLE, Source, mime_section, of_parsed
from tuimail.model.bodystructure import BodyPart, leaves, text_parts
from tuimail.model.message import BodyState, Message
from tuimail.model.trust import Protection, Seal, SealState
from tuimail.records import record
from tuimail.text.safe import SafeText

_TOO_LARGE: Final = SafeText("not checked: the message is too large for that")
_NOT_WHOLE: Final = SafeText(
    "Only a part of the text is signed or was encrypted: look at the source."
)
LOCKED: Final = SafeText("The message is encrypted. :decrypt asks for the passphrase of your key.")
CLOSED: Final = SafeText("The message is encrypted and stays closed.")
_OPENED: Final = (
    b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
)


@record
class Unsealed:
    """A message after it was opened.

    Attributes:
        source: What is read.
        seals: From the outside in.
        is_decrypted: What is read was encrypted: nothing of it may be kept.
        notices: What the reader should know, one sentence each.
    """

    source: Source
    seals: tuple[Seal, ...] = ()
    is_decrypted: bool = False
    notices: tuple[SafeText, ...] = ()


def unseal(message: Message, source: Source, sections: dict[str, bytes]) -> Unsealed:
    """Open a message as far as that can be done without asking.

    Args:
        message: From the store.
        source: What is here of it.
        sections: As they are stored.
    """
    authors = message.envelope.from_
    sender = authors[0].address if authors else SafeText("")
    whole = sections.get(WHOLE)
    if not is_sealed(source.structure):
        return _inline(source, sender)
    if whole is None or message.summary.body is BodyState.PARTIAL:
        is_large = whole is not None or message.summary.size > LARGEST
        seal = Seal(Protection.PGP, SealState.UNCHECKED, _TOO_LARGE)
        return Unsealed(source, (seal,) if is_large else ())
    opened = open_sealed(parse(whole), sender)
    if opened.parsed is None:
        is_locked = any(seal.state is SealState.LOCKED for seal in opened.seals)
        return Unsealed(source, opened.seals, notices=(LOCKED if is_locked else CLOSED,))
    return Unsealed(of_parsed(opened.parsed, is_whole=True), opened.seals, opened.is_decrypted)


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


def locked_in(whole: bytes) -> tuple[str, bytes] | None:
    """Return the program that opens a message, and what it is given; None for a plain message.

    Args:
        whole: The message.
    """
    parsed = parse(whole)
    structure = parsed.structure
    if isinstance(structure, BodyPart) and is_sealed(structure):
        return "gpgsm", parsed.content(structure)
    if is_sealed(structure):
        part = next((one for one in leaves(structure) if one.subtype == "octet-stream"), None)
        return None if part is None else ("gpg", parsed.content(part))
    texts = text_parts(structure)
    found = ARMOR.search(parsed.content(texts[0])) if texts else None
    return None if found is None else ("gpg", found[0])


def about_files(files: Sequence[BodyPart]) -> tuple[SafeText, ...]:
    """Say which files were encrypted too: they lie in no place that they could be saved from."""
    if not files:
        return ()
    names = ", ".join(attachment_name(file) for file in files[:5])
    return (SafeText(f"It holds files that tuimail does not take out of encrypted mail: {names}"),)
