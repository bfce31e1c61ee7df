"""Message submission as ``smtp.office365.com:587`` does it: STARTTLS, XOAUTH2, Exchange's replies.

Built on aiosmtpd, whose own wordings are replaced where Exchange's differ. Its limits are raised
too: with the defaults it answers ``500 Command line too long`` to every real access token.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
import ssl
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import formatdate
from typing import Any, Literal, NoReturn

from aiosmtpd.smtp import MISSING, SMTP, AuthResult, Envelope, LoginPassword, Session

from tuimail.sandbox.address_list import parse_addresses
from tuimail.sandbox.delivery import PostOffice
from tuimail.sandbox.loop_thread import LoopThread
from tuimail.sandbox.mailbox import SEEN, with_crlf
from tuimail.sandbox.mime_structure import Part
from tuimail.sandbox.smtp_replies import (
    AUTH_FAILED,
    HOST,
    OWN_WORDS,
    SEND_AS_DENIED,
    TOO_LARGE,
    stamp,
)
from tuimail.sandbox.tokens import TokenClaims

# aiosmtpd reports what clients do wrong; without a handler Python would print that to the terminal.
logging.getLogger("mail.log").addHandler(logging.NullHandler())

_LARGEST = 157286400
_MOST_RECIPIENTS = 500
_LONGEST_LINE = 1 << 16


@dataclass(frozen=True)
class SentMessage:
    """A message the service took over."""

    user: str
    mail_from: str
    rcpt_to: tuple[str, ...]
    raw: bytes


class SmtpServer:
    """The submission service; its switches may be set from any thread at any time."""

    def __init__(
        self,
        runner: LoopThread,
        context: ssl.SSLContext,
        office: PostOffice,
        verify: Callable[[str], TokenClaims | None],
    ) -> None:
        self._runner = runner
        self._context = context
        self._server: asyncio.Server | None = None
        self.office = office
        self.verify = verify
        self.port = 0
        self.connections: set[SubmissionConnection] = set()
        # address -> reply to AUTH; "{stamp}" is filled in. See `smtp_replies`.
        self.auth_error: dict[str, str] = {}
        # Replies to give once: [("RCPT", "550 5.1.10 …")]. Verbs: EHLO, AUTH, MAIL, RCPT, DATA (the
        # command, instead of 354), "." (the final reply), QUIT. An empty reply drops the
        # connection.
        self.script: list[tuple[str, str]] = []
        self.sent: list[SentMessage] = []
        # (user, address) pairs with the SendAs permission, lower case.
        self.send_as: set[tuple[str, str]] = set()
        # The connection is lost before the final reply: after the message was taken over, or not.
        self.drop_after_data: Literal["accepted", "not accepted"] | None = None
        self.largest = _LARGEST
        self.files_sent_copy = True
        # Seconds until the copy appears in Sent Items.
        self.sent_copy_delay = 0.0
        # Command lines received: (user or "", "MAIL").
        self.log: list[tuple[str, str]] = []

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to connect to."""
        return ("localhost", self.port)

    async def open(self) -> None:
        """Listen, on the port of the last time if there was one; nothing if it listens."""
        if self._server is not None:
            return
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._connection, "127.0.0.1", self.port, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and abort every connection."""
        if self._server is not None:
            self._server.close()
            self._server = None
        self._abort_connections()

    def kill_connections(self) -> None:
        """Abort every connection; new ones are accepted."""
        self._runner.call(self._abort_connections)

    def scripted(self, verb: str) -> str | None:
        """Take the scripted reply that is due for this verb."""
        for entry in self.script:
            if entry[0] == verb:
                self.script.remove(entry)
                return entry[1]
        return None

    def take_over(self, message: SentMessage) -> None:
        """Deliver a submitted message and file the copy, as the service does since 2018."""
        self.sent.append(message)
        self.office.deliver(message.raw, message.rcpt_to, message.mail_from)
        if self.files_sent_copy:
            if self.sent_copy_delay:
                self._runner.later(self.sent_copy_delay, lambda: self._file_copy(message))
            else:
                self._file_copy(message)

    def may_send_as(self, user: str, address: str) -> bool:
        """True for the user's own address and those with the SendAs permission."""
        return address.lower() == user.lower() or (user.lower(), address.lower()) in self.send_as

    def _file_copy(self, message: SentMessage) -> None:
        mailbox = self.office.mailbox(message.user)
        if mailbox is not None:
            mailbox.with_role("\\Sent").append(message.raw, [SEEN])

    def _connection(self) -> SubmissionConnection:
        connection_id = uuid.uuid4().hex[:16].upper()
        greeting = f"Microsoft ESMTP MAIL Service ready at {formatdate()} [{connection_id}]"
        return SubmissionConnection(
            self,
            tls_context=self._context,
            require_starttls=True,
            auth_require_tls=True,
            ident=greeting,
            hostname=HOST,
            data_size_limit=self.largest,
            enable_SMTPUTF8=True,
            auth_exclude_mechanism=["PLAIN", "LOGIN"],
            timeout=600,
            loop=asyncio.get_running_loop(),
        )

    def _abort_connections(self) -> None:
        for connection in list(self.connections):
            connection.abort()


class _QuietSession(Session):
    """aiosmtpd's session without its warning about an attribute that aiosmtpd itself sets."""

    login_data: Any = None


class SubmissionConnection(SMTP):
    """One connection: aiosmtpd's protocol with Exchange's limits and words."""

    line_length_limit = _LONGEST_LINE

    def __init__(self, service: SmtpServer, **options: Any) -> None:
        self.service = service
        super().__init__(_Dialogue(service), **options)
        self.command_size_limits["AUTH"] = _LONGEST_LINE
        self._raw_transport: asyncio.BaseTransport | None = None

    @property
    def user(self) -> str:
        """The authenticated user, or nothing."""
        data = getattr(self.session, "auth_data", None)
        return data.login.decode("utf-8") if isinstance(data, LoginPassword) else ""

    def _create_session(self) -> Session:
        return _QuietSession(self.loop)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection, or the TLS layer on top of it, is ready."""
        if self._raw_transport is None:
            self._raw_transport = transport
        self.service.connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        """The connection is gone."""
        self.service.connections.discard(self)
        super().connection_lost(error)

    def abort(self) -> None:
        """Close without a word."""
        if isinstance(self._raw_transport, asyncio.Transport):
            self._raw_transport.abort()

    async def push(self, status: str | bytes) -> None:
        """Send a reply in Exchange's words."""
        text = status.decode("utf-8") if isinstance(status, bytes) else status
        await super().push(OWN_WORDS.get(text, text).replace("{stamp}", stamp()))

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802 - the name is aiosmtpd's
        """EHLO."""
        if not await self._answered_by_script("EHLO"):
            await super().smtp_EHLO(hostname)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - the name is aiosmtpd's
        """The DATA command; its final reply is the dialogue's."""
        if not await self._answered_by_script("DATA"):
            await super().smtp_DATA(arg)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802 - the name is aiosmtpd's
        """QUIT."""
        if not await self._answered_by_script("QUIT"):
            await super().smtp_QUIT(arg)

    async def _answered_by_script(self, verb: str) -> bool:
        self.service.log.append((self.user, verb))
        reply = self.service.scripted(verb)
        if reply is None:
            return False
        if reply:
            await self.push(reply)
        else:
            self.hang_up()
        return True

    def hang_up(self) -> NoReturn:
        """Abort, and end the task that serves the connection."""
        self.abort()
        raise ConnectionResetError


class _Dialogue:
    """aiosmtpd's hooks: what the service answers to each command."""

    def __init__(self, service: SmtpServer) -> None:
        self._service = service

    async def handle_EHLO(  # noqa: N802 - the name is aiosmtpd's
        self,
        _server: SubmissionConnection,
        session: Session,
        _envelope: Envelope,
        hostname: str,
        _responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        peer = session.peer[0] if session.peer else "127.0.0.1"
        # Exchange also lists BINARYMIME and CHUNKING; without BDAT they would be a lie.
        return [
            f"250-{HOST} Hello [{peer}]",
            f"250-SIZE {self._service.largest}",
            "250-PIPELINING",
            "250-DSN",
            "250-ENHANCEDSTATUSCODES",
            "250-STARTTLS" if session.ssl is None else "250-AUTH LOGIN XOAUTH2",
            "250-8BITMIME",
            "250 SMTPUTF8",
        ]

    async def auth_XOAUTH2(  # noqa: N802 - the name is aiosmtpd's
        self, server: SubmissionConnection, args: list[str]
    ) -> AuthResult:
        self._service.log.append(("", "AUTH"))
        if len(args) > 1:
            try:
                blob = base64.b64decode(args[1], validate=True)
            except binascii.Error:
                return _refused("501 5.5.124 Invalid XOAUTH2 auth data")
        else:
            answer = await server.challenge_auth("")
            if answer is MISSING:
                return AuthResult(success=False, handled=True)
            blob = bytes(answer)
        reply = self._service.scripted("AUTH")
        if reply is not None:
            return _refused(reply) if reply else server.hang_up()
        return self._check(blob.decode("utf-8", "replace"))

    def _check(self, text: str) -> AuthResult:
        fields = dict(field.split("=", 1) for field in text.split("\x01") if "=" in field)
        user, token = fields.get("user", ""), fields.get("auth", "").removeprefix("Bearer ")
        error = {key.lower(): reply for key, reply in self._service.auth_error.items()}.get(
            user.lower()
        )
        if error is not None:
            return _refused(error)
        claims = self._service.verify(token)
        # A shared mailbox has no SMTP of its own: the delegate signs in, and sends as it.
        if claims is None or claims.user.lower() != user.lower():
            return _refused(AUTH_FAILED)
        return AuthResult(success=True, auth_data=LoginPassword(user.encode("utf-8"), b""))

    async def handle_MAIL(  # noqa: N802 - the name is aiosmtpd's
        self,
        server: SubmissionConnection,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        reply = self._scripted(server, "MAIL")
        if reply is not None:
            return reply
        if not session.authenticated:
            return "530 5.7.57 Client not authenticated to send mail. {stamp}"
        sizes = [option[5:] for option in options if option.upper().startswith("SIZE=")]
        if any(size.isdigit() and int(size) > self._service.largest for size in sizes):
            return TOO_LARGE
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender OK"

    async def handle_RCPT(  # noqa: N802 - the name is aiosmtpd's
        self,
        server: SubmissionConnection,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        reply = self._scripted(server, "RCPT")
        if reply is not None:
            return reply
        if len(envelope.rcpt_tos) >= _MOST_RECIPIENTS:
            return "452 4.5.3 Too many recipients {stamp}"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient OK"

    async def handle_DATA(  # noqa: N802 - the name is aiosmtpd's
        self, server: SubmissionConnection, _session: Session, envelope: Envelope
    ) -> str:
        service = self._service
        drop, service.drop_after_data = service.drop_after_data, None
        if drop == "not accepted":
            server.hang_up()
        reply = self._scripted(server, ".")
        if reply is not None:
            return reply
        raw = with_crlf(bytes(envelope.original_content or b""))
        user = server.user
        for address in _senders(raw, envelope.mail_from or ""):
            if not service.may_send_as(user, address):
                return SEND_AS_DENIED.replace("{user}", user).replace("{sender}", address)
        service.take_over(
            SentMessage(user, envelope.mail_from or "", tuple(envelope.rcpt_tos), raw)
        )
        if drop == "accepted":
            server.hang_up()
        return f"250 2.0.0 OK <{uuid.uuid4()}@{HOST}> [Hostname={HOST}]"

    def _scripted(self, server: SubmissionConnection, verb: str) -> str | None:
        self._service.log.append((server.user, verb))
        reply = self._service.scripted(verb)
        if reply == "":
            server.hang_up()
        return reply


def _refused(reply: str) -> AuthResult:
    return AuthResult(success=False, handled=False, message=reply)


def _senders(raw: bytes, mail_from: str) -> list[str]:
    """Addresses the message claims to be from: MAIL FROM and the From field."""
    field = Part.of(raw).field(b"from")
    authors = [
        f"{address.mailbox.decode('utf-8', 'replace')}@{address.host.decode('utf-8', 'replace')}"
        for address in parse_addresses(field or b"")
        if address.mailbox is not None and address.host is not None
    ]
    return [mail_from, *authors]
