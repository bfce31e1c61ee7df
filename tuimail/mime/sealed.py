"""Signed and encrypted messages: known by their structure, and opened from the outside in.

What was decrypted is read like any message and kept nowhere. It is opened anew each time it is
read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from tuimail.mime import openpgp
from tuimail.mime.parser import ParsedMessage, parse
from tuimail.mime.transfer import decode_transfer
from tuimail.model.bodystructure import BodyPart, MultiPart, leaves
from tuimail.model.sealing import SMIME_SIGNATURES, is_sealed, is_signed_data
from tuimail.model.trust import Seal
from tuimail.records import record

if TYPE_CHECKING:
    from tuimail.mime.smime_keys import SmimeKeys

LARGEST: Final = 1_500_000
"""Octets of a message that is fetched whole unasked to be checked and opened."""

_DEEPEST: Final = 3
_SIGNED_DATA: Final = bytes.fromhex("06092a864886f70d010702")
"""The content type signed-data, as DER (RFC 5652, 5.1)."""
_BEGINNING: Final = 40
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
ARMOR: Final = re.compile(
    rb"^-----BEGIN PGP (?P<kind>SIGNED MESSAGE|MESSAGE)-----\r?$.*?"
    rb"^-----END PGP (?:SIGNATURE|MESSAGE)-----[ \t]*\r?$\n?",
    re.MULTILINE | re.DOTALL,
)


@record
class Opened:
    """What came of a sealed message.

    Attributes:
        seals: From the outside in.
        parsed: What is to be read in its place; None where it stays closed.
        is_decrypted: It was encrypted: nothing of it may be kept.
    """

    seals: tuple[Seal, ...]
    parsed: ParsedMessage | None
    is_decrypted: bool = False


def open_sealed(parsed: ParsedMessage, sender: str, keys: SmimeKeys | None = None) -> Opened:
    """Check and open a message, what is inside of it too.

    Args:
        parsed: The whole message.
        sender: The address in From.
        keys: The certificates for S/MIME.
    """
    seals: tuple[Seal, ...] = ()
    is_decrypted = False
    for _ in range(_DEEPEST):
        if not is_sealed(parsed.structure):
            break
        found, content = _open_one(parsed, sender, keys)
        seals += found
        if content is None:
            is_closed = any(seal.is_encrypted for seal in found) or not _has_text(parsed)
            return Opened(seals, None if is_closed else parsed, is_decrypted)
        is_decrypted = is_decrypted or any(seal.is_encrypted for seal in found)
        parsed = parse(content)
    return Opened(seals, parsed, is_decrypted)


def _has_text(parsed: ParsedMessage) -> bool:
    return isinstance(parsed.structure, MultiPart)


def _open_one(
    parsed: ParsedMessage, sender: str, keys: SmimeKeys | None
) -> tuple[tuple[Seal, ...], bytes | None]:
    structure = parsed.structure
    if isinstance(structure, BodyPart):
        return _open_pkcs7(parsed, structure, sender, keys)
    if structure.subtype == "encrypted":
        part = next((one for one in leaves(structure) if one.subtype == "octet-stream"), None)
        data = b"" if part is None else parsed.content(part)
        return openpgp.open_message(data, sender)
    entity, signature = _signed_entity(parsed)
    if any(part.content_type in SMIME_SIGNATURES for part in leaves(structure)):
        from tuimail.mime import smime  # noqa: PLC0415 - few mails are signed by it

        # What openssl found to be signed is read: it may cut a forged message in another place.
        seal, content = smime.verify(_LINE_END.sub(b"\r\n", parsed.raw), sender, keys)
        return (seal,), entity if content is None else content
    return (openpgp.verify(entity, signature, sender),), entity


def _open_pkcs7(
    parsed: ParsedMessage, part: BodyPart, sender: str, keys: SmimeKeys | None
) -> tuple[tuple[Seal, ...], bytes | None]:
    from tuimail.mime import smime  # noqa: PLC0415 - as above

    data = parsed.content(part)
    if is_signed_data(part) or _SIGNED_DATA in data[:_BEGINNING]:
        seal, content = smime.verify(data, sender, keys, is_der=True)
    else:
        seal, content = smime.decrypt(data, keys)
    return (seal,), content


def _signed_entity(parsed: ParsedMessage) -> tuple[bytes, bytes]:
    """Return the first part exactly as it was signed (RFC 1847, 2.1), the second one decoded."""
    structure = parsed.structure
    params = dict(structure.params) if isinstance(structure, MultiPart) else {}
    boundary = params.get("boundary", "").encode("utf-8", "replace")
    raw = _LINE_END.sub(b"\r\n", parsed.raw)
    border = re.compile(rb"(?:\A|\r\n)--" + re.escape(boundary) + rb"(?:--)?[ \t]*(?=\r\n|\Z)")
    borders = list(border.finditer(raw))[:3] if boundary else []
    if len(borders) < 2:
        return b"", b""
    entity = raw[borders[0].end() + 2 : borders[1].start()]
    end = borders[2].start() if len(borders) > 2 else len(raw)
    header, _, body = raw[borders[1].end() + 2 : end].partition(b"\r\n\r\n")
    encoding = re.search(rb"(?im)^content-transfer-encoding:[ \t]*([\w-]+)", header)
    return entity, decode_transfer(body, encoding[1].decode() if encoding else "7bit")


def open_inline(content: bytes, sender: str) -> tuple[bytes, tuple[Seal, ...], bool] | None:
    """Open the first PGP block in a text; None where there is none.

    Args:
        content: The text with its transfer encoding undone.
        sender: The address in From.

    Returns:
        The text with the block's content in its place, what is to be said, whether it was
        encrypted.
    """
    found = ARMOR.search(content)
    if found is None:
        return None
    seals, opened = openpgp.open_message(found[0], sender)
    text = content if opened is None else content[: found.start()] + opened + content[found.end() :]
    return text, seals, any(seal.is_encrypted for seal in seals)
