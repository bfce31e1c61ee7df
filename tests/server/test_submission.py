"""Submission against the sandbox (Exchange's words) and against Postfix (a second opinion)."""

from __future__ import annotations

import asyncio
import logging
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.server.account import DovecotAccount
from tests.server.postfix import PostfixServer
from tests.waiting import until
from tuimail.errors import (
    CertificateInvalid,
    ConfigError,
    ConnectFailed,
    ConnectionLost,
    EncryptionMissing,
    MessageTooLarge,
    NetworkError,
    RecipientsRefused,
    Retry,
    ServerTimeout,
    SignInRequired,
    SubmissionDeferred,
    SubmissionDisabled,
    SubmissionError,
    SubmissionRefused,
    SubmissionUncertain,
    TuimailError,
)
from tuimail.model.account import Endpoint, Token
from tuimail.model.secret import Secret
from tuimail.sandbox.sandbox import COLLEAGUE, OWNER, Sandbox
from tuimail.sandbox.smtp_replies import (
    AUTH_DISABLED_FOR_MAILBOX,
    AUTH_DISABLED_FOR_TENANT,
    SECURITY_DEFAULTS,
)
from tuimail.submission.smtp import EHLO_NAME, SmtpSubmitter, Timeouts

RAW = (
    b"From: anna@contoso.example\r\nTo: ben@contoso.example\r\nSubject: Hello\r\n"
    b"Message-ID: <1@contoso.example>\r\n\r\nGood morning.\r\n.\r\n..dots\r\n"
)


@dataclass
class Hook:
    """`before_data`, and what the server had heard when it was called."""

    sandbox: Sandbox | None = None
    calls: list[list[str]] = field(default_factory=list)
    error: Exception | None = None

    async def __call__(self) -> None:
        heard = [verb for _, verb in self.sandbox.smtp_server.log] if self.sandbox else []
        self.calls.append(heard)
        if self.error is not None:
            raise self.error


@pytest.fixture
def submitter(fresh_sandbox: Sandbox) -> SmtpSubmitter:
    return SmtpSubmitter(Endpoint(*fresh_sandbox.smtp), fresh_sandbox.ca_file)


def token(sandbox: Sandbox, user: str = OWNER) -> Token:
    return Token(Secret(sandbox.entra.mint(user)), 4e9, user)


async def send(
    submitter: SmtpSubmitter,
    sandbox: Sandbox,
    hook: Hook,
    *,
    raw: bytes = RAW,
    rcpt_to: Sequence[str] = (COLLEAGUE,),
    mail_from: str = OWNER,
    access: Token | None = None,
) -> str:
    return await submitter.submit(
        username=OWNER,
        token=access or token(sandbox),
        mail_from=mail_from,
        rcpt_to=rcpt_to,
        raw=raw,
        before_data=hook,
    )


async def refusal(submitter: SmtpSubmitter, sandbox: Sandbox, hook: Hook) -> TuimailError:
    with pytest.raises(TuimailError) as caught:
        await send(submitter, sandbox, hook)
    return caught.value


async def test_a_message_arrives_as_it_was_and_the_copy_is_filed(
    fresh_sandbox: Sandbox, submitter: SmtpSubmitter
) -> None:
    receipt = await send(submitter, fresh_sandbox, Hook())
    assert receipt.startswith("250 2.0.0 OK <")
    (sent,) = fresh_sandbox.smtp_server.sent
    assert sent.raw == RAW
    assert (sent.mail_from, sent.rcpt_to) == (OWNER, (COLLEAGUE,))


async def test_the_hook_is_called_once_between_the_recipients_and_data(
    fresh_sandbox: Sandbox, submitter: SmtpSubmitter
) -> None:
    """Invariant 6: SENDING is committed there. Moving the call after DATA turns this red."""
    hook = Hook(fresh_sandbox)
    await send(submitter, fresh_sandbox, hook, rcpt_to=(COLLEAGUE, OWNER))
    assert len(hook.calls) == 1
    assert hook.calls[0][-3:] == ["MAIL", "RCPT", "RCPT"]
    assert "DATA" not in hook.calls[0]
    verbs = [verb for _, verb in fresh_sandbox.smtp_server.log]
    assert verbs == ["EHLO", "EHLO", "AUTH", "MAIL", "RCPT", "RCPT", "DATA", ".", "QUIT"]


async def test_a_hook_that_refuses_ends_it_before_anything_left(
    fresh_sandbox: Sandbox, submitter: SmtpSubmitter
) -> None:
    hook = Hook(error=LookupError("taken back"))
    with pytest.raises(LookupError):
        await send(submitter, fresh_sandbox, hook)
    assert fresh_sandbox.smtp_server.sent == []
    assert "DATA" not in {verb for _, verb in fresh_sandbox.smtp_server.log}


@pytest.mark.parametrize(
    ("reply", "title"),
    [
        (AUTH_DISABLED_FOR_TENANT, "SMTP AUTH is switched off in your organisation."),
        (AUTH_DISABLED_FOR_MAILBOX, "SMTP AUTH is switched off for this mailbox."),
        (SECURITY_DEFAULTS, "Your organisation's security defaults block sending."),
    ],
)
async def test_sending_switched_off_comes_with_the_line_for_the_administrator(
    fresh_sandbox: Sandbox, submitter: SmtpSubmitter, reply: str, title: str
) -> None:
    fresh_sandbox.smtp_server.auth_error[OWNER] = reply
    hook = Hook()
    error = await refusal(submitter, fresh_sandbox, hook)
    assert isinstance(error, SubmissionDisabled)
    assert error.message == title
    assert error.command == (
        f"Set-CASMailbox -Identity {OWNER} -SmtpClientAuthenticationDisabled $false"
    )
    assert error.url == "https://aka.ms/smtp_auth_disabled"
    assert "5.7.139" in error.detail
    assert not hook.calls


@pytest.mark.parametrize(
    ("verb", "reply", "kind", "hooked"),
    [
        ("EHLO", "421 4.3.2 Service not active", SubmissionDeferred, False),
        ("AUTH", "535 5.7.3 Authentication unsuccessful {stamp}", SignInRequired, False),
        ("AUTH", "432 4.3.2 Concurrent connections limit exceeded.", SubmissionDeferred, False),
        ("AUTH", "501 5.5.124 Invalid XOAUTH2 auth data", SignInRequired, False),
        ("MAIL", "550 5.7.60 SMTP; Client does not have permissions to send as this sender",
         SubmissionRefused, False),
        ("MAIL", "451 4.7.500 Server busy. Please try again later from [::1].",
         SubmissionDeferred, False),
        ("MAIL", "550 5.1.8 Access denied, bad outbound sender [AS(42004)]",
         SubmissionRefused, False),
        ("RCPT", "550 5.1.10 RESOLVER.ADR.RecipientNotFound; not found", RecipientsRefused, False),
        ("RCPT", "452 4.5.3 Too many recipients {stamp}", RecipientsRefused, False),
        ("RCPT", "450 4.2.1 Mailbox busy", SubmissionDeferred, False),
        ("RCPT", "421 4.4.2 Connection dropped", SubmissionDeferred, False),
        ("DATA", "451 4.7.0 Temporary server error. Please try again later. PRX2",
         SubmissionDeferred, True),
        ("DATA", "554 5.5.1 No", SubmissionRefused, True),
        (".", "554 5.2.252 SendAsDenied; a@b.c not allowed to send as d@e.f; STOREDRV",
         SubmissionRefused, True),
        (".", "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; x",
         SubmissionRefused, True),
        (".", "554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException",
         SubmissionRefused, True),
        (".", "552 5.3.4 Message size exceeds fixed maximum message size", MessageTooLarge, True),
        (".", "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded",
         SubmissionDeferred, True),
        (".", "421 4.4.2 Message submission rate for this client has exceeded the limit",
         SubmissionDeferred, True),
        ("EHLO", "", NetworkError, False),
        ("AUTH", "", ConnectionLost, False),
        ("MAIL", "", ConnectionLost, False),
        ("RCPT", "", ConnectionLost, False),
        ("DATA", "", ConnectionLost, True),
        (".", "", SubmissionUncertain, True),
        (".", "999 what is this", SubmissionUncertain, True),
    ],
)  # fmt: skip
async def test_every_answer_at_every_stage_is_what_it_is(
    fresh_sandbox: Sandbox,
    submitter: SmtpSubmitter,
    verb: str,
    reply: str,
    kind: type[TuimailError],
    hooked: bool,
) -> None:
    fresh_sandbox.smtp_server.script = [(verb, reply)]
    hook = Hook()
    error = await refusal(submitter, fresh_sandbox, hook)
    assert isinstance(error, kind)
    assert isinstance(error, SubmissionUncertain) == (kind is SubmissionUncertain)
    assert bool(hook.calls) is hooked
    assert fresh_sandbox.smtp_server.sent == []
    assert error.__context__ is None


async def test_every_refused_recipient_is_named_and_nobody_gets_anything(
    fresh_sandbox: Sandbox, submitter: SmtpSubmitter
) -> None:
    fresh_sandbox.smtp_server.script = [
        ("RCPT", "550 5.1.10 not found"),
        ("RCPT", "550 5.7.1 not allowed"),
    ]
    hook = Hook()
    with pytest.raises(RecipientsRefused) as caught:
        await send(
            submitter, fresh_sandbox, hook, rcpt_to=("a@x.example", "b@x.example", COLLEAGUE)
        )
    assert caught.value.message == "2 of 3 recipients were refused, nothing was sent."
    assert caught.value.refused == {
        "a@x.example": "550 5.1.10 not found",
        "b@x.example": "550 5.7.1 not allowed",
    }
    assert not hook.calls
    assert fresh_sandbox.smtp_server.sent == []


@pytest.mark.parametrize("outcome", ["accepted", "not accepted"])
async def test_a_line_lost_after_data_is_uncertain_whatever_the_server_did(
    fresh_sandbox: Sandbox, submitter: SmtpSubmitter, outcome: str
) -> None:
    fresh_sandbox.smtp_server.drop_after_data = (
        "accepted" if outcome == "accepted" else "not accepted"
    )
    error = await refusal(submitter, fresh_sandbox, Hook())
    assert isinstance(error, SubmissionUncertain)
    assert error.retry is Retry.NEVER
    assert len(fresh_sandbox.smtp_server.sent) == (outcome == "accepted")


async def test_silence_after_data_is_uncertain(
    fresh_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with silent_after("DATA", fresh_sandbox) as endpoint:
        submitter = SmtpSubmitter(
            endpoint, fresh_sandbox.ca_file, timeouts=Timeouts(connect=5, command=5, data=0.2)
        )
        assert isinstance(await refusal(submitter, fresh_sandbox, Hook()), SubmissionUncertain)


@pytest.mark.parametrize("verb", ["AUTH", "MAIL", "RCPT"])
async def test_silence_before_data_is_a_timeout_and_nothing_more(
    fresh_sandbox: Sandbox, verb: str
) -> None:
    async with silent_after(verb, fresh_sandbox) as endpoint:
        submitter = SmtpSubmitter(
            endpoint, fresh_sandbox.ca_file, timeouts=Timeouts(connect=5, command=0.2, data=5)
        )
        hook = Hook()
        assert isinstance(await refusal(submitter, fresh_sandbox, hook), ServerTimeout)
        assert not hook.calls


async def test_a_message_larger_than_the_server_takes_is_not_even_begun(
    fresh_sandbox: Sandbox, submitter: SmtpSubmitter
) -> None:
    fresh_sandbox.smtp_server.largest = 100
    hook = Hook()
    error = await refusal(submitter, fresh_sandbox, hook)
    assert isinstance(error, MessageTooLarge)
    assert "MAIL" not in {verb for _, verb in fresh_sandbox.smtp_server.log}


@pytest.mark.parametrize("ttl", [-10, None])
async def test_a_refused_token_asks_for_a_new_one(
    fresh_sandbox: Sandbox, submitter: SmtpSubmitter, ttl: int | None
) -> None:
    secret = fresh_sandbox.entra.mint(OWNER, ttl, audience="https://graph.microsoft.com")
    with pytest.raises(SignInRequired) as caught:
        await send(submitter, fresh_sandbox, Hook(), access=Token(Secret(secret), 0))
    assert secret[:20] not in f"{caught.value} {caught.value.detail}"


async def test_sending_as_somebody_else_names_both_and_the_line(
    fresh_sandbox: Sandbox, submitter: SmtpSubmitter
) -> None:
    raw = RAW.replace(b"From: anna", b"From: ben")
    with pytest.raises(SubmissionRefused) as caught:
        await send(submitter, fresh_sandbox, Hook(), raw=raw)
    assert caught.value.message == f"You may not send as {COLLEAGUE}."
    assert f"-Identity {COLLEAGUE} -Trustee {OWNER}" in caught.value.command


async def test_a_message_with_addresses_beyond_ascii_is_announced(
    fresh_sandbox: Sandbox, submitter: SmtpSubmitter
) -> None:
    raw = RAW.replace(b"Good", "Grüße, good".encode())
    await send(submitter, fresh_sandbox, Hook(), raw=raw, rcpt_to=("jürgen@x.example",))
    assert fresh_sandbox.smtp_server.sent[0].rcpt_to == ("jürgen@x.example",)
    assert fresh_sandbox.smtp_server.sent[0].raw == raw


async def test_a_large_message_goes_through_whole(
    fresh_sandbox: Sandbox, submitter: SmtpSubmitter
) -> None:
    raw = RAW + (b"." * 70 + b"\r\n") * 40_000
    await send(submitter, fresh_sandbox, Hook(), raw=raw)
    assert fresh_sandbox.smtp_server.sent[0].raw == raw


async def test_without_recipients_nobody_is_called(
    fresh_sandbox: Sandbox, submitter: SmtpSubmitter
) -> None:
    with pytest.raises(SubmissionRefused):
        await send(submitter, fresh_sandbox, Hook(), rcpt_to=())
    assert fresh_sandbox.smtp_server.log == []


async def test_whether_sending_works_can_be_asked_without_sending(
    fresh_sandbox: Sandbox, submitter: SmtpSubmitter
) -> None:
    await submitter.check(username=OWNER, token=token(fresh_sandbox))
    assert "MAIL" not in {verb for _, verb in fresh_sandbox.smtp_server.log}


async def test_no_network_is_no_connection(
    fresh_sandbox: Sandbox, submitter: SmtpSubmitter
) -> None:
    fresh_sandbox.cut()
    error = await refusal(submitter, fresh_sandbox, Hook())
    assert isinstance(error, ConnectFailed)
    assert error.retry is Retry.BACKOFF


async def test_an_unknown_certificate_stops_before_the_token(fresh_sandbox: Sandbox) -> None:
    submitter = SmtpSubmitter(Endpoint(*fresh_sandbox.smtp))
    error = await refusal(submitter, fresh_sandbox, Hook())
    assert isinstance(error, CertificateInvalid)
    assert error.retry is Retry.NEVER
    assert [verb for _, verb in fresh_sandbox.smtp_server.log] == ["EHLO"]


def test_a_ca_file_that_is_not_there_is_a_matter_of_the_settings(tmp_path: Path) -> None:
    with pytest.raises(ConfigError):
        SmtpSubmitter(Endpoint("localhost", 1), tmp_path / "none.pem")


@pytest.mark.parametrize(
    ("greeting", "kind"),
    [
        (b"554 5.3.2 no", SubmissionRefused),
        (b"421 4.3.2 later", SubmissionDeferred),
        (b"* OK this is IMAP", SubmissionDeferred),
        (b"", NetworkError),
    ],
)
async def test_a_greeting_that_is_none(
    fresh_sandbox: Sandbox, greeting: bytes, kind: type[TuimailError]
) -> None:
    async with scripted_server({b"": greeting}) as (endpoint, _heard):
        submitter = SmtpSubmitter(endpoint, fresh_sandbox.ca_file)
        assert isinstance(await refusal(submitter, fresh_sandbox, Hook()), kind)


async def test_a_server_without_starttls_gets_neither_token_nor_message(
    fresh_sandbox: Sandbox,
) -> None:
    replies = {b"": b"220 hi", b"EHLO": b"250-here\r\n250-AUTH XOAUTH2\r\n250 SIZE 1000"}
    async with scripted_server(replies) as (endpoint, heard):
        submitter = SmtpSubmitter(endpoint, fresh_sandbox.ca_file)
        error = await refusal(submitter, fresh_sandbox, Hook())
        assert isinstance(error, EncryptionMissing)
        assert error.retry is Retry.NEVER
        await until(lambda: heard[-1:] == [b"QUIT"])
        assert heard == [b"EHLO " + EHLO_NAME.encode(), b"QUIT"]


async def test_nothing_about_a_submission_is_logged(
    fresh_sandbox: Sandbox, submitter: SmtpSubmitter, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    await send(submitter, fresh_sandbox, Hook())
    ours = [record for record in caplog.records if record.name.startswith(("aiosmtplib", "tui"))]
    assert ours == []


@pytest.mark.postfix
async def test_postfix_takes_and_delivers_it(
    dovecot_account: DovecotAccount, postfix: PostfixServer
) -> None:
    account = dovecot_account
    submitter = SmtpSubmitter(Endpoint("localhost", postfix.port), account.ca_file)
    raw = (
        f"From: {account.address}\r\nTo: {account.address}\r\nSubject: Through Postfix\r\n\r\n"
        ".\r\n..\r\nText with a lone dot above.\r\n"
    ).encode()
    hook = Hook()
    receipt = await submitter.submit(
        username=account.address,
        token=Token(Secret(account.mint()), 4e9),
        mail_from=account.address,
        rcpt_to=[account.address],
        raw=raw,
        before_data=hook,
    )
    assert receipt.startswith("250 2.0.0 Ok: queued as")
    assert len(hook.calls) == 1

    def body() -> bytes:
        with account.peer() as peer:
            _, count = peer.select("INBOX", readonly=True)
            if count == [b"0"]:
                return b""
            _, data = peer.fetch("1", "(BODY.PEEK[TEXT])")
        return data[0][1] if data and isinstance(data[0], tuple) else b""

    text = await until(body, describe="the message in INBOX")
    assert text == b".\r\n..\r\nText with a lone dot above.\r\n"


@pytest.mark.postfix
async def test_postfix_refuses_a_bad_token(
    dovecot_account: DovecotAccount, postfix: PostfixServer
) -> None:
    submitter = SmtpSubmitter(Endpoint("localhost", postfix.port), dovecot_account.ca_file)
    with pytest.raises(SignInRequired):
        await submitter.check(
            username=dovecot_account.address,
            token=Token(Secret(dovecot_account.mint(ttl=-10)), 0),
        )


async def close(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


@asynccontextmanager
async def listening(serve: Callable[..., Awaitable[None]]) -> AsyncIterator[Endpoint]:
    """Serve on a free port; at the end wait until every connection is closed."""
    running: set[asyncio.Task[None]] = set()

    async def tracked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        with suppress(OSError):
            await serve(reader, writer)

    server = await asyncio.start_server(tracked, "127.0.0.1", 0)
    try:
        yield Endpoint("localhost", server.sockets[0].getsockname()[1])
    finally:
        server.close()
        await asyncio.gather(*running)


@asynccontextmanager
async def scripted_server(
    replies: dict[bytes, bytes],
) -> AsyncIterator[tuple[Endpoint, list[bytes]]]:
    """A server without TLS that answers verbs from a table; an empty answer hangs up."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reply = replies[b""]
        while reply:
            writer.write(reply + b"\r\n")
            line = (await reader.readline()).rstrip()
            if not line:
                break
            heard.append(line)
            reply = replies.get(line.split()[0], b"221 bye" if line == b"QUIT" else b"500 no")
        await close(writer)

    async with listening(serve) as endpoint:
        yield endpoint, heard


@asynccontextmanager
async def silent_after(verb: str, sandbox: Sandbox) -> AsyncIterator[Endpoint]:
    """A server over real TLS that falls silent at a verb; after DATA's 354 for "DATA"."""
    capabilities = b"250-here\r\n250-AUTH XOAUTH2\r\n250 SIZE 100000000\r\n"
    tls: ssl.SSLContext = sandbox.certificates.server_context()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hi\r\n")
        while line := (await reader.readline()).strip():
            command = line.split()[0].decode()
            if command == "STARTTLS":
                writer.write(b"220 go\r\n")
                await writer.start_tls(tls)
                continue
            if command == "DATA":
                writer.write(b"354 go\r\n")
                await reader.read()
                break
            if command == verb:
                await reader.read()
                break
            if command == "EHLO":
                has_tls = writer.get_extra_info("sslcontext") is not None
                writer.write(capabilities if has_tls else b"250-here\r\n250 STARTTLS\r\n")
            else:
                writer.write(b"235 2.7.0 ok\r\n" if command == "AUTH" else b"250 2.0.0 ok\r\n")
        await close(writer)

    async with listening(serve) as endpoint:
        yield endpoint


def test_every_submission_error_but_one_means_that_nothing_was_sent() -> None:
    """The outbox relies on it: only `SubmissionUncertain` keeps a message from being sent again."""
    kinds = {kind.__name__ for kind in SubmissionError.__subclasses__()}
    assert {kind for kind in kinds if "Uncertain" in kind} == {"SubmissionUncertain"}
