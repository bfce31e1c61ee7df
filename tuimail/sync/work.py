"""The loops that work while a mailbox is connected. Each ends only by the failure of the line.

A failure that reaches no further than a message or a folder is told and the loop goes on; anything
wider is raised, and the mailbox reconnects. Wishes stay in their queues meanwhile.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Coroutine, Generator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar

from tuimail.errors import FolderGone, Reach, TuimailError, UidValidityChanged
from tuimail.imap.connection import ImapConnection
from tuimail.imap.jobs import Job, Priority, Step, StepDone
from tuimail.imap.session import ImapSession
from tuimail.model.account import Account
from tuimail.model.download import DownloadRules
from tuimail.model.folder import FolderId, FolderRole
from tuimail.model.intent import UNTIL_THERE
from tuimail.model.message import MessageKey
from tuimail.model.status import Download, Fetching, Progress
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync.awaited import AwaitedTexts
from tuimail.sync.backoff import delay
from tuimail.sync.drafts import push_drafts
from tuimail.sync.keeping import Keeping
from tuimail.sync.plan import Occasion
from tuimail.sync.push import next_push, push
from tuimail.sync.reconcile import fetch_older, reconcile
from tuimail.sync.reports import read_reports
from tuimail.sync.survey import Survey
from tuimail.sync.timing import Timing
from tuimail.sync.waiting import wait_until_due
from tuimail.sync.wishes import FolderWish, Wishes

T = TypeVar("T")

_USUAL: Final = Timing()


def _nobody_listens() -> None:
    """For those who do not ask when the server last answered."""


def _nobody_watches(_: Fetching | None) -> None:
    """For those who do not show how far a text is."""


PREFETCHED: Final = 30
"""Texts of a folder's newest messages that are fetched unasked."""

DEFECTS_AT_ONCE: Final = 3
"""Pushes that follow each other without a pause though each ended by a defect."""

GONE_GRACE_SECONDS: Final = 600.0
UIDVALIDITY_TRIES: Final = 5


class Work:
    """The wishes of one mailbox and the loops that fulfil them."""

    def __init__(
        self,
        account: Account,
        store: Store,
        connection: ImapConnection,
        report: Callable[[Progress | None], None],
        rules: DownloadRules,
        report_download: Callable[[Download | None], None],
        timing: Timing = _USUAL,
        heard: Callable[[], None] = _nobody_listens,
        report_fetching: Callable[[Fetching | None], None] = _nobody_watches,
    ) -> None:
        self.account = account
        self.store = store
        self.connection = connection
        self.refreshes: Wishes[FolderWish] = Wishes()
        self.older: Wishes[FolderId] = Wishes()
        self.texts = AwaitedTexts(
            account.id, store, self.job, report_fetching, self._refresh_folder_of
        )
        self.intents = asyncio.Event()
        self.focus: FolderId | None = None
        self._told: set[FolderId] = set()
        self._sought: set[int] = set()
        self._report = report
        self._heard = heard
        self._timing = timing
        self._look = asyncio.Event()
        self._reports = asyncio.Event()
        self._backfill_from = 0.0
        self._compared = time.monotonic()
        self.keeping = Keeping(
            account.id, store, rules, self.job, self._refresh_later, report_download
        )
        self._survey = Survey(account.id, store, self.job, timing.listing)
        # A loop and a request may ask for the same at the same time; one does it after the other.
        self._refreshing: defaultdict[FolderId, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._fetching_older = asyncio.Lock()
        self._pushing = asyncio.Lock()
        self._alone: Collection[int] = ()

    async def job(self, job: Job[T], priority: Priority, label: str) -> T:
        """Run a job on the main connection; see `RunJob`."""
        result = await asyncio.wrap_future(self.connection.run(job, priority, label=label))
        self._heard()
        return result

    @property
    def has_wishes(self) -> bool:
        """Whether it was asked for something that is not done."""
        return any(wishes.undone for wishes in (self.refreshes, self.older, self.texts.wishes))

    @property
    def has_changes(self) -> bool:
        """Whether something the user did is to be told to the server; what is stopped waits."""
        return any(one.not_before < UNTIL_THERE for one in self.store.read.intents(self.account.id))

    def look_around(self) -> None:
        """Count the messages of all folders soon: something happened, perhaps not only here."""
        self._look.set()

    def attend(self) -> None:
        """The user looks: bring the folder in focus up to date, then count."""
        if self.focus is not None:
            self.refreshes.add((self.focus, False), Priority.FOCUS)
        self.look_around()

    def rest_backfill(self, seconds: float) -> None:
        """Fetch no older mail for so long: the server asks for patience."""
        self._backfill_from = time.monotonic() + seconds

    async def probe(self) -> None:
        """Make sure that the server answers."""
        await self.job(_probe, Priority.FOCUS, "probe")

    async def list_folders(self) -> None:
        """Bring the tree up to date, then ask for INBOX and for the folder in focus."""
        await self._survey.list_tree()
        inbox = self.store.read.folder_with_role(self.account.id, FolderRole.INBOX)
        if inbox is not None:
            self.told(inbox.id)
        if self.focus is not None:
            self.refreshes.add((self.focus, False), Priority.FOCUS)
        elif inbox is not None:
            self.refreshes.add((inbox.id, False), Priority.FOCUS)

    async def refresh(self, folder: FolderId, priority: Priority, *, full: bool = False) -> bool:
        """Bring one folder up to date; returns whether older mail is missing.

        Raises:
            UidValidityChanged: It changed again and again.
        """
        known = self.store.read.folder(folder)
        if known is not None and not known.is_on_server:
            return False  # it is still to be made, or is gone
        occasion = self._occasion(folder, priority, full=full)
        for attempt in range(UIDVALIDITY_TRIES):
            try:
                async with self._refreshing[folder]:
                    return await self.job(
                        lambda session: reconcile(session, self.store, folder, occasion),
                        priority,
                        "refresh",
                    )
            except UidValidityChanged:
                if attempt == UIDVALIDITY_TRIES - 1:
                    raise
        raise AssertionError("the loop returns or raises")

    def told(self, folder: FolderId) -> None:
        """The server said that something changed in a folder, or may have while it could not."""
        self._told.add(folder)
        self.refreshes.add((folder, False), Priority.REFRESH)

    def _occasion(self, folder: FolderId, priority: Priority, *, full: bool) -> Occasion:
        was_told = folder in self._told
        self._told.discard(folder)
        if full:
            return Occasion.ASKED
        if was_told:
            return Occasion.TOLD
        if priority <= Priority.FOCUS:
            return Occasion.OPENED
        return Occasion.IN_VIEW if folder == self.focus else Occasion.POLLED

    async def refresh_loop(self) -> None:
        """Keep folders up to date, those in sight first."""
        await self._keep_fresh(lambda _folder, _priority: True)

    async def focus_loop(self) -> None:
        """Bring up to date what the user opens, whatever long comparison the other loop is at."""
        await self._keep_fresh(lambda _folder, priority: priority <= Priority.FOCUS)

    async def _keep_fresh(self, accepts: Callable[[FolderWish, Priority], bool]) -> None:
        while True:
            wish, priority = await self.refreshes.take(accepts)
            folder, full = wish
            with self.refreshes.kept(wish, priority):
                try:
                    missing = await self.refresh(folder, priority, full=full)
                except TuimailError as error:
                    await self.folder_failed(folder, error)
                    continue
            self.intents.set()  # it may be known now where a message is
            if missing:
                self.older.add(folder, Priority.BACKFILL)
            self._prefetch(folder)
            self.keeping.wake()
            self._reports.set()

    async def report_loop(self) -> None:
        """Read what servers report of sent messages."""
        while True:
            self._reports.clear()
            await read_reports(self.store, self.account.id, self.job)
            await self._reports.wait()

    async def older_loop(self) -> None:
        """Fetch older mail when nothing more urgent is there to do."""
        while True:
            await asyncio.sleep(max(0.0, self._backfill_from - time.monotonic()))
            folder, priority = await self.older.take()
            with self.older.kept(folder, priority):
                try:
                    await self.fetch_older(folder)
                except UidValidityChanged:
                    self.refreshes.add((folder, False), Priority.REFRESH)
                except TuimailError as error:
                    await self.folder_failed(folder, error)
            self.intents.set()
            self.keeping.wake()

    async def fetch_older(self, folder: FolderId) -> None:
        """Fetch the mail of one folder that is older than what is here."""
        known, loop = self.store.read.folder(folder), asyncio.get_running_loop()
        name, is_over = known.name if known is not None else "", False

        def tell(progress: Progress) -> None:
            if not is_over:  # looked at on the loop: nobody would take it back after the end
                self._report(progress)

        def report(done: int, total: int) -> None:
            loop.call_soon_threadsafe(tell, Progress(name, done, total))

        async with self._fetching_older:
            try:
                await self.job(
                    lambda session: fetch_older(session, self.store, folder, report),
                    Priority.BACKFILL,
                    "older mail",
                )
            finally:
                is_over = True
                self._report(None)

    async def push_loop(self) -> None:
        """Push intents when they are due."""
        while True:
            self.intents.clear()
            await self.push()
            await wait_until_due(self.intents, next_push(self.store, self.account.id))

    async def push(self) -> None:
        """Push the intents that are due.

        What ends by a defect is put aside, and the rest goes on with another connection: at once
        at first, then after growing pauses, because connections are counted. Whatever the user
        does ends a pause.
        """
        defects = 0
        while await self._push_once():
            defects += 1
            if defects > DEFECTS_AT_ONCE:
                pause = timedelta(seconds=delay(defects - DEFECTS_AT_ONCE, jitter=0.0))
                self.intents.clear()
                await wait_until_due(self.intents, datetime.now(UTC) + pause)

    async def _push_once(self) -> bool:
        """Push what is due; returns whether a defect kept something from being tried."""
        async with self._pushing:
            outcome = await self.job(
                lambda session: push(session, self.store, self.account.id, self._alone),
                Priority.INTENT,
                "push",
            )
            self._alone = {*self._alone, *outcome.alone} if outcome.again else ()
            drafts = await self.job(
                lambda session: push_drafts(session, self.store, self.account),
                Priority.INTENT,
                "push drafts",
            )
        outcome.add(drafts)
        if outcome.relist:
            await self._survey.list_tree()
            self.intents.set()
        for folder in outcome.renumbered:
            await self._look_up(folder)
        for folder in outcome.refresh:
            self.refreshes.add((folder, False), Priority.REFRESH)
            self.look_around()
        self._seek(outcome.missed)
        return outcome.again

    def _seek(self, missed: Mapping[int, FolderId]) -> None:
        """Look once for a moved message that has left its folder, in the one it was to go to.

        A refresh may come between a move without an answer and the next try.
        """
        for intent in missed.keys() - self._sought:
            self._sought.add(intent)
            self.refreshes.add((missed[intent], False), Priority.REFRESH)

    async def _look_up(self, folder: FolderId) -> None:
        """Find the messages of a folder that was numbered anew, before anything is asked again."""
        try:
            if await self.refresh(folder, Priority.INTENT):
                self.older.add(folder, Priority.BACKFILL)
        except TuimailError as error:
            await self.folder_failed(folder, error)

    async def poll_loop(self) -> None:
        """Count all folders from time to time, and let go of what has been gone long enough."""
        while True:
            self._look.clear()
            for folder in await self._survey.take():
                self.refreshes.add((folder, False), Priority.REFRESH)
            self.intents.set()  # a folder that something waits for may be there now
            await asyncio.sleep(self._timing.count_apart)
            rest = max(0.0, self._timing.poll - self._timing.count_apart)
            await wait_until_due(self._look, datetime.now(UTC) + timedelta(seconds=rest))
            self._compare_flags()
            await asyncio.wrap_future(
                self.store.write(lambda tx: tx.purge_gone(self.account.id, GONE_GRACE_SECONDS))
            )

    def _compare_flags(self) -> None:
        """Refresh the folder in focus when that was long ago: counts say nothing of flags."""
        inbox = self.store.read.folder_with_role(self.account.id, FolderRole.INBOX)
        is_watched = inbox is not None and inbox.id == self.focus
        every = self._timing.flags if is_watched else self._timing.poll
        now = time.monotonic()
        if self.focus is not None and now - self._compared >= every:
            self._compared = now
            self.refreshes.add((self.focus, False), Priority.REFRESH)

    def loops(self) -> list[Callable[[], Coroutine[None, None, None]]]:
        """The loops that look after the mailbox, to be started once its folders are known."""
        fresh = [self.focus_loop, self.refresh_loop]
        return [*fresh, self.older_loop, self.poll_loop, self.report_loop, self.keeping.loop]

    def urgent_loops(self) -> list[Callable[[], Coroutine[None, None, None]]]:
        """The loops that do what the user did and wants; they go first."""
        return [self.push_loop, self.texts.loop, self.texts.file_loop]

    def _prefetch(self, folder: FolderId) -> None:
        if folder == self.focus:
            self.texts.wishes.forget(Priority.NEIGHBOUR)
        for key in reversed(self.store.read.without_body(folder, PREFETCHED)):
            self.texts.wishes.add((key, None), Priority.NEIGHBOUR)

    def _refresh_later(self, folder: FolderId) -> None:
        self.refreshes.add((folder, False), Priority.REFRESH)

    def _refresh_folder_of(self, key: MessageKey) -> None:
        place = self.store.read.location(key)
        if place is not None:
            self.refreshes.add((place[0], True), Priority.REFRESH)

    async def folder_failed(self, folder: FolderId, error: TuimailError) -> None:
        """Note a failure with the folder, or raise one that reaches further."""
        if error.reach not in (Reach.FOLDER, Reach.MESSAGE):
            raise error

        def note(tx: Writer) -> None:
            known = tx.read.folder(folder)  # here: a job may have written of it a moment ago
            if known is not None:
                state = replace(known.state, error=error.message, checked_at=datetime.now(UTC))
                tx.set_folder_state(folder, state)

        await asyncio.wrap_future(self.store.write(note))
        if isinstance(error, FolderGone):
            self.focus = None if self.focus == folder else self.focus
            # Without asking for a folder that LIST may go on to name.
            await self._survey.list_tree()


def _probe(session: ImapSession) -> Generator[Step, None, None]:
    session.noop()
    yield StepDone()
