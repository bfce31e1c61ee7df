"""Several messages of the list written to files: what is not here is fetched first, or named."""

from __future__ import annotations

import mailbox
from contextlib import closing
from pathlib import Path

import pytest

from tests.ui.screen_text import assert_exact_rows
from tests.ui.stage import Stage, bring_text, open_stage, record
from tests.waiting import until
from tuimail.mime.filename import write_new_from
from tuimail.model.message import MessageKey
from tuimail.model.status import Connectivity
from tuimail.ui.screens.mailbox import MailboxScreen

SUBJECTS = ("../../etc/passwd", "A plan", "A plan", "")


def whole(number: int) -> bytes:
    return b"From: kim@fabrikam.example\r\nSubject: S\r\n\r\nFrom %d on\r\n" % number


def record_some(stage: Stage) -> list[MessageKey]:
    """Record four messages, of which the last is on the server alone."""
    keys = [
        record(stage.store, stage.account, 9001 + number, subject=subject)
        for number, subject in enumerate(SUBJECTS)
    ]
    for number, key in enumerate(keys[:-1]):
        bring_text(stage.store, key, whole(number), "")
    return keys


async def mark(stage: Stage, keys: list[MessageKey]) -> None:
    screen = stage.app.screen
    assert isinstance(screen, MailboxScreen)
    shown = screen.message_list
    rows = [row for key in keys if (row := stage.store.read.summary(key)) is not None]
    shown.mark(rows, instead=True)
    shown.focus()
    await until(lambda: len(shown.marked) == len(keys), describe="the marks")


async def answer(stage: Stage, question: str, key: str) -> None:
    await stage.press("X")
    await stage.shows(question)
    assert_exact_rows(stage.app)
    await stage.press(key)


def visible(directory: Path) -> set[str]:
    return {path.name for path in directory.glob("[!.]*")}


async def test_marked_messages_become_a_folder_or_an_mbox_and_the_missing_are_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against names that are paths, files that are replaced, and messages left out unsaid.

    Turned red by `write_folder` writing by `Path.write_bytes`, and by not waiting for what is
    fetched.
    """
    downloads = tmp_path / "down"
    downloads.mkdir()
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(downloads))
    async with open_stage(tmp_path / "data") as stage:
        keys = record_some(stage)
        today = f"{stage.app.now():%Y-%m-%d}"
        (downloads / f"{today} 3 messages").mkdir()
        await mark(stage, keys[:3])
        await answer(stage, "Write 3 messages to", "e")
        await stage.shows(f"Written: {today} 3 messages (2)")
        folder = downloads / f"{today} 3 messages (2)"
        day = "2026-11-23"
        assert visible(folder) == {
            f"{day} etc passwd.eml", f"{day} A plan.eml", f"{day} A plan (2).eml",
        }  # fmt: skip
        contents = {path.read_bytes() for path in folder.iterdir()}
        assert contents == {whole(number) for number in range(3)}

        # One is fetched; the key says so meanwhile, and nothing is written before it came.
        await mark(stage, keys)
        await answer(stage, "Write 4 messages to", "m")
        await until(lambda: (keys[3], "") in stage.engine.wanted, describe="the fetch")
        assert stage.engine.wanted.count((keys[0], "")) == 0
        await answer(stage, "1 of 4 are not here yet.", "escape")
        assert len(visible(downloads)) == 2
        bring_text(stage.store, keys[3], whole(3), "")
        await stage.shows(f"Written: {today} 4 messages.mbox")
        with closing(mailbox.mbox(downloads / f"{today} 4 messages.mbox", create=False)) as box:
            texts = [str(each.get_payload()) for each in box]
        assert sorted(texts) == [f">From {number} on\n" for number in range(4)]


async def test_what_cannot_be_fetched_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    downloads = tmp_path / "down"
    downloads.mkdir()
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(downloads))
    async with open_stage(tmp_path / "data", (120, 36)) as stage:
        keys = record_some(stage)
        await mark(stage, keys)
        await answer(stage, "Write 4 messages to", "e")
        await until(lambda: (keys[3], "") in stage.engine.wanted, describe="the fetch")
        await answer(stage, "1 of 4 are not here yet.", "g")
        await stage.shows("Nothing was written.")
        assert (keys[3], "") in stage.engine.given_up
        assert visible(downloads) == set()
        stage.connectivity(Connectivity.OFFLINE)
        await answer(stage, "Write 4 messages to", "e")
        await stage.shows("1 of 4 are not here, and nothing connects.")
        await stage.press("w")
        await stage.shows("3 of 4 messages were written; the others are not here.")
        (folder,) = downloads.iterdir()
        assert len(visible(folder)) == 3
        kept = await until(lambda: stage.store.read.notices(1), describe="the notice")
        notice = kept[0][3]
        assert "(no subject)" in notice.happened
        assert folder.name in notice.now


def test_of_a_file_that_could_not_be_made_whole_nothing_stays(tmp_path: Path) -> None:
    def pieces() -> object:
        yield b"one"
        raise OSError("no room")

    with pytest.raises(OSError, match="no room"):
        write_new_from(tmp_path, "all.mbox", pieces())  # type: ignore[arg-type]
    assert list(tmp_path.iterdir()) == []
