"""Every command the IMAP server knows, with the state it needs; the session's own are here.

Capabilities and wordings are those of Exchange Online (probes of 2016 to 2026).
"""

from __future__ import annotations

import base64
import binascii
import enum
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from tuimail.sandbox import imap_folder_commands as folders
from tuimail.sandbox import imap_message_commands as messages
from tuimail.sandbox.imap_fetch import fetch
from tuimail.sandbox.imap_search import search
from tuimail.sandbox.imap_syntax import (
    ARGUMENT_ERROR_12,
    CommandMalformed,
    CommandRefused,
    HangUp,
    text_argument,
)

if TYPE_CHECKING:
    from tuimail.sandbox.imap_connection import ImapConnection, Request

Handler = Callable[["ImapConnection", "Request"], Awaitable[bytes | None]]

_BEFORE = {
    "classic": "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN "
    "IDLE NAMESPACE LITERAL+",
    "2026": "IMAP4 IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN "
    "IDLE NAMESPACE LITERAL+",
}
_AFTER = {
    "classic": "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT "
    "CLIENTACCESSRULES CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE "
    "LITERAL+",
    "2026": "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT ENABLE "
    "IMAP4rev2 CLIENTACCESSRULES CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE "
    "BACKENDAUTHENTICATE-IR CHILDREN IDLE NAMESPACE LITERAL+",
}


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


async def _capability(connection: ImapConnection, _request: Request) -> None:
    server = connection.server
    names = (_AFTER if connection.user else _BEFORE)[server.generation].split()
    offered = [name for name in names if name not in server.hidden_capabilities]
    connection.put(b"* CAPABILITY " + " ".join(offered).encode("ascii"))


async def _noop(_connection: ImapConnection, _request: Request) -> None:
    return


async def _id(connection: ImapConnection, _request: Request) -> None:
    connection.put(b'* ID ("name" "Microsoft.Exchange.Imap4.Imap4Server" "version" "15.20")')


async def _logout(connection: ImapConnection, _request: Request) -> None:
    connection.put(b"* BYE Microsoft Exchange Server IMAP4 server signing off.")


async def _login(_connection: ImapConnection, _request: Request) -> None:
    raise CommandRefused("LOGIN failed.")


async def _namespace(connection: ImapConnection, _request: Request) -> None:
    connection.put(b'* NAMESPACE (("" "/")) NIL NIL')


async def _idle(connection: ImapConnection, _request: Request) -> bytes:
    return await connection.idle()


async def _authenticate(connection: ImapConnection, request: Request) -> bytes:
    if connection.user:
        raise CommandMalformed("Command received in Invalid state.")
    if text_argument(request.arguments, 0).upper() != b"XOAUTH2":
        raise CommandRefused("AUTHENTICATE failed.")
    if len(request.arguments) > 1:
        encoded = text_argument(request.arguments, 1)
    else:
        connection.put(b"+ ")
        await connection.flush()
        line = await connection.reader.readline()
        if not line.endswith(b"\n"):
            raise HangUp
        encoded = line.strip()
    return _sign_in(connection, encoded)


def _sign_in(connection: ImapConnection, encoded: bytes) -> bytes:
    server = connection.server
    user, token = _read_xoauth2(encoded)
    mailbox = server.find_mailbox(user)
    prepared = server.authenticate_answers.get(user)
    if prepared is not None and not prepared.startswith(b"OK"):
        return prepared
    claims = server.verify(token)
    if claims is None or mailbox is None:
        raise CommandRefused("AUTHENTICATE failed.")
    # A token of somebody else is accepted here and refused by every command after it.
    others = sum(each.user.lower() == user for each in server.connections)
    connection.disconnected = (
        prepared is not None
        or not claims.may_open(user)
        or user in {address.lower() for address in server.not_connected}
        or others >= server.connections_per_user
    )
    connection.sign_in(user, mailbox, claims.expires_on)
    return prepared or b"OK AUTHENTICATE completed."


def _read_xoauth2(encoded: bytes) -> tuple[str, str]:
    try:
        text = base64.b64decode(encoded, validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        raise CommandMalformed(ARGUMENT_ERROR_12) from None
    fields = dict(field.split("=", 1) for field in text.split("\x01") if "=" in field)
    scheme, _, token = fields.get("auth", "").partition(" ")
    if "user" not in fields or scheme.lower() != "bearer" or not token:
        raise CommandMalformed(ARGUMENT_ERROR_12)
    return fields["user"].lower(), token


COMMANDS: dict[str, Command] = {
    "CAPABILITY": Command(_capability, State.ANY),
    "NOOP": Command(_noop, State.AUTHENTICATED),
    "ID": Command(_id, State.ANY),
    "LOGOUT": Command(_logout, State.ANY),
    "LOGIN": Command(_login, State.ANY),
    "AUTHENTICATE": Command(_authenticate, State.ANY),
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
