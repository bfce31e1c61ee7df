"""What `tuimail doctor` found, check by check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from tuimail.model.finding import Finding, Verdict
from tuimail.model.notice import Notice, Severity


class Private(NamedTuple):
    """A word that a report must not show, and what stands there instead: `organisation`."""

    kind: str
    word: str


@dataclass(frozen=True, slots=True)
class Found:
    """What one check says. All text is clean.

    Attributes:
        says: One sentence without its full stop.
        problem: What can be done, where something can.
        ids: What support asks for; empty when the server named nothing.
        private: Words of `says` that a report must not show.
    """

    verdict: Verdict
    says: str
    problem: Notice | None = None
    ids: str = ""
    private: tuple[Private, ...] = ()

    @classmethod
    def of(cls, finding: Finding) -> Found:
        """Take over the result of a check that the set-up makes too."""
        return cls(finding.verdict, finding.says, finding.problem, finding.ids)


@dataclass(frozen=True, slots=True)
class Checked:
    """One check with its place and how long it took.

    Attributes:
        group: The heading it stands under.
        name: For scripts: `dns`, `tls`, `token`.
        about: For people: `IPv6`, `Sign-in token`.
        seconds: 0 when it was skipped.
    """

    group: str
    name: str
    about: str
    found: Found
    seconds: float = 0.0


def passed(says: str, *private: Private) -> Found:
    """It works."""
    return Found(Verdict.OK, says, private=private)


def skipped(says: str) -> Found:
    """There is nothing to look at."""
    return Found(Verdict.SKIPPED, says)


def warned(says: str, you_can: str, command: str = "", *private: Private) -> Found:
    """It works with a limit."""
    notice = Notice(Severity.WARNING, says, you_can=you_can, command=command)
    return Found(Verdict.WARN, says, notice, private=private)


def failed(says: str, you_can: str, command: str = "", *private: Private) -> Found:
    """It does not work."""
    notice = Notice(Severity.ERROR, says, you_can=you_can, command=command)
    return Found(Verdict.FAIL, says, notice, private=private)
