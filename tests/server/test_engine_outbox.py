"""The outbox between a person, the server and another process: sent once, and as soon as it can."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from typing import TypeVar

import aiosmtplib
import pytest

from tests.server.client import ApprovingPrompt, Client, mail, sandbox_account
from tests.waiting import until, wait_until
from tuimail.errors import ConnectionLost, TuimailError
from tuimail.imap.jobs import Priority, Step
from tuimail.imap.session import ImapSession
from tuimail.model.account import Token
from tuimail.model.flags import FLAGGED
from tuimail.model.intent import NewIntent, StoreFlags
from tuimail.model.outbox import OutboxState, SentCopy
from tuimail.model.secret import Secret
from tuimail.sandbox.sandbox import Sandbox
from tuimail.sandbox.smtp_replies import AUTH_DISABLED_FOR_TENANT
from tuimail.submission.smtp import SmtpSubmitter
from tuimail.submission.submitter import PLAIN, Options, Submitter
from tuimail.sync import outbox, waiting
from tuimail.sync.outbox import Outbox
from tuimail.sync.suspend import SleepDetector

T = TypeVar("T")


@pytest.fixture
def client(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[Client]:
    owner = fresh_sandbox.accounts[0]
    account = sandbox_account(fresh_sandbox)
    with Client(account, tmp_path, lambda code: fresh_sandbox.entra.approve(code, owner)) as client:
        client.sign_in()
        yield client


def queue(client: Client, subject: str) -> int:
    raw = mail(subject, sender=client.account.address, to="ben@contoso.example")
    return client.queue(raw, f"<{subject}@contoso.example>", "ben@contoso.example")


def arrived(sandbox: Sandbox) -> int:
    return len(sandbox.mailbox("ben@contoso.example").folder("INBOX"))


def test_what_waits_for_a_sign_in_goes_out_right_after_it(
    client: Client, fresh_sandbox: Sandbox
) -> None:
    client.start()
    fresh_sandbox.entra.revoke_all()
    outbox_id = queue(client, "after")
    wait_until(lambda: client.outbox(outbox_id).problem, 30.0, "the refusal")
    item = client.outbox(outbox_id)
    assert item.state is OutboxState.QUEUED
    assert item.not_before > datetime.now(UTC) + timedelta(minutes=20)
    client.engine.sign_in(client.account.id, ApprovingPrompt(fresh_sandbox.entra.approve))
    client.wait_for_outbox(outbox_id, OutboxState.SENT)
    assert arrived(fresh_sandbox) == 1


def test_trying_now_sends_what_waits_for_an_administrator(
    client: Client, fresh_sandbox: Sandbox
) -> None:
    me = client.account.address
    fresh_sandbox.smtp_server.auth_error[me] = AUTH_DISABLED_FOR_TENANT
    client.start()
    outbox_id = queue(client, "allowed")
    problem = client.wait_for_outbox(outbox_id, OutboxState.FAILED).problem
    assert problem is not None
    assert "SmtpClientAuthenticationDisabled $false" in problem.command
    assert problem.url == "https://aka.ms/smtp_auth_disabled"
    del fresh_sandbox.smtp_server.auth_error[me]
    client.engine.reconnect(client.account.id)
    client.wait_for_outbox(outbox_id, OutboxState.SENT)


def test_trying_now_leaves_what_can_still_be_taken_back(client: Client) -> None:
    client.start()
    raw = mail("Held", sender=client.account.address, to="ben@contoso.example")
    held = client.queue(raw, "<held@contoso.example>", "ben@contoso.example", hold_seconds=600.0)
    before = client.outbox(held).not_before
    client.engine.reconnect(client.account.id)
    other = queue(client, "other")
    client.wait_for_outbox(other, OutboxState.SENT)
    assert client.outbox(held).not_before == before


def test_what_is_forwarded_is_marked_once_it_was_sent_and_stays_marked(
    client: Client, fresh_sandbox: Sandbox
) -> None:
    """Exchange keeps no keyword: the mark is this computer's, and what the server says of the flags
    leaves it alone.

    Red without `mark_forwarded` in `Outbox._sent`.
    """
    inbox = fresh_sandbox.mailbox(client.account.address).folder("INBOX")
    inbox.append(mail("Minutes"))
    client.start()
    key = client.row("Minutes").key
    raw = mail("Fwd: Minutes", sender=client.account.address, to="ben@contoso.example")
    sent = client.queue(raw, "<fwd@contoso.example>", "ben@contoso.example", forward_of=key)
    client.wait_for_outbox(sent, OutboxState.SENT)
    assert "$Forwarded" in client.row("Minutes").flags.keywords
    client.store.write(
        lambda tx: tx.add_intents([NewIntent(client.account.id, key, StoreFlags(add=FLAGGED))])
    ).result()
    client.engine.wake()
    wait_until(lambda: client.store.read.counts().pending_intents == 0, 30.0, "the flag")
    flags = client.row("Minutes").flags
    assert flags.is_flagged
    assert "$Forwarded" in flags.keywords


class Clock(datetime):
    """The wall clock of this computer, which somebody sets."""

    ahead = timedelta(0)

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Clock:
        there = datetime.now(tz) + cls.ahead
        return cls.fromtimestamp(there.timestamp(), tz)


def test_a_time_that_was_chosen_stays_that_moment_whatever_is_done_to_the_clock(
    client: Client, fresh_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Set back by hours it waits; ahead, as after a sleep, it goes out, and nobody has to ask.

    Red where the wait is worked out once and nobody notices that the clock was set (`has_slept`
    that is False).
    """
    monkeypatch.setattr(outbox, "datetime", Clock)
    monkeypatch.setattr(waiting, "datetime", Clock)
    monkeypatch.setattr(Clock, "ahead", timedelta(0))
    client.start()
    client.engine._sleep = SleepDetector(lambda: Clock.now().timestamp())
    chosen = datetime.now(UTC).replace(microsecond=0) + timedelta(hours=2)
    raw = mail("Later", sender=client.account.address, to="ben@contoso.example")
    later = client.queue(raw, "<later@contoso.example>", "ben@contoso.example", not_before=chosen)
    monkeypatch.setattr(Clock, "ahead", timedelta(hours=-5))
    other = queue(client, "now")  # what is due is looked at
    monkeypatch.setattr(Clock, "ahead", timedelta(hours=1, minutes=58))
    client.engine.attend()
    client.wait_for_outbox(other, OutboxState.SENT)
    # From here on nothing else lets the queue be looked at.
    wait_until(lambda: client.outbox(other).sent_copy is SentCopy.FILED, 30.0, "the sent copy")
    item = client.outbox(later)
    assert (item.state, item.not_before, item.is_timed) == (OutboxState.QUEUED, chosen, True)
    monkeypatch.setattr(Clock, "ahead", timedelta(hours=2, minutes=1))
    client.engine.attend()
    assert client.wait_for_outbox(later, OutboxState.SENT).attempts == 1
    assert arrived(fresh_sandbox) == 2


@dataclass
class Interrupting:
    """A way to send on which something else happens first; then the line breaks."""

    meanwhile: Callable[[], object]

    async def submit(
        self,
        *,
        username: str,
        token: Token,
        mail_from: str,
        rcpt_to: Sequence[str],
        raw: bytes,
        before_data: Callable[[], Awaitable[None]],
        options: Options = PLAIN,
    ) -> str:
        self.meanwhile()
        raise ConnectionLost("The connection to the submission server was lost.")


class Taking(Interrupting):
    """A way to send that takes every message over; then something else happens."""

    async def submit(self, *, before_data: Callable[[], Awaitable[None]], **_: object) -> str:
        await before_data()
        self.meanwhile()
        return "250 2.0.0 OK"


def outbox_by(client: Client, submitter: Submitter | None = None) -> Outbox:
    """The outbox of a client whose engine does not run: a test runs it step by step."""

    async def token(forced: bool) -> Token:
        return await asyncio.wrap_future(client.tokens.get(force_refresh=forced))

    async def run_job(
        job: Callable[[ImapSession], Generator[Step, None, T]], priority: Priority, label: str
    ) -> T:
        raise ConnectionLost("There is no connection.")

    account = client.account
    return Outbox(
        account,
        client.store,
        submitter or SmtpSubmitter(account.smtp, account.ca_file),
        token,
        run_job,
        refresh_sent=lambda: None,
        push=lambda: None,
    )


def outbox_of(client: Client, meanwhile: Callable[[], object], *, found: bool = False) -> Outbox:
    async def token(_forced: bool) -> Token:
        return Token(Secret("token"), 0.0, client.account.username)

    async def run_job(
        job: Callable[[ImapSession], Generator[Step, None, T]], priority: Priority, label: str
    ) -> T:
        meanwhile()
        return found  # type: ignore[return-value]

    return Outbox(
        client.account,
        client.store,
        Interrupting(meanwhile),
        token,
        run_job,
        refresh_sent=lambda: None,
        push=lambda: None,
    )


async def test_a_failed_try_never_takes_back_what_another_process_hands_over(
    client: Client,
) -> None:
    """Invariant 6. Guards against a message put back into the queue while it is being sent."""
    outbox_id = queue(client, "two")

    def other_process_claims() -> None:
        client.store.write(lambda tx: tx.set_outbox(outbox_id, state=OutboxState.SENDING)).result()

    failures = await outbox_of(client, other_process_claims).run_due()
    assert isinstance(failures[outbox_id], TuimailError)
    assert client.outbox(outbox_id).state is OutboxState.SENDING


@pytest.mark.parametrize("found", [True, False])
async def test_the_users_word_counts_while_sent_items_is_searched(
    client: Client, found: bool
) -> None:
    """Guards against a change of state that the search undoes, or ends the engine's loop with."""
    outbox_id = queue(client, "again")
    client.store.write(lambda tx: tx.set_outbox(outbox_id, state=OutboxState.SENDING)).result()
    client.store.write(lambda tx: tx.set_outbox(outbox_id, state=OutboxState.UNCERTAIN)).result()
    item = client.outbox(outbox_id)
    client.store.write(
        lambda tx: tx.set_outbox(
            outbox_id,
            state=OutboxState.UNCERTAIN,
            not_before=item.changed_at + timedelta(microseconds=1),
        )
    ).result()

    def send_it_again() -> None:
        later = datetime.now(UTC) + timedelta(hours=1)
        client.store.write(
            lambda tx: tx.set_outbox(outbox_id, state=OutboxState.QUEUED, not_before=later)
        ).result()

    await outbox_of(client, send_it_again, found=found).run_due()
    assert client.outbox(outbox_id).state is OutboxState.QUEUED


async def test_an_answer_that_came_counts_though_the_goodbye_is_cut_short(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutations that turn it red: `SmtpSubmitter.submit` without `taken`; `_send` that gives back
    whatever was taken (SENDING stays, and is UNCERTAIN at the next start).
    """
    said_goodbye = asyncio.Event()

    async def quit_without_answer(*_: object, **__: object) -> None:
        said_goodbye.set()
        await asyncio.Event().wait()

    monkeypatch.setattr(aiosmtplib.SMTP, "quit", quit_without_answer)
    number = queue(client, "one")
    sending = asyncio.create_task(outbox_by(client).run_due())
    await asyncio.wait_for(said_goodbye.wait(), 60)
    sending.cancel()
    with pytest.raises(asyncio.CancelledError):
        await sending
    await until(lambda: client.outbox(number).state is not OutboxState.SENDING, 30.0, "a state")
    assert client.outbox(number).state is OutboxState.SENT
    assert client.outbox(number).receipt


async def test_at_the_end_of_the_program_no_other_message_is_begun(client: Client) -> None:
    """One that is cut in the middle of its answer is uncertain: so none begins that late.

    Turned red by: `begin_no_other` that does nothing.
    """
    numbers = [queue(client, name) for name in ("one", "two", "three")]
    outbox = outbox_of(client, lambda: None)
    outbox._submitter = Taking(outbox.begin_no_other)
    await outbox.run_due()
    assert [client.outbox(number).attempts for number in numbers] == [1, 0, 0]
