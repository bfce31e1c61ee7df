"""The second connection of a mailbox: it idles on INBOX, one watch at a time.

A watch that is told to stop may take a moment, and an open or half-open connection counts
against the limit. So another one begins only when the thread of the last has ended.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Final

from tuimail.errors import FolderGone, Retry, Throttled, TuimailError
from tuimail.model.account import AccountId
from tuimail.model.folder import FolderId, FolderRole
from tuimail.store.store import Store
from tuimail.sync import backoff
from tuimail.sync.opening import SessionOpener
from tuimail.sync.timing import Timing
from tuimail.sync.watcher import Watcher

log = logging.getLogger(__name__)

_LAST_SECONDS: Final = 0.5
"""For a watch that was stopped already to end."""


class Watching:
    """Watches INBOX while its loop runs.

    Args:
        opener: Makes the connection; nobody else uses it.
        probe: Makes sure that the other connection still works, raises when it does not.
        changed: Called on the watch's thread with INBOX, and whether a push said so.
    """

    def __init__(
        self,
        account: AccountId,
        store: Store,
        opener: SessionOpener,
        probe: Callable[[], Awaitable[None]],
        changed: Callable[[FolderId, bool], None],
        timing: Timing,
    ) -> None:
        self._account = account
        self._store = store
        self._opener = opener
        self._probe = probe
        self._changed = changed
        self._timing = timing
        self._watcher: Watcher | None = None
        self._again = asyncio.Event()

    async def loop(self) -> None:
        """Watch; when a watch ends, begin another after a while.

        The end of a watch is the first sign of a broken line, so the other connection is tried
        then; its failure is raised. It works without pushes, so nothing else is, but for what
        concerns the whole mailbox.
        """
        failures = 0
        while True:
            self._again.clear()
            began = time.monotonic()
            try:
                await self._watch_once()
            except TuimailError as error:
                if isinstance(error, Throttled) or error.retry is Retry.AFTER_SIGN_IN:
                    raise
                log.info("idle: %s", type(error).__name__)
                await self._probe()
                lasted = time.monotonic() - began
                failures = 1 if lasted > backoff.LONGEST_DELAY else failures + 1
                await self._rest(error, failures)

    def hurry(self) -> None:
        """Begin now the watch that would begin after a while."""
        self._again.set()

    def renew(self) -> None:
        """End the present watch, and begin another as soon as that has ended."""
        self._again.set()
        self.stop()

    def stop(self, grace: float = 0.0) -> None:
        """End the present watch, or give up the connection that is made for it.

        Args:
            grace: Seconds to wait for the end.
        """
        if self._watcher is not None:
            self._opener.interrupt()
            self._watcher.stop(grace)

    def close(self) -> None:
        """End the present watch and wait for a moment, for the end of the program."""
        self.stop(_LAST_SECONDS)

    async def _watch_once(self) -> None:
        if self._watcher is not None:
            await _end_of(self._watcher)
        inbox = self._store.read.folder_with_role(self._account, FolderRole.INBOX)
        if inbox is None:
            raise FolderGone("The mailbox has no Inbox.")
        self._watcher = Watcher(
            f"imap-idle-{self._account}",
            self._opener,
            inbox.path,
            partial(self._changed, inbox.id),
            idle_seconds=self._timing.idle,
        )
        try:
            await asyncio.wrap_future(self._watcher.start())
        finally:
            self.stop()

    async def _rest(self, error: TuimailError, failures: int) -> None:
        wait = backoff.after(error, failures, jitter=random.random())  # noqa: S311 - spreads clients
        try:
            async with asyncio.timeout(backoff.LONGEST_DELAY if wait is None else wait):
                await self._again.wait()
        except TimeoutError:
            return


async def _end_of(watcher: Watcher) -> None:
    """Wait until the thread has let go of its connection, however it ended."""
    await asyncio.wait([asyncio.wrap_future(watcher.ended)])
