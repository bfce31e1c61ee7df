"""What it takes to bring a folder up to date, decided without a server."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tuimail.model.envelope import Envelope
from tuimail.model.flags import SEEN, Flags
from tuimail.model.folder import (
    UID,
    FolderState,
    FolderStatus,
    Here,
    ModSeq,
    Round,
    SelectedFolder,
)
from tuimail.model.message import FetchedMessage
from tuimail.model.pace import Pace
from tuimail.sync.budget import Budget, budget
from tuimail.sync.plan import (
    NEWEST,
    ROUND_EVERY,
    CompareNewest,
    CompareOn,
    Counts,
    FetchArrivals,
    FetchChanged,
    FetchNewest,
    FindSeen,
    FindVanished,
    Occasion,
    Step,
    compared_to,
    counted,
    down_to,
    explained,
    flag_windows,
    has_changed,
    next_width,
    plan_arrivals,
    plan_comparison,
    settled,
    with_rows,
)
from tuimail.sync.probing import probes, suspects

NOW = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)


def selected(exists: int, uidnext: int | None) -> SelectedFolder:
    return SelectedFolder("INBOX", 14, None if uidnext is None else UID(uidnext), exists)


def synced(low: int, uidnext: int, **more: Any) -> FolderState:
    return FolderState(uidvalidity=14, uidnext=UID(uidnext), synced_low=UID(low), **more)


def stored(low: int, high: int, count: int | None = None, unseen: int = 0) -> Here:
    count = high - low + 1 if count is None else count
    return Here((UID(low), UID(high)), count, unseen)


NOTHING = Here(None, 0, 0)
WIDE = Budget(octets=1024 * 1024, command_rows=1000)
NARROW = Budget(octets=16 * 1024, command_rows=100)
DONE = Round(finished_at=NOW, looked_at=NOW)


def compared(
    state: FolderState,
    here: Here,
    *,
    exists: int = 100,
    unseen: int | None = 0,
    modseq: int | None = None,
    round_: Round = DONE,
    occasion: Occasion = Occasion.POLLED,
    budget: Budget = WIDE,
) -> list[Step]:
    counts = Counts(exists, unseen, None if modseq is None else ModSeq(modseq))
    return plan_comparison(state, round_, counts, here, occasion=occasion, now=NOW, budget=budget)


def test_an_unknown_folder_begins_with_its_newest_screenful() -> None:
    folder = selected(100_000, 100_001)
    assert plan_arrivals(FolderState(uidvalidity=14), folder, NOTHING) == [FetchNewest(50)]


def test_an_unknown_empty_folder_needs_nothing() -> None:
    assert plan_arrivals(FolderState(uidvalidity=14), selected(0, 1), NOTHING) == []


def test_arrivals_start_at_the_uidnext_of_the_last_time() -> None:
    steps = plan_arrivals(synced(1, 101), selected(103, 104), stored(1, 100))
    assert steps == [FetchArrivals(UID(101))]


def test_nothing_is_fetched_while_uidnext_stands_still() -> None:
    assert plan_arrivals(synced(1, 101), selected(100, 101), stored(1, 100)) == []


def test_a_server_that_hides_uidnext_is_asked_for_arrivals_every_time() -> None:
    steps = plan_arrivals(synced(1, 101), selected(100, None), stored(1, 100))
    assert steps == [FetchArrivals(UID(101))]


@pytest.mark.parametrize("occasion", [Occasion.POLLED, Occasion.IN_VIEW, Occasion.OPENED])
def test_nothing_is_compared_while_the_counts_stand_still(occasion: Occasion) -> None:
    """Red when `looked_at` or `finished_at` is not looked at."""
    assert compared(synced(1, 101), stored(1, 100), occasion=occasion) == []


def test_what_is_in_sight_is_compared_first_and_as_often_as_somebody_looks() -> None:
    state, here = synced(1, 101), stored(1, 100)
    told = compared(state, here, occasion=Occasion.TOLD)
    assert told == [CompareNewest(NEWEST)]
    a_while = Round(finished_at=NOW, looked_at=NOW - timedelta(minutes=1))
    assert compared(state, here, round_=a_while, occasion=Occasion.OPENED) == told
    assert compared(state, here, round_=a_while, occasion=Occasion.IN_VIEW) == []
    longer = replace(a_while, looked_at=NOW - timedelta(minutes=5))
    assert compared(state, here, round_=longer, occasion=Occasion.IN_VIEW) == told
    assert compared(state, here, round_=longer, occasion=Occasion.POLLED) == []
    overdue = Round(finished_at=NOW - ROUND_EVERY)
    steps = compared(state, here, round_=overdue, occasion=Occasion.OPENED)
    assert steps == [CompareNewest(NEWEST), CompareOn(UID(100), WIDE.rows)]


def test_a_count_of_messages_that_moved_is_looked_into_once() -> None:
    assert compared(synced(1, 101), stored(1, 100), exists=99) == [FindVanished()]
    even = explained(DONE, messages=-1)
    assert compared(synced(1, 101), stored(1, 100), exists=99, round_=even) == []


def test_arrivals_do_not_hide_what_vanished() -> None:
    """EXISTS equals what is known and the arrivals, or presence is looked into."""
    assert compared(synced(1, 101), stored(1, 102), exists=102) == []
    assert compared(synced(1, 101), stored(1, 102), exists=101) == [FindVanished()]
    state = synced(51, 101, beyond=50)
    assert compared(state, stored(51, 102), exists=102) == []
    assert compared(state, stored(51, 102), exists=101) == [FindVanished()]


def test_a_count_of_unseen_messages_that_moved_is_looked_into_once() -> None:
    here = stored(1, 100, unseen=5)
    assert compared(synced(1, 101), here, unseen=5) == []
    assert compared(synced(1, 101), here, unseen=4) == [FindSeen(UID(1))]
    assert compared(synced(1, 101), here, unseen=None) == []
    even = explained(DONE, unseen=-1)
    assert compared(synced(1, 101), here, unseen=4, round_=even) == []


def test_too_many_unseen_messages_for_the_line_are_found_by_a_round() -> None:
    here = stored(1, 100_000, unseen=50_000)
    steps = compared(synced(1, 100_001), here, exists=100_000, unseen=49_999, budget=NARROW)
    assert steps == [CompareOn(UID(100_000), NARROW.rows)]


def test_condstore_tells_all_flags_and_leaves_only_presence() -> None:
    state, here = synced(1, 101, highestmodseq=ModSeq(7)), stored(1, 100, unseen=3)
    for occasion in (Occasion.POLLED, Occasion.OPENED, Occasion.TOLD):
        assert compared(state, here, modseq=7, unseen=3, occasion=occasion) == []
        assert compared(state, here, modseq=9, unseen=2, occasion=occasion) == [
            FetchChanged(UID(1), ModSeq(7))
        ]
    assert compared(state, here, modseq=9, exists=99, unseen=3) == [
        FetchChanged(UID(1), ModSeq(7)),
        FindVanished(),
    ]
    set_back = compared(state, here, modseq=3, unseen=2)
    assert set_back == [FindSeen(UID(1))]


def test_a_round_goes_on_where_it_stopped_and_takes_what_the_line_can_carry() -> None:
    state, here = synced(1, 100_001), stored(1, 100_000)
    under_way = Round(finished_at=NOW - ROUND_EVERY, below=UID(60_000))
    steps = compared(state, here, exists=100_000, round_=under_way, budget=NARROW)
    assert steps == [CompareOn(UID(60_000), NARROW.rows)]
    everything = compared(state, here, exists=100_000, occasion=Occasion.ASKED, budget=NARROW)
    assert everything[-1] == CompareOn(UID(100_000), None)


def test_a_round_is_begun_when_the_last_one_is_some_hours_ago() -> None:
    state, here = synced(1, 101), stored(1, 100)
    just_before = Round(finished_at=NOW - ROUND_EVERY + timedelta(seconds=1), looked_at=NOW)
    assert compared(state, here, round_=just_before) == []
    overdue = replace(just_before, finished_at=NOW - ROUND_EVERY)
    assert compared(state, here, round_=overdue) == [CompareOn(UID(100), WIDE.rows)]


def test_a_round_ends_at_the_bottom() -> None:
    under_way = compared_to(Round(), low=UID(500), is_end=False, now=NOW)
    assert under_way == Round(below=UID(499))
    assert compared_to(under_way, low=UID(3), is_end=True, now=NOW) == Round(finished_at=NOW)


def test_a_slow_line_is_asked_for_less() -> None:
    fast = budget(Pace(0.02, 10e6))
    unknown = budget(Pace())
    modem = budget(Pace(0.3, 7000.0))
    assert fast.octets == 1024 * 1024
    assert fast.octets > unknown.octets > modem.octets == 16 * 1024
    assert fast.command_rows == 2000
    assert modem.command_rows * 42 / 7000 < 1.0
    far = budget(Pace(2.0, 64 * 1024.0))
    assert far.command_rows > unknown.command_rows


@st.composite
def changed_folders(draw: st.DrawFn) -> tuple[list[UID], list[UID]]:
    known = sorted(draw(st.sets(st.integers(1, 1 << 31), min_size=1, max_size=400)))
    vanished = draw(st.sets(st.sampled_from(known), max_size=20))
    unknown = draw(st.sets(st.integers(1, 1 << 31), max_size=3))
    server = sorted((set(known) - vanished) | unknown)
    return [UID(uid) for uid in known], [UID(uid) for uid in server]


@settings(max_examples=300)
@given(changed_folders())
def test_what_differs_lies_in_a_suspected_range_when_the_counts_differ(
    folder: tuple[list[UID], list[UID]],
) -> None:
    """One command with the UIDs at some sequence numbers tells where to look.

    Where one vanished and one turned up between the same two probes, no count shows it; that is
    left to the round. Red when `suspects` forgets the range below the last probe.
    """
    known, server = folder
    distances = probes(len(known), len(server))
    assert len(distances) <= 128
    probed = {distance: server[len(server) - 1 - distance] for distance in distances}
    lost = len(known) - len(server)
    ranges = suspects(known, probed, lost, UID(1))
    after = set(known)
    for low, high in ranges:
        inside = {uid for uid in (*known, *server) if low <= uid and (high is None or uid <= high)}
        after = (after - inside) | (inside & set(server))
    if not set(server) - set(known):
        assert sorted(after) == server
    assert lost == 0 or ranges


def test_one_message_that_vanished_among_100_000_is_looked_for_among_800() -> None:
    known = [UID(number * 2 + 1) for number in range(100_000)]
    server = known[:123] + known[124:]
    distances = probes(len(known), len(server))
    probed = {distance: server[len(server) - 1 - distance] for distance in distances}
    ((low, high),) = suspects(known, probed, 1, UID(1))
    assert high is not None
    assert low <= known[123] <= high
    assert sum(low <= uid <= high for uid in known) < 800


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


def test_a_folder_whose_messages_were_all_taken_for_gone_is_looked_into_all_the_same() -> None:
    steps = compared(synced(1, 8), NOTHING, exists=7, occasion=Occasion.ASKED)
    assert steps == [CompareNewest(NEWEST), FindVanished(), CompareOn(UID(7), None)]


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
    state, here = replace(synced(1, 101), exists=100), stored(1, 100, unseen=7)

    def changed(state: FolderState, *status: int, round_: Round = DONE) -> bool:
        messages, uidnext, unseen = status
        told = FolderStatus("INBOX", messages, UID(uidnext), 14, unseen)
        return has_changed(state, round_, told, here)

    assert not changed(state, 100, 101, 7)
    assert changed(state, 99, 101, 7)
    assert changed(state, 100, 102, 7)
    assert changed(state, 100, 101, 6)
    assert not changed(state, 100, 101, 6, round_=explained(DONE, unseen=-1))
    assert not changed(FolderState(), 100, 101, 7)


def test_a_refresh_ends_with_what_select_said() -> None:
    state = settled(synced(951, 1_001), selected=selected(1_000, 1_001), here=50, now=NOW)
    assert (state.exists, state.beyond, state.checked_at) == (1_000, 950, NOW)
    empty = settled(FolderState(uidvalidity=14), selected=selected(0, 1), here=0, now=NOW)
    assert (empty.synced_low, empty.beyond) == (UID(1), 0)
