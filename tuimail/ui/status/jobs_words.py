"""The jobs in words and rows: mailboxes, what waits, what the server said, when it was looked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Final, NamedTuple

from rich.cells import cell_len

from tuimail.model.account import AccountId
from tuimail.model.intent import IntentState
from tuimail.model.status import Connectivity, Download, EngineStatus, Progress
from tuimail.text.safe import clean
from tuimail.ui.drawing.formatting import clock, fit, list_date, number, size_text
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import BLANK, EMPTY, Line, Row, Run, crop_row, rule
from tuimail.ui.drawing.story import MOST_CELLS
from tuimail.ui.drawing.wrapping import wrap_text
from tuimail.ui.status.engine_words import state_words
from tuimail.ui.status.jobs import Change, JobId, Jobs, Kind, is_online
from tuimail.ui.writing.outbox_words import state_word, subject_of_item

_WIDE = 64
_NAME_CELLS, _STATE_CELLS, _TIME_CELLS = 16, 18, 7
_ACCOUNT_CELLS = 9


class _Waiting(NamedTuple):
    """One job that waits or runs, in words."""

    job: JobId
    sign: Run
    what: str
    account: AccountId
    when: str


class JobLines:
    """Lays the page out.

    Args:
        now: Aware, in the zone dates are shown in.
        current: The job at the cursor, None for none.
    """

    def __init__(self, jobs: Jobs, now: datetime, glyphs: Glyphs, current: JobId | None) -> None:
        self._jobs = jobs
        self._now = now
        self._glyphs = glyphs
        self._current = current

    def lines(self, width: int) -> list[Line]:
        """Return every row for a width; those of jobs can be chosen."""
        jobs = self._jobs
        lines = [self._rule("Mailboxes")]
        for account, name in jobs.names.items():
            draw = partial(self._mailbox_row, account, name)
            lines.append(Line(draw, JobId(Kind.MAILBOX, account)))
        waiting = number(jobs.waiting) if jobs.waiting else ""
        lines += [_still(EMPTY), self._rule("Waiting", waiting), *self._waiting()]
        lines += [*self._server_said(width), *self._last_check(width), *self._kept(width)]
        return lines

    # -- jobs ----------------------------------------------------------------------------------

    def _mailbox_row(self, account: AccountId, name: str, width: int, bar: str) -> Row:
        status = self._jobs.statuses.get(account)
        sign = _mailbox_sign(status, self._glyphs)
        state = _state_of(status, self._now)
        known = (status.online_at or status.since) if status else None
        when = f"{list_date(known, self._now):>6} " if known else ""
        width = min(width, MOST_CELLS)
        lead = (Run(bar, "cursor-bar"), sign, BLANK)
        rest = width - 3
        wide = width >= _WIDE
        names = _NAME_CELLS if wide else max(6, rest - 20 - _TIME_CELLS)
        words = _STATE_CELLS if wide else min(20, rest - names - _TIME_CELLS)
        role = sign.role if sign.role in ("warning", "error") else "text"
        row = [
            *lead,
            Run(fit(name, names - 1, self._glyphs.cut) + " "),
            Run(fit(state, words - 1, self._glyphs.cut) + " ", role),
        ]
        if wide:
            detail = _mailbox_detail(status, self._now)
            room = rest - names - words - _TIME_CELLS
            row.append(Run(fit(self._glyphs.own(detail), room, self._glyphs.cut), "muted"))
        return crop_row((*row, Run(when, "muted")), width)

    def _waiting(self) -> list[Line]:
        waiting = list(self._waits())
        if not waiting:
            words = "Nothing waits: everything you did is on the server."
            return [_still((BLANK, Run(self._glyphs.own(words), "muted")))]
        longest = max(cell_len(one.when) for one in waiting)
        return [Line(partial(self._job_row, one, longest), one.job) for one in waiting]

    def _waits(self) -> Iterator[_Waiting]:
        jobs = self._jobs
        for change in jobs.changes:
            when = change_when(change, jobs.statuses.get(change.account), self._now)
            sign = Run(self._glyphs.pending, "pending")
            if change.is_stopped:
                sign = Run(self._glyphs.failed, "error")
            job = JobId(Kind.CHANGE, change.group)
            yield _Waiting(job, sign, change.what, change.account, when)
        for item in jobs.messages:
            word = state_word(item, self._now, self._glyphs)
            sign, what = Run(word.glyph, word.role), f"Send “{subject_of_item(item)}”"
            yield _Waiting(JobId(Kind.MESSAGE, item.id), sign, what, item.account_id, word.word)
        nothing = Run(self._glyphs.nothing, "muted")
        for account, progress in jobs.older:
            what = f"Fetch {progress.what}, older mail" if progress.what else "Fetch older mail"
            when = progress_when(progress, is_online(jobs.statuses.get(account)))
            yield _Waiting(JobId(Kind.OLDER, account), nothing, what, account, when)
        for account, download in jobs.keeping:
            what = f"Keep {download.name} offline" if download.name else "Keep mail offline"
            when = keeping_when(download, is_online(jobs.statuses.get(account)))
            sign = Run(self._glyphs.look, "warning") if download.problem else nothing
            yield _Waiting(JobId(Kind.KEEPING, account), sign, what, account, when)

    def _job_row(self, one: _Waiting, longest: int, width: int, bar: str) -> Row:
        """Lay out one row; what it waits for begins in the same column in all of them."""
        width, cut = min(width, MOST_CELLS), self._glyphs.cut
        room = width - 4
        several = len(self._jobs.names) > 1 and width >= _WIDE
        names = _ACCOUNT_CELLS if several else 0
        what_cells = width * 2 // 5 if several else max(room - 1 - longest, room // 2)
        row = [
            Run(bar, "cursor-bar"),
            one.sign,
            BLANK,
            Run(fit(self._glyphs.own(one.what), what_cells - 1, cut) + " "),
        ]
        if several:
            name = self._jobs.names.get(one.account, "")
            row.append(Run(fit(name, names - 1, cut) + " ", "muted"))
        when = fit(self._glyphs.own(one.when), room - what_cells - names, cut)
        return crop_row((*row, Run(when, "muted")), width)

    # -- below ---------------------------------------------------------------------------------

    def _server_said(self, width: int) -> list[Line]:
        words = self._jobs.server_words(self._current) if self._current else ""
        if not words:
            return []
        room = max(10, min(width, MOST_CELLS) - 2)
        text = [_still((BLANK, Run(line))) for line in wrap_text(clean(words), room)]
        is_own = self._current is not None and self._jobs.is_own_words(self._current)
        title = "What happened" if is_own else "The server said"
        return [_still(EMPTY), self._rule(title), *text]

    def _last_check(self, width: int) -> list[Line]:
        account = self._jobs.account_of(self._current) if self._current else None
        account = account if account is not None else next(iter(self._jobs.names), None)
        folders = self._jobs.folders.get(account, ()) if account is not None else ()
        if account is None or not folders:
            return []
        checks = [
            f"{folder.name} {clock(folder.state.checked_at, self._now)}"
            for folder in folders
            if folder.state.checked_at is not None
        ]
        every = f"{len(checks)} folder{'' if len(checks) == 1 else 's'}"
        name = self._jobs.names[account] if len(self._jobs.names) > 1 else ""
        return [
            _still(EMPTY),
            self._rule("Last check", name),
            _still(_as_many_as_fit(checks, every, min(width, MOST_CELLS))),
        ]

    def _kept(self, width: int) -> list[Line]:
        space = self._jobs.space
        if not space:
            return []
        folders = [folder for each in self._jobs.folders.values() for folder in each]
        largest = sorted(folders, key=lambda folder: -space.get(folder.id, 0))
        shares = [
            f"{folder.name} {size_text(space[folder.id])}"
            for folder in largest
            if space.get(folder.id)
        ]
        return [
            _still(EMPTY),
            self._rule("Kept on this computer", size_text(sum(space.values()))),
            _still(_as_many_as_fit(shares, "", min(width, MOST_CELLS))),
        ]

    def _rule(self, title: str, right: str = "") -> Line:
        return Line(lambda width, _bar: rule(width, self._glyphs.rule, title, right))


def _still(row: Row) -> Line:
    """A row that cannot be chosen."""
    return Line(lambda _width, _bar: row)


def _as_many_as_fit(pieces: Sequence[str], last: str, width: int) -> Row:
    """Put whole pieces side by side; `last` always stays."""
    room = width - 2 - (cell_len(last) + 3 if last else 0)
    shown: list[str] = []
    for piece in pieces:
        if cell_len("   ".join((*shown, piece))) > room:
            break
        shown.append(piece)
    if not shown and pieces and not last:
        shown = [pieces[0]]
    return (BLANK, Run("   ".join((*shown, *((last,) if last else ())))))


def _mailbox_sign(status: EngineStatus | None, glyphs: Glyphs) -> Run:
    match status.connectivity if status else None:
        case Connectivity.ONLINE:
            return Run(glyphs.done, "success")
        case Connectivity.OFFLINE | Connectivity.THROTTLED:
            return Run(glyphs.look, "warning")
        case Connectivity.SIGN_IN_REQUIRED:
            return Run(glyphs.failed, "error")
        case _:
            return Run(glyphs.nothing, "muted")


def _state_of(status: EngineStatus | None, now: datetime) -> str:
    if status is not None and status.connectivity is Connectivity.ONLINE:
        return "online"
    if status is not None and status.connectivity is Connectivity.OFFLINE:
        return "offline"  # since when stands at the end of the row
    return state_words(status, None, now).text


_DETAILS: Final = {
    Connectivity.STARTING: "",
    Connectivity.CONNECTING: "",
    Connectivity.ONLINE: "new mail comes by itself",
    Connectivity.RESTING: "looked at every 10 minutes",
    Connectivity.SIGN_IN_REQUIRED: "changes wait for the sign-in",
}


def _mailbox_detail(status: EngineStatus | None, now: datetime) -> str:
    if status is None:
        return ""
    if status.connectivity in _DETAILS:
        return _DETAILS[status.connectivity]
    if status.next_attempt:
        return f"tries again at {clock(status.next_attempt, now)}"
    return status.problem.short if status.problem else ""


def change_when(change: Change, status: EngineStatus | None, now: datetime) -> str:
    """Say when a change is carried out."""
    if change.is_stopped or change.waits_for_folder:
        return "stopped: your turn" if change.is_stopped else "once there is a Drafts folder"
    tries = f", try {change.attempts + 1}" if change.attempts else ""
    if change.state is IntentState.UNCERTAIN:
        return "looking whether it was done"
    if change.state is IntentState.RUNNING and is_online(status):
        return f"now{tries}"
    left = change.not_before - now
    if left > timedelta(0):
        if change.attempts or left > timedelta(minutes=1):
            return f"after {clock(change.not_before, now)}{tries}"
        return f"in {-int(-left.total_seconds() // 1)} s"
    return _with_the_connection(status, now) + tries


def _with_the_connection(status: EngineStatus | None, now: datetime) -> str:
    match status:
        case EngineStatus(connectivity=Connectivity.ONLINE):
            return "next"
        case EngineStatus(connectivity=Connectivity.SIGN_IN_REQUIRED):
            return "after the sign-in"
        case EngineStatus(next_attempt=datetime() as again):
            return f"after {clock(again, now)}"
        case _:
            return "with the next connection"


def progress_when(progress: Progress, online: bool) -> str:
    """Say how far older mail is."""
    paused = "" if online else "paused, "
    return f"{paused}{number(progress.done)} of {number(progress.total)}"


def keeping_when(download: Download, online: bool) -> str:
    """Say how far a folder is that is kept."""
    if download.problem is not None:
        return download.problem.short.partition(":")[0]
    counted = f"{number(download.done)} of {number(download.total)}"
    paused = "" if online else "paused, "
    return f"{paused}{counted}, {size_text(download.octets)}"
