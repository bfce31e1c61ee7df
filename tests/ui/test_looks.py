"""Where the keys go is seen in every look, and the last cell of a row stays blank."""

from __future__ import annotations

from pathlib import Path

import pytest
from rich.segment import Segment

from tests.ui.screen_text import strips
from tests.ui.stage import Stage, open_stage, record
from tests.ui.test_every_screen import FILE
from tests.waiting import until
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.widgets.attachment_list import AttachmentSheet
from tuimail.ui.widgets.later_sheet import ask_later
from tuimail.ui.widgets.sort_sheet import SortSheet
from tuimail.ui.widgets.text_editor import TextEditor


def row_of(stage: Stage, y: int) -> list[Segment]:
    return [one for one in strips(stage.app)[y] if not one.control]


def text_of(stage: Stage, y: int) -> str:
    return "".join(one.text for one in row_of(stage, y))


def is_reversed(stage: Stage, y: int) -> bool:
    return all(one.style is not None and one.style.reverse for one in row_of(stage, y))


def reversed_rows(stage: Stage) -> list[int]:
    return [y for y in range(stage.app.size.height) if is_reversed(stage, y)]


async def test_without_colours_one_row_alone_is_reversed_that_with_the_keys(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Red when the list does not hear that a sheet has taken the keys from it."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_stage(tmp_path / "data") as stage:
        await until(lambda: reversed_rows(stage) == [1], describe="the row in the list")
        await stage.press("o")
        await until(lambda: isinstance(stage.app.screen, SortSheet), describe="the sheet")
        await until(lambda: len(reversed_rows(stage)) == 1, describe="one reversed row")
        assert "date" in text_of(stage, reversed_rows(stage)[0])
        assert text_of(stage, 1).startswith("▌")
        await stage.press("escape")
        await until(lambda: reversed_rows(stage) == [1], describe="the row in the list again")


async def test_the_file_at_the_cursor_has_its_sign_on_a_reversed_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with open_stage(tmp_path / "data") as stage:
        await stage.finds(record(stage.store, stage.account, 9001, parts=(FILE,)))
        await stage.press("enter")
        await stage.shows("figures.pdf")
        await stage.press("v")
        await until(lambda: isinstance(stage.app.screen, AttachmentSheet), describe="the sheet")
        await until(lambda: len(reversed_rows(stage)) == 1, describe="one reversed row")
        assert text_of(stage, reversed_rows(stage)[0]).startswith("> 1 ")


async def test_the_keys_of_a_line_of_input_leave_the_last_cell_blank(tmp_path: Path) -> None:
    async with open_stage(tmp_path / "data") as stage:
        stage.app.run_worker(ask_later(stage.app, stage.app.now()))
        await stage.shows("Esc close")
        assert text_of(stage, -1).endswith("Esc close ")


async def test_the_cursor_in_the_text_has_its_colour_in_a_light_theme(tmp_path: Path) -> None:
    """Red where a rule of Textual for light themes comes before ours."""
    async with open_stage(tmp_path / "data") as stage:
        stage.app.appearance.show_theme("tuimail-light")
        await stage.press("m")
        await until(lambda: isinstance(stage.app.screen, ComposeScreen), describe="the composer")
        editor = stage.app.screen.query_one(TextEditor)
        cursor = editor.get_component_rich_style("text-area--cursor")
        wanted = stage.app.theme_variables["input-cursor-background"]
        assert cursor.bgcolor is not None
        assert cursor.bgcolor.name.casefold() == wanted.casefold()
