"""Commands that change messages: APPEND, STORE, COPY, MOVE, EXPUNGE (RFC 3501, 4315, 6851)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuimail.sandbox.folder import Flags, Folder, Message, canonical_flags
from tuimail.sandbox.imap_folder_commands import named_folder
from tuimail.sandbox.imap_syntax import (
    ARGUMENT_ERROR_11,
    ARGUMENT_ERROR_12,
    INVALID_STATE,
    Argument,
    CommandMalformed,
    CommandRefused,
    format_set,
    parse_date_time,
    text_argument,
)
from tuimail.sandbox.imap_view import FolderView, format_flags

if TYPE_CHECKING:
    from datetime import datetime

    from tuimail.sandbox.imap_connection import ImapConnection, Request


def selected(connection: ImapConnection) -> FolderView:
    """The selected folder of the connection."""
    if connection.view is None:
        raise CommandMalformed(INVALID_STATE)
    return connection.view


def writable(connection: ImapConnection, command: str) -> FolderView:
    """The selected folder, which must not be open read-only."""
    view = selected(connection)
    if view.read_only:
        raise CommandRefused(f"{command} attempt on READ-ONLY folder (opened using EXAMINE).")
    return view


async def append(connection: ImapConnection, request: Request) -> bytes:
    """APPEND, with APPENDUID."""
    arguments = request.arguments
    if len(arguments) < 2:
        raise CommandMalformed(ARGUMENT_ERROR_12)
    folder = _target(connection, text_argument(arguments, 0))
    flags: Flags = frozenset()
    date: datetime | None = None
    for argument in arguments[1:-1]:
        if isinstance(argument, list):
            flags = _flags(argument)
        else:
            date = parse_date_time(argument)
    raw = text_argument(arguments, len(arguments) - 1)
    if max(map(len, raw.split(b"\n"))) > connection.server.longest_line:
        raise CommandMalformed(ARGUMENT_ERROR_11)
    with folder.lock:
        uid = folder.append(raw, flags, date)
        return b"OK [APPENDUID %d %d] APPEND completed." % (folder.uidvalidity, uid)


async def store(connection: ImapConnection, request: Request) -> None:
    """STORE; keywords are accepted and not kept."""
    view = writable(connection, "STORE")
    if len(request.arguments) < 3:
        raise CommandMalformed(ARGUMENT_ERROR_12)
    uids = view.select(text_argument(request.arguments, 0), by_uid=request.by_uid)
    operation = text_argument(request.arguments, 1).upper()
    if operation.lstrip(b"+-") not in (b"FLAGS", b"FLAGS.SILENT"):
        raise CommandMalformed(ARGUMENT_ERROR_12)
    third = request.arguments[2]
    flags = _flags(third if isinstance(third, list) else request.arguments[2:])
    silent = operation.endswith(b".SILENT")
    with view.folder.lock:
        for number, message in view.messages(uids):
            view.folder.set_flags(message, _changed(message, operation, flags), by=view.watcher)
            view.watcher.changed.discard(message.uid)
            if not silent:
                uid = b" UID %d" % message.uid if request.by_uid else b""
                text = format_flags(message.flags)
                connection.put(b"* %d FETCH (FLAGS %s%s)" % (number, text, uid))


def _changed(message: Message, operation: bytes, flags: Flags) -> Flags:
    if operation.startswith(b"+"):
        return message.flags | flags
    if operation.startswith(b"-"):
        return message.flags - flags
    return flags


async def expunge(connection: ImapConnection, request: Request) -> None:
    """EXPUNGE, and UID EXPUNGE (RFC 4315)."""
    view = writable(connection, "EXPUNGE")
    with view.folder.lock:
        gone = view.folder.deleted()
        if request.by_uid:
            gone &= set(view.select(text_argument(request.arguments, 0), by_uid=True))
        view.folder.expunge(gone)


async def copy(connection: ImapConnection, request: Request) -> bytes | None:
    """COPY, with COPYUID."""
    code = _copy(connection, request, remove=False)
    return b"OK %s COPY completed." % code if code else None


async def move(connection: ImapConnection, request: Request) -> None:
    """MOVE (RFC 6851); COPYUID comes untagged before the EXPUNGE lines."""
    writable(connection, "MOVE")
    code = _copy(connection, request, remove=True)
    if code is not None:
        bare = connection.server.copyuid == "bare"
        connection.put(code if bare else b"* OK %s" % code)


def _copy(connection: ImapConnection, request: Request, *, remove: bool) -> bytes | None:
    view = selected(connection)
    if len(request.arguments) != 2:
        raise CommandMalformed(ARGUMENT_ERROR_12)
    uids = view.select(text_argument(request.arguments, 0), by_uid=request.by_uid)
    target = _target(connection, text_argument(request.arguments, 1))
    with view.folder.lock:
        chosen = [message for _, message in view.messages(uids)]
        if not chosen:
            return None
        copied = [target.append(each.raw, each.flags, each.date) for each in chosen]
        if remove:
            view.folder.expunge([message.uid for message in chosen])
    if connection.server.copyuid == "empty":
        return b"[COPYUID %d  ]" % target.uidvalidity
    old = format_set(message.uid for message in chosen)
    return b"[COPYUID %d %s %s]" % (target.uidvalidity, old, format_set(copied))


def _target(connection: ImapConnection, name: bytes) -> Folder:
    try:
        return named_folder(connection, name)
    except CommandRefused as refusal:
        raise CommandRefused(f"[TRYCREATE] {refusal}") from None


def _flags(arguments: list[Argument]) -> Flags:
    names = [flag.decode("ascii", "replace") for flag in arguments if isinstance(flag, bytes)]
    return canonical_flags(names)
