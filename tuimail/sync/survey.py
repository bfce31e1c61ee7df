"""What there is in a mailbox: its folders, and how many messages they hold.

Counts are asked for often, the tree seldom: LIST is long, and folders are made and renamed by other
clients a few times a week. A folder that does not tell its counts any more has another name, or is
gone; then the tree is listed at once.
"""

from __future__ import annotations

import logging
import time

from tuimail.errors import CommandRejected
from tuimail.imap.jobs import Priority, RunJob
from tuimail.model.account import AccountId
from tuimail.model.folder import FolderId
from tuimail.store.store import Store
from tuimail.sync.folders import count_messages, list_folders

log = logging.getLogger(__name__)


class Survey:
    """Lists and counts the folders of one mailbox.

    Args:
        run: Runs a job that counts or lists.
        list_every: Seconds after which the tree is listed again with the counts.
    """

    def __init__(self, account: AccountId, store: Store, run: RunJob, list_every: float) -> None:
        self._account = account
        self._store = store
        self._run = run
        self._list_every = list_every
        self._listed_at = float("-inf")
        self._silent: frozenset[FolderId] = frozenset()

    async def list_tree(self) -> None:
        """Bring the tree up to date.

        Raises:
            TuimailError: That was not possible.
        """
        self._listed_at = time.monotonic()
        await self._run(
            lambda session: list_folders(session, self._store, self._account),
            Priority.FOCUS,
            "list folders",
        )

    async def take(self) -> list[FolderId]:
        """Count all folders and return those that changed; list them where it is time to.

        A folder that LIST goes on to name while STATUS refuses it is a reason once. A listing that
        the server refuses leaves the tree as it is until the next.
        """
        counted = await self._run(
            lambda session: count_messages(session, self._store, self._account),
            Priority.REFRESH,
            "count",
        )
        is_news = bool(counted.silent - self._silent)
        self._silent = counted.silent
        if is_news or time.monotonic() - self._listed_at >= self._list_every:
            try:
                await self.list_tree()
            except CommandRejected as error:
                log.info("the folders were not listed: %s", error.code or "refused")
        return counted.changed
