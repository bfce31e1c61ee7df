"""What it takes to bring one folder up to date. Pure: local state and SELECT in, steps out.

Exchange Online has no CONDSTORE, so flags and vanished messages are found by comparing windows of
UIDs; UIDs may be sparse, so older mail is fetched in windows whose width follows what they yield.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from tuimail.model.folder import UID, FolderState, FolderStatus, SelectedFolder
from tuimail.model.message import FetchedMessage

FIRST_BATCH: Final = 50
"""Messages fetched by sequence range when nothing is known: one screen, at once."""

RECENT_UIDS: Final = 500
"""How far below the newest UID flags are compared on every refresh."""

FLAG_WINDOW: Final = 1000
"""Messages per window of a full comparison."""

OLDER_ROWS: Final = 200
"""Messages a window of older mail should yield."""

FULL_PASS_EVERY: Final = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class FetchNewest:
    """Fetch the newest `count` messages by sequence range; used once, when nothing is known."""

    count: int


@dataclass(frozen=True, slots=True)
class FetchArrivals:
    """Fetch everything from `low` upward."""

    low: UID


@dataclass(frozen=True, slots=True)
class CompareFlags:
    """Compare flags and presence of the UIDs from `low` to `high`, both included."""

    low: UID
    high: UID


@dataclass(frozen=True, slots=True)
class CompareAll:
    """Compare every known UID, in windows."""


@dataclass(frozen=True, slots=True)
class FetchOlder:
    """Fetch downward from `below` until nothing is left."""

    below: UID


Step = FetchNewest | FetchArrivals | CompareFlags | CompareAll | FetchOlder


def plan_refresh(
    state: FolderState,
    selected: SelectedFolder,
    extent: tuple[UID, UID] | None,
    *,
    last_full_pass: datetime | None,
    now: datetime,
    full: bool = False,
) -> list[Step]:
    """Return the steps that make the local copy equal to the server's folder, most urgent first.

    Args:
        state: What was known after the last refresh; its UIDVALIDITY equals the selected one.
        selected: What SELECT answered.
        extent: Lowest and highest UID in the store.
        last_full_pass: When every known UID was last compared, UTC.
        now: UTC.
        full: Compare everything whatever the clock says.
    """
    if state.synced_low is None:
        return [FetchNewest(FIRST_BATCH)] if selected.exists else []
    steps: list[Step] = []
    known_next = UID(max(state.uidnext or 1, extent[1] + 1 if extent else 1))
    if selected.uidnext is None or selected.uidnext > known_next:
        steps.append(FetchArrivals(known_next))
    if extent is not None or selected.exists:
        overdue = last_full_pass is None or now - last_full_pass >= FULL_PASS_EVERY
        if full or overdue:
            steps.append(CompareAll())
        elif known_next > state.synced_low:
            low = UID(max(state.synced_low, known_next - RECENT_UIDS))
            steps.append(CompareFlags(low, UID(known_next - 1)))
    if state.synced_low > 1:
        steps.append(FetchOlder(state.synced_low))
    return steps


def flag_windows(
    known: Sequence[UID], low: UID, high: UID, size: int = FLAG_WINDOW
) -> Iterator[tuple[UID, UID]]:
    """Cut the UIDs from `low` to `high` into touching windows, newest first.

    Each holds about `size` known messages. The first and the last reach to the ends of what is
    complete, and not of what is known: a message that was taken for gone by mistake, because the
    server left it out of one answer, is found again wherever it was.

    Args:
        known: Ascending, all from `low` to `high`.
    """
    top = high
    for end in range(len(known), size, -size):
        bottom = UID(known[end - size - 1] + 1)
        yield bottom, top
        top = UID(bottom - 1)
    if low <= top:
        yield low, top


def next_width(width: int, rows: int, wanted: int = OLDER_ROWS) -> int:
    """Return how many UIDs the next window of older mail should span.

    Grows fourfold over gaps, so that a gap of a million UIDs costs about ten commands, and
    shrinks as soon as a window is too full.
    """
    if rows * 4 < wanted:
        return min(width * 4, 1 << 31)
    if rows > wanted:
        return max(50, width * wanted // rows)
    return width


def with_rows(state: FolderState, *, rows: Collection[FetchedMessage]) -> FolderState:
    """Return the state after rows that were on the server alone have come here."""
    unread = sum(not row.flags.is_seen for row in rows)
    return replace(
        state,
        beyond=max(0, state.beyond - len(rows)),
        beyond_unread=max(0, state.beyond_unread - unread),
    )


def down_to(state: FolderState, *, low: UID) -> FolderState:
    """Return the state when everything from `low` upward is here."""
    if low > 1:
        return replace(state, synced_low=low)
    return replace(state, synced_low=low, beyond=0, beyond_unread=0)


def settled(
    state: FolderState, *, selected: SelectedFolder, here: int, now: datetime
) -> FolderState:
    """Return the state at the end of a refresh.

    Args:
        selected: What SELECT answered at its beginning.
        here: Messages of the server's folder that are in the store.
        now: UTC.
    """
    low = state.synced_low if selected.exists else UID(1)
    complete = low is not None and low <= 1
    return replace(
        state,
        uidnext=selected.uidnext,
        highestmodseq=selected.highestmodseq,
        exists=selected.exists,
        synced_low=low,
        checked_at=now,
        error=None,
        beyond=0 if complete else max(0, selected.exists - here),
        beyond_unread=0 if complete else state.beyond_unread,
    )


def counted(
    state: FolderState, status: FolderStatus, *, here: int, here_unread: int
) -> FolderState:
    """Return the state with what STATUS says of the messages that are not here.

    Args:
        here: Messages of the server's folder that are in the store.
        here_unread: Of those, how many the server has as unseen.
    """
    if state.synced_low is not None and state.synced_low <= 1:
        return state
    beyond = max(0, (status.messages or 0) - here)
    return replace(
        state, beyond=beyond, beyond_unread=min(beyond, max(0, (status.unseen or 0) - here_unread))
    )


def has_changed(state: FolderState, status: FolderStatus) -> bool:
    """Whether a folder that was fetched before differs from what STATUS says."""
    if state.synced_low is None:
        return False
    return (
        state.uidvalidity != status.uidvalidity
        or state.exists != status.messages
        or (status.uidnext is not None and state.uidnext != status.uidnext)
    )
