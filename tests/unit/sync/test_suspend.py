"""Noticing that the computer slept, by clocks that a test turns."""

from __future__ import annotations

import pytest

from tuimail.sync.suspend import SleepDetector


class Clocks:
    def __init__(self) -> None:
        self.wall, self.monotonic = 1_800_000_000.0, 500.0

    def pass_by(self, wall: float, monotonic: float) -> None:
        self.wall += wall
        self.monotonic += monotonic


@pytest.mark.parametrize(
    ("wall", "monotonic", "slept"),
    [
        (5.0, 5.0, False),
        (5.0, 7.0, False),  # a busy computer
        (8.0, 5.0, False),  # the clock was set right
        (3600.0, 5.0, True),  # a sleep the monotonic clock does not count
        (3600.0, 3600.0, True),  # one that it counts, or a process that was stopped
        (-3600.0, 5.0, False),  # the clock was set back
        (16.0, 5.0, False),
        (20.5, 5.0, True),
    ],
)
def test_a_sleep_is_told_from_a_late_timer(wall: float, monotonic: float, slept: bool) -> None:
    """Mutation that turns it red: `apart > JUMP_SECONDS` alone, or the other half alone."""
    clocks = Clocks()
    detector = SleepDetector(lambda: clocks.wall, lambda: clocks.monotonic)
    clocks.pass_by(wall, monotonic)
    assert detector.has_slept(5.0) is slept


def test_one_sleep_is_told_once() -> None:
    clocks = Clocks()
    detector = SleepDetector(lambda: clocks.wall, lambda: clocks.monotonic)
    clocks.pass_by(3600.0, 5.0)
    assert detector.has_slept(5.0)
    clocks.pass_by(5.0, 5.0)
    assert not detector.has_slept(5.0)
