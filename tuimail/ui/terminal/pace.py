"""What keeps keys quick: short turns between the threads, and a collector that stays out."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable
from typing import Final

_SWITCH_INTERVAL: Final = 0.0005

BETWEEN_SHOWS: Final = 0.1
PAUSE_AFTER_KEY: Final = 0.15
LATEST: Final = 1.5


def take_short_turns() -> None:
    """Let the thread of the screen wait less for the others; seconds, Python's own are 0.005."""
    sys.setswitchinterval(_SWITCH_INTERVAL)


def settle_memory() -> None:
    """Keep the collector away from what start-up made; long pauses came from there."""
    gc.enable()
    gc.collect()
    gc.freeze()
    # As many objects in circles as that are a few megabytes, and a pause of a millisecond or two.
    gc.set_threshold(15_000, 50, 1000)


class Turns:
    """When the screen reads again what others committed: in a pause between two keys.

    Reading and painting the list takes as long as several keys do, and a first sync commits ten
    times a second. While somebody types, the keys go first, for at most `LATEST` seconds; what the
    user's own key changed is shown by the key itself.

    Args:
        show: Reads and paints.
        after: Calls a function after some seconds, on the screen's loop.
        clock: Monotonic seconds.
    """

    def __init__(
        self,
        show: Callable[[], None],
        after: Callable[[float, Callable[[], None]], object],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._show = show
        self._after = after
        self._clock = clock
        self._key_at = self._shown_at = clock() - LATEST
        self._asked_at: float | None = None

    def key(self) -> None:
        """Somebody typed."""
        self._key_at = self._clock()

    @property
    def is_typing(self) -> bool:
        """Whether there was a key a moment ago."""
        return self._clock() < self._key_at + PAUSE_AFTER_KEY

    def ask(self) -> None:
        """Something was committed: show it now, or as soon as there is a pause."""
        if self._asked_at is None:
            self._asked_at = self._clock()
            self._look()

    def _look(self) -> None:
        now = self._clock()
        asked = now if self._asked_at is None else self._asked_at
        pause = max(self._shown_at + BETWEEN_SHOWS, self._key_at + PAUSE_AFTER_KEY)
        left = min(pause, asked + LATEST) - now
        if left > 0:
            self._after(left, self._look)
            return
        self._asked_at = None
        self._show()
        self._shown_at = self._clock()
