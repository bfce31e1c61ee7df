"""What the reader is given: clean logical lines and numbered links, whatever the mail was."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from tuimail.text.safe import SafeText


class LineKind(StrEnum):
    """How a line may be laid out."""

    TEXT = "text"
    HEADING = "heading"
    TABLE = "table"
    """A row of an aligned table: never wrapped, it scrolls sideways where it is too wide."""
    VERBATIM = "verbatim"
    """Its spacing means something: code, a drawing."""
    RULE = "rule"
    """A line across the text, `---` where nothing can be drawn."""


@dataclass(frozen=True, slots=True)
class TextLine:
    """One logical line, to be wrapped by whoever shows it.

    Attributes:
        text: Without quote marks, tabs expanded.
        quote: How deep it is quoted, 0 for the author's own words.
        kind: How it may be laid out.
        indent: Cells before each row after its first: behind the mark of a list's item.
    """

    text: SafeText
    quote: int = 0
    kind: LineKind = LineKind.TEXT
    indent: int = 0


class FoldKind(StrEnum):
    """What is folded away."""

    QUOTE = "quote"
    HISTORY = "history"
    SIGNATURE = "signature"
    DISCLAIMER = "disclaimer"
    BANNER = "banner"
    MEETING = "meeting"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True)
class Fold:
    """Lines that are shown as one line until they are unfolded; nothing is ever left out.

    Attributes:
        first: Index of the first line.
        end: Index behind the last. Equal to `first` for `HIDDEN`: that tells of something that is
            only in the source, and has no lines to unfold.
        words: What is inside and how much of it.
    """

    first: int
    end: int
    kind: FoldKind
    words: SafeText


@dataclass(frozen=True, slots=True)
class Link:
    """Where a text leads.

    Attributes:
        number: As in the text, `[number]`; links of plain text stand in it as they are.
        target: Safe Links decoded; http, https or mailto.
        host: The real host, international names in their ASCII form.
        suspicious: The text names another host, or the target hides its own.
        text: What the link says; the target's path where it says nothing else.
        named_host: The other host that the text names; empty when it names none.
        looks_like: The known site that the host can be taken for; empty for none.
        via: The host in the mail that only leads on, such as Safe Links; empty for none.
    """

    number: int
    target: SafeText
    host: SafeText
    suspicious: bool
    text: SafeText = SafeText("")
    named_host: SafeText = SafeText("")
    looks_like: SafeText = SafeText("")
    via: SafeText = SafeText("")


@dataclass(frozen=True, slots=True)
class RenderedText:
    """A body, ready to be shown.

    Attributes:
        notices: What the reader should know about it, one sentence each.
        folds: In the order of the lines; none overlaps another.
    """

    lines: tuple[TextLine, ...] = ()
    links: tuple[Link, ...] = ()
    notices: tuple[SafeText, ...] = ()
    folds: tuple[Fold, ...] = ()


def moved_folds(folds: Sequence[Fold], by: int) -> list[Fold]:
    """Return the folds of a text that begins `by` lines further down."""
    return [replace(fold, first=fold.first + by, end=fold.end + by) for fold in folds]


@dataclass(frozen=True, slots=True)
class Card:
    """What a part says in fields rather than in text: a vCard, a report on a message.

    Attributes:
        title: What it is about, one line.
        facts: Label and text, in the order in which to show them; a text may be long.
    """

    title: SafeText
    facts: tuple[tuple[SafeText, SafeText], ...] = ()
