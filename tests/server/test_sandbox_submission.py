"""The sandbox's submission service, seen by smtplib: dialogue, refusals, delivery, copies."""

from __future__ import annotations

import email
import re
import smtplib
import socket

import pytest

from tests.server.sandbox_fixture import tls_context
from tests.server.smtp_client import ANNA, BEN, LETTER, sasl, secured, signed_in
from tests.waiting import wait_until
from tuimail.sandbox import smtp_replies
from tuimail.sandbox.sandbox import Sandbox


def test_the_dialogue_is_exchanges(fresh_sandbox: Sandbox) -> None:
    with socket.create_connection(fresh_sandbox.smtp, timeout=30) as plain:
        greeting = plain.recv(1000)
    assert re.match(rb"220 \S+ Microsoft ESMTP MAIL Service ready at .* \[\w+\]\r\n", greeting)
    client = smtplib.SMTP(*fresh_sandbox.smtp, timeout=30)
    _, features = client.ehlo("client.example")
    assert features.split(b"\n")[1:] == [
        b"SIZE 157286400",
        b"PIPELINING",
        b"DSN",
        b"ENHANCEDSTATUSCODES",
        b"STARTTLS",
        b"8BITMIME",
        b"SMTPUTF8",
    ]
    assert client.starttls(context=tls_context(fresh_sandbox)) == (
        220,
        b"2.0.0 SMTP server ready",
    )
    _, features = client.ehlo("client.example")
    assert b"AUTH LOGIN XOAUTH2" in features.split(b"\n")
    assert b"STARTTLS" not in features
    assert client.docmd("AUTH", f"XOAUTH2 {sasl(fresh_sandbox)}") == (
        235,
        b"2.7.0 Authentication successful",
    )
    assert client.mail(ANNA) == (250, b"2.1.0 Sender OK")
    assert client.rcpt(BEN) == (250, b"2.1.5 Recipient OK")
    assert client.docmd("DATA") == (354, b"Start mail input; end with <CRLF>.<CRLF>")
    client.send(b"From: anna@contoso.example\r\n\r\nx\r\n.\r\n")
    code, reply = client.getreply()
    assert code == 250
    assert reply.startswith(b"2.0.0 OK <")
    assert b" [Hostname=" in reply
    assert client.quit() == (221, b"2.0.0 Service closing transmission channel")


def test_nothing_is_accepted_without_tls(fresh_sandbox: Sandbox) -> None:
    with smtplib.SMTP(*fresh_sandbox.smtp, timeout=30) as client:
        client.ehlo("client.example")
        assert client.mail(ANNA)[0] == 530
        assert client.docmd("AUTH", f"XOAUTH2 {sasl(fresh_sandbox)}")[0] in (530, 538)


def test_mail_needs_authentication(fresh_sandbox: Sandbox) -> None:
    with secured(fresh_sandbox) as client:
        code, reply = client.mail(ANNA)
    assert code == 530
    assert reply.startswith(b"5.7.57 Client not authenticated to send mail. [")


def test_the_token_may_come_after_a_challenge_and_be_long(fresh_sandbox: Sandbox) -> None:
    token = fresh_sandbox.entra.tokens.mint(ANNA, padding="x" * 3000)
    with secured(fresh_sandbox) as client:
        assert client.docmd("AUTH", "XOAUTH2") == (334, b"")
        assert client.docmd(sasl(fresh_sandbox, ANNA, token))[0] == 235


@pytest.mark.parametrize("case", ["expired", "wrong scope", "other user", "garbage"])
def test_bad_credentials_get_one_and_the_same_answer(fresh_sandbox: Sandbox, case: str) -> None:
    entra = fresh_sandbox.entra
    token = {
        "expired": entra.mint(ANNA, -60),
        "wrong scope": entra.mint(ANNA, scopes="IMAP.AccessAsUser.All"),
        "other user": entra.mint(BEN),
        "garbage": "garbage",
    }[case]
    with secured(fresh_sandbox) as client:
        code, reply = client.docmd("AUTH", f"XOAUTH2 {sasl(fresh_sandbox, ANNA, token)}")
    assert code == 535
    assert reply.startswith(b"5.7.3 Authentication unsuccessful [AM0PR01CA0001.")


def test_submission_can_be_switched_off_per_address(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.smtp_server.auth_error[ANNA] = smtp_replies.AUTH_DISABLED_FOR_TENANT
    with secured(fresh_sandbox) as client:
        code, reply = client.docmd("AUTH", f"XOAUTH2 {sasl(fresh_sandbox)}")
    assert code == 535
    assert reply.startswith(
        b"5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
        b"Tenant. Visit https://aka.ms/smtp_auth_disabled for more information. ["
    )
    with signed_in(fresh_sandbox, BEN):
        pass


def test_mail_is_delivered_without_bcc_and_the_copy_keeps_it(fresh_sandbox: Sandbox) -> None:
    with signed_in(fresh_sandbox) as client:
        client.sendmail(ANNA, [BEN, "kim@x.example"], LETTER)
    (arrived,) = fresh_sandbox.mailbox(BEN).folder("INBOX").messages
    (copy,) = fresh_sandbox.mailbox(ANNA).folder("Sent Items").messages
    assert copy.raw == LETTER
    assert copy.flags == {"\\Seen"}
    assert email.message_from_bytes(arrived.raw)["Bcc"] is None
    assert arrived.raw.endswith(b"\r\n\r\n.dots\r\n..more\r\n")
    assert arrived.flags == frozenset()
    (sent,) = fresh_sandbox.smtp_server.sent
    assert (sent.user, sent.mail_from) == (ANNA, ANNA)
    assert sent.rcpt_to == (BEN, "kim@x.example")
    (outgoing,) = fresh_sandbox.post_office.outgoing
    assert "kim@x.example" in outgoing.rcpt_to


def test_the_copy_may_be_late_or_not_come(fresh_sandbox: Sandbox) -> None:
    server = fresh_sandbox.smtp_server
    sent_items = fresh_sandbox.mailbox(ANNA).folder("Sent Items")
    server.sent_copy_delay = 0.05
    with signed_in(fresh_sandbox) as client:
        client.sendmail(ANNA, [BEN], LETTER)
        wait_until(lambda: len(sent_items) == 1)
        server.files_sent_copy = False
        client.sendmail(ANNA, [BEN], LETTER)
    assert len(sent_items) == 1
    assert len(server.sent) == 2


def test_an_unknown_colleague_is_reported_to_the_sender(fresh_sandbox: Sandbox) -> None:
    with signed_in(fresh_sandbox) as client:
        client.sendmail(ANNA, [BEN, "nobody@contoso.example"], LETTER)
    (report,) = fresh_sandbox.mailbox(ANNA).folder("INBOX").messages
    message = email.message_from_bytes(report.raw)
    assert message["Subject"] == "Undeliverable: Hello"
    assert message["In-Reply-To"] == "<1@contoso.example>"
    assert message.get_content_type() == "multipart/report"
    assert b"Status: 5.1.10" in report.raw
    assert b"nobody@contoso.example" in report.raw
    assert len(fresh_sandbox.mailbox(BEN).folder("INBOX")) == 1


def test_sending_as_somebody_else_is_refused_after_data(fresh_sandbox: Sandbox) -> None:
    letter = LETTER.replace(b"<anna@", b"<board@")
    with signed_in(fresh_sandbox) as client, pytest.raises(smtplib.SMTPDataError) as refused:
        client.sendmail(ANNA, [BEN], letter)
    assert refused.value.smtp_code == 554
    assert str(refused.value.smtp_error).startswith(
        "b'5.2.252 SendAsDenied; anna@contoso.example not allowed to send as "
        "board@contoso.example; STOREDRV.Submission.Exception:SendAsDeniedException"
    )
    assert fresh_sandbox.smtp_server.sent == []
    fresh_sandbox.smtp_server.send_as.add((ANNA, "board@contoso.example"))
    with signed_in(fresh_sandbox) as client:
        client.sendmail("board@contoso.example", [BEN], letter)
    assert len(fresh_sandbox.mailbox(ANNA).folder("Sent Items")) == 1


def test_a_script_answers_single_commands_once(fresh_sandbox: Sandbox) -> None:
    server = fresh_sandbox.smtp_server
    server.script += [
        ("MAIL", "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded"),
        ("RCPT", "550 5.1.1 no"),
        ("DATA", "451 4.7.0 Temporary server error. Please try again later. PRX2"),
        (".", "554 5.2.2 mailbox full"),
    ]
    with signed_in(fresh_sandbox) as client:
        assert client.mail(ANNA)[0] == 432
        assert client.mail(ANNA)[0] == 250
        assert client.rcpt(BEN)[0] == 550
        assert client.rcpt(BEN)[0] == 250
        assert client.docmd("DATA")[0] == 451
        assert client.data(LETTER)[0] == 554
        assert client.sendmail(ANNA, [BEN], LETTER) == {}
    assert server.script == []
    assert len(server.sent) == 1


def test_a_message_that_is_too_large_is_refused_at_mail(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.smtp_server.largest = 1000
    with signed_in(fresh_sandbox) as client:
        assert client.esmtp_features["size"] == "1000"
        assert client.mail(ANNA, ["SIZE=2000"]) == (
            552,
            b"5.3.4 Message size exceeds fixed maximum message size",
        )


@pytest.mark.parametrize(("how", "taken"), [("accepted", 1), ("not accepted", 0)])
def test_the_connection_can_be_lost_before_the_final_reply(
    fresh_sandbox: Sandbox, how: str, taken: int
) -> None:
    server = fresh_sandbox.smtp_server
    server.drop_after_data = "accepted" if how == "accepted" else "not accepted"
    with signed_in(fresh_sandbox) as client, pytest.raises((OSError, smtplib.SMTPException)):
        client.sendmail(ANNA, [BEN], LETTER)
    assert len(server.sent) == taken
    assert len(fresh_sandbox.mailbox(ANNA).folder("Sent Items")) == taken
    with signed_in(fresh_sandbox) as client:
        assert client.sendmail(ANNA, [BEN], LETTER) == {}
    assert len(server.sent) == taken + 1


def test_a_scripted_empty_reply_drops_the_connection(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.smtp_server.script.append(("RCPT", ""))
    with signed_in(fresh_sandbox) as client:
        client.mail(ANNA)
        with pytest.raises((OSError, smtplib.SMTPException)):
            client.rcpt(BEN)
