"""Submission that fails: at every stage, in every way, and what is certain afterwards."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.server.submitting import Hook, refusal, scripted_server, send, silent_after
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
    SubmissionError,
    SubmissionRefused,
    SubmissionUncertain,
    TuimailError,
)
from tuimail.model.account import Endpoint
from tuimail.sandbox.sandbox import COLLEAGUE, Sandbox
from tuimail.submission.smtp import EHLO_NAME, SmtpSubmitter, Timeouts


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
        ("RCPT", "452 4.5.3 Too many recipients {stamp}", SubmissionRefused, False),
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


def test_every_submission_error_but_one_means_that_nothing_was_sent() -> None:
    """The outbox relies on it: only `SubmissionUncertain` keeps a message from being sent again."""
    kinds = {kind.__name__ for kind in SubmissionError.__subclasses__()}
    assert {kind for kind in kinds if "Uncertain" in kind} == {"SubmissionUncertain"}
