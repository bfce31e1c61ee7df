"""HTML mail to lines of text: what the author meant to be read, in reading order, nothing fetched.

html2text does lists, spacing and the flow of blocks. Its subclass here leaves out what is hidden,
turns tables that are mere layout into blocks and aligns those that hold data, numbers links instead
of printing them, and never lets an attribute reach the text as markup. It is fed tokens of
`markup.Tokenizer`, never the standard library's parser.

Only the render process runs this: see `render`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from html2text import HTML2Text

from tuimail.mime.layout import (
    BLANK,
    CELL_MARK,
    HEADING_END,
    HEADING_START,
    IMAGE,
    ITEM_END,
    ITEM_START,
    QUOTE_END,
    QUOTE_START,
    RULE,
    SIGNATURE_END,
    SIGNATURE_START,
    TABLE_END,
    TABLE_START,
    VERBATIM_END,
    VERBATIM_START,
    lines_of,
)
from tuimail.mime.links import LinkList
from tuimail.mime.markup import DROPPED, LONGEST, VOID, Kind, Token, Tokenizer
from tuimail.mime.noise.folding import Hint, folds_of
from tuimail.mime.rendered import FoldKind, RenderedText
from tuimail.mime.tables import data_tables
from tuimail.mime.visibility import OpenElements, is_hidden_style, is_pixel, sheets_of
from tuimail.text.safe import SafeText, clean

_NO_MARGIN = re.compile(r"\bMso(?:Normal|PlainText|NoSpacing|ListParagraph)", re.IGNORECASE)
_SIGNATURE = re.compile(
    r"\A(?:gmail_signature|moz-signature|signature|ms-outlook-mobile-signature|appendonsend_sig)\Z",
    re.IGNORECASE,
)
_LINKED_IMAGE = re.compile(rf"{IMAGE}(\[image\] \[(\d{{1,4}})\])")
_DEEPEST = 20
_LONGEST_ALT = 200

# A new one of these ends an open one of the same group that was never closed.
_IMPLIED_END = {
    "p": ("p",),
    "li": ("li",),
    "td": ("td", "th"),
    "th": ("td", "th"),
    "tr": ("td", "th", "tr"),
    "dd": ("dd", "dt"),
    "dt": ("dd", "dt"),
}
_BLOCK_LIKE = frozenset(
    {"div", "section", "article", "header", "footer", "main", "nav", "aside", "center", "form"}
    | {"fieldset", "figure", "figcaption", "address", "details", "summary", "caption", "legend"}
)
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LISTS = frozenset({"ul", "ol"})
_FLOW = frozenset({"li", "dl", "dt", "dd", "q", "del", "s", "strike"})
_TABLE_PARTS = frozenset({"tr", "td", "th"})


def render_html(source: str) -> RenderedText:
    """Convert a document. Time is linear in its length, which is cut at `markup.LONGEST`."""
    tokens = Tokenizer(source).tokens
    converter = _Converter(data_tables(tokens), OpenElements(sheets_of(tokens)))
    lines, cut, signatures = lines_of(converter.convert(tokens))
    notices = []
    if cut or len(source) > LONGEST:
        notices.append(SafeText("The text is very long; its end is not shown."))
    if converter.links.is_full:
        notices.append(SafeText("There are too many links; the last have no number."))
    links = converter.links.all()
    hints = [Hint(first, end, FoldKind.SIGNATURE) for first, end in signatures]
    folds = folds_of(lines, links, hints)
    hidden = converter.open.fold(len(lines))
    return RenderedText(lines, links, tuple(notices), (*folds, hidden) if hidden else folds)


@dataclass(slots=True)
class _Anchor:
    href: str
    text: list[str] = field(default_factory=list)
    has_image: bool = False


class _Converter(HTML2Text):
    """Feeds html2text with what is visible.

    Args:
        data_tables: Token positions of tables to align.
        elements: Knows what is open and what of it shows.
    """

    def __init__(self, data_tables: frozenset[int], elements: OpenElements) -> None:
        super().__init__(bodywidth=0)
        self.unicode_snob = True
        self.ignore_links = True
        self.ignore_images = True
        self.ignore_emphasis = True
        self.links = LinkList()
        self._data_tables = data_tables
        self.open = elements
        self._anchor: _Anchor | None = None
        self._tables: list[bool] = []
        self._cells: int | None = None
        self._preformatted = 0
        self._quotes = 0
        self._lists = 0
        self._said: set[int] = set()

    def convert(self, tokens: Sequence[Token]) -> str:
        """Return text with the marks that `layout.lines_of` reads."""
        for index, token in enumerate(tokens):
            if token.kind is Kind.TEXT:
                if self.open.shows(token.value):
                    self._show(token.value)
            elif token.kind is Kind.START:
                self._start(index, token)
            else:
                self._end(token.value)
        self._close_anchor()
        return _LINKED_IMAGE.sub(self._unless_said, self.finish())

    def _unless_said(self, image: re.Match[str]) -> str:
        """Leave an image without words out where other words lead to the same place."""
        return "" if int(image[2]) in self._said else image[1]

    # What is open.

    def _start(self, index: int, token: Token) -> None:
        name = token.value
        for implied in _IMPLIED_END.get(name, ()):
            if self.open.innermost == implied:
                self._finish_element()
        if name == "body":
            while self.open.innermost in DROPPED:  # a body ends the head, closed or not
                self.open.pop()
        if name in VOID:
            if not self.open.is_hidden:
                self._void(token)
            return
        self.open.push(token)
        if not self.open.is_hidden:
            self._open_element(index, token)

    def _end(self, name: str) -> None:
        if name in VOID:
            if name == "br":
                self._void(Token(Kind.START, name))
            return
        if not self.open.has(name):
            return
        while self._finish_element() != name:
            pass

    # Elements that show.

    def _void(self, token: Token) -> None:
        if self._cells is not None:
            self.space = True
        elif token.value == "br":
            # Newlines due before the next output: one ends the line, two leave one blank.
            self.p_p = min(self.p_p + 1, 3)
        elif token.value == "hr":
            self.p()
            self.o(f"{RULE}---")
            self.p()
        if token.value == "img":
            self._image(token.attributes)

    def _image(self, attributes: Mapping[str, str]) -> None:
        alt = " ".join(clean(attributes.get("alt", ""))[:_LONGEST_ALT].split())
        if is_pixel(attributes):
            self.open.count_pixel()
        elif is_hidden_style(attributes.get("style", "")):
            return
        elif alt:
            self._show(f"[image: {alt}]")
        elif self._anchor is not None:
            self._anchor.has_image = True

    def _open_element(self, index: int, token: Token) -> None:
        name = token.value
        if name == "a":
            self._close_anchor()
            if token.attributes.get("href"):
                self._anchor = _Anchor(token.attributes["href"])
        elif name == "table":
            self._open_table(index in self._data_tables)
        elif self._cells is not None:
            self._open_in_cell(token)
        else:
            attributes = token.attributes
            if _SIGNATURE.match(attributes.get("id", "")) or any(
                map(_SIGNATURE.match, attributes.get("class", "").split())
            ):
                self.open.mark()
                self.pbr()
                self._begin(SIGNATURE_START)
            self._open_block(token)

    def _open_block(self, token: Token) -> None:
        name = token.value
        if name == "blockquote":
            self.p()
            if self._quotes < _DEEPEST:
                self._begin(QUOTE_START)
            self._quotes += 1
        elif name == "pre":
            self.p()
            self._begin(VERBATIM_START)
            self._preformatted += 1
        elif name in _LISTS:
            self._lists += 1
            if self._lists <= _DEEPEST:
                self.handle_tag(name, {"start": token.attributes.get("start", "1")}, start=True)
        elif name in _FLOW:
            self.handle_tag(name, {}, start=True)
            if name == "li":
                self._begin(ITEM_START)
        else:
            self._block(token)

    def _block(self, token: Token) -> None:
        name = token.value
        attributes = token.attributes
        is_tight = name == "p" and (
            _NO_MARGIN.search(attributes.get("class", ""))
            or re.search(r"margin(?:-bottom)?\s*:\s*0", attributes.get("style", ""))
        )
        if name in _HEADINGS:
            self.p()
            self._begin(HEADING_START)
        elif name == "p" and not is_tight:
            self.p()
            self.open.set_apart()
        elif name == "p" or name in _BLOCK_LIKE or name in _TABLE_PARTS:
            self.pbr()

    def _finish_element(self) -> str:
        """End the innermost element and return its name."""
        element = self.open.pop()
        name = element.name
        if element.hidden:
            return name
        if name == "a":
            self._close_anchor()
        elif name == "table":
            self._close_table()
        elif self._cells is not None:
            self._close_in_cell(name)
        else:
            self._close_block(name, is_apart=element.apart)
        if element.marked:
            self._mark(SIGNATURE_END)
        return name

    def _mark(self, mark: str) -> None:
        """Set a mark right behind what was said last, whatever blocks or blanks are due."""
        due, space = self.p_p, self.space
        self.p_p, self.space = 0, False
        self.o(mark)
        self.p_p, self.space = due, space

    def _begin(self, mark: str) -> None:
        """Set a mark right before what is said next."""
        self.o(mark)
        self.start = True

    def _close_block(self, name: str, *, is_apart: bool) -> None:
        if name == "blockquote":
            self._quotes -= 1
            if self._quotes < _DEEPEST:
                self.o(QUOTE_END)
            self.p()
        elif name == "pre":
            self._preformatted -= 1
            self._mark(VERBATIM_END)
            self.p()
        elif name in _LISTS:
            if self._lists <= _DEEPEST:
                self.handle_tag(name, {}, start=False)
            self._lists -= 1
        elif name in _FLOW:
            if name == "li":
                self._mark(ITEM_END)
            self.handle_tag(name, {}, start=False)
        elif name in _HEADINGS:
            self._mark(HEADING_END)
            self.p()
        elif is_apart or (name == "p" and self.p_p == 2):
            self.p()
        else:
            self._block(Token(Kind.END, name, {"class": "MsoNormal"}))

    # Tables.

    def _open_table(self, holds_data: bool) -> None:
        self._tables.append(holds_data)
        self.p()
        if holds_data:
            self.o(TABLE_START)
            self.pbr()
            self._cells = 0

    def _close_table(self) -> None:
        holds_data = self._tables.pop() if self._tables else False
        if holds_data:
            self._cells = None
            self.pbr()
            self.o(TABLE_END)
        self.p()

    def _open_in_cell(self, token: Token) -> None:
        if token.value == "tr":
            self._cells = 0
        elif token.value in ("td", "th"):
            if self._cells:
                self.o(CELL_MARK)
            self._cells = (self._cells or 0) + 1
        else:
            self.space = True

    def _close_in_cell(self, name: str) -> None:
        if name == "tr":
            self.pbr()
        elif name not in ("a", "span", "b", "strong", "i", "em", "font", "u"):
            self.space = True

    # Text and links.

    def _show(self, text: str) -> None:
        text = text.replace("\u00a0", BLANK)
        if self._anchor is not None:
            self._anchor.text.append(text.replace(BLANK, " "))
        if self._preformatted and self._cells is None:
            self.o(text.removeprefix("\n") if self.p_p else text)
        else:
            words = text.rstrip()
            self.o(words, puredata=True)
            # Held back, so that a link's number comes before the blank.
            self.space = self.space or words != text

    def _close_anchor(self) -> None:
        anchor = self._anchor
        self._anchor = None
        if anchor is None:
            return
        text = " ".join("".join(anchor.text).split())
        link = self.links.add(anchor.href, text) if text or anchor.has_image else None
        if link is None:
            return
        if text:
            self._said.add(link.number)
        else:
            self._show(f"{IMAGE}[image]")
        # The number belongs to the text, whatever blocks or blanks came after it.
        self._mark(f" [{link.number}]")
