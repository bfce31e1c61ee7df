"""The engine: its own thread and event loop, one `Mailbox` per account.

It outlives a stalled terminal and a suspended screen. The screen reaches it only through
`EngineControl`; everything it knows is in the store.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, ParamSpec

from tuimail.auth.provider import TokenProvider
from tuimail.imap.jobs import Priority
from tuimail.model.account import Account, AccountId
from tuimail.model.download import DownloadRules
from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey
from tuimail.model.sign_in import SignInMethod, SignInPurpose
from tuimail.model.status import Connectivity, EngineStatus, SignInPrompt
from tuimail.store.store import Store
from tuimail.submission.submitter import Submitter
from tuimail.sync.cataloguing import enter_what_was_here
from tuimail.sync.desk import Desk
from tuimail.sync.lane import Lanes
from tuimail.sync.mailbox import Mailbox
from tuimail.sync.presence import Seats
from tuimail.sync.requests import EngineClerk
from tuimail.sync.status_board import StatusBoard
from tuimail.sync.suspend import SleepDetector, watch_clocks
from tuimail.sync.timing import Timing
from tuimail.sync.unsubscribing import start_leaving

log = logging.getLogger(__name__)

P = ParamSpec("P")

START_SECONDS: Final = 10.0
START_AGAIN_SECONDS: Final = 30.0
_NOTHING_KEPT: Final = DownloadRules()
_USUAL: Final = Timing()


@dataclass(frozen=True, slots=True)
class Connected:
    """What the engine needs to work for one account."""

    account: Account
    tokens: TokenProvider
    submitter: Submitter
    close: Callable[[], None]
    """Lets go of what the three hold; called once, after the last use."""


class Engine:
    """Implements `model.status.EngineControl`.

    Args:
        accounts: One entry per account; each gets its own connections and loops.
        rules: What is kept of folders for reading without a network.
        timing: How often it looks, and how long it waits.
    """

    def __init__(
        self,
        store: Store,
        accounts: Mapping[AccountId, Connected],
        rules: DownloadRules = _NOTHING_KEPT,
        timing: Timing = _USUAL,
    ) -> None:
        self._store = store
        self._accounts = dict(accounts)
        self._rules = rules
        self._timing = timing
        self._sleep = SleepDetector()
        self._clocks: asyncio.Task[None] | None = None
        self._catalogue: asyncio.Task[None] | None = None
        now = datetime.now(UTC)
        self._status = {
            account: EngineStatus(account, Connectivity.STARTING, now) for account in accounts
        }
        self._listeners: list[Callable[[], None]] = []
        self._seats = Seats()
        self._lanes = Lanes()
        self._mailboxes: dict[AccountId, Mailbox] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._desk: asyncio.Task[None] | None = None
        self._board: StatusBoard | None = None
        self._restarts: dict[AccountId, asyncio.TimerHandle] = {}
        self._loop = asyncio.new_event_loop()
        self._running = threading.Event()
        self._thread = threading.Thread(target=self._run, name="engine", daemon=True)

    def start(self) -> None:
        """Start the thread; returns when the mailboxes exist."""
        self._thread.start()
        self._running.wait(START_SECONDS)

    def stop(self, grace: float) -> None:
        """Let running work end for at most `grace` seconds, then close every connection.

        Blocks. Nothing is lost: whatever was not finished is in the store.
        """
        if not self._thread.is_alive():
            self._loop.close()
            self._close_accounts()
            return
        ending = asyncio.run_coroutine_threadsafe(self._end_work(grace), self._loop)
        try:
            ending.result(grace + START_SECONDS)
        except TimeoutError:
            log.warning("the end did not wait for what was under way")
        self._close_connections(grace)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(grace + 2.0)
        self._close_accounts()

    @property
    def is_attached(self) -> bool:
        """It runs here."""
        return False

    @property
    def status(self) -> Mapping[AccountId, EngineStatus]:
        """The latest status of every account."""
        return self._status

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener`, on the engine's thread, after each change of `status`."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def add(self, connected: Connected) -> None:
        """Work for one more mailbox from now on; the owner of a shared one is here already."""
        self._accounts[connected.account.id] = connected
        self._call(self._open, connected)

    def focus(self, folder: FolderId) -> None:
        """Bring the folder up to date before all others."""
        self._call(self._focus, folder)

    def want_body(self, key: MessageKey, *, section: str | None = None) -> None:
        """Fetch the readable text, or one section."""
        self._call(self._want_body, key, section)

    def give_up(self, key: MessageKey, *, section: str | None = None) -> None:
        """Fetch no more of what was asked for; what came is kept."""
        self._call(self._give_up, key, section)

    def unsubscribe(self, key: MessageKey) -> None:
        """Leave the list of a message by one request."""
        start_leaving(self._store, key)

    def wake(self) -> None:
        """New intents or outbox items exist, or something else is to be kept."""
        self._call(self._wake)

    def attend(self) -> None:
        """The user is back at the screen."""
        self._call(self._attend)

    def reconnect(self, account: AccountId) -> None:
        """Try now rather than at the end of the back-off."""
        self._call(self._reconnect, account)

    def sign_in(
        self,
        account: AccountId,
        prompt: SignInPrompt,
        method: SignInMethod = SignInMethod.DEVICE_CODE,
        purpose: SignInPurpose = SignInPurpose.MAIL,
    ) -> None:
        """Start a sign-in; the mailbox connects when it succeeds."""
        signed_in = self._accounts[account].tokens.sign_in.begin(prompt, method, purpose)
        signed_in.add_done_callback(lambda _: self.reconnect(account))

    def cancel_sign_in(self, account: AccountId) -> None:
        """End a waiting sign-in."""
        self._accounts[account].tokens.sign_in.cancel()

    def paste_answer(self, account: AccountId, text: str) -> None:
        """Bring the address of the browser's last page to the sign-in that waits for it."""
        self._accounts[account].tokens.sign_in.paste(text)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_until_complete(self._set_up())
            self._running.set()
            self._loop.run_forever()
        finally:
            tasks = asyncio.all_tasks(self._loop)
            for task in tasks:
                task.cancel()
            self._loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
            self._loop.close()

    async def _set_up(self) -> None:
        self._board = StatusBoard(self._store)
        self._board.show(self._status)
        for connected in tuple(self._accounts.values()):
            self._open(connected)
        desk = Desk(self._store, EngineClerk(self._store, self, self._mailboxes))
        self._desk = self._loop.create_task(desk.run(), name="desk")
        watching = watch_clocks(self._sleep, self._timing.clock, self._slept)
        self._clocks = self._loop.create_task(watching, name="clocks")
        self._catalogue = self._loop.create_task(enter_what_was_here(self._store))

    def _open(self, connected: Connected) -> None:
        account = connected.account
        if account.id in self._mailboxes:
            return
        mailbox = Mailbox(
            account,
            self._store,
            connected.tokens,
            connected.submitter,
            self._publish,
            self._rules,
            self._timing,
            owner=self._mailboxes.get(account.sign_in_id),
            seats=self._seats,
            lane=self._lanes.of(account),
        )
        self._mailboxes[account.id] = mailbox
        self._supervise(mailbox.run(), mailbox)

    def _close_connections(self, grace: float) -> None:
        """Close all mailboxes at the same time: each may have to wait for a silent network."""
        closing = [
            threading.Thread(target=mailbox.close, args=(grace,), name="closing", daemon=True)
            for mailbox in self._mailboxes.values()
        ]
        for thread in closing:
            thread.start()
        for thread in closing:
            thread.join()

    def _close_accounts(self) -> None:
        for connected in self._accounts.values():
            connected.close()

    def _supervise(self, work: Coroutine[None, None, None], mailbox: Mailbox) -> None:
        """Start a mailbox again when it ends by a defect: a status, never a traceback."""
        task = self._loop.create_task(work, name=f"mailbox-{mailbox.account.id}")

        def ended(task: asyncio.Task[None]) -> None:
            self._tasks.discard(task)
            if task.cancelled():
                return
            error = task.exception()
            log.error("a mailbox ended by %s; it starts again", type(error).__name__)
            mailbox.ended(error, START_AGAIN_SECONDS)
            self._restarts[mailbox.account.id] = self._loop.call_later(
                START_AGAIN_SECONDS, self._start_again, mailbox
            )

        task.add_done_callback(ended)
        self._tasks.add(task)

    def _start_again(self, mailbox: Mailbox) -> None:
        """Start a mailbox that ended, before its time if the user asks."""
        timer = self._restarts.pop(mailbox.account.id, None)
        if timer is not None:
            timer.cancel()
            self._supervise(mailbox.run(), mailbox)

    async def _end_work(self, grace: float) -> None:
        """Let a message that is going out arrive, then end every loop."""
        await asyncio.gather(*(mailbox.finish(grace) for mailbox in self._mailboxes.values()))
        for timer in self._restarts.values():
            timer.cancel()
        others = (self._desk, self._clocks, self._catalogue)
        ending = [*self._tasks, *(task for task in others if task)]
        for task in ending:
            task.cancel()
        await asyncio.gather(*ending, return_exceptions=True)
        if self._board is not None:
            await self._board.clear()

    def _publish(self, status: EngineStatus) -> None:
        self._status = {**self._status, status.account_id: status}
        if self._board is not None:
            self._board.show(self._status)
        for listener in tuple(self._listeners):
            listener()

    def _reconnect(self, account: AccountId) -> None:
        """Also the mailboxes that one sign-in opens: it may be a new one."""
        whose = self._accounts[account].account.sign_in_id
        for mailbox in self._mailboxes.values():
            if mailbox.account.sign_in_id == whose:
                mailbox.reconnect()
                self._start_again(mailbox)

    def _focus(self, folder: FolderId) -> None:
        known = self._store.read.folder(folder)
        if known is None:
            return
        for account, mailbox in self._mailboxes.items():
            if account == known.account_id:
                mailbox.opened(folder)
            else:
                mailbox.left()

    def _want_body(self, key: MessageKey, section: str | None) -> None:
        summary = self._store.read.summary(key)
        if summary is not None:
            mailbox = self._mailboxes[summary.account_id]
            mailbox.use()
            mailbox.work.texts.wishes.add((key, section), Priority.INTERACTIVE)

    def _give_up(self, key: MessageKey, section: str | None) -> None:
        summary = self._store.read.summary(key)
        if summary is not None:
            self._mailboxes[summary.account_id].work.texts.give_up((key, section))

    def _attend(self) -> None:
        if self._sleep.has_slept(self._timing.clock):
            self._slept()
        for mailbox in self._mailboxes.values():
            mailbox.attend()

    def _slept(self) -> None:
        for mailbox in self._mailboxes.values():
            mailbox.slept()

    def _wake(self) -> None:
        for mailbox in self._mailboxes.values():
            mailbox.wake()

    def _call(self, function: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(lambda: function(*args, **kwargs))
