"""What happened to a file on its way: seen in how it is encoded, never taken for whole."""

from __future__ import annotations

import base64
import binascii

import pytest

from tuimail.mime.transfer import Damage, damage

_WHOLE = base64.encodebytes(b"All of the file, and nothing but the file. " * 4)
_LINES = b"".join(binascii.b2a_uu(b"A line of the file, whole.") for _ in range(3))
_UU = b"begin 644 a.txt\r\n" + _LINES + b"`\nend\r\n"


@pytest.mark.parametrize(
    ("body", "encoding", "expected"),
    [
        (_WHOLE, "base64", Damage.NONE),
        (_WHOLE + b"\r\n_______________\r\nA list of mails\r\n", "base64", Damage.NONE),
        (_WHOLE[:-3], "base64", Damage.CUT),
        (_WHOLE[:50], "BASE64;", Damage.CUT),
        (_WHOLE.replace(b"G", b"\x00", 1), "base64", Damage.DAMAGED),
        (_UU, "x-uuencode", Damage.NONE),
        (_UU[:-5], "x-uuencode", Damage.CUT),
        (_UU.replace(_LINES[:4], _LINES[:3] + b"z", 1), "uuencode", Damage.DAMAGED),
        (_UU[20:], "x-uue", Damage.DAMAGED),
        (b"50 =80 %", "quoted-printable", Damage.NONE),
        (b"50 =8 %", "quoted-printable", Damage.DAMAGED),
        (b"begin", "7bit", Damage.NONE),
        (b"", "base64", Damage.NONE),
    ],
)
def test_damage_is_seen_in_the_encoding(body: bytes, encoding: str, expected: Damage) -> None:
    """Turned red by `damage` taking base64 without its padding for whole."""
    assert damage(body, encoding) is expected
