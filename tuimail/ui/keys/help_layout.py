"""The help as rows: the keys of each place in two columns, as far as they fit what was typed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from rich.cells import cell_len

from tuimail.ui.bindings import TITLES, BindingSpec, Keys
from tuimail.ui.drawing.formatting import fit
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import BLANK, Row, Run, rule
from tuimail.ui.keys.scopes import Place

_MEASURE: Final = 100
_TWO_COLUMNS: Final = 64
_KEY_CELLS: Final = 9


class HelpEntry(NamedTuple):
    """One key of the page.

    Attributes:
        key: As read.
        words: What it does.
        line: Of the table.
    """

    key: str
    words: str
    line: BindingSpec


class HelpPage(NamedTuple):
    """The rows, and which entries stand in each.

    Attributes:
        rows: Rules and rows of entries.
        entries: By row, the entries from left to right; none in a rule.
        cells: Of one column.
        width: Of a row.
        key_cells: Of a key, with the blank behind it.
    """

    rows: list[Row]
    entries: list[tuple[HelpEntry, ...]]
    cells: int
    key_cells: int
    width: int


def sections(here: Sequence[Place], keys: Keys) -> list[tuple[str, list[HelpEntry]]]:
    """Return what works in these places, the innermost first.

    What has no key is left out, and what a place further in has taken every key of.
    """
    found = []
    taken: set[str] = set()
    for index, scope in enumerate(dict.fromkeys(place.scope for place in here)):
        title = TITLES[scope]
        entries = []
        for _, line in keys.described((scope,)):
            key = keys.shown_all(line, without=taken)
            if key:
                entries.append(HelpEntry(key, keys.words(line), line))
        taken |= keys.keys_of(scope)
        found.append((f"Here: {title[:1].lower()}{title[1:]}" if index == 0 else title, entries))
    return found


def help_page(
    parts: Sequence[tuple[str, Sequence[HelpEntry]]], typed: str, width: int, glyphs: Glyphs
) -> HelpPage:
    """Lay out what fits what was typed: a key, or words of the description or the name.

    Args:
        parts: Titles and entries.
        typed: The filter.
        width: Cells.
        glyphs: What to draw with.
    """
    shown = [
        (title, [entry for entry in entries if fits(entry, typed)]) for title, entries in parts
    ]
    widths = [cell_len(entry.key) for _, entries in shown for entry in entries]
    key_cells = max(_KEY_CELLS, max(widths, default=0) + 2)
    count = 2 if width >= _TWO_COLUMNS else 1
    whole = min(width, _MEASURE)
    page = HelpPage([], [], whole // count, key_cells, whole)
    for title, entries in shown:
        if not entries:
            continue
        page.rows.append(rule(width, glyphs.rule, title))
        page.entries.append(())
        for pair in _rows_of(entries, count, page, glyphs):
            page.rows.append(
                tuple(
                    run for entry in pair for run in cell(entry, page, glyphs, alone=len(pair) == 1)
                )
            )
            page.entries.append(pair)
    return page


def _rows_of(
    entries: Sequence[HelpEntry], count: int, page: HelpPage, glyphs: Glyphs
) -> Iterator[tuple[HelpEntry, ...]]:
    """Put entries side by side; one whose words a column would cut has a row of its own."""
    row: list[HelpEntry] = []
    for entry in entries:
        is_long = cell_len(glyphs.own(entry.words)) > _word_cells(page.cells, page)
        if row and (is_long or len(row) == count):
            yield tuple(row)
            row = []
        if is_long:
            yield (entry,)
        else:
            row.append(entry)
    if row:
        yield tuple(row)


def _word_cells(cells: int, page: HelpPage) -> int:
    return max(1, cells - page.key_cells - 2)


def cell(
    entry: HelpEntry, page: HelpPage, glyphs: Glyphs, bar: str = " ", *, alone: bool = False
) -> Row:
    """Lay out one entry in its column, or over all of them where it stands alone."""
    room = _word_cells(page.width if alone else page.cells, page)
    words = fit(glyphs.own(entry.words), room, glyphs.cut)
    return (
        Run(bar, "cursor-bar"),
        Run(fit(entry.key, page.key_cells), "key"),
        Run(words),
        BLANK,
    )


def fits(entry: HelpEntry, typed: str) -> bool:
    """Return whether an entry has this key, or all these words in what it does."""
    if not typed.strip():
        return True
    if typed.strip() in entry.key.split():
        return True
    text = f"{entry.words} {entry.line.command} {entry.line.title} {entry.key}".casefold()
    return all(part in text for part in typed.casefold().split())
