"""What can be chosen for one folder, in words and rows."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import replace
from typing import Final

from tuimail.model.folder_settings import FolderSettings
from tuimail.records import record
from tuimail.ui.drawing.formatting import cut, fit
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import BLANK, Row, Run, crop_row, rule
from tuimail.ui.listing.columns import DEFAULT, Column

_LABEL_CELLS: Final = 16
_AS_SETTINGS: Final = "as in the settings"

_SORTS: Final[tuple[tuple[str | None, str], ...]] = (
    (None, _AS_SETTINGS),
    ("date", "newest first"),
    ("reverse-date", "oldest first"),
    ("sender", "sender, A to Z"),
    ("reverse-sender", "sender, Z to A"),
    ("subject", "subject, A to Z"),
    ("reverse-subject", "subject, Z to A"),
    ("size", "largest first"),
    ("reverse-size", "smallest first"),
    ("unread", "unread first"),
    ("flagged", "flagged first"),
)
_CONVERSATIONS: Final[tuple[tuple[bool | None, str], ...]] = (
    (None, _AS_SETTINGS),
    (True, "put together"),
    (False, "single messages"),
)
_NOTIFY: Final[tuple[tuple[bool | None, str], ...]] = (
    (None, _AS_SETTINGS),
    (True, "announced"),
    (False, "quiet"),
)
_WITH_SIZE: Final = (*DEFAULT[:-1], Column.SIZE, DEFAULT[-1])
_COLUMNS: Final[tuple[tuple[tuple[str, ...] | None, str], ...]] = (
    (None, _AS_SETTINGS),
    (DEFAULT, ""),
    (_WITH_SIZE, ""),
    ((Column.DATE, Column.SENDER, Column.SUBJECT, Column.SIGNS), ""),
    ((Column.SUBJECT, Column.SENDER, Column.SIGNS, Column.DATE), ""),
)


@record
class Knob:
    """One thing to choose.

    Attributes:
        field: Of `FolderSettings`.
        options: What it can be, with its words; empty words: the value itself is named.
        at: Which one is chosen.
    """

    field: str
    label: str
    options: tuple[tuple[Hashable, str], ...]
    at: int = 0

    @property
    def value(self) -> Hashable:
        """What is chosen."""
        return self.options[self.at][0]

    @property
    def words(self) -> str:
        """What is chosen, for people."""
        value, words = self.options[self.at]
        if isinstance(value, tuple) and not words:
            return ", ".join(str(name) for name in value)
        return words or str(value)

    def turned(self, step: int) -> Knob:
        """Return it with the next choice, or the one before."""
        return replace(self, at=(self.at + step) % len(self.options))


def knobs(now: FolderSettings) -> list[Knob]:
    """Return what can be chosen, as it stands."""
    return [
        _knob("sort", "Order", _SORTS, now.sort),
        _knob("conversations", "Conversations", _CONVERSATIONS, now.conversations),
        _knob("columns", "Columns", _COLUMNS, now.columns),
        _knob("notify", "New mail", _NOTIFY, now.notify),
    ]


def _knob(field: str, label: str, options: Sequence[tuple[Hashable, str]], value: Hashable) -> Knob:
    """A value that is not among the options, such as one of another version, is one more."""
    every = tuple(options)
    values = [each for each, _ in every]
    if value not in values:
        every = (*every, (value, ""))
        values.append(value)
    return Knob(field, label, every, values.index(value))


def chosen_settings(chosen: Sequence[Knob]) -> FolderSettings:
    """Return what is to be stored."""
    return replace(FolderSettings(), **{knob.field: knob.value for knob in chosen})  # type: ignore[arg-type]


def settings_title(name: str, width: int, glyphs: Glyphs) -> Row:
    """Lay out the rule above the rows."""
    return rule(width, glyphs.rule, cut(f"Settings of {name}", max(10, width - 10), glyphs.cut))


def knob_row(knob: Knob, width: int, glyphs: Glyphs, *, cursor: str, keys: str) -> Row:
    """Lay out one row.

    Args:
        cursor: The sign in the first cell.
        keys: The keys that change it, shown at the cursor.
    """
    role = "muted" if knob.value is None else "text"
    tail: Row = ()
    if cursor != " ":
        tail = (Run("   "), Run(keys, "key"), Run(" change", "muted"))
    room = width - 2 - _LABEL_CELLS - sum(len(run.text) for run in tail) - 1
    words = cut(knob.words, max(8, room), glyphs.cut)
    label = fit(knob.label, _LABEL_CELLS, glyphs.cut)
    row = (Run(cursor, "cursor-bar"), BLANK, Run(label), Run(words, role), *tail)
    return crop_row(row, width)


def kept_row(kept: str, width: int, glyphs: Glyphs, key: str) -> Row:
    """Lay out what is kept offline, with the key of the sheet that chooses it."""
    tail = (Run("   "), Run(key, "key"), Run(" change", "muted"))
    room = width - 2 - _LABEL_CELLS - sum(len(run.text) for run in tail) - 1
    label = fit("Kept offline", _LABEL_CELLS, glyphs.cut)
    words = cut(kept, max(8, room), glyphs.cut)
    return crop_row((BLANK, BLANK, Run(label), Run(words, "muted"), *tail), width)
