"""More of the header, and the message given away: piped, written to a file, printed."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from tests.ui.screen_text import assert_exact_rows, rows
from tests.ui.stage import Stage, bring_text, open_stage, record
from tests.ui.test_reader_text import open_first, view
from tests.waiting import until
from tuimail.config.schema import ReaderSettings, Settings
from tuimail.model.message import MessageKey
from tuimail.ui.widgets.line_sheet import LineSheet

TEXT = b"Hello $(touch gone) `x`.\r\n> quoted\r\n"
WHOLE = (
    b"From: kim@fabrikam.example\r\nX-Hostile: \x1b]0;owned\x07\r\nSubject: A; rm\r\n\r\n" + TEXT
)


async def ask(stage: Stage, key: str, question: str, answer: str) -> None:
    await stage.press(key)
    await stage.asks()
    assert question in rows(stage.app)[-1]
    await stage.press(answer)


async def open_mail(stage: Stage) -> MessageKey:
    key = record(stage.store, stage.account, 9001, subject="A; rm -rf ~ | x", body=TEXT)
    await open_first(stage, key)
    await stage.shows("Hello $(touch gone)")
    return key


async def file_with(path: Path) -> bytes:
    await until(lambda: path.is_file() and path.stat().st_size, describe=f"{path}")
    return path.read_bytes()  # noqa: ASYNC240 - of a test


async def test_a_command_reads_the_text_or_the_whole_message_on_its_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing of a mail is ever part of a command line: its subject would run as one here."""
    monkeypatch.chdir(tmp_path)
    async with open_stage(tmp_path / "data") as stage:
        key = await open_mail(stage)
        out = tmp_path / "o"
        await stage.press("vertical_line", *"cat > o", "enter")
        assert (await file_with(out)).decode() == (
            "From: Kim Chu <kim@fabrikam.example>\nTo: anna@contoso.com\n"
            "Date: Mon 23 Nov 2026 09:43\nSubject: A; rm -rf ~ | x\n\n"
            "Hello $(touch gone) `x`.\n> quoted\n"
        )
        await stage.shows("The command is done.")
        await until(lambda: stage.store.read.meta("reader.command"), describe="the command is kept")
        await stage.press("vertical_line", "tab")
        await stage.shows("Pipe the message as it came")
        await until(lambda: isinstance(stage.app.screen, LineSheet), describe="the line")
        assert stage.app.screen.line.value == "cat > o"  # type: ignore[attr-defined]
        out.unlink()
        await stage.press("enter")
        await until(lambda: (key, "") in stage.engine.wanted)
        await stage.shows("Fetching the whole message …")
        assert not out.exists()
        bring_text(stage.store, key, WHOLE, "")
        assert await file_with(out) == WHOLE
        await stage.press("vertical_line")
        await stage.shows("Pipe the text")
        await stage.press("ctrl+u", *"exit 3", "enter")
        await stage.shows("The command ended with 3.")
        assert view(stage).has_focus


async def test_a_message_is_written_to_new_files(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    downloads = tmp_path / "down"
    downloads.mkdir()
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(downloads))
    name = "2026-11-23 A; rm -rf ~ x"
    (downloads / f"{name}.eml").write_text("mine")
    async with open_stage(tmp_path / "data") as stage:
        key = await open_mail(stage)
        bring_text(stage.store, key, WHOLE, "")
        await ask(stage, "X", "Write it to a file as", "e")
        assert await file_with(downloads / f"{name} (2).eml") == WHOLE
        await stage.shows("Written: ")
        assert (downloads / f"{name}.eml").read_text() == "mine"
        await ask(stage, "X", "Write it to a file as", "m")
        entry = await file_with(downloads / f"{name}.mbox")
        assert entry.startswith(b"From kim@fabrikam.example Mon Nov 23 09:43:")
        await ask(stage, "X", "Write it to a file as", "t")
        assert b"\n> quoted\n" in await file_with(downloads / f"{name}.txt")
        assert sorted(path.name for path in downloads.glob("[!.]*")) == [
            f"{name} (2).eml", f"{name}.eml", f"{name}.mbox", f"{name}.txt",
        ]  # fmt: skip


async def test_the_text_is_printed_by_the_command_of_the_settings(tmp_path: Path) -> None:
    out = tmp_path / "paper out"
    reader = ReaderSettings(print_command=f'tee "{out}"')
    settings = msgspec.structs.replace(Settings(), glyphs="unicode", reader=reader)
    async with open_stage(tmp_path / "data", settings=settings) as stage:
        await open_mail(stage)
        await stage.press("P")
        await stage.shows("Given to the printer.")
        assert b"Hello $(touch gone) `x`.\n> quoted\n" in out.read_bytes()
        wrong = ReaderSettings(print_command="sh -c 'echo no paper >&2; exit 4'")
        stage.app.settings = msgspec.structs.replace(settings, reader=wrong)
        await stage.press("P")
        await stage.shows("Not printed. sh ended with 4: no paper")


async def test_more_of_the_header_is_shown_above_the_text(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        key = await open_mail(stage)
        assert "H headers" in rows(stage.app)[-1]
        await stage.press("H")
        shown = [row.rstrip() for row in rows(stage.app)[5:-1]]
        assert shown[0] == " From        Kim Chu <kim@fabrikam.example>"
        assert " Message-ID  <9001@fabrikam.example>" in shown
        assert_exact_rows(stage.app)
        await stage.press("H")
        await stage.shows("The header comes with the next connection.")
        assert (key, "HEADER") in stage.engine.wanted
        bring_text(stage.store, key, WHOLE.partition(b"\r\n\r\n")[0], "HEADER")
        await stage.shows("X-Hostile: ]0;owned")
        assert_exact_rows(stage.app)
        await stage.press("slash", *"x-hostile", "enter")
        assert "1 of 1" in rows(stage.app)[-1]
        await stage.press("escape", "H")
        await until(lambda: "X-Hostile" not in stage.text, describe="the head alone")
        shown = rows(stage.app)
        rule = next(at for at, row in enumerate(shown) if row.startswith("──"))
        assert shown[rule + 1].startswith(" Hello $(touch gone)")


async def test_a_head_that_makes_a_short_text_long_is_shown_from_its_beginning(
    tmp_path: Path,
) -> None:
    """Mutation: `scroll_edge` without `force`, which cannot scroll what fitted until now."""
    async with open_stage(tmp_path, (80, 16)) as stage:
        await open_mail(stage)
        await stage.press("H")
        await stage.shows(" From        Kim Chu")
        assert rows(stage.app)[5].startswith(" From ")
