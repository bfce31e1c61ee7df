"""Writing a message: fields, text, and the one question before it goes to the outbox.

What is typed is in the store within a second; leaving by any way keeps it. Sending only stores the
message in the outbox: nothing here waits for a server.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import ClassVar, Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import Vertical
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget
from textual.widgets import Input, TextArea

from tuimail.errors import StoreError
from tuimail.model.draft import Draft
from tuimail.model.notice import Severity
from tuimail.text.safe import SafeText, clean
from tuimail.ui.bindings import bindings_for
from tuimail.ui.compose_words import (
    domain_of,
    outside_remark,
    question,
    recipients,
    title,
    wrap_quotes,
)
from tuimail.ui.drafts import DraftKeeper
from tuimail.ui.editor import EditorFailed, edit_file, editor_command, write_new
from tuimail.ui.editor_file import from_file_text, to_file_text
from tuimail.ui.formatting import clock
from tuimail.ui.roles import roles
from tuimail.ui.rows import BLANK, Run, rule
from tuimail.ui.sending import Sending, problems_of, queue_draft
from tuimail.ui.shell import shell
from tuimail.ui.status_words import state_words
from tuimail.ui.widgets.address_input import AddressInput, Field, LineInput, SenderField
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.widgets.completion import Completion
from tuimail.ui.widgets.text_editor import TextEditor
from tuimail.ui.widgets.top_bar import TopBar

_SEND: Final = "y"
_KEEP: Final = "P"


class FormRule(Widget):
    """The rule between the fields and the text."""

    DEFAULT_CSS = "FormRule { height: 1; width: 100%; }"

    def render_line(self, y: int) -> Strip:
        """Paint the rule."""
        width = self.size.width
        return roles(self.app).strip(rule(width, shell(self).glyphs.rule), width)


class Remark(Widget):
    """What is worth knowing before sending, in the row above the hints."""

    DEFAULT_CSS = "Remark { height: 1; width: 100%; display: none; }"

    def __init__(self) -> None:
        super().__init__()
        self._text = ""

    def say(self, text: str) -> None:
        """Show a remark, or give the row back to the text."""
        self._text = text
        self.display = bool(text)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint the remark."""
        glyph = shell(self).glyphs.look
        row = (BLANK, Run(f"{glyph} {self._text}", "external"))
        return roles(self.app).strip(row, self.size.width)


class ComposeScreen(Screen[Sending | None]):
    """The composer; it answers what is being sent, or None when it was closed.

    Args:
        draft: What to begin with. It is stored when it changes.
    """

    DEFAULT_CSS = """
    ComposeScreen { background: $background; }
    ComposeScreen #fields { height: auto; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("composer", priority=True)]

    def __init__(self, draft: Draft) -> None:
        super().__init__()
        if draft.id is None:
            draft = replace(draft, body=wrap_quotes(draft.body))
        self._draft = draft
        self._editing = self._sending = False
        self._keeper: DraftKeeper | None = None
        # Held rather than looked up: at the end of the program they are read when they have left
        # the screen.
        self._text = TextEditor(draft.body, id="text")
        self._lines: dict[str, LineInput] = {}

    # -- the form ------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Fields, rule, text, remark, and the two bars."""
        draft, account = self._draft, shell(self).accounts[self._draft.account_id]
        own = domain_of(account.address)
        self._lines = {
            "to": AddressInput(draft.to, own, id="to"),
            "cc": AddressInput(draft.cc, own, id="cc"),
            "bcc": AddressInput(draft.bcc, own, id="bcc"),
            "subject": LineInput(draft.subject, id="subject"),
        }
        yield TopBar("")
        with Vertical(id="fields"):
            yield SenderField(account.address, account.name)
            for name, line in self._lines.items():
                yield Field(name.capitalize(), line, id=f"{name}-field")
                if isinstance(line, AddressInput):
                    yield Completion(line)
        yield FormRule()
        yield self._text
        yield Remark()
        yield BottomBar()

    def on_mount(self) -> None:
        """Put the cursor where writing begins, and watch for changes."""
        app = shell(self)
        self._keeper = DraftKeeper(
            self,
            app.store,
            self._draft,
            current=self.current,
            saved=self._draft_saved,
            failed=self._draft_not_saved,
        )
        self._show_copies(bool(self._draft.cc), bool(self._draft.bcc))
        self._text.move_cursor((0, 0))
        empty = [name for name in ("to", "subject") if not self._lines[name].value]
        (self._lines[empty[0]] if empty else self._text).focus()
        self.query_one(BottomBar).show_hints(app.keys.hints("composer"))
        app.signal_status.subscribe(self, self._show_state)
        self._show_state(None)
        self._show_people()

    def on_unmount(self) -> None:
        """The program may be ending: write what is not written."""
        if self._keeper is not None:
            self._keeper.save_before_exit()

    def current(self) -> Draft:
        """Return the draft as it stands in the fields."""
        values = {name: line.value for name, line in self._lines.items()}
        return replace(
            self._draft,
            to=values["to"],
            cc=values["cc"],
            bcc=values["bcc"],
            subject=values["subject"],
            body=self._text.text,
        )

    def _fill(self, draft: Draft) -> None:
        self._lines["to"].value = draft.to
        self._lines["cc"].value = draft.cc
        self._lines["bcc"].value = draft.bcc
        self._lines["subject"].value = draft.subject
        self._text.set_text(draft.body)
        self._show_copies(bool(draft.cc), bool(draft.bcc))

    def _show_copies(self, cc: bool, bcc: bool) -> None:
        for name, shown in (("#cc-field", cc), ("#bcc-field", bcc)):
            field = self.query_one(name)
            field.display = shown or field.has_class("asked")

    def _show_state(self, _: None) -> None:
        app = shell(self)
        status = app.engine.status.get(self._draft.account_id) if app.engine else None
        words = state_words(status, None, app.now(), still=app.settings.accessible)
        bar = self.query_one(TopBar)
        bar.state, bar.state_role = words.text, words.role

    def _show_people(self) -> None:
        """Bring title and remark up to date with the recipients."""
        account = shell(self).accounts[self._draft.account_id]
        people = recipients(self.current())
        usable = [address for address in people if address.is_usable]
        self.query_one(TopBar).place = title(self._draft, usable[0] if usable else None)
        self.query_one(Remark).say(outside_remark(usable, domain_of(account.address)))

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _changed(self, event: Input.Changed | TextArea.Changed) -> None:
        if self._keeper is not None:
            self._keeper.touch()
        if isinstance(event, Input.Changed):
            self._show_people()
            for completion in self.query(Completion):
                completion.look_up()

    # -- completion ----------------------------------------------------------------------------

    @property
    def _offer(self) -> Completion | None:
        """The completion that is open."""
        return next((each for each in self.query(Completion) if each.is_open), None)

    @on(Input.Submitted)
    def action_next_field(self) -> None:
        """Take what is offered, else go to the next field."""
        offer = self._offer
        if offer is None or not offer.take():
            if offer is not None:
                offer.close()
            self.focus_next()

    def on_key(self, event: events.Key) -> None:
        """Up and down choose among what is offered."""
        offer = self._offer
        if offer is not None and event.key in ("up", "down"):
            event.stop()
            offer.move(1 if event.key == "down" else -1)

    def on_descendant_blur(self) -> None:
        """What was offered belongs to the field with the focus."""
        for completion in self.query(Completion):
            completion.close()

    # -- keeping -------------------------------------------------------------------------------

    def _draft_saved(self, kept: bool) -> None:
        now = shell(self).now()
        self._wake_engine()
        said = f"draft saved {clock(now, now)}" if kept else ""
        self.query_one(TopBar).context = said

    def _wake_engine(self) -> None:
        """There may be something to bring to the server, now or in a while."""
        engine = shell(self).engine
        if engine is not None:
            engine.wake()

    def _draft_not_saved(self, error: StoreError) -> None:
        self.query_one(TopBar).context = "draft not saved"
        self._tell(f"The draft was not saved: {error.message}", Severity.ERROR)

    def _tell(self, text: str, severity: Severity = Severity.INFO) -> None:
        self.query_one(BottomBar).show_event(clean(text), severity=severity)

    @work(group="close", exclusive=True)
    async def action_close(self) -> None:
        """Leave, keeping what was written; first close what is offered."""
        offer = self._offer
        if offer is not None:
            offer.close()
            return
        if self._busy or self._keeper is None:
            return
        await self._close(self._keeper)

    async def _close(self, keeper: DraftKeeper) -> None:
        if not await keeper.save() and await self._ask_to_lose() != _SEND:
            return
        keeper.finish()
        await keeper.settle()
        self._wake_engine()
        subject = clean(self.current().subject) or SafeText("without subject")
        self.dismiss(None)
        if keeper.id is not None:
            said = f"Draft “{subject}” kept. It is in the outbox."
            self.app.call_later(shell(self).tell, said)

    async def _ask_to_lose(self) -> str | None:
        bar = self.query_one(BottomBar)
        return await bar.ask("The draft cannot be saved. Close and lose it?", {_SEND: "close"})

    @property
    def _busy(self) -> bool:
        return self._editing or self._sending

    # -- keys ----------------------------------------------------------------------------------

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
        if answer != _SEND:
            return
        # What was typed while the question stood is part of the message: no key gets through.
        saved = await keeper.save()
        draft = replace(self.current(), id=keeper.id if saved else self._draft.id)
        try:
            sending = await queue_draft(shell(self), draft, shell(self).accounts[draft.account_id])
        except StoreError as error:
            self._tell(f"Nothing was sent: {error.message}", Severity.ERROR)
            return
        keeper.finish()
        self.dismiss(sending)

    async def _ask(self, draft: Draft) -> str | None:
        app = shell(self)
        if not app.settings.send.review:
            return _SEND
        account = app.accounts[draft.account_id]
        text = question(recipients(draft), domain_of(account.address))
        answers = {_SEND: "send", _KEEP: "draft"}
        return await self.query_one(BottomBar).ask(text, answers)
