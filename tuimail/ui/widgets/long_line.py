"""A line of text of any length: of a list of thousands only what is in view is laid out.

Textual lays the whole of a line out for every key, several times: 35 ms for 10,000 addresses.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

from rich.cells import cell_len
from rich.text import Text
from textual.strip import Strip
from textual.widgets import Input

_LONG: Final = 2_000
"""Characters from which on it matters."""
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]+")


def cells_of(text: str) -> int:
    """Return the cells that a clean text without tabs takes."""
    if text.isascii():
        return len(text)
    others = _BEYOND_ASCII.findall(text)
    return len(text) - sum(map(len, others)) + sum(map(cell_len, others))


_cells_of_all: Final = lru_cache(maxsize=4)(cells_of)
"""The same, remembered: a key asks several times for the whole line."""


class LongLine(Input):
    """An input that costs the same whatever its length."""

    @property
    def content_width(self) -> int:
        """The cells of the text, and one for the cursor at its end."""
        if len(self.value) < _LONG or "\t" in self.value:
            return super().content_width
        return _cells_of_all(self.value) + 1

    def _position_to_cell(self, position: int) -> int:
        if len(self.value) < _LONG or "\t" in self.value:
            return super()._position_to_cell(position)
        return _cells_of_all(self.value[:position])

    def render_line(self, y: int) -> Strip:
        """Paint the row: of a long text what is in view, found from the cursor on."""
        width = self.scrollable_content_region.width
        before = self._position_to_cell(self.cursor_position) - self.scroll_offset.x
        is_in_view = 0 <= before <= width
        if y or len(self.value) < _LONG or not is_in_view or self.password:
            return super().render_line(y)
        at = self.cursor_position
        # No character is less than a cell but those that join, of which there are few in a row.
        start, end = max(0, at - 2 * before - 1), at + 2 * width + 1
        while start < at and cells_of(self.value[start + 1 : at]) >= before:
            start += 1
        text = self._in_view(start, end)
        left = cells_of(self.value[start:at]) - before
        strip = Strip(text.render(self.app.console)).crop(left, left + width + 1)
        return strip.extend_cell_length(width + 1).apply_style(self.rich_style)

    def _in_view(self, start: int, end: int) -> Text:
        """Return these characters with the cursor and what is selected."""
        text = Text(self.value[start:end], no_wrap=True, end="")
        if not self.has_focus:
            return text
        first, last = sorted(self.selection)
        if first < last:
            chosen = self.get_component_rich_style("input--selection")
            text.stylize_before(chosen, max(0, first - start), max(0, last - start))
        if self.cursor_at_end:
            text.pad_right(1)
        at = self.cursor_position - start
        text.stylize(self.get_component_rich_style("input--cursor"), at, at + 1)
        return text
