"""The rows that are at hand, of a listing that is counted and of one where that takes time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import cast

from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.model.account import AccountId
from tuimail.model.flags import SEEN
from tuimail.model.folder import FolderId
from tuimail.model.listing import Anchor, ListRow, Window
from tuimail.model.message import BodyState, MessageKey, MessageSummary
from tuimail.store.listings import ListReader
from tuimail.text.safe import SafeText
from tuimail.ui.listing.window import KEEP, ListWindow


def row(number: int) -> ListRow:
    message = MessageSummary(
        key=MessageKey(number),
        account_id=AccountId(1),
        folder_id=FolderId(1),
        internaldate=datetime(2026, 1, 1, tzinfo=UTC),
        from_text=SafeText(""),
        subject=SafeText(""),
        snippet=SafeText(""),
        flags=SEEN,
        size=1,
        has_attachment=False,
        thread_id=None,
        body=BodyState.ABSENT,
        pending=False,
    )
    return ListRow(message, Anchor(0, number, MessageKey(number)))


class Numbers:
    """A listing of every `step`th number below `total`, ascending, that pauses on the way."""

    def __init__(self, total: int, *, step: int = 1, reach: int = 0, counted: bool = True) -> None:
        self.total, self.step, self.reach, self.counted = total, step, reach, counted
        self.statements = 0

    def count(self) -> int | None:
        return len(range(0, self.total, self.step)) if self.counted else None

    def rank(self, anchor: Anchor) -> int:
        return len(range(0, anchor.internaldate, self.step))

    def first(self, limit: int) -> Window:
        return self._walk(range(self.total), limit, forward=True)

    def last(self, limit: int) -> Window:
        return self._walk(range(self.total - 1, -1, -1), limit, forward=False)

    def after(self, anchor: Anchor, limit: int) -> Window:
        return self._walk(range(anchor.internaldate + 1, self.total), limit, forward=True)

    def before(self, anchor: Anchor, limit: int) -> Window:
        return self._walk(range(anchor.internaldate - 1, -1, -1), limit, forward=False)

    def at(self, index: int, limit: int) -> Window:
        self.statements += 1
        found = range(0, self.total, self.step)[index : index + limit]
        return Window(tuple(map(row, found)))

    def _walk(self, numbers: range, limit: int, *, forward: bool) -> Window:
        self.statements += 1
        found: list[int] = []
        resume = None
        for walked, number in enumerate(numbers, 1):
            if number % self.step == 0:
                found.append(number)
            if len(found) == limit:
                break
            if self.reach and walked == self.reach:
                resume = Anchor(0, number, MessageKey(number))
                break
        if not forward:
            found.reverse()
        return Window(tuple(map(row, found)), resume)


def window_over(numbers: Numbers) -> ListWindow:
    def report(error: object) -> None:
        raise AssertionError(error)

    window = ListWindow(lambda: cast("ListReader", numbers), report)
    window.reload()
    return window


def number_at(window: ListWindow, index: int) -> int | None:
    found = window.get(index)
    return None if found is None else int(found.key)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 5000), st.lists(st.integers(0, 5200), max_size=12))
def test_a_counted_listing_is_read_right_wherever_one_jumps(total: int, jumps: list[int]) -> None:
    window = window_over(Numbers(total))
    for index in jumps:
        assert number_at(window, index) == (index if index < total else None)
        assert (window.lowest, window.total) == (0, total)


def test_a_window_is_one_statement_and_at_most_2000_rows_are_kept() -> None:
    """Mutation that turns it red: `_extend` without letting go of the first rows."""
    numbers = Numbers(100_000)
    window = window_over(numbers)
    for index in range(20_000):
        assert number_at(window, index) == index
    assert len(window.keys) <= KEEP
    assert numbers.statements <= 2 + 20_000 // 100


def test_what_takes_time_to_count_grows_while_it_is_gone_through() -> None:
    """Mutation that turns it red: `_extend` begins at the last row instead of where it paused."""
    window = window_over(Numbers(20_000, step=900, reach=700, counted=False))
    seen = []
    index = window.lowest
    for _ in range(200):
        window.reach(index)
        if index <= window.highest:
            seen.append(number_at(window, index))
            index += 1
        elif not window.is_paused:
            break
    assert seen == list(range(0, 20_000, 900))


def test_from_the_end_one_goes_back_to_the_first() -> None:
    """Mutation that turns it red: `_prepend` begins at the first row instead of where it paused."""
    window = window_over(Numbers(60_000, step=1500, reach=500, counted=False))
    index = window.last()
    seen: list[int | None] = []
    for _ in range(400):
        window.reach(index)
        if index >= window.lowest:
            seen.append(number_at(window, index))
            index -= 1
        elif number_at(window, window.lowest) == 0:
            break
    assert seen == list(range(58_500, -1, -1500))


def test_a_listing_that_finds_nothing_ends() -> None:
    window = window_over(Numbers(5_000, step=10_000, reach=700, counted=False))
    assert number_at(window, 0) == 0  # 0 is a multiple of everything
    for _ in range(10):
        window.go_on()
    assert not window.is_paused
    assert window.total == 1
    assert window.last() == 0


def test_rows_are_found_again_after_they_were_read_again() -> None:
    window = window_over(Numbers(3_000))
    assert number_at(window, 1500) == 1500
    low = window.reload(row(1400).anchor)
    assert low == 1401
    assert window.index_of(row(1450)) == 1450
    assert window.index_of(row(5)) is None
    assert window.replace(row(1450))
    assert not window.replace(ListRow(row(1450).message, row(1451).anchor))
