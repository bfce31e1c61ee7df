"""Files on their way into a draft: how far they are, keys meanwhile, and a disk without room."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from textual import events

from tests.ui.stage import Stage, open_stage
from tests.waiting import until
from tuimail.model.draft import Draft
from tuimail.store.writer import Writer
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.writing import draft_files, drafts

_MEGABYTES = 25 * 1024 * 1024


async def _composer(stage: Stage) -> ComposeScreen:
    stage.app.open_composer(Draft(stage.account, to="ben@contoso.com", subject="Plan", body="\n"))
    await until(lambda: isinstance(stage.app.screen, ComposeScreen) and stage.app.focused)
    screen = stage.app.screen
    assert isinstance(screen, ComposeScreen)
    return screen


def _paste(stage: Stage, *paths: Path) -> None:
    stage.app.post_message(events.Paste("\n".join(map(str, paths))))


def _limit(tx: Writer, pages: int | None) -> None:
    """Let SQLite find the disk full after so many more pages; None for never."""
    connection = tx.read._connection
    most = 1073741823 if pages is None else connection.value("PRAGMA page_count") + pages
    connection.value(f"PRAGMA max_page_count = {most}")


async def test_a_large_file_says_how_far_it_is_and_stops_no_key(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk stands still in the middle of a file: typing goes on, and Escape gives it up.

    Red where `_Meter.read` does not look whether anybody waits, where Escape closes nothing, and
    where no share is told.
    """
    goes_on, told = threading.Event(), draft_files._Meter.read
    ended = threading.Event()

    def slow(meter: draft_files._Meter, octets: int, total: int) -> None:
        try:
            told(meter, octets, total)
        except draft_files.AttachFailed:
            ended.set()
            raise
        if octets * 100 // total == 40:
            goes_on.wait(100)

    monkeypatch.setattr(draft_files._Meter, "read", slow)
    large = tmp_path / "film.bin"
    with large.open("wb") as file:
        file.truncate(_MEGABYTES)
    async with open_stage(tmp_path / "home") as stage:
        screen = await _composer(stage)
        _paste(stage, large)
        await stage.shows("Reading film.bin … 40% of 25.0 MB")
        await stage.press("H", "i")
        assert screen.current().body.startswith("Hi")
        await stage.press("ctrl+s")
        await stage.shows("A file is being read. Esc gives it up.")
        _paste(stage, large)
        await stage.shows("Another file is being read.")
        await stage.press("escape")
        await stage.shows("It was not attached.")
        goes_on.set()
        await until(ended.is_set, describe="the end of the reading")
        await until(lambda: not screen._attaching, describe="that it is noticed")
        assert stage.app.screen is screen
        assert screen.current().files == ()
        _paste(stage, large)
        await until(lambda: screen.current().files, 30)
        assert screen.current().files[0].size == _MEGABYTES


async def test_what_a_command_writes_is_attached_and_one_that_does_not_end_is_given_up(
    tmp_path: Path,
) -> None:
    """Red where a command that fails is attached all the same, and where Escape ends nothing."""
    ran = tmp_path / "ran"
    async with open_stage(tmp_path / "home") as stage:
        screen = await _composer(stage)

        async def attach(command: str) -> None:
            await stage.press("ctrl+t")
            await stage.shows("or | and a command")
            stage.app.post_message(events.Paste(command))
            await stage.shows("What the command writes is attached.")
            await stage.press("enter")

        await attach("| printf 'diff --git' | tr a-z A-Z")
        await until(lambda: screen.current().files)
        (file,) = screen.current().files
        assert (file.name, file.content_type) == ("printf.txt", "text/plain")
        assert stage.store.read.draft_files.data([file])[file.id] == b"DIFF --GIT"
        await attach("| echo some; echo no such branch >&2; exit 3")
        await stage.shows("The command ended with 3: no such branch")
        await attach("| true")
        await stage.shows("The command wrote nothing.")
        await attach(f"| echo $$ > {ran}; exec sleep 600")
        await until(lambda: ran.exists() and ran.read_text().strip(), 30)
        await stage.press("escape")
        await stage.shows("It was not attached.")
        await until(lambda: not Path(f"/proc/{ran.read_text().strip()}").exists(), 30)
        assert screen.current().files == (file,)


async def test_a_full_disk_keeps_what_is_there_and_goes_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite itself finds no room: for a file that is attached, and for the draft.

    Red where a write that failed is not tried again by itself.
    """
    monkeypatch.setattr(drafts, "AGAIN_AFTER_SECONDS", 0.05)
    report = tmp_path / "report.pdf"
    report.write_bytes(b"%PDF" * 100_000)
    async with open_stage(tmp_path / "home") as stage:
        screen = await _composer(stage)
        await stage.press("O", "n", "e")
        await until(lambda: [one.body for one in stage.store.read.drafts()] == ["One\n"])
        stage.store.write(lambda tx: _limit(tx, 0)).result()
        _paste(stage, report)
        await stage.shows("report.pdf was not attached: ")
        assert "no space left" in stage.text
        assert screen.current().files == ()
        more = "and much more of it\n" * 2_000
        stage.app.post_message(events.Paste(more))
        await stage.shows("draft not saved")
        await stage.shows("The draft was not saved: ")
        assert [one.body for one in stage.store.read.drafts()] == ["One\n"]
        assert screen.current().body == f"One{more}\n"
        stage.store.write(lambda tx: _limit(tx, None)).result()
        # No key is pressed: it is tried again by itself.
        await until(lambda: [one.body for one in stage.store.read.drafts()] == [f"One{more}\n"])
        await stage.shows("draft saved")
        _paste(stage, report)
        await until(lambda: screen.current().files, 30)
        await until(lambda: [len(one.files) for one in stage.store.read.drafts()] == [1], 30)
