"""A set-up whose settings file has a mistake in it, before and after the account is in there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.trial import ANNA, Trial
from tuimail.model.setup import SetupStep, StepState
from tuimail.sandbox.personas import persona_named
from tuimail.sandbox.sandbox import Sandbox


@pytest.fixture
def trial(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[Trial]:
    trial = Trial(fresh_sandbox, tmp_path)
    yield trial
    trial.close()


def test_a_way_out_that_cannot_be_written_is_said(trial: Trial) -> None:
    """Red when the key does nothing, because the failure is in the log alone."""
    persona_named("smtp-off-mailbox").apply(trial.sandbox)
    trial.to_sign_in()
    trial.approve()
    trial.waits_at(SetupStep.SENDING, StepState.LIMITED)
    written = trial.settings.read_text()
    trial.settings.write_text("this is [not TOML")
    trial.set_up.send_through_graph()
    state = trial.waits_at(SetupStep.SENDING, StepState.STOPPED)
    assert "config.toml is not TOML" in state.now.says
    trial.settings.write_text(written)
    trial.set_up.retry()
    trial.waits_at(SetupStep.SENDING, StepState.LIMITED)
    trial.set_up.send_through_graph()
    trial.waits_at(SetupStep.READY, StepState.DONE)
    assert trial.accounts()["work"]["send_via"] == "smtp-then-graph"


def test_settings_with_a_mistake_stop_before_anybody_signs_in(trial: Trial) -> None:
    """Red when the label of the account with the mistake is given to the new one."""
    mine = '[accounts.work]\naddress = "me"\nclient_id = "thunderbird"\n'
    mine += '[accounts.other]\naddress = "me@example.com"\nclient_id = "thunderbird"\n'
    trial.settings.write_text(mine)
    trial.set_up.start()
    trial.set_up.give_address(ANNA)
    trial.waits_at(SetupStep.APP)
    trial.set_up.choose_app(trial.sandbox.client_id)
    state = trial.waits_at(SetupStep.SIGN_IN, StepState.STOPPED)
    assert "accounts.work.address" in state.now.says
    assert not trial.tokens
    assert trial.settings.read_text() == mine
