"""Every command the IMAP server knows, with the state it needs."""

from __future__ import annotations

import enum
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuimail.sandbox import imap_folder_commands as folders
from tuimail.sandbox import imap_message_commands as messages
from tuimail.sandbox import imap_sign_in as session
from tuimail.sandbox.imap_fetch import fetch
from tuimail.sandbox.imap_search import search

if TYPE_CHECKING:
    from tuimail.sandbox.imap_connection import ImapConnection, Request

Handler = Callable[["ImapConnection", "Request"], Awaitable[bytes | None]]


class State(enum.Enum):
    """The session state a command needs."""

    ANY = enum.auto()
    AUTHENTICATED = enum.auto()
    SELECTED = enum.auto()


@dataclass(frozen=True)
class Command:
    """A handler returns the tagged answer without tag, or None for ``OK … completed.``"""

    handler: Handler
    needs: State


async def _noop(_connection: ImapConnection, _request: Request) -> None:
    return


async def _id(connection: ImapConnection, _request: Request) -> None:
    connection.put(b'* ID ("name" "Microsoft.Exchange.Imap4.Imap4Server" "version" "15.20")')


async def _logout(connection: ImapConnection, _request: Request) -> None:
    connection.put(b"* BYE Microsoft Exchange Server IMAP4 server signing off.")


async def _namespace(connection: ImapConnection, _request: Request) -> None:
    connection.put(b'* NAMESPACE (("" "/")) NIL NIL')


async def _idle(connection: ImapConnection, _request: Request) -> bytes:
    return await connection.idle()


# The commands that may stand behind UID (RFC 3501 section 6.4.8, RFC 4315, RFC 6851).
BY_UID = frozenset({"FETCH", "STORE", "SEARCH", "COPY", "MOVE", "EXPUNGE"})

COMMANDS: dict[str, Command] = {
    "CAPABILITY": Command(session.capability, State.ANY),
    "NOOP": Command(_noop, State.AUTHENTICATED),
    "ID": Command(_id, State.ANY),
    "LOGOUT": Command(_logout, State.ANY),
    "LOGIN": Command(session.login, State.ANY),
    "AUTHENTICATE": Command(session.authenticate, State.ANY),
    "ENABLE": Command(session.enable, State.AUTHENTICATED),
    "NAMESPACE": Command(_namespace, State.AUTHENTICATED),
    "IDLE": Command(_idle, State.AUTHENTICATED),
    "LIST": Command(folders.list_folders, State.AUTHENTICATED),
    "LSUB": Command(folders.list_subscribed, State.AUTHENTICATED),
    "STATUS": Command(folders.status, State.AUTHENTICATED),
    "CREATE": Command(folders.create, State.AUTHENTICATED),
    "DELETE": Command(folders.delete, State.AUTHENTICATED),
    "RENAME": Command(folders.rename, State.AUTHENTICATED),
    "SUBSCRIBE": Command(folders.subscribe, State.AUTHENTICATED),
    "UNSUBSCRIBE": Command(folders.unsubscribe, State.AUTHENTICATED),
    "SELECT": Command(folders.select, State.AUTHENTICATED),
    "EXAMINE": Command(folders.examine, State.AUTHENTICATED),
    "APPEND": Command(messages.append, State.AUTHENTICATED),
    "CHECK": Command(_noop, State.SELECTED),
    "UNSELECT": Command(folders.unselect, State.SELECTED),
    "CLOSE": Command(folders.close, State.SELECTED),
    "EXPUNGE": Command(messages.expunge, State.SELECTED),
    "COPY": Command(messages.copy, State.SELECTED),
    "MOVE": Command(messages.move, State.SELECTED),
    "STORE": Command(messages.store, State.SELECTED),
    "FETCH": Command(fetch, State.SELECTED),
    "SEARCH": Command(search, State.SELECTED),
}
