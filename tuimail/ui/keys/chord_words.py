"""What is said while a sequence of keys or a number waits for its next key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from itertools import chain
from typing import Final

from tuimail.ui.bindings import BindingSpec, Hint, Keys, Kin, shown_key
from tuimail.ui.drawing.formatting import cut
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import BLANK, Row, Run, ends, rule
from tuimail.ui.keys.scopes import Place

MOST_ROWS: Final = 12
_MEASURE: Final = 100
_COLUMNS: Final = ((120, 5), (72, 3), (52, 2))
"""Cells from which there are so many columns."""
_NAMES: Final = {"g": "go to", "comma": "go to", "z": "fold", "ctrl+w": "panes"}
"""What the sequences behind a key have in common."""
_NOTHING: Final[Hint] = ("", "")


def followers(
    keys: Keys, here: Sequence[Place], head: str, used: Callable[[str], int]
) -> list[list[Hint]]:
    """Return the keys that may follow, as read, each with what it does; the innermost wins.

    What belongs together stands together, always in the same order, so that the eye knows where to
    look. Within that, what is used most comes first; else they stand as in the table. Keys that do
    the same share a row.

    Args:
        here: The places that took keys when the sequence began.
        head: What was pressed of it.
        used: Returns how often a binding was pressed.
    """
    found: dict[str, BindingSpec] = {}
    deeper: dict[str, int] = {}
    use: dict[str, int] = {}
    for scope, _ in here:
        for rest, line in keys.following(scope, head):
            step, _, more = rest.partition(" ")
            if more:
                deeper[step] = deeper.get(step, 0) + 1
            if step not in found or more:
                use[step] = use.get(step, 0) + used(line.id)
            found.setdefault(step, line)
    groups: dict[Kin, dict[str, Hint]] = {kin: {} for kin in Kin}
    for step, line in sorted(found.items(), key=lambda each: -use[each[0]]):
        group, many = groups[line.kin], deeper.get(step, 0)
        if many > 1:
            group[step] = (shown_key(step), f"{many} more …")
        else:
            others, _ = group.get(line.id, ("", ""))
            group[line.id] = (f"{others} {shown_key(step)}".lstrip(), keys.words(line))
    return [list(group.values()) for group in groups.values() if group]


def head_title(head: str) -> str:
    """Return what the sequences behind a key are: `g: go to`."""
    name = _NAMES.get(head)
    return f"{shown_key(head)}: {name}" if name else shown_key(head)


def follower_rows(
    title: str,
    groups: Sequence[Sequence[Hint]],
    width: int,
    height: int,
    glyphs: Glyphs,
    *,
    page: int = 0,
) -> list[Row]:
    """Lay out a rule and the offers in columns, read from top to bottom.

    Args:
        title: Stands in the rule.
        groups: Keys and words; each group stands in one column where there is room for that.
        width: Cells.
        height: Rows at most, with the rule.
        glyphs: What to draw with.
        page: Which part of what does not fit at once, from 0; behind the last comes the first.
    """
    count = next((count for cells, count in _COLUMNS if width >= cells), 1)
    cells = min(width - 2, width if count == 5 else _MEASURE) // count
    most = max(1, min(MOST_ROWS, height - 1))
    columns = _whole(groups, count, most) or _flowing(list(chain(*groups)), count, most, page)
    longest = max((len(key) for key, _ in chain(*columns)), default=1)
    rows: list[Row] = [rule(width, glyphs.rule, title, "Esc cancels")]
    for y in range(max(map(len, columns), default=0)):
        row: list[Run] = [Run("  ")]
        for column in columns:
            key, words = column[y] if y < len(column) else _NOTHING
            room = cells - longest - 4
            said = cut(glyphs.own(words), max(1, room), glyphs.cut)
            row += [Run(f"{key:<{longest}}", "key"), Run(f"  {said:<{room + 2}}")]
        rows.append(tuple(row))
    return rows


def _whole(groups: Sequence[Sequence[Hint]], count: int, most: int) -> list[list[Hint]]:
    """Put each group into one column, a blank row between two; empty where that does not fit."""
    if len(groups) > 1:
        for height in range(max(map(len, groups)), most + 1):
            columns = _stacked(groups, height)
            if len(columns) <= count:
                return columns
    return []


def _stacked(groups: Sequence[Sequence[Hint]], height: int) -> list[list[Hint]]:
    columns: list[list[Hint]] = [[]]
    for group in groups:
        if columns[-1] and len(columns[-1]) + 1 + len(group) > height:
            columns.append([])
        columns[-1] += [_NOTHING, *group] if columns[-1] else group
    return columns


def _flowing(offers: list[Hint], count: int, most: int, page: int) -> list[list[Hint]]:
    """Let the offers run through the columns; what does not fit has a key that shows it."""
    room = most * count
    if len(offers) > room:
        pages = -(-len(offers) // (room - 1)) if room > 1 else len(offers)
        start = page % pages * max(1, room - 1)
        shown = offers[start : start + max(1, room - 1)]
        left = len(offers) - start - len(shown)
        offers = [*shown, ("?", f"{left} more …" if left else "the first ones")]
    rows = -(-len(offers) // count)
    return [offers[at : at + rows] for at in range(0, len(offers), max(1, rows))]


def waiting_row(typed: str, waits_for: str, width: int, glyphs: Glyphs) -> Row:
    """Return the last row while something waits: what was typed, and for what it waits."""
    left = (BLANK, Run(typed, "key"), BLANK, Run(glyphs.block, "cursor-bar"))
    return ends(left, (Run(waits_for, "muted"), BLANK), width)


def typed_words(count: str, steps: Iterable[str]) -> str:
    """Return what was typed so far as people read it: `5`, `g`, `3g`."""
    return count + "".join(shown_key(step) for step in steps)
