"""Signing in by device code (RFC 8628): a code to type on any phone or computer.

The engine asks Microsoft; this screen shows the code large for reading across a desk and plain for
copying, counts its time down, and says how it ended. Leaving it ends the waiting.
"""

from __future__ import annotations

import time
from typing import Final

from textual.app import ComposeResult
from textual.message import Message
from textual.screen import Screen
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from tuimail.model.account import AccountId
from tuimail.model.notice import Severity
from tuimail.model.status import DeviceCode, SignInOutcome
from tuimail.text.safe import clean
from tuimail.ui.bindings import bindings_for
from tuimail.ui.roles import roles
from tuimail.ui.shell import shell
from tuimail.ui.sign_in_words import SignInFacts, sign_in_page
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.widgets.top_bar import TopBar

_STATE_WORDS: Final = {True: "waiting for sign-in", False: "asking for a code"}


class CodeShown(Message):
    """A code was made for one of the attempts."""

    def __init__(self, attempt: int, code: DeviceCode) -> None:
        super().__init__()
        self.attempt, self.code = attempt, code


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
    """

    DEFAULT_CSS = "SignInScreen { background: $background; }"
    BINDINGS = bindings_for("sign_in")

    def __init__(self, account: AccountId) -> None:
        super().__init__()
        self._account = account
        self._attempt = 0
        self._waiting = self._begin_again = False
        self._code: DeviceCode | None = None
        self._outcome: SignInOutcome | None = None
        self._ticking: Timer | None = None

    def compose(self) -> ComposeResult:
        """The code between the bars."""
        account = shell(self).accounts[self._account]
        yield TopBar("Sign in", account.name)
        yield SignInView(SignInFacts(account.address))
        yield BottomBar()

    def on_mount(self) -> None:
        """Ask for a code, as soon as there is an engine to ask."""
        app = shell(self)
        app.signal_status.subscribe(self, self._status_changed)
        self.query_one(BottomBar).show_hints(app.keys.hints("sign_in"))
        self._ticking = self.set_interval(1.0, self._show)
        self._begin()

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
        self._code = self._outcome = None
        self._begin_again = False
        if engine is not None:
            self._attempt += 1
            self._waiting = True
            engine.sign_in(self._account, _Prompt(self, self._attempt))
        self._show()

    def _show(self) -> None:
        """Say everything again; parts that did not change are not painted."""
        app, view, top = shell(self), self.query_one(SignInView), self.query_one(TopBar)
        problem = self._outcome.problem if self._outcome else None
        code = self._code
        facts = SignInFacts(
            address=app.accounts[self._account].address,
            uri=clean(code.verification_uri) if code else "",
            code=clean(code.user_code) if code else "",
            seconds_left=max(0, int(code.expires_on - time.time())) if code else 0,
            problem=problem,
            is_demo=app.approve_demo is not None,
        )
        if problem is not None:
            top.state, top.state_role = "not signed in", "error+bold"
        else:
            top.state, top.state_role = _STATE_WORDS[code is not None], "muted"
        if facts != view.facts:
            view.facts = facts
            view.refresh()

    # -- from the engine -----------------------------------------------------------------------

    def on_code_shown(self, event: CodeShown) -> None:
        """Show it."""
        if event.attempt == self._attempt and self._waiting:
            self._code = event.code
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
            self._code, self._outcome = None, event.outcome
            self._show()

    # -- keys ----------------------------------------------------------------------------------

    def action_copy(self) -> None:
        """Copy the code, or the line that an administrator has to run (OSC 52)."""
        problem = self._outcome.problem if self._outcome else None
        text = problem.command or problem.url if problem else ""
        if self._code is not None:
            text = self._code.user_code
        if not text:
            self.query_one(BottomBar).show_event("There is nothing to copy yet.")
            return
        self.app.copy_to_clipboard(clean(text))
        self.query_one(BottomBar).show_event("Copied.", severity=Severity.SUCCESS)

    def action_again(self) -> None:
        """Ask for a new code."""
        engine = shell(self).engine
        if self._waiting and engine is not None:
            self._begin_again = True
            engine.cancel_sign_in(self._account)
        else:
            self._begin()

    def action_go_on(self) -> None:
        """Approve, in the demo; after a problem try again."""
        approve = shell(self).approve_demo
        if self._code is not None and approve is not None:
            told = approve(self._code.user_code)
            if isinstance(told, str) and told:
                self.query_one(BottomBar).show_event(clean(told), severity=Severity.WARNING)
        elif self._outcome is not None:
            self.action_again()

    def action_back(self) -> None:
        """Leave without signing in; what is here can still be read."""
        self.dismiss(False)
