"""The notifications in words: one row each, and the story of the one at the cursor."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from tuimail.model.account import AccountId
from tuimail.model.journal import EntryState, JournalEntry
from tuimail.model.notice import Notice, Severity
from tuimail.ui.drawing.formatting import clock, fit, list_date
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import BLANK, Row, Run, crop_row
from tuimail.ui.drawing.story import Story


class Told(NamedTuple):
    """One notification.

    Attributes:
        name: The label of the account it belongs to; empty where that says nothing.
        seen: Whether somebody has looked at it.
    """

    id: int
    at: datetime
    account: AccountId | None
    notice: Notice
    name: str = ""
    seen: bool = False

    @property
    def is_kept(self) -> bool:
        """Whether it is one of the notices, which can be cleared; what was undone is not."""
        return self.id > 0

    @property
    def needs_you(self) -> bool:
        """Whether somebody should look at it and nobody has."""
        return self.notice.needs_somebody and not self.seen


def told_undone(entry: JournalEntry, now: datetime, redo: str) -> Told | None:
    """Return `3 moved to Archive  (undone 09:40)` among what was told; None if it was not undone.

    It has a number below those of all notices, since it is none: it stays while the journal keeps
    it, and cannot be cleared.

    Args:
        entry: What was done.
        now: For the words of a time.
        redo: The key that does it again.
    """
    if entry.state is not EntryState.UNDONE or entry.undone_at is None:
        return None
    at, day = clock(entry.undone_at, now), list_date(entry.undone_at, now)
    when = at if day == at else f"{day} {at}"
    notice = Notice(
        Severity.INFO,
        f"{entry.words}  (undone {when})",
        happened=f"{entry.words}. You took it back.",
        you_can=f"Do it again with {redo}, as long as you have done nothing else since.",
    )
    return Told(-entry.id, entry.at, None, notice, seen=True)


def severity_sign(severity: Severity, glyphs: Glyphs) -> Run:
    """Return the sign of a severity in its colour."""
    match severity:
        case Severity.SUCCESS:
            return Run(glyphs.done, "success")
        case Severity.WARNING:
            return Run(glyphs.look, "warning")
        case Severity.ERROR:
            return Run(glyphs.failed, "error")
        case _:
            return Run(glyphs.nothing, "muted")


def notice_row(told: Told, width: int, now: datetime, glyphs: Glyphs, bar: str) -> Row:
    """Lay out one row: time, sign, sentence."""
    text = told.notice.short
    if told.name and told.name not in text:
        text = f"{told.name}: {text}"
    lead = (
        Run(bar, "cursor-bar"),
        Run(f"{list_date(told.at, now):>6}"[-6:], "muted"),
        Run("  "),
        severity_sign(told.notice.severity, glyphs),
        BLANK,
    )
    room = max(1, width - 11 - 1)
    role = "strong" if told.needs_you else "text"
    return crop_row((*lead, Run(fit(glyphs.own(text), room, glyphs.cut), role)), width)


def notice_story(told: Told, *, can_go: bool) -> Story:
    """Tell the story of one notification.

    Args:
        can_go: Its message is still there.
    """
    notice = told.notice
    parts = [("Happened", notice.happened or notice.short)]
    if notice.detail and notice.detail not in parts[0][1]:
        parts.append(("", f"The server said: {notice.detail}"))
    if notice.now:
        parts.append(("Now", notice.now))
    if notice.you_can:
        parts.append(("You can", notice.you_can))
    go = [("notices.go", "go to the message")] if can_go else []
    return Story(
        told.name or "Notification",
        tuple(parts),
        notice.command,
        notice.url,
        keys=(*go, ("notices.clear", "clear what is read")),
        copy="notices.copy",
    )


def to_copy(notice: Notice) -> str:
    """Return what somebody else may ask for: the line to run, else the server's words."""
    return notice.command or notice.detail
