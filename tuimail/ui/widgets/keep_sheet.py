"""The sheet that chooses what of a folder is kept for reading without a network."""

from __future__ import annotations

import asyncio
from functools import partial

from textual.app import ComposeResult
from textual.screen import ModalScreen
from textual.strip import Strip
from textual.widget import Widget

from tuimail.config.downloads import download_rules
from tuimail.errors import StoreError
from tuimail.model.download import DownloadPolicy
from tuimail.model.folder import Folder
from tuimail.model.notice import Severity
from tuimail.ui.bindings import bindings_for
from tuimail.ui.drawing.roles import roles
from tuimail.ui.folders.keep_words import (
    Choice,
    choice_row,
    choices,
    policy_words,
    sheet_title,
    with_days,
)
from tuimail.ui.shell import shell
from tuimail.ui.widgets.choice_sheet import SheetKeys
from tuimail.ui.work import begin


class KeepRows(Widget):
    """The title and the choices.

    Args:
        name: The folder's.
        now: What was chosen for it, None for the settings.
        default: What the settings say for it.
        octets: What is kept of it.
    """

    def __init__(
        self, name: str, now: DownloadPolicy | None, default: DownloadPolicy, octets: int
    ) -> None:
        super().__init__()
        self._folder_name, self._now, self._default, self._octets = name, now, default, octets
        self._choices = choices(now, default)
        self.cursor = next(
            index
            for index, choice in enumerate(self._choices)
            if choice.keep is (now.keep if now else None)
        )
        self.styles.height = len(self._choices) + 1

    @property
    def chosen(self) -> Choice:
        """The choice at the cursor."""
        return self._choices[self.cursor]

    def move(self, rows: int) -> None:
        """Move the cursor."""
        self.cursor = max(0, min(len(self._choices) - 1, self.cursor + rows))
        self.refresh()

    def change_days(self, step: int) -> None:
        """Ask for more days, or fewer, at the cursor."""
        self._choices[self.cursor] = with_days(self.chosen, step)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint the title or one choice."""
        app, width, index = shell(self), self.size.width, y - 1
        palette = roles(self.app)
        if index < 0:
            title = sheet_title(self._folder_name, self._octets, width, app.glyphs)
            return palette.strip(title, width, "sheet")
        choice, current = self._choices[index], index == self.cursor
        bar = ">" if palette.reverses_cursor else app.glyphs.cursor
        row = choice_row(
            choice,
            self._default,
            width,
            app.glyphs,
            cursor=bar if current else " ",
            is_now=choice.policy == self._now,
            days_keys=f"{app.keys.shown('keep.shorter')} {app.keys.shown('keep.longer')}",
        )
        return palette.strip(row, width, "cursor" if current else "sheet")


class KeepSheet(ModalScreen[Choice | None]):
    """Answers the choice, or None when nothing is to change."""

    DEFAULT_CSS = """
    KeepSheet { align: left bottom; background: transparent; }
    KeepRows { width: 100%; }
    """
    BINDINGS = bindings_for("keep")

    def __init__(self, rows: KeepRows) -> None:
        super().__init__()
        self._rows = rows

    def compose(self) -> ComposeResult:
        """Choices above keys."""
        yield self._rows
        yield SheetKeys(("keep.choose", "keep it so"), ("keep.close", "close"))

    def action_move(self, rows: int) -> None:
        """Move the cursor."""
        self._rows.move(rows)

    def action_days(self, step: int) -> None:
        """More days, or fewer."""
        self._rows.change_days(step)

    def action_choose(self) -> None:
        """Keep it so."""
        self.dismiss(self._rows.chosen)

    def action_close(self) -> None:
        """Change nothing."""
        self.dismiss(None)


def choose_for(owner: Widget, folder: Folder) -> None:
    """Open the sheet for a folder, store what was chosen, and tell the engine."""
    app = shell(owner)
    rules = download_rules(app.settings.download)
    default = rules.policy(folder, {})
    now = app.store.read.download_choices(folder.account_id).get(folder.id)
    octets = app.store.read.space(folder.account_id).get(folder.id, 0)

    def chosen(choice: Choice | None) -> None:
        if choice is not None and choice.policy != now:
            begin(owner, partial(_store, owner, folder, choice, default), group="keep")

    owner.app.push_screen(KeepSheet(KeepRows(folder.name, now, default, octets)), chosen)


async def _store(owner: Widget, folder: Folder, choice: Choice, default: DownloadPolicy) -> None:
    app, policy = shell(owner), choice.policy
    try:
        await asyncio.wrap_future(
            app.store.write(lambda tx: tx.choose_download(folder.id, policy), urgent=True)
        )
    except StoreError as error:
        app.tell(error.message, Severity.ERROR)
        return
    if app.engine is not None:
        app.engine.wake()
    words = policy_words(policy or default)
    app.tell(f"{folder.name}: {words}.", Severity.SUCCESS)
