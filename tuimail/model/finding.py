"""What a check found: works, works with a limit, or not, and what can be done about it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from tuimail.model.notice import Notice


class Verdict(StrEnum):
    """How a check ended."""

    OK = "pass"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"
    """It was not looked at: something that it needs failed, or there is nothing to look at."""


@dataclass(frozen=True, slots=True)
class Finding:
    """The result of one check. All text is clean.

    Attributes:
        says: One sentence without its full stop, for a row.
        seconds: How long the check took.
        problem: Why it did not pass, with the line somebody has to run; None when it passed.
        ids: What support asks for, in one line; empty when the server named nothing.
    """

    verdict: Verdict
    says: str
    seconds: float
    problem: Notice | None = None
    ids: str = ""


@dataclass(frozen=True, slots=True)
class MailboxFound:
    """What an opened mailbox holds.

    Attributes:
        messages: In the Inbox; None when the server did not count them.
        folders: Names of the folders that hold mail, those with a role first.
    """

    messages: int | None
    folders: tuple[str, ...]
