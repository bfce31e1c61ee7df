"""What is looked for: a value that `model.search_language` reads and the store answers.

All terms of a search have to hold. A term with several words holds when one of them does.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tuimail.records import record


class Part(StrEnum):
    """Where words are looked for. The names are columns of the search index."""

    SENDERS = "senders"
    RECIPIENTS = "recipients"
    SUBJECT = "subject"


ANYWHERE: Final = frozenset(Part)


class State(StrEnum):
    """What a message can be."""

    UNREAD = "unread"
    FLAGGED = "flagged"
    ANSWERED = "answered"
    DRAFT = "draft"
    PENDING = "pending"
    """Something about it is not confirmed by the server."""


@record
class Has:
    """One of the words stands in one of the parts, anywhere in it.

    Attributes:
        words: Folded (`text.folding.fold`), none of them empty.
    """

    words: tuple[str, ...]
    parts: frozenset[Part] = ANYWHERE
    negated: bool = False


@record
class Is:
    """It is in a state."""

    state: State
    negated: bool = False


@record
class Tagged:
    """It has a keyword; keywords compare without case."""

    keyword: str
    negated: bool = False


@record
class Attached:
    """It has a file."""

    negated: bool = False


@record
class Received:
    """INTERNALDATE lies in a span, in Unix seconds: from `start` on, and before `end`."""

    start: int | None = None
    end: int | None = None
    negated: bool = False


@record
class Sized:
    """Its size in octets: more than `above`, and less than `below`."""

    above: int | None = None
    below: int | None = None
    negated: bool = False


@record
class Filed:
    """It is in a folder with this in its name, or with this role.

    Attributes:
        names: Folded.
    """

    names: tuple[str, ...]
    negated: bool = False


Term = Has | Is | Tagged | Attached | Received | Sized | Filed


@dataclass(frozen=True, slots=True)  # of a record every field counts when it is compared
class Search:
    """Terms, all of which have to hold. Without any, everything is found.

    Attributes:
        source: As the user wrote it; two searches are the same whatever they were written as.
    """

    terms: tuple[Term, ...] = ()
    source: str = field(default="", compare=False)

    def __bool__(self) -> bool:
        return bool(self.terms)

    @property
    def words(self) -> tuple[str, ...]:
        """The words to be marked where they are found (`text.folding.found_in`)."""
        return tuple(
            word
            for term in self.terms
            if isinstance(term, Has) and not term.negated
            for word in term.words
        )


NO_LIMIT: Final = Search()
