"""The card of an invitation: what, when, where, who, and how it was answered or can be.

A bar at the left instead of a box, as for other cards. What can be answered stands in the last row
with its keys; where nothing can be, that row says why.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tuimail.model.invitation import (
    Attendee,
    Invitation,
    InvitationAnswer,
    MeetingVersion,
    Method,
    Participation,
    moment_of,
)
from tuimail.model.outbox import OutboxState
from tuimail.text.address import Address
from tuimail.ui.drawing.formatting import list_date
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import Row, Run, row_cells
from tuimail.ui.drawing.wrapping import wrap_text
from tuimail.ui.reading.body_layout import BodyRow
from tuimail.ui.reading.card_layout import barred
from tuimail.ui.reading.meeting_times import (
    elsewhere_words,
    moment_words,
    moments_words,
    when_words,
)

ANSWERS: Final = {
    Participation.ACCEPTED: "accept",
    Participation.TENTATIVE: "tentative",
    Participation.DECLINED: "decline",
}
ANSWERED: Final = {
    Participation.ACCEPTED: "accepted",
    Participation.TENTATIVE: "tentative",
    Participation.DECLINED: "declined",
    Participation.DELEGATED: "passed it on",
    Participation.NEEDS_ACTION: "has not answered",
}
_MOST_MOVED: Final = 3


@dataclass(frozen=True, slots=True)
class MeetingCard:
    """What the card is made of.

    Attributes:
        own: The addresses of the reader's mailboxes, lower case.
        address: Of the mailbox the message is in, lower case.
        sender: Who sent the mail; None where nobody is named.
        answer: How it was answered before.
        versions: What was read of the meeting before, the oldest first.
        now: Aware, in the time zone of the screen.
        keys: The key of each answer, as shown; empty where it has none.
    """

    invitation: Invitation
    own: Collection[str]
    address: str
    sender: Address | None
    answer: InvitationAnswer | None
    versions: Sequence[MeetingVersion]
    now: datetime
    glyphs: Glyphs
    keys: Mapping[Participation, str]

    @property
    def invited(self) -> Attendee | None:
        """Return the reader among those invited, the mailbox's own address first."""
        attendees = self.invitation.attendees
        mine = [one for one in attendees if one.address.address.lower() in self.own]
        exact = (one for one in mine if one.address.address.lower() == self.address)
        return next(exact, mine[0] if mine else None)

    @property
    def is_own(self) -> bool:
        """Whether the reader called the meeting."""
        organizer = self.invitation.organizer
        return organizer is not None and organizer.address.lower() in self.own

    @property
    def latest(self) -> MeetingVersion | None:
        """Return what a later mail said of the meeting; None where this is the last word."""
        version = self.invitation.version
        last = self.versions[-1] if self.versions else version
        newer = (last.sequence, last.is_cancelled) > (version.sequence, version.is_cancelled)
        return last if newer else None

    @property
    def before(self) -> MeetingVersion | None:
        """Return what was read last before this."""
        version = self.invitation.version
        older = [
            one
            for one in self.versions
            if (one.sequence, one.is_cancelled) < (version.sequence, version.is_cancelled)
        ]
        return older[-1] if older else None

    @property
    def why_not(self) -> str:
        """Return why there is nothing to answer, empty where there is."""
        invitation = self.invitation
        if invitation.method is not Method.REQUEST:
            return "Nothing is asked here that can be answered."
        if self.is_own:
            return "You called this meeting."
        if invitation.is_cancelled:
            return "The meeting is cancelled."
        if self.latest is not None:
            return _superseded(self.latest)
        if invitation.organizer is None or not invitation.uid:
            return "The invitation does not say whom to answer."
        return ""


def _superseded(latest: MeetingVersion) -> str:
    if latest.is_cancelled:
        return "A later mail cancels this meeting."
    return "A later mail changes this meeting: answer that one."


def lay_out_invitation(card: MeetingCard, width: int) -> list[BodyRow]:
    """Return the rows of the card.

    Args:
        card: What it is made of.
        width: Cells of the text, without its margins.
    """
    room = max(1, width - 2)
    rows: list[Row] = []
    for text, role in _facts(card):
        rows += [(Run(part, role),) for part in wrap_text(text, room)]
    return barred([*rows, *_answer_rows(card, room)], card.glyphs)


def _facts(card: MeetingCard) -> Iterator[tuple[str, str]]:
    """Yield the lines above the answer, each with its role."""
    invitation, now = card.invitation, card.now
    yield _title(card), "strong"
    when = when_words(invitation.start, invitation.end, now)
    if when:
        yield when, "text"
    elsewhere = elsewhere_words(invitation.start, invitation.end, invitation.zone, now)
    if elsewhere:
        yield elsewhere, "muted"
    for words in _series(invitation, now):
        yield words, "text"
    place = _place(invitation)
    if place:
        yield place, "text"
    for words in _changes(card):
        yield f"{card.glyphs.look} {words}", "warning"
    if invitation.method in (Method.REQUEST, Method.PUBLISH, Method.ADD):
        yield _people(card), "muted"
        yield from ((words, "muted") for words in _invited_as(card))
    if invitation.comment:
        yield f"“{invitation.comment}”", "text"
    for problem in invitation.problems:
        yield f"{card.glyphs.look} {problem}", "warning"


def _title(card: MeetingCard) -> str:
    invitation = card.invitation
    once = " this once" if invitation.recurrence_id else ""
    was_known = card.before is not None and not card.before.is_cancelled
    happened = {
        Method.REQUEST: "Changed" if was_known else "",
        Method.CANCEL: f"Cancelled{once}",
        Method.REPLY: f"{_who(card)} {_said(invitation)}",
        Method.COUNTER: f"{_who(card)} proposes another time",
        Method.DECLINE_COUNTER: "Your proposal was declined",
        Method.REFRESH: f"{_who(card)} asks how the meeting is now",
        Method.ADD: "One more time",
    }.get(invitation.method)
    title = invitation.title or "(no title)"
    return f"{happened}: {title}" if happened else title


def _who(card: MeetingCard) -> str:
    attendees = card.invitation.attendees
    if attendees:
        return attendees[0].address.display
    return card.sender.display if card.sender is not None else "Somebody"


def _said(invitation: Invitation) -> str:
    if not invitation.attendees:
        return "answered"
    attendee = invitation.attendees[0]
    if attendee.participation is Participation.TENTATIVE:
        return "may come"
    if attendee.delegated_to:
        return f"passed it on to {attendee.delegated_to}"
    return ANSWERED[attendee.participation]


def _series(invitation: Invitation, now: datetime) -> Iterator[str]:
    if invitation.recurrence_id:
        yield "one occurrence of a series"
    if invitation.recurrence:
        yield invitation.recurrence
    if invitation.exceptions:
        yield f"not on {moments_words(invitation.exceptions, now)}"
    if invitation.extra:
        yield f"also on {moments_words(invitation.extra, now)}"
    for was, is_ in invitation.moved[:_MOST_MOVED]:
        yield f"{moment_words(is_, now)} instead of {moment_words(was, now)}"
    more = len(invitation.moved) - _MOST_MOVED
    if more > 0:
        yield f"{more} more at another time"


def _place(invitation: Invitation) -> str:
    link = f"[{invitation.join_link}]" if invitation.join_link else ""
    place = invitation.place
    if link and place.startswith("https://"):
        return f"join {link}"
    if not place:
        return f"join {link}" if link else ""
    return f"{place} {link}".strip()


def _people(card: MeetingCard) -> str:
    invitation = card.invitation
    organizer = invitation.organizer or card.sender
    people = [one for one in invitation.attendees if not one.is_resource]
    counts = [f"{len(people)} invited"] if people else []
    for participation in ANSWERS:
        count = sum(one.participation is participation for one in people)
        if count:
            counts.append(f"{count} {ANSWERED[participation]}")
    who = f"from {organizer.display}" if organizer is not None else ""
    return "  ".join(filter(None, (who, ", ".join(counts))))


def _invited_as(card: MeetingCard) -> Iterator[str]:
    invited = card.invited
    if card.invitation.method is not Method.REQUEST or card.is_own:
        return
    if invited is None:
        if card.invitation.attendees:
            yield "You are not named among those invited; you can answer all the same."
    elif invited.address.address.lower() != card.address:
        yield f"You are invited as {invited.address.address}."
    if card.before is None and card.invitation.sequence > 0:
        yield "It changes an earlier invitation, which was not read here."
    if invited is not None and not invited.rsvp:
        yield "No answer is asked for."


def _changes(card: MeetingCard) -> Iterator[str]:
    """Say what is different from what was read last; an occurrence has its own past."""
    before, now = card.before, card.now
    version = card.invitation.version
    if before is None or before.is_cancelled or card.invitation.method is not Method.REQUEST:
        return
    was, is_ = moment_of(before.start), card.invitation.start
    if before.start != version.start and was is not None and is_ is not None:
        yield f"moved from {moment_words(was, now)} to {moment_words(is_, now)}"
    elif before.end != version.end:
        yield "it ends at another time"
    if before.recurrence != version.recurrence:
        yield f"it was {before.recurrence or 'a single meeting'}"
    if before.place != version.place:
        yield f"the place was {before.place}" if before.place else "it has a place now"
    if before.title != version.title:
        yield f"it was called {before.title or 'nothing'}"
    if version.sequence > before.sequence and _same(before, version):
        yield "sent again; time and place are the same"


def _same(one: MeetingVersion, other: MeetingVersion) -> bool:
    names = ("title", "start", "end", "place", "recurrence")
    return all(getattr(one, name) == getattr(other, name) for name in names)


def _answer_rows(card: MeetingCard, width: int) -> list[Row]:
    """The last row: how it was answered, and the keys."""
    if card.why_not:
        if card.invitation.method is not Method.REQUEST:
            return []
        return [(Run(part, "muted"),) for part in wrap_text(card.why_not, width)]
    answer = card.answer
    if answer is None or answer.sequence < card.invitation.sequence:
        words = "not answered yet"
        if answer is not None:
            words = f"you {ANSWERED[answer.participation]} before the change"
        keys = [
            (Run(card.keys[each], "key"), Run(f" {ANSWERS[each]}"))
            for each in ANSWERS
            if card.keys.get(each)
        ]
        row = tuple(run for at, pair in enumerate(keys) for run in (*_gap(at), *pair))
        return _with_words(row, words, width)
    others = [card.keys[each] for each in ANSWERS if each is not answer.participation]
    said = _answered(card, answer)
    change: Row = (Run("   "), Run(" ".join(filter(None, others)), "key"), Run(" change it"))
    return [(*said, *change)] if row_cells((*said, *change)) <= width else [said]


def _gap(at: int) -> Row:
    return (Run("   "),) if at else ()


def _with_words(row: Row, words: str, width: int) -> list[Row]:
    tail: Row = (Run("     "), Run(words, "muted"))
    if row_cells((*row, *tail)) <= width:
        return [(*row, *tail)]
    return [row, (Run(words, "muted"),)]


def _answered(card: MeetingCard, answer: InvitationAnswer) -> Row:
    words, glyphs = ANSWERED[answer.participation], card.glyphs
    time = list_date(answer.answered_at, card.now)
    match answer.state:
        case OutboxState.QUEUED | OutboxState.SENDING:
            return (Run(f"{glyphs.pending} ", "pending"), Run(f"{words}, {time}"))
        case OutboxState.FAILED | OutboxState.UNCERTAIN:
            return (
                Run(f"{glyphs.failed} ", "error"),
                Run(f"{words}, but not sent: the outbox says why"),
            )
        case _:
            return (Run(f"{glyphs.done} ", "success"), Run(f"{words}, {time}"))
