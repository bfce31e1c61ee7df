"""What it takes to bring one folder up to date. Pure: local state and SELECT in, steps out.

Exchange Online has no CONDSTORE, so what other clients did is found by comparing. Counts come
first: while they stand still and everything was compared within the last hours, nothing is asked.
Where they moved, one command finds out where messages vanished, and one which were read. Flags
that no count shows are compared among the newest messages, and in rounds through the rest, a part
with each refresh and no more than the line can carry. UIDs may be sparse, so older mail is fetched
in windows whose width follows what they yield.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import IntEnum
from typing import Final

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
from tuimail.sync.budget import SEARCH_ROW_OCTETS, Budget

FIRST_BATCH: Final = 50
"""Messages fetched by sequence range when nothing is known: one screen, at once."""

NEWEST: Final = 100
"""Messages that are compared first: what a screen shows of a folder that was just opened."""

OLDER_ROWS: Final = 200
"""Messages a window of older mail should yield."""

ROUND_EVERY: Final = timedelta(hours=4)
"""How often every message that is here is compared, a part with each refresh."""


RoundChange = Callable[[Round], Round]


class Occasion(IntEnum):
    """Why a folder is brought up to date, and so how much may be asked of the server."""

    POLLED = 0
    """Its counts were found changed, or its turn has come."""
    IN_VIEW = 1
    """The user has it before them."""
    OPENED = 2
    """The user has just opened it."""
    TOLD = 3
    """The server said that something changed, and not what."""
    ASKED = 4
    """Every message is to be compared."""


_LOOK_AGAIN: Final = {
    Occasion.IN_VIEW: timedelta(minutes=5),
    Occasion.OPENED: timedelta(seconds=10),
    Occasion.TOLD: timedelta(0),
    Occasion.ASKED: timedelta(0),
}
"""How long ago the newest messages must have been compared to be compared again."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What the server counts in a folder.

    Attributes:
        unseen: None where it does not tell.
        highestmodseq: None without CONDSTORE.
    """

    exists: int
    unseen: int | None
    highestmodseq: ModSeq | None = None


@dataclass(frozen=True, slots=True)
class FetchNewest:
    """Fetch the newest `count` messages by sequence range; used once, when nothing is known."""

    count: int


@dataclass(frozen=True, slots=True)
class FetchArrivals:
    """Fetch everything from `low` upward."""

    low: UID


@dataclass(frozen=True, slots=True)
class FetchChanged:
    """Fetch the flags that changed since `since` (CONDSTORE, RFC 7162)."""

    low: UID
    since: ModSeq


@dataclass(frozen=True, slots=True)
class CompareNewest:
    """Compare flags and presence of the newest `count` messages that are here."""

    count: int


@dataclass(frozen=True, slots=True)
class FindVanished:
    """Find out which messages make the server's count differ from what is here."""


@dataclass(frozen=True, slots=True)
class FindSeen:
    """Find out which messages make the server's count of unseen ones differ."""

    low: UID


@dataclass(frozen=True, slots=True)
class CompareOn:
    """Go on with the round: compare flags and presence downward from `high`.

    Attributes:
        rows: How many messages; None for all that are left.
    """

    high: UID
    rows: int | None


Step = (
    FetchNewest | FetchArrivals | FetchChanged | CompareNewest | FindVanished | FindSeen | CompareOn
)


def plan_arrivals(state: FolderState, selected: SelectedFolder, here: Here) -> list[Step]:
    """Return the step that brings what is new, which comes before any comparison.

    Args:
        state: What was known after the last refresh; its UIDVALIDITY equals the selected one.
        selected: What SELECT answered.
        here: What is in the store.
    """
    if state.synced_low is None:
        return [FetchNewest(FIRST_BATCH)] if selected.exists else []
    highest = here.extent[1] if here.extent else 0
    known_next = UID(max(state.uidnext or 1, highest + 1))
    if selected.uidnext is None or selected.uidnext > known_next:
        return [FetchArrivals(known_next)]
    return []


def complete_to(state: FolderState, here: Here) -> UID:
    """Return the highest UID up to which everything was fetched, whether it is here or not."""
    return UID(max((state.uidnext or 1) - 1, here.extent[1] if here.extent else 0))


def plan_comparison(
    state: FolderState,
    round_: Round,
    counts: Counts,
    here: Here,
    *,
    occasion: Occasion,
    now: datetime,
    budget: Budget,
) -> list[Step]:
    """Return the steps that make what was here before equal to the server, most urgent first.

    While the counts stand still and the last round is recent, there are none.

    Args:
        state: What was known after the last refresh.
        round_: How far the comparison has come.
        counts: What the server counts now.
        here: What is in the store, arrivals included.
        occasion: Why the folder is refreshed.
        now: UTC.
        budget: What the line can carry.
    """
    if state.synced_low is None or (here.extent is None and not counts.exists):
        return []
    top = complete_to(state, here)
    steps: list[Step] = []
    by_modseq = _is_told_by_modseq(state, counts)
    if by_modseq:
        steps += _changed(state.synced_low, state.highestmodseq, counts.highestmodseq)
    elif _is_time_to_look(round_, occasion, now):
        steps.append(CompareNewest(NEWEST))
    if messages_off(state, round_, counts, here):
        steps.append(FindVanished())
    must_search = not by_modseq and unseen_off(state, round_, counts, here) != 0
    findable = max(here.unseen, counts.unseen or 0) * SEARCH_ROW_OCTETS <= budget.octets
    if must_search and findable:
        steps.append(FindSeen(state.synced_low))
    if occasion is Occasion.ASKED:
        steps.append(CompareOn(top, None))
    elif round_.below is not None:
        steps.append(CompareOn(round_.below, budget.rows))
    elif (must_search and not findable) or (not by_modseq and _is_overdue(state, round_, now)):
        steps.append(CompareOn(top, budget.rows))
    return steps


def _changed(low: UID, known: ModSeq | None, told: ModSeq | None) -> list[Step]:
    return [FetchChanged(low, known)] if known is not None and known != told else []


def _is_told_by_modseq(state: FolderState, counts: Counts) -> bool:
    """Whether CHANGEDSINCE tells all flags; not where the number was set back or is new."""
    known, told = state.highestmodseq, counts.highestmodseq
    return known is not None and told is not None and told >= known


def _is_time_to_look(round_: Round, occasion: Occasion, now: datetime) -> bool:
    again = _LOOK_AGAIN.get(occasion)
    if again is None:
        return False
    return round_.looked_at is None or now - round_.looked_at >= again


def _is_overdue(state: FolderState, round_: Round, now: datetime) -> bool:
    if round_.finished_at is None:
        return state.synced_low is not None and state.synced_low <= 1
    return now - round_.finished_at >= ROUND_EVERY


def messages_off(state: FolderState, round_: Round, counts: Counts, here: Here) -> int:
    """How many messages the server has more than it should; negative when some vanished."""
    return counts.exists - here.count - state.beyond - round_.extra


def unseen_off(state: FolderState, round_: Round, counts: Counts, here: Here) -> int:
    """Likewise for those that are not seen; 0 where the server does not tell."""
    if counts.unseen is None:
        return 0
    return counts.unseen - here.unseen - state.beyond_unread - round_.extra_unseen


def flag_windows(known: Sequence[UID], low: UID, high: UID, size: int) -> Iterator[tuple[UID, UID]]:
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


def looked(round_: Round, *, now: datetime) -> Round:
    """Return the round after the newest messages were compared."""
    return replace(round_, looked_at=now)


def compared_to(round_: Round, *, low: UID, is_end: bool, now: datetime) -> Round:
    """Return the round when everything from where it began down to `low` was compared."""
    if is_end or low <= 1:
        return replace(round_, below=None, finished_at=now)
    return replace(round_, below=UID(low - 1))


def explained(round_: Round, *, messages: int = 0, unseen: int = 0) -> Round:
    """Return the round when all was looked for, and the server's counts still are not even.

    Exchange counts items that it does not show; looking for them again would find nothing.

    Args:
        messages: See `messages_off`.
        unseen: See `unseen_off`.
    """
    return replace(
        round_,
        extra=round_.extra + messages,
        extra_unseen=round_.extra_unseen + unseen,
    )


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
    beyond = state.beyond
    if state.synced_low is None:
        # Afterwards it is the refresh that counts, which sees from it whether messages vanished.
        beyond = max(0, (status.messages or 0) - here)
    return replace(
        state, beyond=beyond, beyond_unread=min(beyond, max(0, (status.unseen or 0) - here_unread))
    )


def has_changed(state: FolderState, round_: Round, status: FolderStatus, here: Here) -> bool:
    """Whether a folder that was fetched before differs from what STATUS says."""
    if state.synced_low is None:
        return False
    counts = Counts(status.messages or 0, status.unseen if state.synced_low <= 1 else None)
    return (
        state.uidvalidity != status.uidvalidity
        or (status.messages is not None and state.exists != status.messages)
        or (status.uidnext is not None and state.uidnext != status.uidnext)
        or unseen_off(state, round_, counts, here) != 0
    )
