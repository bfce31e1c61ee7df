"""TNEF, the `winmail.dat` of Exchange and Outlook, unpacked (MS-OXTNEF).

Attributes follow each other, each with its length; what a message and its files are is in two
blocks of MAPI properties. Read in one pass without copying, so that it is linear whatever the
lengths claim. What is damaged ends the reading; what was read so far is kept. Nothing raises.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tuimail.mime.rtf import decompress, text_of
from tuimail.text.words import codec_name, decode_charset

_SIGNATURE: Final = 0x223E9F78
_MOST_ATTRIBUTES: Final = 20_000
_MOST_FILES: Final = 200
_MOST_VALUES: Final = 20_000

_BODY: Final = 0x800C
_SUBJECT: Final = 0x8004
_FILE_DATA: Final = 0x800F
_FILE_TITLE: Final = 0x8010
_FILE_BEGINS: Final = 0x9002
_MESSAGE_PROPERTIES: Final = 0x9003
_FILE_PROPERTIES: Final = 0x9005
_CODE_PAGE: Final = 0x9007

_PR_SUBJECT: Final = 0x0037
_PR_BODY: Final = 0x1000
_PR_RTF: Final = 0x1009
_PR_HTML: Final = 0x1013
_PR_INTERNET_CODE_PAGE: Final = 0x3FDE
_PR_DISPLAY_NAME: Final = 0x3001
_PR_FILE_DATA: Final = 0x3701
_PR_FILE_NAME: Final = 0x3704
_PR_LONG_FILE_NAME: Final = 0x3707
_PR_MIME_TYPE: Final = 0x370E
_PR_CONTENT_ID: Final = 0x3712

_STRING8: Final = 0x1E
_UNICODE: Final = 0x1F
_OBJECT: Final = 0x0D
_BINARY: Final = 0x102
_VARIABLE: Final = frozenset({_STRING8, _UNICODE, _OBJECT, _BINARY})
_FIXED: Final = {
    0x00: 0,
    0x01: 0,
    0x02: 4,
    0x03: 4,
    0x04: 4,
    0x05: 8,
    0x06: 8,
    0x07: 8,
    0x0A: 4,
    0x0B: 4,
    0x14: 8,
    0x40: 8,
    0x48: 16,
}
"""Octets of a value by its type; short ones fill four."""
_MULTIPLE: Final = 0x1000
_NAMED: Final = 0x8000
_EMBEDDED: Final = bytes.fromhex("0703020000000000c000000000000046")
"""IID_IMessage: an attached message, which is TNEF again."""


@dataclass(slots=True)
class PackedFile:
    """A file inside.

    Attributes:
        name: What it is called, not yet safe; may be empty.
        media_type: "image/png"; empty where nothing says it.
        is_message: `content` is the TNEF of an attached message.
    """

    name: str = ""
    media_type: str = ""
    content: bytes = b""
    content_id: str = ""
    is_message: bool = False


@dataclass(frozen=True, slots=True)
class Unpacked:
    """What a TNEF stream holds.

    Attributes:
        text: Plain text or HTML; empty when there is none.
        is_html: Which of the two.
        is_whole: It ended where it should.
    """

    subject: str
    text: str
    is_html: bool
    files: tuple[PackedFile, ...]
    is_whole: bool


class _Message:
    """What was found so far."""

    def __init__(self) -> None:
        self.codec = "cp1252"
        self.html_codec: str | None = None
        self.subject = self.plain = ""
        self.html = self.rtf = b""
        self.files: list[PackedFile] = []
        self.is_whole = True


def is_tnef(data: bytes) -> bool:
    """Whether it begins as TNEF does."""
    return len(data) >= 6 and int.from_bytes(data[:4], "little") == _SIGNATURE


def unpack(data: bytes) -> Unpacked:
    """Read a TNEF stream. Never raises."""
    found = _Message()
    if not is_tnef(data):
        found.is_whole = False
    for name, value in _attributes(data, found) if found.is_whole else ():
        _take(name, value, found)
    text, is_html = _text(found)
    return Unpacked(found.subject, text, is_html, tuple(found.files), found.is_whole)


def _attributes(data: bytes, found: _Message) -> Iterator[tuple[int, memoryview]]:
    """Yield attributes: level, id, type, length, value, checksum (MS-OXTNEF, 2.1.3.1)."""
    view, place = memoryview(data), 6
    for _ in range(_MOST_ATTRIBUTES):
        if place >= len(view):
            return
        if place + 9 > len(view):
            break
        name, length = struct.unpack_from("<H2xI", view, place + 1)
        start = place + 9
        value = view[start : start + length]
        if len(value) == length:
            yield name, value
        elif name in (_FILE_DATA, _FILE_PROPERTIES, _BODY, _MESSAGE_PROPERTIES):
            yield name, value  # its beginning is better than nothing
        place = start + length + 2
        if place > len(view):
            break
    found.is_whole = False


def _take(name: int, value: memoryview, found: _Message) -> None:
    if name == _CODE_PAGE and len(value) >= 4:
        found.codec = codec_name(f"cp{int.from_bytes(value[:4], 'little')}") or found.codec
    elif name == _SUBJECT:
        found.subject = found.subject or _string8(value, found)
    elif name == _BODY:
        found.plain = found.plain or _string8(value, found)
    elif name == _MESSAGE_PROPERTIES:
        for tag, kind, each in _properties(value, found):
            _message_property(tag, kind, each, found)
    elif name == _FILE_BEGINS:
        if len(found.files) < _MOST_FILES:
            found.files.append(PackedFile())
        else:
            found.is_whole = False
    elif found.files:
        _file_attribute(name, value, found)


def _file_attribute(name: int, value: memoryview, found: _Message) -> None:
    file = found.files[-1]
    if name == _FILE_DATA:
        file.content = bytes(value)
    elif name == _FILE_TITLE:
        file.name = file.name or _string8(value, found)
    elif name == _FILE_PROPERTIES:
        for tag, kind, each in _properties(value, found):
            _file_property(tag, kind, each, file, found)


def _message_property(tag: int, kind: int, value: memoryview, found: _Message) -> None:
    if tag == _PR_SUBJECT:
        found.subject = _string(kind, value, found)
    elif tag == _PR_BODY:
        found.plain = _string(kind, value, found)
    elif tag == _PR_HTML:
        found.html = bytes(value)
    elif tag == _PR_RTF:
        found.rtf = bytes(value)
    elif tag == _PR_INTERNET_CODE_PAGE:
        page = int.from_bytes(value[:4], "little")
        found.html_codec = "utf-8" if page == 65_001 else codec_name(f"cp{page}")


def _file_property(
    tag: int, kind: int, value: memoryview, file: PackedFile, found: _Message
) -> None:
    if tag == _PR_LONG_FILE_NAME:
        file.name = _string(kind, value, found) or file.name
    elif tag in (_PR_FILE_NAME, _PR_DISPLAY_NAME):
        file.name = file.name or _string(kind, value, found)
    elif tag == _PR_MIME_TYPE:
        file.media_type = _string(kind, value, found).strip().lower()
    elif tag == _PR_CONTENT_ID:
        file.content_id = _string(kind, value, found).strip()
    elif tag == _PR_FILE_DATA:
        file.is_message = bytes(value[:16]) == _EMBEDDED
        # An object's first 16 octets say what it is.
        file.content = bytes(value[16:]) if kind == _OBJECT else bytes(value)


def _properties(block: memoryview, found: _Message) -> Iterator[tuple[int, int, memoryview]]:
    """Yield (tag, type, value) of a block (MS-OXTNEF, 2.1.3.4)."""
    try:
        count = min(int.from_bytes(block[:4], "little"), _MOST_VALUES)
        place = 4
        for _ in range(count):
            kind, tag = struct.unpack_from("<HH", block, place)
            place = _after_name(block, place + 4) if tag >= _NAMED else place + 4
            is_multiple, kind = bool(kind & _MULTIPLE), kind & ~_MULTIPLE
            values = 1
            if is_multiple or kind in _VARIABLE:
                values = int.from_bytes(block[place : place + 4], "little")
                place += 4
            for _ in range(min(values, _MOST_VALUES)):
                value, place = _value(block, place, kind)
                yield tag, kind, value
    except (struct.error, KeyError, IndexError):
        found.is_whole = False


def _after_name(block: memoryview, place: int) -> int:
    """Pass over the GUID and the number or name of a named property."""
    kind, length = struct.unpack_from("<II", block, place + 16)
    return place + 24 + (_filled(length) if kind else 0)


def _value(block: memoryview, place: int, kind: int) -> tuple[memoryview, int]:
    if kind in _VARIABLE:
        (length,) = struct.unpack_from("<I", block, place)
        start = place + 4
        if start > len(block):
            raise IndexError(start)
        return block[start : start + length], start + _filled(length)
    length = _FIXED[kind]
    if place + length > len(block):
        raise IndexError(place)
    return block[place : place + length], place + length


def _filled(length: int) -> int:
    return length + -length % 4


def _string(kind: int, value: memoryview, found: _Message) -> str:
    if kind == _UNICODE:
        return bytes(value).decode("utf-16-le", "replace").rstrip("\0")
    return _string8(value, found)


def _string8(value: memoryview, found: _Message) -> str:
    return bytes(value).rstrip(b"\0").decode(found.codec, "replace")


def _text(found: _Message) -> tuple[str, bool]:
    """Choose what to read: HTML as it was written, else plain text, else what the RTF says."""
    if found.plain.strip():
        return found.plain, False
    if found.html:
        return decode_charset(found.html.rstrip(b"\0"), found.html_codec), True
    if found.rtf:
        return text_of(decompress(found.rtf))
    return "", False
