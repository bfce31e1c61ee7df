"""IMAP's grammar as Exchange reads and writes it: arguments, strings, names, sets, dates.

Sources: RFC 3501 section 9 and 5.1.3 (modified UTF-7). Exchange's answers to what it cannot read
are the three numbered sentences below.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import TypeAlias

Argument: TypeAlias = "bytes | list[Argument]"

_QUOTED = re.compile(rb'"((?:[^"\\]|\\.)*)"')
_ATOM = re.compile(rb'[^\s()"\[]*(?:\[[^\]]*\](?:<[\d.]+>)?)?[^\s()"]*')
_NOT_QUOTABLE = re.compile(rb"[\x00-\x1f\x7f-\xff]")
_NEEDS_QUOTES = re.compile(rb'[ (){%*"\\\]]')
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
_LONGEST_QUOTED = 1000
_DEEPEST_LIST = 40
_MOST_DIGITS = 10


class CommandRefused(Exception):
    """The command is answered ``NO``; the text follows it."""


class CommandMalformed(Exception):
    """The command is answered ``BAD``; the text follows it."""


class HangUp(Exception):
    """The connection ends, after these lines."""

    def __init__(self, *last_words: bytes) -> None:
        super().__init__()
        self.last_words = last_words


CLOSED_13 = b"* BYE Connection is closed. 13"
CLOSED_14 = b"* BYE Connection closed. 14"
INVALID_STATE = "Command received in Invalid state."
COMMAND_ERROR_10 = "Command Error. 10"
COMMAND_ERROR_11 = "Command Error. 11"
ARGUMENT_ERROR_11 = "Command Argument Error. 11"
ARGUMENT_ERROR_12 = "Command Argument Error. 12"


def parse_arguments(pieces: Sequence[tuple[bytes, bool]]) -> list[Argument]:
    """Arguments of a command line: pieces are text, or literals (True)."""
    root: list[Argument] = []
    stack: list[list[Argument]] = [root]
    for piece, is_literal in pieces:
        if is_literal:
            stack[-1].append(piece)
        else:
            _parse_text(piece, stack)
    if len(stack) != 1:
        raise CommandMalformed(COMMAND_ERROR_10)
    return root


def _parse_text(text: bytes, stack: list[list[Argument]]) -> None:
    if not text.isascii():
        raise CommandMalformed(COMMAND_ERROR_11)
    position = 0
    while position < len(text):
        character = text[position : position + 1]
        if character == b" ":
            position += 1
        elif character == b"(":
            if len(stack) > _DEEPEST_LIST:
                raise CommandMalformed(COMMAND_ERROR_10)
            inner: list[Argument] = []
            stack[-1].append(inner)
            stack.append(inner)
            position += 1
        elif character == b")":
            if len(stack) == 1:
                raise CommandMalformed(COMMAND_ERROR_10)
            stack.pop()
            position += 1
        else:
            value, position = _parse_string(text, position)
            stack[-1].append(value)


def _parse_string(text: bytes, position: int) -> tuple[bytes, int]:
    quoted = _QUOTED.match(text, position)
    if quoted:
        return re.sub(rb"\\(.)", rb"\1", quoted[1]), quoted.end()
    atom = _ATOM.match(text, position)
    if atom is None or atom.end() == position:
        raise CommandMalformed(COMMAND_ERROR_10)
    return atom[0], atom.end()


def text_argument(arguments: Sequence[Argument], index: int) -> bytes:
    """The argument at ``index``, which must be a string."""
    if index >= len(arguments):
        raise CommandMalformed(ARGUMENT_ERROR_12)
    value = arguments[index]
    if isinstance(value, list):
        raise CommandMalformed(ARGUMENT_ERROR_12)
    return value


def quoted(value: bytes | None) -> bytes:
    """An nstring: quoted when that is allowed, else a literal, NIL for None."""
    if value is None:
        return b"NIL"
    if len(value) < _LONGEST_QUOTED and not _NOT_QUOTABLE.search(value):
        return b'"' + value.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    return literal(value)


def literal(value: bytes | None) -> bytes:
    """A literal, or NIL."""
    return b"NIL" if value is None else b"{%d}\r\n" % len(value) + value


def mailbox_name(name: str) -> bytes:
    """A folder name as Exchange lists it: an atom unless it needs quotes.

    With a TAB in it Exchange forgets the quotes, blanks or not.
    """
    encoded = encode_utf7(name)
    if b"\t" in encoded:
        return encoded
    return quoted(encoded) if _NEEDS_QUOTES.search(encoded) or not encoded else encoded


def encode_utf7(name: str) -> bytes:
    """Modified UTF-7 of RFC 3501 section 5.1.3."""

    def shifted(match: re.Match[str]) -> str:
        if match[0] == "&":
            return "&-"
        packed = base64.b64encode(match[0].encode("utf-16-be")).decode("ascii")
        return "&" + packed.rstrip("=").replace("/", ",") + "-"

    return re.sub(r"&|[^\t\x20-\x7e]+", shifted, name).encode("ascii")


def decode_utf7(name: bytes) -> str:
    """The folder name behind modified UTF-7; what does not decode is read as Latin-1."""

    def unshifted(match: re.Match[str]) -> str:
        if not match[1]:
            return "&"
        return base64.b64decode(match[1].replace(",", "/") + "===").decode("utf-16-be")

    try:
        return re.sub(r"&([^-]*)-", unshifted, name.decode("ascii"))
    except ValueError:
        return name.decode("latin-1")


def parse_set(text: bytes, highest: int) -> list[tuple[int, int]]:
    """Ranges of a sequence set, ascending and apart from each other; ``*`` is ``highest``."""
    ranges: list[tuple[int, int]] = []
    for part in text.split(b","):
        first, colon, last = part.partition(b":")
        low = _number(first, highest)
        high = _number(last, highest) if colon else low
        ranges.append((min(low, high), max(low, high)))
    apart: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if apart and low <= apart[-1][1] + 1:
            apart[-1] = (apart[-1][0], max(apart[-1][1], high))
        else:
            apart.append((low, high))
    return apart


def _number(text: bytes, highest: int) -> int:
    return highest if text == b"*" else parse_number(text)


def parse_number(text: bytes) -> int:
    """A number of RFC 3501: 32 bits are enough for it."""
    if not text.isdigit() or len(text) > _MOST_DIGITS:
        raise CommandMalformed(ARGUMENT_ERROR_11)
    return int(text)


def format_set(uids: Iterable[int]) -> bytes:
    """A sequence set in the given order, runs joined."""
    return b",".join(
        b"%d" % low if low == high else b"%d:%d" % (low, high) for low, high in _runs(uids)
    )


def _runs(uids: Iterable[int]) -> Iterator[tuple[int, int]]:
    low = high = None
    for uid in uids:
        if low is None or high is None:
            low = high = uid
        elif uid == high + 1:
            high = uid
        else:
            yield low, high
            low = high = uid
    if low is not None and high is not None:
        yield low, high


def format_date_time(when: datetime) -> bytes:
    """An INTERNALDATE, in UTC."""
    utc = when.astimezone(UTC)
    month = _MONTHS[utc.month - 1]
    return f'"{utc.day:02d}-{month}-{utc.year} {utc:%H:%M:%S} +0000"'.encode("ascii")


def parse_date_time(text: bytes) -> datetime:
    """A date-time argument of APPEND."""
    match = re.fullmatch(rb"\s*(\d{1,2})-(\w{3})-(\d{4}) (\d\d:\d\d:\d\d) ([+-]\d{4})\s*", text)
    if match is None:
        raise CommandMalformed(ARGUMENT_ERROR_11)
    day, month, year, clock, zone = (group.decode("ascii") for group in match.groups())
    try:
        number = _MONTHS.index(month.title()) + 1
        if not 1600 <= int(year) <= 9000:
            raise CommandMalformed(ARGUMENT_ERROR_11)
        return datetime.strptime(f"{day} {number} {year} {clock} {zone}", "%d %m %Y %H:%M:%S %z")
    except ValueError:
        raise CommandMalformed(ARGUMENT_ERROR_11) from None


def parse_date(text: bytes) -> date:
    """A date argument of SEARCH."""
    try:
        day, month, year = text.decode("ascii").split("-")
        if len(day) > 2 or len(year) != 4:
            raise CommandMalformed(ARGUMENT_ERROR_11)
        return date(int(year), _MONTHS.index(month.title()) + 1, int(day))
    except ValueError:
        raise CommandMalformed(ARGUMENT_ERROR_11) from None
