"""Reports on the delivery of a sent message, tied to it, whoever wrote them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from tests.server.client import Client, mail, sandbox_account
from tests.waiting import wait_until
from tuimail.model.outbox import OutboxState
from tuimail.sandbox.sandbox import OWNER, Sandbox

_FROM_POSTFIX = """\
From: MAILER-DAEMON@mx.example (Mail Delivery System)
To: {owner}
Subject: Undelivered Mail Returned to Sender
Message-ID: <{number}@mx.example>
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain; charset=us-ascii

I'm sorry to have to inform you that your message could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example
{envelope_id}
Final-Recipient: rfc822; kim@fabrikam.example
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1 <kim@fabrikam.example>: user unknown

--b
Content-Type: text/rfc822-headers

{returned}

--b--
"""


@pytest.fixture
def client(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[Client]:
    account = sandbox_account(fresh_sandbox)
    with Client(account, tmp_path, lambda code: fresh_sandbox.entra.approve(code, OWNER)) as client:
        client.sign_in()
        client.start()
        yield client


def send(client: Client, name: str, to: str) -> str:
    message_id = f"<{name}@contoso.example>"
    raw = mail(name, sender=OWNER, to=to, message_id=message_id)
    client.wait_for_outbox(client.queue(raw, message_id, to), OutboxState.SENT)
    return message_id


def words(client: Client, message_id: str) -> list[tuple[str, str, str]]:
    found = wait_until(lambda: client.store.read.outcomes(message_id), 30.0, "the report")
    return [(one.recipient, one.action, one.why) for one in found]


def test_a_report_of_exchange_is_tied_to_what_was_sent_and_told_once(
    client: Client, fresh_sandbox: Sandbox
) -> None:
    fresh_sandbox.post_office.undeliverable["nobody@fabrikam.example"] = "not-found"
    message_id = send(client, "lost", "nobody@fabrikam.example")
    assert words(client, message_id) == [
        ("nobody@fabrikam.example", "failed", "the address does not exist")
    ]
    told = [notice for *_, notice in client.store.read.notices(50) if "nobody@" in notice.short]
    assert [notice.short for notice in told] == [
        "Could not be delivered to nobody@fabrikam.example: the address does not exist."
    ]
    assert told[0].you_can
    assert client.store.read.unread_reports(client.account.id) == []


@pytest.mark.parametrize("by", ["header", "envelope id"])
def test_a_report_that_names_no_message_is_tied_by_what_it_returns(
    client: Client, fresh_sandbox: Sandbox, by: str
) -> None:
    message_id = send(client, "returned", "kim@fabrikam.example")
    inner = message_id.strip("<>")
    report = _FROM_POSTFIX.format(
        owner=OWNER,
        number=1,
        action="failed",
        status="5.1.1",
        envelope_id=f"Original-Envelope-Id: {inner}\n" if by == "envelope id" else "",
        returned="Subject: x" if by == "envelope id" else f"Message-ID: {message_id}",
    )
    inbox = fresh_sandbox.mailbox(OWNER).folder("INBOX")
    inbox.append(report.replace("\n", "\r\n").encode())
    assert words(client, message_id) == [
        ("kim@fabrikam.example", "failed", "the address does not exist")
    ]
    later = _FROM_POSTFIX.format(
        owner=OWNER,
        number=2,
        action="delivered",
        status="2.0.0",
        envelope_id="",
        returned=f"Message-ID: {message_id}",
    )
    inbox.append(later.replace("\n", "\r\n").encode())
    wait_until(lambda: words(client, message_id)[0][1] == "delivered", 30.0, "the later word")


def test_a_report_that_moves_while_it_is_read_is_read_where_it_turns_up(
    client: Client, fresh_sandbox: Sandbox
) -> None:
    """Mutation that turns it red: settle a report whose message is not where it had been."""
    refused: list[str] = []

    def refuse(
        _connection: object, _tag: bytes, command: str, arguments: Sequence[object]
    ) -> bytes | None:
        if command != "FETCH" or "BODY.PEEK[2]" not in (asked := repr(arguments)):
            return None
        refused.append(asked)
        return b"NO [*] Some of the requested messages no longer exist."

    fresh_sandbox.imap_server.faults.append(refuse)
    fresh_sandbox.post_office.undeliverable["nobody@fabrikam.example"] = "not-found"
    message_id = send(client, "moved", "nobody@fabrikam.example")
    # The reader's text is fetched with its headers, the report's part alone.
    wait_until(lambda: any("HEADER" not in one for one in refused), 30.0, "the report is read")
    fresh_sandbox.imap_server.faults.clear()
    fresh_sandbox.deliver(mail("Something else"), [OWNER])
    assert words(client, message_id) == [
        ("nobody@fabrikam.example", "failed", "the address does not exist")
    ]


def test_what_others_sent_is_reported_to_nobody(client: Client, fresh_sandbox: Sandbox) -> None:
    """A report with a made-up Message-ID is mail like any other: no notice, nothing shown."""
    report = _FROM_POSTFIX.format(
        owner=OWNER,
        number=3,
        action="failed",
        status="5.1.1",
        envelope_id="",
        returned="Message-ID: <forged@x.example>",
    )
    fresh_sandbox.mailbox(OWNER).folder("INBOX").append(report.replace("\n", "\r\n").encode())
    assert words(client, "<forged@x.example>")
    assert not [each for *_, each in client.store.read.notices(50) if "kim@" in each.short]
