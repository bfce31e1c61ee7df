"""The outbox in words: how each message stands, and the story of one of them.

Rows are drafts that were kept and messages on their way out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Final, NamedTuple

from tuimail.model.account import Account, AccountId
from tuimail.model.draft import Draft
from tuimail.model.notice import Notice, Severity
from tuimail.model.outbox import OutboxItem, OutboxState, Reason
from tuimail.model.report import Outcome
from tuimail.text.address import parse_addresses
from tuimail.text.safe import clean
from tuimail.ui.drawing.formatting import clock, fit, list_date, long_date, size_text, zone_of
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import BLANK, Row, Run, crop_row
from tuimail.ui.drawing.story import MOST_CELLS, Story
from tuimail.ui.reading.report_words import delivery_words
from tuimail.ui.writing.compose_words import people_in_short
from tuimail.ui.writing.send_later import moment_text

_STATE_CELLS: Final = 12
_NO_SUBJECT: Final = "(no subject)"
_TRY: Final = ("outbox.send", "try now")
_BACK: Final = ("outbox.stop", "back to draft")
_DISCARD: Final = ("outbox.discard", "discard")
_NO_MAILBOX: Final = "Its mailbox is not in the settings any more."


class Entry(NamedTuple):
    """One row of the outbox: a message on its way, or a draft.

    Attributes:
        percent: How much of it has left, while that is told.
        outcomes: What servers reported of it.
        heir: Its mailbox is not in the settings any more: the address that it can be sent from
            instead; else empty.
    """

    item: OutboxItem | None = None
    draft: Draft | None = None
    percent: int | None = None
    outcomes: tuple[Outcome, ...] = ()
    heir: str = ""

    @property
    def identity(self) -> tuple[str, int]:
        """What the cursor stands on, through every change of the list."""
        if self.item is not None:
            return ("item", self.item.id)
        return ("draft", (self.draft.id if self.draft else None) or 0)

    @property
    def is_stranded(self) -> bool:
        """Whether it is a message that nothing sends: its mailbox is not in the settings."""
        done = (OutboxState.SENT, OutboxState.CANCELLED)
        return bool(self.heir) and self.item is not None and self.item.state not in done


def entries(
    items: Sequence[OutboxItem],
    drafts: Sequence[Draft],
    accounts: Mapping[AccountId, Account],
    leaving: Mapping[int, int] = MappingProxyType({}),
    outcomes: Callable[[str], Sequence[Outcome]] = lambda _: (),
) -> list[Entry]:
    """Return the rows: drafts first, then messages, newest first; what was taken back is gone.

    Args:
        accounts: Those of the settings.
        leaving: Of messages that are being handed over, how many percent have left.
        outcomes: What servers reported of a message that was sent, by its Message-ID.
    """
    shown = [item for item in items if item.state is not OutboxState.CANCELLED]
    first = next((account.address for account in accounts.values()), "")
    messages = [
        Entry(
            item=item,
            heir="" if item.account_id in accounts else first,
            percent=leaving.get(item.id),
            outcomes=tuple(outcomes(item.message_id)) if item.state is OutboxState.SENT else (),
        )
        for item in shown
    ]
    written = [
        Entry(draft=draft, heir="" if draft.account_id in accounts else first) for draft in drafts
    ]
    return [*written, *messages]


class StateWord(NamedTuple):
    """A glyph, a word, and the colour role of both."""

    glyph: str
    word: str
    role: str


def is_refused(item: OutboxItem) -> bool:
    """Whether a server refused it, even if tuimail tries again by itself."""
    if item.state is OutboxState.FAILED:
        return True
    problem = item.problem
    waiting = item.state is OutboxState.QUEUED
    return waiting and problem is not None and problem.severity is Severity.ERROR


def state_word(
    item: OutboxItem, now: datetime, glyphs: Glyphs, percent: int | None = None
) -> StateWord:
    """Say how a message stands.

    Args:
        percent: How much of it has left, while that is told.
    """
    if percent is not None and item.state in (OutboxState.QUEUED, OutboxState.SENDING):
        return StateWord(glyphs.pending, f"sending {percent}%", "pending")
    if is_refused(item):
        return StateWord(glyphs.failed, "refused", "error")
    match item.state:
        case OutboxState.SENT:
            return StateWord(glyphs.done, "sent", "success")
        case OutboxState.UNCERTAIN:
            return StateWord(glyphs.look, "not certain", "warning")
        case OutboxState.SENDING:
            return StateWord(glyphs.pending, "sending", "pending")
        case _:
            return StateWord(glyphs.pending, _waiting_word(item, now), "pending")


def _waiting_word(item: OutboxItem, now: datetime) -> str:
    left = item.not_before - now
    if left <= timedelta(0) or (item.attempts and not item.is_timed):
        return "waiting"
    if left < timedelta(minutes=1):
        return f"in {-int(-left.total_seconds() // 1)} s"
    there = item.not_before.astimezone(zone_of(now))
    day, number, month, at = long_date(there, there, year=False).split(" ")
    return f"{day} {at}" if left < timedelta(days=6) else f"{number} {month}"


def people_of(entry: Entry) -> str:
    """Return who it goes to."""
    if entry.item is not None:
        return entry.item.to_text
    draft = entry.draft
    typed = ", ".join((draft.to, draft.cc, draft.bcc)) if draft else ""
    return clean(people_in_short(parse_addresses(typed)))


def subject_of(entry: Entry) -> str:
    """Return the subject, or words for a missing one."""
    if entry.item is not None:
        return subject_of_item(entry.item)
    return clean(entry.draft.subject if entry.draft else "") or _NO_SUBJECT


def subject_of_item(item: OutboxItem) -> str:
    """Return the subject of a message, or words for a missing one."""
    return item.subject or _NO_SUBJECT


def entry_row(entry: Entry, width: int, now: datetime, glyphs: Glyphs, bar: str) -> Row:
    """Lay out one row: state, people, subject, date."""
    width = min(width, MOST_CELLS)
    if entry.item is not None:
        glyph, word, role = state_word(entry.item, now, glyphs, entry.percent)
        if entry.is_stranded:
            glyph, word, role = glyphs.look, "no mailbox", "warning"
        if any(outcome.has_failed for outcome in entry.outcomes):
            glyph, word, role = glyphs.failed, "undelivered", "error"
        when = entry.item.changed_at
    else:
        glyph, word, role = glyphs.nothing, "draft", "muted"
        when = (entry.draft.updated_at if entry.draft else None) or now
    rest = width - 4 - _STATE_CELLS - 8
    people = rest if rest < 24 else (22 if rest >= 48 else max(12, rest // 3))
    subject = rest - people
    return crop_row(
        (
            Run(bar, "cursor-bar"),
            BLANK,
            Run(f"{glyph} ", role),
            Run(fit(word, _STATE_CELLS, glyphs.cut), role if role != "success" else "text"),
            Run(fit(people_of(entry), people - 1, glyphs.cut) + " "),
            Run(fit(subject_of(entry), subject, glyphs.cut)),
            Run(f" {list_date(when, now):>6} ", "muted"),
        ),
        width,
    )


def story_of(entry: Entry, now: datetime, glyphs: Glyphs) -> Story:
    """Tell the story of one row."""
    subject = subject_of(entry)
    if entry.item is None or entry.is_stranded:
        title = f"{'Draft' if entry.item is None else 'No mailbox'}: {subject}"
        now_text = "It is kept here and goes nowhere by itself."
        edit = f"edit, and send from {entry.heir}" if entry.heir else "edit"
        parts = (("Happened", _NO_MAILBOX),) if entry.heir else ()
        return Story(title, (*parts, ("Now", now_text)), keys=(_edit(edit), _DISCARD))
    item = entry.item
    word = state_word(item, now, glyphs).word
    title = f"{word[:1].upper()}{word[1:]}: {subject}"
    if item.state is OutboxState.UNCERTAIN:
        return _uncertain(item, title)
    if item.state is OutboxState.SENT:
        said = f" The server said: {item.receipt}" if item.receipt else ""
        people = f"{len(item.rcpt_to)} recipient{'s' if len(item.rcpt_to) != 1 else ''}"
        happened = f"Handed over at {clock(item.changed_at, now)}, {people}.{said}"
        reported = delivery_words(entry.outcomes)
        parts = (("Happened", happened), *((("Since", " ".join(reported)),) if reported else ()))
        if any(outcome.has_failed for outcome in entry.outcomes):
            title = f"Undelivered: {subject}"
        return Story(title, parts)
    if item.state is OutboxState.SENDING:
        far = f" {entry.percent}% of {size_text(item.size)} have left." if entry.percent else ""
        return Story(title, (("Now", f"It is being handed over.{far}"),))
    problem = item.problem
    if problem is None:
        return Story(
            title,
            (("Now", _waiting_text(item, now)),),
            keys=(
                _BACK,
                _TRY,
                _edit(),
                ("outbox.later", "send later"),
                _DISCARD,
            ),
        )
    return _refused(item, problem, title, now)


def _edit(words: str = "edit") -> tuple[str, str]:
    return ("outbox.edit", words)


def _waiting_text(item: OutboxItem, now: datetime) -> str:
    if item.is_timed and item.not_before > now:
        when = moment_text(item.not_before, now)
        return (
            f"It goes out {when}, by a tuimail that is open then or by the timer"
            " (tuimail outbox timer install)."
        )
    if item.not_before > now:
        return f"It goes out at {clock(item.not_before, now)}, or with the next connection then."
    return "It goes out with the next connection."


def _uncertain(item: OutboxItem, title: str) -> Story:
    problem = item.problem
    happened = "The connection broke while the server was answering."
    searching = "tuimail looks for the message in Sent Items and does not send it again by itself."
    return Story(
        title,
        (
            ("Happened", (problem.happened if problem else "") or happened),
            ("Now", (problem.now if problem else "") or searching),
        ),
        keys=(("outbox.send", "send again (may arrive twice)"), _DISCARD),
    )


def _refused(item: OutboxItem, problem: Notice, title: str, now: datetime) -> Story:
    happened = problem.happened or problem.short
    if item.refused:
        each = "; ".join(f"{clean(who)}: {clean(said)}" for who, said in item.refused.items())
        happened = f"{problem.short} {each}"
    elif problem.detail and problem.detail not in happened:
        happened = f"{happened} The server said: {problem.detail}"
    again = f"It is kept here. tuimail tries again at {clock(item.not_before, now)}."
    kept = "It is kept here. tuimail does not try again by itself."
    default = again if item.state is OutboxState.QUEUED else kept
    tried = f" It was tried {item.attempts} times." if item.attempts > 1 else ""
    parts = [("Happened", happened), ("Now", f"{problem.now or default}{tried}")]
    if problem.you_can:
        parts.append(("You can", problem.you_can))
    return Story(
        title,
        tuple(parts),
        command=problem.command,
        url=problem.url,
        keys=_ways_on(item),
        copy="outbox.copy",
    )


def _ways_on(item: OutboxItem) -> tuple[tuple[str, str], ...]:
    """Return the bindings that help with what happened, the most likely first."""
    keys = [_TRY, _edit(), _BACK, _DISCARD]
    match item.reason:
        case Reason.RECIPIENTS:
            if len(item.refused) < len(item.rcpt_to):
                number = len(item.refused)
                who = "the one" if number == 1 else f"the {number}"
                keys.insert(0, ("outbox.remove", f"remove {who} and send"))
        case Reason.TOO_MANY:
            keys.insert(0, ("outbox.remove", "send it in parts"))
        case Reason.DISABLED:
            keys.insert(2, ("outbox.graph", "send through Graph"))
        case Reason.NOT_ALLOWED:
            keys.insert(0, ("outbox.graph", "allow it"))
        case _:
            pass
    return tuple(keys)
