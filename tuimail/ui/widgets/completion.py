"""The best three people for what is being typed, below the field."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from textual import work
from textual.strip import Strip
from textual.widget import Widget

from tuimail.text.address import Address, parse_addresses
from tuimail.text.safe import clean
from tuimail.ui.drawing.formatting import fit
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import Row, Run, row_cells
from tuimail.ui.shell import shell
from tuimail.ui.widgets.address_input import LABEL_CELLS, AddressInput
from tuimail.ui.writing.people import ask_command

MOST_OFFERED = 3
_FEWEST_LETTERS = 2
_REST_SECONDS = 0.2
_LOOKING = "completion"


class Completion(Widget):
    """A few rows that are there only while there is something to offer.

    Args:
        line: The field it belongs to.
    """

    DEFAULT_CSS = "Completion { height: 0; width: 100%; max-width: 100; }"

    def __init__(self, line: AddressInput) -> None:
        super().__init__()
        self.line = line
        self._offered: Sequence[Address] = ()
        self._cursor = -1

    @property
    def is_open(self) -> bool:
        """Whether something is offered."""
        return bool(self._offered)

    def look_up(self) -> None:
        """Offer people for what stands behind the last separator."""
        typed = self._typed()
        line = self.line
        if len(typed) < _FEWEST_LETTERS or not line.cursor_at_end or not line.has_focus:
            self.close()
            return
        self._offer(typed)

    @work(group=_LOOKING, exclusive=True)
    async def _offer(self, typed: str) -> None:
        app = shell(self)
        found = await app.people.find(typed, MOST_OFFERED)
        self._show_found(found, typed)
        command = app.settings.compose.address_command
        if command and len(found) < MOST_OFFERED:
            await asyncio.sleep(_REST_SECONDS)  # another letter ends this worker
            more = await ask_command(command, typed, MOST_OFFERED)
            known = {each.address.lower() for each in found}
            new = [each for each in more if each.address.lower() not in known]
            self._show_found([*found, *new][:MOST_OFFERED], typed)

    def _show_found(self, found: Sequence[Address], typed: str) -> None:
        if self._typed() != typed or not self.line.has_focus:
            return
        chosen = self._cursor
        self._offered = [each for each in found if each.address.lower() != typed.lower()]
        # A whole address is taken as typed; a name that is begun wants the first.
        whole = any(each.is_usable and "." in each.host for each in parse_addresses(typed))
        self._cursor = -1 if whole else max(0, min(chosen, len(self._offered) - 1))
        self._show()

    def _typed(self) -> str:
        return _pieces(self.line.value)[1].strip()

    def move(self, rows: int) -> None:
        """Move the choice."""
        self._cursor = max(0, min(len(self._offered) - 1, self._cursor + rows))
        self.refresh()

    def take(self) -> bool:
        """Put the chosen one into the field; False when none is chosen."""
        if not self._offered or self._cursor < 0:
            return False
        before, _ = _pieces(self.line.value)
        self.line.value = f"{before}{' ' if before else ''}{self._offered[self._cursor]}, "
        self.line.cursor_position = len(self.line.value)
        self.close()
        return True

    def close(self) -> None:
        """Offer nothing, nor what is still looked for."""
        self.workers.cancel_group(self, _LOOKING)
        if self._offered:
            self._offered, self._cursor = (), -1
            self._show()

    def _show(self) -> None:
        self.styles.height = len(self._offered)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one of the offers."""
        width, app = self.size.width, shell(self)
        if y >= len(self._offered):
            return roles(self.app).strip((), width)
        address, names = self._offered[y], [clean(each.display) for each in self._offered]
        column = min(max(map(len, names)), max(8, width // 3))
        row: Row = (
            Run(" " * LABEL_CELLS),
            Run(fit(names[y], column, app.glyphs.cut), "strong" if y == self._cursor else "text"),
            Run(f"  {clean(address.address)} ", "muted"),
        )
        if y != self._cursor:
            return roles(self.app).strip(row, width)
        lead = roles(self.app).strip(row[:1], LABEL_CELLS)
        offer = roles(self.app).strip(
            row[1:], min(row_cells(row[1:]), width - LABEL_CELLS), "cursor"
        )
        rest = roles(self.app).strip((), width - LABEL_CELLS - offer.cell_length)
        return Strip.join([lead, offer, rest])


def _pieces(value: str) -> tuple[str, str]:
    """Split what is typed behind the last separator outside of quotes: `a@b, "Chu, K` is one."""
    at = len(value)
    while (at := max(value.rfind(",", 0, at), value.rfind(";", 0, at))) >= 0:
        if value.count('"', 0, at) % 2 == 0:
            break
    return value[: at + 1], value[at + 1 :]
