"""Choosing a set of keys, with all that is wrong in one's own below."""

from __future__ import annotations

from functools import partial

from textual.app import ComposeResult
from textual.screen import Screen

from tuimail.ui.bindings import bindings_for, problem_words
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import BLANK, Line, Row, Run, rule
from tuimail.ui.drawing.wrapping import wrap_text
from tuimail.ui.keys.choice_rows import KeySet, key_set_row, key_sets, question_rows
from tuimail.ui.shell import shell
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.widgets.choice_list import ChoiceList
from tuimail.ui.widgets.top_bar import TopBar


class KeyChoice(Screen[str | None]):
    """Answers the name of a set, or None."""

    DEFAULT_CSS = "KeyChoice { layout: vertical; background: $background; }"
    BINDINGS = bindings_for("key_choice")

    def __init__(self) -> None:
        super().__init__()
        self._list = ChoiceList()

    def compose(self) -> ComposeResult:
        """Bar, sets, bar."""
        yield TopBar("Keys", f"preset {shell(self).keys.preset}")
        yield self._list
        yield BottomBar()

    def on_mount(self) -> None:
        """Put the cursor on the set that is in use."""
        self._fill()
        keys = shell(self).keys
        self.query_one(BottomBar).show_hints(keys.hints("key_choice"))
        self._list.focus()

    def on_resize(self) -> None:
        """Lay out again."""
        self._fill()

    def _fill(self) -> None:
        app, width = shell(self), self.app.size.width
        lines = [Line(_nothing)]
        lines += [Line(partial(_fixed, row)) for row in question_rows(width)]
        lines.append(Line(_nothing))
        for each in key_sets():
            draw = partial(_set, each, app.glyphs, each.name == app.keys.preset)
            lines.append(Line(draw, each.name))
        if app.keys.problems:
            count = len(app.keys.problems)
            title = f"{count} mistake{'' if count == 1 else 's'} in your own keys"
            lines += [Line(_nothing), Line(partial(_rule, title, app.glyphs))]
        for problem in app.keys.problems:
            for text in wrap_text(problem_words(problem), max(10, min(width, 100) - 2)):
                lines.append(Line(partial(_fixed, (BLANK, Run(text)))))
        self._list.fill(lines, first=app.keys.preset)

    def on_choice_list_chosen(self) -> None:
        """A click on the row with the cursor."""
        self.action_choose()

    def action_move(self, by: int) -> None:
        """Go to another set."""
        self._list.move(by)

    def action_choose(self) -> None:
        """Answer."""
        current = self._list.current
        self.dismiss(current if isinstance(current, str) else None)

    def action_back(self) -> None:
        """Change nothing."""
        self.dismiss(None)


def _nothing(_width: int, _bar: str) -> Row:
    return ()


def _fixed(row: Row, _width: int, _bar: str) -> Row:
    return row


def _rule(title: str, glyphs: Glyphs, width: int, _bar: str) -> Row:
    return rule(width, glyphs.rule, title)


def _set(each: KeySet, glyphs: Glyphs, is_now: bool, width: int, bar: str) -> Row:
    return key_set_row(each, width, glyphs, bar, now=is_now)
