"""The keys that work in the place it was called from: filtered as one types, run by Enter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.geometry import Size
from textual.screen import Screen
from textual.scroll_view import ScrollView
from textual.strip import Strip
from textual.widgets import Input

from tuimail.ui.bindings import BindingSpec, bindings_for
from tuimail.ui.drawing.formatting import cut
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import BLANK, Run, row_cells
from tuimail.ui.keys.help_layout import HelpEntry, HelpPage, cell, help_page, sections
from tuimail.ui.keys.scopes import Place, why_not_here
from tuimail.ui.shell import shell
from tuimail.ui.widgets.address_input import LineInput
from tuimail.ui.widgets.beside import LEAST_TYPED, Beside, keys_beside
from tuimail.ui.widgets.top_bar import TopBar

_FILTER: Final = (Run(" filter: ", "muted"),)


class HelpView(ScrollView, can_focus=False):
    """The page of keys, with a cursor on one of them.

    Args:
        here: The places whose keys are shown.
    """

    DEFAULT_CSS = """
    HelpView { width: 100%; height: 1fr; overflow-x: hidden; background: $background;
               scrollbar-size-vertical: 0; scrollbar-size-horizontal: 0; }
    """

    def __init__(self, here: Sequence[Place]) -> None:
        super().__init__()
        self._here = here
        self._typed = ""
        self._page = HelpPage([], [], 0, 0, 0)
        self._at = (0, 0)

    @property
    def count(self) -> int:
        """How many keys are shown."""
        return sum(len(entries) for entries in self._page.entries)

    @property
    def current(self) -> HelpEntry | None:
        """The key at the cursor."""
        row, column = self._at
        entries = self._page.entries[row] if row < len(self._page.entries) else ()
        return entries[column] if column < len(entries) else None

    def filter(self, typed: str) -> None:
        """Show what fits, with the cursor on the first."""
        self._typed = typed
        self._lay_out()

    def on_resize(self) -> None:
        """Lay the page out for the width."""
        self._lay_out()

    def _lay_out(self) -> None:
        app = shell(self)
        parts = sections(self._here, app.keys)
        self._page = help_page(parts, self._typed, self.size.width, app.glyphs)
        self._at = next(((row, 0) for row, each in enumerate(self._page.entries) if each), (0, 0))
        self.virtual_size = Size(self.size.width, len(self._page.rows))
        self.scroll_to(y=0, animate=False)
        self.refresh()

    def move_rows(self, by: int) -> None:
        """Go up or down in the column."""
        row, column = self._at
        filled = [index for index, each in enumerate(self._page.entries) if each]
        if not filled:
            return
        at = filled.index(row) + by
        row = filled[max(0, min(len(filled) - 1, at))]
        self._go(row, min(column, len(self._page.entries[row]) - 1))

    def move(self, by: int) -> None:
        """Go to the next key or the one before, from row to row."""
        spots = [
            (row, column)
            for row, each in enumerate(self._page.entries)
            for column in range(len(each))
        ]
        if spots:
            self._go(*spots[(spots.index(self._at) + by) % len(spots)])

    def _go(self, row: int, column: int) -> None:
        self._at = (row, column)
        top, height = self.scroll_offset.y, self.size.height
        if row <= top:
            self.scroll_to(y=max(0, row - 1), animate=False)
        elif row >= top + height:
            self.scroll_to(y=row - height + 1, animate=False)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one line; the key at the cursor stands on the cursor's surface."""
        index, palette, width = y + self.scroll_offset.y, roles(self.app), self.size.width
        row, column = self._at
        if index >= len(self._page.rows) or index != row or self.current is None:
            shown = self._page.rows[index] if index < len(self._page.rows) else ()
            return palette.strip(shown, width)
        glyphs = shell(self).glyphs
        bar = ">" if palette.reverses_cursor else glyphs.cursor
        entries = self._page.entries[index]
        alone = len(entries) == 1
        cells = self._page.width if alone else self._page.cells
        strips = [
            palette.strip(
                cell(entry, self._page, glyphs, bar if at == column else " ", alone=alone),
                cells,
                "cursor" if at == column else "background",
            )
            for at, entry in enumerate(entries)
        ]
        used = cells * len(strips)
        return Strip.join([*strips, palette.strip((), max(0, width - used))])


class HelpScreen(Screen[BindingSpec | None]):
    """Answers what is to be run, or None.

    Args:
        here: The places it is called from.
    """

    DEFAULT_CSS = """
    HelpScreen { layout: vertical; background: $background; }
    HelpScreen Horizontal { height: 1; width: 100%; background: $bar-background; }
    HelpScreen LineInput, HelpScreen LineInput:focus { background: $bar-background; }
    """
    BINDINGS = bindings_for("help", priority=True)
    AUTO_FOCUS = "#filter"

    def __init__(self, here: Sequence[Place]) -> None:
        super().__init__()
        self._here = here
        self._view = HelpView(here)
        self._label = Beside(_FILTER)
        self._said = Beside()

    def compose(self) -> ComposeResult:
        """Bar, page, filter."""
        yield TopBar("Help", f"keys that work here, preset {shell(self).keys.preset}")
        yield self._view
        with Horizontal():
            yield self._label
            yield LineInput("", id="filter")
            yield self._said

    def on_mount(self) -> None:
        """Say what the keys do, and again when they are changed."""
        shell(self).signal_settings.subscribe(self, lambda _: self._lay_out_again())
        self.call_after_refresh(self._say)

    def _lay_out_again(self) -> None:
        self._view.filter(self.query_one(LineInput).value)
        self._say()

    def on_resize(self) -> None:
        """As many keys as there is room for."""
        self.call_after_refresh(self._say)

    @on(Input.Changed, "#filter")
    def _changed(self, event: Input.Changed) -> None:
        event.stop()
        self._view.filter(event.value)
        self._say()

    @on(Input.Submitted, "#filter")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        entry = self._view.current
        if entry is not None and not self._reason(entry):
            self.dismiss(entry.line)

    def _reason(self, entry: HelpEntry) -> str:
        return why_not_here(self.app, entry.line, self._here)

    def _say(self) -> None:
        app = shell(self)
        count = self._view.count
        self.query_one(TopBar).state = f"{count} key{'' if count == 1 else 's'}"
        entry = self._view.current
        reason = self._reason(entry) if entry is not None else "Nothing here has that."
        room = self.app.size.width - row_cells(_FILTER) - LEAST_TYPED
        if reason:
            words = cut(app.glyphs.own(reason), max(1, room - 3), app.glyphs.cut)
            self._said.say((Run(f"{app.glyphs.look} ", "warning"), Run(words), BLANK))
            return
        hints = (
            ("Enter", "run it"),
            (app.keys.shown("help.rebind"), "rebind"),
            (app.keys.shown("help.close"), "close"),
        )
        self._said.say(keys_beside(hints, room))

    def action_move_rows(self, by: int) -> None:
        """Go up or down."""
        self._view.move_rows(by)
        self._say()

    def action_move(self, by: int) -> None:
        """Go to the next key."""
        self._view.move(by)
        self._say()

    def action_rebind(self) -> None:
        """Give the key at the cursor another one."""
        entry = self._view.current
        if entry is not None:
            shell(self).rebind(entry.line)

    def action_close(self) -> None:
        """Go back."""
        self.dismiss(None)
