"""What the submission service answers to each command: aiosmtpd's hooks, in Exchange's words."""

from __future__ import annotations

import base64
import binascii
import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING

from aiosmtpd.smtp import MISSING, AuthResult, Envelope, LoginPassword, Session

from tuimail.sandbox.client_submission import SentMessage, filled
from tuimail.sandbox.mailbox import with_crlf
from tuimail.sandbox.smtp_replies import (
    AUTH_FAILED,
    BASIC_AUTH_DISABLED,
    HOST,
    REPLIES,
    TOO_LARGE,
)
from tuimail.sandbox.tokens import TokenClaims

if TYPE_CHECKING:
    from tuimail.sandbox.smtp import SmtpServer, SubmissionConnection

Verify = Callable[[str], TokenClaims | None]


class Dialogue:
    """The hooks; their names are aiosmtpd's."""

    def __init__(self, service: SmtpServer, verify: Verify) -> None:
        self._service = service
        self._verify = verify

    async def handle_EHLO(  # noqa: N802
        self,
        _server: SubmissionConnection,
        session: Session,
        _envelope: Envelope,
        hostname: str,
        _responses: list[str],
    ) -> list[str]:
        """EHLO."""
        session.host_name = hostname
        peer = session.peer[0] if session.peer else "127.0.0.1"
        if session.ssl is not None:
            security = ["250-AUTH LOGIN XOAUTH2"]
        else:
            security = [] if self._service.tls == "missing" else ["250-STARTTLS"]
        # Exchange also lists BINARYMIME and CHUNKING; without BDAT they would be a lie.
        return [
            f"250-{HOST} Hello [{peer}]",
            f"250-SIZE {self._service.largest}",
            "250-PIPELINING",
            "250-DSN",
            "250-ENHANCEDSTATUSCODES",
            *security,
            "250-8BITMIME",
            "250 SMTPUTF8",
        ]

    async def auth_LOGIN(  # noqa: N802
        self, server: SubmissionConnection, args: list[str]
    ) -> AuthResult:
        """A password: asked for as ever, and refused since basic authentication was retired."""
        self._service.log.append(("", "AUTH"))
        prompts = ["Username:", "Password:"] if len(args) == 1 else ["Password:"]
        for prompt in prompts:
            if await server.challenge_auth(prompt) is MISSING:
                return AuthResult(success=False, handled=True)
        return _refused(BASIC_AUTH_DISABLED)

    async def auth_XOAUTH2(  # noqa: N802
        self, server: SubmissionConnection, args: list[str]
    ) -> AuthResult:
        """XOAUTH2 with or without an initial response."""
        self._service.log.append(("", "AUTH"))
        if len(args) > 1:
            try:
                blob = base64.b64decode(args[1], validate=True)
            except binascii.Error:
                return _refused(REPLIES["bad-sasl"].text)
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
        ) or self._service.refusal(user, "AUTH")
        if error is not None:
            return _refused(error)
        claims = self._verify(token)
        # A shared mailbox has no SMTP of its own: the delegate signs in, and sends as it.
        if claims is None or claims.user.lower() != user.lower():
            return _refused(AUTH_FAILED)
        return AuthResult(success=True, auth_data=LoginPassword(user.encode("utf-8"), b""))

    async def handle_MAIL(  # noqa: N802
        self,
        server: SubmissionConnection,
        session: Session,
        envelope: Envelope,
        address: str,
        options: list[str],
    ) -> str:
        """MAIL FROM."""
        reply = self._scripted(server, "MAIL")
        if reply is not None:
            return reply
        if not session.authenticated:
            return "530 5.7.57 Client not authenticated to send mail. {stamp}"
        reply = self._service.refusal(server.user, "MAIL", address)
        if reply is not None:
            return reply
        sizes = [option[5:] for option in options if option.upper().startswith("SIZE=")]
        if any(size.isdigit() and int(size) > self._service.largest for size in sizes):
            return TOO_LARGE
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Sender OK"

    async def handle_RCPT(  # noqa: N802
        self,
        server: SubmissionConnection,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        """RCPT TO."""
        service, user = self._service, server.user
        reply = (
            self._scripted(server, "RCPT")
            or service.refusal(user, "RCPT", envelope.mail_from or "")
            or service.recipient_refusal(user, address)
        )
        if reply is not None:
            return reply
        if len(envelope.rcpt_tos) >= service.recipient_limit(user):
            return REPLIES["too-many-recipients"].text
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Recipient OK"

    async def handle_DATA(  # noqa: N802
        self, server: SubmissionConnection, _session: Session, envelope: Envelope
    ) -> str:
        """The end of the message."""
        service = self._service
        drop, service.drop_after_data = service.drop_after_data, None
        if drop == "not accepted":
            server.hang_up()
        reply = self._scripted(server, ".")
        if reply is not None:
            return reply
        raw = with_crlf(bytes(envelope.original_content or b""))
        sender = envelope.mail_from or ""
        message = SentMessage(server.user, sender, tuple(envelope.rcpt_tos), raw)
        reply = (
            service.refusal(server.user, "final", sender)
            or self._over_connections(server)
            or self._broken_rule(message)
        )
        if reply is not None:
            return reply
        service.take_over(message)
        if drop == "accepted":
            server.hang_up()
        return f"250 2.0.0 OK <{uuid.uuid4()}@{HOST}> [Hostname={HOST}]"

    def _broken_rule(self, message: SentMessage) -> str | None:
        broken = self._service.broken_rule(message)
        return None if broken is None else filled(REPLIES[broken[0]].text, message.user, broken[1])

    def _over_connections(self, server: SubmissionConnection) -> str | None:
        service = self._service
        user = server.user.lower()
        others = sum(1 for each in service.connections if each.user.lower() == user)
        if others <= service.most_connections:
            return None
        return filled(REPLIES[service.over_connections].text, server.user, "")

    def _scripted(self, server: SubmissionConnection, verb: str) -> str | None:
        self._service.log.append((server.user, verb))
        reply = self._service.scripted(verb)
        if reply == "":
            server.hang_up()
        return reply


def _refused(reply: str) -> AuthResult:
    return AuthResult(success=False, handled=False, message=reply)
