"""Links in a conversation and in a file that is looked at: as in the reader, by key and click."""

from __future__ import annotations

from pathlib import Path

import msgspec

from tests.ui.screen_text import assert_exact_rows, rows, strips
from tests.ui.stage import Stage, bring_text, open_stage, record
from tests.ui.test_links import HTML, opened, settings_with
from tests.ui.test_reader import read
from tests.waiting import until
from tuimail.config.schema import Settings
from tuimail.model.bodystructure import BodyPart
from tuimail.model.message import MessageKey
from tuimail.text.safe import SafeText
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.screens.file_view import FileScreen
from tuimail.ui.screens.mailbox import MailboxScreen
from tuimail.ui.widgets.conversation_view import ConversationView
from tuimail.ui.widgets.link_sheet import LinkInFull, LinkSheet
from tuimail.ui.widgets.marked_body import MarkedBody

_OTHER = '<p>Look at <a href="https://other.fabrikam.example/118">another portal</a>.</p>'


def with_mouse(directory: Path) -> Settings:
    settings = settings_with(directory)
    reader = msgspec.structs.replace(settings.reader, hyperlinks="on")
    return msgspec.structs.replace(settings, reader=reader, mouse="clicks")


def put_html(stage: Stage, uid: int, html: str, answers: int | None = None) -> MessageKey:
    key = record(stage.store, stage.account, uid, subject="Portal", body=b"", answers=answers)
    bring_text(stage.store, key, html.encode())
    bring_text(stage.store, key, b"Content-Type: text/html; charset=utf-8\r\n\r\n", "HEADER")
    return key


def view(stage: Stage) -> ConversationView:
    screen = stage.app.screen_stack[0]
    assert isinstance(screen, MailboxScreen)
    return screen.conversation


async def click(stage: Stage, body: MarkedBody, text: str, *, last: bool = False) -> None:
    """Click on the last character of a text in one of the rows, once that stands there."""

    def place() -> tuple[int, int] | None:
        found = [(at, row.text) for at, row in enumerate(body.rows) if text in row.text]
        if not found:
            return None
        at, row = found[-1 if last else 0]
        y = at - body.scroll_offset.y
        shown = stage.text.splitlines()[body.region.y + y]
        return (row.index(text) + len(text), y) if row in shown else None

    offset = await until(place, describe=f"{text!r} to click on")
    await stage.pilot.click(body, offset=offset)


async def in_full(stage: Stage, words: str) -> None:
    await until(lambda: isinstance(stage.app.screen, LinkInFull), describe=f"{words!r} in full")
    await stage.shows(words)


async def test_a_click_in_a_conversation_shows_the_link_of_its_message(tmp_path: Path) -> None:
    """Mutations seen red: `link_at` without `row.own`; `targets_at` taken out of the pane."""
    async with open_stage(tmp_path / "data", (80, 40), settings=with_mouse(tmp_path)) as stage:
        first = put_html(stage, 9001, HTML)
        last = put_html(stage, 9002, _OTHER, answers=9001)
        await stage.finds(last)
        await stage.press("g", "v")
        await until(lambda: view(stage).has_focus and view(stage).is_open, describe="the text")
        await stage.press("z")
        await stage.shows("! the text says contoso.com")
        await stage.shows("other.fabrikam.example")
        assert view(stage).current.key == last  # type: ignore[union-attr]
        linked = {
            (segment.text, segment.style.link)
            for row in strips(stage.app)
            for segment in row
            if segment.style is not None and segment.text.startswith("[") and segment.style.link
        }
        assert linked == {
            ("[1]", "https://portal.fabrikam.example/contracts/118?a=%C3%A4"),
            ("[1]", "https://other.fabrikam.example/118"),
        }

        await click(stage, view(stage), "pay [2")
        await in_full(stage, "pay.c0ntoso.com looks like contoso.com")
        assert view(stage).current.key == first  # type: ignore[union-attr]
        await stage.press("escape")
        conversation = view(stage)
        await until(lambda: stage.app.focused is conversation, describe="the conversation again")
        await click(stage, conversation, "other.fab", last=True)
        await in_full(stage, "https://other.fabrikam.example/118")
        assert view(stage).current.key == last  # type: ignore[union-attr]
        assert not opened(tmp_path)
        await stage.press("o")
        await until(lambda: opened(tmp_path), describe="the browser")
        assert opened(tmp_path) == ["https://other.fabrikam.example/118"]


async def test_the_links_of_an_attached_page_are_marked_listed_and_clicked(tmp_path: Path) -> None:
    """A link that looks like a site one knows is marked here too: a file is mail from anybody.

    Mutation seen red: `texts.doubted` taken out of `FileScreen._read`.
    """
    page = BodyPart(
        "2", "text", "html", params=(("charset", "utf-8"),), size=len(HTML), encoding="8bit",
        disposition="attachment", filename=SafeText("page.html"),
    )  # fmt: skip
    async with open_stage(tmp_path / "data", settings=with_mouse(tmp_path)) as stage:
        key = record(stage.store, stage.account, 9001, parts=(page,))
        bring_text(stage.store, key, HTML.encode(), "2")
        reader = await read(stage, key)
        await until(lambda: reader.files, describe="the file")
        await stage.press("1")
        await until(lambda: isinstance(stage.app.screen, FileScreen), describe="the file, inside")
        screen = stage.app.screen
        assert isinstance(screen, FileScreen)
        await stage.shows("! looks like contoso.com")
        await stage.shows("l links")
        assert_exact_rows(stage.app)
        await click(stage, screen.body, "the portal [1")
        await in_full(stage, "https://portal.fabrikam.example/contracts/118")
        await stage.press("y")
        assert stage.app.clipboard == "https://portal.fabrikam.example/contracts/118?a=%C3%A4"
        await until(lambda: stage.app.screen is screen, describe="the file again")
        await stage.press("l")
        await until(lambda: isinstance(stage.app.screen, LinkSheet), describe="the links")
        await stage.press("2")
        await in_full(stage, "Look before you open this")
        assert not opened(tmp_path)
        await stage.press("escape")
        await until(lambda: stage.app.screen is screen, describe="the file again")
        await stage.press("l")
        await until(lambda: isinstance(stage.app.screen, LinkSheet), describe="the links again")
        await stage.press("4")
        await until(lambda: isinstance(stage.app.screen, ComposeScreen), describe="the composer")
        await stage.shows("kim@fabrikam.example")


async def test_a_rule_is_drawn_in_the_reader_and_in_a_conversation_and_copied_as_text(
    tmp_path: Path,
) -> None:
    async with open_stage(tmp_path / "data") as stage:
        alone = put_html(stage, 9000, "<p>above</p><hr><p>below</p>")
        put_html(stage, 9001, "<p>Hello.</p>")
        last = put_html(stage, 9002, "<p>before</p><hr><p>after</p>", answers=9001)
        await read(stage, alone)
        await stage.shows(f"\n {'─' * 78} \n")
        await stage.press("V", "j", "j", "V", "y")
        assert stage.app.clipboard == "---"
        await stage.press("q")
        await stage.finds(last)
        await stage.press("g", "v")
        await until(lambda: view(stage).has_focus and view(stage).is_open, describe="the text")
        await stage.shows(f"\n     {'─' * 74} \n")
        await stage.press("r")
        await stage.shows("> ---")
        assert "> before" in "\n".join(rows(stage.app))
