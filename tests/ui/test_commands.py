"""The command line, the list of all commands and the help on the screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from rich.cells import cell_len
from textual.pilot import Pilot

from tests.ui.desk import Desk, assert_exact_rows, screen_rows, screen_text
from tests.ui.stage import SIZES
from tests.waiting import until
from tuimail.text.address import make_address
from tuimail.ui.screens.command_line import CommandLine
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.screens.help import HelpScreen
from tuimail.ui.screens.key_choice import KeyChoice
from tuimail.ui.screens.palette import Palette

SIZE = (80, 24)


async def line(desk: Desk, pilot: Pilot[None], text: str) -> None:
    """Type into the command line."""
    await pilot.press("colon")
    await until(lambda: isinstance(desk.app.screen, CommandLine))
    for letter in text:
        await pilot.press({" ": "space", "/": "slash", ":": "colon"}.get(letter, letter))
    await pilot.pause()


def is_laid_out(desk: Desk, width: int, height: int) -> bool:
    """Whether the screen has the size; the application has it before that."""
    shown = screen_rows(desk.app)
    return (cell_len(shown[-1]), len(shown)) == (width, height)


async def closed(desk: Desk) -> None:
    await until(lambda: desk.app.screen is desk.mailbox, describe="the mail")


async def test_folders_are_completed_opened_and_filed_into_by_name(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await line(desk, pilot, "goto arch")
        await desk.see(pilot, "── goto FOLDER ──")
        await pilot.press("tab")
        await desk.see(pilot, " :goto Archive")
        await pilot.press("enter")
        await desk.see(pilot, " Archive  work")
        await pilot.press("g", "i")
        await desk.see(pilot, " Inbox  work")
        moved = desk.cursor.key
        await line(desk, pilot, "move Archive")
        await pilot.press("enter")
        await desk.see(pilot, "1 moved to Archive")
        row = desk.store.read.summary(moved)
        assert row is not None
        assert row.folder_id == desk.folder("Archive").id
        # The last action again, with its words.
        total = desk.mailbox.message_list.total
        await pilot.press("full_stop")
        await until(lambda: desk.mailbox.message_list.total == total - 1)
        await line(desk, pilot, "goto Archixe")
        await pilot.press("enter")
        await desk.see(pilot, "No folder is named “Archixe”. Nearest: Archive.")


async def test_the_list_is_sorted_limited_searched_and_marked_by_words(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        rows = desk.mailbox.message_list
        total = rows.total
        await line(desk, pilot, "limit from:kim")
        await pilot.press("enter")
        await until(lambda: 0 < rows.total < total)
        await pilot.press("escape")
        await until(lambda: rows.total == total)
        await line(desk, pilot, "sort sender")
        await pilot.press("enter")
        await until(lambda: rows.listing is not None and rows.listing.sort == "sender")
        await line(desk, pilot, "sort colour")
        await pilot.press("enter")
        await desk.see(pilot, "“colour” is no order: date, sender,")
        await line(desk, pilot, "mark from:kim")
        await pilot.press("enter")
        await until(lambda: rows.marked)
        await pilot.press("escape")
        await line(desk, pilot, "search contract")
        await pilot.press("enter")
        await until(lambda: desk.mailbox.search.active)


async def test_what_is_wrong_is_said_in_the_sheet_and_can_be_mended(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await line(desk, pilot, "layuot")
        await pilot.press("enter")
        await desk.see(pilot, "── :layuot is unknown. Nearest: :layout. ──")
        assert isinstance(desk.app.screen, CommandLine)
        await pilot.press("ctrl+u", *"set", "space", *"reader.widht", "space", "9", "enter")
        await desk.see(pilot, "reader.widht is no setting. Nearest: reader.width.")
        await line(desk, pilot, "stop")
        await pilot.press("enter")
        await desk.see(pilot, "It works in: outbox.")


async def test_settings_and_keys_are_changed_at_once(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await line(desk, pilot, "set reader.width 60")
        await pilot.press("enter")
        await until(lambda: desk.app.settings.reader.width == 60)
        await line(desk, pilot, "theme nord")
        await pilot.press("enter")
        await until(lambda: desk.app.theme == "nord")
        await line(desk, pilot, "keys gmial")
        await pilot.press("enter")
        await desk.see(pilot, "Nearest: gmail.")
        await line(desk, pilot, "keys")
        await pilot.press("enter")
        await until(lambda: isinstance(desk.app.screen, KeyChoice))
        await desk.see(pilot, "Which keys do your hands know?")
        await pilot.press("j", "j", "j", "enter")
        await until(lambda: desk.app.keys.preset == "gmail")
        await closed(desk)
        await pilot.press("e")
        await desk.see(pilot, "moved to Archive")


async def test_lines_that_were_run_come_back_also_at_the_next_start(
    desk: Desk, open_desk: Callable[..., Desk]
) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        for text in ("down", "sort size", "sort date"):
            await line(desk, pilot, text)
            await pilot.press("enter")
            await closed(desk)
        await until(lambda: "sort date" in (desk.store.read.meta("ui.commands") or ""))
    desk.store.close()
    again = open_desk(desk.store.directory)
    async with again.app.run_test(size=SIZE) as pilot:
        await again.start(pilot)
        await line(again, pilot, "")
        await pilot.press("up")
        await again.see(pilot, " :sort date")
        await pilot.press("up", "up")
        await again.see(pilot, " :down")
        await pilot.press("escape")
        await closed(again)
        # What begins as typed alone.
        await line(again, pilot, "d")
        await pilot.press("up")
        await again.see(pilot, " :down")
        await pilot.press("down")
        await until(lambda: screen_rows(again.app)[-1].startswith(" :d "))
        await pilot.press("ctrl+r")
        await again.see(pilot, "── run before ──")


async def test_all_commands_are_found_with_their_keys_and_reasons_and_run(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    desk = open_desk(filled_directory, keys={"preset": "gmail"})
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("ctrl+p")
        await until(lambda: isinstance(desk.app.screen, Palette))
        await pilot.press(*"archive")
        await desk.see(pilot, "▌ Archive ")
        shown = screen_text(desk.app)
        assert next(row for row in shown.splitlines() if row.startswith("▌ Archive")).endswith(
            "  e"
        )
        assert "Go to Archive" in shown
        assert_exact_rows(desk.app)
        await pilot.press("ctrl+u", *"redo")
        await desk.see(pilot, "Nothing to do again.")
        await pilot.press("enter")
        assert isinstance(desk.app.screen, Palette)
        await pilot.press("ctrl+u", *"go", "space", *"junk", "enter")
        await desk.see(pilot, " Junk Email  work")


async def test_the_help_filters_runs_and_gives_another_key(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("question_mark")
        await desk.see(pilot, "── Here: message list ──")
        assert "preset default" in screen_rows(desk.app)[0]
        assert "trash, undo with u" in screen_text(desk.app)
        await pilot.press(*"drafts")
        await desk.see(pilot, "1 key")
        await pilot.press("enter")
        await desk.see(pilot, " Drafts  work")
        await pilot.press("question_mark", *"redo")
        await desk.see(pilot, "! Nothing to do again.")
        await pilot.press("enter")
        assert isinstance(desk.app.screen, HelpScreen)
        await pilot.press("ctrl+u", *"layout", "ctrl+y")
        await desk.see(pilot, "press the key for it")
        await pilot.press("percent_sign")
        await until(lambda: desk.app.settings.keys == {"mailbox.layout": "percent_sign"})
        await desk.see(pilot, "▌%        layout")
        await pilot.press("escape")
        await closed(desk)
        before = desk.mailbox.layout_now
        await pilot.press("percent_sign")
        await until(lambda: desk.mailbox.layout_now is not before)
        # A key that sequences begin with is waited on: it becomes a sequence.
        await pilot.press("question_mark", *"layout", "ctrl+y", "g")
        await desk.see(pilot, "and the next key")
        await pilot.press("y")
        await until(lambda: desk.app.settings.keys == {"mailbox.layout": "g y"})


async def test_every_sheet_is_exact_at_every_size(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    desk = open_desk(filled_directory)
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        for size in SIZES:
            await pilot.resize_terminal(*size)
            await until(partial(is_laid_out, desk, *size), describe=f"the size {size}")
            await pilot.press("g", "question_mark")
            await desk.see(pilot, "Esc cancels" if size[0] > 40 else "go to")
            assert_exact_rows(desk.app)
            await pilot.press("escape")
            await closed(desk)
            for key in ("ctrl+p", "colon", "question_mark", "K"):
                await pilot.press(*(("g", "K") if key == "K" else (key,)))
                await until(lambda: desk.app.screen is not desk.mailbox)
                await pilot.pause()
                await pilot.pause()
                assert_exact_rows(desk.app)
                if key != "K":
                    await until(lambda: screen_rows(desk.app)[-1].rstrip().endswith("Esc close"))
                await pilot.press("escape")
                await closed(desk)


async def test_all_that_is_wrong_in_own_keys_is_listed_and_nothing_keeps_from_starting(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    wrong = {
        "preset": "mut",
        "list.dwon": "x",
        "mailbox.archive": "hyperspace",
        "mailbox.flag": "f12",
    }
    desk = open_desk(filled_directory, keys=wrong)
    async with desk.app.run_test(size=(100, 30)) as pilot:
        await desk.start(pilot)
        await desk.see(pilot, "keys.preset: 'mut' is no set of keys.")
        assert "2 more: :keys" in screen_text(desk.app)
        before = desk.cursor.flags
        await pilot.press("f12")
        await until(lambda: desk.cursor.flags != before)
        await line(desk, pilot, "keys")
        await pilot.press("enter")
        await desk.see(pilot, "── 3 mistakes in your own keys ──")
        shown = screen_text(desk.app)
        assert "keys.list.dwon is unknown. Nearest: keys.list.down." in shown
        assert "keys.mailbox.archive: 'hyperspace' is not a key." in shown


async def test_writing_to_somebody_is_from_the_same_address_as_by_the_key(desk: Desk) -> None:
    """Red when `action_write_to` makes a draft of its own, without the name of the sender."""
    (account,) = desk.app.accounts.values()
    named = replace(account, aliases=(make_address("Anna Berg", account.address),))
    desk.app.accounts = {account.id: named}
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await line(desk, pilot, "write-to kim@fabrikam.example")
        await pilot.press("enter")
        await until(lambda: isinstance(desk.app.screen, ComposeScreen), describe="the composer")
        await desk.see(pilot, "kim@fabrikam.example")
        await desk.see(pilot, "Anna Berg")
