"""Who is offered: the mail here first, then what a command of the user's finds."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest

from tests.ui.stage import open_stage
from tests.waiting import until
from tuimail.config.schema import ComposeSettings, Settings
from tuimail.model.draft import Draft
from tuimail.model.outbox import OutgoingMessage
from tuimail.text.safe import SafeText
from tuimail.ui.writing.people import People, ask_command

SCRIPT = """\
import sys
print("Searching for", sys.argv[1])
print("kim@fabrikam.example\\tKim\\x1b[31m Chu\\tcustomer")
print("kim@fabrikam.example\\ttwice")
print("not an address\\tNobody")
"""


def command(tmp_path: Path, source: str = SCRIPT) -> str:
    script = tmp_path / "people.py"
    script.write_text(source)
    return f"{sys.executable} {script}"


async def test_a_commands_people_are_read_and_made_harmless(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuimail.ui.writing.people.COMMAND_SECONDS", 60.0)
    [found] = await ask_command(command(tmp_path), "kim; touch /tmp/x", 3)
    assert (found.name, found.address) == ("Kim[31m Chu", "kim@fabrikam.example")


async def test_a_command_that_fails_or_does_not_end_finds_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert await ask_command("no-such-command-at-all", "kim", 3) == []
    assert await ask_command("unbalanced '", "kim", 3) == []
    monkeypatch.setattr("tuimail.ui.writing.people.COMMAND_SECONDS", 0.2)
    assert await ask_command(command(tmp_path, "import time; time.sleep(60)"), "kim", 3) == []
    endless = command(tmp_path, "while True: print('x' * 1000)")
    assert await ask_command(endless, "kim", 3) == []


async def test_the_book_is_made_when_it_is_asked_for_and_anew_after_a_while(
    tmp_path: Path,
) -> None:
    async with open_stage(tmp_path) as stage:
        now = [0.0]
        people = People(stage.store, lambda: now[0])
        before = [one.address for one in await people.find("contoso", 50)]
        sent = OutgoingMessage(
            account_id=stage.account,
            raw=b"Subject: x\r\n\r\n",
            message_id="<1@contoso.example>",
            mail_from="anna@contoso.example",
            rcpt_to=("new.person@contoso.example",),
            to_text=SafeText("new"),
            subject=SafeText("x"),
        )
        stage.store.write(lambda tx: tx.queue_message(sent)).result(30)
        assert await people.find("new.person", 3) == []
        now[0] = 61.0
        await people.find("new.person", 3)
        await until(lambda: people._making is None, describe="the new book")
        [found] = await people.find("new.person", 3)
        assert found.address == "new.person@contoso.example"
        assert found.address not in before


async def test_what_is_found_after_escape_is_not_offered_any_more(tmp_path: Path) -> None:
    """Red where what is closed comes back with the command's people: Tab would take one."""
    running, goes_on = tmp_path / "running", tmp_path / "goes on"
    source = (
        "import os, pathlib, time\n"
        f"pathlib.Path({str(running)!r}).write_text(str(os.getpid()))\n"
        f"while not pathlib.Path({str(goes_on)!r}).exists(): time.sleep(0.01)\n"
        "print('pri@fabrikam.example\\tPri Late')\n"
    )
    compose = ComposeSettings(address_command=command(tmp_path, source))
    settings = msgspec.structs.replace(Settings(), glyphs="unicode", compose=compose)
    async with open_stage(tmp_path / "data", settings=settings) as stage:
        stage.app.open_composer(Draft(stage.account, subject="Plan", body="\n"))
        screen = await stage.composer()
        await stage.press("p", "r", "i")
        await stage.shows("Priya Natarajan  ")
        await until(lambda: running.exists() and running.read_text(), describe="the command")
        await stage.press("escape")
        assert "Priya Natarajan  " not in stage.text
        goes_on.touch()
        process = Path("/proc", running.read_text())
        await until(lambda: not process.exists(), describe="its end")
        await stage.pilot.pause()
        await stage.press("tab")
        assert screen.current().to == "pri"
