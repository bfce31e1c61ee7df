"""Setting a mailbox up against the sandbox: each bad answer, each lost line."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.server.trial import ANNA, Trial
from tests.waiting import wait_until
from tuimail.auth.discovery import Organisation
from tuimail.model.setup import SetupAnswers, SetupStep, StepState
from tuimail.model.sign_in import SignInMethod
from tuimail.sandbox.entra_directory import GRAPH_AUDIENCE, RESOURCES
from tuimail.sandbox.sandbox import Sandbox


@pytest.fixture
def trial(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[Trial]:
    trial = Trial(fresh_sandbox, tmp_path)
    yield trial
    trial.close()


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
    shown = trial.screen()
    assert "The address may be" in shown
    assert "choose the cloud" in shown
    assert "signed in" not in shown
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
    wait_until(lambda: trial.state.page, 30.0, "a page")
    trial.set_up.paste("http://localhost:1/?code=of-another-attempt&state=nobody")
    wait_until(lambda: trial.state.refused, 30.0, "a refusal")
    assert trial.state.now.state is StepState.NOW
    trial.set_up.sign_in(SignInMethod.DEVICE_CODE)
    trial.approve()
    trial.waits_at(SetupStep.READY, StepState.DONE)


def test_an_address_with_an_error_in_it_stops_in_words_and_stores_nothing(trial: Trial) -> None:
    trial.to_sign_in()
    trial.set_up.sign_in(SignInMethod.PASTE)
    page = wait_until(lambda: trial.state.page, 30.0, "a page")
    state = page.url.partition("state=")[2].partition("&")[0]
    trial.set_up.paste(
        "http://localhost/?error=access_denied&error_description=AADSTS65004%3A+User+declined"
        f"+to+consent.&state={state}"
    )
    stopped = trial.waits_at(SetupStep.SIGN_IN, StepState.STOPPED)
    assert stopped.now.says == "The permission was not given"
    assert stopped.consent is not None
    assert "answered with no" in stopped.consent.told
    assert trial.accounts() == {}
    assert not trial.tokens
    trial.set_up.sign_in(SignInMethod.DEVICE_CODE)
    trial.approve()
    trial.waits_at(SetupStep.READY, StepState.DONE)


def test_an_unknown_tenant_is_said_and_another_cloud_or_app_may_follow(trial: Trial) -> None:
    """Given with a flag, so that nobody was asked whether it exists."""
    base = trial.sandbox.entra.base
    trial.fresh(authority=f"{base}/nowhere.example", cloud="global")
    trial.set_up.start()
    trial.set_up.give_address(ANNA)
    trial.waits_at(SetupStep.APP)
    trial.set_up.choose_app(trial.sandbox.client_id)
    state = trial.waits_at(SetupStep.SIGN_IN, StepState.STOPPED)
    assert state.now.says == "Microsoft does not know this tenant here"
    assert trial.accounts() == {}
    trial.set_up.back()
    trial.waits_at(SetupStep.APP)
    trial.set_up.back()
    assert trial.waits_at(SetupStep.ORGANISATION).now.asks


def test_who_is_not_assigned_to_the_app_is_not_told_to_ask_for_consent(trial: Trial) -> None:
    """Red when every entry of the kind consent opens the mail to an administrator."""
    trial.sandbox.entra.fail_next("50105", 1, "token")
    state = trial.to_sign_in(state=StepState.STOPPED)
    assert state.now.says == "Your organisation has not assigned you to this app"
    assert state.consent is None
    assert state.now.problem is not None
    assert "administrator" in state.now.problem.you_can


def test_a_network_lost_while_a_code_waits_is_no_failure(trial: Trial) -> None:
    trial.to_sign_in()
    code = wait_until(lambda: trial.state.code, 30.0, "a code")
    trial.sandbox.cut(sign_in=True)
    trial.sandbox.restore()
    assert trial.sandbox.entra.approve(code.user_code, ANNA)
    trial.waits_at(SetupStep.READY, StepState.DONE)


@pytest.mark.parametrize("error", ["admin_consent", "admin_consent_request", "consent"])
def test_every_refusal_for_want_of_consent_opens_the_page_with_its_ids(
    trial: Trial, error: str
) -> None:
    trial.sandbox.entra.fail_next(error, 1, "token")
    state = trial.to_sign_in(state=StepState.STOPPED)
    assert state.consent is not None
    assert "correlation" in state.consent.ids


def test_a_rule_that_refuses_the_sign_in_is_explained_and_another_way_is_open(
    trial: Trial,
) -> None:
    trial.sandbox.entra.fail_next("ca_blocked", 1, "token")
    state = trial.to_sign_in(state=StepState.STOPPED)
    assert state.now.ids.startswith("AADSTS53003")
    trial.set_up.sign_in(SignInMethod.BROWSER)
    wait_until(lambda: trial.state.page, 30.0, "a page")


def test_it_goes_on_at_the_next_start_where_it_was_left(trial: Trial) -> None:
    trial.to_sign_in()
    trial.set_up.leave()
    assert trial.accounts() == {}
    # The answers are stored on another thread; the end of the program would wait for it.
    kept = trial.sandbox.client_id
    wait_until(lambda: kept in (trial.store.read.meta("setup") or ""), 30.0, "the answers")
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
    wait_until(lambda: trial.store.read.meta("setup") == "", 30.0, "no answers")


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
    wait_until(lambda: trial.state.code, 30.0, "a code")
    trial.settings.write_text("this is [not TOML")
    trial.approve()
    state = trial.waits_at(SetupStep.SIGN_IN, StepState.STOPPED)
    assert "config.toml" in state.now.says
    assert not trial.tokens  # before anything is said: `account add` ends the process then
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
        thread.join(30)
    assert trial.state.step is SetupStep.ADDRESS


def test_who_goes_back_while_an_answer_is_taken_stays_there(trial: Trial) -> None:
    """Red when `SetUp._find` begins the next step without its turn."""
    set_up = trial.set_up

    def go_back() -> None:
        now = set_up.state.result(SetupStep.ORGANISATION)
        if set_up.state.step is SetupStep.ORGANISATION and now.state is StepState.DONE:
            set_up.back()

    set_up.subscribe(go_back)
    set_up.start()
    set_up.give_address(ANNA)
    for thread in [each for each in threading.enumerate() if each.name == "set-up"]:
        thread.join(30)
    assert trial.state.step is SetupStep.ADDRESS


def slow(
    ask: Callable[[SetupAnswers], Organisation], answers: threading.Event
) -> Callable[[SetupAnswers], Organisation]:
    def asked(about: SetupAnswers) -> Organisation:
        answers.wait(30)
        return ask(about)

    return asked
