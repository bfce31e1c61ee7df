"""Sequences, numbers, the last action again, recorded keys, and what is said of a key."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from textual import events

from tests.ui.desk import Desk, assert_exact_rows, screen_rows, screen_text
from tests.waiting import until
from tuimail.ui.bindings import BY_ID
from tuimail.ui.commands.entries import entries
from tuimail.ui.display.painted import Painted
from tuimail.ui.display.writer import NOTHING_BUT_TEXT
from tuimail.ui.keys.scopes import places
from tuimail.ui.screens.command_line import CommandLine
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.screens.which_key import WhichKeySheet

SIZE = (80, 24)


async def test_a_prefix_shows_what_follows_and_escape_and_a_question_mark_do_what_they_say(
    desk: Desk,
) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("g", "question_mark")
        await desk.see(pilot, "── g: go to ──")
        rows = screen_rows(desk.app)
        assert "i  Inbox" in "\n".join(rows)
        assert rows[-1].startswith(" g █")
        assert rows[-1].rstrip().endswith("waiting for another key")
        assert_exact_rows(desk.app)
        await pilot.press("escape")
        await until(lambda: not isinstance(desk.app.screen, WhichKeySheet))
        assert "waiting" not in screen_text(desk.app)
        # Pressed again after Esc: at once, without the wait.
        await pilot.press("g")
        assert isinstance(desk.app.screen, WhichKeySheet)
        await pilot.press("k")
        await desk.see(pilot, " Junk Email  work")
        await until(lambda: desk.app.screen is desk.mailbox)


async def test_what_may_follow_stands_in_groups_and_in_each_by_use(desk: Desk) -> None:
    """Mutation that turns it red: `followers` without `sorted`, or in one group."""
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("g", "e", "g", "i")
        await pilot.press("g", "e", "g", "question_mark")
        await desk.see(pilot, "── g: go to ──")
        rows = screen_rows(desk.app)
        title = next(at for at, row in enumerate(rows) if "g: go to" in row)
        assert "".join(row[2] for row in rows[title + 1 : -1]) == "gv eiftdk"


async def test_a_key_paints_the_screen_anew(desk: Desk) -> None:
    """What the terminal shows is not believed any more: another program wrote over it."""
    forgotten = []

    class Noting(Painted):
        def forget(self) -> None:
            forgotten.append(True)
            super().forget()

    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        desk.app.painted = Noting(NOTHING_BUT_TEXT)
        await pilot.press("ctrl+l")
        await until(lambda: forgotten)


async def test_sequences_of_three_keys_are_gone_through_step_by_step(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    own = {"list.last": "g x y", "list.down": "g x z"}
    desk = open_desk(filled_directory, keys=own)
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("g", "question_mark")
        await desk.see(pilot, "x  2 more …")
        await pilot.press("x")
        await desk.see(pilot, "── gx ──")
        await pilot.press("z")
        assert desk.mailbox.message_list.cursor_index == 1
        await pilot.press("g", "x", "y")
        assert desk.mailbox.message_list.cursor_index == 1203
        await pilot.press("g", "x", "q")
        await desk.see(pilot, "g x q is not bound. ? shows the keys.")


async def test_a_number_before_a_key_means_steps_a_place_or_messages(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        rows = desk.mailbox.message_list
        await pilot.press("5", "j")
        assert rows.cursor_index == 5
        await pilot.press("2", "k")
        assert rows.cursor_index == 3
        await pilot.press("1", "2")
        assert screen_rows(desk.app)[-1].startswith(" 12 █")
        await pilot.press("G")
        assert rows.cursor_index == 11
        await pilot.press("2", "g", "g")
        assert rows.cursor_index == 1
        await pilot.press("7", "escape", "j")
        assert rows.cursor_index == 2
        before = rows.total
        await pilot.press("3", "d")
        await desk.see(pilot, "3 moved to Deleted Items")
        assert rows.total == before - 3
        # The last action again, with its number.
        await pilot.press("full_stop")
        await until(lambda: rows.total == before - 6)
        await pilot.press("2", "u")
        await until(lambda: rows.total == before)
        await pilot.press("space", "3", "d")
        await desk.see(pilot, "Some are marked: Esc unmarks them.")
        assert rows.total == before


async def test_the_last_action_again_acts_on_the_message_at_the_cursor(desk: Desk) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("full_stop")
        await desk.see(pilot, "Nothing was done yet that can be done again.")
        await pilot.press("j", "j")
        first = desk.cursor
        await pilot.press("F")
        await until(lambda: desk.cursor.flags != first.flags)
        await pilot.press("j")
        second = desk.cursor
        assert second.key != first.key
        await pilot.press("full_stop")
        await until(lambda: desk.cursor.flags != second.flags)


async def test_recorded_keys_are_pressed_again_also_at_the_next_start(
    desk: Desk, open_desk: Callable[..., Desk]
) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("at")
        await desk.see(pilot, "No keys are kept. Q and a letter begins.")
        await pilot.press("Q")
        await desk.see(pilot, "waiting for a letter")
        await pilot.press("a")
        await desk.see(pilot, "recording a   Q ends it")
        # A sheet and what is typed into it are recorded too.
        await pilot.press("j", "colon")
        await until(lambda: isinstance(desk.app.screen, CommandLine))
        await pilot.press(*"down", "enter")
        await until(lambda: desk.mailbox.message_list.cursor_index == 2)
        await pilot.press("Q")
        await desk.see(pilot, "7 keys kept. @ a presses them again.")
        await pilot.press("2", "at", "at")
        await until(lambda: desk.mailbox.message_list.cursor_index == 6)
    await until(lambda: desk.store.read.meta("ui.macro.a"))
    desk.store.close()
    again = open_desk(desk.store.directory)
    async with again.app.run_test(size=SIZE) as pilot:
        await again.start(pilot)
        before = again.mailbox.message_list.cursor_index
        await pilot.press("at")
        await again.see(pilot, "a  j:down")
        await pilot.press("a")
        await until(lambda: again.mailbox.message_list.cursor_index == before + 2)


async def test_recorded_keys_stop_where_something_cannot_be_done(desk: Desk) -> None:
    """Otherwise what follows would be done to another message than it was meant for."""
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        desk.app.remember("ui.macro.b", '[["j", "j"], ["ctrl+r", null], ["j", "j"]]')
        await until(lambda: desk.store.read.meta("ui.macro.b"))
        await pilot.press("at", "b")
        await desk.see(pilot, "The keys under b were stopped.")
        assert desk.mailbox.message_list.cursor_index == 1


async def test_a_key_that_does_nothing_says_what_to_press_and_a_disabled_one_why(
    desk: Desk,
) -> None:
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("percent_sign")
        await desk.see(pilot, "% is not bound. ? shows the keys.")
        await pilot.press("ctrl+r")
        await desk.see(pilot, "Nothing to do again.")
        await pilot.press("ctrl+k")
        await desk.see(pilot, "^k is not bound. ? shows the keys.")


async def test_what_is_typed_right_behind_a_key_meets_what_the_key_opens(desk: Desk) -> None:
    """Red when keys go round through the widgets: letters then act on the list behind.

    `d` would move a message to the trash, and `q` would leave.
    """
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        total = desk.mailbox.message_list.total
        for key, character in [("colon", ":"), *((letter, letter) for letter in "deq")]:
            desk.app.post_message(events.Key(key, character))
        await desk.see(pilot, " :deq")
        await pilot.press("escape")
        await until(lambda: desk.app.screen is desk.mailbox)
        for letter in "mdaq":
            desk.app.post_message(events.Key(letter, letter))
        await until(lambda: isinstance(desk.app.screen, ComposeScreen))
        await desk.see(pilot, "daq")
        assert desk.mailbox.message_list.total == total


async def test_every_listed_action_can_say_whether_it_can_be_done(desk: Desk) -> None:
    """None of the reasons fails, wherever the focus is, with mail and without."""
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        for keys in ((), ("c",), ("escape", "enter"), ("q", "g", "k")):
            await pilot.press(*keys)
            await pilot.pause()
            here = places(desk.app)
            found = entries(desk.app, here)
            assert {entry.runs for entry in found if not entry.reason}
            scopes = {place.scope for place in here}
            for entry in found:
                line = BY_ID.get(getattr(entry.runs, "id", ""))
                if line is not None and line.scope not in scopes:
                    assert entry.reason.startswith("It works in: ")


async def test_a_preset_is_changed_while_it_runs(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    desk = open_desk(filled_directory)
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("colon")
        await until(lambda: isinstance(desk.app.screen, CommandLine))
        await pilot.press(*"keys", "space", *"mutt", "enter")
        await until(lambda: desk.app.keys.preset == "mutt")
        await pilot.press("asterisk")
        assert desk.mailbox.message_list.cursor_index == 1203
        await pilot.press("g")
        await until(lambda: isinstance(desk.app.screen, ComposeScreen))
