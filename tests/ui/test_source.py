"""The source of a message, and texts of which the rest is still to come."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.ui.screen_text import assert_exact_rows, rows
from tests.ui.stage import Stage, open_stage, record
from tests.ui.test_reader import read
from tests.waiting import until
from tuimail.model.message import BodyState, MessageKey
from tuimail.model.status import ALL_TEXT, Fetching
from tuimail.ui.screens.source import SourceScreen
from tuimail.ui.widgets.source_view import SourceView

MEGABYTE = 1024 * 1024
HEADER = b"Received: from somewhere\r\n\tby mail\r\nSubject: A sub\x1b]0;owned\x07ject\r\n\r\n"
LINE = b"A line of the body that is repeated until it is as long as the largest mail there is\r\n"
WHOLE = HEADER + LINE * (25 * MEGABYTE // len(LINE)) + b"The needle.\r\n\xff\xfe\x00 end\r\n"


def fetched(stage: Stage, fetching: Fetching | None) -> None:
    """Say how far the engine is."""
    status = stage.engine.statuses[stage.account]
    stage.engine.statuses[stage.account] = replace(status, fetching=fetching)
    for listener in stage.engine.listeners:
        listener()


def keep(stage: Stage, key: MessageKey, section: str, data: bytes, *, cut: bool = False) -> None:
    stage.store.write(lambda tx: tx.store_part(key, section, data, cut=cut)).result()


async def test_the_source_is_fetched_shown_and_searched(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        key = record(stage.store, stage.account, 9001)
        await read(stage, key)
        await stage.shows("Hello.")
        await stage.press("S")
        await until(lambda: isinstance(stage.app.screen, SourceScreen))
        await stage.shows("Fetching the header …")
        assert (key, "HEADER") in stage.engine.wanted
        keep(stage, key, "HEADER", HEADER)
        await stage.shows("Received: from somewhere")
        await stage.shows("This is the header.")
        assert "\x1b" not in stage.text
        assert_exact_rows(stage.app)

        await stage.press("tab")
        await until(lambda: (key, "") in stage.engine.wanted)
        fetched(stage, Fetching(key, "", round(1.2 * MEGABYTE), 25 * MEGABYTE))
        await stage.shows("Fetching the message: 1.2 of 25.0 MB")
        keep(stage, key, "", WHOLE[:100_000], cut=True)
        await stage.shows("A line of the body")
        await stage.shows("Fetching the message: 1.2 of 25.0 MB")
        keep(stage, key, "", WHOLE)
        fetched(stage, None)
        await stage.shows("This is the whole message.")

        view = stage.app.screen.query_one(SourceView)
        await stage.press("slash", *"NEEDLE", "enter")
        await stage.shows("The needle.")
        hit = view.hit
        assert hit is not None
        assert WHOLE[hit.start : hit.end] == b"needle"
        await until(lambda: view.is_laid_out)
        await stage.press("G")
        assert "\ufffd end" in rows(stage.app)[-2]
        assert_exact_rows(stage.app)
        await stage.press("g", "g", "slash", *"line of", "enter")
        await until(lambda: view.hit is not None and view.hit.start == WHOLE.find(b"line of"))
        await stage.press("n")
        second = WHOLE.find(b"line of", WHOLE.find(b"line of") + 1)
        await until(lambda: view.hit is not None and view.hit.start == second)
        await stage.press("N")
        await until(lambda: view.hit is not None and view.hit.start == WHOLE.find(b"line of"))
        await stage.press("N")
        await until(lambda: view.hit is not None and view.hit.start == WHOLE.rfind(b"line of"))
        await stage.press("tab")
        await stage.shows("This is the header.")  # from the whole: nothing is asked for
        assert stage.engine.wanted.count((key, "HEADER")) == 1
        await stage.press("q")
        await stage.shows("Hello.")


async def test_a_long_text_is_readable_at_its_beginning_and_comes_when_asked_for(
    tmp_path: Path,
) -> None:
    async with open_stage(tmp_path) as stage:
        lines = [f"row {number}\r\n".encode() for number in range(4_000)]
        octets = sum(map(len, lines))
        key = record(stage.store, stage.account, 9001, body=None, octets=octets)
        keep(stage, key, "1", b"".join(lines[:100]), cut=True)
        stage.store.write(lambda tx: tx.set_body(key, BodyState.PARTIAL)).result()
        view = await read(stage, key)
        await stage.shows("Only the beginning is here: 1 of 38 KB.")
        await stage.press("space")
        await stage.shows("row 30")
        await stage.press("L")
        await until(lambda: (key, ALL_TEXT) in stage.engine.wanted)
        fetched(stage, Fetching(key, None, round(1.2 * MEGABYTE), round(4.8 * MEGABYTE)))
        await stage.shows("Fetching the text: 1.2 of 4.8 MB")
        keep(stage, key, "1", b"".join(lines[:200]), cut=True)
        await until(lambda: view.reading is not None and len(view.reading.lines) == 200)
        await stage.shows("row 30")
        keep(stage, key, "1", b"".join(lines))
        stage.store.write(lambda tx: tx.set_body(key, BodyState.COMPLETE)).result()
        fetched(stage, None)
        await until(lambda: view.reading is not None and len(view.reading.lines) == 4_000)
        await until(lambda: "beginning" not in stage.text and "Fetching" not in stage.text)
        await stage.shows("row 30")
        await stage.press("L")
        await stage.shows("All of the text is here.")


async def test_letters_are_read_as_the_user_says(tmp_path: Path) -> None:
    russian = "Здравствуйте, уважаемые коллеги! Отправляю вам договор на подпись."
    async with open_stage(tmp_path) as stage:
        body = russian.encode("koi8-r")
        key = record(stage.store, stage.account, 9001, body=body)
        keep(stage, key, "HEADER", b"Content-Type: text/plain; charset=windows-1251\r\n\r\n")
        await read(stage, key)
        await stage.shows(body.decode("windows-1251"))
        await stage.press("E")
        await stage.shows("Read the letters as")
        await stage.shows("Russian (KOI8-R)")
        await stage.press("j", "enter")
        await stage.shows(russian)
        await stage.press("q")
        await read(stage, key)
        await stage.shows(russian)
        await stage.press("E")
        await stage.shows("√ Russian (KOI8-R)")
        await stage.press("g", "g", "enter")
        await stage.shows(body.decode("windows-1251"))
