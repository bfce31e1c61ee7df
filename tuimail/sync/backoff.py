"""When to try again. Pure."""

from __future__ import annotations

from typing import Final

from tuimail.errors import (
    CertificateInvalid,
    MailboxUnavailable,
    NotConnected,
    Retry,
    Throttled,
    TuimailError,
)

FIRST_DELAY: Final = 2.0
LONGEST_DELAY: Final = 300.0

CLOSED_DELAY: Final = 60.0
"""After "authenticated but not connected": coming back sooner keeps the mailbox closed."""


def delay(attempt: int, *, jitter: float) -> float:
    """Return the seconds to wait before the next try.

    Args:
        attempt: How many tries failed in a row, from 1.
        jitter: A random number in [0, 1). It spreads many clients over the second half of the
            delay, so that they do not return together after an outage.
    """
    full = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(attempt - 1, 16))
    return full * (0.5 + jitter / 2)


def after(error: TuimailError, attempt: int, *, jitter: float) -> float | None:
    """Return the seconds to wait after a failure, or None to wait for the user.

    Args:
        attempt: As for `delay`.
        jitter: As for `delay`.
    """
    if isinstance(error, Throttled):
        return min(error.retry_after, LONGEST_DELAY)
    if isinstance(error, CertificateInvalid) or error.retry is Retry.AFTER_SIGN_IN:
        return None
    wait = delay(attempt, jitter=jitter)
    if isinstance(error, NotConnected) and not isinstance(error, MailboxUnavailable):
        return max(wait, CLOSED_DELAY * (1 + jitter / 2))
    return wait
