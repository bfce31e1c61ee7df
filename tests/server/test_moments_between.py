"""Two things in the same moment, on two threads: each test makes one happen inside the other."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.server.client import sandbox_account, with_id
from tests.server.signing_in import RememberingPrompt
from tests.waiting import until, wait_until
from tuimail.auth.cache import TokenCache
from tuimail.auth.discovery import Found, Organisation
from tuimail.auth.provider import TokenProvider
from tuimail.cli.wiring import submitter
from tuimail.http import HttpClient
from tuimail.model.account import Account, AccountId
from tuimail.model.download import DownloadRules
from tuimail.model.setup import SetupAnswers, SetupState
from tuimail.model.sign_in import SignInMethod, SignInPurpose
from tuimail.model.status import Connectivity, EngineStatus, SignInPrompt
from tuimail.sandbox.sandbox import Sandbox
from tuimail.store.store import Store
from tuimail.sync.attached import AttachedEngine
from tuimail.sync.engine import Connected, Engine
from tuimail.sync.setup import SetUp
from tuimail.sync.setup_board import SetupBoard
from tuimail.sync.setup_keeping import Keeping
from tuimail.sync.setup_sign_in import SignInStep
from tuimail.sync.status_board import StatusBoard
from tuimail.sync.window import WindowEngine

SOON = 0.5
"""Seconds for a thread that may have to wait for the one that is tested; it does, where all is
well, so that no test depends on it."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    store = Store.open(tmp_path / "data")
    yield store
    store.close()


@pytest.fixture
def account(fresh_sandbox: Sandbox, store: Store) -> Account:
    account = sandbox_account(fresh_sandbox)
    number = store.write(lambda tx: tx.ensure_account(account.address)).result(30)
    return with_id(account, number)


def linked(account: Account, directory: Path) -> Connected:
    http, cache = HttpClient(account.ca_file), TokenCache.open(directory / "tokens.json")
    tokens = TokenProvider(account, cache, http)
    return Connected(account, tokens, submitter(account, cache, http), http.close)


class TurnAtHand:
    """An engine lock that is free from some moment on."""

    def __init__(self) -> None:
        self.is_free = threading.Event()

    def take(self) -> bool:
        return self.is_free.is_set()

    def release(self) -> None:
        """Nobody else wants it."""


def test_a_mailbox_that_is_added_while_the_engine_is_taken_over_is_opened(
    store: Store, account: Account, tmp_path: Path
) -> None:
    """Mutation that turns it red: `_take_over` that knows nothing of what was added."""
    turn, starting, go_on = TurnAtHand(), threading.Event(), threading.Event()

    def start_engine() -> Engine:
        engine = Engine(store, {}, DownloadRules())
        starting.set()
        assert go_on.wait(30)
        engine.start()
        return engine

    attached = AttachedEngine(store, [], lambda _: linked(account, tmp_path).tokens.sign_in)
    window = WindowEngine(turn, start_engine, attached, lambda one: linked(one, tmp_path))
    window.start()
    turn.is_free.set()
    assert starting.wait(30)
    assert not window.add(account)
    go_on.set()
    wait_until(lambda: not window.is_attached, 30.0, "the own engine")
    wait_until(lambda: account.id in window.status, 30.0, "the mailbox")
    window.stop(1.0)


class Attempts:
    """What signs in, and which attempts it began."""

    def __init__(self) -> None:
        self.begun: list[SignInPrompt] = []

    def begin(
        self,
        prompt: SignInPrompt,
        method: SignInMethod = SignInMethod.DEVICE_CODE,
        purpose: SignInPurpose = SignInPurpose.MAIL,
    ) -> Future[None]:
        self.begun.append(prompt)
        return Future()

    def paste(self, text: str) -> None:
        """Nothing is pasted."""

    def cancel(self) -> None:
        """Nothing is cancelled."""


def test_a_sign_in_that_was_overtaken_does_not_end_the_later_one(
    store: Store, account: Account
) -> None:
    """Beginning an attempt cancels the one that waits.

    Mutation that turns it red: `_sign_in` that begins whatever came meanwhile.
    """
    attempts, slow, go_on = Attempts(), threading.Event(), threading.Event()
    first, second = RememberingPrompt(), RememberingPrompt()

    def signs_in(_: AccountId) -> Attempts:
        if not slow.is_set():
            slow.set()
            assert go_on.wait(30)
        return attempts

    engine = AttachedEngine(store, [account.id], signs_in)
    engine.sign_in(account.id, first)
    assert slow.wait(30)
    engine.sign_in(account.id, second)
    wait_until(lambda: attempts.begun, 30.0, "the second attempt")
    go_on.set()
    outcome = first.wait_for_end()
    assert outcome.problem is not None
    assert outcome.problem.short == "The sign-in was cancelled."
    assert attempts.begun == [second]
    engine.close()


class Moment(SetupBoard):
    """Lets something happen right after it was asked whether a turn still counts."""

    def __init__(self, thread: threading.Thread) -> None:
        super().__init__(SetupState())
        self._thread_of_the_moment = thread

    def is_now(self, turn: int) -> bool:
        is_now = super().is_now(turn)
        if self._thread_of_the_moment.ident is not None:
            return is_now
        self._thread_of_the_moment.start()
        self._thread_of_the_moment.join(SOON)
        return is_now


def test_a_set_up_that_is_left_while_a_sign_in_begins_leaves_none(
    fresh_sandbox: Sandbox, store: Store, account: Account, tmp_path: Path
) -> None:
    """Mutation that turns it red: `SignInStep.run` without its lock."""
    closed: list[Account] = []

    def connect(one: Account) -> Connected:
        made = linked(one, tmp_path)

        def close() -> None:
            closed.append(one)
            made.close()

        return Connected(one, made.tokens, made.submitter, close)

    leaving = threading.Thread(target=lambda: step.end())  # noqa: PLW0108 - there is none yet
    board = Moment(leaving)
    keeping = Keeping(tmp_path / "settings.toml", store, lambda _: account.id)
    step = SignInStep(board, keeping, connect, lambda *_: None)
    board.change(answers=SetupAnswers(account.address, cloud="global", client_id=account.client_id))
    step.run(board.next_turn())
    leaving.join(30)
    assert step.link is None
    assert len(closed) == 1


def test_an_account_is_handed_over_once(store: Store, account: Account, tmp_path: Path) -> None:
    """Mutation that turns it red: `_hand_over` without its lock."""
    adopted: list[Account] = []

    class Meanwhile(SetUp):
        """Is left right after it was looked whether the account was handed over."""

        _was = False
        _leaving: threading.Thread | None = None

        @property
        def _handed_over(self) -> bool:
            was, first = self._was, self._leaving is None
            if first and self.state.account is not None:
                self._leaving = threading.Thread(target=self._hand_over)
                self._leaving.start()
                self._leaving.join(SOON)
            return was

        @_handed_over.setter
        def _handed_over(self, value: bool) -> None:
            self._was = value

    def ask(_: SetupAnswers) -> Organisation:
        return Organisation(Found.NOBODY)

    keeping = Keeping(tmp_path / "settings.toml", store, lambda _: account.id)
    set_up = Meanwhile(keeping, ask, lambda one: linked(one, tmp_path), adopted.append)
    set_up._board.change(account=account)
    set_up._hand_over()
    assert set_up._leaving is not None
    set_up._leaving.join(30)
    assert adopted == [account]


async def test_what_is_said_after_the_end_of_an_engine_is_not_written(
    store: Store, account: Account
) -> None:
    """Another window would take the engine for one that runs.

    Mutation that turns it red: `show` that does not look at `_is_cleared`.
    """
    board, now = StatusBoard(store), datetime.now(UTC)
    board.show({account.id: EngineStatus(account.id, Connectivity.ONLINE, now)})
    await until(store.read.engine_status, 30.0, "the status")
    await board.clear()
    board.show({account.id: EngineStatus(account.id, Connectivity.OFFLINE, now)})
    await asyncio.wrap_future(store.write(lambda tx: tx.set_meta("behind", "all of it")))
    assert store.read.engine_status() == {}
