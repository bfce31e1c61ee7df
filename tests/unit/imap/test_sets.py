"""UID sets."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.imap.sets import chunks, compress, expand
from tuimail.model.folder import UID

uids = st.sets(st.integers(1, 2**32 - 1) | st.integers(1, 300), max_size=300)


def test_neighbours_become_ranges() -> None:
    assert list(compress([9, 3, 4, 5, 1, 5])) == ["1", "3:5", "9"]


def test_set_is_read_in_the_order_it_is_written() -> None:
    assert expand(b"7:5,1") == [7, 6, 5, 1]


@settings(deadline=None)
@given(uids)
def test_chunks_lose_and_add_nothing(numbers: set[int]) -> None:
    parts = list(chunks(UID(number) for number in numbers))
    assert [uid for text, _ in parts for uid in expand(text.encode())] == sorted(numbers)
    assert all(expand(text.encode()) == members for text, members in parts)


def test_no_chunk_is_longer_than_a_command_may_be() -> None:
    worst = [UID(4_000_000_000 + 2 * number) for number in range(5000)]
    assert max(len(text) for text, _ in chunks(worst)) < 7800
