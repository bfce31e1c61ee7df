"""Where a text ends in a quote: what was written, who is quoted, and the quote."""

from __future__ import annotations

from typing import NamedTuple


class AtQuote(NamedTuple):
    """A body in three parts, which joined by line ends are the whole.

    Attributes:
        own: What stands above.
        introduction: The line that says whose the quote is, with blank lines behind it; may be "".
        quote: Lines with `>`, and blank ones; "" where no quote ends the body.
    """

    own: str
    introduction: str
    quote: str


def at_closing_quote(body: str) -> AtQuote:
    """Part a body at the quote that ends it. A quote with words below it is none of these."""
    lines = body.split("\n")
    first = len(lines)
    while first and (lines[first - 1].startswith(">") or not lines[first - 1].strip()):
        first -= 1
    quote = next((at for at in range(first, len(lines)) if lines[at].startswith(">")), None)
    if quote is None:
        return AtQuote(body, "", "")
    is_introduced = first > 0 and lines[first - 1].rstrip().endswith(":")
    start = first - 1 if is_introduced else quote
    return AtQuote(
        *("\n".join(part) for part in (lines[:start], lines[start:quote], lines[quote:]))
    )
