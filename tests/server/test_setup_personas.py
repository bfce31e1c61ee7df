"""Setting up under each persona: who reads the screen alone can name cause, fixer and command."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.server.trial import ANNA, Trial
from tests.waiting import wait_until
from tuimail.model.setup import SetupStep, StepState
from tuimail.model.sign_in import SignInMethod
from tuimail.sandbox.personas import PERSONAL, PERSONAS, persona_named
from tuimail.sandbox.sandbox import Sandbox

SENDING_OFF = f"Set-CASMailbox -Identity {ANNA} `\n   -SmtpClientAuthenticationDisabled $false"


@dataclass(frozen=True)
class Stop:
    """What a persona's page has to say, at 80 by 24.

    Attributes:
        reach: Brings a trial from the shown code to the page.
        cause: Words of what is the matter.
        fixer: Words of who can mend it.
        command: What they run, open or look up; empty where nobody can.
        ways: Words of the last row.
    """

    step: SetupStep
    state: StepState
    reach: Callable[[Trial], object]
    cause: str
    fixer: str
    command: str
    ways: tuple[str, ...] = ("continue", "try again")


def approve(trial: Trial) -> None:
    trial.approve()


def approve_personal(trial: Trial) -> None:
    trial.approve(PERSONAL)


def nothing(_: Trial) -> None:
    """The page itself is where it is said."""


STOPS = {
    "admin-consent": Stop(
        SetupStep.SIGN_IN,
        StepState.STOPPED,
        lambda trial: trial.set_up.ask_administrator(),
        "Your organisation does not let people allow mail",
        "One approval by an administrator is enough",
        "/contoso.example/v2.0/adminconsent",
        ("copy the mail", "save as file", "try again"),
    ),
    "device-code-blocked": Stop(
        SetupStep.SIGN_IN,
        StepState.NOW,
        nothing,
        "Does the page say 53003, no access? Codes are blocked",
        "The page wants an administrator? Press a",
        "sign in with a browser",
        ("browser here", "paste URL", "new code"),
    ),
    "smtp-off-tenant": Stop(
        SetupStep.SENDING,
        StepState.LIMITED,
        approve,
        "SMTP AUTH is switched off in your organisation",
        "For your administrator (Exchange Online PowerShell)",
        SENDING_OFF,
    ),
    "smtp-off-mailbox": Stop(
        SetupStep.SENDING,
        StepState.LIMITED,
        approve,
        "SMTP AUTH is switched off for this mailbox",
        "For your administrator (Exchange Online PowerShell)",
        SENDING_OFF,
    ),
    "security-defaults": Stop(
        SetupStep.SENDING,
        StepState.LIMITED,
        approve,
        "Your organisation's security defaults block sending",
        "For your administrator (Exchange Online PowerShell)",
        SENDING_OFF,
    ),
    "imap-off": Stop(
        SetupStep.READING,
        StepState.STOPPED,
        approve,
        f"The server refuses IMAP for {ANNA}.",
        "For your administrator (Exchange Online PowerShell)",
        f"Set-CASMailbox -Identity {ANNA} -ImapEnabled $true",
    ),
    "not-connected": Stop(
        SetupStep.READING,
        StepState.STOPPED,
        approve,
        "too many connections look like this",
        "For your administrator (Exchange Online PowerShell)",
        f"Get-CASMailbox -Identity {ANNA} | Format-List ImapEnabled",
    ),
    "personal": Stop(
        SetupStep.SENDING,
        StepState.LIMITED,
        approve_personal,
        "SMTP AUTH is off for new personal accounts, without a switch",
        "Nobody but Microsoft can change it.",
        "",
    ),
}
GO_THROUGH = ("plain", "shared-mailbox", "localised-de", "rev2", "conditional-access")
"""Nothing is refused while they are set up; conditional-access meets its rule half a minute on."""
WEATHER = ("throttled", "flaky")
"""Whatever step it hits is tried again; see the tests of lost lines and of the banner."""


@pytest.fixture
def trial(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[Trial]:
    trial = Trial(fresh_sandbox, tmp_path)
    yield trial
    trial.close()


def meet(trial: Trial, name: str) -> None:
    """Apply a persona and go to the sign-in."""
    who = persona_named(name)
    who.apply(trial.sandbox)
    if who.owner == PERSONAL:
        trial.sandbox.post_office.add_mailbox(who.owner)
    trial.to_sign_in(who.owner if who.owner == PERSONAL else ANNA)


def test_every_persona_has_its_place_here() -> None:
    assert sorted([*STOPS, *GO_THROUGH, *WEATHER]) == sorted(PERSONAS)


@pytest.mark.parametrize("name", STOPS)
def test_the_screen_alone_names_cause_fixer_and_command(trial: Trial, name: str) -> None:
    stop = STOPS[name]
    meet(trial, name)
    wait_until(lambda: trial.state.code, 30.0, "a code")
    stop.reach(trial)
    trial.waits_at(stop.step, stop.state)
    shown = trial.screen()
    for words in (stop.cause, stop.fixer, stop.command, *stop.ways):
        assert words in shown, shown
    assert "…" not in shown.partition("\n\n")[0]
    if stop.step in (SetupStep.READING, SetupStep.SENDING):
        assert trial.accounts()
        trial.set_up.go_on()
        trial.waits_at(SetupStep.READY, StepState.DONE)
    else:
        assert trial.accounts() == {}


@pytest.mark.parametrize("name", GO_THROUGH)
def test_what_refuses_nothing_is_set_up_to_the_end(trial: Trial, name: str) -> None:
    meet(trial, name)
    trial.approve()
    state = trial.waits_at(SetupStep.READY, StepState.DONE)
    assert all(state.result(step).state is StepState.DONE for step in SetupStep)


def test_where_codes_are_blocked_a_browser_signs_in(trial: Trial) -> None:
    """The page refuses the code with 53003 and nobody tells the program; the browser is let in."""
    meet(trial, "device-code-blocked")
    wait_until(lambda: trial.state.code, 30.0, "a code")
    code = trial.state.code
    assert code is not None
    assert trial.sandbox.entra.answer_device_code(code.user_code, ANNA) == "ca_blocked"
    trial.set_up.sign_in(SignInMethod.PASTE)
    wait_until(lambda: trial.state.page, 30.0, "a page")
    page = trial.state.page
    assert page is not None
    trial.set_up.paste(trial.last_address(page.url))
    trial.waits_at(SetupStep.READY, StepState.DONE)


def test_a_personal_account_is_told_by_its_realm_and_signs_in_as_such(trial: Trial) -> None:
    meet(trial, "personal")
    assert trial.state.result(SetupStep.ORGANISATION).says == "A personal account at Microsoft"
    trial.approve(PERSONAL)
    trial.waits_at(SetupStep.SENDING, StepState.LIMITED)
    assert trial.accounts()["personal"]["authority"].endswith("/consumers")


def test_an_organisation_that_wants_an_administrator_gets_its_mail_and_retry_picks_up(
    trial: Trial,
) -> None:
    meet(trial, "admin-consent")
    trial.set_up.ask_administrator()
    state = trial.waits_at(SetupStep.SIGN_IN, StepState.STOPPED)
    consent = state.consent
    assert consent is not None
    assert state.now.says == "Contoso wants an administrator to allow tuimail first"
    base = trial.sandbox.entra.base
    assert consent.url.startswith(f"{base}/contoso.example/v2.0/adminconsent?client_id=2222")
    for said in (consent.url, "-ImapEnabled $true", f"-Identity {ANNA}", "Disabled $false"):
        assert said in consent.mail
    assert trial.accounts() == {}
    trial.sandbox.entra.grant_consent(trial.sandbox.entra.home(ANNA), trial.sandbox.client_id)
    trial.set_up.retry()
    trial.approve()
    trial.waits_at(SetupStep.READY, StepState.DONE)
