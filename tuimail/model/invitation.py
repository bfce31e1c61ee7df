"""A meeting as a mail speaks of it: invitation, change, cancellation, or somebody's answer.

RFC 5545 is the calendar, RFC 5546 (iTIP) what a mail does with it, RFC 6047 (iMIP) how it is sent.
"""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from tuimail.model.outbox import OutboxState
from tuimail.records import record
from tuimail.text.address import Address
from tuimail.text.safe import SafeText


class Method(StrEnum):
    """What the mail does (RFC 5546, 1.4)."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    REPLY = "REPLY"
    ADD = "ADD"
    CANCEL = "CANCEL"
    REFRESH = "REFRESH"
    COUNTER = "COUNTER"
    DECLINE_COUNTER = "DECLINECOUNTER"


class Participation(StrEnum):
    """How somebody answered: PARTSTAT (RFC 5545, 3.2.12). The words are stored."""

    NEEDS_ACTION = "NEEDS-ACTION"
    ACCEPTED = "ACCEPTED"
    TENTATIVE = "TENTATIVE"
    DECLINED = "DECLINED"
    DELEGATED = "DELEGATED"


Moment = datetime | date
"""An aware datetime; a naive one where the sender means the reader's own time ("floating", RFC
5545, 3.3.5); a date for a whole day."""


@record
class Attendee:
    """One who is invited.

    Attributes:
        rsvp: The organiser asks for an answer.
        is_resource: A room or a thing, not a person.
        delegated_to: The address it was passed on to; empty where it was not.
    """

    address: Address
    participation: Participation = Participation.NEEDS_ACTION
    rsvp: bool = False
    is_resource: bool = False
    delegated_to: SafeText = SafeText("")


@record
class MeetingVersion:
    """What a meeting was when an invitation to it was read, to say later what has changed.

    Attributes:
        start: In ISO 8601, as is `end`; empty where it is not known.
    """

    sequence: int
    is_cancelled: bool
    title: SafeText = SafeText("")
    start: SafeText = SafeText("")
    end: SafeText = SafeText("")
    place: SafeText = SafeText("")
    recurrence: SafeText = SafeText("")


@record
class Invitation:
    """What one calendar part says.

    Attributes:
        uid: Of the meeting, exactly as sent: an answer has to repeat it.
        sequence: Grows with each change that matters (RFC 5546, 2.1.4).
        recurrence_id: Names the one occurrence that is meant, as a text that is equal for equal
            occurrences; empty for all.
        stamp: DTSTAMP, aware; None when it makes no sense.
        end: Exclusive, as in the calendar: a whole day ends on the next.
        zone: The sender's zone as it is commonly called; empty for UTC and where there is none.
        recurrence: In words, `every second Tuesday until 12 March`; empty for one meeting.
        exceptions: Occurrences that are left out.
        extra: Occurrences that were added.
        moved: Occurrences at another time than the rule says: when they were, when they are.
        join: https; empty where there is none.
        join_link: The number of that link in the reading; 0 where it has none.
        organizer: None where nobody is named.
        comment: What whoever answered wrote, or why it was cancelled.
        problems: What could not be read, a sentence each.
    """

    method: Method
    uid: str = ""
    sequence: int = 0
    recurrence_id: str = ""
    stamp: datetime | None = None
    title: SafeText = SafeText("")
    start: Moment | None = None
    end: Moment | None = None
    zone: SafeText = SafeText("")
    recurrence: SafeText = SafeText("")
    exceptions: tuple[Moment, ...] = ()
    extra: tuple[Moment, ...] = ()
    moved: tuple[tuple[Moment, Moment], ...] = ()
    place: SafeText = SafeText("")
    join: SafeText = SafeText("")
    join_link: int = 0
    organizer: Address | None = None
    attendees: tuple[Attendee, ...] = ()
    comment: SafeText = SafeText("")
    is_cancelled: bool = False
    problems: tuple[SafeText, ...] = ()

    @property
    def version(self) -> MeetingVersion:
        """What of it can change from one invitation to the next."""
        return MeetingVersion(
            self.sequence,
            self.is_cancelled or self.method is Method.CANCEL,
            self.title,
            _written(self.start),
            _written(self.end),
            self.place,
            self.recurrence,
        )


def _written(moment: Moment | None) -> SafeText:
    return SafeText("" if moment is None else moment.isoformat())


def moment_of(written: str) -> Moment | None:
    """Read what `MeetingVersion` has of a time; None when it makes no sense."""
    try:
        return datetime.fromisoformat(written) if "T" in written else date.fromisoformat(written)
    except ValueError:
        return None


@record
class InvitationAnswer:
    """How the user answered an invitation.

    Attributes:
        sequence: Of the invitation that was answered: a later one asks anew.
        answered_at: Aware, UTC.
        state: How the answer's mail stands; None when it is not in the outbox any more.
    """

    participation: Participation
    sequence: int
    answered_at: datetime
    state: OutboxState | None = None
