"""The step of a set-up in which a person signs in, and what an administrator is asked if not.

Tokens are kept by the sign-in itself, only when they fit the account; the account is stored in the
same moment, and when that fails the tokens go again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeout
from typing import Final

from tuimail.errors import TuimailError
from tuimail.exchange.clients import admin_consent_url
from tuimail.exchange.consent import consent_mail
from tuimail.exchange.diagnosis import Diagnosis, explain
from tuimail.model.account import Account
from tuimail.model.notice import Notice
from tuimail.model.setup import ConsentRequest, SetupStep, StepResult, StepState
from tuimail.model.sign_in import BrowserPage
from tuimail.model.status import DeviceCode, SignInOutcome
from tuimail.sync.engine import Connected
from tuimail.sync.setup_board import SetupBoard
from tuimail.sync.setup_keeping import Keeping
from tuimail.sync.setup_words import problem_of

log = logging.getLogger(__name__)

_SIGN_OUT_SECONDS: Final = 100.0
"""Longer than another tuimail may hold the tokens."""

_BY_A_RULE: Final = "admin-consent"
"""Entry of the catalogue: only an administrator may allow it, which the page says by itself."""

_ASKED_FOR: Final = "admin-consent-requested"
"""The same, and an administrator has been asked already."""

_NOT_ALLOWED_YET: Final = ("consent", "consent-declined")
"""Entries of the catalogue: the person may allow it, or an administrator for them."""


class SignInStep:
    """Signs the account of the answers in.

    Args:
        connect: Gives an account its tokens and its way to send.
        done: Called when the account is stored: with what to say, the seconds it took, its turn.
    """

    def __init__(
        self,
        board: SetupBoard,
        keeping: Keeping,
        connect: Callable[[Account], Connected],
        done: Callable[[str, float, int], None],
    ) -> None:
        self._board = board
        self._keeping = keeping
        self._connect = connect
        self._done = done
        self._began = 0.0
        self._guard = threading.Lock()
        self.link: Connected | None = None
        """The account that signs in, or has; None before the first attempt."""

    def run(self, turn: int) -> None:
        """Begin an attempt; blocks while msal is imported, not longer.

        Raises:
            ConfigError: The answers describe no account.
        """
        answers = self._board.state.answers
        stored = self._board.state.account
        account = self._keeping.account(answers, stored.name if stored is not None else "")
        link = self._connect(account)
        over: Connected | None = link
        with self._guard:  # nobody leaves, or begins another one, in between
            if self._board.is_now(turn):
                over, self.link = self.link, link
                self._began = time.monotonic()
                link.tokens.sign_in.begin(_Prompt(self, turn), self._board.state.method)
        if over is not None:
            over.close()

    def paste(self, text: str) -> None:
        """Bring the address of the browser's last page."""
        self._board.change(refused="")
        if self.link is not None:
            self.link.tokens.sign_in.paste(text)

    def cancel(self) -> None:
        """End a waiting attempt, if there is one."""
        with self._guard:
            link = self.link
        if link is not None:
            link.tokens.sign_in.cancel()

    def end(self) -> None:
        """Let go of everything."""
        with self._guard:
            link, self.link = self.link, None
        if link is not None:
            link.tokens.sign_in.cancel()
            link.close()

    def ask_administrator(self) -> None:
        """The page in the browser asks for an administrator; it tells nobody else."""
        link = self.link
        if link is not None:
            turn = self._board.next_turn()
            self.cancel()
            self._need_consent(link.account, turn)

    # -- from the sign-in's thread -------------------------------------------------------------

    def show_code(self, code: DeviceCode, turn: int) -> None:
        """A code is to be typed."""
        self._waits("waiting for you", turn, code=code)

    def show_page(self, page: BrowserPage, turn: int) -> None:
        """A page is to be opened."""
        self._waits("in your browser", turn, page=page)

    def _waits(self, says: str, turn: int, **shown: DeviceCode | BrowserPage) -> None:
        now = StepResult(StepState.NOW, says, asks=True)
        self._board.show(SetupStep.SIGN_IN, now, turn, **shown)

    def answer_refused(self, words: str, turn: int) -> None:
        """What was pasted will not do; the waiting goes on."""
        self._board.change(turn, refused=words)

    def finished(self, outcome: SignInOutcome, turn: int) -> None:
        """It ended. Late tokens of an attempt that was given up are not kept."""
        link = self.link
        if link is None or not self._board.is_now(turn):
            return
        if outcome.problem is not None:
            self._refused(outcome.problem, link.account, turn)
            return
        try:
            account = self._keeping.keep(self._board.state.answers, link.account)
        except (TuimailError, OSError) as error:
            self._sign_out(link)
            problem = problem_of(error)
            self._stop(problem, turn)
            return
        self._board.change(account=account, code=None, page=None)
        until = "until you sign out"
        if not link.tokens.is_kept:
            until = "until tuimail ends: the tokens could not be stored"
        says = f"as {outcome.username}, {until}"
        self._done(says, time.monotonic() - self._began, turn)

    def _sign_out(self, link: Connected) -> None:
        """Let the tokens go before anything is said: whoever hears it may end the process."""
        try:
            link.tokens.sign_out().result(_SIGN_OUT_SECONDS)
        except (TuimailError, FutureTimeout) as error:
            log.warning("the tokens are still stored: %s", type(error).__name__)

    def _refused(self, problem: Notice, account: Account, turn: int) -> None:
        if "AADSTS" not in problem.detail:
            self._stop(problem, turn)
            return
        found = explain(problem.detail, source="entra", address=account.username)
        if found.id in (_BY_A_RULE, _ASKED_FOR, *_NOT_ALLOWED_YET):
            self._need_consent(account, turn, found)
        else:
            self._stop(problem, turn, found.ids.short())

    def _stop(self, problem: Notice, turn: int, ids: str = "") -> None:
        says = problem.short.removesuffix(".")
        stopped = StepResult(StepState.STOPPED, says, problem=problem, ids=ids)
        self._board.show(SetupStep.SIGN_IN, stopped, turn, code=None, page=None)

    def _need_consent(self, account: Account, turn: int, found: Diagnosis | None = None) -> None:
        """Show what an administrator is asked; `found` is None where only the page has spoken."""
        url = admin_consent_url(account.authority, account.client_id, account.scopes)
        domain = account.address.rpartition("@")[2]
        organisation = self._board.state.answers.organisation or domain
        mail = consent_mail(account.address, account.client_id, url)
        says = f"{organisation} wants an administrator to allow tuimail first"
        told, ids, problem = "", "", None
        if found is not None:
            ids, problem = found.ids.short(), found.notice()
            if found.id != _BY_A_RULE:
                told = f"{found.cause} {found.fix}"
            if found.id in _NOT_ALLOWED_YET:
                says = found.title.removesuffix(".")
        self._board.show(
            SetupStep.SIGN_IN,
            StepResult(StepState.STOPPED, says, problem=problem, ids=ids),
            turn,
            code=None,
            page=None,
            consent=ConsentRequest(organisation, url, mail, ids, told),
        )


class _Prompt:
    """Fulfils `SignInPrompt` for one attempt."""

    def __init__(self, step: SignInStep, turn: int) -> None:
        self._step, self._turn = step, turn

    def show_code(self, code: DeviceCode) -> None:
        """Show a code."""
        self._step.show_code(code, self._turn)

    def show_page(self, page: BrowserPage) -> None:
        """Show a page's address."""
        self._step.show_page(page, self._turn)

    def answer_refused(self, words: str) -> None:
        """Say why what was pasted will not do."""
        self._step.answer_refused(words, self._turn)

    def finished(self, outcome: SignInOutcome) -> None:
        """Say how it ended."""
        self._step.finished(outcome, self._turn)
