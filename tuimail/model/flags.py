"""Message flags (RFC 9051, 2.3.2)."""

from __future__ import annotations

from collections.abc import Iterable
from enum import IntFlag
from typing import Final

from tuimail.records import record


class SystemFlag(IntFlag):
    """The five flags every server keeps. The numbers are stored; they never change."""

    SEEN = 1
    ANSWERED = 2
    FLAGGED = 4
    DELETED = 8
    DRAFT = 16


_IMAP_NAMES: Final[dict[SystemFlag, str]] = {
    SystemFlag.SEEN: "\\Seen",
    SystemFlag.ANSWERED: "\\Answered",
    SystemFlag.FLAGGED: "\\Flagged",
    SystemFlag.DELETED: "\\Deleted",
    SystemFlag.DRAFT: "\\Draft",
}
_BY_NAME: Final = {name.lower(): flag for flag, name in _IMAP_NAMES.items()}


@record
class Flags:
    """A set of system flags and keywords. Immutable, `|` and `-` are set operations."""

    system: SystemFlag = SystemFlag(0)
    keywords: frozenset[str] = frozenset()

    @classmethod
    def parse(cls, names: Iterable[str]) -> Flags:
        """Read IMAP flag names; `\\Recent` and unknown backslash flags are not kept."""
        system = SystemFlag(0)
        keywords = set()
        for name in names:
            known = _BY_NAME.get(name.lower())
            if known is not None:
                system |= known
            elif name and not name.startswith("\\"):
                keywords.add(name)
        return cls(system, frozenset(keywords))

    def names(self) -> tuple[str, ...]:
        """IMAP flag names, system flags first, keywords sorted."""
        return (
            *(name for flag, name in _IMAP_NAMES.items() if flag in self.system),
            *sorted(self.keywords),
        )

    def __or__(self, other: Flags) -> Flags:
        return Flags(self.system | other.system, self.keywords | other.keywords)

    def __sub__(self, other: Flags) -> Flags:
        return Flags(self.system & ~other.system, self.keywords - other.keywords)

    def __bool__(self) -> bool:
        return bool(self.system or self.keywords)

    @property
    def is_seen(self) -> bool:
        """Whether it was read."""
        return SystemFlag.SEEN in self.system

    @property
    def is_flagged(self) -> bool:
        """Whether the user marked it to come back to."""
        return SystemFlag.FLAGGED in self.system

    @property
    def is_answered(self) -> bool:
        """Whether a reply was sent."""
        return SystemFlag.ANSWERED in self.system


SEEN: Final = Flags(SystemFlag.SEEN)
ANSWERED: Final = Flags(SystemFlag.ANSWERED)
FLAGGED: Final = Flags(SystemFlag.FLAGGED)
