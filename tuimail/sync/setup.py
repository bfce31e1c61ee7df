"""Setting up one mailbox, step by step: implements `model.setup.SetupControl`, without a screen.

What a step waits for happens on a daemon thread of its own ("set-up") or on that of the sign-in;
what comes back late is not heard, so that one may go back, repeat and leave at any time. Nothing
is written into the settings before a sign-in that fits the account has succeeded, and then at once.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, replace
from typing import Final

from tuimail.auth.discovery import Found, Organisation
from tuimail.errors import ConfigError, TuimailError
from tuimail.exchange.clients import PRESETS, resolve_client_id
from tuimail.exchange.clouds import CLOUDS
from tuimail.model.account import Account
from tuimail.model.finding import Finding, Verdict
from tuimail.model.notice import Notice
from tuimail.model.setup import SetupAnswers, SetupState, SetupStep, StepResult, StepState
from tuimail.model.sign_in import SignInMethod
from tuimail.sync.checks import SendingCheck, check_reading, check_sending
from tuimail.sync.engine import Connected
from tuimail.sync.opening import SessionOpener
from tuimail.sync.setup_board import STEPS, SetupBoard
from tuimail.sync.setup_keeping import Keeping
from tuimail.sync.setup_sign_in import SignInStep
from tuimail.sync.setup_words import (
    address_problem,
    app_words,
    doing_words,
    is_clear,
    nobody_there,
    organisation_words,
    problem_of,
    result_of,
    unclear,
    wrong_answer,
)

log = logging.getLogger(__name__)

_SETTLED: Final = (StepState.DONE, StepState.LIMITED, StepState.SKIPPED)
_CHECKS: Final = (SetupStep.READING, SetupStep.SENDING)
_BY_HAND: Final = (SetupStep.ADDRESS, SetupStep.APP, SetupStep.KEYS, SetupStep.READY)


class SetUp:
    """One mailbox being set up.

    Args:
        keeping: Where it stores.
        ask: Asks who signs an address's domain in; blocks, raises nothing.
        connect: Gives an account its tokens and its way to send.
        adopt: Takes the account that is stored, so that its mail is fetched.
        method: How to sign in first.
        given: Answers that were given beforehand; they beat those of a set-up that was left.
        asks_keys: Ask which keys the hands know, unless some were chosen already.
    """

    def __init__(
        self,
        keeping: Keeping,
        ask: Callable[[SetupAnswers], Organisation],
        connect: Callable[[Account], Connected],
        adopt: Callable[[Account], None],
        *,
        method: SignInMethod = SignInMethod.DEVICE_CODE,
        given: SetupAnswers | None = None,
        asks_keys: bool = False,
    ) -> None:
        self._asks_keys = asks_keys
        self._keeping = keeping
        self._ask = ask
        self._adopt = adopt
        self._given = given
        self._board = SetupBoard(SetupState(method=method))
        self._sign_in = SignInStep(self._board, keeping, connect, self._signed_in)
        self._handed_over, self._handing_over = False, threading.Lock()

    @property
    def state(self) -> SetupState:
        """How it stands."""
        return self._board.state

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener` after each change; returns the way to end it."""
        return self._board.subscribe(listener)

    # -- what is asked of it -------------------------------------------------------------------

    def start(self) -> None:
        """Begin, or go on where it was left: with the first step that has no answer."""
        answers = self._first_answers()
        step, results = SetupStep.ADDRESS, {}
        if answers.address and not address_problem(answers.address):
            step = SetupStep.ORGANISATION
            if answers.cloud in CLOUDS:
                words = organisation_words(answers.organisation, answers.cloud)
                results[step] = _done(words)
                step = SetupStep.APP
                if resolve_client_id(answers.client_id) is not None:
                    results[step] = _done(app_words(answers.client_id))
                    step = SetupStep.SIGN_IN
        self._board.change(answers=answers, results=results)
        if answers.address:
            self._take_address(answers.address, step)
        else:
            self._begin(step)

    def _first_answers(self) -> SetupAnswers:
        """What was given beforehand, and what was answered before."""
        given, left = self._given or SetupAnswers(), self._keeping.answers()
        if given.address:  # begun anew: a server that was mistyped before does not come back
            return given
        said = {name: value for name, value in asdict(given).items() if value}
        return replace(left, **said)

    def give_address(self, text: str) -> None:
        """Answer the first step."""
        text, before = text.strip(), self.state.answers
        answers = replace(before, address=text)
        if text.casefold() != before.address.casefold():
            given = self._given or SetupAnswers()
            answers = replace(answers, cloud=given.cloud, tenant=given.tenant, organisation="")
        self._board.change(answers=answers)
        self._take_address(text, SetupStep.ORGANISATION)

    def _take_address(self, address: str, step: SetupStep) -> None:
        wrong = address_problem(address)
        label = "" if wrong else self._keeping.label_of(address)
        account = self.state.account
        if wrong:
            self._wrong(SetupStep.ADDRESS, wrong, "Type it as name@organisation.com.")
        elif label and (account is None or account.name != label):
            words = f"{address} is set up already, as {label}"
            self._wrong(SetupStep.ADDRESS, words, "Give another address.")
        else:
            self._remember()
            self._settle(SetupStep.ADDRESS, _done(address))
            self._begin(step)

    def choose_cloud(self, name: str) -> None:
        """Answer the second step, or correct what was found."""
        if name not in CLOUDS:
            self._wrong(SetupStep.ORGANISATION, f"“{name}” is no cloud", ", ".join(CLOUDS))
            return
        answers = self.state.answers
        if name != answers.cloud:
            keeps = answers.organisation if name != "personal" else ""
            answers = replace(answers, cloud=name, tenant="", organisation=keeps)
        self._board.change(answers=answers)
        self._remember()
        words = organisation_words(answers.organisation, name)
        self._settle(SetupStep.ORGANISATION, _done(words))
        self._begin(SetupStep.APP)

    def choose_app(self, value: str) -> None:
        """Answer the third step."""
        value = value.strip()
        resolved = resolve_client_id(value)
        if resolved is None:
            words = f"“{value[:40]}” is not a client id" if value else "A client id is needed"
            hint = "It has 32 digits and letters a to f, and four dashes, as in 3f1c0a52-…"
            self._wrong(SetupStep.APP, words, hint)
            return
        kept = value.lower() if value.lower() in PRESETS else resolved
        self._board.change(answers=replace(self.state.answers, client_id=kept))
        self._remember()
        self._settle(SetupStep.APP, _done(app_words(kept)))
        self._begin(SetupStep.SIGN_IN)

    def choose_keys(self, name: str) -> None:
        """Answer the step of the keys."""
        try:
            self._keeping.keep_keys(name)
        except (ConfigError, OSError) as error:
            self._wrong(SetupStep.KEYS, problem_of(error).short.removesuffix("."), "")
            return
        self._board.change(answers=replace(self.state.answers, keys=name))
        self._settle(SetupStep.KEYS, _done(name))
        self._begin(SetupStep.READY)

    def _begin_keys(self, after: int | None) -> None:
        """Ask, or go on where they were given or chosen before."""
        given = self._given.keys if self._given is not None else ""
        if given:
            if after is None or self._board.is_now(after):
                self.choose_keys(given)
        elif self._asks_keys and self._keeping.wants_keys():
            says = "mutt, vim, Gmail or Outlook habits"
            self._board.begin(SetupStep.KEYS, StepResult(StepState.NOW, says, asks=True), after)
        elif self._board.show(SetupStep.KEYS, _done("as they are"), after):
            self._begin(SetupStep.READY, after)

    def sign_in(self, method: SignInMethod) -> None:
        """Begin the sign-in, or go over to another way."""
        self._board.change(method=method)
        self._begin(SetupStep.SIGN_IN)

    def paste(self, text: str) -> None:
        """Bring the address of the browser's last page."""
        self._sign_in.paste(text)

    def ask_administrator(self) -> None:
        """Say what an administrator has to be asked, because the sign-in page wants one."""
        if self.state.step is SetupStep.SIGN_IN:
            self._sign_in.ask_administrator()

    def retry(self) -> None:
        """Do the present step again."""
        self._begin(self.state.step)

    def go_on(self) -> None:
        """Leave a step as it is where that is possible: reading and sending may wait."""
        step, now = self.state.step, self.state.now
        if step is SetupStep.ORGANISATION and now.state is StepState.STOPPED:
            self._ask_for_cloud(now.problem)
        elif step is SetupStep.KEYS:
            self._settle(step, replace(now, state=StepState.SKIPPED, says="as they are"))
            self._begin(SetupStep.READY)
        elif step in _CHECKS:
            if now.state not in _SETTLED:
                says = f"left out: {now.says}" if now.problem else "left out"
                now = replace(now, state=StepState.SKIPPED, says=says, began=0.0)
            self._settle(step, replace(now, asks=False))
            self._begin(STEPS[STEPS.index(step) + 1])

    def send_through_graph(self) -> None:
        """Write down the second way out, and go on; its permission is asked for when it is used."""
        now, account = self.state.now, self.state.account
        is_off = self.state.step is SetupStep.SENDING and now.state is StepState.LIMITED
        if is_off and account is not None:
            try:
                self._keeping.send_through_graph(account)
            except (ConfigError, OSError) as error:
                self._settle(SetupStep.SENDING, _stopped(problem_of(error)))
                return
            said = "through Microsoft Graph, once it is allowed"
            self._settle(SetupStep.SENDING, replace(now, state=StepState.SKIPPED, says=said))
            self._begin(STEPS[STEPS.index(SetupStep.SENDING) + 1])

    def back(self) -> None:
        """Go to the step before, and do it again."""
        step = self.state.step
        if step is SetupStep.APP:
            self._ask_for_cloud(None)
        elif step is not SetupStep.ADDRESS:
            self._begin(STEPS[STEPS.index(step) - 1])

    def leave(self) -> None:
        """Stop. An account that is stored is handed over, whatever the checks found."""
        self._board.next_turn()
        state = self.state
        if state.step is SetupStep.ADDRESS and state.now.asks and not state.is_left:
            self._keeping.remember(None)
        self._hand_over()
        self._sign_in.end()
        self._board.change(is_left=True)

    # -- the steps -----------------------------------------------------------------------------

    def _begin(self, step: SetupStep, after: int | None = None) -> None:
        """Begin a step; what comes after it is to be done again.

        Args:
            after: The turn of the work it follows from; nothing begins when that is over.
        """
        if step is SetupStep.KEYS:
            self._begin_keys(after)
            return
        works = step not in _BY_HAND
        began = time.monotonic() if works else 0.0
        now = StepResult(
            StepState.NOW, doing_words(step, self.state.account), asks=not works, began=began
        )
        turn = self._board.begin(step, now, after)
        if turn is None:
            return
        self._sign_in.cancel()
        if works:
            threading.Thread(
                target=self._work, args=(step, turn), name="set-up", daemon=True
            ).start()
        elif step is SetupStep.READY:
            self._settle(step, _done("your mail opens"))

    def _work(self, step: SetupStep, turn: int) -> None:
        """Do what a step waits for; on its thread."""
        try:
            if step is SetupStep.ORGANISATION:
                self._find(turn)
            elif step is SetupStep.SIGN_IN:
                self._sign_in.run(turn)
            else:
                self._check(step, turn)
        except Exception as error:  # noqa: BLE001 - the thread's root: the step ends, not the set-up
            if not isinstance(error, TuimailError):
                log.error("a step of the set-up ended by %s", type(error).__name__)
            problem = problem_of(error)
            self._board.show(step, _stopped(problem), turn)

    def _find(self, turn: int) -> None:
        answers = self.state.answers
        if answers.cloud and self._given is not None and self._given.cloud:
            if self._board.is_now(turn):
                self.choose_cloud(answers.cloud)
            return
        began = time.monotonic()
        found = self._ask(answers)
        if not self._board.is_now(turn):
            return
        if found.found is Found.NOBODY:
            problem = nobody_there(answers.address)
            self._board.show(SetupStep.ORGANISATION, _stopped(problem), turn)
        elif not is_clear(found):
            self._ask_for_cloud(unclear(found), turn)
        else:
            is_work = found.found is Found.ORGANISATION
            domain = answers.address.rpartition("@")[2].lower()
            answers = replace(
                answers,
                cloud=found.cloud,
                tenant=(answers.tenant or domain) if is_work else "",
                organisation=found.name,
            )
            words = organisation_words(answers.organisation, answers.cloud)
            done = _done(words, time.monotonic() - began)
            if self._board.show(SetupStep.ORGANISATION, done, turn, answers=answers):
                self._remember()
                self._begin(SetupStep.APP, turn)

    def _ask_for_cloud(self, problem: Notice | None, after: int | None = None) -> None:
        says = "in which cloud is your mailbox?"
        now = StepResult(StepState.NOW, says, asks=True, problem=problem)
        self._board.begin(SetupStep.ORGANISATION, now, after)

    def _signed_in(self, says: str, seconds: float, turn: int) -> None:
        """The account is stored; from the sign-in's thread."""
        if self._board.show(SetupStep.SIGN_IN, _done(says, seconds), turn):
            self._begin(SetupStep.READING, turn)

    def _check(self, step: SetupStep, turn: int) -> None:
        link = self._sign_in.link
        if link is None:
            return
        if step is SetupStep.READING:
            opener = SessionOpener(link.account, link.tokens)
            finding, mailbox = check_reading(link.account, opener)
            if mailbox is not None:
                self._board.change(turn, folders=mailbox.folders)
            if self._board.is_now(turn):
                self._hand_over()
        elif isinstance(link.submitter, SendingCheck):
            finding = check_sending(link.account, link.tokens, link.submitter)
        else:
            finding = Finding(Verdict.OK, "not checked", 0.0)
        if self._board.show(step, result_of(finding), turn) and finding.verdict is Verdict.OK:
            self._begin(STEPS[STEPS.index(step) + 1], turn)

    # -- what is known afterwards --------------------------------------------------------------

    def _hand_over(self) -> None:
        """Let the mail be fetched. After the check of reading: two connections are the limit."""
        account = self.state.account
        if account is None:
            return
        with self._handing_over:  # leaving and the end of the check may come at once
            is_over, self._handed_over = self._handed_over, True
        if not is_over:
            try:
                self._adopt(account)
            except TuimailError as error:
                # It is in the settings: the next start opens it, and says what is wrong then.
                log.warning("the account was not opened: %s", type(error).__name__)

    def _settle(self, step: SetupStep, result: StepResult) -> None:
        self._board.show(step, result)

    def _wrong(self, step: SetupStep, words: str, hint: str) -> None:
        """An answer will not do: the step asks again, and nothing was stored of it."""
        problem = wrong_answer(words, hint)
        self._board.begin(step, StepResult(StepState.NOW, asks=True, problem=problem))

    def _remember(self) -> None:
        """Keep the answers for the next start."""
        self._keeping.remember(self.state.answers)


def _done(says: str, seconds: float | None = None) -> StepResult:
    return StepResult(StepState.DONE, says, seconds=seconds)


def _stopped(problem: Notice) -> StepResult:
    return StepResult(StepState.STOPPED, problem.short.removesuffix("."), problem=problem)
