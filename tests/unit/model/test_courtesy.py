"""Keys go first, and nothing waits for ever."""

from __future__ import annotations

import pytest

from tuimail.model.courtesy import AFTER_KEY, LONGEST, Courtesy


class Clock:
    """Seconds that pass only when somebody sleeps."""

    def __init__(self) -> None:
        self.time = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.time

    def pass_by(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("tuimail.model.courtesy.time.sleep", clock.pass_by)
    return clock


def test_without_keys_nobody_pauses(clock: Clock) -> None:
    Courtesy(clock).pause()
    assert clock.slept == []


def test_after_a_key_work_pauses_until_it_is_answered(clock: Clock) -> None:
    one = Courtesy(clock)
    one.key()
    clock.time += 0.01
    one.pause()
    assert sum(clock.slept) == pytest.approx(AFTER_KEY - 0.01)
    one.pause()
    assert sum(clock.slept) == pytest.approx(AFTER_KEY - 0.01)


def test_a_key_that_is_held_down_does_not_stop_the_work(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = Courtesy(clock)
    one.key()

    def pass_and_press(seconds: float) -> None:
        clock.pass_by(min(seconds, 0.01))
        one.key()

    monkeypatch.setattr("tuimail.model.courtesy.time.sleep", pass_and_press)
    one.pause()
    assert sum(clock.slept) == pytest.approx(LONGEST)
