"""The sheet that chooses for one folder what the settings say for all."""

from __future__ import annotations

import asyncio
from functools import partial

from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget

from tuimail.config.downloads import download_rules
from tuimail.errors import StoreError
from tuimail.model.folder import Folder
from tuimail.model.folder_settings import FolderSettings
from tuimail.model.notice import Severity
from tuimail.ui.bindings import bindings_for
from tuimail.ui.drawing.roles import roles
from tuimail.ui.folders.keep_words import policy_words
from tuimail.ui.folders.settings_words import (
    chosen_settings,
    kept_row,
    knob_row,
    knobs,
    settings_title,
)
from tuimail.ui.shell import shell
from tuimail.ui.widgets.choice_sheet import SheetKeys
from tuimail.ui.widgets.keep_sheet import choose_for
from tuimail.ui.work import begin


class SettingRows(Widget):
    """The title and what can be chosen.

    Args:
        name: The folder's.
        now: What was chosen for it.
        kept: What is kept of it for reading without a network, which a sheet of its own chooses.
    """

    DEFAULT_CSS = "SettingRows { width: 100%; }"

    def __init__(self, name: str, now: FolderSettings, kept: str) -> None:
        super().__init__()
        self._folder_name, self._knobs, self._kept = name, knobs(now), kept
        self.cursor = 0
        self.styles.height = len(self._knobs) + 2

    @property
    def chosen(self) -> FolderSettings:
        """What is to be stored."""
        return chosen_settings(self._knobs)

    def move(self, rows: int) -> None:
        """Move the cursor."""
        self.cursor = max(0, min(len(self._knobs) - 1, self.cursor + rows))
        self.refresh()

    def turn(self, step: int) -> None:
        """Choose the next at the cursor, or the one before."""
        self._knobs[self.cursor] = self._knobs[self.cursor].turned(step)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint the title or one choice."""
        app, width, palette = shell(self), self.size.width, roles(self.app)
        if y == 0:
            title = settings_title(self._folder_name, width, app.glyphs)
            return palette.strip(title, width, "sheet")
        if y > len(self._knobs):
            row = kept_row(self._kept, width, app.glyphs, app.keys.shown("folder.keep"))
            return palette.strip(row, width, "sheet")
        current = y - 1 == self.cursor
        bar = ">" if palette.reverses_cursor else app.glyphs.cursor
        keys = f"{app.keys.shown('folder.previous')} {app.keys.shown('folder.next')}"
        row = knob_row(
            self._knobs[y - 1], width, app.glyphs, cursor=bar if current else " ", keys=keys
        )
        return palette.strip(row, width, "cursor" if current else "sheet")


class FolderSettingsSheet(ModalScreen[FolderSettings | None]):
    """Answers the choices, or None when nothing is to change.

    Attributes:
        goes_on: What is kept offline is to be chosen next.
    """

    DEFAULT_CSS = """
    FolderSettingsSheet { align: left bottom; background: transparent; }
    """
    BINDINGS = bindings_for("folder")

    def __init__(self, rows: SettingRows) -> None:
        super().__init__()
        self._rows = rows
        self.goes_on = False

    def compose(self) -> ComposeResult:
        """Choices above keys."""
        yield self._rows
        yield SheetKeys(("folder.choose", "keep it so"), ("folder.close", "close"))

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self._rows.move(rows)

    def action_turn(self, step: int) -> None:
        """Choose the next, or the one before."""
        self._rows.turn(step)

    def action_choose(self) -> None:
        """Keep it so."""
        self.dismiss(self._rows.chosen)

    def action_keep(self) -> None:
        """Keep it so, and choose what is kept offline."""
        self.goes_on = True
        self.dismiss(self._rows.chosen)

    def action_close(self) -> None:
        """Change nothing."""
        self.dismiss(None)


async def choose_settings(owner: Widget, folder: Folder) -> None:
    """Open the sheet for a folder and store what was chosen."""
    app = shell(owner)
    now = app.store.read.folder_settings(folder.id)
    chosen_policy = app.store.read.download_choices(folder.account_id)
    rules = download_rules(app.settings.download)
    kept = policy_words(rules.policy(folder, chosen_policy))
    sheet = FolderSettingsSheet(SettingRows(folder.name, now, kept))

    def chosen(settings: FolderSettings | None) -> None:
        if settings is not None and settings != now:
            begin(owner, partial(_store, owner, folder, settings), group="folder settings")
        if sheet.goes_on:
            choose_for(owner, folder)

    await owner.app.push_screen(sheet, chosen)


async def _store(owner: Widget, folder: Folder, settings: FolderSettings) -> None:
    app = shell(owner)
    try:
        await asyncio.wrap_future(
            app.store.write(lambda tx: tx.choose_folder_settings(folder.id, settings), urgent=True)
        )
    except StoreError as error:
        app.tell(error.message, Severity.ERROR)
        return
    app.deliver_changes()
    said = "as in the settings" if settings.is_default else "its own settings"
    app.tell(f"{folder.name}: {said}.", Severity.SUCCESS)
