"""The settings in words and rows: values, what is worth knowing here, and what was typed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from tuimail.config.described import Kind, Setting
from tuimail.ui.drawing.formatting import cut, fit, number
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import Row, Run, crop_row, rule
from tuimail.ui.drawing.story import MOST_CELLS
from tuimail.ui.drawing.wrapping import wrap_text

_NAME_CELLS: Final = 25
_VALUE_CELLS: Final = 29
_WITH_REMARK: Final = 70
"""From this width on there is room for a remark."""
_LIST_ROWS: Final = 4
"""What the list keeps, however long an explanation is."""


def explained_rows(width: int, height: int) -> int:
    """Return the rows below the list: the rule, and what the longest explanation takes.

    The same for every setting, so that the rule stays where it is.

    Args:
        width: Cells of the terminal.
        height: Rows of the terminal.
    """
    wanted = 5 if width >= 76 else 6 if width >= 56 else 8
    return max(2, min(wanted, height - 2 - _LIST_ROWS))


def value_words(value: object) -> str:
    """Return a value as people read it."""
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, float):
        return f"{value:g}"
    if isinstance(value, int):
        return number(value)
    if isinstance(value, tuple):
        return ", ".join(value)
    return str(value)


def remark(setting: Setting, here: Mapping[str, str]) -> str:
    """Return what the value alone does not say.

    Args:
        here: By key, what the value comes to on this terminal.
    """
    said = here.get(setting.key, "")
    if not said and setting.kind is Kind.NUMBER:
        said = range_words(setting)
    if setting.at_next_start:
        return f"{said}, at the next start" if said else "at the next start"
    return said


def range_words(setting: Setting) -> str:
    """Return `0 to 3,600, or off`."""
    low, high = (number(int(each or 0)) for each in (setting.low, setting.high))
    return " or ".join((f"{low} to {high}", *setting.choices))


def setting_row(
    setting: Setting,
    value: object,
    *,
    changed: bool,
    said: str,
    width: int,
    bar: str,
    glyphs: Glyphs,
) -> Row:
    """Lay out one setting.

    Args:
        changed: It is not the default.
        said: The remark; it goes first when the row is narrow.
        bar: The sign of the cursor, or a blank.
    """
    words, role = value_words(value), "strong" if changed else "text"
    if not words:
        words, role = "-", "muted"
    name_cells = min(_NAME_CELLS, width // 2)
    row = [Run(bar, "cursor-bar"), Run(fit(setting.key, name_cells - 1, glyphs.cut)), Run(" ")]
    room = width - name_cells - 2
    if width < _WITH_REMARK or not said:
        return crop_row((*row, Run(cut(words, room, glyphs.cut), role)), width)
    row.append(Run(fit(words, _VALUE_CELLS - 1, glyphs.cut), role))
    row += [Run(" "), Run(cut(glyphs.own(said), max(1, room - _VALUE_CELLS), glyphs.cut), "muted")]
    return crop_row(row, width)


def group_row(group: str, width: int, glyphs: Glyphs) -> Row:
    """Lay out the title of a group."""
    return rule(width, glyphs.rule, group)


def explanation_rows(setting: Setting | None, width: int, rows: int, glyphs: Glyphs) -> list[Row]:
    """Lay out what a setting means, below a rule with its default.

    Args:
        rows: How many there are, the rule included.
    """
    if setting is None:
        return [rule(width, glyphs.rule)]
    default = value_words(setting.default)
    head = rule(width, glyphs.rule, setting.key, f"default: {default}" if default else "")
    cells = min(width - 2, MOST_CELLS - 2)
    words = wrap_text(glyphs.own(setting.words.replace("`", "")), cells)
    shown = words[: rows - 1]
    if len(shown) < len(words) and shown:
        shown[-1] = f"{cut(shown[-1], cells - 1, '')}{glyphs.cut}"
    return [head, *((Run(" "), Run(line)) for line in shown)]


def parse(setting: Setting, typed: str) -> Any:
    """Return the value of what was typed.

    Raises:
        ValueError: It cannot be a value; the words say what can.
    """
    if setting.kind is Kind.TEXTS:
        return [part for part in (each.strip() for each in typed.split(",")) if part]
    if setting.kind is not Kind.NUMBER or typed in setting.choices:
        return typed
    plain = typed.replace(",", "")
    try:
        value = int(plain) if setting.whole else float(plain)
    except ValueError:
        raise ValueError(f"It is {range_words(setting)}.") from None
    low = float("-inf") if setting.low is None else setting.low
    high = float("inf") if setting.high is None else setting.high
    if not low <= value <= high:  # not a number is not between them either
        raise ValueError(f"It is {range_words(setting)}.")
    return int(value) if value == int(value) and not setting.whole else value


def edited_as(value: object) -> str:
    """Return what stands in the line when a value is edited."""
    if isinstance(value, tuple):
        return ", ".join(value)
    return f"{value:g}" if isinstance(value, float) else str(value)
