"""Jobs that wait for something else than a time: what a defect stopped, and for a folder."""

from __future__ import annotations

from pathlib import Path

from tests.ui.screen_text import text
from tests.ui.stage import Stage, open_stage
from tests.ui.test_jobs import cursor_row, move_three, open_jobs, tried
from tests.waiting import until
from tuimail.model.draft import Draft
from tuimail.model.intent import UNTIL_ASKED, UNTIL_THERE

WORDS = "Something unforeseen happened in tuimail (KeyError at moves.py:88)."


def stop_three(stage: Stage) -> None:
    """Let a defect end what the user did to three messages."""
    tried(stage, move_three(stage), WORDS, UNTIL_ASKED)


async def test_what_a_defect_stopped_is_shown_as_failed_with_the_reason(tmp_path: Path) -> None:
    """Mutations that turn it red: `change_when` without `is_stopped`; a heading that is always
    the server's.
    """
    async with open_stage(tmp_path, (80, 30)) as stage:
        stop_three(stage)
        await open_jobs(stage)
        await stage.shows("stopped: your turn")
        assert cursor_row(stage).startswith("▌× Move 3 to Archive")
        assert "── What happened ─" in text(stage.app)
        assert "── The server said ─" not in text(stage.app)
        await stage.press("enter")
        await stage.shows("Now       It is safe on this computer and not tried again by itself.")
        assert "You can   Run it again, or give it up." in text(stage.app)
        await stage.press("y")
        await stage.shows("The words are copied.")
        assert stage.app.clipboard == WORDS


async def test_what_a_defect_stopped_runs_again_by_the_users_word(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        stop_three(stage)
        await open_jobs(stage)
        await stage.shows("stopped: your turn")
        await stage.press("t")
        await stage.shows("Trying now.")
        assert all(one.not_before < UNTIL_THERE for one in stage.store.read.intents())


async def test_what_a_defect_stopped_is_given_up_after_a_question(tmp_path: Path) -> None:
    """Mutation that turns it red: `_give_up` that looks at the state alone."""
    async with open_stage(tmp_path) as stage:
        stop_three(stage)
        await open_jobs(stage)
        await stage.shows("stopped: your turn")
        await stage.press("x")
        await stage.asks()
        assert "The server may have done it already. Give it up?" in text(stage.app)
        await stage.press("y")
        await stage.shows("Given up: Move 3 to Archive.")
        assert stage.store.read.intents() == []


async def test_a_draft_that_waits_for_a_folder_says_for_what(tmp_path: Path) -> None:
    """Mutation that turns it red: `change_when` without `waits_for_folder`."""
    async with open_stage(tmp_path, (80, 30)) as stage:
        draft = Draft(stage.account, to="", subject="Lunch", body="At one?")
        stage.store.write(lambda tx: tx.save_draft(draft)).result(30)
        (ours,) = [one for one in stage.store.read.pending_actions() if one.subject == "Lunch"]
        others = [one.id for one in stage.store.read.pending_actions() if one.id != ours.id]
        stage.store.write(lambda tx: tx.discard_intents(others)).result(30)
        words = "The mailbox has no Drafts folder."
        stage.store.write(
            lambda tx: tx.requeue_intents(
                [ours.id], not_before=UNTIL_THERE, error=words, is_attempt=False
            )
        ).result(30)
        await open_jobs(stage)
        await stage.shows("once there is a Drafts folder")
        assert "Lunch" in cursor_row(stage)
        await stage.press("enter")
        await until(lambda: f"Happened  {words}" in text(stage.app), describe="the story")
