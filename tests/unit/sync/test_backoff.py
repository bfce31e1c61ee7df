"""When to try again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tuimail.errors import (
    CertificateInvalid,
    ConnectionLost,
    ConsentRequired,
    MailboxUnavailable,
    NotConnected,
    SignInRequired,
    Throttled,
    TokenUnavailable,
    TuimailError,
)
from tuimail.sync.backoff import LONGEST_DELAY, after, delay


def test_the_first_retry_comes_within_two_seconds() -> None:
    assert 1.0 <= delay(1, jitter=0.0) <= delay(1, jitter=0.99) < 2.0


@given(st.integers(1, 10_000), st.floats(0, 0.999))
def test_delays_grow_and_are_bounded(attempt: int, jitter: float) -> None:
    assert delay(attempt, jitter=jitter) <= LONGEST_DELAY
    assert delay(attempt, jitter=jitter) <= delay(attempt + 1, jitter=jitter)


@pytest.mark.parametrize(
    ("error", "least", "most"),
    [
        (Throttled("", retry_after=92.415), 92.415, 92.415),
        (Throttled("", retry_after=4000.0), LONGEST_DELAY, LONGEST_DELAY),
        (NotConnected(""), 60.0, 90.0),
        (MailboxUnavailable(""), 1.0, 2.0),
        (ConnectionLost(""), 1.0, 2.0),
        (TokenUnavailable(""), 1.0, 2.0),
    ],
)
def test_each_failure_has_its_wait(error: TuimailError, least: float, most: float) -> None:
    """exchange-online.md 2 and 3.9."""
    for jitter in (0.0, 0.5, 0.999):
        wait = after(error, 1, jitter=jitter)
        assert wait is not None
        assert least <= wait <= most


@pytest.mark.parametrize("error", [SignInRequired(""), ConsentRequired(""), CertificateInvalid("")])
def test_what_only_the_user_can_mend_is_not_tried_again(error: TuimailError) -> None:
    assert after(error, 1, jitter=0.5) is None
