"""ENVELOPE, BODYSTRUCTURE and dates (RFC 9051, 7.5.2) as model types.

Exchange sends ENVELOPEs without host names and BODYSTRUCTUREs that break the grammar, so nothing
here raises: what makes no sense becomes a missing value, and a structure that cannot be right
becomes None with a reason, whereupon the message is fetched whole and its MIME is parsed.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_tz
from functools import lru_cache
from typing import Final

from tuimail.imap.params import decode_params, file_name
from tuimail.imap.tokens import Value, as_bytes, as_list, as_number
from tuimail.model.bodystructure import BodyPart, BodyStructure, MultiPart
from tuimail.model.envelope import Envelope
from tuimail.model.folder import UID
from tuimail.text.address import Address
from tuimail.text.safe import SafeText, clean
from tuimail.text.words import decode_charset, decode_words

_MAX_DEPTH: Final = 60
_MAX_PARTS: Final = 2000
_MAX_ADDRESSES: Final = 5000
_MAX_REFERENCES: Final = 100
_NO_HOST: Final = frozenset({".missing-host-name.", "missing_domain", "missing-host-name"})
_NO_MAILBOX: Final = frozenset({"missing_mailbox"})
_MESSAGE_ID: Final = re.compile(r"<[^<>\s]{1,998}>")
_INTERNALDATE: Final = re.compile(
    rb"\s*(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d{2}):(\d{2}):(\d{2})(?: ([+-])(\d{2})(\d{2}))?"
)
_MONTHS: Final = b"jan feb mar apr may jun jul aug sep oct nov dec".split()
_TYPE: Final = re.compile(rb"[\w!#$&^.+-]{1,127}\Z", re.ASCII)  # RFC 6838, 4.2, and "_"
_DISPOSITIONS: Final = frozenset({"inline", "attachment", "form-data"})


class _Malformed(Exception):
    """The BODYSTRUCTURE cannot be right. Never leaves this module."""


def parse_envelope(value: Value) -> tuple[Envelope, str | None]:
    """Read an ENVELOPE.

    Returns:
        The envelope, as full as it can be had, and what was wrong with it, else None.
    """
    if not isinstance(value, list):
        return Envelope(), "The envelope is missing."
    fields = [*value[:10], *[None] * (10 - len(value))]
    from_ = parse_address_list(fields[2])
    envelope = Envelope(
        date=parse_date(as_bytes(fields[0])),
        subject=decode_words(as_bytes(fields[1])),
        from_=from_,
        # A server that was told neither names the same again (RFC 9051, 7.5.2).
        sender=from_ if fields[3] == fields[2] else parse_address_list(fields[3]),
        reply_to=from_ if fields[4] == fields[2] else parse_address_list(fields[4]),
        to=parse_address_list(fields[5]),
        cc=parse_address_list(fields[6]),
        bcc=parse_address_list(fields[7]),
        in_reply_to=_identifier(fields[8]),
        message_id=_identifier(fields[9]),
    )
    problem = None if len(value) >= 10 else "The envelope is incomplete."
    return envelope, problem


def parse_address_list(value: Value) -> tuple[Address, ...]:
    """Read an address list; group names are dropped and their members kept."""
    found: list[Address] = []
    entries = [_fields(entry) for entry in as_list(value)[:_MAX_ADDRESSES]]
    ends = [index for index, entry in enumerate(entries) if entry is None]
    last_end = ends[-1] if ends else -1
    for index, entry in enumerate(entries):
        if entry is None:
            continue
        name, mailbox, host = entry
        if host is None and name is None and index < last_end:
            continue  # a group's beginning: its name stands where a mailbox would
        address = _address(name, mailbox, host)
        if address.name or address.mailbox or address.host:
            found.append(address)
    return tuple(found)


def parse_structure(value: Value) -> tuple[BodyStructure | None, str | None]:
    """Read a BODYSTRUCTURE.

    Returns:
        The structure with section numbers as FETCH BODY[…] counts them, and None; or None and
        what was wrong. What a message/rfc822 part contains is not taken apart.
    """
    try:
        return _root(value), None
    except _Malformed as error:
        return None, f"The structure makes no sense: {error}."


def parse_date(value: bytes | None) -> datetime | None:
    """Read a Date header (RFC 5322, 3.3, and what is found instead of it). Aware, never raises."""
    if not value:
        return None
    try:
        parts = parsedate_tz(decode_charset(value[:200]))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    if parts is None:
        return None
    try:
        zone = timezone(timedelta(seconds=parts[9] or 0))
        moment = datetime(*parts[:6]).replace(tzinfo=zone)
    except (ValueError, TypeError, OverflowError):
        return None
    return moment if 1900 <= moment.year <= 9990 else None


def parse_internaldate(value: Value) -> datetime | None:
    """Read an INTERNALDATE; aware, UTC; None when it makes no sense."""
    match = _INTERNALDATE.match(as_bytes(value) or b"")
    if match is None or match[2].lower() not in _MONTHS:
        return None
    try:
        month = _MONTHS.index(match[2].lower()) + 1
        day, hour, minute, second = (int(match[group]) for group in (1, 4, 5, 6))
        moment = datetime(int(match[3]), month, day, hour, minute, second, tzinfo=UTC)
        offset = timedelta(hours=int(match[8] or 0), minutes=int(match[9] or 0))
        return moment + offset if match[7] == b"-" else moment - offset
    except (ValueError, OverflowError):
        return None


def parse_references(header: bytes | None) -> tuple[str, ...]:
    """Read the Message-IDs of a References header, oldest first.

    Of a chain longer than any real one the first and the newest ones are kept.
    """
    found = _MESSAGE_ID.findall(clean(decode_charset(header or b"")))
    if len(found) > _MAX_REFERENCES:
        found = [found[0], *found[1 - _MAX_REFERENCES :]]
    return tuple(dict.fromkeys(found))


_THREAD_INDEX: Final = re.compile(
    rb"^Thread-Index:[ \t]*((?:[A-Za-z0-9+/=]|\r?\n?[ \t])+)", re.IGNORECASE | re.MULTILINE
)


def parse_thread_index(header: bytes | None) -> str | None:
    """Read which conversation a Thread-Index names, as 32 hexadecimal digits.

    Its first 22 octets are the same in every answer: 1, five of a time, and a GUID of the
    conversation ([MS-OXOMSG] 2.2.1.3). Each answer adds five more. None when there is none.
    """
    found = _THREAD_INDEX.search(header or b"")
    if found is None:
        return None
    try:
        octets = b64decode(b"".join(found[1].split()), validate=True)
    except ValueError:
        return None
    guid = octets[6:22]
    return guid.hex() if octets[:1] == b"\x01" and len(guid) == 16 and any(guid) else None


def as_uid(value: Value) -> UID | None:
    """Read a UID: 1 to 2**32 - 1."""
    number = as_number(value)
    return UID(number) if number is not None and 0 < number < 1 << 32 else None


def _root(value: Value) -> BodyStructure:
    if not isinstance(value, list) or not value:
        raise _Malformed("it is missing")
    if isinstance(value[0], list):
        return _multipart(value, "", 0, _Counter())
    return _leaf(value, "1")


class _Counter:
    """Counts parts, so that a hostile structure ends."""

    def __init__(self) -> None:
        self._parts = 0

    def count(self) -> None:
        self._parts += 1
        if self._parts > _MAX_PARTS:
            raise _Malformed("it has too many parts")


def _multipart(values: list[Value], section: str, depth: int, counter: _Counter) -> MultiPart:
    if depth > _MAX_DEPTH:
        raise _Malformed("it is nested too deeply")
    children: list[BodyStructure] = []
    for value in values:
        if not isinstance(value, list):
            break
        counter.count()
        below = f"{section}.{len(children) + 1}" if section else str(len(children) + 1)
        if value and isinstance(value[0], list):
            children.append(_multipart(value, below, depth + 1, counter))
        else:
            children.append(_leaf(value, below))
    subtype = as_bytes(_at(values, len(children)))
    if subtype is None or not _TYPE.match(subtype):
        raise _Malformed("a multipart has no subtype")
    return MultiPart(
        section=section,
        subtype=_token(subtype, "mixed"),
        parts=tuple(children),
        params=decode_params(as_list(_at(values, len(children) + 1))),
    )


def _leaf(values: list[Value], section: str) -> BodyPart:
    """One part. An empty one (`(NIL NIL NIL NIL NIL "7BIT" 0 …)`) is empty plain text."""
    if not all(_is_type(_at(values, place)) for place in (0, 1)):
        raise _Malformed("a part has no type")
    kind = _token(as_bytes(_at(values, 0)), "text")
    subtype = _token(as_bytes(_at(values, 1)), "plain")
    size = as_number(_at(values, 6))
    if size is None and len(values) > 6:
        raise _Malformed("a part has no size")
    is_message = kind == "message" and isinstance(_at(values, 7), list)
    params = decode_params(as_list(_at(values, 2)))
    disposition, disposition_params = _disposition(values, kind, is_message=is_message)
    return BodyPart(
        section=section,
        type=kind,
        subtype=subtype,
        params=params,
        content_id=_content_id(as_bytes(_at(values, 3))),
        encoding=_token(as_bytes(_at(values, 5)), "7bit"),
        size=size or 0,
        lines=as_number(_at(values, 9 if is_message else 7)) if kind in _LINED else None,
        disposition=disposition,
        filename=file_name(disposition_params, params),
        message=parse_envelope(_at(values, 7))[0] if is_message else None,
    )


_LINED: Final = frozenset({"text", "message"})
_Disposition = tuple[str | None, tuple[tuple[str, str], ...]]


def _disposition(values: list[Value], kind: str, *, is_message: bool) -> _Disposition:
    """Find the disposition: in its place, or wherever a server has put it.

    Exchange sends a bare `"inline"` for `("inline" NIL)`, and `(NIL NIL)` for none.
    """
    place = 11 if is_message else 9 if kind == "text" else 8
    named = _named_disposition(_at(values, place))
    if named is not None:
        return named
    for value in values[7:]:
        named = _named_disposition(value)
        if named is not None and named[0] in _DISPOSITIONS:
            return named
    return None, ()


def _named_disposition(value: Value) -> _Disposition | None:
    if isinstance(value, bytes):
        name = _token(value, "")
        return (name, ()) if name in _DISPOSITIONS else None
    if isinstance(value, list) and len(value) == 2:
        name = _token(as_bytes(value[0]), "")
        params = as_list(value[1])
        if name and (value[1] is None or params):
            known = name if name in _DISPOSITIONS else "attachment"  # RFC 2183, 2.8
            return known, decode_params(params)
    return None


def _content_id(value: bytes | None) -> str | None:
    """Without angle brackets or with them: always with them, as Message-IDs are written."""
    text = clean(decode_charset(value or b"")).strip()
    if not text:
        return None
    return text if text.startswith("<") else f"<{text}>"


def _identifier(value: Value) -> str | None:
    return clean(decode_charset(as_bytes(value) or b"")).strip() or None


def _is_type(value: Value) -> bool:
    return not value or (isinstance(value, bytes) and bool(_TYPE.match(value)))


def _fields(entry: Value) -> tuple[bytes | None, bytes | None, bytes | None] | None:
    """Return name, mailbox and host of an address; None for the end of a group."""
    values = as_list(entry)
    name, mailbox, host = (
        (values[0], values[2], values[3])
        if len(values) >= 4
        else (_at(values, 0), _at(values, 2), _at(values, 3))
    )
    if name is None and mailbox is None and host is None:
        return None
    return as_bytes(name), as_bytes(mailbox), as_bytes(host)


@lru_cache(maxsize=4096)  # From, Sender and Reply-To are one, and people write more than once
def _address(name: bytes | None, mailbox: bytes | None, host: bytes | None) -> Address:
    return Address(
        name=SafeText(decode_words(name).strip()),
        mailbox=_word(mailbox, _NO_MAILBOX),
        host=_word(host, _NO_HOST),
    )


def _word(value: bytes | None, missing: frozenset[str]) -> SafeText:
    text = clean(decode_charset(value or b"")).strip()
    return SafeText("" if text.lower() in missing else text)


@lru_cache(maxsize=1024)
def _token(value: bytes | None, otherwise: str) -> str:
    return clean((value or b"").decode("ascii", "replace")).strip().lower() or otherwise


def _at(values: Sequence[Value], place: int) -> Value:
    return values[place] if place < len(values) else None
