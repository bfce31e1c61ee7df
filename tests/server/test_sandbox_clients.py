"""Programs in everyday use work with the sandbox: imapclient, aiosmtplib, smtplib."""

from __future__ import annotations

import smtplib

import aiosmtplib
import imapclient
import pytest

from tests.server.sandbox_fixture import tls_context
from tuimail.sandbox.sandbox import Sandbox

ANNA = "anna@contoso.example"
BEN = "ben@contoso.example"


def test_imapclient_does_a_days_work(fresh_sandbox: Sandbox) -> None:
    host, port = fresh_sandbox.imap
    inbox = fresh_sandbox.mailbox(ANNA).folder("INBOX")
    inbox.append("Subject: Räksmörgås\r\nFrom: a@x.example\r\n\r\nHello\r\n".encode())
    with imapclient.IMAPClient(
        host, port, ssl_context=tls_context(fresh_sandbox), timeout=60
    ) as client:
        client.oauth2_login(ANNA, fresh_sandbox.entra.mint(ANNA))
        names = [name for _flags, _delimiter, name in client.list_folders()]
        assert {"INBOX", "Sent Items", "Calendar"} <= set(names)
        assert client.find_special_folder(b"\\Trash") == "Deleted Items"
        client.create_folder("Fika & Kök/日本")
        assert client.folder_exists("Fika & Kök/日本")
        assert client.select_folder("INBOX")[b"EXISTS"] == 1
        (row,) = client.fetch([1], ["ENVELOPE", "BODYSTRUCTURE", "INTERNALDATE"]).values()
        assert row[b"ENVELOPE"].subject.decode() == "Räksmörgås"
        assert row[b"BODYSTRUCTURE"][6] == 7
        assert client.add_flags([1], [imapclient.SEEN])[1] == (b"\\Seen",)
        client.idle()
        inbox.append(b"Subject: two\r\n\r\n")
        assert (2, b"EXISTS") in client.idle_check(timeout=30)
        client.idle_done()
        client.move([1], "Fika & Kök/日本")
        assert client.search() == [2]
        assert client.folder_status("Fika & Kök/日本", ["MESSAGES"]) == {b"MESSAGES": 1}
        client.logout()


def test_imapclient_reports_a_refused_token(fresh_sandbox: Sandbox) -> None:
    host, port = fresh_sandbox.imap
    with (
        imapclient.IMAPClient(host, port, ssl_context=tls_context(fresh_sandbox)) as client,
        pytest.raises(imapclient.exceptions.LoginError, match=r"AUTHENTICATE failed\."),
    ):
        client.oauth2_login(ANNA, "x")


async def test_aiosmtplib_submits(fresh_sandbox: Sandbox) -> None:
    host, port = fresh_sandbox.smtp
    client = aiosmtplib.SMTP(
        hostname=host, port=port, start_tls=True, tls_context=tls_context(fresh_sandbox)
    )
    async with client:
        await client.auth_xoauth2(ANNA, fresh_sandbox.entra.mint(ANNA))
        _refused, reply = await client.sendmail(
            ANNA, [BEN], b"From: anna@contoso.example\r\nSubject: x\r\n\r\ny\r\n"
        )
    assert reply.startswith("2.0.0 OK <")
    assert len(fresh_sandbox.mailbox(BEN).folder("INBOX")) == 1


def test_mail_from_outside_needs_no_sign_in_but_a_mailbox(fresh_sandbox: Sandbox) -> None:
    letter = b"From: kim@fabrikam.example\r\nTo: anna@contoso.example\r\nSubject: x\r\n\r\ny\r\n"
    with smtplib.SMTP(*fresh_sandbox.mx, timeout=30) as client:
        client.sendmail("kim@fabrikam.example", [ANNA], letter)
        client.mail("kim@fabrikam.example")
        assert client.rcpt("nobody@contoso.example")[0] == 550
        assert client.rcpt("somebody@elsewhere.example")[0] == 550
    (message,) = fresh_sandbox.mailbox(ANNA).folder("INBOX").messages
    assert message.raw.startswith(b"Return-Path: <kim@fabrikam.example>\r\nReceived: from ")
    assert message.raw.endswith(letter)
    assert len(fresh_sandbox.mailbox(ANNA).folder("Sent Items")) == 0
