"""What is said of a key names the one that it is bound to, in sentences, stories and sheets."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tests.ui.stage import open_stage
from tests.ui.test_jobs import open_jobs
from tests.ui.test_outbox import REFUSED, open_outbox, queue
from tests.waiting import until
from tuimail.config.schema import Settings
from tuimail.model.outbox import OutboxState
from tuimail.ui.widgets.choice_sheet import ChoiceSheet
from tuimail.ui.widgets.line_sheet import LineSheet


def bound(**keys: str) -> Settings:
    """Return settings with keys for `scope__name`."""
    chosen = {id_.replace("__", "."): key for id_, key in keys.items()}
    return msgspec.structs.replace(Settings(), glyphs="unicode", keys=chosen)


async def test_the_outbox_names_its_keys_as_they_are_bound(tmp_path: Path) -> None:
    settings = bound(outbox__send="b", outbox__discard="v", outbox__copy="c")
    async with open_stage(tmp_path, settings=settings) as stage:
        queue(stage, "Alerts", OutboxState.SENDING, OutboxState.UNCERTAIN)
        await open_outbox(stage)
        await stage.shows("You can   b send again (may arrive twice)   v discard")
        await stage.press("u")
        await stage.shows("It may have been sent already: v discards it, b sends it again.")
        queue(stage, "Booking", OutboxState.FAILED, problem=REFUSED)
        await stage.shows("Booking")
        await stage.press("g", "g")
        await stage.shows("c copy the line that your administrator has to run:")
        await stage.shows("b try now   e edit   u back to draft   v discard")


async def test_the_jobs_name_their_keys_as_they_are_bound(tmp_path: Path) -> None:
    async with open_stage(tmp_path, settings=bound(jobs__run="b", jobs__cancel="v")) as stage:
        screen = await open_jobs(stage)
        await stage.press("g", "g", "enter")
        await stage.shows("b connect again now")
        await stage.press("v")
        await stage.shows("A mailbox is no job that ends: b connects again now.")
        assert stage.app.screen is screen


async def test_a_line_and_a_sheet_name_their_keys_as_they_are_bound(tmp_path: Path) -> None:
    settings = bound(line__close="ctrl+g", choice__close="ctrl+x")
    async with open_stage(tmp_path, settings=settings) as stage:
        await stage.press("backslash")
        await until(lambda: isinstance(stage.app.screen, LineSheet), describe="the line")
        await stage.shows("Enter keep   ^g take back")
        await stage.press("ctrl+g")
        await until(lambda: not isinstance(stage.app.screen, LineSheet), describe="the list")
        await stage.press("g", "c")
        await until(lambda: isinstance(stage.app.screen, ChoiceSheet), describe="the sheet")
        await stage.shows("Enter choose   ^x close")
