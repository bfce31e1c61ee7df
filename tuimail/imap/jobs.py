"""What a job is: a generator that works in small steps and says where it may be interrupted."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Generator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Protocol, TypeAlias, TypeVar

from tuimail.imap.session import ImapSession

T = TypeVar("T")


class Priority(IntEnum):
    """Who waits for it. A lower number goes first."""

    INTERACTIVE = 0
    """The user waits for this body."""
    INTENT = 1
    """What the user did, on its way to the server."""
    FOCUS = 2
    """The folder the user looks at."""
    NEIGHBOUR = 3
    """Bodies the user will probably open next."""
    REFRESH = 4
    """Other folders."""
    FILE = 5
    """A file the user waits for, which may take minutes: whatever else happens goes on."""
    BACKFILL = 6
    """Old mail."""


@dataclass(frozen=True, slots=True)
class Breathe:
    """A moment for the screen: yielded about every 10 rows, and for a key that was pressed.

    The job goes on with the same command; nothing else runs on the connection in between.
    """


@dataclass(frozen=True, slots=True)
class StepDone:
    """No command is under way: a more urgent job may run now, or the connection may be renewed.

    So the next step begins with `ImapSession.ensure_selected`.
    """


Step: TypeAlias = Breathe | StepDone
Job: TypeAlias = Callable[[ImapSession], Generator[Step, None, T]]


class RunJob(Protocol):
    """Runs a job on the main connection of a mailbox, for those who live on an event loop."""

    def __call__(self, job: Job[T], priority: Priority, label: str) -> Coroutine[Any, Any, T]:
        """Return what the job returns.

        Args:
            job: See `ImapConnection.run`, which it is given to.
            priority: Who waits for it.
            label: For the log: no addresses, no folder names.

        Raises:
            TuimailError: What the job raised, or why there is no connection.
        """
