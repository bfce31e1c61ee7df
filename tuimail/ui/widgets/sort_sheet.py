"""The sheet that chooses by what a list is sorted."""

from __future__ import annotations

from typing import Final, NamedTuple

from rich.cells import cell_len
from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget

from tuimail.model.listing import Listing, Sort
from tuimail.ui.bindings import bindings_for
from tuimail.ui.drawing.formatting import cut, fit
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import BLANK, Row, Run, rule
from tuimail.ui.listing.words import SORT_WORDS
from tuimail.ui.shell import shell
from tuimail.ui.widgets.choice_sheet import SheetKeys

_REMARKS: Final = {
    Sort.DATE: ("newest first", "oldest first"),
    Sort.SENDER: ("A to Z", "Z to A"),
    Sort.SUBJECT: ("A to Z, without Re:", "Z to A, without Re:"),
    Sort.SIZE: ("largest first", "smallest first"),
    Sort.UNREAD: ("unread first", "read first"),
    Sort.FLAGGED: ("flagged first", "flagged last"),
}
_BEFORE_REMARK: Final = 16
"""Cells of the bar, the sign, the key and the order."""
_WHY: Final = "One by one, as the messages of a conversation differ in all but their age."


class SortOrder(NamedTuple):
    """What was chosen."""

    sort: Sort
    reverse: bool


class _Orders(Widget):
    """The title and the orders; the first key of each chooses it at once."""

    def __init__(self, listing: Listing) -> None:
        super().__init__()
        self._now = SortOrder(listing.sort, listing.reverse)
        self._conversations = listing.conversations
        self.orders = listing.sorts
        self.cursor = self.orders.index(listing.sort)
        self.reverse = listing.reverse
        self._lay_out()

    def _lay_out(self) -> None:
        """The last row says why some of the orders take conversations apart, if it has room."""
        has_room = not self.is_attached or self.app.size.width > cell_len(_WHY) + 3
        explains = self._conversations and len(self.orders) > 1 and has_room
        self.styles.height = len(self.orders) + 2 + explains

    def on_mount(self) -> None:
        """Take the rows that this width needs."""
        self._lay_out()

    def on_resize(self) -> None:
        """Take them anew."""
        self._lay_out()

    def move(self, by: int) -> None:
        """Move the cursor."""
        self.cursor = max(0, min(len(self.orders) - 1, self.cursor + by))
        self.refresh()

    def turn(self) -> None:
        """Show the orders from their other end."""
        self.reverse = not self.reverse
        self.refresh()

    @property
    def chosen(self) -> SortOrder:
        """The order at the cursor."""
        return SortOrder(self.orders[self.cursor], self.reverse)

    def render_line(self, y: int) -> Strip:
        """Paint the title, an order, or how to turn it round."""
        app, width = shell(self), self.size.width
        palette = roles(self.app)
        if y == 0:
            title = rule(width, app.glyphs.rule, "Sort by")
            return palette.strip(title, width, "sheet")
        if y == len(self.orders) + 2:
            return palette.strip((Run("   "), Run(_WHY, "muted")), width, "sheet")
        if y > len(self.orders):
            word = "newest, largest, A first" if self.reverse else "from the other end"
            row: Row = (
                Run("   "),
                Run(app.keys.shown("sort.turn"), "key"),
                Run(f"  {word}", "muted"),
            )
            return palette.strip(row, width, "sheet")
        sort = self.orders[y - 1]
        current = y - 1 == self.cursor
        bar = ">" if palette.reverses_cursor else app.glyphs.cursor
        is_now = self._now == (sort, self.reverse)
        row = (
            Run(bar if current else " ", "cursor-bar"),
            Run(app.glyphs.done if is_now else " ", "success"),
            BLANK,
            Run(app.keys.shown(f"sort.{sort}"), "key"),
            Run(f"  {fit(SORT_WORDS[sort], 10)}"),
            Run(self._remark(sort, width), "muted"),
        )
        return palette.strip(row, width, "cursor" if current else "sheet")

    def _remark(self, sort: Sort, width: int) -> str:
        """Say which comes first, and where there is room what becomes of conversations."""
        first, room = _REMARKS[sort][self.reverse], width - _BEFORE_REMARK - 1
        if not self._conversations or sort is Sort.DATE:
            return cut(first, room, shell(self).glyphs.cut)
        whole = f"{first}, one by one"
        return whole if len(whole) <= room else cut(first, room, shell(self).glyphs.cut)


class SortSheet(ModalScreen[SortOrder | None]):
    """Answers the order, or None when nothing is to change.

    Args:
        listing: As it is now.
    """

    DEFAULT_CSS = """
    SortSheet { align: left bottom; background: transparent; }
    _Orders { width: 100%; }
    """
    BINDINGS = bindings_for("sort")

    def __init__(self, listing: Listing) -> None:
        super().__init__()
        self._orders = _Orders(listing)

    def compose(self) -> ComposeResult:
        """Orders above keys."""
        yield self._orders
        yield SheetKeys(("sort.choose", "sort so"), ("sort.close", "close"))

    def action_move(self, by: int) -> None:
        """Move the cursor."""
        self._orders.move(by)

    def action_turn(self) -> None:
        """Show the orders from their other end."""
        self._orders.turn()

    def action_by(self, name: str) -> None:
        """Sort so at once, if the list can be."""
        if Sort(name) in self._orders.orders:
            self.dismiss(SortOrder(Sort(name), self._orders.reverse))

    def action_choose(self) -> None:
        """Sort so."""
        self.dismiss(self._orders.chosen)

    def action_close(self) -> None:
        """Change nothing."""
        self.dismiss(None)
