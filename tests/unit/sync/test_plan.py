"""What it takes to bring a folder up to date, decided without a server."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tuimail.model.folder import UID, FolderState, SelectedFolder
from tuimail.sync.plan import (
    FULL_PASS_EVERY,
    CompareAll,
    CompareFlags,
    FetchArrivals,
    FetchNewest,
    FetchOlder,
    Step,
    flag_windows,
    next_width,
    plan_refresh,
)

NOW = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)


def selected(exists: int, uidnext: int | None) -> SelectedFolder:
    return SelectedFolder("INBOX", 14, None if uidnext is None else UID(uidnext), exists)


def planned(
    state: FolderState,
    folder: SelectedFolder,
    extent: tuple[int, int] | None,
    *,
    full: bool = False,
    last_full_pass: datetime | None = NOW,
) -> list[Step]:
    known = None if extent is None else (UID(extent[0]), UID(extent[1]))
    return plan_refresh(state, folder, known, last_full_pass=last_full_pass, now=NOW, full=full)


def synced(low: int, uidnext: int) -> FolderState:
    return FolderState(uidvalidity=14, uidnext=UID(uidnext), synced_low=UID(low))


def test_an_unknown_folder_begins_with_its_newest_screenful() -> None:
    assert planned(FolderState(uidvalidity=14), selected(100_000, 100_001), None) == [
        FetchNewest(50)
    ]


def test_an_unknown_empty_folder_needs_nothing() -> None:
    assert planned(FolderState(uidvalidity=14), selected(0, 1), None) == []


def test_arrivals_start_at_the_uidnext_of_the_last_time() -> None:
    steps = planned(synced(1, 101), selected(103, 104), (1, 100))
    assert steps[0] == FetchArrivals(UID(101))


def test_nothing_is_fetched_while_uidnext_stands_still() -> None:
    steps = planned(synced(1, 101), selected(100, 101), (1, 100))
    assert not any(isinstance(step, FetchArrivals) for step in steps)


def test_a_server_that_hides_uidnext_is_asked_for_arrivals_every_time() -> None:
    steps = planned(synced(1, 101), selected(100, None), (1, 100))
    assert steps[0] == FetchArrivals(UID(101))


def test_recent_flags_are_compared_and_no_more_than_is_known() -> None:
    steps = planned(synced(9_800, 10_001), selected(10_000, 10_001), (9_800, 10_000))
    assert CompareFlags(UID(9_800), UID(10_000)) in steps


def test_older_mail_is_fetched_last_until_everything_is_here() -> None:
    assert planned(synced(51, 101), selected(100, 101), (51, 100))[-1] == FetchOlder(UID(51))
    assert not any(
        isinstance(step, FetchOlder)
        for step in planned(synced(1, 101), selected(100, 101), (1, 100))
    )


def test_everything_is_compared_when_asked_for_or_overdue() -> None:
    state, folder = synced(1, 101), selected(100, 101)
    assert CompareAll() in planned(state, folder, (1, 100), full=True)
    assert CompareAll() in planned(state, folder, (1, 100), last_full_pass=NOW - FULL_PASS_EVERY)
    assert CompareAll() not in planned(
        state, folder, (1, 100), last_full_pass=NOW - FULL_PASS_EVERY + timedelta(seconds=1)
    )


@given(st.sets(st.integers(1, 1 << 32), min_size=1), st.integers(1, 50))
def test_windows_touch_and_cover_every_known_uid(numbers: set[int], size: int) -> None:
    known = [UID(number) for number in sorted(numbers)]
    windows = list(flag_windows(known, size))
    assert windows[0][1] == known[-1]
    assert windows[-1][0] == known[0]
    for (low, _), (_, high) in itertools.pairwise(windows):
        assert high == low - 1 or high in numbers
        assert high < low
    covered = {uid for low, high in windows for uid in known if low <= uid <= high}
    assert covered == set(known)


def test_a_gap_of_a_million_uids_is_crossed_in_about_ten_windows() -> None:
    width, below, windows = 200, 1_000_000, 0
    while below > 1:
        below -= width
        width = next_width(width, 0)
        windows += 1
    assert windows <= 10


def test_a_window_that_was_too_full_is_followed_by_a_narrower_one() -> None:
    assert next_width(800, 800) == 200
