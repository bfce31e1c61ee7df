"""Writing a message: fields, text, and the one question before it goes to the outbox.

What is typed is in the store within a second; leaving by any way keeps it. Sending only stores the
message in the outbox: nothing here waits for a server.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import ClassVar, Final

from textual import work
from textual.binding import BindingType

from tuimail.errors import StoreError
from tuimail.model.draft import Draft
from tuimail.model.notice import Severity
from tuimail.text.safe import clean
from tuimail.ui.bindings import bindings_for
from tuimail.ui.compose_words import (
    domain_of,
    question,
    recipients,
)
from tuimail.ui.drafts import DraftKeeper
from tuimail.ui.editor import EditorFailed, edit_file, editor_command, write_new
from tuimail.ui.editor_file import from_file_text, to_file_text
from tuimail.ui.screens.compose_keeping import ComposeKeeping
from tuimail.ui.send_later import ask_later, moment_text
from tuimail.ui.sending import problems_of, queue_draft
from tuimail.ui.shell import shell
from tuimail.ui.widgets.address_input import Field
from tuimail.ui.widgets.bottom_bar import BottomBar

_SEND: Final = "y"
_KEEP: Final = "P"
_LATER: Final = "l"


class ComposeScreen(ComposeKeeping):
    """The composer; it answers what is being sent, or None when it was closed."""

    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("composer", priority=True)]

    def action_copies(self) -> None:
        """Show Cc and Bcc, or hide those that are empty."""
        fields = [self.query_one("#cc-field", Field), self.query_one("#bcc-field", Field)]
        show = not all(field.display for field in fields)
        for field in fields:
            field.set_class(show, "asked")
            field.display = show or bool(field.line.value)
        (fields[0] if show else self.query_one("#to-field", Field)).line.focus()

    @work(group="editor", exclusive=True)
    async def action_editor(self) -> None:
        """Write in the user's own editor."""
        if self._busy or self._keeper is None:
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

    @work(group="send", exclusive=True)
    async def action_send(self) -> None:
        """Ask once, then hand the message to the outbox."""
        keeper = self._keeper
        if self._busy or keeper is None:
            return
        self._sending = True
        try:
            await self._send(keeper)
        finally:
            self._sending = False

    async def _send(self, keeper: DraftKeeper) -> None:
        draft = self.current()
        problems = await problems_of(draft)
        if problems:
            self._tell(problems[0], Severity.ERROR)
            if not recipients(draft):
                self._lines["to"].focus()
            return
        answer = await self._ask(draft)
        if answer == _KEEP:
            await self._close(keeper)
        app, at = shell(self), None
        if answer == _LATER:
            at = await ask_later(self.app, app.now())
        if answer != _SEND and at is None:
            return
        # What was typed while the question stood is part of the message: no key gets through.
        saved = await keeper.save()
        draft = replace(self.current(), id=keeper.id if saved else self._draft.id)
        try:
            sending = await queue_draft(app, draft, app.accounts[draft.account_id], at)
        except StoreError as error:
            self._tell(f"Nothing was sent: {error.message}", Severity.ERROR)
            return
        keeper.finish()
        self.dismiss(sending)
        if at is not None:
            self.app.call_later(app.tell, f"It goes out {moment_text(at, app.now())}.")

    async def _ask(self, draft: Draft) -> str | None:
        app = shell(self)
        if not app.settings.send.review:
            return _SEND
        account = app.accounts[draft.account_id]
        text = question(recipients(draft), domain_of(account.address))
        answers = {_SEND: "send", _LATER: "later …", _KEEP: "draft"}
        return await self.query_one(BottomBar).ask(text, answers)
