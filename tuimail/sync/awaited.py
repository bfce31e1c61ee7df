"""The texts and sections that somebody waits for, and those that will be read next.

A file may take minutes. What is read, done and opened meanwhile passes it between two slices.

What is given up ends between two of its commands: what came is kept, the connection goes on with
whatever else is asked of it, and asking again goes on from where it ended.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from threading import Event

from tuimail.errors import MessageGone, Reach, TuimailError, UidValidityChanged
from tuimail.imap.jobs import Priority, RunJob
from tuimail.model.account import AccountId
from tuimail.model.message import MessageKey
from tuimail.model.status import ALL_TEXT, Fetching
from tuimail.store.store import Store
from tuimail.sync.bodies import Report, fetch
from tuimail.sync.explain import body_problem
from tuimail.sync.wishes import BodyWish, Wishes


class AwaitedTexts:
    """Lives on the engine's loop.

    Args:
        job: Runs a job on the connection.
        report: Told how far it is.
        is_gone: Called with a message that is not where it was.
    """

    def __init__(
        self,
        account: AccountId,
        store: Store,
        job: RunJob,
        report: Report,
        is_gone: Callable[[MessageKey], None],
    ) -> None:
        self.wishes: Wishes[BodyWish] = Wishes()
        self._account = account
        self._store = store
        self._job = job
        self._report = report
        self._is_gone = is_gone

    def give_up(self, wish: BodyWish) -> None:
        """Fetch nothing more for a wish that was added; a command that is under way ends."""
        if self.wishes.withdraw(wish):
            self._report(None)

    async def loop(self) -> None:
        """Fetch the texts the user waits for, and those that will be read next."""
        await self._fetch_all(lambda wish, _priority: not _is_file(wish))

    async def file_loop(self) -> None:
        """Fetch the sections the user waits for: files and whole messages."""
        await self._fetch_all(lambda wish, _priority: _is_file(wish))

    async def _fetch_all(self, accepts: Callable[[BodyWish, Priority], bool]) -> None:
        while True:
            wish, priority = await self.wishes.take(accepts)
            with self.wishes.kept(wish, priority) as withdrawn:
                try:
                    await self.fetch(wish, priority, withdrawn)
                except (MessageGone, UidValidityChanged) as error:
                    self._tell(error, wish[0], priority, withdrawn)
                    self._is_gone(wish[0])
                except TuimailError as error:
                    if error.reach not in (Reach.MESSAGE, Reach.FOLDER):
                        raise
                    self._tell(error, wish[0], priority, withdrawn)

    async def fetch(
        self, wish: BodyWish, priority: Priority, withdrawn: Event | None = None
    ) -> None:
        """Fetch the readable text of a message or one of its sections.

        It is given up by cancelling whoever waits here.

        Args:
            withdrawn: Gives it up as well, once it is set.
        """
        (key, section), loop = wish, asyncio.get_running_loop()
        over, told, withdrawn = Event(), Event(), withdrawn or Event()

        def is_wanted() -> bool:
            return not (over.is_set() or withdrawn.is_set())

        def tell(fetching: Fetching | None) -> None:
            # Looked at here, on the loop: after the end of it nobody would take it back.
            if is_wanted():
                told.set()
                self._report(fetching)

        def report(fetching: Fetching | None) -> None:
            loop.call_soon_threadsafe(tell, fetching)

        try:
            await self._job(
                lambda session: fetch(session, self._store, key, section, report, is_wanted),
                Priority.FILE if _is_file(wish) else priority,
                "text",
            )
        finally:
            over.set()
            if told.is_set():
                self._report(None)

    def _tell(
        self, error: TuimailError, key: MessageKey, priority: Priority, withdrawn: Event
    ) -> None:
        """Say why a text did not come, if anybody waits for it."""
        if priority is Priority.INTERACTIVE and not withdrawn.is_set():
            notice = body_problem(error, key)
            self._store.write(lambda tx: tx.add_notice(notice, self._account))


def _is_file(wish: BodyWish) -> bool:
    return wish[1] not in (None, ALL_TEXT)
