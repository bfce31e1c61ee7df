"""The settings: made from the settings themselves, changed here, written with the user's comments.

Each is edited as what it is: a switch turns, a choice and a theme open a sheet, the rest is typed.
What is changed holds at once; where it does not, the row says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from textual import on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input

from tuimail.config.described import Kind, Setting, described, value_of
from tuimail.ui.bindings import bindings_for
from tuimail.ui.drawing.formatting import clock
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import BLANK, Line, Row, Run
from tuimail.ui.settings.here import here_words
from tuimail.ui.settings.words import (
    edited_as,
    explained_rows,
    explanation_rows,
    group_row,
    parse,
    range_words,
    remark,
    setting_row,
)
from tuimail.ui.shell import shell
from tuimail.ui.widgets.address_input import LineInput
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.widgets.choice_list import ChoiceList
from tuimail.ui.widgets.choice_sheet import Choice, ChoiceSheet
from tuimail.ui.widgets.entry_sheet import EntrySheet
from tuimail.ui.widgets.message_list import MessageList
from tuimail.ui.widgets.top_bar import TopBar


class Explanation(Widget):
    """What the setting at the cursor means."""

    DEFAULT_CSS = "Explanation { width: 100%; height: 5; }"

    def __init__(self) -> None:
        super().__init__()
        self._setting: Setting | None = None

    def explain(self, setting: Setting | None) -> None:
        """Explain another one."""
        if setting != self._setting:
            self._setting = setting
            self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one row."""
        width = self.size.width
        rows = explanation_rows(self._setting, width, self.size.height, shell(self).glyphs)
        return roles(self.app).strip(rows[y] if y < len(rows) else (), width)


class SettingsScreen(Screen[None]):
    """List above explanation, between the bars."""

    DEFAULT_CSS = """
    SettingsScreen { background: $background; }
    SettingsScreen #find { display: none; padding: 0 1; }
    SettingsScreen #find, SettingsScreen #find:focus { background: $bar-background; }
    """
    BINDINGS = bindings_for("settings")

    def __init__(self) -> None:
        super().__init__()
        self.top = TopBar("Settings")
        self.list = ChoiceList()
        self.explanation = Explanation()
        self.find = LineInput("", id="find")
        self.bottom = BottomBar()
        self._by_key: dict[str, Setting] = {}
        self._changed_alone = False

    def compose(self) -> ComposeResult:
        """The list takes what is left."""
        yield self.top
        yield self.list
        yield self.explanation
        yield self.find
        yield self.bottom

    def on_mount(self) -> None:
        """Show them, and follow changes from outside."""
        app = shell(self)
        app.signal_settings.subscribe(self, lambda _: self.reload())
        path = app.live_settings.path
        self.top.context = path.name if path is not None else "until the end"
        self.bottom.show_hints(app.keys.hints("settings"))
        self.list.focus()
        self.reload()

    def on_resize(self) -> None:
        """Leave the explanation as many rows as it needs in this width."""
        self.explanation.styles.height = explained_rows(*self.app.size)

    def reload(self) -> None:
        """Show the settings as they are now."""
        app = shell(self)
        settings = app.settings
        self._by_key = {one.key: one for one in described(settings)}
        here = here_words(app, lines=self._lines_per_message())
        lines: list[Line] = []
        group = ""
        for one in filter(self._is_shown, self._by_key.values()):
            if one.group != group:
                group = one.group
                lines.append(Line(partial(_group, app.glyphs, group)))
            lines.append(Line(partial(self._row, one, here), one.key))
        self.list.fill(lines or [Line(_nothing)], first=next(iter(self._by_key)))
        self.bottom.show_hints(app.keys.hints("settings"))
        changed = sum(self._is_changed(one) for one in self._by_key.values())
        self.top.counts = f"{changed} changed by you" if changed else ""
        saved = app.live_settings.saved_at
        self.top.state = f"saved {clock(saved, app.now())}" if saved is not None else ""
        self._explain()

    def _lines_per_message(self) -> int:
        lists = (screen.query(MessageList) for screen in self.app.screen_stack)
        return next((found.row_height for each in lists for found in each), 1)

    def _is_changed(self, setting: Setting) -> bool:
        value = value_of(shell(self).settings, setting.key)
        return bool(value != setting.default)

    def _is_shown(self, setting: Setting) -> bool:
        if self._changed_alone and not self._is_changed(setting):
            return False
        words = self.find.value.casefold().split()
        text = f"{setting.key} {setting.group} {setting.words}".casefold()
        return all(word in text for word in words)

    def _row(self, setting: Setting, here: Mapping[str, str], width: int, bar: str) -> Row:
        app = shell(self)
        return setting_row(
            setting,
            value_of(app.settings, setting.key),
            changed=self._is_changed(setting),
            said=remark(setting, here),
            width=width,
            bar=bar,
            glyphs=app.glyphs,
        )

    @property
    def _current(self) -> Setting | None:
        return self._by_key.get(str(self.list.current))

    def _explain(self) -> None:
        self.explanation.explain(self._current)

    # -- keys ----------------------------------------------------------------------------------

    def on_choice_list_moved(self) -> None:
        """Explain another one."""
        self._explain()

    async def on_choice_list_chosen(self) -> None:
        """A click on the row with the cursor."""
        self.action_change()

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self.list.move(rows)

    def action_edge(self, edge: int) -> None:
        """Go to the first or the last."""
        self.list.edge(edge)

    def action_back(self) -> None:
        """Leave, or show all again first."""
        if self.find.value or self._changed_alone:
            self.find.value, self._changed_alone = "", False
            self.reload()
        else:
            self.dismiss()

    def action_changed(self) -> None:
        """Show the changed ones alone, or all again."""
        self._changed_alone = not self._changed_alone
        self.reload()

    def action_find(self) -> None:
        """Type what is looked for, in the last row."""
        self.bottom.display = False
        self.find.display = True
        self.find.focus()

    @on(Input.Changed, "#find")
    def _typed(self) -> None:
        self.reload()

    @on(Input.Submitted, "#find")
    def _found(self) -> None:
        self.action_found()

    def action_found(self) -> None:
        """Go on with what was found."""
        self.find.display = False
        self.bottom.display = True
        self.list.focus()

    def action_default(self) -> None:
        """Go back to the default."""
        setting = self._current
        if setting is not None and self._is_changed(setting):
            self._write(setting.key, None)

    def action_change(self) -> None:
        """Edit the setting at the cursor as what it is."""
        setting = self._current
        if setting is None:
            return
        app = shell(self)
        value = value_of(app.settings, setting.key)
        if setting.kind is Kind.SWITCH:
            self._write(setting.key, not value)
        elif setting.kind is Kind.THEME:
            app.open_themes()
        elif setting.kind is Kind.CHOICE:
            choices = [Choice(word, _default(word, setting)) for word in setting.choices]
            # All of the explanation is covered: the rest of it would stand there without its end.
            rows = self.explanation.size.height - 1
            sheet = ChoiceSheet(setting.key, choices, str(value), least_rows=rows)
            self.app.push_screen(sheet, partial(self._answered, setting))
        else:
            self.app.push_screen(
                EntrySheet(
                    setting.key, edited_as(value), _what(setting), partial(_problem, setting)
                ),
                partial(self._answered, setting),
            )

    def _answered(self, setting: Setting, typed: str | None) -> None:
        if typed is None:
            return
        value = parse(setting, typed)
        self._write(setting.key, value if typed or setting.kind is Kind.TEXTS else None)

    def _write(self, key: str, value: object) -> None:
        shell(self).change_settings({key: value})


def _problem(setting: Setting, typed: str) -> str:
    if not typed:
        return ""
    try:
        parse(setting, typed)
    except ValueError as error:
        return str(error)
    return ""


def _what(setting: Setting) -> str:
    if setting.kind is Kind.NUMBER:
        return f"{range_words(setting)}; nothing for the default."
    if setting.kind is Kind.TEXTS:
        return "Separated by commas."
    return "Nothing for the default."


def _default(word: str, setting: Setting) -> str:
    return "default" if word == setting.default else ""


def _group(glyphs: Glyphs, group: str, width: int, _bar: str) -> Row:
    return group_row(group, width, glyphs)


def _nothing(_width: int, _bar: str) -> Row:
    return (BLANK, Run("No setting is like that.", "muted"))
