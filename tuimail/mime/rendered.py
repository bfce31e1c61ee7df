"""What the reader is given: clean logical lines and numbered links, whatever the mail was."""

from __future__ import annotations

from dataclasses import dataclass

from tuimail.text.safe import SafeText


@dataclass(frozen=True, slots=True)
class TextLine:
    """One logical line, to be wrapped by whoever shows it.

    Attributes:
        text: Without quote marks, tabs expanded.
        quote: How deep it is quoted, 0 for the author's own words.
    """

    text: SafeText
    quote: int = 0


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
    """

    number: int
    target: SafeText
    host: SafeText
    suspicious: bool
    text: SafeText = SafeText("")
    named_host: SafeText = SafeText("")


@dataclass(frozen=True, slots=True)
class RenderedText:
    """A body, ready to be shown.

    Attributes:
        notices: What the reader should know about it, one sentence each.
    """

    lines: tuple[TextLine, ...] = ()
    links: tuple[Link, ...] = ()
    notices: tuple[SafeText, ...] = ()
