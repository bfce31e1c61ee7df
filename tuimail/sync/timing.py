"""How often the engine looks, and how long it waits for a server: one place for both."""

from __future__ import annotations

from dataclasses import dataclass, field

from tuimail.imap.session import Timeouts


@dataclass(frozen=True, slots=True)
class Turns:
    """When a shared mailbox comes and leaves, in seconds; see `sync.presence`.

    Attributes:
        look: Between two looks at a mailbox that nobody opens.
        visit: A look lasts so long, at least.
        stay: So long it stays after it was used last, unless another one waits for the seat.
        check: Between two looks at whether it may leave.
    """

    look: float = 600.0
    visit: float = 60.0
    stay: float = 600.0
    check: float = 5.0


@dataclass(frozen=True, slots=True)
class Timing:
    """Seconds; the defaults suit Exchange Online.

    Attributes:
        poll: Between two looks at the counts of all folders; the safety net under IDLE, whose
            pushes are known to stop (exchange-online.md 3.9).
        listing: Between two looks at the tree of folders, as far as nothing gives a reason for one.
        flags: Between two comparisons of the flags of the Inbox while the user looks at it: IDLE
            tells of changes there. Of another folder they are compared with every poll.
        count_apart: At least so much lies between two such looks, whatever happens.
        idle: How long one IDLE lasts.
        timeouts: Of the connections.
        clock: Between two looks at the clocks, to notice that the computer slept.
        attention: At least so much lies between two refreshes because the user came back.
        recycle_before: Before the end of a token at which connections are made anew; of a token
            that is good for a short time only, a fifth of its life.
        turns: Of shared mailboxes.
        ask_again: Between two questions for a newer token while the connection still works.
    """

    poll: float = 120.0
    listing: float = 900.0
    flags: float = 600.0
    count_apart: float = 15.0
    idle: float = 9 * 60.0
    timeouts: Timeouts = field(default_factory=Timeouts)
    clock: float = 5.0
    attention: float = 5.0
    recycle_before: float = 290.0
    ask_again: float = 30.0
    turns: Turns = field(default_factory=Turns)
