"""The settings while tuimail runs: changed here or in the file, and taken over at once."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from tuimail.config.settings_file import SettingsFile
from tuimail.errors import ConfigError, TuimailError
from tuimail.model.notice import Severity
from tuimail.ui.screens.mailbox import MailboxScreen

if TYPE_CHECKING:
    from tuimail.config.schema import Settings
    from tuimail.ui.app import TuimailApp

LOOK_SECONDS: Final = 2.0
"""How often to look whether the file was written."""


class LiveSettings:
    """Keeps the application and the file in step.

    Args:
        app: What the settings are for.
        path: The file; None where changes last until the end only.
        mistake: What was wrong with the file at the start.

    Attributes:
        mistake: What is wrong with the file now, in a sentence; empty when nothing is.
        saved_at: When a setting was written last, or None.
    """

    def __init__(self, app: TuimailApp, path: Path | None, mistake: TuimailError | None) -> None:
        self._app = app
        self._file = SettingsFile(path, app.settings)
        self.mistake = _words(mistake) if mistake is not None else ""
        self.saved_at: datetime | None = None

    @property
    def path(self) -> Path | None:
        """The file."""
        return self._file.path

    def look(self) -> None:
        """Take over what was written by others; a file with a mistake changes nothing."""
        # At the very end there is no screen to use them on.
        if self._app.screen_stack and self._file.was_changed(self._app.settings):
            self.reload()

    def reload(self) -> None:
        """Read the file and use what it says."""
        if not self._file.is_there:
            return  # what is in use stays until there is a file again
        try:
            settings = self._file.read()
        except ConfigError as error:
            self.mistake = _words(error)
            self._refresh_bars()
            return
        self.mistake = ""
        self.use(settings)

    async def change(self, changes: Mapping[str, object]) -> None:
        """Write settings and use them.

        Args:
            changes: Dotted key to value; None goes back to the default.

        Raises:
            ConfigError: A value cannot be, or the file has another mistake; nothing is written.
            OSError: The file cannot be written.
        """
        settings = await asyncio.to_thread(self._file.change, self._app.settings, changes)
        if self.path is not None:
            self.saved_at = self._app.now()
        self.mistake = ""
        self.use(settings)
        self._file.take_note(settings)

    async def edit(self) -> None:
        """Open the file in the user's editor; what was saved holds at once.

        Raises:
            EditorFailed: There is no editor, or it failed.
            OSError: The file cannot be made.
        """
        path = self.path
        if path is None:
            self._app.tell("There is no settings file here.")
            return
        from tuimail.ui.terminal.editor import edit_file, editor_command  # noqa: PLC0415 - few need it

        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
        command = editor_command(self._app.settings.compose.editor, os.environ)
        await edit_file(self._app, command, path, lambda _text: None)
        self.reload()

    def use(self, settings: Settings) -> None:
        """Use other settings; what the engine was started with stays until the next start."""
        app = self._app
        app.settings = settings
        app.dress()
        app.use_keys()
        app.signal_settings.publish(settings)
        for screen in app.screen_stack:
            if isinstance(screen, MailboxScreen):
                screen.settings_changed()
        app.repaint()

    def _refresh_bars(self) -> None:
        for screen in self._app.screen_stack:
            if isinstance(screen, MailboxScreen):
                screen.bars.refresh()
        self._app.tell(self.mistake, Severity.WARNING)


def _words(error: TuimailError) -> str:
    return f"{error.message} {error.hint}".strip()
