"""What is said while a sequence of keys or a number waits for its next key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final

from tuimail.ui.bindings import Hint, Keys, shown_key
from tuimail.ui.drawing.formatting import cut
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import BLANK, Row, Run, ends, rule
from tuimail.ui.keys.scopes import Place

MOST_ROWS: Final = 12
_FIVE_COLUMNS: Final = 120
_NARROW: Final = 56
_MEASURE: Final = 100
_NAMES: Final = {"g": "go to", "comma": "go to", "z": "fold", "ctrl+w": "panes"}
"""What the sequences behind a key have in common."""


def followers(
    keys: Keys, here: Sequence[Place], head: str, used: Callable[[str], int]
) -> list[Hint]:
    """Return the keys that may follow, as read, each with what it does; the innermost wins.

    What is used most comes first; else they stand as in the table.

    Args:
        here: The places that took keys when the sequence began.
        head: What was pressed of it.
        used: Returns how often a binding was pressed.
    """
    found: dict[str, str] = {}
    deeper: dict[str, int] = {}
    use: dict[str, int] = {}
    for scope, _ in here:
        for rest, line in keys.following(scope, head):
            step, _, more = rest.partition(" ")
            if more:
                deeper[step] = deeper.get(step, 0) + 1
            if step not in found or more:
                use[step] = use.get(step, 0) + used(line.id)
            found.setdefault(step, keys.words(line))
    ordered = sorted(found.items(), key=lambda each: -use[each[0]])
    return [
        (shown_key(step), f"{deeper[step]} more …" if deeper.get(step, 0) > 1 else words)
        for step, words in ordered
    ]


def head_title(head: str) -> str:
    """Return what the sequences behind a key are: `g: go to`."""
    name = _NAMES.get(head)
    return f"{shown_key(head)}: {name}" if name else shown_key(head)


def follower_rows(
    title: str, offers: Sequence[Hint], width: int, height: int, glyphs: Glyphs
) -> list[Row]:
    """Lay out a rule and the offers in columns, read from top to bottom.

    Args:
        title: Stands in the rule.
        offers: Keys and words.
        width: Cells.
        height: Rows at most, with the rule.
        glyphs: What to draw with.
    """
    columns = 5 if width >= _FIVE_COLUMNS else 3 if width >= _NARROW else 1
    cells = min(width - 2, width if columns == 5 else _MEASURE) // columns
    most = max(1, min(MOST_ROWS, height - 1))
    shown = list(offers)
    if len(shown) > most * columns:
        left_out = len(shown) - most * columns + 1
        shown = [*shown[:-left_out], ("", f"and {left_out} more: ? shows all")]
    count = -(-len(shown) // columns)
    longest = max((len(key) for key, _ in shown), default=1)
    rows: list[Row] = [rule(width, glyphs.rule, title, "Esc cancels")]
    for y in range(count):
        row: list[Run] = [Run("  ")]
        for key, words in shown[y::count]:
            room = cells - longest - 4
            said = cut(glyphs.own(words), max(1, room), glyphs.cut)
            row += [Run(f"{key:<{longest}}", "key"), Run(f"  {said:<{room + 2}}")]
        rows.append(tuple(row))
    return rows


def waiting_row(typed: str, waits_for: str, width: int, glyphs: Glyphs) -> Row:
    """Return the last row while something waits: what was typed, and for what it waits."""
    left = (BLANK, Run(typed, "key"), BLANK, Run(glyphs.block, "cursor-bar"))
    return ends(left, (Run(waits_for, "muted"), BLANK), width)


def typed_words(count: str, steps: Iterable[str]) -> str:
    """Return what was typed so far as people read it: `5`, `g`, `3g`."""
    return count + "".join(shown_key(step) for step in steps)
