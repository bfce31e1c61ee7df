"""Which parts of an HTML mail nobody sees: not displayed, tiny, in the colour of the ground.

Only what is sure counts: a background that a style sheet or an image may have painted makes the
ground unknown, and what stands on unknown ground is shown. `mso-hide` alone hides from Outlook what
everybody else sees, so it does not count.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from tuimail.mime.colours import TRANSPARENT, WHITE, Colour, colour_of
from tuimail.mime.markup import DROPPED, Kind, Token
from tuimail.mime.rendered import Fold, FoldKind
from tuimail.text.safe import SafeText


class Hiding(StrEnum):
    """Why a part is not seen, in words."""

    NOT_DISPLAYED = "not displayed"
    TINY = "tiny text"
    WHITE = "white text"
    SAME_COLOUR = "text in the colour of the ground"
    OFF_PAGE = "off the page"
    PIXEL = "1 pixel"


_HIDDEN = re.compile(
    r"display\s*:\s*none"
    r"|visibility\s*:\s*hidden"
    r"|(?:max-height|opacity)\s*:\s*0(?:\.0+)?(?:px|pt|em|%)?\s*(?:;|!|\Z)",
    re.IGNORECASE,
)
_NO_SIZE = re.compile(
    r"(?<![\w-])(?:height|width)\s*:\s*[01](?:px|pt)?\s*(?:;|!|\Z)", re.IGNORECASE
)
_CUT_OFF = re.compile(r"overflow\s*:\s*hidden", re.IGNORECASE)
_OFF_PAGE = re.compile(
    r"(?:text-indent|(?<![\w-])(?:left|top|margin-left))\s*:\s*-\d{4,}", re.IGNORECASE
)
_FONT_SIZE = re.compile(r"(?<![\w-])font-size\s*:\s*([0-9.]+)(px|pt|%|r?em)?", re.IGNORECASE)
_COLOUR = re.compile(r"(?<![\w-])color\s*:\s*([^;]{1,60})", re.IGNORECASE)
_GROUND = re.compile(r"(?<![\w-])background(?:-color)?\s*:\s*([^;]{1,200})", re.IGNORECASE)
_PAINTED = re.compile(r"url\(|gradient|background-image|var\(", re.IGNORECASE)
_PIXELS = re.compile(r"\s*[012](?:\.\d+)?(?:px)?\s*\Z")
_RULE = re.compile(r"([^{}]{0,400})\{([^{}]{0,2000})\}")
_SIMPLE_CLASS = re.compile(r"\s*\w{0,12}\.([\w-]{1,60})\s*\Z")
_SELECTED = re.compile(r"[.#]?[a-z][\w-]{0,60}", re.IGNORECASE)
_TINY: Final = {"px": 1.0, "pt": 1.0, "%": 2.0, "em": 0.1, "rem": 0.1}
_LONGEST_SHEET: Final = 200_000


def is_pixel(attributes: Mapping[str, str]) -> bool:
    """Whether an image only counts who reads."""
    return any(_PIXELS.match(attributes.get(side, "")) for side in ("width", "height"))


def is_hidden_style(style: str) -> bool:
    """Whether a style takes an element off the screen."""
    return bool(_HIDDEN.search(style))


@dataclass(frozen=True, slots=True)
class Sheets:
    """What the style sheets of a mail say, as far as it matters here.

    Attributes:
        hidden: Classes that are not displayed.
        painted: Tags, classes and ids that may have a background.
    """

    hidden: frozenset[str] = frozenset()
    painted: frozenset[str] = frozenset()


def sheets_of(tokens: Sequence[Token]) -> Sheets:
    """Read the style sheets in one pass; rules inside `@media` hide nothing."""
    hidden: set[str] = set()
    painted: set[str] = set()
    left = _LONGEST_SHEET
    for index, token in enumerate(tokens[:-1]):
        following = tokens[index + 1]
        if token[:2] != (Kind.START, "style") or following.kind is not Kind.TEXT or left <= 0:
            continue
        text = following.value[:left]
        left -= len(text)
        for selectors, body, depth in _rules(text):
            if not depth and _HIDDEN.search(body):
                hidden.update(
                    match[1] for one in selectors.split(",") if (match := _SIMPLE_CLASS.match(one))
                )
            if "background" in body.lower():
                painted.update(found.lower() for found in _SELECTED.findall(selectors))
    return Sheets(frozenset(hidden), frozenset(painted - {"body", "html"}))


def _rules(text: str) -> Iterable[tuple[str, str, int]]:
    """Yield selectors, declarations and how deep a rule is in others."""
    depth = end = 0
    for match in _RULE.finditer(text):
        between = text[end : match.start()]
        selectors = match[1]
        depth = max(0, depth + between.count("{") - between.count("}"))
        end = match.end()
        yield selectors, match[2], depth


@dataclass(slots=True)
class _Open:
    """An element that is open.

    Attributes:
        hidden: Nothing below it is shown.
        tiny: Its font size is nothing; a descendant may set another (MJML mails rely on it).
        colour: Of its text; None where it is not known.
        ground: What it stands on; None where it is not known.
        why: What hides it, for counting; None where a parent does or where it is no text of a mail.
        block: Which of the hidden blocks it belongs to.
        marked: Somebody wants to know when it ends.
        apart: A paragraph with a margin, below it too.
    """

    name: str
    hidden: bool = False
    tiny: bool = False
    colour: Colour | None = Colour(0, 0, 0)
    ground: Colour | None = WHITE
    why: Hiding | None = None
    block: int = -1
    marked: bool = False
    apart: bool = False

    @property
    def is_unreadable(self) -> bool:
        """Whether its text has the colour of what it stands on."""
        return bool(self.colour and self.ground and self.colour.is_like(self.ground))


class OpenElements:
    """The elements that are open, and what of them shows.

    Args:
        sheets: Of the mail.
    """

    def __init__(self, sheets: Sheets) -> None:
        self._sheets = sheets
        self._open: list[_Open] = []
        self._names: dict[str, int] = {}
        self._blocks: dict[int, Hiding] = {}
        self._pushed = 0

    def __len__(self) -> int:
        return len(self._open)

    def has(self, name: str) -> bool:
        """Whether an element of that name is open."""
        return bool(self._names.get(name))

    @property
    def innermost(self) -> str:
        """The name of the innermost element; "" without any."""
        return self._open[-1].name if self._open else ""

    @property
    def is_hidden(self) -> bool:
        """Whether nothing here shows."""
        return bool(self._open) and self._open[-1].hidden

    def shows(self, text: str) -> bool:
        """Whether a text shows here; what does not is counted."""
        if not self._open:
            return True
        inner = self._open[-1]
        why = None
        if inner.hidden:
            why = inner.why
        elif inner.tiny:
            why = Hiding.TINY
        elif inner.is_unreadable:
            is_white = inner.ground is not None and inner.ground.is_like(WHITE)
            why = Hiding.WHITE if is_white else Hiding.SAME_COLOUR
        if why is not None and text.strip("\u00a0 \n\t\r"):
            self._blocks.setdefault(inner.block, why)
        return why is None and not inner.hidden

    def count_pixel(self) -> None:
        """An image of one pixel stands here."""
        self._pushed += 1
        self._blocks[-1 - self._pushed] = Hiding.PIXEL

    def push(self, token: Token) -> None:
        """An element begins."""
        parent = self._open[-1] if self._open else _Open("")
        element = _Open(
            token.value, parent.hidden, parent.tiny, parent.colour, parent.ground, parent.why
        )
        element.block = parent.block
        self._pushed += 1
        if not parent.hidden:
            self._look(element, token)
            if (element.hidden, element.tiny, element.colour, element.ground) != (
                parent.hidden,
                parent.tiny,
                parent.colour,
                parent.ground,
            ):
                element.block = self._pushed
        self._open.append(element)
        self._names[token.value] = self._names.get(token.value, 0) + 1

    def _look(self, element: _Open, token: Token) -> None:
        attributes = token.attributes
        if element.name in DROPPED:
            element.hidden, element.why = True, None
            return
        if not attributes and not self._sheets.painted and element.name != "a":
            return
        style = attributes.get("style", "")
        classes = attributes.get("class", "").split()
        element.why = _why_hidden(attributes, style)
        if element.why is None and self._sheets.hidden.intersection(classes):
            element.why = None if "display" in style.lower() else Hiding.NOT_DISPLAYED
        element.hidden = element.why is not None
        size = _FONT_SIZE.search(style) if style else None
        if size:
            element.tiny = _is_tiny(size[1], size[2] or "")
        self._paint(element, attributes, style, classes)

    def _paint(
        self, element: _Open, attributes: Mapping[str, str], style: str, classes: Sequence[str]
    ) -> None:
        if self._sheets.painted:
            names = {element.name, f"#{attributes.get('id', '')}", *(f".{one}" for one in classes)}
            if self._sheets.painted & {each.lower() for each in names}:
                element.ground = None
        if "bgcolor" in attributes:
            element.ground = colour_of(attributes["bgcolor"])
        if "background" in attributes:
            element.ground = None
        if element.name == "a":
            element.colour = None  # blue, or whatever a style sheet says
        if "color" in attributes:
            element.colour = colour_of(attributes["color"])
        if style:
            _paint_by_style(element, style)

    def mark(self) -> None:
        """Remember the innermost element as one whose end matters."""
        self._open[-1].marked = True

    def set_apart(self) -> None:
        """Remember that the innermost element has a margin below it."""
        if self._open:
            self._open[-1].apart = True

    def pop(self) -> _Open:
        """The innermost element ends."""
        element = self._open.pop()
        self._names[element.name] -= 1
        return element

    def fold(self, place: int) -> Fold | None:
        """Say what was hidden, at a place among the lines; None where nothing was."""
        counts = Counter(self._blocks.values())
        total = sum(counts.values())
        if not total:
            return None
        why = ", ".join(reason for reason in Hiding if counts[reason])
        blocks = "block" if total == 1 else "blocks"
        words = f"{total:,} hidden {blocks} ({why}): only in the source"
        return Fold(place, place, FoldKind.HIDDEN, SafeText(words))


def _paint_by_style(element: _Open, style: str) -> None:
    ground = _GROUND.search(style)
    if _PAINTED.search(style):
        element.ground = None
    elif ground and not TRANSPARENT.match(ground[1].strip()):
        element.ground = colour_of(ground[1]) or colour_of(ground[1].partition(" ")[0])
    colour = _COLOUR.search(style)
    if colour:
        value = colour[1].strip()
        is_clear = TRANSPARENT.match(value) and element.ground is not None
        element.colour = element.ground if is_clear else colour_of(value)


def _why_hidden(attributes: Mapping[str, str], style: str) -> Hiding | None:
    if "hidden" in attributes:
        return Hiding.NOT_DISPLAYED
    if not style:
        return None
    if _HIDDEN.search(style):
        return Hiding.NOT_DISPLAYED
    if _NO_SIZE.search(style) and _CUT_OFF.search(style):
        return Hiding.PIXEL
    return Hiding.OFF_PAGE if _OFF_PAGE.search(style) else None


def _is_tiny(number: str, unit: str) -> bool:
    try:
        size = float(number)
    except ValueError:
        return False
    return size <= _TINY.get(unit.lower(), 0)
