"""FETCH responses, one at a time as they arrive, each for itself.

imapclient parses a whole answer at once, drops rows for ranges and loses all rows to one bad one;
a folder of 100,000 messages needs none of that. One response in, one message out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from tuimail.imap.responses import (
    as_uid,
    parse_envelope,
    parse_internaldate,
    parse_references,
    parse_structure,
    parse_thread_index,
)
from tuimail.imap.tokens import Value, as_bytes, as_list, as_number, parse_values
from tuimail.imap.wire import Response
from tuimail.model.flags import Flags
from tuimail.model.folder import UID
from tuimail.model.message import FetchedMessage

SUMMARY_ITEMS: Final = (
    b"(UID FLAGS INTERNALDATE RFC822.SIZE ENVELOPE BODYSTRUCTURE "
    b"BODY.PEEK[HEADER.FIELDS (REFERENCES THREAD-INDEX)])"
)
FLAG_ITEMS: Final = b"(UID FLAGS)"

_FETCH: Final = re.compile(rb"\* \d{1,10} FETCH (?=\()", re.IGNORECASE)
_NUMBER: Final = re.compile(rb"\* (\d{1,10}) FETCH ", re.IGNORECASE)
_PLAIN_FLAGS: Final = re.compile(
    rb"\* \d{1,10} FETCH \((?:UID (\d{1,10}) FLAGS \(([^()\"{]*)\)"
    rb"|FLAGS \(([^()\"{]*)\) UID (\d{1,10}))\)\s*\Z",
    re.IGNORECASE,
)
_UID: Final = re.compile(rb"(?<=[ (])UID (\d{1,10})(?=[ )])", re.IGNORECASE)
_QUOTED: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


def fetch_items(response: Response) -> dict[bytes, Value] | None:
    """The items of a FETCH response by name in upper case; None for another response.

    A section's name is as the server wrote it, `BODY[1]<0>`. A UID that stands where broken
    data hides it is found all the same.
    """
    match = _FETCH.match(response.line)
    if match is None:
        return None
    values = parse_values(response.line[match.end() :], response.literals)
    pairs = as_list(values[0]) if values else []
    items: dict[bytes, Value] = {}
    for key, value in zip(pairs[0::2], pairs[1::2], strict=False):
        name = as_bytes(key)
        if name is not None:
            items.setdefault(name.upper(), value)
    if as_uid(items.get(b"UID")) is None:
        found = _UID.findall(_QUOTED.sub(b'""', response.line))
        if len(set(found)) == 1:
            items[b"UID"] = found[0]
    return items


def messages(responses: Iterable[Response]) -> Iterator[FetchedMessage]:
    """Turn the responses to a FETCH of `SUMMARY_ITEMS` into messages, lazily."""
    for response in responses:
        items = fetch_items(response)
        if items is None:
            continue
        message = _message(items, asked_for=b"ENVELOPE" in response.line.upper())
        if message is not None:
            yield message


def flags(responses: Iterable[Response]) -> Iterator[tuple[UID, Flags]]:
    """Turn the responses to a FETCH of `FLAG_ITEMS` into (UID, flags), lazily."""
    known: dict[bytes, Flags] = {}  # a folder has few different sets of flags
    for response in responses:
        match = _PLAIN_FLAGS.match(response.line)
        if match is not None:
            names = match[2] if match[2] is not None else match[3]
            value = known.get(names)
            if value is None:
                value = _flags(list(names.split()))
                if len(known) < 1000:
                    known[names] = value
            yield UID(int(match[1] or match[4])), value
            continue
        items = fetch_items(response) or {}
        uid = as_uid(items.get(b"UID"))
        if uid is not None and b"FLAGS" in items:
            yield uid, _flags(as_list(items[b"FLAGS"]))


def uids_by_number(responses: Iterable[Response]) -> dict[int, UID]:
    """Turn the responses to a FETCH of UIDs into sequence number to UID."""
    found = {}
    for response in responses:
        number = _NUMBER.match(response.line)
        uid = as_uid((fetch_items(response) or {}).get(b"UID"))
        if number is not None and uid is not None:
            found[int(number[1])] = uid
    return found


def sections(
    responses: Iterable[Response],
) -> Iterator[tuple[UID, dict[str, bytes | None]]]:
    """Turn the responses to a FETCH of sections into (UID, octets by section), lazily.

    None is NIL: there is no such part, or no such message any more.
    """
    for response in responses:
        items = fetch_items(response) or {}
        uid = as_uid(items.get(b"UID"))
        found = {
            name[5 : name.index(b"]")].decode("ascii", "replace"): as_bytes(value)
            for name, value in items.items()
            if name.startswith(b"BODY[") and b"]" in name
        }
        if uid is not None and found:
            yield uid, found


def _message(items: dict[bytes, Value], *, asked_for: bool) -> FetchedMessage | None:
    """One message; None for what the server sent unasked, such as another client's flag."""
    uid = as_uid(items.get(b"UID"))
    if uid is None or not (asked_for or b"ENVELOPE" in items or b"INTERNALDATE" in items):
        return None
    envelope, envelope_problem = parse_envelope(items.get(b"ENVELOPE"))
    structure, structure_problem = parse_structure(items.get(b"BODYSTRUCTURE"))
    fields = _fields(items)
    return FetchedMessage(
        uid=uid,
        flags=_flags(as_list(items.get(b"FLAGS"))),
        internaldate=parse_internaldate(items.get(b"INTERNALDATE")),
        size=as_number(items.get(b"RFC822.SIZE")) or 0,
        envelope=envelope,
        structure=structure,
        references=parse_references(fields),
        problem=envelope_problem or structure_problem,
        thread_index=parse_thread_index(fields),
    )


def _fields(items: dict[bytes, Value]) -> bytes | None:
    for name, value in items.items():
        if name.startswith(b"BODY[HEADER"):
            return as_bytes(value)
    return None


def _flags(names: list[Value] | list[bytes]) -> Flags:
    return Flags.parse(name.decode("ascii", "replace") for name in names if isinstance(name, bytes))
