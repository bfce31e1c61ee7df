"""Commands about folders: LIST, LSUB, STATUS, SELECT and the ones that change the tree.

Exchange lists everything as if it were mail, Calendar and Contacts included; the role flag comes
after the child flag, and names are quoted only when they need it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from tuimail.sandbox.imap_syntax import (
    ARGUMENT_ERROR_12,
    INVALID_STATE,
    Argument,
    CommandMalformed,
    CommandRefused,
    decode_utf7,
    encode_utf7,
    mailbox_name,
    text_argument,
)
from tuimail.sandbox.imap_view import FolderView
from tuimail.sandbox.mailbox import KEPT_FLAGS, Folder, Mailbox

if TYPE_CHECKING:
    from tuimail.sandbox.imap_connection import ImapConnection, Request

_FLAGS = " ".join(KEPT_FLAGS).encode("ascii")
_RESERVED = frozenset({"files"})
_DEEPEST = 300
_LONGEST_NAME = 255
_LONGEST_PATTERN = 1024


def own_mailbox(connection: ImapConnection) -> Mailbox:
    """The mailbox of the session."""
    if connection.mailbox is None:
        raise CommandMalformed(INVALID_STATE)
    return connection.mailbox


def named_folder(connection: ImapConnection, name: bytes) -> Folder:
    """The folder of this (encoded) name; Exchange's NO if there is none."""
    folder = own_mailbox(connection).find(decode_utf7(name))
    if folder is None:
        shown = encode_utf7(decode_utf7(name)).decode("ascii")
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
    if connection.list_broken:
        raise CommandRefused("[SERVERBUG] Internal server error")
    _put_listed(connection, b"LIST", _pattern(reference + pattern), own_mailbox(connection))


async def list_subscribed(connection: ImapConnection, request: Request) -> None:
    """LSUB, with the entries of folders that no longer exist. IMAP4rev2 has lost it."""
    rev2 = connection.server.rev2
    if rev2 != "off":
        connection.list_broken = rev2 == "server-bug"
        raise CommandMalformed(ARGUMENT_ERROR_12)
    if len(request.arguments) != 2:
        raise CommandMalformed(ARGUMENT_ERROR_12)
    mailbox = own_mailbox(connection)
    matches = _pattern(text_argument(request.arguments, 0) + text_argument(request.arguments, 1))
    _put_listed(connection, b"LSUB", matches, mailbox)
    for name in mailbox.stale_subscriptions:
        if matches(name):
            connection.put(b'* LSUB (\\HasNoChildren) "/" ' + mailbox_name(name))


def _pattern(pattern: bytes) -> Callable[[str], bool]:
    """Whether a name matches a LIST pattern, in time that no pattern can make long."""
    if len(pattern) > _LONGEST_PATTERN:
        raise CommandMalformed(ARGUMENT_ERROR_12)
    wanted = decode_utf7(pattern).lower()

    def matches(name: str) -> bool:
        reached = {0}
        for letter in name.lower():
            reached = {
                after
                for place in _over_wildcards(wanted, reached)
                for after in _after_letter(wanted, place, letter)
            }
        return len(wanted) in _over_wildcards(wanted, reached)

    return matches


def _over_wildcards(pattern: str, places: set[int]) -> set[int]:
    """The places in the pattern, and those behind wildcards that stand for nothing."""
    found = set()
    for place in places:
        found.add(place)
        while place < len(pattern) and pattern[place] in "*%":
            place += 1  # noqa: PLW2901 - walks on from the place
            found.add(place)
    return found


def _after_letter(pattern: str, place: int, letter: str) -> Iterator[int]:
    if place < len(pattern):
        wanted = pattern[place]
        if wanted == "*" or (wanted == "%" and letter != "/"):
            yield place
        elif wanted == letter:
            yield place + 1


def _put_listed(
    connection: ImapConnection, response: bytes, matches: Callable[[str], bool], mailbox: Mailbox
) -> None:
    folders = mailbox.folders()
    parents = {folder.name.rpartition("/")[0].lower() for folder in folders}
    for folder in folders:
        if (response == b"LSUB" and not folder.subscribed) or not matches(folder.name):
            continue
        attributes = ["\\Marked"] if folder.name == "INBOX" else []
        has_children = folder.name.lower() in parents
        attributes.append("\\HasChildren" if has_children else "\\HasNoChildren")
        if folder.role:
            attributes.append(folder.role)
        flags = " ".join(attributes).encode("ascii")
        connection.put(b'* %s (%s) "/" %s' % (response, flags, mailbox_name(folder.name)))


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
        first_unseen = folder.first_unseen()
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
        view.folder.expunge(view.folder.deleted())
    connection.select(None)


async def create(connection: ImapConnection, request: Request) -> None:
    """CREATE; the folders above are made too."""
    mailbox = own_mailbox(connection)
    name = _new_name(only_name(request.arguments))
    if mailbox.find(name) is not None:
        raise CommandRefused("Mailbox already exists.")
    folder = mailbox.create(name)
    folder.subscribed = False
    mailbox.note(folder)


def _new_name(encoded: bytes) -> str:
    """A name for a new folder; Exchange's refusal when it cannot be one."""
    name = decode_utf7(encoded).rstrip("/")
    parts = name.split("/")
    if name.lower() in _RESERVED:
        raise CommandRefused("Folder name is reserved.")
    if len(parts) > _DEEPEST or not all(0 < len(part) <= _LONGEST_NAME for part in parts):
        raise CommandMalformed(ARGUMENT_ERROR_12)
    return name


async def delete(connection: ImapConnection, request: Request) -> None:
    """DELETE; what is below goes with it, as on Exchange."""
    folder = named_folder(connection, only_name(request.arguments))
    if folder.original:
        raise CommandRefused("Can't delete a default folder.")
    own_mailbox(connection).delete(folder)


async def rename(connection: ImapConnection, request: Request) -> None:
    """RENAME with everything below."""
    if len(request.arguments) != 2:
        raise CommandMalformed(ARGUMENT_ERROR_12)
    folder = named_folder(connection, text_argument(request.arguments, 0))
    new_name = _new_name(text_argument(request.arguments, 1))
    mailbox = own_mailbox(connection)
    if folder.original:
        raise CommandRefused("Can't rename a default folder.")
    inside_itself = new_name.lower().startswith(folder.name.lower() + "/")
    if inside_itself or mailbox.find(new_name) not in (None, folder):
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
        mailbox.note(folder)
    else:
        mailbox.subscribe_missing(name, subscribed=subscribed)
