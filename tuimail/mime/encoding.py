"""The writing side of MIME: encoded words, address headers, format=flowed, transfer encodings.

Written out here because `email.policy.SMTP` has faults that hurt real mail: in Python 3.11 it
encodes Message-IDs longer than a line, which Exchange's are, so that conversations fall apart, and
folding a long quoted name loses its quotes, which turns a comma in a name into another recipient.
"""

from __future__ import annotations

import base64
import binascii
import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from tuimail.text.address import Address

CRLF: Final = "\r\n"
_LINE: Final = 76
_WORD_OCTETS: Final = 42
_LONGEST_LINE: Final = 990
_FLOWED_WIDTH: Final = 72
_PLAIN_VALUE = re.compile(r"[ -~]*\Z")
_PHRASE = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+\Z")
# What may not leave in a body: controls but line feed and tab, lone surrogates.
_NOT_SENT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
_FRAGILE: Final = re.compile(rb"(?m)[ \t]\r?$|^From ")
_FROM: Final = re.compile(rb"(?m)^From ")


def one_line(text: str) -> str:
    """Return a header value without anything that could end it or begin another."""
    return " ".join(re.sub("[\x00-\x20\x7f-\x9f\u2028\u2029\ud800-\udfff]+", " ", text).split())


def encoded_words(text: str) -> list[str]:
    """Return RFC 2047 words of `text`, none longer than 75 characters, cut between characters."""
    words = []
    octets = b""
    for char in text:
        more = char.encode("utf-8", "replace")
        if len(octets) + len(more) > _WORD_OCTETS and not unicodedata.combining(char):
            words.append(octets)
            octets = b""
        octets += more
    words.append(octets)
    return [f"=?utf-8?b?{base64.b64encode(word).decode('ascii')}?=" for word in words]


def text_header(name: str, value: str) -> str:
    """Return an unstructured field, folded, with its line ending."""
    value = one_line(value)
    if _PLAIN_VALUE.match(value) and "=?" not in value:
        words = value.split(" ")
        if max(map(len, words)) < _LONGEST_LINE - len(name):
            return fold(name, words)
    return fold(name, encoded_words(value))


def fold(name: str, words: Iterable[str]) -> str:
    """Join words by blanks, lines kept under 77 characters where the words allow it."""
    lines = [f"{name}:"]
    for word in words:
        # The first word stays beside the name: a line must not be blank (RFC 5322, 3.2.2).
        if len(lines) + len(lines[-1]) > len(name) + 2 and len(lines[-1]) + len(word) >= _LINE:
            lines.append("")
        lines[-1] += f" {word}"
    return CRLF.join(lines) + CRLF


def address_header(name: str, addresses: Sequence[Address]) -> str:
    """Return an address field, an address to a line where they do not fit on one."""
    words: list[str] = []
    for number, address in enumerate(addresses, 1):
        words.extend(_address_words(address))
        if number < len(addresses):
            words[-1] += ","
    return fold(name, words)


def _address_words(address: Address) -> list[str]:
    spec = addr_spec(address)
    name = one_line(address.name)
    if not name:
        return [spec]
    if not name.isascii() or "=?" in name:
        return [*encoded_words(name), f"<{spec}>"]
    if _PHRASE.match(name):
        return [*name.split(" "), f"<{spec}>"]
    escaped = name[:400].replace("\\", "\\\\").replace('"', '\\"')
    return [f'"{escaped}"', f"<{spec}>"]


def addr_spec(address: Address) -> str:
    """Return `local@domain` with the domain in its ASCII form.

    Raises:
        UnicodeError: The domain cannot exist.
    """
    return f"{address.mailbox}@{ascii_domain(address.host)}"


def ascii_domain(domain: str) -> str:
    """Return a domain as DNS knows it (RFC 3490).

    Raises:
        UnicodeError: It cannot exist.
    """
    if domain.isascii():
        return domain
    if set(domain) & set("ßςẞ"):
        # The codec of Python's library makes another name of these; mail would go elsewhere.
        raise UnicodeError("not representable")
    return domain.encode("idna").decode("ascii")


def flowed(text: str) -> list[str]:
    """Return the lines of a format=flowed body (RFC 3676, 4.2), quotes recognised by their `>`."""
    lines: list[str] = []
    for line in sendable(text).split("\n"):
        marks = re.match(r"(?:> ?)*", line)
        quotes = line[: marks.end()].count(">") if marks else 0
        content = line[marks.end() :] if marks else line
        if content.rstrip() == "--" and not quotes:
            lines.append("-- ")
            continue
        prefix = ">" * quotes
        for piece in _soft_wrapped(content.rstrip(" "), _FLOWED_WIDTH - len(prefix)):
            needs_stuffing = piece.startswith((" ", ">", "From ")) or bool(prefix)
            lines.append(f"{prefix} {piece}" if needs_stuffing else piece)
    return [line.rstrip(" ") if line.strip("> ") == "" else line for line in lines]


def sendable(text: str) -> str:
    """Return a body with line feeds only and nothing that a mail may not contain."""
    return _NOT_SENT.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def _soft_wrapped(text: str, width: int) -> list[str]:
    """Cut at blanks; each line but the last ends with the blank that makes it flow on."""
    lines = []
    start = 0
    while len(text) - start > width:
        cut = text.rfind(" ", start + 1, start + width) + 1 or text.find(" ", start + width) + 1
        if cut == 0 or not text[start:cut].strip():
            break
        lines.append(text[start:cut])
        start = cut
    return [*lines, text[start:]]


def is_fragile(data: bytes) -> bool:
    """Whether some server on the way may change a text: blanks at an end of line, `From ` (mbox).

    A signature would not fit any more (RFC 3156, 3 and 5).
    """
    return bool(_FRAGILE.search(data))


def transfer_encoded(text: str, *, is_signed: bool = False) -> tuple[str, bytes]:
    """Return the transfer encoding for a body with CRLF lines, and the body in it.

    7bit where that is enough, quoted-printable for text with some other letters, base64 for text
    that consists of them.
    """
    data = text.encode("utf-8", "replace")
    longest = max((len(line) for line in data.split(b"\r\n")), default=0)
    if data.isascii() and longest <= _LONGEST_LINE and not (is_signed and is_fragile(data)):
        return "7bit", data
    if sum(byte > 126 for byte in data) * 6 < len(data):
        quoted = binascii.b2a_qp(data.replace(b"\r\n", b"\n"), istext=True)
        if is_signed:
            quoted = _FROM.sub(b"=46rom ", quoted)
        return "quoted-printable", quoted.replace(b"\n", b"\r\n")
    lines = base64.encodebytes(data)
    return "base64", lines.replace(b"\n", b"\r\n")
