"""A set-up on a plain terminal: answers from flags first, then by asking; a line for each step."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Final

import click

from tuimail.cli.output import complain, note, say, say_json
from tuimail.cli.plain_prompt import PlainPrompt
from tuimail.cli.straight import FAILED, SIGN_IN_NEEDED
from tuimail.errors import ConfigError, SignInRequired
from tuimail.exchange.clients import PRESETS
from tuimail.exchange.clouds import CLOUDS
from tuimail.model.notice import Notice
from tuimail.model.setup import SetupControl, SetupState, SetupStep, StepResult, StepState
from tuimail.sync.setup_words import address_problem

_SIGNS: Final = {
    StepState.DONE: "ok",
    StepState.LIMITED: "limit",
    StepState.STOPPED: "stopped",
    StepState.SKIPPED: "left out",
}
_APPS: Final = (
    "Which app asks Microsoft for your mail?",
    "  Your organisation's own: your administrator gives you its client id; their logs show it by",
    "  its own name.",
    "  thunderbird: known to Microsoft and allowed by most organisations as they come; their logs",
    "  will show Thunderbird, although it is tuimail that reads the mail.",
)


class PlainSetup:
    """Drives one set-up to its end.

    Args:
        setup: Not started.
        client_id: The answer to which app; empty when it was not given.
        may_ask: Questions may be asked.
    """

    def __init__(self, setup: SetupControl, *, client_id: str, may_ask: bool) -> None:
        self._setup = setup
        self._client_id = client_id
        self._may_ask = may_ask
        self._changed = threading.Event()
        self._prompt = PlainPrompt(setup.paste)
        self._told: dict[SetupStep, StepResult] = {}
        self._shown = ""
        self._reads = True

    def run(self, *, as_json: bool) -> int:
        """Do every step; return the exit code.

        Raises:
            UsageError: An answer is missing or makes no sense, and may not be asked for.
            ConfigError: An answer is not possible, and no other may be asked for.
            Exit: Nobody signed in; why is told.
        """
        end = self._setup.subscribe(self._changed.set)
        try:
            self._setup.start()
            while not self._step(self._setup.state):
                self._changed.wait()
                self._changed.clear()
        finally:
            end()
            self._setup.leave()
        self._report(self._setup.state, as_json=as_json)
        return 0 if self._reads else FAILED

    def _step(self, state: SetupState) -> bool:
        """Tell what is new and answer what is asked; return whether it is over."""
        self._tell(state)
        now = state.now
        answers: dict[SetupStep, Callable[[SetupState], None]] = {
            SetupStep.ADDRESS: self._address,
            SetupStep.ORGANISATION: self._organisation,
            SetupStep.APP: self._app,
            SetupStep.SIGN_IN: self._sign_in,
            SetupStep.READING: self._check,
            SetupStep.SENDING: self._check,
            SetupStep.KEYS: self._check,
        }
        if now.asks or now.state in (StepState.STOPPED, StepState.LIMITED):
            answer = answers.get(state.step)
            if answer is not None:
                answer(state)
        return state.step is SetupStep.READY and now.state is StepState.DONE

    def _tell(self, state: SetupState) -> None:
        for step in SetupStep:
            result = state.result(step)
            if result.state in _SIGNS and self._told.get(step) != result:
                self._told[step] = result
                seconds = f"  {result.seconds:.1f} s" if result.seconds is not None else ""
                note(f"{step.value:<13} {_SIGNS[result.state]:<8} {result.says}{seconds}")

    def _address(self, state: SetupState) -> None:
        problem = state.now.problem
        if not self._may_ask and (problem is None or address_problem(state.answers.address)):
            raise _wrong_usage(problem, "Say the address.")
        self._say_or_fail(problem)
        self._setup.give_address(click.prompt("Address", err=True))

    def _organisation(self, state: SetupState) -> None:
        self._say_or_fail(state.now.problem)
        if state.now.state is StepState.STOPPED:
            self._setup.go_on()
            return
        choice = click.Choice([*CLOUDS, "back"])
        cloud = click.prompt("Cloud", type=choice, default="global", err=True)
        if cloud == "back":
            self._setup.back()
        else:
            self._setup.choose_cloud(cloud)

    def _app(self, state: SetupState) -> None:
        given, self._client_id = self._client_id, ""
        if given:
            self._setup.choose_app(given)
            return
        if not self._may_ask:
            missing = f"Say --client-id ID, or {', '.join(PRESETS)}."
            raise _wrong_usage(state.now.problem, missing)
        self._say_problem(state.now.problem)
        for line in _APPS:
            note(line)
        self._setup.choose_app(click.prompt("Client id, or thunderbird", err=True))

    def _sign_in(self, state: SetupState) -> None:
        if state.code is not None and state.code.user_code != self._shown:
            self._shown = state.code.user_code
            self._prompt.show_code(state.code)
        elif state.page is not None and state.page.url != self._shown:
            self._shown = state.page.url
            self._prompt.show_page(state.page)
        elif state.refused and state.refused != self._shown:
            self._prompt.answer_refused(state.refused)
        elif state.now.state is StepState.STOPPED:
            self._not_signed_in(state)

    def _not_signed_in(self, state: SetupState) -> None:
        consent = state.consent
        if consent is not None:
            note("Send this to your administrator:")
            note("")
            for line in consent.mail.splitlines():
                note(line)
        complain(_refusal(state))
        note("  `tuimail account add` goes on where this ended.")
        raise click.exceptions.Exit(SIGN_IN_NEEDED)

    def _check(self, state: SetupState) -> None:
        self._reads = self._reads and state.step is not SetupStep.READING
        self._say_problem(state.now.problem)
        self._setup.go_on()

    def _say_problem(self, problem: Notice | None) -> None:
        if problem is None:
            return
        for line in dict.fromkeys((problem.happened, problem.you_can, problem.command)):
            if line:
                note(f"  {line}")
        if problem.detail:
            note(f"  The server said: {problem.detail}")

    def _say_or_fail(self, problem: Notice | None) -> None:
        """Say why an answer will not do, before another one is asked for."""
        if not self._may_ask:
            error = ConfigError(problem.short if problem else "Say --cloud.")
            if problem:
                error.hint = f"{problem.happened} {problem.you_can}".strip()
            raise error
        self._say_problem(problem)

    def _report(self, state: SetupState, *, as_json: bool) -> None:
        account = state.account
        if account is None:
            return
        if not as_json:
            say(f"{account.name}  {account.address}")
            return
        say_json(
            {
                "name": account.name,
                "address": account.address,
                "cloud": state.answers.cloud,
                "organisation": state.answers.organisation,
                "steps": {
                    step.name.lower(): {
                        "state": state.result(step).state.value,
                        "says": state.result(step).says,
                    }
                    for step in SetupStep
                    if state.result(step).state is not StepState.TODO
                },
            }
        )


def _wrong_usage(problem: Notice | None, missing: str) -> click.UsageError:
    said = f"{problem.short} {problem.you_can}".strip() if problem else missing
    return click.UsageError(said, click.get_current_context(silent=True))


def _refusal(state: SetupState) -> SignInRequired:
    problem, consent = state.now.problem, state.consent
    return SignInRequired(
        (problem.happened or problem.short) if problem else f"{state.now.says}.",
        hint=problem.you_can if problem else "",
        command=problem.command if problem else "",
        url=consent.url if consent else problem.url if problem else "",
        detail=problem.detail if problem else "",
    )
