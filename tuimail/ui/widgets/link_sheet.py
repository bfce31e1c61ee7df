"""The links of a message: a sheet that lists them, and one that shows a link in full."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple

from textual import on
from textual.app import ComposeResult
from textual.screen import ModalScreen

from tuimail.ui.bindings import bindings_for
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import Line, Row
from tuimail.ui.reading.body_layout import measure
from tuimail.ui.reading.link_layout import link_row, link_rows
from tuimail.ui.shell import shell
from tuimail.ui.widgets.body_view import BodyView
from tuimail.ui.widgets.choice_list import ChoiceList
from tuimail.ui.widgets.choice_sheet import SheetKeys, SheetTitle

if TYPE_CHECKING:
    from textual.strip import Strip

    from tuimail.mime.rendered import Link

_MOST_ROWS: Final = 12
_ONE_DIGIT: Final = 9
_COPY: Final = "copy"
"""What opening does where nothing is opened; the same is not offered twice."""


class LinkWish(NamedTuple):
    """What is to be done with a link.

    Attributes:
        deed: `open`, `copy` or `full`.
    """

    link: Link
    deed: str


def _digits(count: int) -> str:
    return "1" if count == 1 else f"1-{count}"


class LinkSheet(ModalScreen[LinkWish | None]):
    """Answers what is to be done with which link.

    Up to nine links a digit opens at once; beyond that digits are read until Enter.

    Args:
        links: By number, at least one.
        opens: What opening does here, in a word: `open`, or `copy` where nothing is opened.
    """

    DEFAULT_CSS = """
    LinkSheet { align: left bottom; background: transparent; }
    LinkSheet ChoiceList { background: $sheet-background; }
    """
    BINDINGS = bindings_for("links")

    def __init__(self, links: Sequence[Link], opens: str) -> None:
        super().__init__()
        self._links = list(links)
        self._typed = ""
        self._title = SheetTitle("Links", str(len(links)))
        self._list = ChoiceList("sheet")
        self._list.styles.height = min(_MOST_ROWS, len(links))
        number = _digits(len(links)) if len(links) <= _ONE_DIGIT else "number Enter"
        copies = () if opens == _COPY else (("links.copy", "copy"),)
        self._keys = SheetKeys(
            (number, opens), *copies, ("links.full", "in full"), ("links.close", "close")
        )

    def compose(self) -> ComposeResult:
        """Title, links, keys."""
        yield self._title
        yield self._list
        yield self._keys

    def on_mount(self) -> None:
        """Fill the list; the cursor begins at the first."""
        glyphs = shell(self).glyphs

        def draw(link: Link, width: int, bar: str) -> Row:
            return link_row(link, width, bar, glyphs)

        self._list.fill([Line(partial(draw, link), link.number) for link in self._links])
        self._list.focus()

    @property
    def _current(self) -> Link:
        number = self._list.current
        return next((each for each in self._links if each.number == number), self._links[0])

    def _answer(self, deed: str) -> None:
        self.dismiss(LinkWish(self._current, deed))

    def action_digit(self, digit: int) -> None:
        """Take one more digit of a number."""
        typed = f"{self._typed}{digit}".lstrip("0")
        chosen = next((each for each in self._links if str(each.number) == typed), None)
        if len(self._links) <= _ONE_DIGIT:
            if chosen is not None:
                self.dismiss(LinkWish(chosen, "open"))
            return
        if any(str(each.number).startswith(typed) for each in self._links):
            self._take(typed)

    def action_correct(self) -> None:
        """Take the last digit back."""
        self._take(self._typed[:-1])

    def _take(self, typed: str) -> None:
        self._typed = typed
        self._title.say(f"number {typed}" if typed else str(len(self._links)))
        if typed:
            here, wanted = self._current.number, int(typed)
            step = 1 if wanted > here else -1
            for _ in range(abs(wanted - here)):
                self._list.move(step)

    def action_open(self) -> None:
        """Open the link at the cursor."""
        self._answer("open")

    def action_copy(self) -> None:
        """Copy it."""
        self._answer("copy")

    def action_full(self) -> None:
        """Show it in full."""
        self._answer("full")

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self._take("")
        self._list.move(by)

    def action_edge(self, end: int) -> None:
        """Go to the first or the last."""
        self._take("")
        self._list.edge(end)

    @on(ChoiceList.Chosen)
    def _chosen(self) -> None:
        self._answer("open")

    def action_close(self) -> None:
        """Do nothing."""
        self.dismiss(None)


class _LinkText(BodyView):
    DEFAULT_CSS = "_LinkText { height: 1; background: $sheet-background; }"

    def render_line(self, y: int) -> Strip:
        """Paint one row on the ground of a sheet."""
        width, index = self.size.width, y + self.scroll_offset.y
        row = self.runs_of(index) if 0 <= index < len(self.rows) else ()
        return roles(self.app).strip(row, width, "sheet")


class LinkInFull(ModalScreen[str]):
    """Shows where a link leads and what is odd about it; answers `open`, `copy` or nothing.

    Args:
        asks: It is about to be opened: only a key of its own does that.
        opens: What opening does here, in a word.
    """

    DEFAULT_CSS = "LinkInFull { align: left bottom; background: transparent; }"
    BINDINGS = bindings_for("link")

    def __init__(self, link: Link, opens: str, *, asks: bool = False) -> None:
        super().__init__()
        self._link = link
        title = "Look before you open this" if asks else f"Link {link.number}"
        self._title = SheetTitle(title)
        self._text = _LinkText()
        all_the_same = f"{opens} all the same" if link.suspicious else opens
        opening = () if opens == _COPY else (("link.open", all_the_same),)
        self._keys = SheetKeys(*opening, ("link.copy", "copy"), ("link.close", "close"))

    def compose(self) -> ComposeResult:
        """Title, what is known of it, keys."""
        yield self._title
        yield self._text
        yield self._keys

    def on_mount(self) -> None:
        """Take as many rows as it needs, as far as there are some."""
        self._text.show(lambda pane: link_rows(self._link, measure(pane, pane)))
        self.on_resize()
        self._text.focus()

    def on_resize(self) -> None:
        """Take as many rows as it needs in this width."""
        rows = link_rows(self._link, measure(self.size.width, self.size.width))
        self._text.styles.height = max(1, min(len(rows), self.size.height - 4))

    def action_scroll_rows(self, by: int) -> None:
        """Scroll."""
        self._text.scroll_rows(by)

    def action_answer(self, deed: str) -> None:
        """Answer."""
        self.dismiss(deed)
