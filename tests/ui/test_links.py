"""The links of a message: opened, copied, shown in full, and asked about where they are odd."""

from __future__ import annotations

import sys
from pathlib import Path

import msgspec
import pytest

from tests.ui.screen_text import assert_exact_rows, strips
from tests.ui.stage import Stage, open_stage, record
from tests.ui.test_reader import read
from tests.waiting import until
from tuimail.config.schema import ReaderSettings, Settings
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.widgets.link_sheet import LinkInFull, LinkSheet
from tuimail.ui.widgets.reading_body import ReadingBody

HTML = (
    '<p>See <a href="https://portal.fabrikam.example/contracts/118?a=%C3%A4">the portal</a>, '
    '<a href="https://pay.c0ntoso.com/now">pay</a>, '
    '<a href="https://evil.example/">www.contoso.com</a>, '
    '<a href="mailto:kim@fabrikam.example?subject=Hello%20you">write</a>.</p>'
)
WRITE = "import sys; open(sys.argv[1], 'a').write(sys.argv[2] + chr(10))"


def settings_with(directory: Path) -> Settings:
    """Settings whose opener notes what it was asked to open."""
    opener = directory / "opener.py"
    opener.write_text(WRITE)
    command = f"'{sys.executable}' '{opener}' '{directory / 'opened'}'"
    return msgspec.structs.replace(
        Settings(), glyphs="unicode", reader=ReaderSettings(open_command=command)
    )


def opened(directory: Path) -> list[str]:
    file = directory / "opened"
    return file.read_text().splitlines() if file.exists() else []


async def show(stage: Stage, html: str) -> None:
    lines = html.encode()
    key = record(stage.store, stage.account, 9001, body=b"")
    stage.store.write(lambda tx: tx.store_part(key, "1", lines)).result()
    stage.store.write(
        lambda tx: tx.store_part(key, "HEADER", b"Content-Type: text/html; charset=utf-8\r\n\r\n")
    ).result()
    view = await read(stage, key)
    await until(lambda: view.reading is not None and view.reading.links, describe="the links")


async def test_links_are_opened_copied_and_asked_about(tmp_path: Path) -> None:
    async with open_stage(tmp_path / "data", settings=settings_with(tmp_path)) as stage:
        await show(stage, HTML)
        await stage.shows("! looks like contoso.com")
        await stage.shows("! the text says contoso.com")

        await stage.press("l")
        await until(lambda: isinstance(stage.app.screen, LinkSheet))
        assert_exact_rows(stage.app)
        await stage.press("1")
        await until(lambda: opened(tmp_path), describe="the browser")
        assert opened(tmp_path) == ["https://portal.fabrikam.example/contracts/118?a=%C3%A4"]
        await stage.shows("Opening portal.fabrikam.example.")

        await stage.press("l", "y")
        assert stage.app.clipboard == "https://portal.fabrikam.example/contracts/118?a=%C3%A4"
        await stage.press("l", "v")
        await until(lambda: isinstance(stage.app.screen, LinkInFull))
        assert "Decoded    https://portal.fabrikam.example/contracts/118?a=ä" in stage.text
        assert_exact_rows(stage.app)
        await stage.press("q")

        # What looks like another site is shown first; Enter opens nothing.
        await stage.press("l", "2")
        await stage.shows("Look before you open this")
        await stage.shows("pay.c0ntoso.com looks like contoso.com, and is another site.")
        await stage.press("enter")
        assert isinstance(stage.app.screen, LinkInFull)
        await stage.press("escape", "l", "3")
        await stage.shows("The text says contoso.com, the link goes to evil.example.")
        await stage.press("o")
        await until(lambda: len(opened(tmp_path)) == 2, describe="the second page")
        assert opened(tmp_path)[1] == "https://evil.example/"

        await stage.press("l", "4")
        await until(lambda: isinstance(stage.app.screen, ComposeScreen))
        await stage.shows("Hello you")
        await stage.shows("kim@fabrikam.example")


async def test_marks_in_the_text_lead_somewhere_and_a_click_shows_where(tmp_path: Path) -> None:
    """Turned red by `link_targets` taking the marked links too, and by a click opening at once."""
    settings = settings_with(tmp_path)
    reader = msgspec.structs.replace(settings.reader, hyperlinks="on")
    settings = msgspec.structs.replace(settings, reader=reader, mouse="clicks")
    long = f'<p><a href="https://long.example/">{"long " * 30}</a></p>'
    async with open_stage(tmp_path / "data", settings=settings) as stage:
        await show(stage, f"{HTML}<blockquote>{long}</blockquote>")
        await stage.shows("! the text says contoso.com")
        linked = {
            segment.text: segment.style.link
            for row in strips(stage.app)
            for segment in row
            if segment.style is not None and "[" in segment.text
        }
        portal = "https://portal.fabrikam.example/contracts/118?a=%C3%A4"
        assert linked["[1]"] == portal
        assert linked["[5]"] == "https://long.example/"
        for marked in ("[2]", "[3]", "[4]"):
            assert linked[marked] is None

        body = stage.app.screen.query_one(ReadingBody)
        await stage.shows("l links")

        async def click(text: str, column: int = 1) -> None:
            y, row = next((y, row.text) for y, row in enumerate(body.rows) if text in row.text)
            # The head above it grows when it is known who wrote.
            await until(lambda: row in stage.text.splitlines()[body.region.y + y], describe=row)
            await stage.pilot.click(body, offset=(row.index(text) + column + 1, y))
            await until(lambda: isinstance(stage.app.screen, LinkInFull), describe=text)

        for text, words in (
            ("[1]", "Link 1"),
            ("[2]", "Look before you open this"),
            ("[5] long.example", "Link 5"),
        ):
            await click(text)
            await stage.shows(words)
            assert not opened(tmp_path)
            await stage.press("escape")
        await click("[1] portal", len("[1] por"))
        await stage.press("o")
        await until(lambda: opened(tmp_path), describe="the browser")
        assert opened(tmp_path) == [portal]


async def test_many_links_are_chosen_by_digits_until_enter_and_copied_over_ssh(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 1 10.0.0.2 22")
    links = [f'<a href="https://example.org/{n}">page {n}</a>' for n in range(1, 14)]
    async with open_stage(tmp_path) as stage:
        await show(stage, "<p>" + ", ".join(links) + "</p>")
        await stage.press("l", "1", "2")
        await stage.shows("number 12")
        assert isinstance(stage.app.screen, LinkSheet)
        await stage.press("enter")
        await stage.shows("Copied: no browser opens here.")
        assert stage.app.clipboard == "https://example.org/12"
        await stage.press("l", "1", "3", "backspace", "0", "y")
        assert stage.app.clipboard == "https://example.org/10"


async def test_a_message_without_links_says_so(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        key = record(stage.store, stage.account, 9001)
        await read(stage, key)
        await stage.shows("Hello.")
        await stage.press("l")
        await stage.shows("No links.")
