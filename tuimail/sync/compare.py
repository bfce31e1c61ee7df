"""The steps of a refresh that compare what is here with the server (see `plan`)."""

from __future__ import annotations

from collections.abc import Collection, Generator, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from itertools import islice
from typing import Final

from tuimail.imap.jobs import Breathe, Step, StepDone
from tuimail.imap.session import ImapSession
from tuimail.model.flags import SEEN, Flags
from tuimail.model.folder import UID, Folder, FolderId, ModSeq, Round, SelectedFolder
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync import plan
from tuimail.sync.budget import SEARCH_ROW_OCTETS, Budget
from tuimail.sync.probing import probes, suspects
from tuimail.sync.recording import record, the_folder

FLAGS_PER_BREATH: Final = 500
_MOST_FLAGS_ASKED: Final = 500


@dataclass(frozen=True, slots=True)
class Comparison:
    """Compares one folder with the server.

    Attributes:
        folder: As it was when the refresh began; its UIDVALIDITY is the selected one.
        uidvalidity: What the UIDs belong to.
        low: UIDs from here upward are complete.
        budget: What the line can carry.
    """

    session: ImapSession
    store: Store
    folder: Folder
    uidvalidity: int
    low: UID
    budget: Budget

    def run(self, step: plan.Step, counts: plan.Counts) -> Generator[Step, None, None]:
        """Carry out one step."""
        match step:
            case plan.FetchChanged(low=low, since=since):
                yield from self._take_changed(low, since)
            case plan.CompareNewest(count=count):
                yield from self._compare_newest(count)
            case plan.FindVanished():
                yield from self._find_vanished(counts)
            case plan.FindSeen(low=low):
                yield from self._find_seen(low, counts)
            case plan.CompareOn(high=high, rows=rows):
                yield from self._compare_on(high, rows)
            case plan.FetchNewest() | plan.FetchArrivals():
                raise AssertionError("what arrives is not compared")

    def _select(self) -> SelectedFolder:
        return self.session.ensure_selected(self.folder.path, self.uidvalidity, read_only=True)

    def _take_changed(self, low: UID, since: ModSeq) -> Generator[Step, None, None]:
        self._select()
        changed = yield from _collected(self.session.fetch_changed(low, since))
        self.store.write(lambda tx: tx.record_flags(self.folder.id, changed)).result()

    def _compare_newest(self, count: int) -> Generator[Step, None, None]:
        top = plan.complete_to(self.folder.state, self.store.read.here(self.folder.id))
        uids = self.store.read.uids_below(self.folder.id, top, count)
        low = uids[0] if len(uids) == count else self.low
        yield from self._compare(low, top)
        self._set_round(partial(plan.looked, now=datetime.now(UTC)))

    def _compare_on(self, high: UID, rows: int | None) -> Generator[Step, None, None]:
        """Go on with the round; what was compared is noted after every command."""
        if rows is None:
            uids, low = self.store.read.uids(self.folder.id, self.low, high), self.low
        else:
            uids = self.store.read.uids_below(self.folder.id, high, rows)
            low = uids[0] if len(uids) == rows else self.low
        if high < low:
            self._note_compared(self.low)
        for bottom, top in plan.flag_windows(uids, low, high, self.budget.command_rows):
            yield from self._compare(bottom, top)
            self._note_compared(bottom)
            yield StepDone()

    def _note_compared(self, low: UID) -> None:
        is_end = low <= self.low
        compared = partial(plan.compared_to, low=low, is_end=is_end, now=datetime.now(UTC))
        self._set_round(compared, finishes=self.low == 1)

    def _compare(self, low: UID, high: UID) -> Generator[Step, None, None]:
        self._select()
        on_server = yield from _collected(self.session.fetch_flags(low, high))
        known = self.store.read.server_flags(self.folder.id, low, high)
        changed = {
            uid: on_server[uid]
            for uid, (_, flags) in known.items()
            if uid in on_server and on_server[uid] != flags
        }
        vanished = known.keys() - on_server.keys()
        if changed or vanished:

            def change(tx: Writer) -> None:
                tx.record_flags(self.folder.id, changed)
                tx.record_vanished(self.folder.id, vanished)

            self.store.write(change).result()
        yield from self._fetch_unknown(on_server.keys() - known.keys())

    def _find_vanished(self, counts: plan.Counts) -> Generator[Step, None, None]:
        """Ask for the UIDs at some sequence numbers, then look into the ranges that miss some."""
        top = plan.complete_to(self.folder.state, self.store.read.here(self.folder.id))
        known = self.store.read.uids(self.folder.id, self.low, top)
        exists = self._select().exists
        distances = probes(len(known), exists)
        found = self.session.uids_at([exists - distance for distance in distances])
        probed = {exists - number: uid for number, uid in found.items()}
        yield StepDone()
        lost = -self._off(replace(counts, exists=exists))[0]
        left = self.budget.octets
        for low, high in suspects(known, probed, lost, self.low):
            if left <= 0:
                return
            self._select()
            there = frozenset(self.session.search_uids(low, high))
            here = self.store.read.uids(self.folder.id, low, high or top)
            vanished = frozenset(here) - there
            self.store.write(
                partial(_record_vanished, folder=self.folder.id, uids=vanished)
            ).result()
            yield from self._fetch_unknown(there - frozenset(here))
            left -= len(there) * SEARCH_ROW_OCTETS
            yield StepDone()
        if self.low == 1 and self._select().exists == exists:
            messages, _ = self._off(replace(counts, exists=exists))
            self._set_round(partial(plan.explained, messages=messages))

    def _find_seen(self, low: UID, counts: plan.Counts) -> Generator[Step, None, None]:
        """Compare which messages are not seen, then take all flags of those that differ."""
        self._select()
        there = frozenset(self.session.search_uids(low, unseen=True))
        yield StepDone()
        here = self.store.read.unseen_uids(self.folder.id)
        differing = sorted(here ^ there, reverse=True)
        self._select()
        flags = self.session.fetch_flags_of(differing[:_MOST_FLAGS_ASKED])
        for uid in differing[_MOST_FLAGS_ASKED:]:
            # Of so many, whatever else was changed is found by the next round.
            stored = self.store.read.server_flags(self.folder.id, uid, uid).get(uid)
            if stored is not None:
                flags[uid] = stored[1] - SEEN if uid in there else stored[1] | SEEN
        self.store.write(lambda tx: tx.record_flags(self.folder.id, flags)).result()
        if self.low == 1 and self._select().exists == counts.exists:
            self._set_round(partial(plan.explained, unseen=self._off(counts)[1]))

    def _off(self, counts: plan.Counts) -> tuple[int, int]:
        """By how much the server's counts of messages and of unseen ones are not even."""
        read = self.store.read
        state = the_folder(self.store, self.folder.id).state
        known = (state, read.round(self.folder.id), counts, read.here(self.folder.id))
        return plan.messages_off(*known), plan.unseen_off(*known)

    def _fetch_unknown(self, uids: Collection[UID]) -> Generator[Step, None, None]:
        """Fetch what is there and not here, newest first; between two steps others may pass."""
        unknown = sorted((uid for uid in uids if uid >= self.low), reverse=True)
        for start in range(0, len(unknown), plan.OLDER_ROWS):
            self._select()
            some = unknown[start : start + plan.OLDER_ROWS]
            yield from record(self.store, self.folder.id, self.session.fetch_uids(some))
            yield StepDone()

    def _set_round(self, change: plan.RoundChange, *, finishes: bool = False) -> None:
        def write(tx: Writer) -> Round:
            before = tx.read.round(self.folder.id)
            after = change(before)
            tx.set_round(self.folder.id, after)
            if finishes and after.finished_at != before.finished_at:
                # What was moved here without a UID and has not turned up is not here any more.
                tx.finish_repairing(self.folder.id)
            return after

        self.store.write(write).result()


def _record_vanished(tx: Writer, *, folder: FolderId, uids: Collection[UID]) -> None:
    tx.record_vanished(folder, uids)


def _collected(
    rows: Iterable[tuple[UID, Flags]],
) -> Generator[Step, None, dict[UID, Flags]]:
    collected: dict[UID, Flags] = {}
    stream: Iterator[tuple[UID, Flags]] = iter(rows)
    while some := list(islice(stream, FLAGS_PER_BREATH)):
        collected.update(some)
        yield Breathe()
    return collected
