"""Plain text to logical lines: quote marks counted, format=flowed joined (RFC 3676)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from tuimail.mime.layout import DEEPEST_QUOTE, line_of
from tuimail.mime.links import LinkList, clean_target, host_of
from tuimail.mime.noise.folding import folds_of
from tuimail.mime.rendered import RenderedText, TextLine
from tuimail.text.safe import SafeText, clean

LONGEST = 8_000_000
MOST_LINES = 200_000
_URL = re.compile(r"https?://[^\s<>\"\x00-\x20]{3,4000}", re.IGNORECASE)
_TRAILING = ".,;:!?'\")]}"


def plain(
    text: str, *, flowed: bool = False, delsp: bool = False, thinned: bool = True
) -> RenderedText:
    """Make lines of a text/plain body.

    Addresses of web pages stay where they are, redirectors replaced by what they lead to; the list
    of links numbers them in the order in which they appear.

    Args:
        text: Decoded, not yet clean.
        flowed: Content-Type says `format=flowed`.
        delsp: Content-Type says `delsp=yes`.
        thinned: Of blank lines in a row one is kept, as in HTML.
    """
    links = LinkList()
    known = str(clean(text[:LONGEST], multiline=True))
    lines = _flowed(known.split("\n"), delsp=delsp) if flowed else _fixed(known)
    shown: list[TextLine] = []
    cut = len(text) > LONGEST
    for line in lines:
        if len(shown) == MOST_LINES:
            cut = True
            break
        if (
            thinned
            and shown
            and not (line.text or shown[-1].text)
            and line.quote == shown[-1].quote
        ):
            continue
        shown.append(_with_links(line, links))
    while shown and not shown[-1].text:
        shown.pop()
    notices = (SafeText("The text is very long; its end is not shown."),) if cut else ()
    return RenderedText(tuple(shown), links.all(), notices, folds_of(shown, links.all()))


def _fixed(text: str) -> Iterator[TextLine]:
    """Take lines as they are; the text is clean, and is made ready as a whole: that is faster."""
    pieces = text.replace("\u00a0", " ").expandtabs(8).split("\n")
    return (line_of(SafeText(piece.rstrip())) for piece in pieces)


def _with_links(line: TextLine, links: LinkList) -> TextLine:
    if "://" not in line.text:
        return line

    def listed(match: re.Match[str]) -> str:
        url = match[0].rstrip(_TRAILING)
        # A closing bracket belongs to the address when it was opened in it.
        while url.count("(") > url.count(")") and match[0][len(url) : len(url) + 1] == ")":
            url += ")"
        links.add(url, "")
        target = clean_target(url)
        rest = match[0][len(url) :]
        is_decoded = target is not None and host_of(target) != host_of(url)
        return (target if target and is_decoded else url) + rest

    text = _URL.sub(listed, line.text)
    return TextLine(clean(text), line.quote) if text != line.text else line


def _flowed(pieces: Iterable[str], *, delsp: bool) -> Iterator[TextLine]:
    """Join flowed lines of one quote depth (RFC 3676, 4.1 to 4.5)."""
    pending: list[str] = []
    depth = 0
    for piece in pieces:
        level = len(piece) - len(piece.lstrip(">"))
        text = piece[level:].removeprefix(" ")
        is_signature = text.rstrip() == "--" and text.startswith("-- ")
        if pending and (level != depth or is_signature):
            yield _joined(pending, depth)
            pending = []
        depth = level
        if text.endswith(" ") and not is_signature:
            pending.append(text[:-1] if delsp else text)
            continue
        yield _joined([*pending, text], depth)
        pending = []
    if pending:
        yield _joined(pending, depth)


def _joined(pieces: list[str], depth: int) -> TextLine:
    text = "".join(pieces)
    text = text if text == "-- " else text.rstrip()
    return TextLine(clean(text.expandtabs(8).replace("\u00a0", " ")), min(depth, DEEPEST_QUOTE))
