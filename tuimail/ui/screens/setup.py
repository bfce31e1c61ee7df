"""Setting a mailbox up: a column of steps with results as they come.

The service does the work on threads of its own; this screen shows its state and hands over what is
typed and chosen. What is asked on each page is laid out in `setup_words`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final

from textual import events, on
from textual.app import ComposeResult
from textual.screen import Screen
from textual.timer import Timer
from textual.widgets import Input

from tuimail.errors import TuimailError
from tuimail.mime.filename import write_new
from tuimail.model.account import Account
from tuimail.model.folder import FolderRole
from tuimail.model.notice import Severity
from tuimail.model.setup import SetupControl, SetupState, SetupStep, StepState
from tuimail.model.sign_in import SignInMethod
from tuimail.text.safe import clean
from tuimail.ui.bindings import bindings_for
from tuimail.ui.drawing.formatting import seconds_left
from tuimail.ui.messages import SetupChanged, SetupMade
from tuimail.ui.screens.sign_in_deeds import SignInDeeds
from tuimail.ui.setup.hints import Situation, hints_for, situation_of, state_words
from tuimail.ui.setup.page_keys import setup_keys
from tuimail.ui.setup.words import STEPS, SetupFacts, choices_of
from tuimail.ui.shell import shell
from tuimail.ui.terminal.saving import downloads_dir
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.widgets.setup_view import AnswerField, SetupView
from tuimail.ui.widgets.top_bar import TopBar

MAIL_FILE: Final = "mail-to-administrator.txt"


class SetupScreen(Screen[Account | None]):
    """Set one mailbox up; answers with its account, None when there is none.

    Args:
        new_setup: Makes the service; called in a thread, because it imports what signs in.
        first_ended: Told how it ended, where there is nothing behind this screen; None where there
            is, and the screen is dismissed.
    """

    DEFAULT_CSS = "SetupScreen { background: $background; layers: below above; }"
    AUTO_FOCUS = ""
    BINDINGS = bindings_for("setup")

    def __init__(
        self,
        new_setup: Callable[[], SetupControl],
        first_ended: Callable[[Account | None], None] | None = None,
    ) -> None:
        super().__init__()
        self._new_setup = new_setup
        self._first_ended = first_ended
        self._setup: SetupControl | None = None
        self._shown = SetupStep.READY
        self._cursor = 0
        self._asks_id = self._pastes = False
        self._early = ""
        self._unsubscribe: Callable[[], None] = lambda: None
        self._deeds = SignInDeeds(self)
        self._ended = False
        self._ticking: Timer | None = None

    def compose(self) -> ComposeResult:
        """The steps between the bars, and a field that comes where something is typed."""
        yield TopBar("Set up tuimail" if self._is_first else "Add an account")
        yield SetupView()
        yield AnswerField()
        yield BottomBar()

    def on_mount(self) -> None:
        """Make the service, beside the screen."""
        self.call_after_refresh(self._show)
        self._ticking = self.set_interval(1.0, self._show)
        shell(self).signal_changes.subscribe(self, lambda _: self._show())
        threading.Thread(target=self._make, name="set-up-start", daemon=True).start()

    def on_unmount(self) -> None:
        """Nobody is looking any more."""
        self._unsubscribe()
        if self._setup is not None:
            self._setup.leave()

    def _make(self) -> None:
        made: SetupControl | TuimailError
        try:
            made = self._new_setup()
        except TuimailError as error:
            made = error
        self.post_message(SetupMade(made))

    def on_setup_made(self, event: SetupMade) -> None:
        """Begin, or go on where it was left."""
        if isinstance(event.made, TuimailError):
            self.query_one(BottomBar).show_event(event.made.message, severity=Severity.ERROR)
            return
        self._setup = event.made
        self._unsubscribe = self._setup.subscribe(self._changed)
        self._setup.start()
        if self._early and self.state.step is SetupStep.ADDRESS:
            self._close_field()
            self._setup.give_address(self._early)

    def _changed(self) -> None:
        """Hand over; on any thread."""
        self.post_message(SetupChanged())

    # -- what is shown -------------------------------------------------------------------------

    def on_setup_changed(self, event: SetupChanged) -> None:
        """Show it; when everything is done, the mail opens."""
        if self._ended:
            return
        state = self._follow()
        if state.page is not None:
            self._deeds.page_shown(state.page, is_pasted=self._pastes)
            if self._pastes and not self._field.is_open:
                self._field.open()
        waits = state.step is SetupStep.SIGN_IN and state.now.state is StepState.NOW
        if self._pastes and not waits:
            self._close_field()
        if state.step is SetupStep.READY and state.now.state is StepState.DONE:
            self._end()
            return
        self._show()

    def _follow(self) -> SetupState:
        """Begin another step with its first choice, whoever notices it first: a key may."""
        state = self.state
        if state.step is not self._shown:
            self._shown, self._cursor, self._asks_id = state.step, 0, False
        return state

    @property
    def _is_first(self) -> bool:
        return self._first_ended is not None

    @property
    def state(self) -> SetupState:
        """How the service stands; nothing yet while it is made."""
        return self._setup.state if self._setup is not None else SetupState()

    def _show(self) -> None:
        if self._ended:
            return
        app, state = shell(self), self._follow()
        waits = state.code or state.page
        still = app.settings.accessible
        facts = SetupFacts(
            state,
            setup_keys(app.keys),
            cursor=self._cursor,
            monotonic=time.monotonic(),
            seconds_left=seconds_left(waits.expires_on, time.time(), still=still) if waits else 0,
            here=self._messages_here(),
            asks_id=self._asks_id,
            place=self._deeds.place,
            was_opened=self._deeds.was_opened,
            is_demo=app.approve_demo is not None,
        )
        self._place_field(facts)
        top = self.query_one(TopBar)
        top.context = f"step {STEPS.index(state.step) + 1} of {len(STEPS)}"
        top.state, top.state_role = state_words(state)
        hints = hints_for(self._situation, state, is_first=self._is_first)
        self.query_one(BottomBar).show_hints(app.keys.named(hints, in_text=self._field.is_open))
        self.query_one(SetupView).show(facts)

    @property
    def _situation(self) -> Situation:
        return situation_of(self.state, types=self._field.is_open)

    def _messages_here(self) -> int:
        """How many messages of the new mailbox can be read already."""
        account = self.state.account
        if account is None:
            return 0
        folders = shell(self).store.read.folders(account.id)
        return next((each.here for each in folders if each.role is FolderRole.INBOX), 0)

    # -- the field -----------------------------------------------------------------------------

    @property
    def _field(self) -> AnswerField:
        return self.query_one(AnswerField)

    def _place_field(self, facts: SetupFacts) -> None:
        """Put the field where the page has room for it, and close it when nothing is typed."""
        field, view = self._field, self.query_one(SetupView)
        asks_address = self.state.step is SetupStep.ADDRESS
        if asks_address and not field.is_open:
            field.open(self.state.answers.address)
        elif not (asks_address or self._asks_id or self._pastes) and field.is_open:
            field.close()
        if field.is_open:
            field.place(view.page(facts), view)

    def _close_field(self) -> None:
        self._asks_id = self._pastes = False
        self._field.close()

    @on(Input.Submitted, "#answer")
    def _answered(self, event: Input.Submitted) -> None:
        event.stop()
        if self._setup is None:
            self._early = event.value
            return
        if self._pastes:
            self._setup.paste(event.value)
            self._field.clear()
        elif self._asks_id:
            self._setup.choose_app(event.value)
        else:
            self._close_field()
            self._setup.give_address(event.value)

    def on_paste(self, event: events.Paste) -> None:
        """Take an address that was pasted without a field."""
        if self._setup is not None and self.state.page is not None:
            self._setup.paste(event.text)

    # -- keys ----------------------------------------------------------------------------------

    def action_go_on(self) -> None:
        """Choose, approve in the demo, or leave what stopped as it is."""
        if self._setup is None:
            return
        state = self._follow()
        if choices_of(state):
            self._choose()
        elif state.step is SetupStep.SIGN_IN:
            if state.code is not None:
                self._deeds.approve(state.code)
        elif self._situation is Situation.CHECKING and state.account is not None:
            self._end()
        else:
            self._setup.go_on()

    def _choose(self) -> None:
        choice = choices_of(self.state)[self._cursor]
        if self._setup is None:
            return
        if self.state.step is SetupStep.ORGANISATION:
            self._setup.choose_cloud(choice.value)
        elif self.state.step is SetupStep.KEYS:
            self._setup.choose_keys(choice.value)
        elif choice.value:
            self._setup.choose_app(choice.value)
        else:
            self._asks_id = True
            self._field.open()
            self._show()

    def action_move(self, by: int) -> None:
        """Move the cursor among the choices."""
        count = len(choices_of(self._follow()))
        if count:
            self._cursor = max(0, min(count - 1, self._cursor + by))
            self._show()

    def action_choose(self, number: int) -> None:
        """Take a choice by its number."""
        if number <= len(choices_of(self._follow())):
            self._cursor = number - 1
            self._choose()

    def action_copy(self) -> None:
        """Copy what the page is about (OSC 52): code, address, mail or line."""
        state = self.state
        if state.consent is not None:
            self._deeds.copy_text(state.consent.mail)
        else:
            self._deeds.copy(state.code, state.page, state.now.problem)

    def action_save(self) -> None:
        """Save the mail to the administrator beside other downloads."""
        consent = self.state.consent
        if consent is None:
            return
        bar = self.query_one(BottomBar)
        try:
            path = write_new(downloads_dir(), MAIL_FILE, consent.mail.encode("utf-8"))
        except OSError as error:
            reason = error.strerror or type(error).__name__
            bar.show_event(f"The mail was not saved: {reason}.", severity=Severity.ERROR)
            return
        bar.show_event(f"Saved as {clean(str(path))}", severity=Severity.SUCCESS)

    def action_retry(self) -> None:
        """Do the present step again."""
        if self._setup is not None and self.state.step not in (SetupStep.ADDRESS, SetupStep.APP):
            self._setup.retry()

    def action_graph(self) -> None:
        """Send through Microsoft Graph where SMTP is switched off."""
        if self._setup is not None:
            self._setup.send_through_graph()

    def action_browser(self) -> None:
        """Go over to the browser; there, open the page again."""
        page = self.state.page
        if page is not None:
            self._deeds.open_again(page)
            self._show()
        else:
            self._sign_in(self._deeds.by_page)

    def action_paste_address(self) -> None:
        """Open a field for the address of the last page; before there is one, ask for a page."""
        if self.state.step is not SetupStep.SIGN_IN:
            return
        page = self.state.page
        self._pastes = True
        if page is None or not page.can_paste:
            self._sign_in(SignInMethod.PASTE)
        else:
            self._field.open()
            self._show()

    def action_code(self) -> None:
        """Ask for a new code."""
        self._sign_in(SignInMethod.DEVICE_CODE)

    def _sign_in(self, method: SignInMethod) -> None:
        if self._setup is not None and self.state.step is SetupStep.SIGN_IN:
            self._deeds.begin()
            self._setup.sign_in(method)

    def action_administrator(self) -> None:
        """The page wants an administrator."""
        if self._setup is not None:
            self._setup.ask_administrator()

    def action_correct(self, step: str) -> None:
        """Go back from this step, to choose another cloud or app."""
        if self._setup is not None and self.state.step is SetupStep[step]:
            self._setup.back()

    def action_back(self) -> None:
        """Close the field; without one, go to the step before."""
        if self._asks_id or self._pastes:
            self._close_field()
            self._show()
        elif self._setup is None or self.state.step is SetupStep.ADDRESS:
            self.action_leave()
        else:
            self._setup.back()

    def action_leave(self) -> None:
        """Leave; what works stays, and the rest goes on at the next start."""
        if self._is_first:
            self.app.exit()
        else:
            self._end()

    def _end(self) -> None:
        """Answer with the account, once."""
        if self._ended:
            return
        self._ended = True
        if self._ticking is not None:
            self._ticking.stop()
        account = self.state.account
        if self._setup is not None:
            self._setup.leave()
        if self._first_ended is not None:
            self._first_ended(account)
        else:
            self.dismiss(account)
