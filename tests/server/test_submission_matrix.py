"""Each reply of the service at each stage: what becomes of the message, and what is said.

A message that was refused is kept as it was and was handed to nobody; the words are those that a
person can do something with.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import pytest

from tests.server.client import Client, mail, sandbox_account
from tests.server.test_engine_outbox import outbox_by
from tuimail.model.outbox import OutboxItem, OutboxState, Reason
from tuimail.sandbox.sandbox import COLLEAGUE, OWNER, Sandbox
from tuimail.sandbox.smtp_replies import REPLIES, STAGES, Stage, chosen_reply

_TENANT: Final = "SMTP AUTH is switched off in your organisation."
_NO_SIGN_IN: Final = "The server did not accept the sign-in for sending."
_SPAM: Final = "Microsoft holds this account back from sending."
_BLOCKED: Final = "This account is blocked from sending."
_ORGANISATION: Final = "Your organisation or its network is blocked from sending."
_THREADS: Final = "Too many programs send from this mailbox at once."
_BUSY: Final = "The server is busy."
_DAILY: Final = "The daily limit of recipients is reached."
_FULL: Final = "Your own mailbox is full, so it cannot send."
_LARGE: Final = "The message is too large for the server."
_MANY: Final = "Too many recipients for one message."
_SEND_AS: Final = "You may not send as this address."

WORDS: Final = {
    "auth-failed": _NO_SIGN_IN,
    "smtp-off-tenant": _TENANT,
    "smtp-off-mailbox": "SMTP AUTH is switched off for this mailbox.",
    "basic-auth-disabled": "The server did not accept the sign-in.",
    "security-defaults": "Your organisation's security defaults block sending.",
    "basic-auth-retired": "The server did not accept the sign-in.",
    "bad-sasl": "The server did not understand the sign-in.",
    "not-authenticated": _NO_SIGN_IN,
    "send-as-denied": f"You may not send as {OWNER}.",
    "send-as-denied-old": _SEND_AS,
    "send-as-denied-sender": _SEND_AS,
    "outbound-spam": _SPAM,
    "bad-outbound-sender": _BLOCKED,
    "spam-abuse": _BLOCKED,
    "banned-sender": _BLOCKED,
    "tenant-threshold": _ORGANISATION,
    "ip-refused": _ORGANISATION,
    "sender-threads": _THREADS,
    "concurrent-connections": _THREADS,
    "server-busy": _BUSY,
    "try-later": _BUSY,
    "timed-out": _BUSY,
    "proxy-failure": _BUSY,
    "submission-quota": _DAILY,
    "recipient-quota": _DAILY,
    "mailbox-full": _FULL,
    "mailbox-over-quota": _FULL,
    "too-large": _LARGE,
    "too-large-for-mailbox": _LARGE,
    "too-many-recipients": _MANY,
    "too-many-recipients-for-good": _MANY,
    "recipient-unknown": "The recipient was refused, nothing was sent.",
}
_PASSES: Final = {_THREADS, _BUSY}
"""What is tried again by itself."""
_SIGN_IN: Final = {_NO_SIGN_IN, WORDS["basic-auth-disabled"], WORDS["bad-sasl"]}


@pytest.fixture
def client(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[Client]:
    """Signed in, its engine not started: the test runs the outbox step by step."""
    account = sandbox_account(fresh_sandbox)
    with Client(account, tmp_path, fresh_sandbox.entra.approve) as client:
        client.sign_in()
        yield client


def refuse(sandbox: Sandbox, name: str, stage: Stage) -> None:
    """Give a reply at a stage until it is taken back."""
    server = sandbox.smtp_server
    if stage in ("EHLO", "STARTTLS"):  # nobody is known there yet
        server.script = [(stage, chosen_reply(name).text)] * 2
    else:
        server.refuse[OWNER] = f"{name}@{stage}"


def must_stand(item: OutboxItem, name: str, stage: Stage) -> None:
    """What became of it, and what is said."""
    where = f"{name} at {stage}"
    problem, title = item.problem, WORDS[name]
    assert problem is not None, where
    if name != "recipient-unknown" or stage == "RCPT":
        # Before the sign-in the server's words name nobody.
        assert problem.short in (title, title.replace(OWNER, "this address")), where
    # Whatever is said to the sign-in, and not known, is taken for a sign-in that is needed.
    is_sign_in = title in _SIGN_IN or (name == "recipient-unknown" and stage == "AUTH")
    if title in _PASSES or is_sign_in:
        assert item.state is OutboxState.QUEUED, where
        assert item.not_before > item.changed_at, where
    else:
        assert item.state is OutboxState.FAILED, where
    assert problem.now, where
    assert problem.you_can, where
    # The server's own words stay for support, whatever tuimail makes of them.
    code = chosen_reply(name).text.split(" ", 2)[1]
    assert code in problem.detail or code in "".join(item.refused.values()), where
    assert (item.reason is Reason.DISABLED) == ("5.7.139" in problem.detail and code == "5.7.139"
        and "basic" not in problem.detail), where  # fmt: skip
    if item.reason is Reason.DISABLED:
        assert problem.command.endswith("-SmtpClientAuthenticationDisabled $false"), where
        assert item.not_before > item.changed_at, where


@pytest.mark.timeout(300)
async def test_each_reply_at_each_stage_keeps_the_message_and_says_the_right_words(
    client: Client, fresh_sandbox: Sandbox
) -> None:
    """Mutations that turn it red: `state is not OutboxState.SENDING` for FAILED in refusals.py,
    and a pattern of the catalogue that does not match any more.
    """
    assert WORDS.keys() == REPLIES.keys()
    outbox = outbox_by(client)
    raw = mail("Kept", sender=OWNER, to=COLLEAGUE)
    for name in REPLIES:
        for stage in STAGES:
            outbox_id = client.queue(raw, f"<{name}.{stage}@x.example>", COLLEAGUE)
            refuse(fresh_sandbox, name, stage)
            await outbox.run_due()
            must_stand(client.outbox(outbox_id), name, stage)
            assert client.store.read.outbox_raw(outbox_id) == raw
            fresh_sandbox.smtp_server.script = []
            fresh_sandbox.smtp_server.refuse.clear()
            client.store.write(
                lambda tx, id_=outbox_id: tx.set_outbox(id_, state=OutboxState.CANCELLED)  # type: ignore[misc]
            ).result()
    assert fresh_sandbox.smtp_server.sent == []


async def test_a_line_that_breaks_at_each_stage_is_a_doubt_after_the_dot_alone(
    client: Client, fresh_sandbox: Sandbox
) -> None:
    outbox = outbox_by(client)
    for stage in STAGES:
        verb = "." if stage == "final" else stage
        fresh_sandbox.smtp_server.script = [(verb, "")]
        raw = mail("Broken", sender=OWNER, to=COLLEAGUE)
        outbox_id = client.queue(raw, f"<{stage}@x.example>", COLLEAGUE)
        await outbox.run_due()
        expected = OutboxState.UNCERTAIN if stage == "final" else OutboxState.QUEUED
        assert client.outbox(outbox_id).state is expected, stage
        if expected is OutboxState.QUEUED:
            client.store.write(
                lambda tx, id_=outbox_id: tx.set_outbox(id_, state=OutboxState.CANCELLED)  # type: ignore[misc]
            ).result()
    uncertain = client.store.read.outbox(states={OutboxState.UNCERTAIN})
    assert [item.message_id for item in uncertain] == ["<final@x.example>"]
    assert fresh_sandbox.smtp_server.sent == []


async def test_what_concerns_the_mailbox_is_learnt_once_for_all_that_wait(
    client: Client, fresh_sandbox: Sandbox
) -> None:
    """Mutation that turns it red: `concerns_others` that returns False."""
    raw = mail("Waiting", sender=OWNER, to=COLLEAGUE)
    numbers = [client.queue(raw, f"<{n}@x.example>", COLLEAGUE) for n in range(4)]
    fresh_sandbox.smtp_server.refuse[OWNER] = "smtp-off-tenant"
    assert len(await outbox_by(client).run_due()) == 4
    problems = {client.outbox(number).problem for number in numbers}
    assert [problem.short for problem in problems if problem] == [_TENANT]
    assert [verb for _, verb in fresh_sandbox.smtp_server.log].count("AUTH") == 1


async def test_thirty_go_out_in_a_minute_and_the_next_waits_for_its_turn(
    client: Client, fresh_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuimail.sync.outbox.PER_MINUTE", 2)
    raw = mail("Many", sender=OWNER, to=COLLEAGUE)
    numbers = [client.queue(raw, f"<{n}@x.example>", COLLEAGUE) for n in range(3)]
    outbox = outbox_by(client)
    await outbox.run_due()
    states = [client.outbox(number).state for number in numbers]
    assert states == [OutboxState.SENT, OutboxState.SENT, OutboxState.QUEUED]
    first = client.outbox(numbers[0]).changed_at
    due = outbox.next_send()
    assert due is not None
    assert client.outbox(numbers[2]).problem is None
    client.store.write(lambda tx: tx.set_outbox(numbers[0], state=OutboxState.SENT)).result()
    waits = (due - first).total_seconds()
    assert waits <= 60.0
    assert len(fresh_sandbox.smtp_server.sent) == 2
