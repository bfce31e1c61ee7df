"""Every reply of the sandbox's submission by name, and the limits of sending."""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Callable
from contextlib import ExitStack

import pytest

from tests.server.sandbox_fixture import tls_context
from tests.server.smtp_client import ANNA, BEN, LETTER, sasl, secured, signed_in
from tests.waiting import wait_until
from tuimail.sandbox.delivery_reports import REASONS
from tuimail.sandbox.sandbox import Sandbox
from tuimail.sandbox.smtp_replies import REPLIES

BOARD = "board@contoso.example"


def stage_of_refusal(sandbox: Sandbox, user: str = ANNA) -> tuple[str, int, bytes]:
    """Send a letter and return the stage that refuses it, with the reply."""
    with secured(sandbox) as client:
        steps: tuple[tuple[str, Callable[[], tuple[int, bytes]]], ...] = (
            ("AUTH", lambda: client.docmd("AUTH", f"XOAUTH2 {sasl(sandbox, user)}")),
            ("MAIL", lambda: client.mail(user)),
            ("RCPT", lambda: client.rcpt(BEN)),
            ("DATA", lambda: client.docmd("DATA")),
            ("final", lambda: _message(client)),
        )
        for stage, step in steps:
            code, text = step()
            if code >= 400:
                return stage, code, text
    return "", 250, b""


def _message(client: smtplib.SMTP) -> tuple[int, bytes]:
    client.send(LETTER + b".\r\n")
    return client.getreply()


@pytest.mark.parametrize("name", REPLIES)
def test_every_reply_is_given_at_its_stage_to_its_mailbox_alone(
    fresh_sandbox: Sandbox, name: str
) -> None:
    fresh_sandbox.smtp_server.refuse[ANNA] = name
    stage, code, text = stage_of_refusal(fresh_sandbox)
    expected = REPLIES[name]
    assert stage == expected.stage
    words = f"{code} {text.decode()}"
    fixed = expected.text.partition("{")[0]
    assert words.startswith(fixed)
    assert "{" not in words
    assert len(words) <= 510
    assert stage_of_refusal(fresh_sandbox, BEN)[0] in ("", "final")
    del fresh_sandbox.smtp_server.refuse[ANNA]
    assert stage_of_refusal(fresh_sandbox) == ("", 250, b"")


@pytest.mark.parametrize("stage", ["AUTH", "MAIL", "RCPT", "DATA", "final"])
def test_a_reply_can_be_moved_to_another_stage_and_given_to_everybody(
    fresh_sandbox: Sandbox, stage: str
) -> None:
    fresh_sandbox.smtp_server.refuse["*"] = f"server-busy@{stage}"
    assert stage_of_refusal(fresh_sandbox)[:2] == (stage, 451)


def test_a_reply_that_does_not_exist_is_refused_when_it_is_set(fresh_sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="unknown reply"):
        fresh_sandbox.smtp_server.refuse[ANNA] = "mailbox-exploded"
    with pytest.raises(ValueError, match="unknown stage"):
        fresh_sandbox.smtp_server.refuse[ANNA] = "mailbox-full@HELO"


def test_421_ends_the_connection(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.smtp_server.refuse[ANNA] = "timed-out"
    with signed_in(fresh_sandbox) as client:
        assert client.mail(ANNA)[0] == 421
        with pytest.raises(smtplib.SMTPServerDisconnected):
            client.docmd("NOOP")


def test_a_single_recipient_can_be_refused(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.smtp_server.refuse_recipient["kim@x.example"] = "recipient-unknown"
    with signed_in(fresh_sandbox) as client:
        refused = client.sendmail(ANNA, [BEN, "kim@x.example"], LETTER)
    assert refused["kim@x.example"][0] == 550
    assert len(fresh_sandbox.mailbox(BEN).folder("INBOX")) == 1


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("sender-threads", b"4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded"),
        ("concurrent-connections", b"4.3.2 Concurrent connections limit exceeded. Visit https"),
    ],
)
def test_the_fourth_connection_of_a_mailbox_may_not_send(
    fresh_sandbox: Sandbox, name: str, words: bytes
) -> None:
    fresh_sandbox.smtp_server.over_connections = name
    with ExitStack() as stack:
        clients = [stack.enter_context(signed_in(fresh_sandbox)) for _ in range(4)]
        with pytest.raises(smtplib.SMTPDataError) as refused:
            clients[3].sendmail(ANNA, [BEN], LETTER)
        assert refused.value.smtp_code == 432
        assert bytes(refused.value.smtp_error).startswith(words)  # type: ignore[arg-type]
        other = stack.enter_context(signed_in(fresh_sandbox, BEN))
        assert other.sendmail(BEN, [ANNA], LETTER.replace(b"anna@", b"ben@")) == {}
        clients[0].quit()
        wait_until(lambda: len(fresh_sandbox.smtp_server.connections) == 4, describe="a free place")
        assert clients[3].sendmail(ANNA, [BEN], LETTER) == {}


def test_the_messages_beyond_thirty_a_minute_arrive_in_the_next(fresh_sandbox: Sandbox) -> None:
    server = fresh_sandbox.smtp_server
    server.minute = 0.5
    inbox = fresh_sandbox.mailbox(BEN).folder("INBOX")
    copies = fresh_sandbox.mailbox(ANNA).folder("Sent Items")
    start = time.monotonic()
    with signed_in(fresh_sandbox) as client:
        for _ in range(33):
            assert client.sendmail(ANNA, [BEN], LETTER) == {}
    assert len(server.sent) == 33
    wait_until(lambda: len(inbox) == 33, describe="the excess")
    assert time.monotonic() - start >= 0.5
    assert server.waiting == 0
    wait_until(lambda: len(copies) == 33, describe="the copy of the last one")


def test_the_excess_waits_for_as_long_as_the_minute_is(fresh_sandbox: Sandbox) -> None:
    server = fresh_sandbox.smtp_server
    server.per_minute, server.minute = 2, 3600.0
    with signed_in(fresh_sandbox) as client:
        for _ in range(3):
            client.sendmail(ANNA, [BEN], LETTER)
    assert (len(server.sent), server.waiting) == (3, 1)
    assert len(fresh_sandbox.mailbox(BEN).folder("INBOX")) == 2
    assert len(fresh_sandbox.mailbox(ANNA).folder("Sent Items")) == 2


def test_recipients_are_limited_per_message_and_per_day(fresh_sandbox: Sandbox) -> None:
    server = fresh_sandbox.smtp_server
    server.recipient_limits[ANNA] = 2
    server.daily_recipients = 3
    with signed_in(fresh_sandbox) as client:
        client.mail(ANNA)
        codes = [client.rcpt(f"{number}@x.example")[0] for number in range(3)]
        assert codes == [250, 250, 452]
        client.rset()
        assert client.sendmail(ANNA, [BEN, "kim@x.example"], LETTER) == {}
        with pytest.raises(smtplib.SMTPDataError, match=r"5\.1\.90") as refused:
            client.sendmail(ANNA, [BEN, "kim@x.example"], LETTER)
        assert refused.value.smtp_code == 550


def test_a_mailbox_has_a_size_limit_of_its_own(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.smtp_server.largest_of[ANNA] = 100
    with signed_in(fresh_sandbox) as client, pytest.raises(smtplib.SMTPDataError) as refused:
        client.sendmail(ANNA, [BEN], LETTER)
    assert refused.value.smtp_code == 552
    assert fresh_sandbox.smtp_server.sent == []


def test_the_copy_can_be_switched_off_for_a_mailbox(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.smtp_server.no_sent_copy.add(ANNA)
    with signed_in(fresh_sandbox) as client:
        client.sendmail(ANNA, [BEN], LETTER)
    assert len(fresh_sandbox.mailbox(ANNA).folder("Sent Items")) == 0
    assert len(fresh_sandbox.mailbox(BEN).folder("INBOX")) == 1


def test_a_shared_mailbox_has_no_sign_in_of_its_own(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.entra.share(ANNA, BOARD)
    fresh_sandbox.smtp_server.send_as.add((ANNA, BOARD))
    token = fresh_sandbox.entra.mint(ANNA)
    with secured(fresh_sandbox) as client:
        code, reply = client.docmd("AUTH", f"XOAUTH2 {sasl(fresh_sandbox, BOARD, token)}")
    assert code == 535
    assert reply.startswith(b"5.7.3 Authentication unsuccessful [")


@pytest.mark.parametrize(("switched", "copies"), [(False, (1, 0)), (True, (1, 1))])
def test_what_a_delegate_sends_is_copied_to_the_delegate(
    fresh_sandbox: Sandbox, switched: bool, copies: tuple[int, int]
) -> None:
    fresh_sandbox.post_office.add_mailbox(BOARD)
    server = fresh_sandbox.smtp_server
    server.send_as.add((ANNA, BOARD))
    if switched:
        server.copy_for_sent_as.add(BOARD)
    with signed_in(fresh_sandbox) as client:
        client.sendmail(BOARD, [BEN], LETTER.replace(b"<anna@", b"<board@"))
    sent = [len(fresh_sandbox.mailbox(owner).folder("Sent Items")) for owner in (ANNA, BOARD)]
    assert tuple(sent) == copies


def test_starttls_can_be_missing(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.smtp_server.tls = "missing"
    with smtplib.SMTP(*fresh_sandbox.smtp, timeout=30) as client:
        client.ehlo("client.example")
        assert not client.has_extn("starttls")
        assert client.docmd("STARTTLS")[0] == 502
        assert client.mail(ANNA)[0] == 530


def test_starttls_can_be_refused(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.smtp_server.tls = "refused"
    with smtplib.SMTP(*fresh_sandbox.smtp, timeout=30) as client:
        client.ehlo("client.example")
        assert client.docmd("STARTTLS")[0] == 454


def test_the_handshake_can_fail(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.smtp_server.tls = "broken"
    client = smtplib.SMTP(*fresh_sandbox.smtp, timeout=30)
    try:
        client.ehlo("client.example")
        with pytest.raises((ssl.SSLError, OSError)):
            client.starttls(context=tls_context(fresh_sandbox))
    finally:
        client.close()


def test_a_password_is_asked_for_and_refused(fresh_sandbox: Sandbox) -> None:
    with secured(fresh_sandbox) as client:
        assert client.docmd("AUTH", "LOGIN") == (334, b"VXNlcm5hbWU6")
        assert client.docmd("YW5uYQ==") == (334, b"UGFzc3dvcmQ6")
        code, reply = client.docmd("c2VjcmV0")
        assert code == 535
        assert reply.startswith(b"5.7.139 Authentication unsuccessful, basic authentication is")


@pytest.mark.parametrize("name", REASONS)
def test_a_recipient_that_cannot_be_reached_is_reported_in_exchanges_words(
    fresh_sandbox: Sandbox, name: str
) -> None:
    fresh_sandbox.post_office.undeliverable["kim@x.example"] = name
    with signed_in(fresh_sandbox) as client:
        client.sendmail(ANNA, ["kim@x.example", BEN], LETTER)
    (report,) = fresh_sandbox.mailbox(ANNA).folder("INBOX").messages
    assert b"Delivery has failed to these recipients or groups:" in report.raw
    assert f"Status: {REASONS[name].status}\r\n".encode() in report.raw
    assert b"Diagnostic information for administrators:" in report.raw
    assert b"{" not in report.raw
    assert fresh_sandbox.post_office.outgoing == []
    assert len(fresh_sandbox.mailbox(BEN).folder("INBOX")) == 1


@pytest.mark.parametrize(
    "words",
    [
        b"\x00\xff\xfe\r\n",
        b"AUTH XOAUTH2 " + b"A" * 70_000 + b"\r\n",
        b"AUTH XOAUTH2\r\n" + b"=" * 70_000 + b"\r\n",
        b"AUTH XOAUTH2 //79\r\n",
        b"AUTH LOGIN\r\n*\r\n",
        b"AUTH LOGIN\r\n\xff\r\n\xff\r\n",
        b"MAIL FROM:<" + b"@" * 300 + b">\r\n",
        b"MAIL FROM:<\xff\xfe@x> SIZE=-1\r\n",
        b"RCPT TO:<>\r\nDATA\r\n.\r\n",
        b"BDAT 99999999999999999999\r\n",
        bytes(range(256)) * 400,
    ],
)
def test_no_bytes_of_a_client_disturb_the_service(fresh_sandbox: Sandbox, words: bytes) -> None:
    with secured(fresh_sandbox) as client:
        try:
            client.send(words + b"QUIT\r\n")
            while client.getreply()[0] != 221:
                pass
        except (OSError, smtplib.SMTPException):
            pass  # the service closed the connection
    assert stage_of_refusal(fresh_sandbox) == ("", 250, b"")
