"""Writing a message: fields, text, and the one question before it goes to the outbox.

What is typed is in the store within a second; leaving by any way keeps it. Sending only stores the
message in the outbox: nothing here waits for a server.

The screen is a chain of classes, each of which builds on those before:

    compose_form     the fields, and what stands around them
    compose_keeping  the draft as it is stored, put aside and taken up again
    compose_files    what is attached, and whom it is from
    compose_sending  the question before it leaves, and leaving
    compose_text     template, format, protection, receipts, and the preview
"""

from __future__ import annotations

import os
from typing import ClassVar

from textual import work
from textual.binding import BindingType

from tuimail.model.notice import Severity
from tuimail.text.safe import clean
from tuimail.ui.bindings import bindings_for
from tuimail.ui.screens.compose_text import ComposeText
from tuimail.ui.shell import shell
from tuimail.ui.terminal.editor import EditorFailed, edit_file, editor_command, write_new
from tuimail.ui.writing.editor_file import from_file_text, to_file_text


class ComposeScreen(ComposeText):
    """The composer; it answers what is being sent, or None when it was closed."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("composer", priority=True)]

    def action_copies(self) -> None:
        """Show Cc and Bcc, or hide those that are empty."""
        copies = [self._lines["cc"], self._lines["bcc"]]
        show = not all(line.is_attached and line.display for line in copies)
        for line in copies:
            line.set_class(show, "asked")
        self._show_copies(bool(copies[0].value), bool(copies[1].value))
        (copies[0] if show else self._lines["to"]).focus()

    @work(group="editor", exclusive=True)
    async def action_editor(self) -> None:
        """Write in the user's own editor."""
        if self._busy or self._keeper is None or self._refuses_change():
            return
        from tuimail.config.paths import cache_dir  # noqa: PLC0415 - only the editor needs it

        before = self.current()
        self._editing = True
        try:
            command = editor_command(shell(self).settings.compose.editor, os.environ)
            path = write_new(cache_dir(), to_file_text(before))
            try:
                await edit_file(
                    self.app,
                    command,
                    path,
                    lambda text: self._fill(from_file_text(text, before)),
                )
            finally:
                path.unlink(missing_ok=True)
        except EditorFailed as error:
            self._tell(f"{error.message} {error.hint}".strip(), Severity.ERROR)
        except OSError as error:
            reason = clean(error.strerror or "the disk refused it")
            self._tell(f"The editor's file was not written: {reason}.", Severity.ERROR)
        finally:
            self._editing = False
        self._show_people()
