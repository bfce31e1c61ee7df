"""Submission against the sandbox (Exchange's words) and against Postfix (a second opinion)."""

from __future__ import annotations

import logging

import pytest

from tests.server.account import DovecotAccount
from tests.server.postfix import PostfixServer
from tests.server.submitting import RAW, Hook, refusal, send, token
from tests.waiting import until
from tuimail.errors import (
    MessageTooLarge,
    SignInRequired,
    SubmissionDisabled,
    SubmissionRefused,
)
from tuimail.model.account import Endpoint, Token
from tuimail.model.secret import Secret
from tuimail.sandbox.sandbox import COLLEAGUE, OWNER, Sandbox
from tuimail.sandbox.smtp_replies import (
    AUTH_DISABLED_FOR_MAILBOX,
    AUTH_DISABLED_FOR_TENANT,
    SECURITY_DEFAULTS,
)
from tuimail.submission.smtp import SmtpSubmitter


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
    log = fresh_sandbox.smtp_server.log
    await until(lambda: log[-1][1] == "QUIT", describe="the farewell, which nobody waits for long")
    verbs = [verb for _, verb in log]
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
