"""`NO_COLOR` (no-color.org): nothing that is painted names a colour, not even the default one.

Textual's own filter sets both colours to the terminal's in every run of cells, which are six octets
each and still colours.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter, Monochrome, NoColor


class WithoutColours(LineFilter):
    """Keeps weight, underline and reverse."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        """Return the cells without their colours.

        Args:
            segments: One line.
            background: Of the widget; it is not painted either.
        """
        return [
            Segment(text, None if style is None else _plain(style), control)
            for text, style, control in segments
        ]


@lru_cache(4096)
def _plain(style: Style) -> Style:
    return style.without_color


_FILTER = WithoutColours()


def replace_filters(filters: Sequence[LineFilter]) -> Sequence[LineFilter]:
    """Return Textual's filters with those for `NO_COLOR` replaced by this one."""
    return [_FILTER if isinstance(each, NoColor | Monochrome) else each for each in filters]
