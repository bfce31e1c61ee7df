"""TNEF as Exchange writes it for people who are thought to have Outlook (MS-OXTNEF)."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence

_SIGNATURE = 0x223E9F78
_MESSAGE, _FILE = 1, 2
_BINARY, _STRING, _UNICODE = 0x0102, 0x001E, 0x001F


def attribute(level: int, name: int, kind: int, value: bytes) -> bytes:
    """One attribute: level, id, type, length, value, checksum."""
    head = struct.pack("<BHHI", level, name, kind, len(value))
    return head + value + struct.pack("<H", sum(value) & 0xFFFF)


def properties(values: Iterable[tuple[int, int, bytes]]) -> bytes:
    """A block of MAPI properties of variable length: (tag, type, value)."""
    packed = [
        struct.pack("<HHII", kind, tag, 1, len(value)) + value + b"\0" * (-len(value) % 4)
        for tag, kind, value in values
    ]
    return struct.pack("<I", len(packed)) + b"".join(packed)


def text_property(tag: int, text: str) -> tuple[int, int, bytes]:
    """A property with a text in Unicode."""
    return tag, _UNICODE, text.encode("utf-16-le") + b"\0\0"


def rtf_property(rtf: bytes) -> tuple[int, int, bytes]:
    """The text as RTF, in the container for compressed RTF but not compressed (MS-OXRTFCP)."""
    return 0x1009, _BINARY, struct.pack("<IIII", len(rtf) + 12, len(rtf), 0x414C454D, 0) + rtf


def winmail(
    subject: str,
    body: Sequence[tuple[int, int, bytes]],
    files: Sequence[tuple[str, bytes]] = (),
) -> bytes:
    """A whole stream.

    Args:
        body: Properties of the message.
        files: Name and content of each.
    """
    pieces = [
        struct.pack("<IH", _SIGNATURE, 1),
        attribute(_MESSAGE, 0x9006, 8, struct.pack("<I", 0x10000)),
        attribute(_MESSAGE, 0x9007, 6, struct.pack("<II", 1252, 0)),
        attribute(_MESSAGE, 0x8004, 1, subject.encode("cp1252", "replace") + b"\0"),
        attribute(_MESSAGE, 0x9003, 6, properties(body)),
    ]
    for name, content in files:
        short = name.encode("cp1252", "replace")[:12] + b"\0"
        pieces += [
            attribute(_FILE, 0x9002, 6, b"\1\0" + b"\0" * 12),
            attribute(_FILE, 0x8010, 1, short),
            attribute(_FILE, 0x800F, 6, content),
            attribute(_FILE, 0x9005, 6, properties([text_property(0x3707, name)])),
        ]
    return b"".join(pieces)
