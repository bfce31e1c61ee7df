"""Reading: head, text, what is not here yet, and saving files."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.ui.screen_text import assert_exact_rows, rows, style_of, text
from tests.ui.stage import SIZES, Stage, bring_text, open_stage, record
from tests.waiting import until
from tuimail.mime import render
from tuimail.model.bodystructure import BodyPart
from tuimail.model.message import BodyState, MessageKey
from tuimail.model.notice import Notice, Severity
from tuimail.model.status import ALL_TEXT, Connectivity
from tuimail.store.writer import Writer
from tuimail.text.safe import SafeText
from tuimail.ui.app import TuimailApp
from tuimail.ui.reading.fetch_words import FETCHING, GIVEN_UP, NOT_HERE
from tuimail.ui.screens import later
from tuimail.ui.widgets import message_pane
from tuimail.ui.widgets.message_view import MessageView

HOSTILE = "Pay\x1b]0;owned\x07 now\u202e gnp.exe\x9b31m\u200b"
FILE = BodyPart(
    "2", "application", "pdf", size=1000, encoding="base64", disposition="attachment",
    filename=SafeText("../../etc/passwd"),
)  # fmt: skip


async def read(stage: Stage, key: MessageKey) -> MessageView:
    """Open a message as the list does."""
    view = stage.app.screen.query_one(MessageView)
    await stage.finds(key)
    await stage.press("enter")
    await until(lambda: view.key == key and view.display)
    return view


@pytest.mark.parametrize("size", SIZES)
async def test_every_row_is_exact_and_harmless_at_every_size(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with open_stage(tmp_path, size) as stage:
        body = (HOSTILE + " 見積書の件でご連絡いたしました。" * 20 + "\r\n> quoted\r\n").encode()
        key = record(
            stage.store, stage.account, 9001, subject=HOSTILE, sender=HOSTILE, body=body,
            parts=(FILE,),
        )  # fmt: skip
        await read(stage, key)
        await stage.shows("見積書")
        assert_exact_rows(stage.app)
        assert "? help" in rows(stage.app)[-1]


async def test_the_head_is_there_before_the_text(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        key = record(stage.store, stage.account, 9001, subject="Not here", body=None)
        await read(stage, key)
        await stage.shows(FETCHING)
        assert " Not here" in rows(stage.app)[1]
        assert (key, None) in stage.engine.wanted
        bring_text(stage.store, key, b"Here it is.\r\n")
        await stage.shows("Here it is.")
        assert FETCHING not in text(stage.app)


async def test_a_text_is_given_up_and_asked_for_again_when_it_is_opened_again(
    tmp_path: Path,
) -> None:
    """Mutations: `waits_for_text` or `show_at_cursor` that does not ask `is_given_up`."""
    async with open_stage(tmp_path) as stage:
        key = record(stage.store, stage.account, 9001, body=None)
        await read(stage, key)
        await stage.shows(FETCHING)
        await stage.press("x", "x")
        await stage.shows(GIVEN_UP)
        assert stage.engine.given_up == [(key, None), (key, ALL_TEXT)]
        asked = len(stage.engine.wanted)
        for connectivity in (Connectivity.OFFLINE, Connectivity.ONLINE):
            stage.connectivity(connectivity)
            await stage.pilot.pause()
        await stage.press("x", "x")
        await stage.shows("Nothing is fetched.")
        assert GIVEN_UP in stage.text
        assert len(stage.engine.wanted) == asked
        await stage.press("escape", "enter")
        await stage.shows(FETCHING)
        assert len(stage.engine.wanted) > asked

        long = record(stage.store, stage.account, 9002, body=None, octets=3_000_000)

        def begin(tx: Writer) -> None:
            tx.store_part(long, "1", b"The beginning.\r\n", cut=True)
            tx.set_body(long, BodyState.PARTIAL, SafeText("The beginning."))

        stage.store.write(begin).result()
        await stage.press("escape")
        await read(stage, long)
        await stage.shows("Only the beginning is here")
        stage.engine.given_up.clear()
        await stage.press("L", "x", "x")
        await stage.shows("Given up. What came is kept.")
        assert stage.engine.given_up == [(long, None), (long, ALL_TEXT)]
        await stage.press("x", "x")
        await stage.shows("Nothing is fetched.")


async def test_offline_it_says_when_the_text_comes_and_asks_again_then(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        stage.connectivity(Connectivity.OFFLINE)
        key = record(stage.store, stage.account, 9001, body=None)
        await read(stage, key)
        await stage.shows(NOT_HERE)
        asked = len(stage.engine.wanted)
        stage.connectivity(Connectivity.ONLINE)
        await until(lambda: len(stage.engine.wanted) > asked)
        await stage.shows(FETCHING)


async def test_a_failed_fetch_shows_as_not_downloaded(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        key = record(stage.store, stage.account, 9001, body=None)
        await read(stage, key)
        await stage.shows(FETCHING)
        notice = Notice(Severity.ERROR, "The text could not be fetched.")
        stage.store.write(lambda tx: tx.add_notice(notice)).result()
        await stage.shows(NOT_HERE)


async def test_a_flag_change_leaves_the_text_where_it_was_scrolled_to(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        body = "\r\n".join(f"row {number}" for number in range(200)).encode()
        key = record(stage.store, stage.account, 9001, body=body)
        view = await read(stage, key)
        await stage.shows("row 0")
        await stage.press("space", "F")
        await stage.shows("row 34")
        await until(lambda: stage.store.read.summary(key).flags.is_flagged)  # type: ignore[union-attr]
        await stage.pilot.pause()
        assert "row 0 " not in text(stage.app)
        assert view.position == "17%"


async def test_scrolling_by_keys_tells_the_position(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        body = "\r\n".join(f"row {number}" for number in range(100)).encode()
        key = record(stage.store, stage.account, 9001, body=body)
        await read(stage, key)
        await stage.shows("row 0")
        await stage.press("G")
        await stage.shows("row 99")
        assert rows(stage.app)[-1].rstrip().endswith("100%")
        await stage.press("g", "g")
        await stage.shows("row 0 ")
        await stage.press("j", "j", "k")
        await until(lambda: "row 1" in rows(stage.app)[5])


async def test_quotes_have_their_colours_and_marks_on_every_row(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        long = "word " * 30
        body = f"Hi\r\n\r\n> {long}\r\n>> second\r\n>>> third\r\n>>>> fourth\r\n".encode()
        key = record(stage.store, stage.account, 9001, body=body)
        await read(stage, key)
        await stage.shows(">>> third")
        quoted = [row for row in rows(stage.app) if row.startswith(" > word")]
        assert len(quoted) == 2
        colours = {
            str(style_of(stage.app, words).style.color)  # type: ignore[union-attr]
            for words in ("> word", ">> second", ">>> third")
        }
        assert len(colours) == 3


async def test_the_list_over_the_reader_has_two_rows_of_head(tmp_path: Path) -> None:
    async with open_stage(tmp_path, (100, 30)) as stage:
        key = record(stage.store, stage.account, 9001, subject="Short head", parts=(FILE,))
        await read(stage, key)
        await stage.shows("Hello.")
        head = next(row for row in rows(stage.app) if row.startswith("── Short head ──"))
        assert head.endswith("─ 09:43 ──")
        below = rows(stage.app)[rows(stage.app).index(head) + 1]
        assert below.startswith(" Kim Chu  to you")
        assert below.rstrip().endswith("@ 1 file")


async def test_a_hostile_file_name_stays_in_the_downloads_and_overwrites_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    downloads = tmp_path / "down"
    downloads.mkdir()
    (downloads / "passwd").write_text("mine")
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(downloads))
    async with open_stage(tmp_path / "data") as stage:
        key = record(stage.store, stage.account, 9001, parts=(FILE,))
        await read(stage, key)
        await stage.shows("@ 1 ")
        await stage.press("v")
        await stage.shows("── Attachments ──")
        assert_exact_rows(stage.app)
        await stage.press("s")
        await until(lambda: (key, "2") in stage.engine.wanted)
        assert [path.name for path in downloads.iterdir()] == ["passwd"]
        bring_text(stage.store, key, b"aGVsbG8=\r\n", "2")
        await until((downloads / "passwd (2)").exists)
        assert (downloads / "passwd").read_text() == "mine"
        assert (downloads / "passwd (2)").read_bytes() == b"hello"
        await stage.shows("Saved passwd (2) in")


async def test_a_file_that_cannot_be_saved_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "down"
    gone.mkdir()
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(gone))
    monkeypatch.setattr(
        "tuimail.ui.widgets.file_desk.downloads_dir", lambda: tmp_path / "no such place"
    )
    async with open_stage(tmp_path / "data") as stage:
        key = record(stage.store, stage.account, 9001, parts=(FILE,))
        bring_text(stage.store, key, b"aGVsbG8=", "2")
        await read(stage, key)
        await stage.shows("@ 1 ")
        await stage.press("v")
        await stage.shows("── Attachments ──")
        await stage.press("s")
        await stage.shows("was not saved: No such file or directory.")


async def test_a_message_that_is_gone_says_so(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        view = stage.app.screen.query_one(MessageView)
        key = record(stage.store, stage.account, 9001)
        await read(stage, key)
        await stage.shows("Hello.")
        view.show(MessageKey(999_999))
        await stage.shows("This message is not here any more.")


async def test_html_is_shown_as_text_by_the_child_process(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        inbox = stage.store.read.folder_at_path(stage.account, "INBOX")
        assert inbox is not None
        key = record(stage.store, stage.account, 9001, body=None)
        page = BodyPart("2", "text", "html", params=(("charset", "utf-8"),), size=80)
        other = record(stage.store, stage.account, 9002, body=None, parts=(page,))
        del key
        html = b'<p>Pay <a href="https://evil.example/x">bank.example</a></p>'
        cells = "".join(f"<td>column {number:02}" for number in range(20))
        html += f"<table border=1><tr>{cells}<tr>{cells}</table><p>The end.</p>".encode()
        bring_text(stage.store, other, b"\r\n", "1")
        bring_text(stage.store, other, html, "2")
        await read(stage, other)
        await stage.shows("evil.example")
        await stage.shows("! the text says bank.example")
        assert_exact_rows(stage.app)
        assert "column 19" not in text(stage.app)
        for _ in range(8):
            await stage.press("right")
            assert_exact_rows(stage.app)
            if "column 19" in text(stage.app):
                break
        assert "column 01" not in text(stage.app)
        assert "The end." in text(stage.app)
        await stage.press("right")
        await stage.shows("column 01")
        await stage.press("r")
        await stage.shows("> Pay bank.example")
        renderer = stage.app.texts._renderer
        assert renderer is not None
        assert renderer.starts == 1
    assert renderer.pid is None


async def test_the_process_that_renders_is_there_before_the_first_mail_and_after_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the first frame and what keys open, so that neither waits for it.

    Mutations: `_run_start` that warms up before it loads the sheets, or not at all.
    """
    order: list[str] = []

    def noting(word: str, then: Callable[[], object]) -> Callable[[], object]:
        def note() -> object:
            order.append(word)
            return then()

        return note

    monkeypatch.setattr(TuimailApp, "warms_up", True)
    monkeypatch.setattr("tuimail.ui.app.load_readers", noting("frame", later.load_readers))
    monkeypatch.setattr("tuimail.ui.app.load_sheets", noting("sheets", later.load_sheets))
    monkeypatch.setattr(render, "_spawn", noting("process", render._spawn))
    async with open_stage(tmp_path) as stage:
        renderer = stage.app.texts.renderer
        await until(lambda: renderer.pid is not None, describe="the process that renders")
        assert order == ["frame", "sheets", "process"]
        pid = renderer.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        page = BodyPart("1", "text", "html", params=(("charset", "utf-8"),), size=80)
        key = record(stage.store, stage.account, 9001, body=None, parts=(page,))
        bring_text(stage.store, key, b"<p>Here it is.</p>", "1")
        await read(stage, key)
        await stage.shows("Here it is.")
        assert renderer.starts == 2


async def test_a_long_text_begins_at_once_and_can_be_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Red when the end that was gone to stays the end of what was read first."""
    monkeypatch.setattr(message_pane, "REST_AFTER", 1.5)
    async with open_stage(tmp_path) as stage:
        body = b"The first line.\r\n" + b"another line of it\r\n" * 4_000 + b"The last line.\r\n"
        key = record(stage.store, stage.account, 9001, body=body)
        view = await read(stage, key)
        await stage.shows("The first line.")
        await stage.press("G")
        assert "The first line." not in text(stage.app)
        await stage.shows("The last line.")
        assert view.position == "100%"
        assert_exact_rows(stage.app)
