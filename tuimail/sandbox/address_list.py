"""Address lists of header fields as ENVELOPE wants them: name, route, mailbox, host.

A scanner of its own on raw bytes, because encoded words must reach the client untouched and
because group syntax (``undisclosed-recipients:;``) has its own form in IMAP.
Sources: RFC 5322 section 3.4, RFC 3501 section 7.4.2.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import NamedTuple

_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|[^\s"(),:;<>]+|[(),:;<>"]')
MISSING_HOST = b".MISSING-HOST-NAME."


class Address(NamedTuple):
    """One address.

    A group starts with only ``mailbox`` set and ends with nothing set. A name without an address
    has no ``mailbox`` and `MISSING_HOST`.
    """

    name: bytes | None
    mailbox: bytes | None
    host: bytes | None


@dataclass
class _Scanner:
    words: list[bytes] = field(default_factory=list)
    comment: list[bytes] = field(default_factory=list)
    angle: list[bytes] | None = None
    in_angle: bool = False
    found: list[Address] = field(default_factory=list)
    in_group: bool = False

    def end_address(self) -> None:
        words, angle = self.words, self.angle
        comment = b" ".join(self.comment)
        self.words, self.angle, self.comment, self.in_angle = [], None, [], False
        if angle is None and len(words) > 1 and not any(b"@" in word for word in words):
            # A name alone, as Exchange's own placeholder messages have it.
            self.found.append(Address(b" ".join(words), None, MISSING_HOST))
        elif angle is None:
            if words:
                self.found.append(_address(b"".join(words), comment))
        elif angle or words:
            name = b" ".join(_unquoted(word) for word in words) or comment
            specification = b"".join(angle)
            route, colon, rest = specification.partition(b":")
            self.found.append(
                _address(rest if colon and route[:1] == b"@" else specification, name)
            )

    def start_group(self) -> None:
        name = b" ".join(_unquoted(word) for word in self.words)
        self.words, self.comment, self.in_group = [], [], True
        self.found.append(Address(None, name, None))

    def end_group(self) -> None:
        self.end_address()
        if self.in_group:
            self.found.append(Address(None, None, None))
        self.in_group = False


def parse_addresses(value: bytes) -> list[Address]:
    """The addresses of a header field's value, encoded words left as they are."""
    scanner = _Scanner()
    position = 0
    while match := _TOKEN.search(value, position):
        token, position = match[0], match.end()
        if token == b"(":
            position = _skip_comment(value, position, scanner)
        else:
            _take(scanner, token)
    scanner.end_group()
    return scanner.found


def _take(scanner: _Scanner, token: bytes) -> None:
    if scanner.in_angle:
        if token == b">":
            scanner.in_angle = False
        elif scanner.angle is not None and token != b"<":
            scanner.angle.append(token)
    elif token == b"<":
        scanner.angle, scanner.in_angle = [], True
    elif token == b",":
        scanner.end_address()
    elif token == b":" and not scanner.in_group and scanner.angle is None:
        scanner.start_group()
    elif token == b";":
        scanner.end_group()
    elif token not in (b")", b">", b'"', b":") and scanner.angle is None:
        scanner.words.append(token)


def _skip_comment(value: bytes, position: int, scanner: _Scanner) -> int:
    depth, start = 1, position
    while position < len(value) and depth:
        character = value[position : position + 1]
        if character == b"\\":
            position += 1
        depth += (character == b"(") - (character == b")")
        position += 1
    scanner.comment.append(value[start : max(start, position - 1)].strip())
    return position


def _address(specification: bytes, name: bytes) -> Address:
    local, at, host = specification.rpartition(b"@")
    if not at:
        local, host = specification, MISSING_HOST
    return Address(name or None, _unquoted(local), host or MISSING_HOST)


def _unquoted(word: bytes) -> bytes:
    if len(word) >= 2 and word.startswith(b'"') and word.endswith(b'"'):
        return re.sub(rb"\\(.)", rb"\1", word[1:-1])
    return word
