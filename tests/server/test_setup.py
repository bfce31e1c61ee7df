"""Setting a mailbox up against the sandbox: each persona, each bad answer, each lost line."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests

from tests.server.trial import ANNA, Trial
from tests.waiting import wait_until
from tuimail.auth.discovery import Organisation
from tuimail.model.setup import SetupAnswers, SetupStep, StepState
from tuimail.model.sign_in import SignInMethod
from tuimail.sandbox.entra_directory import GRAPH_AUDIENCE, RESOURCES
from tuimail.sandbox.personas import persona_named
from tuimail.sandbox.sandbox import Sandbox


@pytest.fixture
def trial(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[Trial]:
    trial = Trial(fresh_sandbox, tmp_path)
    yield trial
    trial.close()


@contextmanager
def persona(trial: Trial, name: str) -> Iterator[None]:
    persona_named(name).apply(trial.sandbox)
    yield


def test_from_address_to_inbox_with_every_step_told_and_the_account_stored(trial: Trial) -> None:
    trial.settings.write_text('# mine\ntheme = "auto"  # kept\n')
    trial.to_sign_in()
    assert trial.state.result(SetupStep.ORGANISATION).says == (
        "Contoso, Microsoft 365, worldwide cloud"
    )
    assert trial.state.result(SetupStep.APP).says == "your organisation's own, 2222…2222"
    assert trial.accounts() == {}
    trial.approve()
    state = trial.waits_at(SetupStep.READY, StepState.DONE)
    assert all(state.result(step).state is StepState.DONE for step in SetupStep)
    assert state.result(SetupStep.SIGN_IN).says == f"as {ANNA}, until you sign out"
    assert "IMAP works" in state.result(SetupStep.READING).says
    assert state.folders[0] == "Inbox"
    assert trial.accounts()["work"]["client_id"] == trial.sandbox.client_id
    assert trial.accounts()["work"]["authority"].endswith("/contoso.example")
    assert "# mine" in trial.settings.read_text()
    assert "# kept" in trial.settings.read_text()
    assert [account.address for account in trial.adopted] == [ANNA]
    assert trial.adopted[0].id > 0
    assert trial.store.read.meta("setup") == ""


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "An address is needed"),
        ("anna", "“anna” is not a whole address"),
        ("anna@contoso", "“anna@contoso” is not a whole address"),
        ("anna@contoso.example, ben@contoso.example", "is not a whole address"),
        ("anna\x1b[31m@contoso.example", "is not a whole address"),
    ],
)
def test_what_is_no_address_is_said_and_asked_again(trial: Trial, text: str, says: str) -> None:
    trial.set_up.start()
    trial.set_up.give_address(text)
    state = trial.waits_at(SetupStep.ADDRESS)
    assert state.now.problem is not None
    assert says in state.now.problem.short
    assert "\x1b" not in state.now.problem.short
    assert not trial.store.read.meta("setup")
    assert trial.sandbox.entra.requests == []


def test_a_domain_that_nobody_has_is_said_and_one_may_go_on_all_the_same(trial: Trial) -> None:
    trial.set_up.start()
    trial.set_up.give_address("anna@contosso.example")
    state = trial.waits_at(SetupStep.ORGANISATION, StepState.STOPPED)
    assert state.now.says == "Microsoft knows no organisation contosso.example"
    trial.set_up.back()
    trial.waits_at(SetupStep.ADDRESS)
    trial.set_up.give_address("anna@contosso.example")
    trial.waits_at(SetupStep.ORGANISATION, StepState.STOPPED)
    trial.set_up.go_on()
    assert trial.waits_at(SetupStep.ORGANISATION).now.asks
    trial.set_up.choose_cloud("gcc-high")
    assert trial.waits_at(SetupStep.APP).answers.cloud == "gcc-high"


def test_where_nobody_can_be_asked_the_user_chooses(trial: Trial) -> None:
    trial.sandbox.cut(sign_in=True)
    trial.set_up.start()
    trial.set_up.give_address(ANNA)
    state = trial.waits_at(SetupStep.ORGANISATION)
    assert state.now.problem is not None
    assert "could not be asked" in state.now.problem.short
    trial.set_up.choose_cloud("global")
    trial.waits_at(SetupStep.APP)


@pytest.mark.parametrize("text", ["", "thunderbrid", "3f1c", "2222-2222", "' OR 1=1"])
def test_a_garbage_client_id_is_said_and_nothing_is_stored(trial: Trial, text: str) -> None:
    trial.set_up.start()
    trial.set_up.give_address(ANNA)
    trial.waits_at(SetupStep.APP)
    trial.set_up.choose_app(text)
    state = trial.waits_at(SetupStep.APP)
    assert state.now.problem is not None
    assert "client id" in state.now.problem.short
    assert trial.accounts() == {}
    assert state.answers.client_id == ""


def test_a_client_id_that_nobody_knows_stops_the_sign_in_and_another_may_follow(
    trial: Trial,
) -> None:
    trial.set_up.start()
    trial.set_up.give_address(ANNA)
    trial.waits_at(SetupStep.APP)
    trial.set_up.choose_app("33333333-3333-3333-3333-333333333333")
    state = trial.waits_at(SetupStep.SIGN_IN, StepState.STOPPED)
    assert state.now.ids.startswith("AADSTS700016  correlation ")
    assert trial.accounts() == {}
    trial.set_up.back()
    trial.waits_at(SetupStep.APP)
    trial.set_up.choose_app(trial.sandbox.client_id)
    trial.approve()
    trial.waits_at(SetupStep.READY, StepState.DONE)


def test_the_sign_in_of_somebody_else_keeps_no_tokens_and_no_account(trial: Trial) -> None:
    trial.to_sign_in()
    trial.approve("ben@contoso.example")
    state = trial.waits_at(SetupStep.SIGN_IN, StepState.STOPPED)
    assert "ben@contoso.example" in state.now.says
    assert not trial.tokens
    assert trial.accounts() == {}
    trial.set_up.retry()
    trial.approve()
    trial.waits_at(SetupStep.READY, StepState.DONE)


def test_a_token_for_another_service_is_not_kept(
    trial: Trial, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(RESOURCES, "https://outlook.office.com", GRAPH_AUDIENCE)
    trial.to_sign_in()
    trial.approve()
    state = trial.waits_at(SetupStep.SIGN_IN, StepState.STOPPED)
    assert state.now.says == "The token is for another service than mail"
    assert not trial.tokens
    assert trial.accounts() == {}


def test_a_browser_that_is_closed_leaves_the_other_ways_open(trial: Trial) -> None:
    trial.to_sign_in()
    trial.set_up.sign_in(SignInMethod.PASTE)
    wait_until(lambda: trial.state.page, 20, "a page")
    trial.set_up.paste("http://localhost:1/?code=of-another-attempt&state=nobody")
    wait_until(lambda: trial.state.refused, 20, "a refusal")
    assert trial.state.now.state is StepState.NOW
    trial.set_up.sign_in(SignInMethod.DEVICE_CODE)
    trial.approve()
    trial.waits_at(SetupStep.READY, StepState.DONE)


def test_an_organisation_that_wants_an_administrator_gets_its_mail_and_retry_picks_up(
    trial: Trial,
) -> None:
    with persona(trial, "admin-consent"):
        trial.to_sign_in()
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


@pytest.mark.parametrize("error", ["admin_consent", "admin_consent_request", "consent"])
def test_every_refusal_for_want_of_consent_opens_the_page_with_its_ids(
    trial: Trial, error: str
) -> None:
    trial.sandbox.entra.fail_next(error, 1, "token")
    trial.to_sign_in()
    state = trial.waits_at(SetupStep.SIGN_IN, StepState.STOPPED)
    assert state.consent is not None
    assert "correlation" in state.consent.ids


def test_a_rule_that_refuses_the_sign_in_is_explained_and_another_way_is_open(
    trial: Trial,
) -> None:
    trial.sandbox.entra.fail_next("ca_blocked", 1, "token")
    trial.to_sign_in()
    state = trial.waits_at(SetupStep.SIGN_IN, StepState.STOPPED)
    assert state.now.ids.startswith("AADSTS53003")
    trial.set_up.sign_in(SignInMethod.BROWSER)
    wait_until(lambda: trial.state.page, 20, "a page")


def test_where_codes_are_blocked_a_browser_signs_in(trial: Trial) -> None:
    """The page refuses the code with 53003 and nobody tells the program; the browser is let in."""
    with persona(trial, "device-code-blocked"):
        trial.to_sign_in()
        wait_until(lambda: trial.state.code, 20, "a code")
        code = trial.state.code
        assert code is not None
        assert trial.sandbox.entra.answer_device_code(code.user_code, ANNA) == "ca_blocked"
        trial.set_up.sign_in(SignInMethod.PASTE)
        wait_until(lambda: trial.state.page, 20, "a page")
        page = trial.state.page
        assert page is not None
        answer = requests.get(
            page.url, verify=str(trial.sandbox.ca_file), allow_redirects=False, timeout=10
        )
        trial.set_up.paste(answer.headers["Location"])
        trial.waits_at(SetupStep.READY, StepState.DONE)


def test_a_rule_that_refuses_the_next_token_lets_the_set_up_end(trial: Trial) -> None:
    """It is met half a minute later, by the mailbox, which goes on with what is here."""
    with persona(trial, "conditional-access"):
        trial.to_sign_in()
        trial.approve()
        trial.waits_at(SetupStep.READY, StepState.DONE)
        assert trial.accounts()


@pytest.mark.parametrize("name", ["smtp-off-mailbox", "smtp-off-tenant", "security-defaults"])
def test_sending_that_is_off_is_a_limit_and_the_mailbox_is_ready(trial: Trial, name: str) -> None:
    with persona(trial, name):
        trial.to_sign_in()
        trial.approve()
        state = trial.waits_at(SetupStep.SENDING, StepState.LIMITED)
        assert state.now.problem is not None
        assert trial.accounts()
        trial.set_up.go_on()
        state = trial.waits_at(SetupStep.READY, StepState.DONE)
        assert state.result(SetupStep.SENDING).state is StepState.LIMITED


@pytest.mark.parametrize("name", ["imap-off", "not-connected"])
def test_reading_that_is_off_stops_and_can_be_left_so(trial: Trial, name: str) -> None:
    with persona(trial, name):
        trial.to_sign_in()
        trial.approve()
        state = trial.waits_at(SetupStep.READING, StepState.STOPPED)
        assert state.now.problem is not None
        assert trial.accounts()
        trial.set_up.go_on()
        state = trial.waits_at(SetupStep.READY, StepState.DONE)
        assert state.result(SetupStep.READING).state is StepState.SKIPPED


def test_a_personal_account_is_told_by_its_realm_and_signs_in_as_such(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    who = persona_named("personal")
    who.apply(fresh_sandbox)
    fresh_sandbox.post_office.add_mailbox(who.owner)
    trial = Trial(fresh_sandbox, tmp_path)
    try:
        trial.to_sign_in(who.owner)
        assert trial.state.result(SetupStep.ORGANISATION).says == "A personal account at Microsoft"
        trial.approve(who.owner)
        state = trial.waits_at(SetupStep.SENDING, StepState.LIMITED)
        assert state.now.problem is not None
        assert state.now.problem.command == ""
        assert trial.accounts()["personal"]["authority"].endswith("/consumers")
    finally:
        trial.close()


def test_it_goes_on_at_the_next_start_where_it_was_left(trial: Trial) -> None:
    trial.to_sign_in()
    trial.set_up.leave()
    assert trial.accounts() == {}
    trial.fresh().start()
    state = trial.waits_at(SetupStep.SIGN_IN)
    assert state.result(SetupStep.APP).state is StepState.DONE
    trial.approve()
    trial.waits_at(SetupStep.READY, StepState.DONE)


def test_leaving_at_the_address_gives_the_set_up_up(trial: Trial) -> None:
    """Red when `SetUp.leave` does not forget: every start would offer it again."""
    trial.to_sign_in()
    for _ in range(3):
        trial.set_up.back()
    trial.waits_at(SetupStep.ADDRESS)
    trial.set_up.leave()
    wait_until(lambda: trial.store.read.meta("setup") == "", 10, "no answers")


def test_a_network_lost_at_each_step_is_said_in_a_sentence_and_retried(trial: Trial) -> None:
    sandbox = trial.sandbox
    trial.set_up.start()
    trial.set_up.give_address(ANNA)
    trial.waits_at(SetupStep.APP)
    sandbox.cut(sign_in=True)
    trial.set_up.choose_app(sandbox.client_id)
    state = trial.waits_at(SetupStep.SIGN_IN, StepState.STOPPED)
    assert "connection" in state.now.says.lower()
    sandbox.restore()
    sandbox.cut()
    trial.set_up.retry()
    trial.approve()
    state = trial.waits_at(SetupStep.READING, StepState.STOPPED)
    assert "cannot be reached" in state.now.says
    trial.set_up.go_on()
    state = trial.waits_at(SetupStep.SENDING, StepState.STOPPED)
    assert "cannot be reached" in state.now.says
    sandbox.restore()
    trial.set_up.retry()
    state = trial.waits_at(SetupStep.READY, StepState.DONE)
    assert state.result(SetupStep.SENDING).state is StepState.DONE


def test_settings_that_cannot_be_written_leave_no_tokens(trial: Trial) -> None:
    trial.settings.write_text("this is [not TOML")
    trial.set_up.start()
    trial.set_up.give_address(ANNA)
    trial.waits_at(SetupStep.APP)
    trial.set_up.choose_app(trial.sandbox.client_id)
    state = trial.waits_at(SetupStep.SIGN_IN, StepState.STOPPED)
    assert "config.toml" in state.now.says
    assert not trial.tokens
    assert trial.settings.read_text() == "this is [not TOML"


def test_an_account_that_cannot_be_stored_is_signed_out_again(trial: Trial) -> None:
    """Red when `SignInStep.finished` does not sign out."""
    trial.to_sign_in()
    wait_until(lambda: trial.state.code, 20, "a code")
    trial.settings.write_text("this is [not TOML")
    trial.approve()
    state = trial.waits_at(SetupStep.SIGN_IN, StepState.STOPPED)
    assert "config.toml" in state.now.says
    wait_until(lambda: not trial.tokens, 10, "no tokens")
    trial.settings.write_text("# right again\n")
    trial.set_up.retry()
    trial.approve()
    trial.waits_at(SetupStep.READY, StepState.DONE)


def test_an_address_that_is_set_up_already_is_said(trial: Trial) -> None:
    trial.to_sign_in()
    trial.approve()
    trial.waits_at(SetupStep.READY, StepState.DONE)
    again = trial.fresh(address=ANNA.upper())
    again.start()
    state = trial.waits_at(SetupStep.ADDRESS)
    assert state.now.problem is not None
    assert "is set up already, as work" in state.now.problem.short


def test_what_comes_back_late_is_not_heard(trial: Trial) -> None:
    """Guards `SetupBoard.is_now`: an answer for a step that was left changes nothing.

    Red when `SetUp._find` does not ask `is_now`: the late discovery goes on to the third step.
    """
    answers = threading.Event()
    set_up = trial.set_up
    set_up._ask = slow(set_up._ask, answers)
    set_up.start()
    set_up.give_address(ANNA)
    set_up.back()
    trial.waits_at(SetupStep.ADDRESS)
    answers.set()
    finder = [thread for thread in threading.enumerate() if thread.name == "set-up"]
    for thread in finder:
        thread.join(10)
    assert trial.state.step is SetupStep.ADDRESS


def slow(
    ask: Callable[[SetupAnswers], Organisation], answers: threading.Event
) -> Callable[[SetupAnswers], Organisation]:
    def asked(about: SetupAnswers) -> Organisation:
        answers.wait(10)
        return ask(about)

    return asked
