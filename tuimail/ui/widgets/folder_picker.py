"""The sheet that picks a folder: a line to type in, and above it what fits."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from textual import events
from textual.strip import Strip
from textual.widget import Widget

from tuimail.ui.drawing.formatting import number
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import rule
from tuimail.ui.folders.choices import Choice, Offer, choice_row
from tuimail.ui.shell import shell
from tuimail.ui.widgets.line_sheet import LineSheet

_MOST_ROWS: Final = 12
_FEWEST_ROWS: Final = 4
_MOST_CELLS: Final = 100
"""What a row takes of a wide terminal: the mailbox stands near its folder."""


class FolderRows(Widget):
    """The title, and as many folders as there is room for.

    Args:
        title: What is done.
        offer: What can be picked.
    """

    DEFAULT_CSS = "FolderRows { width: 100%; }"

    def __init__(self, title: str, offer: Offer) -> None:
        super().__init__()
        self._title, self.offer = title, offer
        self._choices, self._all = offer.choices("")
        self._fitting = self._all
        self._cursor = self._top = 0

    @property
    def chosen(self) -> Choice | None:
        """The row at the cursor."""
        return self._choices[self._cursor] if self._choices else None

    def on_mount(self) -> None:
        """Take the rows that are left above the line, and leave the list in sight."""
        room = self.app.size.height // 2 - 2
        rows = max(_FEWEST_ROWS, min(_MOST_ROWS, room, self._all + 1))
        self.styles.height = rows + 1

    def look_for(self, typed: str) -> str:
        """Show what fits what was typed; says so where nothing does."""
        self._choices, self._fitting = self.offer.choices(typed)
        self._cursor = self._top = 0
        self.refresh()
        return "" if self._choices else "No folder is named so."

    def move(self, rows: int, page: bool) -> None:
        """Move the cursor by rows or pages."""
        step = rows * max(1, self.size.height - 2) if page else rows
        self._cursor = max(0, min(len(self._choices) - 1, self._cursor + step))
        self._top = max(self._cursor - self.size.height + 2, min(self._top, self._cursor))
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint the title or one folder."""
        app, width, palette = shell(self), self.size.width, roles(self.app)
        if y == 0:
            count = f"{number(self._fitting)} of {number(self._all)} folders"
            return palette.strip(rule(width, app.glyphs.rule, self._title, count), width, "sheet")
        index = y - 1 + self._top
        if index >= len(self._choices):
            return palette.strip((), width, "sheet")
        here = index == self._cursor
        bar = ">" if palette.reverses_cursor else app.glyphs.cursor
        cells = min(width, _MOST_CELLS)
        row = choice_row(self._choices[index], cells, app.glyphs, cursor=bar if here else " ")
        return palette.strip(row, width, "cursor" if here else "sheet")

    async def on_click(self, event: events.Click) -> None:
        """Put the cursor there; once more takes it."""
        index = event.y - 1 + self._top
        if event.y == 0 or index >= len(self._choices):
            return
        if index == self._cursor and isinstance(self.screen, LineSheet):
            await self.screen.line.action_submit()
        self._cursor = index
        self.refresh()

    def on_mouse_scroll_down(self) -> None:
        """Go on."""
        self.move(1, False)

    def on_mouse_scroll_up(self) -> None:
        """Go back."""
        self.move(-1, False)


async def pick_folder(
    owner: Widget,
    prompt: str,
    title: str,
    offer: Offer,
    verb: str,
    refused: Callable[[Choice], str],
    picked: Callable[[Choice], None],
) -> None:
    """Open the sheet.

    Args:
        prompt: Stands in front of what is typed.
        title: What is done, such as `Move 3 to`.
        verb: What Enter does.
        refused: Returns why a choice cannot be taken; the sheet says it and stays.
        picked: Told what was chosen.
    """
    rows = FolderRows(title, offer)

    def check(typed: str) -> str:
        chosen = rows.chosen
        return refused(chosen) if chosen is not None else "No folder is named so."

    def answered(typed: str | None) -> None:
        if typed is not None and rows.chosen is not None:
            picked(rows.chosen)

    hints = (("Enter", verb), ("line.close", "close"))
    sheet = LineSheet(
        f"{prompt} ", "", rows.look_for, hints, move=rows.move, above=rows, check=check
    )
    await owner.app.push_screen(sheet, answered)
