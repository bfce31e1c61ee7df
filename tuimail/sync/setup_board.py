"""How a set-up stands, changed from several threads, one after the other.

Each step that begins has a turn, a number; what comes back for an earlier one is not heard.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tuimail.model.setup import SetupState, SetupStep, StepResult

STEPS = tuple(SetupStep)


class SetupBoard:
    """Holds the state, and tells listeners after each change.

    Args:
        state: To begin with.
    """

    def __init__(self, state: SetupState) -> None:
        self._guard = threading.RLock()
        self._turn = 0
        self._state = state
        self._listeners: tuple[Callable[[], None], ...] = ()

    @property
    def state(self) -> SetupState:
        """How it stands."""
        return self._state

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener`, on any thread, after each change; returns the way to end it."""
        self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            self._listeners = tuple(one for one in self._listeners if one is not listener)

        return unsubscribe

    def next_turn(self) -> int:
        """What began before is over, whatever comes of it; return the number of what begins."""
        with self._guard:
            self._turn += 1
            return self._turn

    def is_now(self, turn: int) -> bool:
        """Whether what began with this number still counts."""
        return turn == self._turn

    def change(self, turn: int | None = None, **changes: Any) -> bool:
        """Change fields of the state; nothing when the turn is over. Returns whether it was not."""
        with self._guard:
            if turn is not None and turn != self._turn:
                return False
            self._state = replace(self._state, **changes)
        self._tell()
        return True

    def begin(self, step: SetupStep, now: StepResult, after: int | None = None) -> int | None:
        """Begin a step; what was found of it and of later ones is forgotten.

        Args:
            after: The turn this follows from; nothing begins when that is over.

        Returns:
            The turn of the step, None when nothing began.
        """
        with self._guard:
            if after is not None and after != self._turn:
                return None
            turn = self.next_turn()
            kept = {each: self._state.result(each) for each in STEPS[: STEPS.index(step)]}
            self._state = replace(
                self._state,
                step=step,
                results={**kept, step: now},
                code=None,
                page=None,
                refused="",
                consent=None,
            )
        self._tell()
        return turn

    def show(
        self, step: SetupStep, result: StepResult, turn: int | None = None, **changes: Any
    ) -> bool:
        """Say how a step stands, and stay there. Returns whether its turn was not over."""
        with self._guard:
            results = {**self._state.results, step: result}
            return self.change(turn, step=step, results=results, **changes)

    def _tell(self) -> None:
        for listener in self._listeners:
            listener()
