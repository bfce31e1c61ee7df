"""A verb's work: done here under the engine lock, or by the tuimail that has it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from tuimail.cli.lock import VERB, EngineElsewhere, EngineLock, EngineRunning
from tuimail.cli.output import note
from tuimail.errors import SignInRequired, StoreLocked, TuimailError
from tuimail.model.notice import Notice, Severity
from tuimail.model.request import NewRequest, Request, RequestState
from tuimail.store.store import Store

T = TypeVar("T")

LOOK_SECONDS: Final = 0.25
PATIENCE: Final = 30.0
"""Seconds until an open tuimail that does not take a request up counts as stopped."""


@contextmanager
def lock_or_outcome(store: Store, outcome: Callable[[], T | None]) -> Iterator[T | None]:
    """Hold the engine lock in the block, or yield what whoever has it has brought about.

    Args:
        outcome: Returns how the work ended, None while it has not. It may raise.

    Yields:
        None in the block that has to do the work itself.

    Raises:
        EngineElsewhere: It may run on another computer.
    """
    lock, ended = _wait(store, outcome)
    if lock is None:
        yield ended
        return
    with lock:
        # Between the last look and the lock the other may have ended both the work and itself.
        ended = outcome()
        if ended is None:
            store.leave_checkpoints(to_others=False)
            store.write(lambda tx: tx.publish_status({})).result()
        yield ended


def _wait(store: Store, outcome: Callable[[], T | None]) -> tuple[EngineLock | None, T | None]:
    heard = threading.Event()
    unfollow = store.follow(lambda _: heard.set())
    try:
        while True:
            heard.clear()
            try:
                return EngineLock.take(store.directory, VERB), None
            except EngineElsewhere:
                raise
            except EngineRunning:
                ended = outcome()
            if ended is not None:
                return None, ended
            heard.wait(LOOK_SECONDS)
    finally:
        unfollow()


@contextmanager
def lock_or_answer(store: Store, new: NewRequest) -> Iterator[bool]:
    """Hold the engine lock in the block, or have the tuimail that has it do what is asked.

    Yields:
        Whether the block has to do the work itself.

    Raises:
        TuimailError: What the other said. The first problem; the rest is noted on stderr.
        StoreLocked: It does not take up what it is asked.
    """
    try:
        lock = EngineLock.take(store.directory, VERB)
    except EngineElsewhere:
        raise
    except EngineRunning as running:
        if running.has_screen:
            note("The tuimail that is open does it.")
    else:
        with lock:
            store.leave_checkpoints(to_others=False)
            store.write(lambda tx: tx.publish_status({})).result()
            yield True
        return
    number = store.write(lambda tx: tx.ask(new), urgent=True).result()
    asked_at = time.monotonic()

    def answered() -> Request | None:
        request = store.read.request(number)
        if request is None or request.state is RequestState.OPEN:
            _demand_life(store, asked_at)
            return None
        return None if request.state is RequestState.TAKEN else request

    try:
        with lock_or_outcome(store, answered) as answer:
            if answer is not None:
                _raise_problems(answer)
            yield answer is None
    finally:
        store.write(lambda tx: tx.take_away_request(number), urgent=True).result()


def _demand_life(store: Store, since: float) -> None:
    """Nobody answers while a verb has the lock, but it ends; a screen may be stopped by ^Z."""
    if time.monotonic() - since < PATIENCE or not store.read.engine_status():
        return
    raise StoreLocked(
        "The tuimail that is open does not answer.",
        hint="Is it stopped, or waiting for an editor? Bring it to the foreground, or quit it.",
    )


def _raise_problems(answer: Request) -> None:
    if answer.state is RequestState.DONE:
        return
    kind = SignInRequired if answer.needs_sign_in else TuimailError
    first, *rest = answer.problems or (Notice(Severity.ERROR, "It failed."),)
    for problem in rest:
        note(f"tuimail: {problem.short}")
    raise kind(
        first.short,
        hint=first.you_can,
        detail=first.detail,
        command=first.command,
        url=first.url,
    )
