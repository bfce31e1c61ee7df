"""SEARCH (RFC 3501 section 6.4.4) with Exchange's limits: US-ASCII only, few nested ORs."""

from __future__ import annotations

import base64
import binascii
import email.errors
import quopri
from collections.abc import Callable, Collection
from datetime import UTC, date
from email.header import decode_header, make_header
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from tuimail.sandbox.imap_message_commands import selected
from tuimail.sandbox.imap_syntax import (
    ARGUMENT_ERROR_11,
    ARGUMENT_ERROR_12,
    Argument,
    CommandMalformed,
    CommandRefused,
    parse_date,
    parse_number,
    text_argument,
)
from tuimail.sandbox.imap_view import FolderView
from tuimail.sandbox.mailbox import (
    ANSWERED,
    DELETED,
    DRAFT,
    FLAGGED,
    SEEN,
    Message,
    canonical_flags,
)
from tuimail.sandbox.mime_structure import Part

if TYPE_CHECKING:
    from tuimail.sandbox.imap_connection import ImapConnection, Request

Test = Callable[[Message], bool]

_FLAG_KEYS = {
    b"ANSWERED": ANSWERED,
    b"DELETED": DELETED,
    b"DRAFT": DRAFT,
    b"FLAGGED": FLAGGED,
    b"SEEN": SEEN,
}
_DATE_KEYS = frozenset({b"SINCE", b"BEFORE", b"ON", b"SENTSINCE", b"SENTBEFORE", b"SENTON"})
_MOST_NESTED_ORS = 4
_MOST_NESTED = 50
_NOWHERE = "\x00\ufffd\x00"
_PER_TURN = 200


async def search(connection: ImapConnection, request: Request) -> None:
    """SEARCH and UID SEARCH."""
    arguments = list(request.arguments)
    if arguments and isinstance(arguments[0], bytes) and arguments[0].upper() == b"CHARSET":
        if text_argument(arguments, 1).upper() != b"US-ASCII":
            raise CommandRefused("[BADCHARSET (US-ASCII)] The specified charset is not supported.")
        del arguments[:2]
    if not arguments:
        raise CommandMalformed(ARGUMENT_ERROR_12)
    view = selected(connection)
    criteria = _Criteria(view, arguments)
    test = criteria.all_of_them()
    candidates = list(view.uids) if criteria.among is None else sorted(criteria.among)
    found = []
    for first in range(0, len(candidates), _PER_TURN):
        with view.folder.lock:
            for number, message in view.messages(candidates[first : first + _PER_TURN]):
                if test(message):
                    found.append(message.uid if request.by_uid else number)
        await connection.flush()
    connection.put(b"* SEARCH" + b"".join(b" %d" % number for number in found))


class _Criteria:
    """Reads search keys into tests; a test gets one message.

    ``among`` is the set of UIDs outside of which nothing can match, None if unknown: a search for
    a Message-ID in a huge folder looks at the messages the index names and at no others.
    """

    def __init__(
        self, view: FolderView, arguments: list[Argument], ors: int = 0, nested: int = 0
    ) -> None:
        self._view = view
        # The last one is read next.
        self._left = arguments[::-1]
        self._ors = ors
        self._nested = nested
        self.among: set[int] | None = None

    def all_of_them(self) -> Test:
        tests = []
        while self._left:
            tests.append(self._key())
        return tests[0] if len(tests) == 1 else lambda message: all(t(message) for t in tests)

    def _next(self) -> Argument:
        if not self._left:
            raise CommandMalformed(ARGUMENT_ERROR_11)
        return self._left.pop()

    def _text(self) -> bytes:
        value = self._next()
        if isinstance(value, list):
            raise CommandMalformed(ARGUMENT_ERROR_11)
        return value

    def _words(self) -> str:
        """What is looked for. Octets beyond ASCII come in literals; Exchange finds nothing."""
        text = self._text()
        return text.decode("ascii").lower() if text.isascii() else _NOWHERE

    def _key(self) -> Test:
        value = self._next()
        if isinstance(value, list):
            return _Criteria(self._view, value, self._ors, self._nested + 1).all_of_them()
        key = value.upper()
        for reader in (self._flag_key, self._logic_key, self._number_key, self._content_key):
            test = reader(key)
            if test is not None:
                return test
        raise CommandMalformed(ARGUMENT_ERROR_11)

    def _flag_key(self, key: bytes) -> Test | None:
        if key in (b"ALL", b"OLD"):
            return lambda _message: True
        if key in (b"NEW", b"RECENT"):
            return lambda _message: False
        if key in _FLAG_KEYS:
            flag = _FLAG_KEYS[key]
            return lambda message: flag in message.flags
        if key.startswith(b"UN") and key[2:] in _FLAG_KEYS:
            flag = _FLAG_KEYS[key[2:]]
            return lambda message: flag not in message.flags
        if key in (b"KEYWORD", b"UNKEYWORD"):
            wanted = canonical_flags([self._text().decode("ascii", "replace")])
            has = key == b"KEYWORD"
            return lambda message: bool(wanted & message.flags) == has
        return None

    def _logic_key(self, key: bytes) -> Test | None:
        if key not in (b"NOT", b"OR"):
            return None
        self._nested += 1
        if self._nested > _MOST_NESTED:
            raise CommandMalformed(ARGUMENT_ERROR_12)
        try:
            return self._negation() if key == b"NOT" else self._alternative()
        finally:
            self._nested -= 1

    def _negation(self) -> Test:
        test = self._key()
        return lambda message: not test(message)

    def _alternative(self) -> Test:
        self._ors += 1
        if self._ors > _MOST_NESTED_ORS:
            raise CommandMalformed(ARGUMENT_ERROR_12)
        try:
            first, second = self._key(), self._key()
        finally:
            self._ors -= 1
        return lambda message: first(message) or second(message)

    def _number_key(self, key: bytes) -> Test | None:
        if key == b"UID":
            return self._among(self._view.select(self._text(), by_uid=True))
        if key[:1].isdigit() or key[:1] == b"*":
            return self._among(self._view.select(key, by_uid=False))
        if key in (b"LARGER", b"SMALLER"):
            size = parse_number(self._text())
            if key == b"LARGER":
                return lambda message: len(message.raw) > size
            return lambda message: len(message.raw) < size
        if key in _DATE_KEYS:
            return _date_test(key, parse_date(self._text()))
        return None

    def _content_key(self, key: bytes) -> Test | None:
        if key in (b"FROM", b"TO", b"CC", b"BCC", b"SUBJECT"):
            name, words = key.lower(), self._words()
            return lambda message: words in _field_text(Part.of(message.raw), name)
        if key == b"HEADER":
            return self._header_test(self._text().lower())
        if key == b"BODY":
            words = self._words()
            return lambda message: words in _body_text(Part.of(message.raw))
        if key == b"TEXT":
            words = self._words()
            return lambda message: words in _whole_text(Part.of(message.raw))
        return None

    def _among(self, uids: Collection[int]) -> Test:
        chosen = frozenset(uids)
        if not self._nested:
            self.among = set(chosen) if self.among is None else self.among & chosen
        return lambda message: message.uid in chosen

    def _header_test(self, name: bytes) -> Test:
        words = self._words()
        if name == b"message-id" and words:
            return self._among(self._view.folder.find_message_id(words))
        if not words:
            return lambda message: name in Part.of(message.raw).header
        return lambda message: words in _field_text(Part.of(message.raw), name)


def _date_test(key: bytes, day: date) -> Test:
    sent = key.startswith(b"SENT")
    relation = key.removeprefix(b"SENT")

    def test(message: Message) -> bool:
        other = _sent_on(message) if sent else message.date.astimezone(UTC).date()
        if other is None:
            return False
        if relation == b"SINCE":
            return other >= day
        return other < day if relation == b"BEFORE" else other == day

    return test


def _sent_on(message: Message) -> date | None:
    value = Part.of(message.raw).field(b"date")
    try:
        return parsedate_to_datetime(value.decode("latin-1")).date() if value else None
    except ValueError:
        return None


def _field_text(part: Part, name: bytes) -> str:
    return "\n".join(decoded_words(value) for value in part.header.get(name, [])).lower()


def decoded_words(value: bytes) -> str:
    """A header field's value with its encoded words (RFC 2047) decoded."""
    text = value.decode("utf-8", "replace")
    try:
        return str(make_header(decode_header(text)))
    except (ValueError, LookupError, email.errors.HeaderParseError):
        return text


def _body_text(part: Part) -> str:
    if part.children:
        return "\n".join(_body_text(child) for child in part.children)
    if part.message is not None:
        return _whole_text(part.message)
    return _decoded_body(part) if part.main_type == b"text" else ""


def _whole_text(part: Part) -> str:
    header = part.raw[part.start : part.body_start].decode("utf-8", "replace").lower()
    return header + _body_text(part)


def _decoded_body(part: Part) -> str:
    encoding = (part.field(b"content-transfer-encoding") or b"").strip().lower()
    body = part.body
    if encoding == b"base64":
        try:
            body = base64.b64decode(body)
        except binascii.Error:
            pass  # searched as it stands, like any other text that does not decode
    elif encoding == b"quoted-printable":
        body = quopri.decodestring(body)
    charset = {name.lower(): value for name, value in part.parameters}.get(b"charset", b"utf-8")
    try:
        text = body.decode(charset.decode("ascii", "replace"), "replace")
    except LookupError:
        text = body.decode("latin-1")
    return " ".join(text.split()).lower()
