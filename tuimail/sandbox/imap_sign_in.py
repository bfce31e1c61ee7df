"""Before and while a session signs in: greetings, CAPABILITY, LOGIN, AUTHENTICATE, ENABLE.

Capabilities and wordings are those of Exchange Online (probes of 2016 to 2026).
"""

from __future__ import annotations

import base64
import binascii
import json
from typing import TYPE_CHECKING

from tuimail.sandbox.imap_switches import EVERYBODY, ImapSwitches
from tuimail.sandbox.imap_syntax import (
    ARGUMENT_ERROR_12,
    INVALID_STATE,
    CommandMalformed,
    CommandRefused,
    text_argument,
)

if TYPE_CHECKING:
    from tuimail.sandbox.imap_connection import ImapConnection, Request
    from tuimail.sandbox.imap_switches import AuthenticateFailure
    from tuimail.sandbox.mailbox import Mailbox

_GREETINGS = {
    "classic": b"* OK The Microsoft Exchange IMAP4 service is ready. [%s]",
    "2026": b"* OK Microsoft Exchange IMAP4 service ready. ********-****-****-****-************ "
    b"(tcpproxy/15.21.0406.000 BACKENDAUTHENTICATE) [%s]",
}
_PROXY_HOST = base64.b64encode("AM0PR01CA0001.EURPRD01.PROD.EXCHANGELABS.COM".encode("utf-16-le"))

_BEFORE = "SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+"
_AFTER = (
    "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT "
    "CLIENTACCESSRULES CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE "
    "LITERAL+"
)
_AFTER_REV2 = (
    "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT ENABLE IMAP4rev2 "
    "CLIENTACCESSRULES CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE BACKENDAUTHENTICATE-IR "
    "CHILDREN IDLE NAMESPACE LITERAL+"
)
_BASIC_BLOCKED = (
    '[Error="AuthFailed:LogonDenied-BasicAuthBlocked-<RequestId='
    "a72c4922-0000-4000-8000-000000000000,ST=02:03:58>"
    "<Process:Microsoft.Exchange.Security.BasicAuthService.Server><UserType:OutlookCom>"
    '<LogonFailed-BasicAuthBlocked><AS:BasicAuthBlocked>"]'
)
_FAILED = "AUTHENTICATE failed."
_DISABLED = b'OK [Error="UserDisabled" AuthResult=27] AUTHENTICATE completed.'
_COMPLETED = b"OK AUTHENTICATE completed."
_CHALLENGE = base64.b64encode(
    json.dumps(
        {"status": "400", "schemes": "Bearer", "scope": "https://outlook.office.com/"}
    ).encode("ascii")
)


def greeting(switches: ImapSwitches) -> bytes:
    """The first line; the bracket holds the proxy's host name in UTF-16LE."""
    return _GREETINGS[switches.generation] % _PROXY_HOST


async def capability(connection: ImapConnection, _request: Request) -> None:
    """CAPABILITY, which says something else after signing in."""
    server = connection.server
    if connection.user:
        names = _AFTER if server.rev2 == "off" else _AFTER_REV2
    elif server.generation == "2026" or server.login == "disabled":
        names = "IMAP4 IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED " + _BEFORE
    else:
        names = "IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 " + _BEFORE
    offered = [name for name in names.split() if name not in server.hidden_capabilities]
    connection.put(b"* CAPABILITY " + " ".join(offered).encode("ascii"))


async def enable(connection: ImapConnection, request: Request) -> None:
    """ENABLE (RFC 5161), where IMAP4rev2 is advertised."""
    if connection.server.rev2 == "off":
        raise CommandMalformed(ARGUMENT_ERROR_12)
    wanted = [text_argument(request.arguments, at) for at in range(len(request.arguments))]
    known = b" IMAP4rev2" if b"IMAP4REV2" in {name.upper() for name in wanted} else b""
    connection.put(b"* ENABLED" + known)


async def login(connection: ImapConnection, _request: Request) -> None:
    """LOGIN: no password opens a mailbox of Exchange Online."""
    blocked = connection.server.login == "blocked"
    raise CommandRefused(_BASIC_BLOCKED + " LOGIN failed." if blocked else "LOGIN failed.")


async def authenticate(connection: ImapConnection, request: Request) -> bytes:
    """AUTHENTICATE XOAUTH2, with or without initial response."""
    if connection.user:
        raise CommandMalformed(INVALID_STATE)
    if text_argument(request.arguments, 0).upper() != b"XOAUTH2":
        raise CommandRefused(_FAILED)
    if len(request.arguments) > 1:
        encoded = text_argument(request.arguments, 1)
    else:
        encoded = await _ask(connection, b"+" if connection.server.bare_continuation else b"+ ")
    user, token = _read_xoauth2(encoded)
    mailbox = connection.server.find_mailbox(user)
    failures = connection.server.authenticate_fails
    failure = failures.get(user, failures.get(EVERYBODY))
    if failure is not None:
        return await _fail(connection, failure, user, mailbox)
    return _sign_in(connection, user, token, mailbox)


async def _ask(connection: ImapConnection, continuation: bytes) -> bytes:
    connection.put(continuation)
    await connection.flush()
    return (await connection.commands.line()).strip()


async def _fail(
    connection: ImapConnection, kind: AuthenticateFailure, user: str, mailbox: Mailbox | None
) -> bytes:
    """The kinds of failure that were seen, as they look on the wire."""
    if kind == "no_with_error_code":
        raise CommandRefused(f"{_BASIC_BLOCKED} {_FAILED}")
    if kind == "challenge":
        await _ask(connection, b"+ " + _CHALLENGE)
    if kind in ("no", "challenge") or mailbox is None:
        raise CommandRefused(_FAILED)
    connection.disconnected = True
    connection.sign_in(user, mailbox, float("inf"))
    return _DISABLED if kind == "ok_with_error_code" else _COMPLETED


def _sign_in(connection: ImapConnection, user: str, token: str, mailbox: Mailbox | None) -> bytes:
    server = connection.server
    prepared = server.authenticate_answers.get(user)
    if prepared is not None and not prepared.startswith(b"OK"):
        return prepared
    claims = server.verify(token)
    if claims is None or mailbox is None:
        raise CommandRefused(_FAILED)
    # A token of somebody else is accepted here and refused by every command after it.
    others = sum(each.user.lower() == user for each in server.connections)
    unwelcome = {address.lower() for address in server.not_connected}
    connection.disconnected = (
        prepared is not None
        or not claims.may_open(user)
        or bool({user, EVERYBODY} & unwelcome)
        or others >= server.connections_per_user
    )
    connection.sign_in(user, mailbox, claims.expires_on)
    return prepared or _COMPLETED


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
