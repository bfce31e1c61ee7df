"""The sets of keys as rows: what one notices first of each, and whose habits they are."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from rich.cells import cell_len

from tuimail.config.key_presets import load_preset, preset_names
from tuimail.config.paths import own_keys_dir
from tuimail.errors import ConfigError
from tuimail.text.safe import clean
from tuimail.ui.drawing.formatting import cut, fit
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import BLANK, Row, Run, ends

QUESTION: Final = "Which keys do your hands know?"
LATER: Final = "You can change this at any time with :keys"
_MOST_CELLS: Final = 80
_ABOUT_CELLS: Final = 46


class KeySet(NamedTuple):
    """One set.

    Attributes:
        name: As `[keys] preset` wants it.
        about: What one notices first.
        source: Whose habits they are.
    """

    name: str
    about: str
    source: str


def key_sets() -> list[KeySet]:
    """Return all sets that can be read, the shipped ones first."""
    return list(_key_sets(preset_names(), str(own_keys_dir())))


@lru_cache(maxsize=1)
def _key_sets(names: tuple[str, ...], _folder: str) -> tuple[KeySet, ...]:
    """Read them once: a page that is painted again reads no files."""
    found = []
    for name in names:
        try:
            preset, _ = load_preset(name)
        except ConfigError:
            continue  # its file is told of when it is named
        found.append(KeySet(name, clean(preset.about), clean(preset.source)))
    return tuple(found)


def key_set_row(each: KeySet, width: int, glyphs: Glyphs, bar: str, *, now: bool = False) -> Row:
    """Lay out one set; what does not fit is left out whole, whose habits they are first."""
    cells = min(width, _MOST_CELLS)
    name = Run(fit(each.name, 10, glyphs.cut), "strong" if bar != " " else "text")
    left: list[Run] = [Run(bar, "cursor-bar"), BLANK, name]
    room = cells - 13
    side = "in use" if now else each.source
    if room >= _ABOUT_CELLS + cell_len(side):
        left.append(Run(fit(each.about, _ABOUT_CELLS, glyphs.cut)))
        return ends((*left, Run(side, "muted")), (), width)
    return ends((*left, Run(cut(each.about, max(1, room), glyphs.cut))), (), width)


def question_rows(width: int) -> Sequence[Row]:
    """Lay out the question."""
    question, later = Run(QUESTION, "strong"), Run(f"  {LATER}", "muted")
    if cell_len(QUESTION) + cell_len(LATER) + 4 <= width:
        return [(BLANK, question, later)]
    return [(BLANK, question), (BLANK, Run(LATER, "muted"))]
