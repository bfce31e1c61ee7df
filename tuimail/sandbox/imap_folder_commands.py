"""Commands about folders: LIST, LSUB, STATUS, SELECT and the ones that change the tree.

Exchange lists everything as if it were mail, Calendar and Contacts included; the role flag comes
after the child flag, and names are quoted only when they need it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tuimail.sandbox.imap_syntax import (
    ARGUMENT_ERROR_12,
    Argument,
    CommandMalformed,
    CommandRefused,
    decode_utf7,
    mailbox_name,
    text_argument,
)
from tuimail.sandbox.imap_view import FolderView
from tuimail.sandbox.mailbox import DEFAULT_FOLDERS, DELETED, KEPT_FLAGS, SEEN, Folder, Mailbox

if TYPE_CHECKING:
    from tuimail.sandbox.imap_connection import ImapConnection, Request

_FLAGS = " ".join(KEPT_FLAGS).encode("ascii")
_RESERVED = frozenset({"files"})


def own_mailbox(connection: ImapConnection) -> Mailbox:
    """The mailbox of the session."""
    if connection.mailbox is None:
        raise CommandMalformed("Command received in Invalid state.")
    return connection.mailbox


def named_folder(connection: ImapConnection, name: bytes) -> Folder:
    """The folder of this (encoded) name; Exchange's NO if there is none."""
    folder = own_mailbox(connection).find(decode_utf7(name))
    if folder is None:
        shown = name.decode("ascii", "replace")
        raise CommandRefused(f"{shown} doesn't exist.")
    return folder


def only_name(arguments: list[Argument]) -> bytes:
    """The single name argument; one with a bare space arrives as two and is refused."""
    if len(arguments) != 1:
        raise CommandMalformed(ARGUMENT_ERROR_12)
    return text_argument(arguments, 0)


async def list_folders(connection: ImapConnection, request: Request) -> None:
    """LIST. There is no LIST-EXTENDED: a RETURN clause is an argument error."""
    if len(request.arguments) != 2:
        raise CommandMalformed(ARGUMENT_ERROR_12)
    reference, pattern = (text_argument(request.arguments, index) for index in (0, 1))
    if not pattern:
        connection.put(b'* LIST (\\Noselect) "/" ""')
        return
    mailbox = own_mailbox(connection)
    matches = _pattern(reference + pattern)
    for folder in mailbox.folders():
        if matches.match(folder.name):
            connection.put(_listed(b"LIST", mailbox, folder))


async def list_subscribed(connection: ImapConnection, request: Request) -> None:
    """LSUB, with the entries of folders that no longer exist."""
    if len(request.arguments) != 2:
        raise CommandMalformed(ARGUMENT_ERROR_12)
    mailbox = own_mailbox(connection)
    matches = _pattern(text_argument(request.arguments, 0) + text_argument(request.arguments, 1))
    for folder in mailbox.folders():
        if folder.subscribed and matches.match(folder.name):
            connection.put(_listed(b"LSUB", mailbox, folder))
    for name in mailbox.stale_subscriptions:
        if matches.match(name):
            connection.put(b'* LSUB (\\HasNoChildren) "/" ' + mailbox_name(name))


def _pattern(pattern: bytes) -> re.Pattern[str]:
    wildcards = {"*": ".*", "%": "[^/]*"}
    text = "".join(wildcards.get(letter, re.escape(letter)) for letter in decode_utf7(pattern))
    return re.compile(text + r"\Z", re.I)


def _listed(response: bytes, mailbox: Mailbox, folder: Folder) -> bytes:
    attributes = []
    if folder.name == "INBOX":
        attributes.append("\\Marked")
    has_children = len(mailbox.subtree(folder)) > 1
    attributes.append("\\HasChildren" if has_children else "\\HasNoChildren")
    if folder.role:
        attributes.append(folder.role)
    flags = " ".join(attributes).encode("ascii")
    return b'* %s (%s) "/" %s' % (response, flags, mailbox_name(folder.name))


async def status(connection: ImapConnection, request: Request) -> None:
    """STATUS."""
    name = text_argument(request.arguments, 0)
    if len(request.arguments) != 2 or not isinstance(request.arguments[1], list):
        raise CommandMalformed(ARGUMENT_ERROR_12)
    folder = named_folder(connection, name)
    with folder.lock:
        values = {
            b"MESSAGES": len(folder),
            b"RECENT": 0,
            b"UIDNEXT": folder.uidnext,
            b"UIDVALIDITY": folder.uidvalidity,
        }
        wanted = [item.upper() for item in request.arguments[1] if isinstance(item, bytes)]
        if b"UNSEEN" in wanted:
            values[b"UNSEEN"] = folder.unseen()
    if any(item not in values for item in wanted):
        raise CommandMalformed(ARGUMENT_ERROR_12)
    pairs = b" ".join(b"%s %d" % (item, values[item]) for item in wanted)
    connection.put(b"* STATUS %s (%s) " % (mailbox_name(folder.name), pairs))


async def select(connection: ImapConnection, request: Request) -> bytes:
    """SELECT."""
    return _open(connection, request, read_only=False)


async def examine(connection: ImapConnection, request: Request) -> bytes:
    """EXAMINE."""
    return _open(connection, request, read_only=True)


def _open(connection: ImapConnection, request: Request, *, read_only: bool) -> bytes:
    connection.select(None)
    folder = named_folder(connection, only_name(request.arguments))
    view = FolderView(folder, read_only=read_only, wake=connection.wake)
    connection.select(view)
    with folder.lock:
        first_unseen = next(
            (
                number
                for number, message in enumerate(folder.messages, 1)
                if SEEN not in message.flags
            ),
            None,
        )
        connection.put(
            b"* %d EXISTS" % len(view.uids),
            b"* 0 RECENT",
            b"* FLAGS (%s)" % _FLAGS,
            b"* OK [PERMANENTFLAGS (%s)] Permanent flags" % (b"" if read_only else _FLAGS),
        )
        if first_unseen is not None:
            connection.put(b"* OK [UNSEEN %d] Is the first unseen message" % first_unseen)
        connection.put(
            b"* OK [UIDVALIDITY %d] UIDVALIDITY value" % folder.uidvalidity,
            b"* OK [UIDNEXT %d] The next unique identifier value" % folder.uidnext,
        )
    if read_only:
        return b"OK [READ-ONLY] EXAMINE completed."
    return b"OK [READ-WRITE] SELECT completed."


async def unselect(connection: ImapConnection, _request: Request) -> None:
    """UNSELECT: leave the folder, keep the messages marked \\Deleted."""
    connection.select(None)


async def close(connection: ImapConnection, _request: Request) -> None:
    """CLOSE: remove the messages marked \\Deleted, silently, and leave."""
    view = connection.view
    if view is not None and not view.read_only:
        folder = view.folder
        folder.expunge({each.uid for each in folder.messages if DELETED in each.flags})
    connection.select(None)


async def create(connection: ImapConnection, request: Request) -> None:
    """CREATE; the folders above are made too."""
    mailbox = own_mailbox(connection)
    name = decode_utf7(only_name(request.arguments)).rstrip("/")
    if name.lower() in _RESERVED:
        raise CommandRefused("Folder name is reserved.")
    if not name or mailbox.find(name) is not None:
        raise CommandRefused("Mailbox already exists.")
    mailbox.create(name).subscribed = False


async def delete(connection: ImapConnection, request: Request) -> None:
    """DELETE; what is below goes with it, as on Exchange."""
    folder = named_folder(connection, only_name(request.arguments))
    if folder.name in DEFAULT_FOLDERS:
        raise CommandRefused("Can't delete a default folder.")
    own_mailbox(connection).delete(folder)


async def rename(connection: ImapConnection, request: Request) -> None:
    """RENAME with everything below."""
    if len(request.arguments) != 2:
        raise CommandMalformed(ARGUMENT_ERROR_12)
    folder = named_folder(connection, text_argument(request.arguments, 0))
    new_name = decode_utf7(text_argument(request.arguments, 1)).rstrip("/")
    mailbox = own_mailbox(connection)
    if folder.name in DEFAULT_FOLDERS:
        raise CommandRefused("Can't rename a default folder.")
    if mailbox.find(new_name) not in (None, folder):
        raise CommandRefused("Mailbox already exists.")
    mailbox.rename(folder, new_name)


async def subscribe(connection: ImapConnection, request: Request) -> None:
    """SUBSCRIBE; a name that does not exist is accepted."""
    _set_subscription(connection, request, subscribed=True)


async def unsubscribe(connection: ImapConnection, request: Request) -> None:
    """UNSUBSCRIBE; a name that does not exist is accepted."""
    _set_subscription(connection, request, subscribed=False)


def _set_subscription(connection: ImapConnection, request: Request, *, subscribed: bool) -> None:
    mailbox = own_mailbox(connection)
    name = decode_utf7(only_name(request.arguments))
    folder = mailbox.find(name)
    if folder is not None:
        folder.subscribed = subscribed
    elif subscribed:
        mailbox.stale_subscriptions.append(name)
    elif name in mailbox.stale_subscriptions:
        mailbox.stale_subscriptions.remove(name)
