"""FETCH (RFC 3501 section 6.4.5): items in the order they were asked for, as Exchange sends them.

Rows are made one after the other and sent as they are made, so that a fetch over a whole mailbox
neither blocks the other connections nor fills the memory.
"""

from __future__ import annotations

import functools
import re
from typing import TYPE_CHECKING

from tuimail.sandbox.envelope import body_structure, envelope
from tuimail.sandbox.imap_message_commands import selected
from tuimail.sandbox.imap_syntax import (
    ARGUMENT_ERROR_11,
    ARGUMENT_ERROR_12,
    Argument,
    CommandMalformed,
    format_date_time,
    literal,
    text_argument,
)
from tuimail.sandbox.imap_view import format_flags
from tuimail.sandbox.mailbox import SEEN, Message
from tuimail.sandbox.mime_structure import Part, section

if TYPE_CHECKING:
    from tuimail.sandbox.imap_connection import ImapConnection, Request

_SECTION = re.compile(rb"BODY(\.PEEK)?\[(.*)\](?:<(\d+)(?:\.(\d+))?>)?", re.S | re.I)
_FAST = [b"FLAGS", b"INTERNALDATE", b"RFC822.SIZE"]
_MACROS = {
    b"FAST": _FAST,
    b"ALL": [*_FAST, b"ENVELOPE"],
    b"FULL": [*_FAST, b"ENVELOPE", b"BODY"],
}
_OLD_NAMES = {
    b"RFC822": b"BODY[]",
    b"RFC822.HEADER": b"BODY.PEEK[HEADER]",
    b"RFC822.TEXT": b"BODY[TEXT]",
}
_ROWS_PER_TURN = 64


@functools.lru_cache(maxsize=16)
def _parsed(message: Message) -> Part:
    return Part.of(message.raw)


async def fetch(connection: ImapConnection, request: Request) -> None:
    """FETCH and UID FETCH."""
    view = selected(connection)
    if len(request.arguments) != 2:
        raise CommandMalformed(ARGUMENT_ERROR_12)
    uids = view.select(text_argument(request.arguments, 0), by_uid=request.by_uid)
    items = _items(request.arguments[1])
    if request.by_uid and b"UID" not in items:
        items.append(b"UID")
    for count, (number, message) in enumerate(view.messages(uids), 1):
        connection.put(_row(connection, number, message, items))
        if connection.crowded or count % _ROWS_PER_TURN == 0:
            await connection.flush()


def _items(argument: Argument) -> list[bytes]:
    names = argument if isinstance(argument, list) else [argument]
    items: list[bytes] = []
    for name in names:
        if not isinstance(name, bytes):
            raise CommandMalformed(ARGUMENT_ERROR_11)
        upper = name.upper()
        if upper in _MACROS:
            items += _MACROS[upper]
        else:
            items.append(name if upper.startswith(b"BODY") else upper)
    return items


def _row(connection: ImapConnection, number: int, message: Message, items: list[bytes]) -> bytes:
    """One untagged FETCH response; reading a body without PEEK marks the message as seen."""
    values = [_value(connection, message, item) for item in items]
    reads = any(_marks_seen(item) for item in items)
    view = selected(connection)
    if reads and not view.read_only and SEEN not in message.flags:
        view.folder.set_flags(message, message.flags | {SEEN}, by=view.watcher)
        values = [value for value in values if not value.startswith(b"FLAGS ")]
        values.append(b"FLAGS " + format_flags(message.flags))
    return b"* %d FETCH (%s)" % (number, b" ".join(values))


def _marks_seen(item: bytes) -> bool:
    match = _SECTION.fullmatch(_OLD_NAMES.get(item, item))
    return match is not None and not match[1]


def _value(connection: ImapConnection, message: Message, item: bytes) -> bytes:
    upper = item.upper()
    if upper == b"FLAGS":
        value = format_flags(message.flags)
    elif upper == b"UID":
        value = b"%d" % message.uid
    elif upper == b"INTERNALDATE":
        value = format_date_time(message.date)
    elif upper == b"RFC822.SIZE":
        value = b"%d" % connection.server.estimate_size(len(message.raw), message.uid)
    elif upper == b"ENVELOPE":
        value = envelope(_parsed(message))
    elif upper in (b"BODYSTRUCTURE", b"BODY"):
        value = body_structure(_parsed(message), extensible=upper == b"BODYSTRUCTURE")
    elif upper in _OLD_NAMES:
        return item + b" " + _section(message, _OLD_NAMES[upper]).partition(b" ")[2]
    else:
        return _section(message, item)
    return upper + b" " + value


def _section(message: Message, item: bytes) -> bytes:
    match = _SECTION.fullmatch(item)
    if match is None:
        raise CommandMalformed(ARGUMENT_ERROR_11)
    name = match[2]
    octets = section(_parsed(message), name)
    label = b"BODY[" + name.upper() + b"]"
    if match[3] is not None and octets is not None:
        start = int(match[3])
        octets = octets[start:] if match[4] is None else octets[start : start + int(match[4])]
        label += b"<%d>" % start
    return label + b" " + literal(octets)
