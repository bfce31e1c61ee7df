"""Which panes a terminal of some size shows, and how wide they are.

Pure numbers: the mailbox screen asks here and sets its widgets accordingly. Between two breakpoints
a few columns of hysteresis keep a slow resize from switching back and forth.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from tuimail.records import record

MIN_WIDTH: Final = 40
MIN_HEIGHT: Final = 10
TREE_ON_DEMAND: Final = 26
_BREAKPOINTS: Final = (64, 120, 132, 150)
_HYSTERESIS: Final = 4
# (tree, list) in three columns, by the number of breakpoints reached.
_COLUMNS: Final = {2: (22, 40), 3: (22, 48), 4: (24, 60)}
_STACK_FROM_HEIGHT: Final = 30
_STACK_MIN_HEIGHT: Final = 18


class Layout(StrEnum):
    """How list and reader share the screen. The words are stored."""

    ONE = "one"
    """The reader takes the place of the list."""
    STACK = "stack"
    """The list over the reader."""
    COLUMNS = "columns"
    """Beside each other."""


class WidthClass(StrEnum):
    """A chosen layout is remembered for each. The words are stored."""

    NARROW = "narrow"
    MEDIUM = "medium"
    WIDE = "wide"


@record
class Room:
    """What a terminal has to offer.

    Attributes:
        step: How many breakpoints are reached, 0 to 4.
    """

    width: int
    height: int
    step: int

    @property
    def too_small(self) -> bool:
        """Whether only a sentence fits."""
        return self.width < MIN_WIDTH or self.height < MIN_HEIGHT

    @property
    def width_class(self) -> WidthClass:
        """Narrow, medium or wide."""
        if self.step == 0:
            return WidthClass.NARROW
        return WidthClass.MEDIUM if self.step == 1 else WidthClass.WIDE

    @property
    def layouts(self) -> tuple[Layout, ...]:
        """The layouts that fit, in the order `w` goes through them."""
        if self.step == 0:
            return (Layout.ONE,)
        stack = (Layout.STACK,) if self.height >= _STACK_MIN_HEIGHT else ()
        columns = (Layout.COLUMNS,) if self.step >= 2 else ()
        return (Layout.ONE, *stack, *columns)

    @property
    def default(self) -> Layout:
        """The layout nobody chose."""
        if self.step >= 2:
            return Layout.COLUMNS
        if self.step == 1 and self.height >= _STACK_FROM_HEIGHT:
            return Layout.STACK
        return Layout.ONE

    @property
    def tree_width(self) -> int:
        """Of the tree that is always there, or of the one on demand."""
        if self.step >= 2:
            return _COLUMNS[self.step][0]
        return TREE_ON_DEMAND if self.step == 1 else self.width

    @property
    def list_width(self) -> int:
        """Of the list in columns."""
        return _COLUMNS[max(2, self.step)][1]

    def list_height(self, rows: int) -> int:
        """Of the list over the reader, out of the rows between the bars."""
        return max(6, rows * 38 // 100)


def measure_room(width: int, height: int, before: Room | None) -> Room:
    """Count the breakpoints reached, with hysteresis against the room there was before."""
    step = sum(width >= point for point in _BREAKPOINTS)
    just_lost = before is not None and step == before.step - 1
    if just_lost and width > _BREAKPOINTS[step] - _HYSTERESIS:
        step += 1
    return Room(width, height, step)
