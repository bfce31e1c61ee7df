"""What the mouse does: every click is something a key does too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from textual.pilot import Pilot

from tests.ui.desk import Desk, assert_exact_rows, screen_rows
from tests.waiting import until
from tuimail.ui.drawing.hint_click import key_at
from tuimail.ui.drawing.rows import Run
from tuimail.ui.widgets.choice_sheet import ChoiceSheet
from tuimail.ui.widgets.theme_sheet import ThemeSheet


@pytest.fixture
def full(open_desk: Callable[..., Desk], filled_directory: Path) -> Desk:
    return open_desk(filled_directory, mouse="full")


async def click(pilot: Pilot[None], x: int, y: int, button: int = 1) -> None:
    await pilot.click(offset=(x, y), button=button)
    await pilot.pause()


def cell(desk: Desk, text: str) -> tuple[int, int]:
    """Where a text begins on the screen."""
    for y, row in enumerate(screen_rows(desk.app)):
        if text in row:
            return row.index(text), y
    raise AssertionError(f"{text!r} is not on the screen")


async def test_a_click_goes_there_and_another_opens(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await click(pilot, 30, 5)
        assert desk.mailbox.message_list.cursor_index == 4
        assert not desk.mailbox.reading
        await click(pilot, 30, 5)
        await until(lambda: desk.mailbox.reading, describe="the message")
        await click(pilot, *cell(desk, "q back"))
        await until(lambda: not desk.mailbox.reading, describe="the list")


async def test_state_cells_turn_and_leave_the_rest(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        shown = desk.mailbox.message_list
        await click(pilot, 1, 3)
        assert len(shown.marked) == 1
        assert shown.cursor_index == 2
        # The flag of another row: the marked one is left alone.
        before = desk.cursor.flags.is_flagged
        await click(pilot, 2, 6)
        await until(lambda: desk.cursor.flags.is_flagged, describe="a flag")
        assert shown.cursor_index == 5
        row = desk.store.read.summary(next(iter(shown.marked)))
        assert row is not None
        assert row.flags.is_flagged is before
        await click(pilot, 1, 3)
        assert not shown.marked


async def test_the_wheel_moves_three_rows_and_takes_no_focus(desk: Desk) -> None:
    async with desk.app.run_test(size=(160, 48)) as pilot:
        await desk.start(pilot)
        shown = desk.mailbox.message_list
        desk.mailbox.reader.focus()
        await pilot.pause()
        second_last = screen_rows(desk.app)[7][25:80]
        await pilot._post_mouse_events([_wheel()], offset=(40, 10))
        await pilot.pause()
        assert screen_rows(desk.app)[1][25:80].strip() == second_last.strip()
        assert shown.cursor_index == 0
        assert desk.mailbox.focused is desk.mailbox.reader


def _wheel() -> type:
    from textual.events import MouseScrollDown

    return MouseScrollDown


async def test_hints_and_what_was_said_can_be_clicked(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        first, shown = desk.cursor.key, desk.mailbox.message_list
        total = shown.total
        x, y = cell(desk, "a archive")
        await click(pilot, x + 4, y)
        await until(lambda: desk.cursor.key != first, describe="it is filed")
        await desk.see(pilot, "u undo")
        await click(pilot, *cell(desk, "u undo"))
        await until(lambda: shown.total == total, describe="it is back")
        assert shown.go_to(first)
        await pilot.press("D")
        await desk.see(pilot, "Esc back")
        await click(pilot, *cell(desk, "Esc back"))
        await desk.see(pilot, "? help")
        assert desk.cursor.key == first


async def test_the_right_button_offers_what_can_be_done_with_the_row(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await click(pilot, 30, 2, button=3)
        await until(lambda: isinstance(desk.app.screen, ChoiceSheet), describe="the sheet")
        assert desk.mailbox.message_list.cursor_index == 1
        assert_exact_rows(desk.app)
        await click(pilot, *cell(desk, "Flag "))
        flagged = desk.cursor.flags.is_flagged
        await click(pilot, *cell(desk, "Flag "))
        await until(lambda: desk.cursor.flags.is_flagged is not flagged, describe="the flag")
        assert desk.app.screen is desk.mailbox


async def test_the_keys_of_a_sheet_and_the_number_of_a_file_can_be_clicked(desk: Desk) -> None:
    async with desk.app.run_test(size=(160, 48)) as pilot:
        await desk.start(pilot)
        await pilot.press("g", "c")
        await until(lambda: isinstance(desk.app.screen, ThemeSheet), describe="the themes")
        await click(pilot, *cell(desk, "Esc close"))
        await until(lambda: desk.app.screen is desk.mailbox, describe="the mail")
        await desk.see(pilot, "Q3-final.xlsx")
        x, y = cell(desk, "1 Q3-final.xlsx")
        await click(pilot, x, y)
        await until(
            lambda: any(section for _, section in desk.engine.wanted),
            describe="the file is asked for",
        )


async def test_the_line_is_dragged_and_remembered(full: Desk) -> None:
    async with full.app.run_test(size=(160, 48)) as pilot:
        await full.start(pilot)
        before = full.mailbox.message_list.size.width
        x, _ = full.mailbox.mail_divider.region.offset
        await pilot.mouse_down(offset=(x, 20))
        await pilot.hover(offset=(x + 9, 20))
        await pilot.mouse_up(offset=(x + 10, 20))
        await pilot.pause()
        assert full.mailbox.message_list.size.width == before + 10
        assert_exact_rows(full.app)
        await until(lambda: full.store.read.meta("ui.split.wide.columns"), describe="it is kept")
        tree = full.mailbox.tree_divider.region.x
        await pilot.mouse_down(offset=(tree, 20))
        await pilot.mouse_up(offset=(tree + 4, 20))
        await pilot.pause()
        assert full.mailbox.folder_tree.size.width == 28
        assert_exact_rows(full.app)


async def test_clicks_alone_drag_nothing_and_keys_do(desk: Desk) -> None:
    async with desk.app.run_test(size=(160, 48)) as pilot:
        await desk.start(pilot)
        width = desk.mailbox.message_list.size.width
        x, _ = desk.mailbox.mail_divider.region.offset
        await pilot.mouse_down(offset=(x, 20))
        await pilot.mouse_up(offset=(x + 10, 20))
        await pilot.press("greater_than_sign", "greater_than_sign", "less_than_sign")
        await pilot.pause()
        assert desk.mailbox.message_list.size.width == width + 2
        await pilot.press("w", "w")
        await pilot.pause()
        height = desk.mailbox.message_list.size.height
        assert desk.mailbox.message_list.size.width > width + 2
        await pilot.press("greater_than_sign")
        await pilot.pause()
        assert desk.mailbox.message_list.size.height == height + 1
        assert_exact_rows(desk.app)


@pytest.mark.parametrize(
    ("x", "key"), [(0, ""), (1, "?"), (4, "?"), (7, "?"), (8, ""), (10, "j"), (12, "k"), (15, "j")]
)
def test_a_key_reaches_to_the_end_of_its_word(x: int, key: str) -> None:
    row = (
        *(Run(" "), Run("?", "key"), Run(" help.", "muted"), Run("  ")),
        *(Run("j k", "key"), Run(" scroll", "muted")),
    )
    assert key_at(row, x) == key
