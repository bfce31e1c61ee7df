"""When to try again. Pure."""

from __future__ import annotations

from typing import Final

FIRST_DELAY: Final = 2.0
LONGEST_DELAY: Final = 300.0


def delay(attempt: int, *, jitter: float) -> float:
    """Return the seconds to wait before the next try.

    Args:
        attempt: How many tries failed in a row, from 1.
        jitter: A random number in [0, 1). It spreads many clients over the second half of the
            delay, so that they do not return together after an outage.
    """
    full = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(attempt - 1, 16))
    return full * (0.5 + jitter / 2)
