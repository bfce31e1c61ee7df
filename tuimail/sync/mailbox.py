"""One mailbox: its two connections, when they are made again, and what is asked of it.

Two connections are the limit (exchange-online.md 3.9): one works, one idles on INBOX. The hourly
end of a session with its token is routine: connections are made anew before the token ends.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager, nullcontext
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from tuimail.auth.provider import TokenProvider
from tuimail.errors import NotConnected, Reach, Retry, Throttled, TuimailError
from tuimail.imap.connection import ImapConnection
from tuimail.imap.jobs import Job, Priority
from tuimail.model.account import Account, Token
from tuimail.model.download import DownloadRules
from tuimail.model.folder import FolderId, FolderRole
from tuimail.model.status import Connectivity, EngineStatus
from tuimail.store.store import Store
from tuimail.submission.submitter import Submitter
from tuimail.sync import backoff
from tuimail.sync.explain import account_problem
from tuimail.sync.lane import Lane
from tuimail.sync.opening import SessionOpener
from tuimail.sync.outbox import Outbox
from tuimail.sync.presence import Presence, Seats, Unused
from tuimail.sync.renewal import renew_in_time
from tuimail.sync.sent import find_sent_copy
from tuimail.sync.standing import Standing, connectivity_after, reason_of
from tuimail.sync.timing import Timing
from tuimail.sync.waiting import wait_until_due
from tuimail.sync.watching import Watching
from tuimail.sync.work import Work

log = logging.getLogger(__name__)

T = TypeVar("T")

_USUAL: Final = Timing()


class Mailbox:
    """Keeps one mailbox connected and working until it is cancelled.

    Args:
        publish: Called with every change of the status, on the engine's loop.
        rules: What is kept of its folders.
        owner: Of a shared mailbox, the mailbox of who opens it, if that is here.
        seats: Where shared mailboxes take turns; None to be connected always.
        lane: Where the mailboxes of one sign-in take turns to send.
    """

    def __init__(
        self,
        account: Account,
        store: Store,
        tokens: TokenProvider,
        submitter: Submitter,
        publish: Callable[[EngineStatus], None],
        rules: DownloadRules,
        timing: Timing = _USUAL,
        owner: Mailbox | None = None,
        seats: Seats | None = None,
        lane: Lane | None = None,
    ) -> None:
        self.account = account
        self._store = store
        self._tokens = tokens
        self._timing = timing
        self._loop = asyncio.get_running_loop()
        self._standing = Standing(account.id, publish)
        self._failures = 0
        self._retry = asyncio.Event()
        self._outbox_wake, self._settling_wake = asyncio.Event(), asyncio.Event()
        self._hurry = False
        self._sending = asyncio.Lock()
        self._attended = float("-inf")
        self._presence: Presence | None = None
        if account.is_shared and seats is not None:
            self._presence = Presence(seats, timing.turns, self._is_open, self._is_busy)
        opener = SessionOpener(account, tokens, timing.timeouts)
        second = SessionOpener(account, tokens, timing.timeouts)
        self._openers = (opener, second)
        self._main = ImapConnection(
            f"imap-main-{account.id}", opener, store.courtesy, opener.interrupt
        )
        self.work = Work(
            account,
            store,
            self._main,
            self._standing.set_progress,
            rules,
            self._standing.set_download,
            timing,
            heard=self._standing.heard,
            report_fetching=self._standing.set_fetching,
        )
        self._watching = Watching(
            account.id, store, second, self.work.probe, self._inbox_changed, timing
        )
        self._outbox = Outbox(
            account,
            store,
            submitter,
            self._token,
            self._outbox_job,
            refresh_sent=self._refresh_sent,
            push=self.work.intents.set,
            is_in_delegates_sent=owner.is_in_sent if owner is not None else None,
            report=self._standing.set_leaving,
            lane=lane,
        )

    @property
    def status(self) -> EngineStatus:
        """How it is doing."""
        return self._standing.status

    async def run(self) -> None:
        """Connect, work, and connect again, for ever."""
        await self._outbox.recover()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._outbox_loop(), name=f"outbox-{self.account.id}")
            tasks.create_task(self._settling_loop(), name=f"settling-{self.account.id}")
            tasks.create_task(self._connect_loop(), name=f"connect-{self.account.id}")

    def use(self) -> None:
        """Something is asked of it: a shared mailbox that rests is connected."""
        if self._presence is not None:
            self._presence.use()

    def opened(self, folder: FolderId) -> None:
        """The user is in one of its folders."""
        self.use()
        self.work.focus = folder
        self.work.refreshes.add((folder, False), Priority.FOCUS)

    def left(self) -> None:
        """The user is in another mailbox; a shared one may rest then."""
        if self._presence is not None:
            self.work.focus = None

    async def is_in_sent(self, message_id: str) -> bool:
        """Look into Sent Items on the server.

        Raises:
            TuimailError: That was not possible.
        """
        return await self.work.job(
            lambda session: find_sent_copy(session, self._store, self.account, message_id),
            Priority.REFRESH,
            "look into Sent Items",
        )

    def wake(self) -> None:
        """New intents or outbox items exist."""
        if self._presence is not None and self.work.has_changes:
            self._presence.use()
        self.work.intents.set()
        self.work.keeping.wake()
        self._outbox_wake.set()

    def reconnect(self) -> None:
        """Try now rather than at the end of the back-off, and ask Entra ID again."""
        self._tokens.retry()
        self.use()
        self._hurry = True
        self._try_now()
        self.work.attend()
        self.wake()

    def attend(self) -> None:
        """The user came back to the screen: look for news, at most every few seconds.

        Without a connection it is tried now: the user may have come back with the network.
        """
        now = time.monotonic()
        if now - self._attended < self._timing.attention:
            return
        self._attended = now
        if self._is_open():
            self.use()
        self.work.attend()
        self._watching.hurry()
        if self.status.connectivity is Connectivity.OFFLINE:
            self._try_now()

    def slept(self) -> None:
        """The computer slept: both connections are made anew, and timers begin again."""
        log.info("mailbox %d: the computer slept", self.account.id)
        self._try_now()
        self._watching.renew()
        self._main.cut()
        self.work.attend()
        self.wake()

    def ended(self, error: BaseException | None, again: float) -> None:
        """Say that `run` ended, which it does when the database fails, or by a defect.

        Args:
            again: Seconds until it is started again.
        """
        if self._presence is not None:
            self._presence.again()
        next_attempt = datetime.now(UTC) + timedelta(seconds=again)
        reason = reason_of(error)
        self._standing.set(
            Connectivity.OFFLINE,
            next_attempt=next_attempt,
            problem=account_problem(reason, self.account.name, next_attempt, is_new=False),
        )

    async def finish(self, grace: float) -> None:
        """Wait for at most `grace` seconds for a message that is going out; begin no other."""
        self._outbox.begin_no_other()
        try:
            async with asyncio.timeout(grace):
                await self._sending.acquire()
        except TimeoutError:
            return

    def close(self, grace: float) -> None:
        """End both connections; blocks for at most about `grace` seconds.

        Called when `run` has ended. A job that is at work may end its step.
        """
        self._watching.stop()
        self._main.close(grace)
        self._watching.close()

    def _try_now(self) -> None:
        """End a pause, and forget how long the next one would be."""
        self._failures = min(self._failures, 1)
        self._retry.set()

    async def _connect_loop(self) -> None:
        while True:
            async with self._turn():
                error = await self._stay_online()
                if error is None:
                    self._leave()
            if error is None:
                continue
            self._failures = 1 if self._standing.was_steady else self._failures + 1
            if self._presence is not None:
                self._presence.again()
            await self._pause(error)

    def _turn(self) -> AbstractAsyncContextManager[None]:
        return nullcontext() if self._presence is None else self._presence.turn()

    def _leave(self) -> None:
        """End the connections of a mailbox that nobody uses."""
        if self._is_busy():
            self._main.cut()  # what runs on it would go on
        else:
            self._main.recycle()
        self._standing.set(Connectivity.RESTING)

    def _is_open(self) -> bool:
        return self.work.focus is not None

    def _is_busy(self) -> bool:
        status = self.status
        is_fetching = status.progress or (status.download and not status.download.problem)
        return bool(is_fetching or self.work.has_wishes or self.work.has_changes)

    async def _outbox_job(self, job: Job[T], priority: Priority, label: str) -> T:
        """Run a job of the outbox, which does not wait for a seat: it tries again soon."""
        if self._presence is not None and not self._presence.is_here:
            self._presence.use()
            raise NotConnected("The shared mailbox is not connected at the moment.")
        return await self.work.job(job, priority, label)

    async def _stay_online(self) -> TuimailError | None:
        """Connect and work; returns the failure that ended it, None when nobody uses it.

        What the user did goes to the server before anything is looked at.
        """
        self._retry.clear()  # whoever asks from now on may mean what happened meanwhile
        self._standing.set(Connectivity.CONNECTING, keep_problem=True)
        tasks = [asyncio.create_task(loop()) for loop in self.work.urgent_loops()]
        listing = asyncio.create_task(self.work.list_folders())
        try:
            await _first_end([listing, *tasks])
            self._standing.set(Connectivity.ONLINE)
            for loop in (*self.work.loops(), self._watching.loop, self._renewal_loop):
                tasks.append(asyncio.create_task(loop()))
            if self._presence is not None:
                tasks.append(asyncio.create_task(self._presence.until_unused()))
            await _first_end(tasks)
            raise AssertionError("a loop ended without a failure")
        except Unused:
            return None
        except TuimailError as error:
            return error
        finally:
            for task in (listing, *tasks):
                task.cancel()
            await asyncio.gather(listing, *tasks, return_exceptions=True)

    async def _pause(self, error: TuimailError) -> None:
        """Say what is wrong and wait for the next try."""
        log.info("mailbox %d: %s", self.account.id, type(error).__name__)
        passes = error.reach is Reach.CONNECTION and error.retry is not Retry.NEVER
        if passes and (self._failures == 1 or self._retry.is_set()):
            return  # routine: the end of a session, a switch of networks, a sleep
        seconds = backoff.after(error, self._failures, jitter=random.random())  # noqa: S311 - spreads clients
        next_attempt = None
        if seconds is not None:
            next_attempt = datetime.now(UTC) + timedelta(seconds=seconds)
        self._standing.set(
            connectivity_after(error),
            next_attempt=next_attempt,
            problem=account_problem(
                error,
                self.account.name,
                next_attempt,
                is_new=not self._store.read.folders(self.account.id),
            ),
        )
        if isinstance(error, Throttled) and next_attempt is not None:
            await self._wait_out(next_attempt, error.retry_after)
        else:
            await wait_until_due(self._retry, next_attempt)

    async def _wait_out(self, until: datetime, seconds: float) -> None:
        """Wait whoever asks: asking too early makes Exchange ask for more time."""
        while datetime.now(UTC) < until:
            self._retry.clear()
            await wait_until_due(self._retry, until)
        self.work.rest_backfill(seconds)

    async def _token(self, force_refresh: bool = False) -> Token:
        return await asyncio.wrap_future(self._tokens.get(force_refresh=force_refresh))

    def _inbox_changed(self, inbox: FolderId, pushed: bool) -> None:
        """Called on the watch's thread."""
        self._loop.call_soon_threadsafe(self._refresh_inbox, inbox, pushed)

    def _refresh_inbox(self, inbox: FolderId, pushed: bool) -> None:
        self._standing.heard()
        self.work.told(inbox)
        if pushed:
            self.work.look_around()  # what a rule filed elsewhere came at the same time

    async def _renewal_loop(self) -> None:
        await renew_in_time(self._openers, self._token, self._renew, self._timing)

    async def _renew(self) -> None:
        self._main.recycle()
        self._watching.renew()
        await self.work.probe()

    async def _outbox_loop(self) -> None:
        while True:
            self._outbox_wake.clear()
            async with self._sending:
                if self._hurry:
                    self._hurry = False
                    await self._outbox.hurry()
                await self._outbox.send_due()
            self._settling_wake.set()
            await wait_until_due(self._outbox_wake, self._outbox.next_send())

    async def _settling_loop(self) -> None:
        """Look for what was sent: the mailbox may be away for long, and sending is not."""
        while True:
            self._settling_wake.clear()
            await self._outbox.settle_due()
            await wait_until_due(self._settling_wake, self._outbox.next_look())

    def _refresh_sent(self) -> None:
        folder = self._store.read.folder_with_role(self.account.id, FolderRole.SENT)
        if folder is not None:
            self.work.refreshes.add((folder.id, False), Priority.REFRESH)


async def _first_end(tasks: list[asyncio.Task[None]]) -> None:
    """Wait until one of the tasks ends, and raise what ended it."""
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        task.result()
