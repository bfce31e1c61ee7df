"""When the screen reads again: never between two keys, and never later than it promises."""

from __future__ import annotations

from collections.abc import Callable

from tuimail.ui.terminal.pace import BETWEEN_SHOWS, LATEST, PAUSE_AFTER_KEY, Turns


class Bench:
    """A clock that stands still and the calls that wait for it."""

    def __init__(self) -> None:
        self.now = 100.0
        self.shown: list[float] = []
        self.waiting: list[tuple[float, Callable[[], None]]] = []
        self.turns = Turns(lambda: self.shown.append(self.now), self.after, lambda: self.now)

    def after(self, seconds: float, function: Callable[[], None]) -> None:
        self.waiting.append((self.now + seconds, function))

    def go(self, until: float, *, key_every: float | None = None) -> None:
        """Let time pass, with a key held down if wanted."""
        while self.now < until:
            self.now = round(self.now + 0.01, 6)
            if key_every is not None and round(self.now / 0.01) % round(key_every / 0.01) == 0:
                self.turns.key()
            due = [each for each in self.waiting if each[0] <= self.now]
            self.waiting = [each for each in self.waiting if each[0] > self.now]
            for _, function in due:
                function()


def test_what_comes_while_nobody_types_is_shown_at_once() -> None:
    bench = Bench()
    bench.turns.ask()
    assert bench.shown == [100.0]


def test_commits_in_quick_succession_are_shown_together() -> None:
    bench = Bench()
    for _ in range(50):
        bench.turns.ask()
        bench.go(bench.now + 0.02)
    assert 1 < len(bench.shown) <= 1 + 1.0 / BETWEEN_SHOWS


def test_the_pause_after_a_key_is_waited_for() -> None:
    bench = Bench()
    bench.turns.key()
    bench.turns.ask()
    assert bench.shown == []
    bench.go(101.0)
    assert PAUSE_AFTER_KEY <= bench.shown[0] - 100.0 <= PAUSE_AFTER_KEY + 0.02


def test_a_key_that_is_held_down_hides_nothing_for_long() -> None:
    bench = Bench()
    bench.turns.key()
    bench.turns.ask()
    bench.go(104.0, key_every=0.05)
    assert LATEST <= bench.shown[0] - 100.0 <= LATEST + 0.02
