"""FETCH (RFC 3501 section 6.4.5): items in the order they were asked for, as Exchange sends them.

Rows are made one after the other and sent as they are made, so that a fetch over a whole mailbox
neither blocks the other connections nor fills the memory. Flags alone, which clients ask for of
whole mailboxes, come from the folder's columns in large pieces.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from tuimail.sandbox.folder import GONE, SEEN, Message
from tuimail.sandbox.imap_message_commands import selected
from tuimail.sandbox.imap_shapes import SHAPE_FIELD, shaped_envelope, shaped_structure
from tuimail.sandbox.imap_syntax import (
    ARGUMENT_ERROR_11,
    ARGUMENT_ERROR_12,
    Argument,
    CommandMalformed,
    CommandRefused,
    format_date_time,
    literal,
    parse_number,
    text_argument,
)
from tuimail.sandbox.imap_view import FLAG_LISTS, FolderView, format_flags
from tuimail.sandbox.mime_structure import Part, section

if TYPE_CHECKING:
    from tuimail.sandbox.imap_connection import ImapConnection, Request

_SECTION = re.compile(rb"BODY(\.PEEK)?\[(.*)\](?:<(\d+)(?:\.(\d+))?>)?", re.S | re.I)
_CONTROL = re.compile(rb"[\x00-\x1f\x7f-\xff]")
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
_FLAG_ROWS_PER_TURN = 1500
_DEEPEST_SECTION = 100
_NO_LONGER = "[*] Some of the requested messages no longer exist."


@functools.lru_cache(maxsize=4)
def _parsed(raw: bytes) -> Part:
    return Part.of(raw)


async def fetch(connection: ImapConnection, request: Request) -> None:
    """FETCH and UID FETCH."""
    view = selected(connection)
    if len(request.arguments) != 2:
        raise CommandMalformed(ARGUMENT_ERROR_12)
    spans = view.spans(text_argument(request.arguments, 0), by_uid=request.by_uid)
    items = _items(request.arguments[1])
    if request.by_uid and b"UID" not in items:
        items.append(b"UID")
    if sorted(items) == [b"FLAGS", b"UID"] and not connection.server.unreadable:
        await _fetch_flags(connection, view, spans, uid_first=items[0] == b"UID")
        return
    left_out = False
    for start, stop in _turns(spans, _ROWS_PER_TURN):
        for number, uid in enumerate(view.uids[start:stop], start + 1):
            left_out |= not _put_row(connection, view, number, Message(view.folder, uid), items)
            if connection.crowded:
                await connection.flush()
        await connection.flush()
    if left_out:
        raise CommandRefused(_NO_LONGER)


def _turns(spans: list[tuple[int, int]], rows: int) -> Iterator[tuple[int, int]]:
    for start, stop in spans:
        for first in range(start, stop, rows):
            yield first, min(first + rows, stop)


async def _fetch_flags(
    connection: ImapConnection, view: FolderView, spans: list[tuple[int, int]], *, uid_first: bool
) -> None:
    form = "* %d FETCH (UID %d FLAGS %s)" if uid_first else "* %d FETCH (FLAGS %s UID %d)"
    for start, stop in _turns(spans, _FLAG_ROWS_PER_TURN):
        uids = view.uids[start:stop]
        numbered = zip(range(start + 1, stop + 1), uids, view.folder.masks(uids), strict=True)
        if uid_first:
            rows = [form % (n, uid, FLAG_LISTS[mask]) for n, uid, mask in numbered if mask != GONE]
        else:
            rows = [form % (n, FLAG_LISTS[mask], uid) for n, uid, mask in numbered if mask != GONE]
        if rows:
            connection.put("\r\n".join(rows).encode("ascii"))
        if connection.crowded:
            await connection.flush()
    await connection.flush()


def _items(argument: Argument) -> list[bytes]:
    names = argument if isinstance(argument, list) else [argument]
    items: list[bytes] = []
    for name in names:
        if not isinstance(name, bytes) or _CONTROL.search(name):
            raise CommandMalformed(ARGUMENT_ERROR_11)
        upper = name.upper()
        if upper in _MACROS:
            items += _MACROS[upper]
        else:
            items.append(name if upper.startswith(b"BODY") else upper)
    if not items:
        raise CommandMalformed(ARGUMENT_ERROR_11)
    return items


def _put_row(
    connection: ImapConnection, view: FolderView, number: int, message: Message, items: list[bytes]
) -> bool:
    """One untagged FETCH response; False when the message is to be left out."""
    unreadable = connection.server.unreadable
    with view.folder.lock:
        if message.uid not in view.folder:
            return True
        if unreadable and (
            message.uid in unreadable or view.folder.message_id(message.uid) in unreadable
        ):
            return False
        row = _Row(connection, message)
        values = [row.value(item) for item in items]
        if any(_marks_seen(item) for item in items) and not view.read_only:
            values = row.mark_seen(view, values)
    connection.put(b"* %d FETCH (%s)" % (number, b" ".join(values)))
    return True


def _marks_seen(item: bytes) -> bool:
    match = _SECTION.fullmatch(_OLD_NAMES.get(item, item))
    return match is not None and not match[1]


class _Row:
    """What FETCH says of one message; its text is made once for all items."""

    def __init__(self, connection: ImapConnection, message: Message) -> None:
        self._server = connection.server
        self._message = message

    @functools.cached_property
    def _raw(self) -> bytes:
        return self._message.raw

    @functools.cached_property
    def _part(self) -> Part:
        return _parsed(self._raw)

    @functools.cached_property
    def _shape(self) -> str:
        shapes, message = self._server.shapes, self._message
        own = (self._part.field(SHAPE_FIELD) or b"").decode("ascii", "replace")
        if not shapes:
            return own
        by_id = shapes.get(message.folder.message_id(message.uid), own)
        return shapes.get(message.uid, by_id)

    def value(self, item: bytes) -> bytes:
        """One item with its name."""
        upper = item.upper()
        message = self._message
        if upper == b"FLAGS":
            value = format_flags(message.flags)
        elif upper == b"UID":
            value = b"%d" % message.uid
        elif upper == b"INTERNALDATE":
            value = format_date_time(message.date)
        elif upper == b"RFC822.SIZE":
            value = b"%d" % self._server.estimate_size(len(self._raw), message.uid)
        elif upper == b"ENVELOPE":
            value = shaped_envelope(self._part, self._shape)
        elif upper in (b"BODYSTRUCTURE", b"BODY"):
            extensible = upper == b"BODYSTRUCTURE"
            value = shaped_structure(self._part, self._shape, extensible=extensible)
        else:
            return self._content(item, upper)
        return upper + b" " + value

    def _content(self, item: bytes, upper: bytes) -> bytes:
        old = _OLD_NAMES.get(upper)
        if old is not None:
            return item + b" " + self._section(old).partition(b" ")[2]
        return self._section(item)

    def _section(self, item: bytes) -> bytes:
        match = _SECTION.fullmatch(item)
        if match is None or match[2].count(b".") > _DEEPEST_SECTION:
            raise CommandMalformed(ARGUMENT_ERROR_11)
        for number in re.findall(rb"\d+", match[2].partition(b"(")[0]):
            parse_number(number)
        name = match[2]
        octets = section(self._part, name)
        label = b"BODY[" + name.upper() + b"]"
        if match[3] is not None and octets is not None:
            start = parse_number(match[3])
            stop = len(octets) if match[4] is None else start + parse_number(match[4])
            octets = octets[start:stop]
            label += b"<%d>" % start
        return label + b" " + literal(octets)

    def mark_seen(self, view: FolderView, values: list[bytes]) -> list[bytes]:
        """Reading a body without PEEK marks the message as seen, and the row says so."""
        message = self._message
        if SEEN in message.flags:
            return values
        view.folder.set_flags(message, message.flags | {SEEN}, by=view.watcher)
        kept = [value for value in values if not value.startswith(b"FLAGS ")]
        return [*kept, b"FLAGS " + format_flags(message.flags)]
