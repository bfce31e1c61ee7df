"""The engine of a window: another process's as long as that one lives, then an own one.

Whoever has the engine lock of the data folder runs the engine. A window that did not get it tries
again four times a second, so it takes over within a second of the other's end, however it ended.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Mapping
from typing import Final, Protocol

from tuimail.errors import TuimailError
from tuimail.model.account import Account, AccountId
from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey
from tuimail.model.sign_in import SignInMethod, SignInPurpose
from tuimail.model.status import EngineControl, EngineStatus, SignInPrompt
from tuimail.sync.attached import AttachedEngine
from tuimail.sync.engine import Connected

log = logging.getLogger(__name__)

TRY_SECONDS: Final = 0.25
"""Between two tries for the lock; one costs two system calls."""

TRY_AGAIN_SECONDS: Final = 5.0
"""After an engine that could not be started."""


class OwnEngine(EngineControl, Protocol):
    """An engine of this process, running."""

    def add(self, connected: Connected) -> None:
        """Work for one more mailbox."""

    def stop(self, grace: float) -> None:
        """End it; see `engine.Engine.stop`."""


class Turn(Protocol):
    """The engine lock, to be had by one process at a time."""

    def take(self) -> bool:
        """Try to take it; return whether this process has it now. It may raise StoreError."""

    def release(self) -> None:
        """Give it back."""


class WindowEngine:
    """Implements `model.status.EngineControl` by whichever engine there is.

    Args:
        turn: The lock.
        start_engine: Starts an engine of this process, which has the lock. May raise TuimailError.
        attached: The other process's engine; None where this process has the lock already.
        link: Gives one more mailbox what an engine needs of it.
    """

    def __init__(
        self,
        turn: Turn,
        start_engine: Callable[[], OwnEngine],
        attached: AttachedEngine | None,
        link: Callable[[Account], Connected] | None = None,
    ) -> None:
        self._turn = turn
        self._link = link
        self._start_engine = start_engine
        self._attached = attached
        self._own: OwnEngine | None = None
        self._guard = threading.Lock()
        self._current: EngineControl | None = None  # one of the two; one look tells which
        self._added: list[Connected] = []
        self._focus: FolderId | None = None
        self._signing_in: dict[AccountId, EngineControl] = {}
        self._listeners: tuple[Callable[[], None], ...] = ()
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._wait_for_turn, name="takeover", daemon=True)

    def start(self) -> None:
        """Start the own engine, or follow the other and wait for its end.

        Raises:
            TuimailError: The own engine could not be started.
        """
        if self._attached is None:
            self._own = self._current = self._start_engine()
            self._own.subscribe(self._changed)
            return
        self._current = self._attached
        self._attached.subscribe(self._changed)
        self._thread.start()

    def stop(self, grace: float) -> None:
        """End what runs here; blocks for about `grace` seconds."""
        self._ending.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._attached is not None:
            self._attached.close()
        if self._own is not None:
            self._own.stop(grace)

    def add(self, account: Account) -> bool:
        """Take one more mailbox in; return whether it is opened now, by this process.

        It may raise TuimailError.
        """
        if self._link is None:
            raise RuntimeError("this window's mailboxes are fixed")
        connected = self._link(account)
        with self._guard:
            own, attached = self._own, self._attached
            if own is None:
                self._added.append(connected)  # an engine that is being started may not know it
        if own is not None:
            own.add(connected)
        elif attached is not None:
            attached.add(account.id)
        return own is not None

    @property
    def is_attached(self) -> bool:
        """Whether another process runs the engine."""
        return self._attached is not None

    @property
    def status(self) -> Mapping[AccountId, EngineStatus]:
        """The latest status of every account."""
        return self._engine.status

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener`, on any thread, after each change of `status`."""
        self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

        return unsubscribe

    def focus(self, folder: FolderId) -> None:
        """The folder the user looks at."""
        with self._guard:
            self._focus = folder
            self._engine.focus(folder)

    def want_body(self, key: MessageKey, *, section: str | None = None) -> None:
        """Fetch the readable text, or one section."""
        self._engine.want_body(key, section=section)

    def give_up(self, key: MessageKey, *, section: str | None = None) -> None:
        """Fetch no more of what was asked for; what came is kept."""
        self._engine.give_up(key, section=section)

    def unsubscribe(self, key: MessageKey) -> None:
        """Leave the list of a message by one request."""
        self._engine.unsubscribe(key)

    def wake(self) -> None:
        """New intents or outbox items exist."""
        self._engine.wake()

    def attend(self) -> None:
        """The user is back at the screen."""
        self._engine.attend()

    def reconnect(self, account: AccountId) -> None:
        """Try now rather than at the end of the back-off."""
        self._engine.reconnect(account)

    def sign_in(
        self,
        account: AccountId,
        prompt: SignInPrompt,
        method: SignInMethod = SignInMethod.DEVICE_CODE,
        purpose: SignInPurpose = SignInPurpose.MAIL,
    ) -> None:
        """Start a sign-in."""
        self._signing_in[account] = self._engine
        self._engine.sign_in(account, prompt, method, purpose)

    def paste_answer(self, account: AccountId, text: str) -> None:
        """Bring the address of the browser's last page, to whichever engine waits for it."""
        self._signing_in.get(account, self._engine).paste_answer(account, text)

    def cancel_sign_in(self, account: AccountId) -> None:
        """End a waiting sign-in, whichever engine it began with."""
        self._signing_in.pop(account, self._engine).cancel_sign_in(account)

    @property
    def _engine(self) -> EngineControl:
        engine = self._current
        if engine is None:
            raise RuntimeError("the window's engine was not started")
        return engine

    def _changed(self) -> None:
        for listener in self._listeners:
            listener()

    def _wait_for_turn(self) -> None:
        pause = TRY_SECONDS
        while not self._ending.wait(pause):
            pause = TRY_SECONDS
            try:
                if self._turn.take():
                    self._take_over()
                    return
            except TuimailError as error:
                log.warning("the engine was not taken over: %s", type(error).__name__)
                self._turn.release()
                pause = TRY_AGAIN_SECONDS

    def _take_over(self) -> None:
        """The other process has ended: run the engine here, from what the store says."""
        own = self._start_engine()
        own.subscribe(self._changed)
        with self._guard:
            attached, self._attached = self._attached, None
            self._own = self._current = own
            added, self._added = self._added, []
            if self._focus is not None:
                own.focus(self._focus)
        for connected in added:
            if connected.account.id not in own.status:
                own.add(connected)
        for key, section in attached.close() if attached is not None else ():
            own.want_body(key, section=section)
        log.info("the engine was taken over")
        self._changed()
