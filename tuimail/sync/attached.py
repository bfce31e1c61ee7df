"""The engine of another process, as this one's screen sees it: requests out, its status in."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from typing import Final, Protocol

from tuimail.auth.attempt import SignInCancelled
from tuimail.errors import StoreError, TuimailError
from tuimail.model.account import AccountId
from tuimail.model.changes import ChangeSet
from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey
from tuimail.model.notice import Notice, Severity
from tuimail.model.request import NewRequest, RequestKind, RequestState
from tuimail.model.sign_in import SignInMethod, SignInPurpose
from tuimail.model.status import Connectivity, EngineStatus, SignInOutcome, SignInPrompt
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync.unsubscribing import start_leaving

log = logging.getLogger(__name__)

_NOBODY: Final = (None, None)
_UNANSWERED: Final = (RequestState.OPEN, RequestState.TAKEN)


class SignsIn(Protocol):
    """What signs an account in; `auth.signing_in.SignIn` does."""

    def begin(
        self, prompt: SignInPrompt, method: SignInMethod = ..., purpose: SignInPurpose = ...
    ) -> SignedIn:
        """Begin; what is returned ends when it has ended."""

    def paste(self, text: str) -> None:
        """Bring the address of the browser's last page."""

    def cancel(self) -> None:
        """End a waiting sign-in."""


class SignedIn(Protocol):
    """The end of a sign-in, still to come."""

    def add_done_callback(self, fn: Callable[..., object], /) -> None:
        """Call `fn` when it has come."""


class AttachedEngine:
    """Implements `model.status.EngineControl` where another process runs the engine.

    What the screen commits needs no word: the other process hears of every commit. A sign-in is a
    conversation with the person at this screen, so it is held here; the tokens are shared.

    Args:
        accounts: Those of this window.
        signs_in: Gives what signs an account in. It may take its time and raise TuimailError.
    """

    def __init__(
        self,
        store: Store,
        accounts: Collection[AccountId],
        signs_in: Callable[[AccountId], SignsIn],
    ) -> None:
        self._store = store
        self._signs_in = signs_in
        self._began = datetime.now(UTC)
        self._accounts = tuple(accounts)
        self._listeners: tuple[Callable[[], None], ...] = ()
        self._guard, self._reading = threading.Lock(), threading.Lock()
        self._wanted: dict[int, tuple[MessageKey, str | None]] = {}
        self._signing_in: dict[AccountId, tuple[SignInPrompt, SignsIn | None]] = {}
        self._focus: FolderId | None = None
        self._status = self._read_status()
        self._unfollow = store.follow(self._committed)

    def close(self) -> list[tuple[MessageKey, str | None]]:
        """Stop following; return the texts that were asked for and have not come."""
        self._unfollow()
        with self._guard:
            waiting, self._wanted = self._wanted, {}
        for request in waiting:
            self._take_away(request)
        return list(waiting.values())

    def add(self, account: AccountId) -> None:
        """Show one more mailbox; the other process opens it when it starts the next time."""
        if account not in self._accounts:
            self._accounts = (*self._accounts, account)
            self._take_status()

    @property
    def is_attached(self) -> bool:
        """It runs in another process."""
        return True

    @property
    def status(self) -> Mapping[AccountId, EngineStatus]:
        """What the other process last said."""
        return self._status

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener`, on the store's thread, after each change of `status`."""
        self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

        return unsubscribe

    def focus(self, folder: FolderId) -> None:
        """Ask for the folder to be brought up to date before all others."""
        self._focus = folder
        self._ask(NewRequest(RequestKind.FOCUS, folder=folder))

    def want_body(self, key: MessageKey, *, section: str | None = None) -> None:
        """Ask for the readable text, or one section; a failure becomes a notice."""
        new = NewRequest(RequestKind.BODY, message=key, section=section)

        def ask(tx: Writer) -> None:
            request = tx.ask(new)
            with self._guard:
                self._wanted[request] = (key, section)

        self._write(ask)

    def give_up(self, key: MessageKey, *, section: str | None = None) -> None:
        """Take the request away, whereupon the other process ends the work on it."""

        def withdraw(tx: Writer) -> None:
            # Inside the change: one that asks may still be on its way.
            with self._guard:
                numbers = [
                    number for number, wish in self._wanted.items() if wish == (key, section)
                ]
                for number in numbers:
                    del self._wanted[number]
            for number in numbers:
                tx.take_away_request(number)

        self._write(withdraw)

    def unsubscribe(self, key: MessageKey) -> None:
        """Leave the list of a message by one request: it needs no connection of the mailbox."""
        start_leaving(self._store, key)

    def wake(self) -> None:
        """Do nothing: the commit that made it necessary is heard by itself."""

    def attend(self) -> None:
        """Ask once more for the folder in focus; the other process looks after the rest."""
        if self._focus is not None:
            self.focus(self._focus)

    def reconnect(self, account: AccountId) -> None:
        """Ask for a try now rather than at the end of the back-off."""
        self._ask(NewRequest(RequestKind.RECONNECT, account=account))

    def sign_in(
        self,
        account: AccountId,
        prompt: SignInPrompt,
        method: SignInMethod = SignInMethod.DEVICE_CODE,
        purpose: SignInPurpose = SignInPurpose.MAIL,
    ) -> None:
        """Start a sign-in; the other process connects when it succeeds."""
        with self._guard:
            self._signing_in[account] = (prompt, None)
        threading.Thread(
            target=self._sign_in,
            args=(account, prompt, method, purpose),
            name="sign-in-start",
            daemon=True,
        ).start()

    def paste_answer(self, account: AccountId, text: str) -> None:
        """Bring the address of the browser's last page to the sign-in that waits for it."""
        with self._guard:
            _, signing_in = self._signing_in.get(account, _NOBODY)
        if signing_in is not None:
            signing_in.paste(text)

    def cancel_sign_in(self, account: AccountId) -> None:
        """End a waiting sign-in."""
        with self._guard:
            _, signing_in = self._signing_in.pop(account, _NOBODY)
        if signing_in is not None:
            signing_in.cancel()

    def _sign_in(
        self,
        account: AccountId,
        prompt: SignInPrompt,
        method: SignInMethod,
        purpose: SignInPurpose,
    ) -> None:
        try:
            signing_in = self._signs_in(account)
        except TuimailError as error:
            prompt.finished(SignInOutcome("", Notice(Severity.ERROR, error.message)))
            return
        with self._guard:
            latest, _ = self._signing_in.get(account, _NOBODY)
            if latest is prompt:
                ended = signing_in.begin(prompt, method, purpose)
                self._signing_in[account] = (prompt, signing_in)
        if latest is prompt:
            ended.add_done_callback(lambda _: self.reconnect(account))
        else:
            # Cancelled, or overtaken by a later one, which beginning would end.
            given_up = SignInCancelled()
            notice = Notice(Severity.INFO, given_up.message, you_can=given_up.hint)
            prompt.finished(SignInOutcome("", notice))

    def _ask(self, new: NewRequest) -> None:
        self._write(lambda tx: tx.ask(new))

    def _take_away(self, request: int) -> None:
        self._write(lambda tx: tx.take_away_request(request))

    def _write(self, change: Callable[[Writer], object]) -> None:
        try:
            self._store.write(change, urgent=True)
        except StoreError:  # closed: the screen has gone
            log.info("a request came after the end")

    def _committed(self, changes: ChangeSet) -> None:
        """Another process has committed; on the store's thread."""
        if changes.status:
            self._take_status()
            for listener in self._listeners:
                listener()
        if changes.requests:
            self._read_answers()

    def _take_status(self) -> None:
        with self._reading:  # what was read later is taken later
            self._status = self._read_status()

    def _read_status(self) -> dict[AccountId, EngineStatus]:
        known = self._store.read.engine_status()
        return {
            account: known.get(account) or EngineStatus(account, Connectivity.STARTING, self._began)
            for account in self._accounts
        }

    def _read_answers(self) -> None:
        with self._guard:
            waiting = list(self._wanted)
        for number in waiting:
            request = self._store.read.request(number)
            if request is not None and request.state in _UNANSWERED:
                continue
            with self._guard:
                wish = self._wanted.pop(number, None)
            if request is None and wish is not None:
                # Another window that asked for the same has given it up, or was answered first.
                self.want_body(wish[0], section=wish[1])
            for problem in request.problems if request is not None else ():
                self._tell(problem)
            self._take_away(number)

    def _tell(self, problem: Notice) -> None:
        self._write(lambda tx: tx.add_notice(problem))
