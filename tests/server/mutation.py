"""Answers as no server should give them: what the grammar allows, what it forbids, what is absurd.

A mutation takes one line of a real server and returns what is said instead. All of it is drawn
from a seed, so that a failure can be looked at again.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Final

_NUMBER: Final = re.compile(rb"\b\d+\b")
_QUOTED: Final = re.compile(rb'"[^"\r\n]*"')
_CODE: Final = re.compile(rb"\[[^\]\r\n]*\]")
_ATOM: Final = re.compile(rb"\b[A-Za-z]{3,}\b")

NUMBERS: Final = (
    b"0",
    b"4294967295",
    b"4294967296",
    b"99999999999999999999",
    b"-1",
    b"007",
    b"1:*",
)
VALUES: Final = (
    b"NIL",
    b'""',
    b"()",
    b"(NIL)",
    b'"\\"\\\\"',
    b"{0}\r\n",
    b"{3}\r\n)\r\n",
    b"~{1}\r\nx",
)
CODES: Final = (
    *(b"[]", b"[ALERT]", b"[UNKNOWN-CODE (1 2)]", b"[UIDVALIDITY]", b"[UIDNEXT x]", b"[COPYUID]"),
    *(b"[COPYUID 1 2:* 3]", b"[APPENDUID 0 0]", b"[HIGHESTMODSEQ 99999999999999999999]"),
    *(b"[CAPABILITY]", b"[PERMANENTFLAGS (\\*)]", b"[unfinished"),
)
UNTAGGED: Final = (
    *(b"* XYZZY (1 (2 NIL) {0}", b"* 0 EXISTS", b"* 99999999999999999999 EXISTS", b"* -3 EXISTS"),
    *(b"* 3 EXPUNGE", b"* 0 EXPUNGE", b"* 1 RECENT", b"* VANISHED (EARLIER) 1:9", b"* FLAGS NIL"),
    *(b"* 1 FETCH (FLAGS (\\Seen))", b"* 9 FETCH (UID 0 FLAGS ())", b"* 2 FETCH ()", b"* 2 FETCH"),
    *(b"* 1 FETCH (UID 3 FLAGS (\\Seen) MODSEQ (12) X-GM-MSGID 3 EMAILID (M1))", b"* SEARCH"),
    *(b"* SEARCH 1 x 99999999999999999999", b'* ESEARCH (TAG "x") UID ALL 1:3', b"* NO [ALERT] Hm"),
    *(b'* LIST () NIL ""', b'* LIST (\\Noselect) "/" {4}\r\na"b/', b"* LSUB", b"* STATUS INBOX ()"),
    *(b"* STATUS INBOX (MESSAGES x UIDNEXT -1 SIZE 9)", b"* BAD What?", b"* OK", b"*", b"", b"* "),
    *(
        b"* CAPABILITY",
        b"* CAPABILITY IMAP4rev1 AUTH=XOAUTH2 IDLE MOVE UIDPLUS CONDSTORE",
        b"* ID NIL",
    ),
    *(b"zzz9 OK Whose is this?", b"* OK [UNSEEN 3]", b"+ ", b"+", b"* ENABLED QRESYNC", b"* 1 FOO"),
    *(b"\x00\xff\xfe", b"* OK \xc3\xa9\xff", b"Server Unavailable. 15", b"* PREAUTH Hello"),
)


class Mutator:
    """Says something else instead of some lines.

    Args:
        seed: What is drawn from.
        share: Of all lines, from 0 to 1.
    """

    def __init__(self, seed: int, share: float) -> None:
        self._drawn = random.Random(seed)
        self._share = share
        self.count = 0

    def __call__(self, match: re.Match[bytes]) -> bytes:
        """Return what is said in place of a line that ends in CRLF."""
        line = match[0]
        if self._drawn.random() >= self._share:
            return line
        self.count += 1
        return self._drawn.choice(_MUTATIONS)(self._drawn, line)


def _replaced(pattern: re.Pattern[bytes], values: tuple[bytes, ...]) -> _Mutation:
    def mutate(drawn: random.Random, line: bytes) -> bytes:
        found = list(pattern.finditer(line))
        if not found:
            return line
        at = drawn.choice(found)
        return line[: at.start()] + drawn.choice(values) + line[at.end() :]

    return mutate


def _as_literal(drawn: random.Random, line: bytes) -> bytes:
    """Say a quoted string as a literal, as RFC 9051 allows everywhere."""
    found = list(_QUOTED.finditer(line))
    if not found:
        return line
    at = drawn.choice(found)
    text = at[0][1:-1]
    return line[: at.start()] + b"{%d}\r\n" % len(text) + text + line[at.end() :]


def _as_quoted(drawn: random.Random, line: bytes) -> bytes:
    found = list(_ATOM.finditer(line))
    at = drawn.choice(found) if found else None
    return line if at is None else line[: at.start()] + b'"' + at[0] + b'"' + line[at.end() :]


def _other_case(_: random.Random, line: bytes) -> bytes:
    return line.swapcase()


def _twice(_: random.Random, line: bytes) -> bytes:
    return line + line


def _cut_short(drawn: random.Random, line: bytes) -> bytes:
    return line[: drawn.randrange(len(line))].rstrip(b"\r\n") + b"\r\n"


def _wrong_tag(_: random.Random, line: bytes) -> bytes:
    return line if line.startswith((b"*", b"+")) else b"zzz" + line


def _octet(drawn: random.Random, line: bytes) -> bytes:
    at = drawn.randrange(max(1, len(line) - 2))
    return line[:at] + bytes([drawn.choice(b'()"\\{}[]* \x00\xff7a')]) + line[at + 1 :]


def _something_before(drawn: random.Random, line: bytes) -> bytes:
    return drawn.choice(UNTAGGED) + b"\r\n" + line


def _something_between(drawn: random.Random, line: bytes) -> bytes:
    """A line in the midst of another, as two that were mixed up."""
    at = drawn.randrange(len(line))
    return line[:at] + b"\r\n" + drawn.choice(UNTAGGED) + b"\r\n" + line[at:]


def _endless(_: random.Random, line: bytes) -> bytes:
    return line.removesuffix(b"\r\n") + b" x" * 100_000 + b"\r\n"


def _deep(_: random.Random, line: bytes) -> bytes:
    return b"* 1 FETCH (UID 1 BODYSTRUCTURE " + b"(" * 5000 + b")" * 5000 + b")\r\n" + line


_Mutation = Callable[[random.Random, bytes], bytes]
_MUTATIONS: Final[tuple[_Mutation, ...]] = (
    *(_replaced(_NUMBER, NUMBERS), _replaced(_QUOTED, VALUES), _replaced(_CODE, CODES)),
    *(_as_literal, _as_literal, _as_quoted, _other_case, _twice, _cut_short, _wrong_tag, _octet),
    *(_something_before,) * 6,
    *(_something_between, _endless, _deep),
)
