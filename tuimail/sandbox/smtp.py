"""Message submission as ``smtp.office365.com:587`` does it: STARTTLS, XOAUTH2, Exchange's replies.

Built on aiosmtpd, whose own wordings are replaced where Exchange's differ. Its limits are raised
too: with the defaults it answers ``500 Command line too long`` to every real access token.
"""

from __future__ import annotations

import asyncio
import logging
import ssl
import uuid
from email.utils import formatdate
from typing import Any, Literal, NoReturn

from aiosmtpd.smtp import SMTP, LoginPassword, Session

from tuimail.sandbox.client_submission import ClientSubmission, SentMessage
from tuimail.sandbox.delivery import PostOffice
from tuimail.sandbox.loop_thread import LoopThread
from tuimail.sandbox.port import HeldPort
from tuimail.sandbox.smtp_dialogue import Dialogue, Verify
from tuimail.sandbox.smtp_replies import HOST, OWN_WORDS, Stage, stamp

__all__ = ["SentMessage", "SmtpServer", "SubmissionConnection"]

# aiosmtpd reports what clients do wrong; without a handler Python would print that to the terminal.
logging.getLogger("mail.log").addHandler(logging.NullHandler())

_LONGEST_LINE = 1 << 16


class SmtpServer(ClientSubmission):
    """The submission service; its switches may be set from any thread at any time.

    Those of its base class (see `client_submission`) hold until they are reset; ``script`` and
    ``drop_after_data`` are for one occasion.
    """

    def __init__(
        self, runner: LoopThread, context: ssl.SSLContext, office: PostOffice, verify: Verify
    ) -> None:
        super().__init__(runner, office)
        self._context = context
        self._server: asyncio.Server | None = None
        self._held = HeldPort()
        self.verify = verify
        self.port = 0
        self.connections: set[SubmissionConnection] = set()
        # address -> the words of a reply to AUTH, for those `refuse` has no name for.
        self.auth_error: dict[str, str] = {}
        # Replies to give once: [("RCPT", "550 5.1.10 …")]. Verbs: EHLO, STARTTLS, AUTH, MAIL, RCPT,
        # DATA (the command, instead of 354), "." (the final reply), QUIT. An empty reply drops the
        # connection.
        self.script: list[tuple[str, str]] = []
        # The connection is lost before the final reply: after the message was taken over, or not.
        self.drop_after_data: Literal["accepted", "not accepted"] | None = None
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
        self._held.free()
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            self._connection, "127.0.0.1", self.port, reuse_address=True
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and abort every connection."""
        self._held.free()
        if self._server is not None:
            self._server.close()
            self._server = None
        self._abort_connections()

    async def pause(self) -> None:
        """Do as `close`, and hold the port until `open` or `close`."""
        await self.close()
        self._held.hold(self.port)

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
            auth_exclude_mechanism=["PLAIN"],
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
        super().__init__(Dialogue(service, service.verify), **options)
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
        words = OWN_WORDS.get(text, text).replace("{stamp}", stamp())
        await super().push(words)
        # 421 announces the end of the connection (RFC 5321, section 3.8).
        if words.startswith("421") and self.transport is not None:
            self.transport.close()

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802 - the name is aiosmtpd's
        """EHLO."""
        if not await self._answered_by_script("EHLO"):
            await super().smtp_EHLO(hostname)

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802 - the name is aiosmtpd's
        """STARTTLS, and the ways in which it can fail."""
        if await self._answered_by_script("STARTTLS"):
            return
        if self.service.tls == "missing":
            await self.push("502 5.3.3 Command not implemented")
        elif self.service.tls == "refused":
            await self.push("454 4.7.0 TLS not available due to temporary reason {stamp}")
        elif self.service.tls == "broken":
            await self.push("220 2.0.0 SMTP server ready")
            # The client's first bytes of the handshake meet a closed connection.
            self.hang_up()
        else:
            await super().smtp_STARTTLS(arg)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - the name is aiosmtpd's
        """The DATA command; its final reply is the dialogue's."""
        if not await self._answered_by_script("DATA"):
            await super().smtp_DATA(arg)

    async def smtp_QUIT(self, arg: str) -> None:  # noqa: N802 - the name is aiosmtpd's
        """QUIT."""
        if not await self._answered_by_script("QUIT"):
            await super().smtp_QUIT(arg)

    async def _answered_by_script(self, verb: Stage | Literal["QUIT"]) -> bool:
        if verb != "STARTTLS":
            self.service.log.append((self.user, verb))
        reply = self.service.scripted(verb)
        if reply is None and verb != "QUIT":
            reply = self.service.refusal(self.user, verb)
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
