"""SMTP replies to errors."""

# ruff: noqa: E501 - one reply per line reads best

from __future__ import annotations

import pytest

from tuimail.errors import (
    MessageTooLarge,
    RecipientsRefused,
    Retry,
    SignInRequired,
    SubmissionDeferred,
    SubmissionDisabled,
    SubmissionRefused,
    TuimailError,
)
from tuimail.submission.replies import Stage, error_for, error_for_recipients, headline, reply_text
from tuimail.submission.wire import END, path, pieces

ANNA = "anna@contoso.com"


@pytest.mark.parametrize(
    ("code", "message", "stage", "kind"),
    [
        (535, "5.7.139 x, SmtpClientAuthentication is disabled for the Tenant. Visit", Stage.SIGN_IN, SubmissionDisabled),
        (535, "5.7.139 x, SmtpClientAuthentication is disabled for the Mailbox. Visit", Stage.SIGN_IN, SubmissionDisabled),
        (535, "5.7.139 x, user is locked by your organization's security defaults policy.", Stage.SIGN_IN, SubmissionDisabled),
        (535, "5.7.139 Authentication unsuccessful, basic authentication is disabled. [h]", Stage.SIGN_IN, SignInRequired),
        (535, "5.7.3 Authentication unsuccessful [h t i]", Stage.SIGN_IN, SignInRequired),
        (535, "5.7.8 Error: authentication failed: (reason unavailable)", Stage.SIGN_IN, SignInRequired),
        (535, "Something nobody has seen", Stage.SIGN_IN, SignInRequired),
        (454, "4.7.0 Temporary authentication failure", Stage.SIGN_IN, SubmissionDeferred),
        (501, "5.5.124 Invalid XOAUTH2 auth data", Stage.SIGN_IN, SignInRequired),
        (530, "5.7.57 Client not authenticated to send mail.", Stage.SENDER, SignInRequired),
        (550, "5.7.30 Basic authentication is not supported for Client Submission.", Stage.SIGN_IN, SignInRequired),
        (554, "5.2.252 SendAsDenied; a@x.y not allowed to send as b@x.y; STOREDRV", Stage.MESSAGE, SubmissionRefused),
        (554, "5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException", Stage.MESSAGE, SubmissionRefused),
        (550, "5.7.60 SMTP; Client does not have permissions to send as this sender", Stage.SENDER, SubmissionRefused),
        (554, "5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; x", Stage.MESSAGE, SubmissionRefused),
        (550, "5.1.8 Access denied, bad outbound sender [AS(42004)]", Stage.SENDER, SubmissionRefused),
        (550, "5.7.705 Access denied, tenant has exceeded threshold", Stage.MESSAGE, SubmissionRefused),
        (550, "5.7.708 Access denied, traffic not accepted from this IP", Stage.MESSAGE, SubmissionRefused),
        (432, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", Stage.MESSAGE, SubmissionDeferred),
        (432, "4.3.2 Concurrent connections limit exceeded. Visit", Stage.SIGN_IN, SubmissionDeferred),
        (451, "4.7.500 Server busy. Please try again later from [::1]. (AS761)", Stage.CONNECT, SubmissionDeferred),
        (421, "4.4.2 Connection dropped", Stage.MESSAGE, SubmissionDeferred),
        (451, "4.7.0 Temporary server error. Please try again later. PRX2", Stage.MESSAGE, SubmissionDeferred),
        (554, "5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException", Stage.MESSAGE, SubmissionRefused),
        (554, "5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException", Stage.MESSAGE, SubmissionRefused),
        (552, "5.3.4 Message size exceeds fixed maximum message size", Stage.MESSAGE, MessageTooLarge),
        (550, "5.2.3 RESOLVER.RST.SendSizeLimit", Stage.MESSAGE, MessageTooLarge),
        (552, "Message size limit", Stage.MESSAGE, MessageTooLarge),
        (552, "5.2.2 Over quota", Stage.MESSAGE, SubmissionRefused),
        (452, "4.5.3 Too many recipients", Stage.RECIPIENT, SubmissionRefused),
        (250, "an answer to another question", Stage.SENDER, SubmissionDeferred),
        (-1, "Malformed SMTP response line: nonsense", Stage.SENDER, SubmissionDeferred),
        (554, "5.7.1 No", Stage.MESSAGE, SubmissionRefused),
    ],
)  # fmt: skip
def test_a_reply_has_its_meaning(
    code: int, message: str, stage: Stage, kind: type[TuimailError]
) -> None:
    error = error_for(code, message, stage=stage, address=ANNA)
    assert type(error) is kind
    assert error.message
    assert message[:20] in error.detail


def test_an_unknown_refusal_is_quoted_without_exchanges_trailer() -> None:
    reply = "5.7.1 Your message was not liked [AM0PR01.prod 2026-11-23T10:00:00.000Z 08DE]"
    error = error_for(554, reply, stage=Stage.MESSAGE, address=ANNA)
    assert error.message == ("The server refused the message: 554 5.7.1 Your message was not liked")
    assert "08DE" in error.detail


def test_a_reply_is_one_clean_line() -> None:
    assert reply_text(550, "a\nb\x1b[31m  c") == "550 a b[31m c"
    assert len(headline("x" * 500)) == 160


def test_refused_recipients_are_counted_and_quoted_each() -> None:
    refused = {"a@x.y": (550, "5.1.10 unknown"), "b@x.y": (550, "5.7.1 not you")}
    error = error_for_recipients(refused, 5, address=ANNA)
    assert isinstance(error, RecipientsRefused)
    assert error.message == "2 of 5 recipients were refused, nothing was sent."
    assert error.refused == {"a@x.y": "550 5.1.10 unknown", "b@x.y": "550 5.7.1 not you"}
    assert error.retry is Retry.NEVER


@pytest.mark.parametrize("passing", [(450, "4.2.1 later"), (421, "4.4.2 Connection dropped")])
def test_who_is_refused_for_now_is_not_among_those_to_be_taken_out(
    passing: tuple[int, str],
) -> None:
    """Who is taken out gets nothing, and 421 is about the server: the next try asks them again.

    Turned red by: `errors` that keeps those that are deferred.
    """
    refused = {"a@x.y": (550, "5.1.10 unknown"), "b@x.y": passing}
    error = error_for_recipients(refused, 3, address=ANNA)
    assert isinstance(error, RecipientsRefused)
    assert error.message == "1 of 3 recipients was refused, nothing was sent."
    assert list(error.refused) == ["a@x.y"]


def test_recipients_refused_for_now_only_are_tried_again() -> None:
    error = error_for_recipients({"a@x.y": (450, "4.2.1 later")}, 1, address=ANNA)
    assert isinstance(error, SubmissionDeferred)


def test_too_many_recipients_is_not_tried_again() -> None:
    error = error_for_recipients({"a@x.y": (452, "4.5.3 Too many recipients")}, 501, address=ANNA)
    assert isinstance(error, RecipientsRefused)
    assert error.too_many
    unknown = error_for_recipients({"a@x.y": (550, "5.1.10 unknown")}, 501, address=ANNA)
    assert isinstance(unknown, RecipientsRefused)
    assert not unknown.too_many


@pytest.mark.parametrize(
    ("raw", "sent"),
    [
        (b"a: b\r\n\r\n.\r\n..\r\n.x", b"a: b\r\n\r\n..\r\n...\r\n..x\r\n.\r\n"),
        (b"a: b\n\n.\nx\r\r\n", b"a: b\r\n\r\n..\r\nx\r\n\r\n.\r\n"),
        (b".first", b"..first\r\n.\r\n"),
        (b"", b"\r\n.\r\n"),
    ],
)
def test_a_message_cannot_end_data_early(raw: bytes, sent: bytes) -> None:
    """Guards against SMTP smuggling: only CRLF ends a line, and no line is a lone dot."""
    assert b"".join(piece for piece, _ in pieces(raw)) + END == sent


@pytest.mark.parametrize("address", ["a@b>\r\nRCPT TO:<c@d", "a b@c", "a", "@b", "<a@b>", ""])
def test_an_address_cannot_carry_a_second_command(address: str) -> None:
    with pytest.raises(SubmissionRefused):
        path(address)
