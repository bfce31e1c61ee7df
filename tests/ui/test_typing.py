"""What a key costs in a long text, what is found painted, and the order of what is typed fast."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from textual import events

from tests.ui.desk import Desk
from tests.ui.stage import open_stage
from tests.waiting import until
from tuimail.model.draft import Draft
from tuimail.ui.app import TuimailApp
from tuimail.ui.keys import in_order
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.widgets.text_editor import TextEditor

_TEXT = "One line\n" * 6 + "a long line that is wrapped " * 8 + "\nKim wrote:\n> quoted\n>> twice\n"
_KEYS = (
    *("a", "enter", "backspace", "greater_than_sign", "down", "up", "end", "home", "pagedown"),
    *("shift+down", "shift+right", "delete", "ctrl+z", "ctrl+home"),
)


def _differences(editor: TextEditor) -> list[int]:
    """Return the rows that are shown other than they would be painted now."""
    return [y for y in range(editor.size.height) if editor.render_line(y) != editor._render_line(y)]


async def test_rows_found_painted_are_what_would_be_painted(tmp_path: Path) -> None:
    """Keys in any order, another width, another theme.

    Red where the rows painted before are kept when colours change, where the line above a quote is
    not told from one above nothing, and where a selected row is looked for.
    """
    draw = random.Random(8)
    async with open_stage(tmp_path) as stage:
        stage.app.open_composer(
            Draft(stage.account, to="ben@contoso.com", subject="Plan", body=_TEXT * 3)
        )
        await until(lambda: isinstance(stage.app.screen, ComposeScreen) and stage.app.focused)
        await stage.pilot.pause()
        editor = stage.app.screen.query_one(TextEditor)
        for step in range(40):
            await stage.press(draw.choice(_KEYS))
            if step == 20:
                await stage.pilot.resize_terminal(60, 20)
            if step == 30:
                stage.app.theme = next(
                    name for name in stage.app.available_themes if name != stage.app.theme
                )
                await stage.pilot.pause()
            assert _differences(editor) == []


async def test_a_key_paints_its_own_row_however_long_the_text_is(tmp_path: Path) -> None:
    """Red where each key paints all rows of the screen anew."""
    async with open_stage(tmp_path) as stage:
        body = "\n".join(f"Line {number}" for number in range(5_000))
        stage.app.open_composer(Draft(stage.account, to="ben@contoso.com", subject="P", body=body))
        await until(lambda: isinstance(stage.app.screen, ComposeScreen) and stage.app.focused)
        editor = stage.app.screen.query_one(TextEditor)
        editor.move_cursor((2_500, 3))
        await stage.pilot.pause()
        painted: list[int] = []
        paint = editor._render_line

        def counted(y: int) -> object:
            painted.append(y)
            return paint(y)

        editor._render_line = counted  # type: ignore[method-assign, assignment]
        await stage.press("a")
        assert "Linae 2500" in stage.text
        assert 1 <= len(painted) <= 2


_NAMES = {" ": "space", ":": "colon", "?": "question_mark", "%": "percent_sign"}


def _type_at_once(app: TuimailApp, *keys: str) -> None:
    """Type as what comes over a slow line in one piece: nothing is handled in between."""
    for key in keys:
        app.post_message(events.Key(_NAMES.get(key, key), key if len(key) == 1 else None))


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However long this machine takes for a key."""
    monkeypatch.setattr(in_order, "_PATIENCE", 60.0)


@pytest.mark.usefixtures("patient")
async def test_what_is_typed_at_once_into_a_text_takes_effect_in_its_order(tmp_path: Path) -> None:
    """Red where Backspace goes round through the application: the letters behind it come first."""
    async with open_stage(tmp_path) as stage:
        stage.app.open_composer(Draft(stage.account, subject="P", body=""))
        screen = await stage.composer()
        _type_at_once(stage.app, *"quxx", "backspace", "backspace", *"oth", "tab", "end", *" B")
        await until(lambda: screen.current().subject == "P B", describe="the subject")
        assert screen.current().to == "quoth"
        editor = screen.query_one(TextEditor)
        editor.focus()
        await until(lambda: stage.app.focused is editor, describe="the text")
        _type_at_once(stage.app, *"txx", "backspace", "backspace", *"he end", "home", *"By ")
        stage.app.post_message(events.Paste("now "))
        _type_at_once(stage.app, "delete", "end", "!")
        await until(lambda: screen.current().body.endswith("!"), describe="the last key")
        assert screen.current().body == "By now he end!"


@pytest.mark.usefixtures("patient")
async def test_what_is_typed_at_once_into_a_line_is_what_its_keys_act_on(desk: Desk) -> None:
    """Red where Tab, Enter and ^y act before the letters in front of them are in the line.

    And where what stands behind Enter acts before what Enter began.
    """
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        _type_at_once(desk.app, *":goto arch", "tab", "enter")
        await desk.see(pilot, " Archive  work")
        _type_at_once(desk.app, "ctrl+p", *"nothing", "ctrl+u", *"go junk", "enter")
        await desk.see(pilot, " Junk Email  work")
        _type_at_once(desk.app, *":goto archive", "enter", *"gi", *"gfarch", "enter", *"gt")
        await desk.see(pilot, " Sent Items  work")
        _type_at_once(desk.app, *"?layout", "ctrl+y", "%")
        await until(lambda: desk.app.settings.keys, describe="another key")
        assert desk.app.settings.keys == {"mailbox.layout": "percent_sign"}


async def test_what_is_typed_at_once_behind_a_key_meets_the_pane_it_goes_to(desk: Desk) -> None:
    """Red where `Widget.focus` moves the focus: it does so only when these keys were handled."""
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        _type_at_once(desk.app, "c", "o")
        await desk.see(pilot, "Keep Inbox offline")
        _type_at_once(desk.app, "escape", "q", "o")
        await desk.see(pilot, "── Sort by ──")


async def test_what_is_typed_at_once_behind_enter_meets_what_it_opens(desk: Desk) -> None:
    """Red where a message tells the screen of it: `q` met the list then, and ended tuimail."""
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        _type_at_once(desk.app, "enter", "q", "c", "G", "enter", "o")
        await desk.see(pilot, "── Sort by ──")
        assert desk.app.is_running
        folder = desk.mailbox.message_list.folder
        assert folder is not None
        assert folder != desk.folder("INBOX").id


async def test_keys_that_come_when_it_ends_are_for_nobody(desk: Desk) -> None:
    """Mutation seen red: `on_event` asks for the focus of a screen that is not there any more."""
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
    assert not desk.app.screen_stack
    await desk.app.on_event(events.Key("j", "j"))
    await desk.app.on_event(events.Paste("some text"))
