"""The lane itself: what the other server tests stand on, seen with plain library clients."""

from __future__ import annotations

import email.message
import imaplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Final

import aiosmtplib
import pytest

from tests.server.account import DovecotAccount
from tests.server.dovecot import SHARED_MAILBOX, DovecotServer, Persona, StoredMail
from tests.server.entra_server import DELEGATE, EntraServer
from tests.server.lanes import MakeAccount, missing
from tests.server.postfix import PostfixServer
from tests.server.submission import DovecotSubmission
from tests.waiting import until, wait_until

_EXCHANGE: Final = (
    "IMAP4 IMAP4REV1 SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+"
)


@pytest.fixture
def tls(dovecot_account: DovecotAccount) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=dovecot_account.ca_file)


@contextmanager
def _connected(account: DovecotAccount) -> Iterator[imaplib.IMAP4]:
    context = ssl.create_default_context(cafile=account.ca_file)
    with imaplib.IMAP4_SSL(
        account.imap.host, account.imap.port, ssl_context=context, timeout=60
    ) as client:
        yield client


def _sign_in(client: imaplib.IMAP4, user: str, token: str) -> None:
    client.authenticate("XOAUTH2", lambda _: f"user={user}\1auth=Bearer {token}\1\1".encode())


def _message(subject: str, *, sender: str, to: str) -> bytes:
    message = email.message.EmailMessage()
    message["From"] = sender
    message["To"] = to
    message["Subject"] = subject
    message["Message-ID"] = f"<{subject}@example.com>"
    message.set_content("Good morning.\n")
    return message.as_bytes().replace(b"\n", b"\r\n")


def _subjects(account: DovecotAccount, folder: str = "INBOX") -> list[str]:
    with account.peer() as client:
        _, count = client.select(f'"{folder}"', readonly=True)
        if count == [b"0"]:
            return []
        _, rows = client.fetch("1:*", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)])")
    texts = [row[1].decode() for row in rows if isinstance(row, tuple)]
    return [text.removeprefix("Subject: ").strip() for text in texts]


# ── signing in ────────────────────────────────────────────────────────────────────────────────


def test_a_good_token_opens_the_mailbox(dovecot_account: DovecotAccount) -> None:
    with _connected(dovecot_account) as client:
        _sign_in(client, dovecot_account.address, dovecot_account.mint())
        assert client.select("INBOX") == ("OK", [b"0"])


@pytest.mark.parametrize("case", ["expired", "other audience", "other mailbox", "garbage"])
def test_a_bad_token_is_refused(
    dovecot_account: DovecotAccount, make_dovecot_account: MakeAccount, case: str
) -> None:
    tokens = {
        "expired": dovecot_account.mint(ttl=-10),
        "other audience": dovecot_account.mint(audience="https://graph.microsoft.com"),
        "other mailbox": make_dovecot_account().mint(),
        "garbage": "eyJhbGciOiJub25lIn0.e30.",
    }
    with (
        _connected(dovecot_account) as client,
        pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"),
    ):
        _sign_in(client, dovecot_account.address, tokens[case])


def test_a_delegate_opens_the_shared_mailbox_and_nobody_else_does(
    dovecot_account: DovecotAccount, entra_server: EntraServer
) -> None:
    with _connected(dovecot_account) as client:
        _sign_in(client, SHARED_MAILBOX, entra_server.entra.mint(DELEGATE))
        assert client.select("INBOX")[0] == "OK"
    with _connected(dovecot_account) as client, pytest.raises(imaplib.IMAP4.error):
        _sign_in(client, SHARED_MAILBOX, dovecot_account.mint())


def test_the_server_shows_exchanges_capabilities(dovecot_account: DovecotAccount) -> None:
    with _connected(dovecot_account) as client:
        _sign_in(client, dovecot_account.address, dovecot_account.mint())
        _, words = client.capability()
        assert words[0].decode().upper() == _EXCHANGE


def test_the_other_server_shows_all_of_dovecots(make_dovecot_account: MakeAccount) -> None:
    account = make_dovecot_account(persona=Persona.DOVECOT)
    with _connected(account) as client:
        _sign_in(client, account.address, account.mint())
        _, words = client.capability()
        assert {"CONDSTORE", "QRESYNC", "SPECIAL-USE"} <= set(words[0].decode().split())


# ── folders and mail ──────────────────────────────────────────────────────────────────────────


def test_folders_are_those_of_exchange(dovecot_account: DovecotAccount) -> None:
    with dovecot_account.peer() as client:
        _, listed = client.list()
        _, subscribed = client.lsub()
    lines = {line.decode() for line in listed if isinstance(line, bytes)}
    assert r'(\HasNoChildren \Trash) "/" "Deleted Items"' in lines
    assert any("Calendar" in line for line in lines)
    assert not any("Calendar" in line.decode() for line in subscribed if isinstance(line, bytes))


def test_filled_mail_keeps_its_flags_and_date(dovecot_account: DovecotAccount) -> None:
    date = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    raw = _message("old", sender="ben@example.com", to=dovecot_account.address)
    assert dovecot_account.fill([StoredMail(raw, r"\Seen \Flagged", date)], "Projects/Old") == 1
    with dovecot_account.peer() as client:
        client.select('"Projects/Old"')
        _, rows = client.fetch("1", "(FLAGS INTERNALDATE)")
    assert isinstance(rows[0], bytes)
    assert rb"\Flagged" in rows[0]
    assert b'INTERNALDATE "03-Feb-2026 04:05:06 +0000"' in rows[0]


def test_many_messages_are_filled_in_one_go(dovecot_account: DovecotAccount) -> None:
    mails = (
        StoredMail(_message(f"n{n}", sender="ben@example.com", to="anna@example.com"))
        for n in range(1234)
    )
    assert dovecot_account.fill(mails) == 1234
    with dovecot_account.peer() as client:
        assert client.select("INBOX") == ("OK", [b"1234"])


def test_delivered_mail_arrives_by_imap(dovecot_account: DovecotAccount) -> None:
    raw = _message("hello", sender="ben@example.com", to=dovecot_account.address)
    dovecot_account.deliver(raw)
    wait_until(lambda: _subjects(dovecot_account) == ["hello"], describe="the delivered message")


def test_two_tests_never_share_a_mailbox(make_dovecot_account: MakeAccount) -> None:
    assert make_dovecot_account("anna").address != make_dovecot_account("anna").address


# ── sending ───────────────────────────────────────────────────────────────────────────────────


async def _submit(account: DovecotAccount, port: int, raw: bytes, recipient: str) -> str:
    context = ssl.create_default_context(cafile=account.ca_file)
    async with aiosmtplib.SMTP(
        hostname="localhost", port=port, start_tls=True, tls_context=context, timeout=60
    ) as client:
        await client.auth_xoauth2(account.address, account.mint())
        _, reply = await client.sendmail(account.address, [recipient], raw)
    return reply


async def test_a_submission_arrives_and_is_filed(
    make_dovecot_account: MakeAccount, submission: DovecotSubmission
) -> None:
    sender, recipient = make_dovecot_account("anna"), make_dovecot_account("ben")
    raw = _message("greetings", sender=sender.address, to=recipient.address)
    reply = await _submit(sender, sender.smtp.port, raw, recipient.address)
    assert reply.startswith("2.0.0 OK")
    await until(lambda: _subjects(recipient) == ["greetings"], describe="the message")
    await until(lambda: _subjects(sender, "Sent Items") == ["greetings"], describe="its copy")
    assert submission.sent[-1].user == sender.address


async def test_a_server_that_files_no_copy_files_none(make_dovecot_account: MakeAccount) -> None:
    sender, other = (
        make_dovecot_account("anna", files_sent_copy=False),
        make_dovecot_account("cleo"),
    )
    recipient = make_dovecot_account("ben", persona=Persona.DOVECOT)
    for one in (sender, other):
        raw = _message("greetings", sender=one.address, to=recipient.address)
        await _submit(one, one.smtp.port, raw, recipient.address)
    await until(lambda: len(_subjects(recipient)) == 2, describe="both messages")
    # Copies are filed in the order of sending: when the second is there, the first would be too.
    await until(lambda: _subjects(other, "Sent Items") == ["greetings"], describe="the other copy")
    assert _subjects(sender, "Sent Items") == []


async def test_postfix_delivers_and_sends_nothing_outside(
    make_dovecot_account: MakeAccount, postfix: PostfixServer
) -> None:
    sender, recipient = make_dovecot_account("anna"), make_dovecot_account("ben")
    raw = _message("by-postfix", sender=sender.address, to=recipient.address)
    await _submit(sender, postfix.port, raw, recipient.address)
    await until(lambda: _subjects(recipient) == ["by-postfix"], describe="the message")
    with pytest.raises(aiosmtplib.SMTPRecipientsRefused) as refused:
        await _submit(sender, postfix.port, raw, "somebody@elsewhere.test")
    assert "outside mail is switched off" in refused.value.recipients[0].message


async def test_a_bad_token_sends_nothing(
    dovecot_account: DovecotAccount, tls: ssl.SSLContext
) -> None:
    client = aiosmtplib.SMTP(
        hostname="localhost", port=dovecot_account.smtp.port, start_tls=True, tls_context=tls
    )
    async with client:
        with pytest.raises(aiosmtplib.SMTPAuthenticationError, match=r"5\.7\.3"):
            await client.auth_xoauth2(dovecot_account.address, dovecot_account.mint(ttl=-10))


# ── a server that is not there ────────────────────────────────────────────────────────────────


def test_a_missing_server_is_skipped_aloud(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TUIMAIL_REQUIRE_SERVERS", raising=False)
    with pytest.raises(pytest.skip.Exception, match="Dovecot is not installed"):
        missing("Dovecot is not installed")


def test_a_missing_server_fails_where_it_has_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TUIMAIL_REQUIRE_SERVERS", "1")
    with pytest.raises(pytest.fail.Exception, match="Dovecot is not installed"):
        missing("Dovecot is not installed")


# ── the server process ────────────────────────────────────────────────────────────────────────


def test_a_stopped_server_leaves_nothing_behind(
    entra_server: EntraServer,
    dovecot: DovecotServer,  # skips where it is not installed
) -> None:
    assert dovecot.running
    with DovecotServer(entra_server.trust()) as server:
        group = server.process_group
        assert group is not None
        server.restart()
        restarted = server.process_group
        assert restarted is not None
    for one in (group, restarted):
        wait_until(partial(_ended, one), describe="the processes to end")
    assert not server.directory.exists()


def _ended(group: int) -> bool:
    return not _runs(group)


def _runs(group: int) -> bool:
    """Whether a process of this group does anything; a zombie waits for init and does nothing."""
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            state, _, process_group = path.read_text().rpartition(") ")[2].split()[:3]
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(process_group) == group and state != "Z":
            return True
    return False
