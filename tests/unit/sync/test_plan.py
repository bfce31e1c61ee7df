"""What it takes to bring a folder up to date, decided without a server."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tuimail.model.envelope import Envelope
from tuimail.model.flags import SEEN, Flags
from tuimail.model.folder import UID, FolderState, FolderStatus, SelectedFolder
from tuimail.model.message import FetchedMessage
from tuimail.sync.plan import (
    FULL_PASS_EVERY,
    CompareAll,
    CompareFlags,
    FetchArrivals,
    FetchNewest,
    FetchOlder,
    Step,
    counted,
    down_to,
    flag_windows,
    has_changed,
    next_width,
    plan_refresh,
    settled,
    with_rows,
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


@given(st.sets(st.integers(10, 1 << 32)), st.integers(1, 50), st.integers(1, 10), st.integers(0, 9))
def test_windows_touch_and_cover_everything_that_is_complete(
    numbers: set[int], size: int, low: int, above: int
) -> None:
    """Guards against a message at the edge that was taken for gone and is never looked for."""
    known = [UID(number) for number in sorted(numbers)]
    high = max([*numbers, 10]) + above
    windows = list(flag_windows(known, UID(low), UID(high), size))
    assert (windows[0][1], windows[-1][0]) == (high, low)
    for (newer, _), (_, older) in itertools.pairwise(windows):
        assert older == newer - 1
    for bottom, top in windows:
        assert bottom <= top
        assert sum(bottom <= uid <= top for uid in known) <= size


def test_a_folder_whose_messages_were_all_taken_for_gone_is_compared_all_the_same() -> None:
    steps = planned(synced(1, 8), selected(7, 8), None)
    assert steps == [CompareFlags(UID(1), UID(7))]


def test_a_gap_of_a_million_uids_is_crossed_in_about_ten_windows() -> None:
    width, below, windows = 200, 1_000_000, 0
    while below > 1:
        below -= width
        width = next_width(width, 0)
        windows += 1
    assert windows <= 10


def test_a_window_that_was_too_full_is_followed_by_a_narrower_one() -> None:
    assert next_width(800, 800) == 200


def fetched(uid: int, *, seen: bool) -> FetchedMessage:
    return FetchedMessage(UID(uid), SEEN if seen else Flags(), NOW, 1, Envelope(), None)


def test_what_is_not_here_is_counted_down_as_rows_arrive() -> None:
    state = FolderState(uidvalidity=14, synced_low=UID(500), beyond=300, beyond_unread=5)
    rows = [fetched(uid, seen=uid > 302) for uid in range(300, 500)]
    after = down_to(with_rows(state, rows=rows), low=UID(300))
    assert (after.synced_low, after.beyond, after.beyond_unread) == (UID(300), 100, 2)
    complete = down_to(after, low=UID(1))
    assert (complete.beyond, complete.beyond_unread) == (0, 0)


def test_a_folder_that_was_never_fetched_has_the_counts_of_status() -> None:
    status = FolderStatus("Projects", 2_100, UID(2_101), 14, 5)
    state = counted(FolderState(), status, here=0, here_unread=0)
    assert (state.beyond, state.beyond_unread) == (2_100, 5)


def test_a_complete_folder_does_not_take_counts_from_status() -> None:
    """Guards: a change that is not pushed yet would be counted twice."""
    state = synced(1, 101)
    status = FolderStatus("INBOX", 100, UID(101), 14, 7)
    assert counted(state, status, here=99, here_unread=6) == state


def test_a_folder_is_refreshed_only_when_status_differs() -> None:
    state = replace(synced(1, 101), exists=100)
    assert not has_changed(state, FolderStatus("INBOX", 100, UID(101), 14, 7))
    assert has_changed(state, FolderStatus("INBOX", 99, UID(101), 14, 7))
    assert has_changed(state, FolderStatus("INBOX", 100, UID(102), 14, 7))
    assert not has_changed(FolderState(), FolderStatus("INBOX", 100, UID(101), 14, 7))


def test_a_refresh_ends_with_what_select_said() -> None:
    state = settled(synced(951, 1_001), selected=selected(1_000, 1_001), here=50, now=NOW)
    assert (state.exists, state.beyond, state.checked_at) == (1_000, 950, NOW)
    empty = settled(FolderState(uidvalidity=14), selected=selected(0, 1), here=0, now=NOW)
    assert (empty.synced_low, empty.beyond) == (UID(1), 0)
