"""Messages handed over to the sandbox and to Postfix: what happens, and where they differ."""

from __future__ import annotations

import imaplib
import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import pytest

from tests.server.account import DovecotAccount
from tests.server.postfix import PostfixServer
from tests.server.sandbox_fixture import signed_in
from tests.server.submitting import Hook
from tests.waiting import until
from tuimail.errors import (
    MessageTooLarge,
    RecipientsRefused,
    SignInRequired,
    SubmissionError,
    SubmissionRefused,
)
from tuimail.model.account import Endpoint, Token
from tuimail.model.secret import Secret
from tuimail.sandbox.sandbox import COLLEAGUE, OWNER, Sandbox
from tuimail.submission.smtp import SmtpSubmitter

_LARGEST: Final = 157286400
"""What both announce, which is what Exchange Online announces."""


@dataclass(frozen=True, slots=True)
class Service:
    """A submission server.

    Attributes:
        name: `sandbox` or `postfix`.
        endpoint: STARTTLS.
        ca_file: What its certificate is checked against.
        address: Who signs in.
        other: Another address whose mailbox can be looked at.
        mint: Makes a token for seconds and an audience.
        refuse: Returns a recipient that will be refused.
        inbox: The octets of every message in the Inbox of an address.
    """

    name: str
    endpoint: Endpoint
    ca_file: Path
    address: str
    other: str
    mint: Callable[[int, str], str]
    refuse: Callable[[], str]
    inbox: Callable[[str], list[bytes]]

    @property
    def submitter(self) -> SmtpSubmitter:
        """tuimail's side of it."""
        return SmtpSubmitter(self.endpoint, self.ca_file)

    async def send(
        self, raw: bytes, *rcpt_to: str, hook: Hook | None = None, token: str | None = None
    ) -> str:
        """Submit a message from the owner's address, to `other` unless told."""
        return await self.submitter.submit(
            username=self.address,
            token=Token(Secret(token or self.mint(3600, "https://outlook.office.com")), 4e9),
            mail_from=self.address,
            rcpt_to=rcpt_to or (self.other,),
            raw=raw,
            before_data=hook or Hook(),
        )

    def letter(self, body: bytes, *, sender: str | None = None) -> bytes:
        """Return a complete message."""
        header = f"From: {sender or self.address}\r\nTo: {self.other}\r\nSubject: Trial\r\n\r\n"
        return header.encode() + body


@pytest.fixture(params=["sandbox", pytest.param("postfix", marks=pytest.mark.postfix)])
def service(request: pytest.FixtureRequest) -> Service:
    """Each of the servers in turn."""
    if request.param == "sandbox":
        return _sandbox(request.getfixturevalue("fresh_sandbox"))
    return _postfix(
        request.getfixturevalue("postfix"),
        request.getfixturevalue("make_dovecot_account")("owner"),
        request.getfixturevalue("make_dovecot_account")("other"),
    )


def _sandbox(sandbox: Sandbox) -> Service:
    def refuse() -> str:
        sandbox.smtp_server.script.append(("RCPT", "550 5.1.10 Recipient not found"))
        return "nobody@contoso.example"

    def inbox(address: str) -> list[bytes]:
        with signed_in(sandbox, address) as client:
            return _messages(client)

    return Service(
        name="sandbox",
        endpoint=Endpoint(*sandbox.smtp),
        ca_file=sandbox.ca_file,
        address=OWNER,
        other=COLLEAGUE,
        mint=lambda ttl, audience: sandbox.entra.mint(OWNER, ttl, audience),
        refuse=refuse,
        inbox=inbox,
    )


def _postfix(postfix: PostfixServer, owner: DovecotAccount, other: DovecotAccount) -> Service:
    def inbox(address: str) -> list[bytes]:
        with owner.dovecot.peer(address) as client:
            return _messages(client)

    return Service(
        name="postfix",
        endpoint=Endpoint("localhost", postfix.port),
        ca_file=owner.ca_file,
        address=owner.address,
        other=other.address,
        mint=lambda ttl, audience: owner.mint(ttl=ttl, audience=audience),
        refuse=lambda: "nobody@elsewhere.example",
        inbox=inbox,
    )


def _messages(client: imaplib.IMAP4) -> list[bytes]:
    _, (number,) = client.select("INBOX", readonly=True)
    if number == b"0":
        return []
    _, rows = client.fetch("1:*", "(BODY.PEEK[])")
    return [row[1] for row in rows if isinstance(row, tuple)]


def _body(raw: bytes) -> bytes:
    return raw.partition(b"\r\n\r\n")[2]


async def test_a_message_is_taken_over_and_arrives_as_it_was(service: Service) -> None:
    body = b"Good morning.\r\n.\r\n..\r\nA line with dots before it.\r\n"
    hook = Hook()
    receipt = await service.send(service.letter(body), hook=hook)
    assert re.match(r"250 2\.0\.0 O[Kk]\b", receipt)
    assert len(hook.calls) == 1
    (arrived,) = await until(lambda: service.inbox(service.other), describe="the message")
    assert _body(arrived) == body


async def test_text_beyond_ascii_arrives_as_it_was(service: Service) -> None:
    body = "Grüße aus Köln. Γειά σου. 你好 🎉\r\n".encode()
    await service.send(service.letter(body))
    (arrived,) = await until(lambda: service.inbox(service.other), describe="the message")
    assert _body(arrived) == body


async def test_everybody_gets_it(service: Service) -> None:
    await service.send(service.letter(b"To all.\r\n"), service.other, service.address)
    for address in (service.other, service.address):
        await until(partial(service.inbox, address), describe=address)


async def test_one_refused_recipient_keeps_it_from_all(service: Service) -> None:
    refused = service.refuse()
    hook = Hook()
    with pytest.raises(RecipientsRefused) as caught:
        await service.send(service.letter(b"Nobody.\r\n"), refused, service.other, hook=hook)
    assert set(caught.value.refused) == {refused}
    assert not hook.calls
    assert service.inbox(service.other) == []


@pytest.mark.parametrize(
    ("ttl", "audience"),
    [(-10, "https://outlook.office.com"), (3600, "https://graph.microsoft.com")],
    ids=["expired", "for another service"],
)
async def test_a_bad_token_asks_for_a_new_one(service: Service, ttl: int, audience: str) -> None:
    hook = Hook()
    with pytest.raises(SignInRequired):
        await service.send(service.letter(b"x\r\n"), hook=hook, token=service.mint(ttl, audience))
    with pytest.raises(SignInRequired):
        await service.send(service.letter(b"x\r\n"), hook=hook, token="no token at all")
    assert not hook.calls


async def test_a_message_beyond_the_announced_size_is_not_begun(service: Service) -> None:
    hook = Hook()
    raw = service.letter(b"")
    with pytest.raises(MessageTooLarge):
        await service.send(raw + b"\r\n" * ((_LARGEST - len(raw)) // 2 + 1), hook=hook)
    assert not hook.calls


async def test_a_large_message_arrives_whole(service: Service) -> None:
    body = (b"0123456789" * 7 + b"\r\n") * 30_000
    await service.send(service.letter(body))
    (arrived,) = await until(lambda: service.inbox(service.other), describe="the message")
    assert _body(arrived) == body


async def test_nobody_sends_in_the_name_of_another(service: Service) -> None:
    """Exchange compares the From field and refuses after DATA; Postfix compares MAIL FROM only."""
    raw = service.letter(b"Forged.\r\n", sender=service.other)
    if service.name == "sandbox":
        with pytest.raises(SubmissionRefused):
            await service.send(raw)
        assert service.inbox(service.other) == []
        return
    with pytest.raises(SubmissionError):
        await service.submitter.submit(
            username=service.address,
            token=Token(Secret(service.mint(3600, "https://outlook.office.com")), 4e9),
            mail_from=service.other,
            rcpt_to=(service.other,),
            raw=raw,
            before_data=Hook(),
        )
    assert service.inbox(service.other) == []


async def test_an_address_beyond_ascii_is_taken(service: Service) -> None:
    receipt = await service.send(service.letter(b"x\r\n"), "jürgen@example.com")
    assert receipt.startswith("250 ")


async def test_whether_sending_works_can_be_asked(service: Service) -> None:
    """Red when `SmtpSubmitter.check` does not sign in."""
    token = Token(Secret(service.mint(3600, "https://outlook.office.com")), 4e9)
    ended = Token(Secret(service.mint(-9, "https://outlook.office.com")), 4e9)

    await service.submitter.check(username=service.address, token=token)
    with pytest.raises(SignInRequired):
        await service.submitter.check(username=service.address, token=ended)


async def test_a_second_message_goes_after_a_refused_one(service: Service) -> None:
    with pytest.raises(RecipientsRefused):
        await service.send(service.letter(b"No.\r\n"), service.refuse())
    await service.send(service.letter(b"Yes.\r\n"))
    (arrived,) = await until(lambda: service.inbox(service.other), describe="the message")
    assert _body(arrived) == b"Yes.\r\n"


async def test_what_is_not_offered_is_refused(service: Service) -> None:
    with _plain_client(service) as client:
        assert "xoauth2" in client.esmtp_features["auth"].lower()
        assert client.docmd("AUTH", "PLAIN AGEAYg==")[0] >= 500
        assert client.docmd("XEXCH50", "1 2")[0] >= 500
        assert client.noop()[0] == 250


async def test_without_signing_in_nothing_is_taken_over(service: Service) -> None:
    with _plain_client(service) as client:
        client.docmd("MAIL", f"FROM:<{service.address}>")
        assert client.docmd("RCPT", f"TO:<{service.other}>")[0] >= 500
    assert service.inbox(service.other) == []


def _plain_client(service: Service) -> smtplib.SMTP:
    client = smtplib.SMTP(service.endpoint.host, service.endpoint.port, timeout=30)
    client.starttls(context=ssl.create_default_context(cafile=service.ca_file))
    client.ehlo()
    return client
