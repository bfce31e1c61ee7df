"""The send queue of one mailbox: stored first, handed over at most once, never forgotten.

SENDING is committed after the RCPT replies and before DATA. What has no final reply after that is
UNCERTAIN: it is looked for in Sent Items and never sent again without the user's word.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Collection, Generator
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol, TypeVar

from tuimail.errors import (
    NetworkError,
    Retry,
    SignInRequired,
    SubmissionDisabled,
    SubmissionUncertain,
    TuimailError,
)
from tuimail.imap.jobs import Priority, Step
from tuimail.imap.session import ImapSession
from tuimail.model.account import Account, Token
from tuimail.model.flags import ANSWERED
from tuimail.model.intent import NewIntent, StoreFlags
from tuimail.model.notice import Notice
from tuimail.model.outbox import OutboxItem, OutboxState, SentCopy
from tuimail.store.store import Store, Writer
from tuimail.submission.submitter import Submitter
from tuimail.sync import backoff, sent
from tuimail.sync.explain import submission_problem

log = logging.getLogger(__name__)

T = TypeVar("T")

_TRIED_AGAIN: Final = (OutboxState.QUEUED, OutboxState.FAILED)
DISABLED_RETRY: Final = timedelta(minutes=30)
UNCERTAIN_LOOKS: Final = (30.0, 120.0, 600.0)
"""Seconds after the lost reply at which Sent Items is searched."""


class JobRunner(Protocol):
    """Runs a job on the mailbox's main connection."""

    def __call__(
        self,
        job: Callable[[ImapSession], Generator[Step, None, T]],
        priority: Priority,
        label: str,
    ) -> Awaitable[T]:
        """Return what the job returns; raises what it raises."""


class _TakenBack(Exception):
    """The user stopped the message between MAIL and DATA."""


class _Claim:
    """The right to hand one message over, taken by committing SENDING (invariant 6)."""

    def __init__(self, store: Store, outbox_id: int) -> None:
        self._store = store
        self._id = outbox_id
        self.is_ours = False

    async def commit(self) -> None:
        """Commit SENDING.

        Raises:
            _TakenBack: The user stopped the message, or another process hands it over.
        """
        if not await asyncio.wrap_future(self._store.write(self._take, urgent=True)):
            raise _TakenBack
        self.is_ours = True

    def _take(self, tx: Writer) -> bool:
        current = tx.read.outbox_item(self._id)
        if current is None or current.state not in _TRIED_AGAIN:
            return False
        tx.set_outbox(self._id, state=OutboxState.QUEUED)
        tx.set_outbox(self._id, state=OutboxState.SENDING, count_attempt=True)
        return True


class Outbox:
    """Sends what is due and settles what was sent.

    Args:
        tokens: Gives a token; `True` forces a refresh.
        run_job: For looking into Sent Items and filing there.
        refresh_sent: Called when Sent Items has something new.
        push: Called when sending has left an intent: the answered mark of the original.
        is_in_delegates_sent: Of a shared mailbox, looks for a Message-ID where the server files
            what is sent as it: in the Sent Items of who signs in (exchange-online.md 2).
    """

    def __init__(
        self,
        account: Account,
        store: Store,
        submitter: Submitter,
        tokens: Callable[[bool], Awaitable[Token]],
        run_job: JobRunner,
        refresh_sent: Callable[[], None],
        push: Callable[[], None],
        is_in_delegates_sent: Callable[[str], Awaitable[bool]] | None = None,
    ) -> None:
        self._account = account
        self._store = store
        self._submitter = submitter
        self._tokens = tokens
        self._run_job = run_job
        self._refresh_sent = refresh_sent
        self._push = push
        self._is_in_delegates_sent = is_in_delegates_sent

    async def recover(self) -> None:
        """After a start: whatever was between DATA and the reply may have gone out."""
        items = self._store.read.outbox(self._account.id, states={OutboxState.SENDING})
        for item in items:
            await self._uncertain(item, "tuimail was stopped while the message went out.")

    def next_time(self) -> datetime | None:
        """Return when something is due next, UTC."""
        times = (due_at(item) for item in self._store.read.outbox(self._account.id))
        return min((time for time in times if time is not None), default=None)

    async def hurry(self) -> None:
        """Make due what failed and waits for another try; not what can still be taken back."""
        now = datetime.now(UTC)

        def change(tx: Writer) -> None:
            for item in tx.read.outbox(self._account.id, states=_TRIED_AGAIN):
                if item.problem is not None and due_at(item) is not None:
                    tx.set_outbox(item.id, state=item.state, not_before=now)

        await asyncio.wrap_future(self._store.write(change, urgent=True))

    async def run_due(self) -> dict[int, TuimailError]:
        """Send, look for, or file everything that is due now.

        Returns:
            Why messages were not sent, by outbox id; it is also stored with each.
        """
        now = datetime.now(UTC)
        failures = {}
        for item in reversed(self._store.read.outbox(self._account.id)):
            time = due_at(item)
            if time is None or time > now:
                continue
            if item.state in _TRIED_AGAIN:
                failure = await self._send(item)
                if failure is not None:
                    failures[item.id] = failure
            else:
                await self._settle(item)
        return failures

    async def _send(self, item: OutboxItem) -> TuimailError | None:
        claim = _Claim(self._store, item.id)
        try:
            receipt = await self._submit(item, claim)
        except _TakenBack:
            return None
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
                )
            except SignInRequired:
                if forced:
                    raise
        raise AssertionError("the loop returns or raises")

    async def _sent(self, item: OutboxItem, receipt: str) -> None:
        now = datetime.now(UTC)
        looks = sent.looks(self._account)

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

        await asyncio.wrap_future(self._store.write(change, urgent=True))
        self._push()

    async def _not_sent(self, item: OutboxItem, error: TuimailError, *, is_ours: bool) -> None:
        """Nothing was handed over. Wait and try again, or keep it until the user decides.

        Args:
            is_ours: SENDING was committed for this try.
        """
        now = datetime.now(UTC)
        if isinstance(error, SubmissionDisabled):
            state, again = OutboxState.FAILED, now + DISABLED_RETRY
            words = "It stays here unchanged; tuimail tries again every 30 minutes."
        elif error.retry is Retry.BACKOFF or isinstance(error, NetworkError):
            seconds = max(5.0, backoff.delay(item.attempts + 1, jitter=0.5))
            seconds = max(seconds, getattr(error, "retry_after", 0.0))
            state, again = OutboxState.QUEUED, now + timedelta(seconds=seconds)
            words = f"It stays here; tuimail tries again at {again.astimezone():%H:%M:%S}."
        elif error.retry is Retry.AFTER_SIGN_IN:
            state, again = OutboxState.QUEUED, now + DISABLED_RETRY
            words = "It stays here and goes out after the next sign-in."
        else:
            state, again = OutboxState.FAILED, now
            words = "It stays here unchanged; tuimail does not try again by itself."
        problem = submission_problem(error, words)
        from_states = (*_TRIED_AGAIN, OutboxState.SENDING) if is_ours else _TRIED_AGAIN
        await self._store_problem(item, state, again, problem, from_states)

    async def _store_problem(
        self,
        item: OutboxItem,
        state: OutboxState,
        not_before: datetime,
        problem: Notice,
        from_states: Collection[OutboxState],
    ) -> None:
        """Note a problem, unless the user or another process has decided otherwise meanwhile."""

        def change(tx: Writer) -> None:
            current = tx.read.outbox_item(item.id)
            if current is None or current.state not in from_states:
                return
            sending = current.state is OutboxState.SENDING
            tx.set_outbox(
                item.id,
                state=state,
                not_before=not_before,
                problem=problem,
                count_attempt=not sending,
            )
            if item.problem is None or item.problem.short != problem.short:
                tx.add_notice(problem, self._account.id)

        await asyncio.wrap_future(self._store.write(change, urgent=True))

    async def _uncertain(self, item: OutboxItem, words: str) -> None:
        problem = submission_problem(
            SubmissionUncertain(
                words,
                hint="Wait, or send it again: then it may arrive twice. Or keep it here.",
            ),
            "tuimail looks for the message in Sent Items: in 30 seconds, 2 and 10 minutes.",
        )
        look_at = datetime.now(UTC) + timedelta(seconds=UNCERTAIN_LOOKS[0])
        await self._store_problem(
            item, OutboxState.UNCERTAIN, look_at, problem, (OutboxState.SENDING,)
        )

    async def _settle(self, item: OutboxItem) -> None:
        """Look for a sent or perhaps sent message in Sent Items."""
        try:
            found = await self._run_job(
                lambda session: sent.find_sent_copy(
                    session, self._store, self._account, item.message_id
                ),
                Priority.REFRESH,
                "look into Sent Items",
            )
            if found:
                await self._found(item)
            elif item.state is OutboxState.UNCERTAIN:
                await self._settle_uncertain(item)
            elif not await self._look_later(item, sent.looks(self._account)):
                await self._file_copy(item)
        except TuimailError as error:
            log.info("sent copy: %s", type(error).__name__)
            later = datetime.now(UTC) + timedelta(seconds=30)
            await self._change(item, not_before=later)

    async def _settle_uncertain(self, item: OutboxItem) -> None:
        look = self._is_in_delegates_sent
        if look is not None and await look(item.message_id):
            first = timedelta(seconds=sent.looks(self._account)[0])
            await self._went_out(item, datetime.now(UTC) + first, SentCopy.LOOKING)
        else:
            await self._look_later(item, UNCERTAIN_LOOKS)

    async def _found(self, item: OutboxItem) -> None:
        await self._went_out(item, item.changed_at, SentCopy.FILED)
        self._refresh_sent()

    async def _went_out(self, item: OutboxItem, look_at: datetime, copy: SentCopy) -> None:
        def change(tx: Writer) -> None:
            if _is_still(tx, item):
                tx.set_outbox(item.id, state=OutboxState.SENT, not_before=look_at, sent_copy=copy)

        await asyncio.wrap_future(self._store.write(change))

    async def _look_later(self, item: OutboxItem, looks: tuple[float, ...]) -> bool:
        waited = (datetime.now(UTC) - item.changed_at).total_seconds()
        following = next((look for look in looks if look > waited), None)
        if following is None and item.state is not OutboxState.UNCERTAIN:
            return False
        at = item.changed_at + timedelta(seconds=following or 0.0)
        await self._change(item, not_before=at)
        return True

    async def _file_copy(self, item: OutboxItem) -> None:
        if sent.server_files_copy(self._account):
            await self._change(item, sent_copy=SentCopy.NONE)
            return
        await self._run_job(
            lambda session: sent.append_sent_copy(session, self._store, self._account, item.id),
            Priority.INTENT,
            "file the sent copy",
        )
        self._refresh_sent()

    async def _change(
        self,
        item: OutboxItem,
        *,
        not_before: datetime | None = None,
        sent_copy: SentCopy | None = None,
    ) -> None:
        def change(tx: Writer) -> None:
            if _is_still(tx, item):
                tx.set_outbox(item.id, state=item.state, not_before=not_before, sent_copy=sent_copy)

        await asyncio.wrap_future(self._store.write(change))


def _is_still(tx: Writer, item: OutboxItem) -> bool:
    """Whether nobody gave the message another state while the server was asked."""
    current = tx.read.outbox_item(item.id)
    return current is not None and current.state is item.state


def due_at(item: OutboxItem) -> datetime | None:
    """Return when the queue has to look at an item, UTC, or None when it is settled.

    For everything but a queued message, a time that is not after the last change of state means
    that nothing more is done by itself.
    """
    waits = item.not_before > item.changed_at
    match item.state:
        case OutboxState.QUEUED:
            return item.not_before
        case OutboxState.FAILED | OutboxState.UNCERTAIN:
            return item.not_before if waits else None
        case OutboxState.SENT:
            pending = item.sent_copy in (SentCopy.LOOKING, SentCopy.APPENDING)
            return item.not_before if pending else None
        case _:
            return None
