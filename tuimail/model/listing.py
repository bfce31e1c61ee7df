"""What a list shows: of which place, in which order, folded or flat, limited to what.

A `Listing` is a value. The store turns it into windows (`Reader.listing`), the screen keeps one per
list, and both understand the same by it.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import Final, NamedTuple

from tuimail.model.account import AccountId
from tuimail.model.flags import Flags
from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey, MessageSummary
from tuimail.model.search import NO_LIMIT, Search
from tuimail.records import record
from tuimail.text.safe import SafeText


class Sort(StrEnum):
    """By what a list is ordered. Equal ones stand newest first."""

    DATE = "date"
    SENDER = "sender"
    SUBJECT = "subject"
    SIZE = "size"
    UNREAD = "unread"
    FLAGGED = "flagged"


@record
class InFolder:
    """The messages of one folder."""

    folder: FolderId


@record
class AllInboxes:
    """The Inboxes of all accounts and shared mailboxes, or of those named.

    Attributes:
        accounts: None named means all that are stored. The screen names those of the settings:
            what is stored of an account that is no longer in them stands in no list.
    """

    accounts: frozenset[AccountId] = frozenset()


@record
class Flagged:
    """What is flagged, in every folder but trash and junk."""

    accounts: frozenset[AccountId] = frozenset()


@record
class Everywhere:
    """All folders: what a search goes through."""

    accounts: frozenset[AccountId] = frozenset()


Place = InFolder | AllInboxes | Flagged | Everywhere


@record
class Listing:
    """What a list shows.

    Attributes:
        place: Whose messages.
        conversations: One row per conversation that has a message in the place.
        sort: See `Sort`. Its own direction: newest, A, largest, unread, flagged first.
        reverse: The same order from its other end.
        limit: Only what this finds; the order stays.
    """

    place: Place
    conversations: bool = False
    sort: Sort = Sort.DATE
    reverse: bool = False
    limit: Search = NO_LIMIT

    @property
    def sorts(self) -> tuple[Sort, ...]:
        """The orders that the place can have: what goes across folders is ordered by date."""
        return tuple(Sort) if isinstance(self.place, InFolder | AllInboxes) else (Sort.DATE,)

    @property
    def effective(self) -> Listing:
        """What is really shown.

        Conversations stand by date: in any other order, and where single messages are looked
        for, the list is flat. An order that the place cannot have is by date.
        """
        sort = self.sort if self.sort in self.sorts else Sort.DATE
        can_fold = sort is Sort.DATE and isinstance(self.place, InFolder | AllInboxes)
        return replace(self, sort=sort, conversations=self.conversations and can_fold)


class Anchor(NamedTuple):
    """A place in a listing, which stays where it is whatever comes and goes around it.

    Attributes:
        value: By what the listing is sorted, as the store has it; 0 when that is the date.
        internaldate: Unix seconds.
        key: The message's; of a conversation, of its newest message in the place.
    """

    value: int | str
    internaldate: int
    key: MessageKey


@record
class Conversation:
    """What a folded row says of all messages of a conversation, whatever folder they are in.

    Those in trash and junk count only where the list is of that folder.

    Attributes:
        id: As `MessageSummary.thread_id`.
        count: Messages.
        unread: Of those, how many are not seen.
        senders: Up to three, the latest first; "me" for what is in Sent and Drafts.
        flags: SEEN when all are; FLAGGED and ANSWERED when one is.
        has_attachment: One has.
        pending: Some intent on one of them is not confirmed.
    """

    id: int
    count: int
    unread: int
    senders: tuple[SafeText, ...]
    flags: Flags
    has_attachment: bool
    pending: bool


@record
class ListRow:
    """One row of a listing.

    Attributes:
        message: Of a conversation, its newest message in the place.
        anchor: Where it stands.
        conversation: None in a flat list.
    """

    message: MessageSummary
    anchor: Anchor
    conversation: Conversation | None = None

    @property
    def key(self) -> MessageKey:
        """The message's."""
        return self.message.key


class Window(NamedTuple):
    """Adjacent rows in the listing's order.

    Attributes:
        rows: As many as were asked for, unless the listing ends or the search paused.
        resume: Where a limit that finds little paused, so that the screen need not wait: asking
            for what comes after (or before) it goes on. None when nothing is left out.
    """

    rows: tuple[ListRow, ...]
    resume: Anchor | None = None


class Tally(NamedTuple):
    """How many rows there are.

    Attributes:
        found: So far.
        resume: Where counting paused; None when those are all.
    """

    found: int
    resume: Anchor | None = None


REACH: Final = 2000
"""How many messages a limited window goes through before it pauses: a few milliseconds."""
