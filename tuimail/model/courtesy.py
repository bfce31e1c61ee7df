"""Keys go first: the engine's threads pause for the moment it takes to answer one.

Python runs one thread at a time. A first sync keeps two of them busy, so a key would be painted
after three times as long; a pause of some milliseconds after each key costs the sync little.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

AFTER_KEY: Final = 0.018
"""Seconds after a key for which everybody else pauses; it is painted in less."""
LONGEST: Final = 0.1
"""Seconds that a piece of work is kept waiting at most: a key that is held down never ends."""


class Courtesy:
    """Shared by the screen, which notes keys, and by threads that can pause. Any thread.

    Args:
        clock: Monotonic seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._quiet_at = clock()

    def key(self) -> None:
        """Somebody pressed a key."""
        self._quiet_at = self._clock() + AFTER_KEY

    @property
    def is_due(self) -> bool:
        """Whether a key is being answered."""
        return self._clock() < self._quiet_at

    def left(self, asked_at: float) -> float:
        """Return the seconds still to pause; 0 or less when the work may go on.

        Args:
            asked_at: When the work was ready, by the clock.
        """
        return min(self._quiet_at, asked_at + LONGEST) - self._clock()

    def now(self) -> float:
        """Return the clock's time, for `left`."""
        return self._clock()

    def pause(self) -> None:
        """Let a key be answered first."""
        asked_at = self._clock()
        while (seconds := self.left(asked_at)) > 0:
            time.sleep(seconds)
