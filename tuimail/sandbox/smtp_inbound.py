"""Mail from the rest of the world: what an MX record of Exchange Online points to.

No sign-in is asked for, and only mailboxes of this service are delivered to. With it a message can
be dropped into a running demo by any program that speaks SMTP.
"""

from __future__ import annotations

import asyncio
import ssl
import uuid
from email.utils import formatdate

from aiosmtpd.smtp import SMTP, Envelope, Session

from tuimail.sandbox.delivery import PostOffice
from tuimail.sandbox.port import HeldPort
from tuimail.sandbox.smtp_replies import INBOUND_HOST, OWN_WORDS, stamp

_LARGEST = 157286400


class InboundServer:
    """Listens like port 25: STARTTLS is offered and not required."""

    def __init__(self, context: ssl.SSLContext, office: PostOffice) -> None:
        self._context = context
        self._server: asyncio.Server | None = None
        self._held = HeldPort()
        self.office = office
        self.connections: set[_InboundConnection] = set()
        self.port = 0

    @property
    def address(self) -> tuple[str, int]:
        """Host and port to connect to."""
        return ("localhost", self.port)

    async def open(self) -> None:
        """Listen, on the port of the last time if there was one; nothing if it listens."""
        if self._server is not None:
            return
        self._held.free()
        self._server = await asyncio.get_running_loop().create_server(
            lambda: _InboundConnection(self, self._context),
            "127.0.0.1",
            self.port,
            reuse_address=True,
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Stop listening and abort every connection."""
        self._held.free()
        if self._server is not None:
            self._server.close()
            self._server = None
        for connection in list(self.connections):
            connection.abort()

    async def pause(self) -> None:
        """Do as `close`, and hold the port until `open` or `close`."""
        await self.close()
        self._held.hold(self.port)


class _InboundConnection(SMTP):
    def __init__(self, server: InboundServer, context: ssl.SSLContext) -> None:
        self._inbound = server
        self._raw_transport: asyncio.BaseTransport | None = None
        greeting = f"Microsoft ESMTP MAIL Service ready at {formatdate()} [{uuid.uuid4().hex[:16]}]"
        super().__init__(
            _Hooks(server.office),
            tls_context=context,
            ident=greeting,
            hostname=INBOUND_HOST,
            data_size_limit=_LARGEST,
            enable_SMTPUTF8=True,
            auth_exclude_mechanism=["PLAIN", "LOGIN"],
            loop=asyncio.get_running_loop(),
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._raw_transport = self._raw_transport or transport
        self._inbound.connections.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self._inbound.connections.discard(self)
        super().connection_lost(error)

    def abort(self) -> None:
        if isinstance(self._raw_transport, asyncio.Transport):
            self._raw_transport.abort()

    async def push(self, status: str | bytes) -> None:
        text = status.decode("utf-8") if isinstance(status, bytes) else status
        await super().push(OWN_WORDS.get(text, text).replace("{stamp}", stamp(INBOUND_HOST)))


class _Hooks:
    """aiosmtpd's hooks; the names are its own."""

    def __init__(self, office: PostOffice) -> None:
        self._office = office

    async def handle_EHLO(  # noqa: N802
        self,
        _server: SMTP,
        session: Session,
        _envelope: Envelope,
        hostname: str,
        _responses: list[str],
    ) -> list[str]:
        session.host_name = hostname
        return [
            f"250-{INBOUND_HOST} Hello [127.0.0.1]",
            f"250-SIZE {_LARGEST}",
            "250-PIPELINING",
            "250-ENHANCEDSTATUSCODES",
            *(["250-STARTTLS"] if session.ssl is None else []),
            "250-8BITMIME",
            "250 SMTPUTF8",
        ]

    async def handle_MAIL(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str | None,
        options: list[str],
    ) -> str:
        envelope.mail_from = address or ""
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender OK"

    async def handle_RCPT(  # noqa: N802
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if address.rpartition("@")[2].lower() not in self._office.domains:
            return "550 5.7.64 TenantAttribution; Relay Access Denied {stamp}"
        if self._office.mailbox(address) is None:
            return f"550 5.4.1 Recipient address rejected: Access denied. [{address}] {{stamp}}"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient OK"

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = bytes(envelope.original_content or b"")
        self._office.deliver(content, envelope.rcpt_tos, envelope.mail_from or "")
        return f"250 2.6.0 <{uuid.uuid4()}@{INBOUND_HOST}> Queued mail for delivery"
