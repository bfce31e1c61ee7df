"""What a key costs in a long text, and that what is found painted is what would be painted."""

from __future__ import annotations

import random
from pathlib import Path

from tests.ui.stage import open_stage
from tests.waiting import until
from tuimail.model.draft import Draft
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
