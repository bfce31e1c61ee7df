"""How much one command asks for follows the line."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tuimail.sync.download import Portion


def carried(portion: Portion, octets_per_second: float, commands: int = 20) -> int:
    for _ in range(commands):
        portion.note(portion.octets, portion.octets / octets_per_second)
    return portion.octets


def test_on_a_slow_line_a_command_takes_about_a_second() -> None:
    """Red when the portion does not follow: whoever waits would wait for 128 KiB."""
    assert carried(Portion(), 20_000) <= 20_000


def test_on_a_fast_line_it_grows_and_ends_somewhere() -> None:
    assert carried(Portion(), 100_000_000) == 1024 * 1024


def test_one_lucky_answer_is_not_the_speed_of_the_line() -> None:
    portion = Portion()
    carried(portion, 20_000)
    before = portion.octets
    portion.note(before, 0.000_1)
    assert portion.octets <= 2 * before


def test_small_answers_tell_nothing_about_the_line() -> None:
    portion = Portion()
    before = portion.octets
    portion.note(200, 0.3)
    assert portion.octets == before


@given(st.lists(st.tuples(st.integers(0, 10**8), st.floats(0, 100))))
def test_it_stays_within_its_limits(notes: list[tuple[int, float]]) -> None:
    portion = Portion()
    for octets, seconds in notes:
        portion.note(octets, seconds)
        assert 16 * 1024 <= portion.octets <= 1024 * 1024
