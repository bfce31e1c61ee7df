"""Which characters the octets of a text mean: by label, then by what they look like, or as told.

Labels are wrong often enough: one that does not fit the octets gives way to what fits. Guessing
among the 8-bit charsets is statistics, so it is the last thing that is tried, on a sample, and
the reader is told; the user can say which it is.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from tuimail.text.safe import SafeText, clean
from tuimail.text.words import codec_name, decode_charset

_SAMPLE: Final = 12_000
"""Octets that are looked at to guess; more makes the guess no better and much slower."""

_LEAST: Final = 12
"""Octets beyond ASCII below which there is nothing to guess from."""

_MOST_DAMAGED: Final = 0.02

CHOICES: Final[tuple[tuple[str, str], ...]] = (
    ("utf-8", "Unicode (UTF-8)"),
    ("windows-1252", "Western European (Windows-1252)"),
    ("iso-8859-15", "Western European with Euro (ISO-8859-15)"),
    ("windows-1250", "Central European (Windows-1250)"),
    ("iso-8859-2", "Central European (ISO-8859-2)"),
    ("windows-1251", "Cyrillic (Windows-1251)"),
    ("koi8-r", "Russian (KOI8-R)"),
    ("windows-1253", "Greek (Windows-1253)"),
    ("windows-1254", "Turkish (Windows-1254)"),
    ("windows-1255", "Hebrew (Windows-1255)"),
    ("windows-1256", "Arabic (Windows-1256)"),
    ("windows-1257", "Baltic (Windows-1257)"),
    ("windows-874", "Thai (Windows-874)"),
    ("shift_jis", "Japanese (Shift_JIS)"),
    ("iso-2022-jp", "Japanese (ISO-2022-JP)"),
    ("euc-jp", "Japanese (EUC-JP)"),
    ("gb18030", "Simplified Chinese (GB18030)"),
    ("big5", "Traditional Chinese (Big5)"),
    ("euc-kr", "Korean (EUC-KR)"),
    ("cp437", "DOS (CP437)"),
    ("utf-16", "Unicode (UTF-16)"),
)
"""What a text can be read as: a charset and how to say it, in the order of a list."""

_GUESSED: Final = tuple(
    name for name in (codec_name(label) for label, _ in CHOICES) if name is not None
)


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text and how it was read.

    Attributes:
        text: Not yet clean.
        charset: What it was read as, an IANA name where there is one.
        guessed: Neither the label nor the octets alone said so.
    """

    text: str
    charset: str
    guessed: bool = False


def decode(data: bytes, label: str | None, forced: str | None = None) -> Decoded:
    """Decode a text. Never raises.

    Args:
        data: Its octets, transfer encoding undone; may be cut within a character.
        label: What the part says.
        forced: What the user says: nothing else counts then.
    """
    if forced is not None and codec_name(forced) is not None:
        return Decoded(data.decode(codec_name(forced) or "utf-8", "replace"), forced)
    if data.isascii() and b"\x1b" not in data and codec_name(label) not in _NOT_OF_ASCII:
        return Decoded(data.decode("ascii"), "us-ascii")
    # Escapes are said by no text, whatever its label is.
    escaped = _by_escapes(data) if codec_name(label) in _WITHOUT_ESCAPES else None
    return escaped or _by_label(data, label) or _by_form(data) or _by_statistics(data, label)


_WITHOUT_ESCAPES: Final = frozenset({None, "utf-8", "cp1252"})
_NOT_OF_ASCII: Final = frozenset({"utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7", "hz"})


def _by_label(data: bytes, label: str | None) -> Decoded | None:
    """Believe the label if what comes of it is text."""
    name = codec_name(label)
    if name is None or label is None:
        return None
    text = data.decode(name, "replace")
    if text.count("\ufffd") > max(1, len(text) * _MOST_DAMAGED) or _has_controls(text):
        return None
    if name in _SINGLE_OCTET and _is_utf8(data):
        # An 8-bit charset fits everything; UTF-8 fits nothing by chance.
        return Decoded(data.decode("utf-8", "replace"), "utf-8")
    return Decoded(text, label.strip().strip("\"'").lower())


_SINGLE_OCTET: Final = frozenset({"cp1252", "iso8859-1", "iso8859-15", "cp1250", "iso8859-2"})
_CONTROLS: Final = re.compile("[\x01-\x08\x0e-\x1a\x1c-\x1f\x80-\x9f]")


def _has_controls(text: str) -> bool:
    """Whether it is full of what no text contains, as what is read by a wrong charset is."""
    sample = text[:_SAMPLE]
    return len(_CONTROLS.findall(sample)) > max(2, len(sample) // 50)


def _is_utf8(data: bytes) -> bool:
    """Whether the octets are UTF-8 but for a character that was cut at the end."""
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(data)
    except UnicodeDecodeError:
        return False
    return not data.isascii()


_ESCAPES: Final = (
    (b"\x1b$B", "iso-2022-jp"),
    (b"\x1b$@", "iso-2022-jp"),
    (b"\x1b$)C", "iso-2022-kr"),
)


def _by_escapes(data: bytes) -> Decoded | None:
    name = next((name for mark, name in _ESCAPES if mark in data), None)
    return None if name is None else Decoded(data.decode(name, "replace"), name)


def _by_form(data: bytes) -> Decoded | None:
    """Recognise what has a form of its own: UTF-16 with its mark, ISO-2022, UTF-8."""
    if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return Decoded(data.decode("utf-16", "replace"), "utf-16")
    escaped = _by_escapes(data)
    if escaped is not None:
        return escaped
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    intact = sum(not char.isascii() for char in text[:_SAMPLE]) - damaged
    if damaged == 0 or intact > 10 * damaged:
        return Decoded(text, "utf-8")
    return None


def _by_statistics(data: bytes, label: str | None) -> Decoded:
    found = _guess(_sample(data))
    if found is not None:
        text = data.decode(found, "replace")
        # Where it makes no difference it is the one that everybody has.
        name = "cp1252" if text == data.decode("cp1252", "replace") else found
        return Decoded(text, _said(name), guessed=True)
    return Decoded(decode_charset(data, label), "windows-1252", guessed=True)


def _sample(data: bytes) -> bytes:
    """Take the neighbourhood of what is not ASCII, as that is all that tells charsets apart."""
    first = next((place for place, octet in enumerate(data) if octet > 127), 0)
    return data[max(0, first - 200) : first + _SAMPLE]


@lru_cache(maxsize=16)
def _guess(sample: bytes) -> str | None:
    if sum(octet > 127 for octet in sample) < _LEAST:
        return None
    from charset_normalizer import from_bytes  # noqa: PLC0415 - few mails need it

    found = from_bytes(
        sample, steps=4, chunk_size=1024, cp_isolation=list(_GUESSED), preemptive_behaviour=False
    )
    names = (codec_name(match.encoding) for match in found if not _is_katakana(str(match)))
    return next((name for name in names if name is not None), None)


def _is_katakana(text: str) -> bool:
    """Whether it is half-width katakana, which no mail is written in: KOI8 read as Shift_JIS."""
    letters = [char for char in text if not char.isascii()]
    return 3 * sum("\uff61" <= char <= "\uff9f" for char in letters) > len(letters)


def _said(codec: str) -> str:
    return next((label for label, _ in CHOICES if codec_name(label) == codec), codec)


def words_for(charset: str) -> SafeText:
    """Return how to say a charset: `Cyrillic (Windows-1251)`, or its name."""
    return SafeText(dict(CHOICES).get(charset, clean(charset)))


def likely(data: bytes) -> tuple[str, ...]:
    """Return the charsets that a text may be in, the likeliest first, of `CHOICES`.

    Those that cannot be are left out: a text with octets that they do not have.
    """
    sample = _sample(data)
    best = _by_form(sample) or _by_statistics(sample, None)
    possible = [label for label, _ in CHOICES if _fits(sample, label)]
    return tuple(dict.fromkeys([best.charset] * (best.charset in possible) + possible))


def _fits(sample: bytes, label: str) -> bool:
    name = codec_name(label)
    if name is None or (name == "utf-16" and b"\x00" not in sample):
        return False
    text = sample.decode(name, "replace")
    return text.count("\ufffd") <= max(1, len(text) // 20)
