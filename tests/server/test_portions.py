"""A message to more people than one may name, up to the receivers: each of them gets it once.

It leaves as several messages. What becomes of one of them, a line that breaks or a refusal, is that
one's alone: the others go out, and only its own people wait for what is decided about it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.server.client import Client, sandbox_account
from tests.waiting import wait_until
from tuimail.mime.builder import build, make_message_id
from tuimail.mime.readdressing import without_recipients
from tuimail.model.draft import Draft
from tuimail.model.outbox import OutboxState, OutgoingMessage, Reason
from tuimail.sandbox.sandbox import OWNER, Sandbox
from tuimail.text.address import make_address
from tuimail.text.safe import SafeText
from tuimail.ui.writing.portions import MOST_RECIPIENTS, portions

PEOPLE = [f"person{number}@host{number % 7}.example" for number in range(1_200)]


@pytest.fixture
def client(
    fresh_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Client]:
    """Online; what is in doubt is looked for at once."""
    monkeypatch.setattr("tuimail.sync.settling.UNCERTAIN_LOOKS", (0.2, 1.0, 2.0))
    account = sandbox_account(fresh_sandbox)
    with Client(account, tmp_path, lambda code: fresh_sandbox.entra.approve(code, OWNER)) as client:
        client.sign_in()
        client.start()
        yield client


def send_to_all(client: Client) -> list[int]:
    """Queue it as the composer does: in one transaction, each part naming its own people."""
    draft = Draft(client.account.id, to=", ".join(PEOPLE), subject="News", body="Hello.\n")
    outgoing = []
    for part in portions(draft):
        built = build(
            part,
            sender=make_address("Anna", OWNER),
            message_id=make_message_id("contoso.example"),
            date=datetime.now(UTC),
        )
        outgoing.append(
            OutgoingMessage(
                client.account.id,
                built.raw,
                built.message_id,
                built.mail_from,
                built.rcpt_to,
                SafeText("many"),
                SafeText("News"),
            )
        )
    numbers = client.store.write(
        lambda tx: [tx.queue_message(message) for message in outgoing]
    ).result()
    client.engine.wake()
    return numbers


def wait_for(client: Client, numbers: list[int], *states: OutboxState) -> None:
    def stand() -> bool:
        return [client.outbox(number).state for number in numbers] == list(states)

    wait_until(stand, 60.0, f"{states}")


def got_it(sandbox: Sandbox) -> Counter[str]:
    """How often the service took it over for each recipient."""
    return Counter(name for message in sandbox.smtp_server.sent for name in message.rcpt_to)


SENT, UNCERTAIN, FAILED = OutboxState.SENT, OutboxState.UNCERTAIN, OutboxState.FAILED


def test_every_one_of_many_gets_it_once(client: Client, fresh_sandbox: Sandbox) -> None:
    """Turned red by: portions that overlap, or that are one too few."""
    numbers = send_to_all(client)
    wait_for(client, numbers, SENT, SENT, SENT)
    assert got_it(fresh_sandbox) == Counter(PEOPLE)
    taken = [len(message.rcpt_to) for message in fresh_sandbox.smtp_server.sent]
    assert taken == [MOST_RECIPIENTS, MOST_RECIPIENTS, 200]
    for message in fresh_sandbox.smtp_server.sent:
        head = message.raw.partition(b"\r\n\r\n")[0]
        assert all(name.encode() in head for name in message.rcpt_to)
    sent_items = fresh_sandbox.mailbox(OWNER).with_role("\\Sent")
    wait_until(lambda: len(sent_items) == 3, 30.0, "a copy of each")


def test_a_reply_that_is_lost_is_a_doubt_about_those_people_alone_and_is_cleared_up(
    client: Client, fresh_sandbox: Sandbox
) -> None:
    """The service had it: it is found by its own Message-ID, and nobody gets it twice.

    Turned red by: a message that is put back into the queue where its reply is lost.
    """
    fresh_sandbox.smtp_server.drop_after_data = "accepted"
    numbers = send_to_all(client)
    wait_for(client, numbers, SENT, SENT, SENT)
    assert client.outbox(numbers[0]).attempts == 1
    assert got_it(fresh_sandbox) == Counter(PEOPLE)


def test_what_was_lost_with_the_reply_stays_in_doubt_until_the_user_sends_it_again(
    client: Client, fresh_sandbox: Sandbox
) -> None:
    """The copies of the others are in Sent Items, and do not stand for it.

    Turned red by: portions that bear one Message-ID, for then another's copy is found.
    """
    fresh_sandbox.smtp_server.drop_after_data = "not accepted"
    numbers = send_to_all(client)
    wait_for(client, numbers, UNCERTAIN, SENT, SENT)
    wait_until(
        lambda: client.outbox(numbers[0]).not_before <= client.outbox(numbers[0]).changed_at,
        30.0,
        "the last look into Sent Items",
    )
    assert client.outbox(numbers[0]).state is UNCERTAIN
    assert got_it(fresh_sandbox) == Counter(PEOPLE[MOST_RECIPIENTS:])
    now = datetime.now(UTC)
    client.store.write(
        lambda tx: tx.set_outbox(numbers[0], state=OutboxState.QUEUED, not_before=now)
    ).result()
    client.engine.wake()
    wait_for(client, numbers, SENT, SENT, SENT)
    assert got_it(fresh_sandbox) == Counter(PEOPLE)


def test_a_line_that_breaks_before_the_text_left_is_tried_again_for_those_people_alone(
    client: Client, fresh_sandbox: Sandbox
) -> None:
    fresh_sandbox.smtp_server.script = [("DATA", "")]
    numbers = send_to_all(client)
    broken = wait_until(
        lambda: next((one for one in map(client.outbox, numbers) if one.problem), None),
        60.0,
        "the line to break",
    )
    assert broken.state is OutboxState.QUEUED
    assert broken.not_before - datetime.now(UTC) < timedelta(minutes=1)
    client.engine.reconnect(client.account.id)  # rather than to wait
    wait_for(client, numbers, SENT, SENT, SENT)
    assert got_it(fresh_sandbox) == Counter(PEOPLE)


def test_one_address_that_is_refused_keeps_its_portion_alone_and_the_rest_of_it_goes_later(
    client: Client, fresh_sandbox: Sandbox
) -> None:
    """Turned red by: `concerns_others` that takes refused recipients for the mailbox's."""
    unknown = PEOPLE[700]
    fresh_sandbox.smtp_server.refuse_recipient[unknown] = "recipient-unknown"
    numbers = send_to_all(client)
    wait_for(client, numbers, SENT, FAILED, SENT)
    item = client.outbox(numbers[1])
    assert (item.reason, list(item.refused)) == (Reason.RECIPIENTS, [unknown])
    assert item.problem is not None
    assert item.problem.short == "1 of 500 recipients was refused, nothing was sent."
    raw = client.store.read.outbox_raw(item.id)
    left = without_recipients(raw, item.rcpt_to, set(item.refused))
    client.store.write(
        lambda tx: tx.replace_recipients(
            item.id, raw=left.raw, rcpt_to=left.rcpt_to, to_text=left.to_text
        )
    ).result()
    client.engine.wake()
    wait_for(client, numbers, SENT, SENT, SENT)
    assert got_it(fresh_sandbox) == Counter(name for name in PEOPLE if name != unknown)


def test_a_mailbox_that_may_write_to_fewer_says_so_and_nobody_got_a_part_of_it(
    client: Client, fresh_sandbox: Sandbox
) -> None:
    """Turned red by: `too_many` that is never told: those beyond would be left out by `x`."""
    fresh_sandbox.smtp_server.recipient_limits[OWNER] = 400
    numbers = send_to_all(client)
    wait_for(client, numbers, FAILED, FAILED, SENT)
    for number in numbers[:2]:
        item = client.outbox(number)
        assert (item.reason, len(item.refused)) == (Reason.TOO_MANY, 100)
    assert got_it(fresh_sandbox) == Counter(PEOPLE[2 * MOST_RECIPIENTS :])
