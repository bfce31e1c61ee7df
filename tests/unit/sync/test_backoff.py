"""When to try again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tuimail.sync.backoff import LONGEST_DELAY, delay


def test_the_first_retry_comes_within_two_seconds() -> None:
    assert 1.0 <= delay(1, jitter=0.0) <= delay(1, jitter=0.99) < 2.0


@given(st.integers(1, 10_000), st.floats(0, 0.999))
def test_delays_grow_and_are_bounded(attempt: int, jitter: float) -> None:
    assert delay(attempt, jitter=jitter) <= LONGEST_DELAY
    assert delay(attempt, jitter=jitter) <= delay(attempt + 1, jitter=jitter)
