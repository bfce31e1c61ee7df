"""Keeping folders for reading without a network: the loop that asks for what is missing.

What is missing is a question to the store, so the loop goes on after a restart where it was, and a
folder that is complete costs one query when something changed. It runs at the lowest priority.
"""

from __future__ import annotations

import asyncio
import logging
import shutil
import time
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Final

from tuimail.errors import FolderGone, Reach, StoreFull, TuimailError, UidValidityChanged
from tuimail.imap.jobs import Priority, RunJob, Step
from tuimail.imap.session import ImapSession
from tuimail.model.account import AccountId
from tuimail.model.download import DownloadPolicy, DownloadRules, Keep
from tuimail.model.folder import Folder, FolderId, FolderRole
from tuimail.model.message import MessageKey, Position
from tuimail.model.notice import Notice, Severity
from tuimail.model.status import Download
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync.download import Portion, fetch_files, fetch_texts

log = logging.getLogger(__name__)

PAGE: Final = 40
"""Messages asked for at a time."""

SPARE_OCTETS: Final = 100_000_000
"""What stays free on the disk: what the user does has to find room there."""

FULL_PAUSE: Final = timedelta(seconds=60)
_EVICTED_AT_ONCE: Final = 40
_PARTS_LOOKED_AT: Final = 500
_LOOK_AGAIN_SECONDS: Final = 600.0
_TELL_SECONDS: Final = 1.0


class Keeping:
    """Fetches, for one account, what its policies ask for and is not here.

    Args:
        job: Runs a job on the main connection.
        refresh: Asks for a folder to be brought up to date.
        publish: Called with how far it is, None when everything is here.
    """

    def __init__(
        self,
        account: AccountId,
        store: Store,
        rules: DownloadRules,
        job: RunJob,
        refresh: Callable[[FolderId], None],
        publish: Callable[[Download | None], None],
    ) -> None:
        self._account = account
        self._store = store
        self._rules = rules
        self._job = job
        self._refresh = refresh
        self._publish = publish
        self._portion = Portion()
        self._event = asyncio.Event()
        self._failed: set[MessageKey] = set()
        self._asked: set[FolderId] = set()
        self._shown: Download | None = None
        self._published: Download | None = None
        self._published_at = 0.0
        self._nothing_to_evict_before = 0.0

    def wake(self) -> None:
        """Something came, or something else is to be kept: look what is missing."""
        self._event.set()

    async def loop(self) -> None:
        """Look again whenever something changed."""
        while True:
            self._event.clear()
            try:
                await self._look()
            except StoreFull:
                await self._wait_for_space()
                continue
            self._show(None)
            await self._event.wait()

    async def _look(self) -> None:
        """Go through the folders once, those chosen by the user first."""
        await self._make_room()
        choices = self._store.read.download_choices(self._account)
        folders = [one for one in self._store.read.folders(self._account) if one.selectable]
        for folder in sorted(folders, key=lambda one: one.id not in choices):
            policy = self._rules.policy(folder, choices)
            if policy.keep is Keep.HEADERS:
                continue
            if folder.state.synced_low is None:
                self._ask_for_list(folder, choices)
                continue
            try:
                await self._keep(folder, policy)
            except (UidValidityChanged, FolderGone):
                self._refresh(folder.id)
            except TuimailError as error:
                if error.reach not in (Reach.MESSAGE, Reach.FOLDER):
                    raise
                log.info("keeping a folder: %s", type(error).__name__)
        await self._make_room()

    def _ask_for_list(self, folder: Folder, choices: Mapping[FolderId, DownloadPolicy]) -> None:
        """List a folder nobody opened, if it was chosen; the settings alone do not do that."""
        if folder.id in choices and folder.id not in self._asked:
            self._asked.add(folder.id)
            self._refresh(folder.id)

    async def _keep(self, folder: Folder, policy: DownloadPolicy) -> None:
        """Fetch what is missing in one folder, newest first."""
        since = policy.since(datetime.now(UTC))
        largest = self._rules.largest_file if policy.keep is Keep.ALL else None
        for page in self._pages(folder.id, since, None):
            self._need_space()
            self._tell(folder, since, largest)
            keys = [key for key in page if key not in self._failed]
            if keys:
                self._failed |= await self._job(
                    partial(_texts_job, self._store, keys, self._portion),
                    Priority.BACKFILL,
                    "keep texts",
                )
            if self._is_other(folder, policy):
                return
        if largest is not None:
            await self._keep_all_files(folder, policy, largest)

    async def _keep_all_files(self, folder: Folder, policy: DownloadPolicy, largest: int) -> None:
        since = policy.since(datetime.now(UTC))
        for page in self._pages(folder.id, since, largest):
            self._tell(folder, since, largest)
            for key in page:
                self._need_space()
                await self._keep_files(key, largest)
                if self._is_other(folder, policy):
                    return
                if self._shown is not None:
                    octets = self._store.read.space(self._account).get(folder.id, 0)
                    self._show(replace(self._shown, done=self._shown.done + 1, octets=octets))

    async def _keep_files(self, key: MessageKey, largest: int) -> None:
        if key in self._failed:
            return
        try:
            await self._job(
                lambda session: fetch_files(session, self._store, key, largest, self._portion),
                Priority.BACKFILL,
                "keep files",
            )
        except UidValidityChanged:
            raise
        except TuimailError as error:
            if error.reach is not Reach.MESSAGE:
                raise
            self._failed.add(key)

    def _pages(
        self, folder: FolderId, since: datetime | None, largest: int | None
    ) -> Iterator[list[MessageKey]]:
        """Yield what is missing, each message once: texts, or files up to `largest` octets."""
        than: Position | None = None
        while True:
            read = self._store.read
            if largest is None:
                page = read.missing_texts(folder, since, than, PAGE)
            else:
                page = read.missing_files(folder, since, than, largest=largest, limit=PAGE)
            if not page:
                return
            than = page[-1]
            yield [position.key for position in page]

    def _is_other(self, folder: Folder, policy: DownloadPolicy) -> bool:
        """Whether somebody has chosen something else for the folder meanwhile."""
        choices = self._store.read.download_choices(self._account)
        if self._rules.policy(folder, choices) == policy:
            return False
        self._event.set()
        return True

    # -- what is said --------------------------------------------------------------------------

    def _tell(self, folder: Folder, since: datetime | None, largest: int | None) -> None:
        done, total = self._store.read.download_counts(folder.id, since, largest=largest)
        octets = self._store.read.space(self._account).get(folder.id, 0)
        self._show(Download(folder.id, folder.name, done, total, octets))

    def _show(self, download: Download | None) -> None:
        """Publish it; a count that merely grew at most once per second."""
        last, self._shown = self._published, download
        lately = time.monotonic() - self._published_at < _TELL_SECONDS
        if download == last or (lately and _merely_grew(last, download)):
            return
        self._published, self._published_at = download, time.monotonic()
        self._publish(download)

    # -- space ---------------------------------------------------------------------------------

    def _need_space(self) -> None:
        if shutil.disk_usage(self._store.directory).free < SPARE_OCTETS:
            raise StoreFull("There is no space left for mail that is kept.")

    async def _wait_for_space(self) -> None:
        """Say that the disk is full and wait; the rest of the mailbox goes on."""
        again = datetime.now(UTC) + FULL_PAUSE
        last = self._shown or Download(FolderId(0), "", 0, 0, 0)
        self._show(replace(last, problem=_no_space(again)))
        self._event.clear()
        try:
            async with asyncio.timeout(FULL_PAUSE.total_seconds()):
                await self._event.wait()
        except TimeoutError:
            return

    async def _make_room(self) -> None:
        """Let go of what was fetched longest ago and no policy asks for, down to the limit."""
        cache = self._rules.cache
        if cache is None:
            return
        excess = sum(self._store.read.space().values()) - cache
        if excess <= 0:
            return
        if time.monotonic() < self._nothing_to_evict_before:
            return
        freed = 0
        for keys in self._evictable(excess):
            if keys:
                freed += await asyncio.wrap_future(self._store.write(partial(_evict, keys)))
            else:
                await asyncio.sleep(0)
        if freed < excess:
            # The rest is asked for; looking through all of it again now would find no more.
            self._nothing_to_evict_before = time.monotonic() + _LOOK_AGAIN_SECONDS

    def _evictable(self, excess: int) -> Iterator[list[MessageKey]]:
        """Yield messages to let go of in small groups, until `excess` octets are reached.

        A group may be empty: the engine's loop gets a turn after so many rows.
        """
        read, now = self._store.read, datetime.now(UTC)
        choices = read.download_choices(self._account)
        begins: dict[FolderId, float] = {}
        for folder in read.folders(self._account):
            begins[folder.id] = _begin(folder, self._rules.policy(folder, choices), now)
        group: list[MessageKey] = []
        seen: set[MessageKey] = set()
        after = 0
        while parts := read.kept_parts(after, _PARTS_LOOKED_AT):
            after = parts[-1].id
            for part in parts:
                # What another account keeps is for that account to decide.
                begin = begins.get(part.folder) if part.folder is not None else None
                if begin is None or part.pending or part.internaldate >= begin or part.key in seen:
                    continue
                seen.add(part.key)
                group.append(part.key)
                excess -= part.kept
                if excess <= 0:
                    yield group
                    return
                if len(group) == _EVICTED_AT_ONCE:
                    yield group
                    group = []
            yield group
            group = []


def _merely_grew(last: Download | None, now: Download | None) -> bool:
    return (
        last is not None
        and now is not None
        and (last.folder, last.problem) == (now.folder, now.problem)
    )


def _texts_job(
    store: Store, keys: list[MessageKey], portion: Portion, session: ImapSession
) -> Generator[Step, None, set[MessageKey]]:
    return fetch_texts(session, store, keys, portion)


def _evict(keys: list[MessageKey], tx: Writer) -> int:
    return tx.evict(keys)


def _begin(folder: Folder, policy: DownloadPolicy, now: datetime) -> float:
    """Return the Unix time from which on messages of the folder stay."""
    if policy.keep is Keep.HEADERS and folder.role is not FolderRole.DRAFTS:
        return float("inf")
    since = policy.since(now)
    return 0.0 if since is None or folder.role is FolderRole.DRAFTS else since.timestamp()


def _no_space(again: datetime) -> Notice:
    return Notice(
        Severity.WARNING,
        "No space left: mail is shown, but not kept.",
        happened="The disk with the mail on it is nearly full.",
        now=f"tuimail fetches texts when you open them, and looks again at"
        f" {again.astimezone():%H:%M}.",
        you_can="Free some space, or keep less of your folders.",
    )
