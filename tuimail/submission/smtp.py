"""Submission over SMTP with STARTTLS and XOAUTH2, one command at a time.

One command at a time because the outbox has to know, at every moment, whether the message can
have been taken over: until the server said 354 it cannot, after that only a final reply tells.
"""

from __future__ import annotations

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple, TypeVar

import aiosmtplib
from aiosmtplib.response import SMTPResponse

from tuimail.errors import (
    CertificateInvalid,
    ConnectFailed,
    ConnectionLost,
    EncryptionMissing,
    MessageTooLarge,
    NetworkError,
    ServerTimeout,
    SubmissionDisabled,
    SubmissionRefused,
    SubmissionUncertain,
    TuimailError,
)
from tuimail.model.account import Endpoint, Sharing, Token
from tuimail.submission.flow import drained, keep_little_unsent
from tuimail.submission.replies import (
    Stage,
    error_for,
    error_for_recipients,
    headline,
    reply_text,
)
from tuimail.submission.submitter import PLAIN, Options
from tuimail.submission.wire import END, mail_options, path, pieces, recipient_options
from tuimail.trust import client_context, explain

T = TypeVar("T")

EHLO_NAME: Final = "[127.0.0.1]"
"""An address literal (RFC 5321, 4.1.1.1 and 4.1.3): what a client without a public name says.

The library would say the host's name, which goes into the Received field of every message and
tells all recipients what somebody's computer is called; its address in the local network is no
better. Loopback is a valid literal and says nothing.
"""

_QUIT_SECONDS: Final = 2.0
_SLOWEST_RATE: Final = 16 * 1024


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds. RFC 5321, 4.5.3.2 asks for 5 minutes per command; nobody waits that long.

    Attributes:
        connect: For TCP, the greeting and TLS, each.
        command: For each reply before the message.
        data: For the final reply, besides the time the message takes at 16 KiB/s; and for any
            piece of the message to leave.
    """

    connect: float = 30.0
    command: float = 60.0
    data: float = 600.0


DEFAULT_TIMEOUTS: Final = Timeouts()


class SmtpSubmitter:
    """Fulfils `Submitter`. One connection per message; Exchange takes three at a time.

    Args:
        endpoint: STARTTLS is required there.
        ca_file: A PEM file trusted instead of the system's certificates.
        personal: Whether the account is a personal one; None to tell by its user name.
        sharing: The shared mailbox that is sent from, if it is one.
        timeouts: Shorter ones are for tests.

    Raises:
        ConfigError: `ca_file` cannot be read.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        ca_file: Path | None = None,
        *,
        personal: bool | None = None,
        sharing: Sharing | None = None,
        timeouts: Timeouts = DEFAULT_TIMEOUTS,
    ) -> None:
        self._endpoint = endpoint
        self._personal = personal
        self._sharing = sharing
        self._timeouts = timeouts
        self._context = client_context(ca_file)

    async def submit(
        self,
        *,
        username: str,
        token: Token,
        mail_from: str,
        rcpt_to: Sequence[str],
        raw: bytes,
        before_data: Callable[[], Awaitable[None]],
        options: Options = PLAIN,
    ) -> str:
        """See `Submitter.submit`. The way is this one whatever the options say."""
        if not rcpt_to:
            raise SubmissionRefused("The message has no recipients.")
        async with self._connected() as smtp:
            dialogue = self._dialogue(smtp, username)
            await dialogue.sign_in(token)
            await dialogue.envelope(mail_from, rcpt_to, raw, options)
            await before_data()
            receipt = await dialogue.data(raw, options)
            options.taken(receipt)  # the goodbye may be cut short
            return receipt

    async def check(self, *, username: str, token: Token) -> None:
        """Sign in and leave: whether sending would work. Nothing is sent. Raises as `submit`."""
        async with self._connected() as smtp:
            await self._dialogue(smtp, username).sign_in(token)

    def _dialogue(self, smtp: aiosmtplib.SMTP, username: str) -> _Dialogue:
        return _Dialogue(smtp, _Whose(username, self._personal, self._sharing), self._timeouts)

    @contextlib.asynccontextmanager
    async def _connected(self) -> AsyncIterator[aiosmtplib.SMTP]:
        """Connect, encrypt, greet again; afterwards say goodbye if that is still possible."""
        smtp = aiosmtplib.SMTP(
            hostname=self._endpoint.host,
            port=self._endpoint.port,
            local_hostname=EHLO_NAME,
            timeout=self._timeouts.connect,
            start_tls=False,
            tls_context=self._context,
        )
        try:
            await _said(smtp.connect(), _NOBODY, Stage.CONNECT)
            await _said(smtp.ehlo(), _NOBODY, Stage.CONNECT)
            if not smtp.supports_extension("starttls"):
                raise EncryptionMissing(
                    f"{self._endpoint.host} offers no encryption, nothing was sent.",
                    hint="Check the network you are in, and smtp in the settings.",
                )
            await _said(smtp.starttls(), _NOBODY, Stage.STARTTLS)
            await _said(smtp.ehlo(), _NOBODY, Stage.STARTTLS)
            yield smtp
        finally:
            await _leave(smtp)


async def _leave(smtp: aiosmtplib.SMTP) -> None:
    transport = smtp.transport
    try:
        if smtp.is_connected:
            await smtp.quit(timeout=_QUIT_SECONDS)
    except (aiosmtplib.SMTPException, OSError):
        pass  # the outcome is known already; a missing goodbye changes nothing
    finally:
        smtp.close()
        _abort(transport)
        await asyncio.sleep(0)  # in which the loop closes the socket


def _abort(transport: asyncio.BaseTransport | None) -> None:
    """Close without the farewell of TLS, for which a silent server would keep the socket open."""
    if isinstance(transport, asyncio.WriteTransport):
        transport.abort()


class _Whose(NamedTuple):
    """The account that submits: what a refusal means depends on it."""

    username: str
    personal: bool | None
    sharing: Sharing | None = None


_NOBODY: Final = _Whose("", None)
"""Before the sign-in."""


class _Dialogue:
    """The commands of one submission, on an encrypted connection."""

    def __init__(self, smtp: aiosmtplib.SMTP, whose: _Whose, timeouts: Timeouts) -> None:
        self._smtp = smtp
        self._whose = whose
        self._timeouts = timeouts

    async def sign_in(self, token: Token) -> None:
        if "xoauth2" not in self._smtp.server_auth_methods:
            raise SubmissionDisabled(
                "The server offers no sign-in with a token for sending.",
                hint="Check smtp in the settings.",
            )
        step = self._smtp.auth_xoauth2(
            self._whose.username, token.secret.reveal(), timeout=self._timeouts.command
        )
        await _said(step, self._whose, Stage.SIGN_IN)

    async def envelope(
        self, mail_from: str, rcpt_to: Sequence[str], raw: bytes, options: Options
    ) -> None:
        """MAIL with what the message needs, then every RCPT."""
        self._check_size(len(raw))
        everybody = (mail_from, *rcpt_to)
        utf8 = not all(address.isascii() for address in everybody)
        if utf8 and not self._smtp.supports_extension("smtputf8"):
            raise SubmissionRefused(
                "The server does not take addresses with letters beyond ASCII.",
                hint="Use another address of that person.",
            )
        envelope_id = options.envelope_id if options.notify else ""
        words = mail_options(raw, everybody, self._offered, envelope_id)
        reply = await self._command(b"MAIL", b"FROM:" + path(mail_from), *words)
        if reply.code != 250:
            raise self._refusal(reply, Stage.SENDER)
        await self._recipients(rcpt_to, notify=options.notify)

    @property
    def _offered(self) -> Sequence[str]:
        return tuple(self._smtp.esmtp_extensions)

    async def _recipients(self, rcpt_to: Sequence[str], *, notify: bool) -> None:
        refused = {}
        for recipient in rcpt_to:
            words = recipient_options(recipient, self._offered) if notify else []
            reply = await self._command(b"RCPT", b"TO:" + path(recipient), *words)
            if reply.code not in (250, 251):
                refused[recipient] = (reply.code, reply.message)
            if reply.code == 421:
                break  # the server is closing
        if refused:
            raise error_for_recipients(
                refused,
                len(rcpt_to),
                address=self._whose.username,
                sharing=self._whose.sharing,
            )

    async def data(self, raw: bytes, options: Options) -> str:
        """DATA and the message. Once its last line left, only a final reply tells what became."""
        reply = await self._command(b"DATA")
        if reply.code != 354:
            raise self._refusal(reply, Stage.MESSAGE)
        protocol = self._smtp.protocol
        if protocol is None:
            raise ConnectionLost("The connection was lost before the message left.")
        limit = self._timeouts.data + len(raw) / _SLOWEST_RATE
        answer = asyncio.ensure_future(protocol.read_response(timeout=limit))
        broken, has_ended = "", False
        try:
            await self._write(raw, answer, options.progress)
            if not answer.done():
                has_ended = True
                options.ends()
                protocol.write(END)
            reply = await answer
        except (aiosmtplib.SMTPException, OSError) as error:
            broken = type(error).__name__
        finally:
            answer.cancel()
            if not has_ended:
                _abort(self._smtp.transport)  # whatever came now would be taken for the message
        is_answer = not broken and 200 <= reply.code < 600
        if not is_answer:
            _abort(self._smtp.transport)
        if is_answer and reply.code != 250:
            raise self._refusal(reply, Stage.MESSAGE)
        if broken and not has_ended:
            raise _cut_short(broken)
        if not (is_answer and has_ended):
            raise SubmissionUncertain(
                "The connection broke while the server was answering.",
                hint="tuimail looks for the message in Sent Items.",
                detail=broken or headline(reply_text(reply.code, reply.message)),
            )
        return str(reply_text(reply.code, reply.message))

    async def _write(
        self, raw: bytes, answer: asyncio.Future[SMTPResponse], progress: Callable[[int], None]
    ) -> None:
        """Write the message as fast as it leaves, up to its last line; stop when answered.

        Raises:
            TimeoutError: Nothing left for too long.
        """
        protocol, transport, left = self._smtp.protocol, self._smtp.transport, 0
        if protocol is None or not isinstance(transport, asyncio.WriteTransport):
            return
        keep_little_unsent(transport)
        for piece, octets in pieces(raw):
            if answer.done():
                return
            protocol.write(piece)
            async with asyncio.timeout(self._timeouts.data):
                await drained(transport, answer)
            left += octets
            progress(left)

    async def _command(self, *words: bytes) -> SMTPResponse:
        step = self._smtp.execute_command(*words, timeout=self._timeouts.command)
        return await _said(step, self._whose, Stage.MESSAGE)

    def _refusal(self, reply: SMTPResponse, stage: Stage) -> TuimailError:
        return _refusal(reply, stage, self._whose)

    def _check_size(self, size: int) -> None:
        offered = self._smtp.esmtp_extensions.get("size", "").strip()
        largest = int(offered) if offered.isascii() and offered.isdigit() else 0
        if 0 < largest < size:
            raise MessageTooLarge(
                f"The message has {_mebibytes(size)} MB, the server takes {_mebibytes(largest)}.",
                hint="Remove attachments, or send them another way.",
                detail=f"SIZE {largest}",
            )


def _cut_short(broken: str) -> NetworkError:
    kind = ServerTimeout if "Timeout" in broken else ConnectionLost
    return kind("The line broke before the message had left; it was not sent.", detail=broken)


def _mebibytes(octets: int) -> str:
    return f"{octets / 1024 / 1024:.1f}"


def _refusal(
    reply: SMTPResponse | aiosmtplib.SMTPResponseException, stage: Stage, whose: _Whose
) -> TuimailError:
    return error_for(
        reply.code,
        reply.message,
        stage=stage,
        address=whose.username,
        personal=whose.personal,
        sharing=whose.sharing,
    )


async def _said(step: Awaitable[T], whose: _Whose, stage: Stage) -> T:
    """Translate what the library raises.

    Raised outside of the handlers, so that nothing is chained: its frames hold the token.
    """
    failure: TuimailError
    try:
        return await step
    except aiosmtplib.SMTPResponseException as error:
        failure = _refusal(error, stage, whose)
    except (aiosmtplib.SMTPException, OSError) as error:
        failure = _broken(error, stage)
    except ValueError:
        # The library refuses control characters in a command.
        failure = SubmissionRefused("An address of the message cannot be sent to.")
    raise failure


def _broken(error: Exception, stage: Stage) -> NetworkError:
    kind = type(error).__name__
    if isinstance(error, ssl.SSLCertVerificationError):
        distrust = explain(error.verify_code, "the submission server")
        return CertificateInvalid(distrust.words, hint=distrust.hint, detail=error.verify_message)
    if isinstance(error, TimeoutError):
        return ServerTimeout("The submission server did not answer in time.", detail=kind)
    if stage is Stage.CONNECT or isinstance(error, ssl.SSLError):
        return ConnectFailed("The submission server cannot be reached.", detail=kind)
    return ConnectionLost("The connection to the submission server was lost.", detail=kind)
