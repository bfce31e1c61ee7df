"""The send queue of one mailbox: stored first, handed over at most once, never forgotten.

SENDING is committed after the RCPT replies and before DATA. What has no final reply after that is
UNCERTAIN: it is looked for in Sent Items and never sent again without the user's word.
"""

from __future__ import annotations

import asyncio
import time as clocks
from collections.abc import Awaitable, Callable, Collection, Mapping
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Final

from tuimail.errors import (
    RecipientsRefused,
    SignInRequired,
    SubmissionUncertain,
    TuimailError,
)
from tuimail.imap.jobs import RunJob
from tuimail.model.account import Account, SendVia, Token
from tuimail.model.flags import ANSWERED
from tuimail.model.intent import NewIntent, StoreFlags
from tuimail.model.outbox import UNSENT, OutboxItem, OutboxState, Reason, SentCopy, due_at
from tuimail.model.status import Leaving
from tuimail.store.store import Reader, Store
from tuimail.store.writer import Writer
from tuimail.submission.submitter import Options, Submitter
from tuimail.sync import sent, settling
from tuimail.sync.explain import submission_problem
from tuimail.sync.lane import Lane
from tuimail.sync.refusals import Outcome, concerns_others, outcome_of
from tuimail.sync.settling import Settling

PER_MINUTE: Final = 30
"""Messages of a sign-in that Exchange takes in a minute (exchange-online.md 4); the rest waits."""
_MINUTE: Final = timedelta(minutes=1)
_NOBODY: Final[Mapping[str, str]] = MappingProxyType({})
_TAKES_ITS_TIME: Final = 256 * 1024
"""Octets of a message of which is told how far it is."""


class _NotNow(Exception):
    """Between MAIL and DATA the message turned out not to go out, or not yet."""


class _Claim:
    """The right to hand one message over, taken by committing SENDING (invariant 6).

    Args:
        free_at: See `Outbox._free_at`; asked in the transaction, so that two never take one place.
    """

    def __init__(
        self, store: Store, item: OutboxItem, free_at: Callable[[Reader], datetime | None]
    ) -> None:
        self._store = store
        self._item = item
        self._free_at = free_at
        self._was_taken = self._has_ended = False
        self.is_ours = False
        self.receipt: str | None = None

    async def commit(self) -> None:
        """Commit SENDING.

        Raises:
            _NotNow: The user stopped or changed the message, another process has it, or the
                minute is full.
        """
        if not await asyncio.wrap_future(self._store.write(self._take, urgent=True)):
            raise _NotNow
        self.is_ours = True

    def _take(self, tx: Writer) -> bool:
        self._was_taken = self._free_at(tx.read) is None and tx.claim_outbox(self._item)
        return self._was_taken

    def ends(self) -> None:
        """What completes the message leaves now: from here on nobody knows without an answer."""
        self._has_ended = True

    def taken(self, receipt: str) -> None:
        """The message was taken over, whatever comes now."""
        self.receipt = receipt

    def give_back(self) -> None:
        """The try ends without a word. What was not complete was not taken over: it waits again."""
        if not self._has_ended:
            self._store.write(self._put_back, urgent=True)

    def _put_back(self, tx: Writer) -> None:
        # Here and not before: the commit may have been under way when the try ended.
        current = tx.read.outbox_item(self._item.id)
        if self._was_taken and current is not None and current.state is OutboxState.SENDING:
            tx.set_outbox(self._item.id, state=OutboxState.QUEUED)


class _Speedometer:
    """Tells, once a second at most, how far a large message is. Called on any thread."""

    def __init__(self, item: OutboxItem, report: Callable[[Leaving | None], None]) -> None:
        self._item = item
        self._report = report
        self._loop = asyncio.get_running_loop()
        self._told = float("-inf")
        self._has_ended = False

    def left(self, octets: int) -> None:
        """Some more has left."""
        now = clocks.monotonic()
        if self._item.size < _TAKES_ITS_TIME or now - self._told < 1.0:
            return
        self._told = now
        leaving = Leaving(self._item.id, octets, self._item.size)
        self._loop.call_soon_threadsafe(self._tell, leaving)

    def _tell(self, leaving: Leaving) -> None:
        """On the engine's loop; what was on its way when the try ended comes too late."""
        if not self._has_ended:
            self._report(leaving)

    def end(self) -> None:
        """The try has ended, whatever came of it."""
        self._has_ended = True
        self._report(None)


class Outbox:
    """Sends what is due and settles what was sent.

    Args:
        tokens: Gives a token; `True` forces a refresh.
        run_job: For looking into Sent Items and filing there.
        refresh_sent: Called when Sent Items has something new.
        push: Called when sending has left an intent: the answered mark of the original.
        is_in_delegates_sent: See `settling`.
        report: Told how far a message is that takes its time; None when it has left.
        lane: What it shares with the other mailboxes of its sign-in.
    """

    def __init__(
        self,
        account: Account,
        store: Store,
        submitter: Submitter,
        tokens: Callable[[bool], Awaitable[Token]],
        run_job: RunJob,
        refresh_sent: Callable[[], None],
        push: Callable[[], None],
        is_in_delegates_sent: Callable[[str], Awaitable[bool]] | None = None,
        report: Callable[[Leaving | None], None] = lambda _: None,
        lane: Lane | None = None,
    ) -> None:
        self._account = account
        self._lane = lane or Lane([account.id])
        self._is_closing = False
        self._store = store
        self._submitter = submitter
        self._tokens = tokens
        self._push = push
        self._report = report
        self._settling = Settling(account, store, run_job, refresh_sent, is_in_delegates_sent)

    async def recover(self) -> None:
        """After a start: whatever was between DATA and the reply may have gone out."""
        items = self._store.read.outbox(self._account.id, states={OutboxState.SENDING})
        for item in items:
            await self._uncertain(item, "tuimail was stopped while the message went out.")

    def begin_no_other(self) -> None:
        """Whatever waits from now on waits for the next start: the program is ending."""
        self._is_closing = True

    def next_send(self) -> datetime | None:
        """Return when a message is due to go out, UTC."""
        waiting = self._store.read.outbox(self._account.id, states=UNSENT)
        due = min((time for item in waiting if (time := due_at(item)) is not None), default=None)
        free = None if due is None else self._free_at(self._store.read)
        return due if due is None or free is None else max(due, free)

    def next_look(self) -> datetime | None:
        """Return when Sent Items is to be looked into, UTC."""
        times = (due_at(item) for item in self._left())
        return min((time for time in times if time is not None), default=None)

    def _left(self) -> list[OutboxItem]:
        items = self._store.read.outbox(self._account.id)
        return [item for item in items if item.state not in UNSENT]

    def _free_at(self, read: Reader) -> datetime | None:
        """Return when another message may go out, None for now: the limit of a minute."""
        now = datetime.now(UTC)
        last = read.last_sent(self._lane.accounts, now - _MINUTE, PER_MINUTE)
        return last + _MINUTE if last is not None and last <= now else None

    async def hurry(self) -> None:
        """Make due what failed and waits for another try; not what can still be taken back."""
        now = datetime.now(UTC)

        def change(tx: Writer) -> None:
            for item in tx.read.outbox(self._account.id, states=UNSENT):
                if item.reason is Reason.NOT_ALLOWED or (item.problem and due_at(item)):
                    tx.set_outbox(item.id, state=item.state, not_before=now)

        await asyncio.wrap_future(self._store.write(change, urgent=True))

    async def run_due(self) -> dict[int, TuimailError]:
        """Send everything that is due now, then look for, or file, what is due for that.

        Returns:
            As `send_due`.
        """
        failures = await self.send_due()
        await self.settle_due()
        return failures

    async def send_due(self) -> dict[int, TuimailError]:
        """Send everything that is due now, oldest first.

        Returns:
            Why messages were not sent, by outbox id; it is also stored with each.
        """
        now = datetime.now(UTC)
        failures: dict[int, TuimailError] = {}
        blocked: dict[SendVia, TuimailError] = {}
        for item in reversed(self._store.read.outbox(self._account.id, states=UNSENT)):
            time = due_at(item)
            if time is None or time > now:
                continue
            failure = blocked.get(item.via)
            if failure is not None:
                await self._not_sent(item, failure, is_ours=False)
            else:
                failure = await self._in_turn(item)
            if failure is not None:
                failures[item.id] = failure
                if concerns_others(failure):
                    blocked[item.via] = failure
        return failures

    async def settle_due(self) -> None:
        """Look into Sent Items for what was sent or may have been, and file there, where due.

        It waits for the mailbox, which sending does not need.
        """
        now = datetime.now(UTC)
        for item in reversed(self._left()):
            time = due_at(item)
            if time is not None and time <= now:
                await self._settling.settle(item)

    async def _in_turn(self, item: OutboxItem) -> TuimailError | None:
        """Send an item where there is room for it among those of the other mailboxes."""
        async with self._lane:
            if self._is_closing or self._free_at(self._store.read) is not None:
                return None
            return await self._send(item)

    async def _send(self, item: OutboxItem) -> TuimailError | None:
        claim = _Claim(self._store, item, self._free_at)
        try:
            receipt = await self._submit(item, claim)
        except _NotNow:
            return None
        except asyncio.CancelledError:
            if claim.receipt is not None:
                self._store_sent(item, claim.receipt)
            else:
                claim.give_back()
            raise
        except SubmissionUncertain as error:
            await self._uncertain(item, error.message)
            return error
        except TuimailError as error:
            await self._not_sent(item, error, is_ours=claim.is_ours)
            return error
        await self._sent(item, receipt)
        return None

    async def _submit(self, item: OutboxItem, claim: _Claim) -> str:
        raw = self._store.read.outbox_raw(item.id)
        meter = _Speedometer(item, self._report)
        options = Options(
            via=item.via,
            notify=item.notify,
            envelope_id=item.message_id.strip("<>"),
            progress=meter.left,
            ends=claim.ends,
            taken=claim.taken,
        )
        try:
            return await self._with_token(item, claim, raw, options)
        finally:
            meter.end()

    async def _with_token(
        self, item: OutboxItem, claim: _Claim, raw: bytes, options: Options
    ) -> str:
        """Submit with the token that is here, and once more with a new one."""
        for forced in (False, True):
            token = await self._tokens(forced)
            try:
                return await self._submitter.submit(
                    username=self._account.signs_in_as,
                    token=token,
                    mail_from=item.mail_from,
                    rcpt_to=item.rcpt_to,
                    raw=raw,
                    before_data=claim.commit,
                    options=options,
                )
            except SignInRequired:
                if forced or claim.is_ours:
                    raise
        raise AssertionError("the loop returns or raises")

    async def _sent(self, item: OutboxItem, receipt: str) -> None:
        await asyncio.wrap_future(self._store_sent(item, receipt))
        self._push()

    def _store_sent(self, item: OutboxItem, receipt: str) -> Future[None]:
        now = datetime.now(UTC)
        looks = sent.looks(self._account, receipt)

        def change(tx: Writer) -> None:
            tx.set_outbox(
                item.id,
                state=OutboxState.SENT,
                receipt=receipt,
                not_before=now + timedelta(seconds=looks[0]),
                sent_copy=SentCopy.LOOKING,
            )
            if item.in_reply_to is not None and tx.read.summary(item.in_reply_to) is not None:
                answered = StoreFlags(add=ANSWERED)
                tx.add_intents([NewIntent(self._account.id, item.in_reply_to, answered)])
            if item.forward_of is not None:
                tx.mark_forwarded(item.forward_of)

        return self._store.write(change, urgent=True)

    async def _not_sent(self, item: OutboxItem, error: TuimailError, *, is_ours: bool) -> None:
        """Nothing was handed over. Wait and try again, or keep it until the user decides.

        Args:
            is_ours: SENDING was committed for this try.
        """
        outcome = outcome_of(error, item, datetime.now(UTC))
        refused = error.refused if isinstance(error, RecipientsRefused) else {}
        from_states = (*UNSENT, OutboxState.SENDING) if is_ours else UNSENT
        await self._store_problem(item, outcome, from_states, refused)

    async def _store_problem(
        self,
        item: OutboxItem,
        outcome: Outcome,
        from_states: Collection[OutboxState],
        refused: Mapping[str, str] = _NOBODY,
    ) -> None:
        """Note a problem, unless the user or another process has decided otherwise meanwhile."""

        def change(tx: Writer) -> None:
            current = tx.read.outbox_item(item.id)
            if current is None or current.state not in from_states:
                return
            sending = current.state is OutboxState.SENDING
            if not sending and not current.goes_out_as(item):
                return  # the user gave it another time, or other recipients
            tx.set_outbox(
                item.id,
                state=outcome.state,
                not_before=outcome.again,
                problem=outcome.problem,
                reason=outcome.reason,
                refused=refused,
                count_attempt=not sending,
            )
            if item.problem is None or item.problem.short != outcome.problem.short:
                tx.add_notice(outcome.problem, self._account.id)

        await asyncio.wrap_future(self._store.write(change, urgent=True))

    async def _uncertain(self, item: OutboxItem, words: str) -> None:
        problem = submission_problem(
            SubmissionUncertain(
                words,
                hint="Wait, or send it again: then it may arrive twice. Or keep it here.",
            ),
            "tuimail looks for the message in Sent Items: in 30 seconds, 2 and 10 minutes.",
        )
        look_at = datetime.now(UTC) + timedelta(seconds=settling.UNCERTAIN_LOOKS[0])
        outcome = Outcome(OutboxState.UNCERTAIN, look_at, problem, Reason.OTHER)
        await self._store_problem(item, outcome, (OutboxState.SENDING,))
