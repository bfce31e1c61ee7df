"""The form of the composer: fields, rule, text, and what the bars say of them."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from textual import events, on, work
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Input, TextArea

from tuimail.model.draft import Draft, Writing
from tuimail.model.notice import Severity
from tuimail.text.address import Address
from tuimail.text.safe import clean
from tuimail.ui.shell import shell
from tuimail.ui.widgets.address_input import AddressInput, Field, SenderField
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.widgets.completion import Completion
from tuimail.ui.widgets.compose_rows import ComposeRemark, FormRule
from tuimail.ui.widgets.text_editor import TextEditor
from tuimail.ui.widgets.top_bar import TopBar
from tuimail.ui.writing.compose_words import (
    domain_of,
    outside_remark,
    recipients,
    title,
    wrap_quotes,
)
from tuimail.ui.writing.desk import PutAside
from tuimail.ui.writing.sending import Sending

_COPIES: Final = ("cc", "bcc")
_TAKES_ITS_TIME: Final = 20_000
"""Characters of recipients that are not read while a key waits."""
_REST_SECONDS: Final = 0.2


class ComposeForm(Screen[Sending | None]):
    """What is written, in its fields.

    Args:
        draft: What to begin with. It is stored when it changes.
        aside: Where it was when it was put beside the list; None where it was not.
    """

    # Focus is given once, before the first frame: each change of it styles and paints anew.
    AUTO_FOCUS = ""
    DEFAULT_CSS = "ComposeForm { background: $background; }"

    def __init__(self, draft: Draft, aside: PutAside | None = None) -> None:
        super().__init__()
        if draft.id is None:
            draft = replace(draft, body=wrap_quotes(draft.body))
        self._draft, self._aside = draft, aside
        # Held rather than looked up: at the end of the program they are read when they have left
        # the screen.
        self._text = TextEditor(draft.body, id="text")
        if aside is not None and aside.history is not None and aside.draft.body == draft.body:
            self._text.history = aside.history
        self._lines: dict[str, Field] = {}
        self._stands = False

    # -- the form ------------------------------------------------------------------------------

    def compose(self) -> ComposeResult:
        """Fields, rule, text, remark, and the two bars.

        Cc and Bcc come when they are shown.
        """
        draft, account = self._draft, shell(self).accounts[self._draft.account_id]
        own = domain_of(account.address)
        self._lines = {
            "to": AddressInput(draft.to, own, label="To", id="to"),
            "cc": AddressInput(draft.cc, own, label="Cc", id="cc"),
            "bcc": AddressInput(draft.bcc, own, label="Bcc", id="bcc"),
            "subject": Field(draft.subject, label="Subject", id="subject"),
        }
        yield TopBar("")
        yield SenderField(str(draft.sender_or(account.address)), account.name)
        for name, line in self._lines.items():
            if line.value or name not in _COPIES:
                yield line
        yield FormRule()
        yield self._text
        yield ComposeRemark()
        yield BottomBar()

    def on_mount(self) -> None:
        """Put the cursor where writing begins, and watch for changes."""
        app = shell(self)
        self._text.move_cursor((0, 0) if self._aside is None else self._aside.place)
        if self._draft.writing is Writing.BOUNCE:
            self._text.read_only = self._lines["subject"].disabled = True
        self.set_focus(self._begins_in())
        self.query_one(BottomBar).show_hints(app.keys.hints("composer"))
        app.signal_status.subscribe(self, self._show_state)
        self._show_state(None)
        self._show_people()

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        """Come up the first time with one layout and one frame.

        Textual would style again what was styled a moment ago, and paint everything twice.
        """
        if not self._stands:
            self._stands = True
            event.prevent_default()
            self.stack_updates += 1
            self._refresh_layout(self.app.size)

    def _begins_in(self) -> Field | TextEditor:
        """Return where the cursor begins: where it was, else what is missing, else the text."""
        if self._draft.writing is Writing.BOUNCE:
            return self._lines["to"]
        if self._aside is not None:
            field = self._lines.get(self._aside.field)
            return field if field is not None and field.is_attached else self._text
        return next(
            (self._lines[name] for name in ("to", "subject") if not self._lines[name].value),
            self._text,
        )

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
        """Show these fields, and those that were asked for; hide others."""
        above = self._lines["to"]
        for name, has_value in (("cc", cc), ("bcc", bcc)):
            line = self._lines[name]
            shown = has_value or line.has_class("asked")
            if shown and not line.is_attached:
                self.mount(line, after=above)
            line.display = shown
            above = line if line.is_attached else above

    def _show_state(self, _: None) -> None:
        self.query_one(TopBar).tell_state(self._draft.account_id)

    def _show_people(self) -> None:
        """Bring title and remark up to date with the recipients."""
        typed = sum(len(line.value) for line in self._lines.values())
        if typed > _TAKES_ITS_TIME:
            self._show_many_people()
        else:
            self._show_these(*self._people(self.current()))

    @work(group="people", exclusive=True)
    async def _show_many_people(self) -> None:
        """Read a list that was pasted beside the screen, once the typing rests."""
        await asyncio.sleep(_REST_SECONDS)  # another letter ends this worker
        self._show_these(*await asyncio.to_thread(self._people, self.current()))

    def _people(self, draft: Draft) -> tuple[Address | None, str]:
        """Return the first recipient, and what is worth knowing of all."""
        account = shell(self).accounts[draft.account_id]
        usable = [one for one in recipients(draft) if one.is_usable]
        return next(iter(usable), None), outside_remark(usable, domain_of(account.address))

    def _show_these(self, first: Address | None, remark: str) -> None:
        self.query_one(TopBar).place = title(self._draft, first)
        self.query_one(ComposeRemark).say(remark)

    @on(Input.Changed)
    @on(TextArea.Changed)
    def _changed(self, event: Input.Changed | TextArea.Changed) -> None:
        self._touched()
        if isinstance(event, Input.Changed):
            self._show_people()
            if isinstance(event.input, AddressInput) and event.input.has_focus:
                self._completion_of(event.input).look_up()

    def _completion_of(self, line: AddressInput) -> Completion:
        """Return what offers people below a field; it comes with its first letter."""
        for completion in self.query(Completion):
            if completion.line is line:
                return completion
        completion = Completion(line)
        self.mount(completion, after=line)
        return completion

    def _touched(self) -> None:
        """Something may have changed."""

    def _tell(self, text: str, severity: Severity = Severity.INFO) -> None:
        self.query_one(BottomBar).show_event(clean(text), severity=severity)

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
