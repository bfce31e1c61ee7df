"""One mailbox: its two connections, when they are made again, and how it is doing.

Two connections are the limit (exchange-online.md 3.9): one works, one idles on INBOX. The hourly
end of a session with its token is routine: connections are made anew before the token ends.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from tuimail.auth.provider import TokenProvider
from tuimail.errors import (
    AuthError,
    CertificateInvalid,
    FolderGone,
    Reach,
    Retry,
    Throttled,
    TokenUnavailable,
    TuimailError,
)
from tuimail.imap.connection import ImapConnection
from tuimail.imap.jobs import Priority
from tuimail.model.account import Account, Token
from tuimail.model.download import DownloadRules
from tuimail.model.folder import FolderId, FolderRole
from tuimail.model.notice import Notice
from tuimail.model.status import Connectivity, Download, EngineStatus, Progress
from tuimail.store.store import Store
from tuimail.submission.submitter import Submitter
from tuimail.sync import backoff
from tuimail.sync.explain import account_problem
from tuimail.sync.opening import SessionOpener
from tuimail.sync.outbox import Outbox
from tuimail.sync.watcher import Watcher
from tuimail.sync.work import Work, wait_until_due

log = logging.getLogger(__name__)

STEADY: Final = timedelta(seconds=30)
"""A connection that lasted this long was a good one."""

RECYCLE_BEFORE: Final = 290.0
"""Seconds before a token ends at which connections are made anew: msal refreshes below 300."""

_LAST_SECONDS: Final = 0.5
"""For a watch that was stopped already to end; one that is still connecting ends by itself."""

ASK_AGAIN: Final = 30.0
"""Seconds between two questions for a newer token, while the connection still works."""


class Mailbox:
    """Keeps one mailbox connected and working until it is cancelled.

    Args:
        publish: Called with every change of the status, on the engine's loop.
        rules: What is kept of its folders.
    """

    def __init__(
        self,
        account: Account,
        store: Store,
        tokens: TokenProvider,
        submitter: Submitter,
        publish: Callable[[EngineStatus], None],
        rules: DownloadRules,
    ) -> None:
        self.account = account
        self.status = EngineStatus(account.id, Connectivity.STARTING, datetime.now(UTC))
        self._store = store
        self._tokens = tokens
        self._publish = publish
        self._loop = asyncio.get_running_loop()
        self._retry = asyncio.Event()
        self._outbox_wake = asyncio.Event()
        self._hurry = False
        self._sending = asyncio.Lock()
        self._opener = SessionOpener(account, tokens)
        self._main = ImapConnection(f"imap-main-{account.id}", self._opener)
        self._watcher: Watcher | None = None
        self.work = Work(account, store, self._main, self._progress, rules, self._downloading)
        self._outbox = Outbox(
            account,
            store,
            submitter,
            self._token,
            self.work.job,
            refresh_sent=self._refresh_sent,
            push=self.work.intents.set,
        )

    async def run(self) -> None:
        """Connect, work, and connect again, for ever."""
        await self._outbox.recover()
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._outbox_loop(), name=f"outbox-{self.account.id}")
            tasks.create_task(self._connect_loop(), name=f"connect-{self.account.id}")

    def wake(self) -> None:
        """New intents or outbox items exist."""
        self.work.intents.set()
        self.work.keeping.wake()
        self._outbox_wake.set()

    def reconnect(self) -> None:
        """Try now rather than at the end of the back-off, and ask Entra ID again."""
        self._tokens.retry()
        self._retry.set()
        self._hurry = True
        self.work.keeping.wake()
        self._outbox_wake.set()

    def ended(self, error: BaseException | None, again: float) -> None:
        """Say that `run` ended, which it does when the database fails, or by a defect.

        Args:
            again: Seconds until it is started again.
        """
        next_attempt = datetime.now(UTC) + timedelta(seconds=again)
        reason = _reason(error)
        self._set(
            Connectivity.OFFLINE,
            next_attempt=next_attempt,
            problem=account_problem(reason, self.account.name, next_attempt, is_new=False),
        )

    async def finish(self, grace: float) -> None:
        """Wait for at most `grace` seconds for a message that is going out; begin no other."""
        try:
            async with asyncio.timeout(grace):
                await self._sending.acquire()
        except TimeoutError:
            return

    def close(self, grace: float) -> None:
        """End both connections; blocks for at most about `grace` seconds.

        Called when `run` has ended. A job that is at work may end its step.
        """
        if self._watcher is not None:
            self._watcher.stop()
        self._main.close(grace)
        if self._watcher is not None:
            self._watcher.stop(_LAST_SECONDS)

    async def _connect_loop(self) -> None:
        failures = 0
        while True:
            error = await self._stay_online()
            failures = 1 if self._was_steady() else failures + 1
            await self._pause(error, failures)

    def _was_steady(self) -> bool:
        """Whether the connection held long enough to forget earlier failures."""
        online = self.status.connectivity is Connectivity.ONLINE
        return online and datetime.now(UTC) - self.status.since >= STEADY

    async def _stay_online(self) -> TuimailError:
        """Connect and work; returns the failure that ended it."""
        self._retry.clear()  # whoever asks from now on may mean what happened meanwhile
        self._set(Connectivity.CONNECTING, keep_problem=True)
        tasks: list[asyncio.Task[None]] = []
        try:
            await self.work.list_folders()
            self._set(Connectivity.ONLINE)
            for loop in (*self.work.loops(), self._idle_loop, self._recycle_loop):
                tasks.append(asyncio.create_task(loop(), name=loop.__name__))
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            raise AssertionError("a loop ended without a failure")
        except TuimailError as error:
            return error
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _pause(self, error: TuimailError, failures: int) -> None:
        """Say what is wrong and wait for the next try."""
        log.info("mailbox %d: %s", self.account.id, type(error).__name__)
        if failures == 1 and error.reach is Reach.CONNECTION and error.retry is not Retry.NEVER:
            return  # routine: the hourly end of a session, a switch of networks
        seconds = self._delay(error, failures)
        next_attempt = None
        if seconds is not None:
            next_attempt = datetime.now(UTC) + timedelta(seconds=seconds)
        self._set(
            _connectivity(error),
            next_attempt=next_attempt,
            problem=account_problem(
                error,
                self.account.name,
                next_attempt,
                is_new=not self._store.read.folders(self.account.id),
            ),
        )
        await wait_until_due(self._retry, next_attempt)

    def _delay(self, error: TuimailError, failures: int) -> float | None:
        """Return the seconds to wait, or None to wait for the user."""
        if isinstance(error, Throttled):
            return min(error.retry_after, backoff.LONGEST_DELAY)
        if isinstance(error, CertificateInvalid) or error.retry is Retry.AFTER_SIGN_IN:
            return None
        return backoff.delay(failures, jitter=random.random())  # noqa: S311 - spreads clients

    async def _token(self, force_refresh: bool) -> Token:
        return await asyncio.wrap_future(self._tokens.get(force_refresh=force_refresh))

    async def _idle_loop(self) -> None:
        """Watch INBOX; when the watch ends, begin another after a while.

        The end of a watch is the first sign of a broken line, so the main connection is tried
        then; its failure is raised. It works without pushes, so nothing else is.
        """
        failures = 0
        while True:
            inbox = self._store.read.folder_with_role(self.account.id, FolderRole.INBOX)
            if inbox is None:
                raise FolderGone("The mailbox has no Inbox.")
            self._watcher = Watcher(
                f"imap-idle-{self.account.id}",
                SessionOpener(self.account, self._tokens),
                inbox.path,
                partial(self._on_push, inbox.id),
            )
            began = time.monotonic()
            try:
                await asyncio.wrap_future(self._watcher.start())
            except AuthError:
                raise
            except TuimailError as error:
                log.info("idle: %s", type(error).__name__)
                await self.work.probe()
                lasted = time.monotonic() - began
                failures = 1 if lasted > backoff.LONGEST_DELAY else failures + 1
                await asyncio.sleep(self._delay(error, failures) or backoff.LONGEST_DELAY)
            finally:
                self._watcher.stop()

    def _on_push(self, inbox: FolderId) -> None:
        """Called on the watcher's thread."""
        ask = partial(self.work.refreshes.add, (inbox, False), Priority.REFRESH)
        self._loop.call_soon_threadsafe(ask)

    async def _recycle_loop(self) -> None:
        """Make the connections anew before the token ends, once there is a newer token."""
        while True:
            ends = self._opener.token_ends
            await asyncio.sleep(max(1.0, ends - RECYCLE_BEFORE - time.time()))
            if self._opener.token_ends != ends:
                continue
            if not await self._has_token_beyond(ends):
                await asyncio.sleep(ASK_AGAIN)
                continue
            self._main.recycle()
            if self._watcher is not None:
                self._watcher.stop()
            await self.work.probe()

    async def _has_token_beyond(self, ends: float) -> bool:
        """Ask for a token; a connection that works is kept while Entra ID cannot be reached."""
        try:
            return (await self._token(False)).expires_on > ends
        except TokenUnavailable:
            return False

    async def _outbox_loop(self) -> None:
        while True:
            self._outbox_wake.clear()
            async with self._sending:
                if self._hurry:
                    self._hurry = False
                    await self._outbox.hurry()
                await self._outbox.run_due()
            await wait_until_due(self._outbox_wake, self._outbox.next_time())

    def _refresh_sent(self) -> None:
        folder = self._store.read.folder_with_role(self.account.id, FolderRole.SENT)
        if folder is not None:
            self.work.refreshes.add((folder.id, False), Priority.REFRESH)

    def _progress(self, progress: Progress | None) -> None:
        def set_progress() -> None:
            self.status = replace(self.status, progress=progress)
            self._publish(self.status)

        self._loop.call_soon_threadsafe(set_progress)

    def _downloading(self, download: Download | None) -> None:
        self.status = replace(self.status, download=download)
        self._publish(self.status)

    def _set(
        self,
        connectivity: Connectivity,
        *,
        next_attempt: datetime | None = None,
        problem: Notice | None = None,
        keep_problem: bool = False,
    ) -> None:
        now = datetime.now(UTC)
        old = self.status
        self.status = EngineStatus(
            self.account.id,
            connectivity,
            since=old.since if old.connectivity is connectivity else now,
            online_at=now
            if Connectivity.ONLINE in (connectivity, old.connectivity)
            else old.online_at,
            next_attempt=next_attempt,
            problem=old.problem if keep_problem else problem,
            progress=old.progress,
            download=old.download,
        )
        self._publish(self.status)


def _connectivity(error: TuimailError) -> Connectivity:
    if isinstance(error, Throttled):
        return Connectivity.THROTTLED
    if error.retry is Retry.AFTER_SIGN_IN:
        return Connectivity.SIGN_IN_REQUIRED
    return Connectivity.OFFLINE


def _reason(error: BaseException | None) -> TuimailError:
    """Find what can be said in words in what ended a group of tasks."""
    if isinstance(error, TuimailError):
        return error
    if isinstance(error, BaseExceptionGroup):
        reasons = [_reason(each) for each in error.exceptions]
        return next((each for each in reasons if type(each) is not TuimailError), reasons[0])
    return TuimailError(
        "Something unforeseen happened in tuimail.", detail=type(error).__name__ if error else ""
    )
