"""HTML cut into tokens in one pass, each character looked at a bounded number of times.

The parser of the standard library takes more than 20 seconds for 100 KB of `<a <a <a`; unclosed
comments, quotes and lists are as bad, and each Python version differs. This reads tags as browsers
do (WHATWG HTML, 13.2.5) as far as a text needs it, and hands over only attributes that matter.
"""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType
from typing import Final, NamedTuple

from tuimail.text.safe import clean

LONGEST = 1_000_000
"""Characters of HTML that are looked at."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


VOID: Final = _names(
    "area base basefont bgsound br col embed frame hr img input link meta param source track wbr"
)
_KEPT = _names(
    "alt background bgcolor border cite class color colspan height hidden href id role start style "
    "type value width"
)
_NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})
_RAW_TEXT = {
    name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE)
    for name in ("iframe", "noembed", "noframes", "script", "style", "textarea", "title", "xmp")
}
_NAME = re.compile(r"[a-zA-Z][^\s/>]*")
_BETWEEN = re.compile(r"[\s/]*")
_ATTRIBUTE = re.compile(r"=?[^\s/>=]*")
_EQUALS = re.compile(r"\s*=\s*")
_UNQUOTED = re.compile(r"[^\s>]*")
_LONG_REFERENCE = re.compile(r"&#(?:[0-9]{8,}|[xX][0-9a-fA-F]{8,});?")


class Kind(Enum):
    """What a token is."""

    TEXT = auto()
    START = auto()
    END = auto()


class Token(NamedTuple):
    """A piece of HTML.

    Attributes:
        value: The text, clean and with entities resolved, or the tag's name in lower case.
        attributes: Of a start tag, the ones that matter, entities resolved.
    """

    kind: Kind
    value: str
    attributes: Mapping[str, str] = _NO_ATTRIBUTES


def unescape(text: str) -> str:
    """Resolve character references; a number of a thousand digits is not one."""
    if "&" not in text:
        return text
    return html.unescape(_LONG_REFERENCE.sub("\ufffd", text))


class Tokenizer:
    """One pass over one document.

    Attributes:
        tokens: What was found.
        steps: How often a position was advanced, for tests: it never exceeds the length.
    """

    def __init__(self, source: str) -> None:
        self._source = source[:LONGEST]
        self._end = len(self._source)
        self._last = {mark: self._source.rfind(mark) for mark in (">", '"', "'", "-->")}
        self.tokens: list[Token] = []
        self.steps = 0
        position = 0
        while position < self._end:
            self.steps += 1
            position = self._step(position)

    def _step(self, position: int) -> int:
        """Take one token at `position` and return where the next begins."""
        source = self._source
        opening = source.find("<", position)
        if opening < 0 or opening > self._last[">"]:
            # Nothing can close any more: the rest is text.
            self._text(position, self._end)
            return self._end
        self._text(position, opening)
        following = source[opening + 1 : opening + 2]
        if following.isascii() and following.isalpha():
            return self._start_tag(opening)
        if following in ("!", "?"):
            return self._declaration(opening)
        if following == "/":
            return self._end_tag(opening)
        self.tokens.append(Token(Kind.TEXT, "<"))
        return opening + 1

    def _text(self, start: int, end: int) -> None:
        if end > start:
            text = clean(unescape(self._source[start:end]), multiline=True)
            if text:
                self.tokens.append(Token(Kind.TEXT, text))

    def _declaration(self, opening: int) -> int:
        if not self._source.startswith("<!--", opening):
            return self._source.find(">", opening) + 1
        if opening + 2 > self._last["-->"]:
            return self._end
        # `<!-->` is a whole comment, so the search begins at its own hyphens.
        return self._source.find("-->", opening + 2) + 3

    def _end_tag(self, opening: int) -> int:
        name = _NAME.match(self._source, opening + 2)
        if name:
            self.tokens.append(Token(Kind.END, name[0][:40].lower()))
        return self._source.find(">", opening + 2 if name is None else name.end()) + 1 or self._end

    def _start_tag(self, opening: int) -> int:
        match = _NAME.match(self._source, opening + 1)
        if match is None:
            return opening + 1
        name = match[0][:40].lower()
        attributes, after = self._attributes(match.end())
        if after is None:
            return self._end
        self.tokens.append(Token(Kind.START, name, attributes))
        closing = _RAW_TEXT.get(name)
        if closing is None:
            return after
        found = closing.search(self._source, after)
        end = found.start() if found else self._end
        if name == "style":
            self._text(after, end)
        return end

    def _attributes(self, position: int) -> tuple[Mapping[str, str], int | None]:
        """Read attributes up to ">"; the offset after it, None when the document ends first."""
        source = self._source
        found: dict[str, str] = {}
        while True:
            self.steps += 1
            between = _BETWEEN.match(source, position)
            position = between.end() if between else position
            if position >= self._end:
                return found, None
            if source[position] == ">":
                return found or _NO_ATTRIBUTES, position + 1
            name = _ATTRIBUTE.match(source, position)
            position = name.end() if name else position
            equals = _EQUALS.match(source, position)
            value = ""
            if equals:
                value, position = self._value(equals.end())
            key = name[0].lower() if name else ""
            if key in _KEPT:
                found.setdefault(key, unescape(value))

    def _value(self, position: int) -> tuple[str, int]:
        source = self._source
        quote = source[position : position + 1]
        if quote in ('"', "'") and position < self._last[quote]:
            end = source.find(quote, position + 1)
            return source[position + 1 : end], end + 1
        match = _UNQUOTED.match(source, position)
        return (match[0], match.end()) if match else ("", position)


BLOCKS: Final = _names(
    "address article aside blockquote body br center dd details div dl dt fieldset figcaption "
    "figure footer form h1 h2 h3 h4 h5 h6 header hr html li main nav ol p pre section summary "
    "table tbody td tfoot th thead tr ul"
)
DROPPED: Final = _names(
    "applet audio canvas datalist head iframe map math noembed noframes noscript object script "
    "select style svg template textarea title video xml xmp"
)
"""Elements whose content is not text of the mail."""


def strip_tags(source: str) -> str:
    """Return the text without tags, a line for each block: what is shown when all else fails."""
    pieces: list[str] = []
    dropped: str | None = None
    for token in Tokenizer(source).tokens:
        if dropped is not None:
            if token[:2] in ((Kind.END, dropped), (Kind.START, "body")):
                dropped = None
        elif token.kind is Kind.TEXT:
            pieces.append(re.sub(r"\s+", " ", token.value))
        elif token.kind is Kind.START and token.value in DROPPED and token.value not in VOID:
            dropped = token.value
        elif token.value in BLOCKS:
            pieces.append("\n")
    lines = (line.strip() for line in "".join(pieces).split("\n"))
    return "\n".join(line for line in lines if line)
