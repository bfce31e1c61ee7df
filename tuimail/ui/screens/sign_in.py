"""Signing in: with a code to type on any phone or computer, or with a page in a browser.

The engine asks Microsoft; this screen shows the code large for reading across a desk and plain for
copying, or the page's address and the ways back from it, counts the time down, and says how it
ended. One key leads from one way to the other. Leaving it ends the waiting.
"""

from __future__ import annotations

import time
from typing import Final

from textual import events, on
from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from tuimail.exchange.diagnosis import Who, diagnose
from tuimail.model.account import AccountId
from tuimail.model.notice import Notice, Severity
from tuimail.model.sign_in import BrowserPage, SignInMethod, SignInPurpose
from tuimail.model.status import DeviceCode, SignInOutcome
from tuimail.text.safe import clean
from tuimail.ui.bindings import Hint, bindings_for
from tuimail.ui.drawing.formatting import seconds_left
from tuimail.ui.drawing.roles import roles
from tuimail.ui.screens.sign_in_deeds import SignInDeeds
from tuimail.ui.setup.page_keys import sign_in_keys
from tuimail.ui.setup.sign_in_words import SignInFacts, copied_of, sign_in_page
from tuimail.ui.shell import shell, status_of
from tuimail.ui.widgets.address_input import LineInput
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.widgets.top_bar import TopBar

_STATE_WORDS: Final = {True: "waiting for sign-in", False: "asking Microsoft"}


class CodeShown(Message):
    """A code was made for one of the attempts."""

    def __init__(self, attempt: int, code: DeviceCode) -> None:
        super().__init__()
        self.attempt, self.code = attempt, code


class PageShown(Message):
    """A page is to be opened for one of the attempts."""

    def __init__(self, attempt: int, page: BrowserPage) -> None:
        super().__init__()
        self.attempt, self.page = attempt, page


class AnswerRefused(Message):
    """What was pasted will not do."""

    def __init__(self, attempt: int, words: str) -> None:
        super().__init__()
        self.attempt, self.words = attempt, words


class AttemptEnded(Message):
    """One of the attempts ended."""

    def __init__(self, attempt: int, outcome: SignInOutcome) -> None:
        super().__init__()
        self.attempt, self.outcome = attempt, outcome


class _Prompt:
    """Hands over from the engine's threads; knows which attempt it belongs to.

    Args:
        screen: Where it is shown.
        attempt: Its number: what an attempt says after the next was started is not heard.
    """

    def __init__(self, screen: SignInScreen, attempt: int) -> None:
        self._screen, self._attempt = screen, attempt

    def show_code(self, code: DeviceCode) -> None:
        """Show a code."""
        self._screen.post_message(CodeShown(self._attempt, code))

    def show_page(self, page: BrowserPage) -> None:
        """Show a page's address."""
        self._screen.post_message(PageShown(self._attempt, page))

    def answer_refused(self, words: str) -> None:
        """Say why what was pasted will not do."""
        self._screen.post_message(AnswerRefused(self._attempt, words))

    def finished(self, outcome: SignInOutcome) -> None:
        """Say how it ended."""
        self._screen.post_message(AttemptEnded(self._attempt, outcome))


class SignInView(Widget):
    """The rows between the bars."""

    DEFAULT_CSS = "SignInView { width: 100%; height: 1fr; background: $background; }"

    def __init__(self, facts: SignInFacts) -> None:
        super().__init__()
        self.facts = facts

    def render_line(self, y: int) -> Strip:
        """Paint one row."""
        width, height = self.size
        rows, copied = sign_in_page(self.facts, width, height, shell(self).glyphs)
        surface = "sheet" if y in copied else "background"
        return roles(self.app).strip(rows[y] if y < len(rows) else (), width, surface)


class SignInScreen(Screen[bool]):
    """Sign in to one account; answers whether that succeeded.

    Args:
        account: Which one.
        purpose: For what: sending through Graph needs one more permission.
    """

    DEFAULT_CSS = """
    SignInScreen { background: $background; }
    SignInScreen #pasted { display: none; dock: bottom; background: $bar-background; }
    SignInScreen #pasted.open { display: block; }
    """
    AUTO_FOCUS = ""
    BINDINGS = bindings_for("sign_in")

    def __init__(self, account: AccountId, purpose: SignInPurpose = SignInPurpose.MAIL) -> None:
        super().__init__()
        self._account = account
        self._purpose = purpose
        self._attempt = 0
        self._waiting = self._begin_again = False
        self._method = SignInMethod.DEVICE_CODE
        self._pastes = False
        self._deeds = SignInDeeds(self)
        self._code: DeviceCode | None = None
        self._page: BrowserPage | None = None
        self._refused = ""
        self._outcome: SignInOutcome | None = None
        self._ticking: Timer | None = None

    def compose(self) -> ComposeResult:
        """The code between the bars."""
        app = shell(self)
        account = app.accounts[self._account]
        yield TopBar("Sign in", account.name)
        yield SignInView(SignInFacts(account.signing_in.address, sign_in_keys(app.keys)))
        yield LineInput("", id="pasted")
        yield BottomBar()

    def on_mount(self) -> None:
        """Say who has to act first, if anybody; else ask for a code, once there is an engine."""
        app = shell(self)
        app.signal_status.subscribe(self, self._status_changed)
        self._ticking = self.set_interval(1.0, self._show)
        refusal = self._refusal() if self._purpose is SignInPurpose.MAIL else None
        if refusal is not None:
            self._attempt += 1
            self._outcome = SignInOutcome("", refusal)
            self._show()
        else:
            self._begin()

    def _refusal(self) -> Notice | None:
        """Return why the last token was refused, where an administrator has to mend it.

        A new sign-in alone would end the same way.
        """
        status = status_of(shell(self), self._account)
        if status is None or status.problem is None:
            return None
        found = diagnose(status.problem.detail, source="entra")
        return found.notice() if found is not None and found.who is Who.ADMIN else None

    def on_unmount(self) -> None:
        """Nobody is looking any more: end the waiting."""
        engine = shell(self).engine
        if self._waiting and engine is not None:
            engine.cancel_sign_in(self._account)

    def _status_changed(self, _: None) -> None:
        if self._attempt == 0:
            self._begin()

    def _begin(self) -> None:
        engine = shell(self).engine
        self._code = self._page = self._outcome = None
        self._deeds.begin()
        self._refused = ""
        self._begin_again = False
        if engine is not None:
            self._attempt += 1
            self._waiting = True
            prompt = _Prompt(self, self._attempt)
            engine.sign_in(self._account, prompt, self._method, self._purpose)
        self._show()

    def _show(self) -> None:
        """Say everything again; parts that did not change are not painted."""
        app, view, top = shell(self), self.query_one(SignInView), self.query_one(TopBar)
        problem = self._outcome.problem if self._outcome else None
        code, page = self._code, self._page
        waits = code or page
        still = app.settings.accessible
        facts = SignInFacts(
            address=app.accounts[self._account].signing_in.address,
            keys=sign_in_keys(app.keys),
            uri=clean(code.verification_uri) if code else "",
            code=clean(code.user_code) if code else "",
            seconds_left=seconds_left(waits.expires_on, time.time(), still=still) if waits else 0,
            problem=problem,
            is_demo=app.approve_demo is not None,
            page=page,
            here=self._deeds.place,
            was_opened=self._deeds.was_opened,
            refused=self._refused,
        )
        if problem is not None:
            top.state, top.state_role = "not signed in", "error+bold"
        else:
            top.state, top.state_role = _STATE_WORDS[waits is not None], "muted"
        self.query_one(BottomBar).show_hints(self._hints(problem))
        if facts != view.facts:
            view.facts = facts
            view.refresh()

    def _hints(self, problem: Notice | None) -> list[Hint]:
        """Return the keys that make sense on this page, but those that it names itself."""
        keys = shell(self).keys
        if problem is None:
            without: set[str] = set()
            if self._page is not None:
                without = {"sign_in.copy", "sign_in.paste"}
                if self._page.can_paste:  # the browser is on another computer
                    without.add("sign_in.browser")
            return keys.hints("sign_in", without=without)
        words = {
            "app.help": "help",
            "sign_in.copy": "copy it",
            "sign_in.browser": "try with a browser",
            "sign_in.again": "try with a code",
            "sign_in.back": "back",
        }
        if copied_of(problem) is None:
            del words["sign_in.copy"]
        return keys.named(words.items())

    # -- from the engine -----------------------------------------------------------------------

    def on_code_shown(self, event: CodeShown) -> None:
        """Show it."""
        if event.attempt == self._attempt and self._waiting:
            self._code = event.code
            self._show()

    def on_page_shown(self, event: PageShown) -> None:
        """Show it, and open it where a browser is at hand."""
        if event.attempt == self._attempt and self._waiting:
            self._page = event.page
            self._deeds.page_shown(event.page, is_pasted=self._pastes)
            if self._pastes:
                self.action_paste_address()
            self._show()

    def on_answer_refused(self, event: AnswerRefused) -> None:
        """Say why."""
        if event.attempt == self._attempt and self._waiting:
            self._refused = event.words
            self._show()

    def on_attempt_ended(self, event: AttemptEnded) -> None:
        """Go on when it succeeded, say what happened when not."""
        if event.attempt != self._attempt:
            return
        self._waiting = False
        if self._begin_again:
            self._begin()
        elif event.outcome.problem is None:
            self.dismiss(True)
            name = clean(event.outcome.username)
            self.app.call_later(shell(self).tell, f"Signed in as {name}", Severity.SUCCESS)
        else:
            self._close_field()
            self._code = self._page = None
            self._outcome = event.outcome
            self._show()

    # -- keys ----------------------------------------------------------------------------------

    def action_copy(self) -> None:
        """Copy the code, or the line that an administrator has to run (OSC 52)."""
        problem = self._outcome.problem if self._outcome else None
        self._deeds.copy(self._code, self._page, problem)

    def action_browser(self) -> None:
        """Go over to the browser; there, open the page again."""
        if self._page is not None:
            self._deeds.open_again(self._page)
            self._show()
        else:
            self._start(self._deeds.by_page)

    def action_paste_address(self) -> None:
        """Open a field for the address of the last page; before there is one, ask for a page."""
        if self._page is None or not self._page.can_paste:
            self._start(SignInMethod.PASTE, pastes=True)
            return
        field = self.query_one("#pasted", LineInput)
        field.add_class("open")
        field.focus()

    def on_paste(self, event: events.Paste) -> None:
        """Take an address that was pasted without a field."""
        self._bring(event.text)

    @on(Input.Submitted, "#pasted")
    def _submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._bring(event.value)
        self._close_field()

    def _bring(self, text: str) -> None:
        engine = shell(self).engine
        if self._page is not None and engine is not None:
            self._refused = ""
            engine.paste_answer(self._account, text)

    def _close_field(self) -> None:
        field = self.query_one("#pasted", LineInput)
        field.clear()
        field.remove_class("open")
        self.set_focus(None)

    def action_again(self) -> None:
        """Ask for a new code."""
        self._start(SignInMethod.DEVICE_CODE)

    def _start(self, method: SignInMethod, *, pastes: bool = False) -> None:
        self._method, self._pastes = method, pastes
        engine = shell(self).engine
        if self._waiting and engine is not None:
            self._begin_again = True
            engine.cancel_sign_in(self._account)
        else:
            self._begin()

    def action_go_on(self) -> None:
        """Approve, in the demo; after a problem try again."""
        if self._code is not None:
            self._deeds.approve(self._code)
        elif self._outcome is not None:
            self._start(self._method)

    def action_back(self) -> None:
        """Close the field; without one, leave. What is here can still be read."""
        if self.query_one("#pasted", LineInput).has_class("open"):
            self._close_field()
            return
        self.dismiss(False)
