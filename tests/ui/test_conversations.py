"""Conversations in the list: folded, unfolded, gone through, acted on."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from tests.ui.desk import Desk, assert_exact_rows, screen_rows, screen_text
from tests.ui.sample_mail import at, key_of
from tests.ui.talk_mail import Said, answer
from tuimail.model.flags import Flags

SIZE = (80, 24)

UNFOLDED = """\
 ●   Anna Lindqvist       Quarterly numbers: final before the board   @   09:41
 ●¶  Kim Chu              Contract draft v4 with our comments         @   09:32
▌●   Ben, Carla, me    ▼  Move the release to Thursday?                   09:17
 ●   Ben Okafor           ├ Thursday works if the freeze lifts at no…     09:17
     Carla Reyes          ├ +1, and I can take the on-call swap           09:02
     me                   └ Could we move the release to Thursday? T…     08:40
 ●   Board Office         Invitation: Board prep, Thu 26 Nov 14:00        08:55
     Azure DevOps         Build 20261123.4 failed: tests (linux, 3.1…     08:31
   ← Priya Natarajan      Re: Data retention, two open questions          08:12
     山田 太郎            見積書の件 (estimate for phase two)         @   07:58
     Contoso IT           Planned maintenance on Saturday 28 November  ↑    Sun
   ↔ Tomás Ferreira   12  Offsite: who drives?                              Sun
  ¶→ Ben Okafor           Interview notes, candidate 3                      Fri
     Lena Fischer      3  Re: Rack 14 power budget                          Fri
     GitHub               [tuimail] Fold Outlook history blocks (#21…       Fri
     Finance              Expense report 2026-11 approved                   Thu
   ← Marta Kowalska       Translation of the safety sheet             @     Thu
 ●   Nils Aaltonen        Re: Printer on floor 3 again                      Thu
     Sofia Rossi          Minutes, architecture round 18              @     Wed
     Recruiting           Your interview slots for December                 Wed
   ← Kim Chu           8  Re: Contract draft v3                           4 Nov
     Travel Desk          Booking HX4T9Q: Stockholm to Oslo           @   2 Nov"""


async def test_an_unfolded_conversation_is_the_designs_mock(talk: Desk) -> None:
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        await pilot.press("j", "j")
        assert screen_rows(talk.app)[3] == (
            "▌●   Ben, Carla, me    3  Move the release to Thursday?                   09:17 "
        )
        await pilot.press("z")
        assert "\n".join(screen_text(talk.app).split("\n")[1:23]) == UNFOLDED
        await pilot.press("j", "j")
        assert talk.cursor.subject == "Move the release to Thursday?"
        assert talk.cursor.from_text == "Carla Reyes"
        await pilot.press("z")  # folds what it stands below, and the cursor goes there
        assert screen_rows(talk.app)[3].startswith("▌●   Ben, Carla, me    3")
        assert screen_rows(talk.app)[4].startswith(" ●   Board Office")


async def test_marking_goes_past_the_message_that_the_head_has_marked(talk: Desk) -> None:
    """Red when the second key takes the mark of the first back."""
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        await pilot.press("j", "j", "z")
        await pilot.press("space")
        assert talk.cursor.from_text == "Carla Reyes"
        await pilot.press("space")
        assert len(talk.mailbox.message_list.marked) == 2
        await talk.see(pilot, "d trash 2")


async def test_all_are_unfolded_and_folded_and_the_cursor_stays(talk: Desk) -> None:
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        await pilot.press("j", "j", "j", "j", "Z")
        assert talk.cursor.from_text == "Azure DevOps"
        shown = screen_text(talk.app)
        assert "├ +1, and I can take" in shown
        assert "├ words 1" in shown
        await pilot.press("G", "g", "g")
        assert screen_rows(talk.app)[4].startswith(" ●   Ben Okafor           ├ Thursday works")
        await pilot.press("Z")
        assert "├" not in screen_text(talk.app)


async def test_every_row_is_exact_with_all_unfolded(talk: Desk) -> None:
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        await pilot.press("Z")
        for size in ((40, 12), (60, 20), (100, 30), (120, 36), (160, 48)):
            await pilot.resize_terminal(*size)
            await talk.when(partial(_has_width, talk, size[0]))
            for keys in (("pagedown",), ("G",), ("g", "g")):
                await pilot.press(*keys)
                await pilot.pause()
                assert_exact_rows(talk.app)


def _has_width(desk: Desk, width: int) -> bool:
    return len(screen_rows(desk.app)[-1]) == width


async def test_one_by_one_is_kept_for_the_folder(
    open_desk: Callable[..., Desk], talk_directory: Path
) -> None:
    desk = open_desk(talk_directory)
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        await pilot.press("j", "j", "t")
        await desk.see(pilot, "Messages one by one.")
        assert "Ben, Carla" not in screen_text(desk.app)
        assert screen_rows(desk.app)[3].startswith("▌●   Ben Okafor           Move the release")
        await pilot.press("z")
        await desk.see(pilot, "The list is one by one: t puts conversations together.")
        folder = desk.folder("INBOX")
        await desk.when(lambda: desk.store.read.folder_settings(folder.id).conversations is False)
    desk.store.close()
    again = open_desk(desk.store.directory)
    async with again.app.run_test(size=SIZE) as pilot:
        await again.start(pilot)
        assert "Ben, Carla" not in screen_text(again.app)
        await pilot.press("t")
        await again.see(pilot, "Ben, Carla, me    3")


async def test_tab_finds_unread_messages_inside_folded_conversations(talk: Desk) -> None:
    """Mutation that turns it red: `_unread_at` without the look at `conversation.unread`."""
    later = Said("Carla Reyes", at(20, 8), "Read this too", flags=Flags())
    answer(talk.store, talk.account, "Interview notes, candidate 3", [later])
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        await pilot.press("tab", "tab", "tab")
        assert talk.cursor.from_text == "Board Office"
        await pilot.press("tab")
        assert talk.cursor.snippet == "Read this too"
        assert "└ Read this too" in screen_text(talk.app)
        await pilot.press("tab")
        assert talk.cursor.from_text == "Nils Aaltonen"


async def test_an_action_on_a_folded_conversation_is_for_all_of_it_here(talk: Desk) -> None:
    """Mutation that turns it red: `messages_of` always returns the head alone."""
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        await pilot.press("j", "j", "d")
        await talk.see(pilot, "The conversation: 2 moved to Deleted Items")
        assert talk.cursor.from_text == "Board Office"
        assert talk.folder("Sent Items").total == 1  # what was sent stays where it is
        await pilot.press("u")
        await talk.see(pilot, "Ben, Carla, me    3")
        await pilot.press("k", "N")
        await talk.see(pilot, "The conversation: 1 marked read")


async def test_only_the_message_is_meant_in_an_unfolded_conversation(talk: Desk) -> None:
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        await pilot.press("j", "j", "z", "j", "j", "a")
        await talk.see(pilot, " 1 moved to Archive")
        assert talk.folder("Archive").total == 1
        talk.mailbox.bottom.clear()
        await pilot.press("A")
        await talk.see(pilot, " 1 moved to Archive")
        assert "Move the release" not in screen_text(talk.app).split("\n", 1)[1].split("Board")[0]


async def test_new_mail_of_a_conversation_moves_it_up_and_the_cursor_along(talk: Desk) -> None:
    async with talk.app.run_test(size=SIZE) as pilot:
        await talk.start(pilot)
        await pilot.press("j", "j")
        said = Said("Olu Adeyemi", at(23, 9, 43), "Fine by me", flags=Flags())
        answer(talk.store, talk.account, "Move the release to Thursday?", [said])
        await talk.see(pilot, "▌●   Olu, Ben, Carla   4  Move the release to Thursday?")
        assert screen_rows(talk.app)[1].startswith("▌")
        assert key_of(talk.store, talk.account, "Move the release to Thursday?")
        await pilot.press("z")  # an answer to an answer stands above it, one level deeper
        below = [row[26:38] for row in screen_rows(talk.app)[2:5]]
        assert below == ["│ └ Fine by ", "├ Thursday w", "├ +1, and I "]
