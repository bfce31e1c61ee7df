"""The main screen against the design's mocks, cell for cell, and at every size."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from textual import events
from textual.app import ComposeResult

from tests.ui.desk import Desk, assert_exact_rows, screen_rows, screen_text
from tests.ui.sample_mail import NOW, fill
from tuimail.model.notice import Notice, Severity
from tuimail.model.status import Connectivity
from tuimail.ui.arrangement import Layout
from tuimail.ui.screens.mailbox import MailboxScreen

SIZES = [(40, 12), (60, 20), (80, 24), (100, 30), (120, 36), (160, 48)]

ONE_LINE = """\
 Inbox  work                                   12 unread of 1,204   ↑1   online
 ●   Anna Lindqvist       Quarterly numbers: final before the board   @   09:41
▌●¶  Kim Chu              Contract draft v4 with our comments         @   09:32
 ●   Ben Okafor           Move the release to Thursday?                   09:17
 ●   Board Office         Invitation: Board prep, Thu 26 Nov 14:00        08:55
     Azure DevOps         Build 20261123.4 failed: tests (linux, 3.1…     08:31
   ← Priya Natarajan      Re: Data retention, two open questions          08:12
     山田 太郎            見積書の件 (estimate for phase two)         @   07:58
     Contoso IT           Planned maintenance on Saturday 28 November  ↑    Sun
   ↔ Tomás Ferreira       Offsite: who drives?                              Sun
  ¶→ Ben Okafor           Interview notes, candidate 3                      Fri
     Lena Fischer         Re: Rack 14 power budget                          Fri
     GitHub               [tuimail] Fold Outlook history blocks (#21…       Fri
     Finance              Expense report 2026-11 approved                   Thu
   ← Marta Kowalska       Translation of the safety sheet             @     Thu
 ●   Nils Aaltonen        Re: Printer on floor 3 again                      Thu
     Sofia Rossi          Minutes, architecture round 18              @     Wed
     Recruiting           Your interview slots for December                 Wed
   ← Kim Chu              Re: Contract draft v3                           4 Nov
     Travel Desk          Booking HX4T9Q: Stockholm to Oslo           @   2 Nov
  ¶  Anna Lindqvist       Budget 2027: first cut                      @  28 Oct
     Security             Access review: 14 items need you               12 Oct
     Erik Dahl            Re: Cable plan, building C                      3 Oct
 ? help  m write  r reply  R all  f forward  d trash  a archive  / search"""

EMPTY = """\
 Inbox  work                                                    0 of 0   online





              Inbox is empty.
              Last checked 09:44; new mail appears here by itself.

              m   write a mail
              c   go to another folder    Bifrost has 5 unread
              /   search everything











"""


async def test_the_list_in_one_line_is_the_designs_mock(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await pilot.press("j")
        assert screen_text(desk.app) == ONE_LINE


async def test_offline_keeps_the_list_and_says_so_in_words(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await pilot.press("j")
        desk.engine.set_status(
            desk.account, Connectivity.OFFLINE, since=NOW, online_at=NOW - timedelta(minutes=3)
        )
        await desk.see(pilot, "offline")
        rows = screen_text(desk.app).split("\n")
        assert rows[0] == (
            " Inbox  work                     12 unread of 1,204   ↑1   offline, as of 09:41"
        )
        assert rows[1] == (
            " ! No network. You can read, file and write; it is sent later.         gr retry"
        )
        assert rows[2:23] == ONE_LINE.split("\n")[1:22]
        assert rows[23] == ONE_LINE.split("\n")[23]


async def test_throttled_counts_down_and_names_the_time(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        until = NOW + timedelta(minutes=4, seconds=12)
        desk.engine.set_status(desk.account, Connectivity.THROTTLED, since=NOW, next_attempt=until)
        await desk.see(pilot, "throttled 4:12")
        rows = screen_text(desk.app).split("\n")
        said = " ! Exchange asks us to wait. Going on by itself at 09:48."
        assert rows[1] == f"{said:<72}gj jobs"


async def test_sign_in_needed_names_the_key(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        desk.engine.set_status(desk.account, Connectivity.SIGN_IN_REQUIRED, since=NOW)
        await desk.see(pilot, "sign-in needed")
        rows = screen_text(desk.app).split("\n")
        assert rows[1] == (
            " × Your sign-in for work ended. Reading and writing go on.           gs sign in"
        )


async def test_the_banner_stays_hidden_until_the_state_changes(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        desk.engine.set_status(desk.account, Connectivity.OFFLINE, since=NOW)
        await desk.see(pilot, "No network.")
        await pilot.press("escape")
        await desk.when(lambda: "No network." not in screen_text(desk.app))
        assert "offline" in screen_rows(desk.app)[0]
        problem = Notice(Severity.WARNING, "Reading is switched off for this mailbox.")
        desk.engine.set_status(desk.account, Connectivity.OFFLINE, since=NOW, problem=problem)
        await desk.see(pilot, "Reading is switched off for this mailbox.")


async def test_keys_typed_before_the_first_frame_belong_to_the_list(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guards against keys that are said not to be bound, as long as nothing has the focus.

    Mutation seen red: keys taken at once, `_typed_early` None from the beginning.
    """
    compose = MailboxScreen.compose

    def compose_and_type(screen: MailboxScreen) -> ComposeResult:
        for _ in range(2):
            desk.app.post_message(events.Key("j", "j"))
        yield from compose(screen)

    monkeypatch.setattr(MailboxScreen, "compose", compose_and_type)
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await desk.when(lambda: desk.mailbox.message_list.cursor_index == 2, "two rows down")
        assert "is not bound" not in screen_text(desk.app)


async def test_an_empty_folder_names_the_next_keys(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    fill(desk.store, total=0, mail=())
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        rows = screen_text(desk.app)
        assert rows == EMPTY + " ? help  m write  c folder  / search"


async def test_a_store_without_folders_says_what_comes(open_desk: Callable[..., Desk]) -> None:
    desk = open_desk()
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await desk.see(pilot, "No folders are here yet.")
        assert_exact_rows(desk.app)


async def test_the_folders_on_demand_keep_the_rows_of_the_list(desk: Desk) -> None:
    async with desk.app.run_test(size=(80, 24)) as pilot:
        await desk.start(pilot)
        await pilot.press("c")
        await pilot.pause()
        rows = screen_text(desk.app).split("\n")
        assert rows[0].startswith(" Folders  1 account")
        assert rows[5] == (
            "▌  Inbox               12 │     Azure DevOps   Build 20261123.4 fail…     08:31"
        )
        assert rows[11].startswith(" ▼ Projects               │")
        assert rows[12].startswith("     Bifrost            5 │")
        await pilot.press("escape")
        await pilot.pause()
        assert screen_text(desk.app).split("\n")[1] == (
            "▌●   Anna Lindqvist       Quarterly numbers: final before the board   @   09:41"
        )


@pytest.mark.parametrize("size", SIZES, ids=str)
async def test_every_row_is_exact_while_something_is_wrong(
    desk: Desk, size: tuple[int, int]
) -> None:
    async with desk.app.run_test(size=size) as pilot:
        await desk.start(pilot)
        for connectivity in Connectivity:
            desk.engine.set_status(desk.account, connectivity, since=NOW, next_attempt=NOW)
            await pilot.pause()
            assert_exact_rows(desk.app)


async def test_a_terminal_that_is_too_small_gets_one_sentence(desk: Desk) -> None:
    async with desk.app.run_test(size=(38, 9)) as pilot:
        await desk.start(pilot)
        assert screen_text(desk.app).strip() == "tuimail needs 40x10, this is 38x9."
        await pilot.resize_terminal(80, 24)
        await desk.see(pilot, "Kim Chu")


async def test_a_resize_arranges_the_panes_for_the_width(desk: Desk) -> None:
    async with desk.app.run_test(size=(160, 48)) as pilot:
        await desk.start(pilot)
        rows = screen_rows(desk.app)
        assert rows[1][:25] == " Flagged              3 │"
        assert rows[2][84:86] == " │"
        assert rows[1][86:].startswith(" Quarterly numbers: final before the board")
        await pilot.resize_terminal(60, 20)
        await desk.see(pilot, "▌    Quarterly numbers: final before the board")
        assert_exact_rows(desk.app)


async def test_the_ascii_set_shows_nothing_above_0x7f_of_its_own(
    open_desk: Callable[..., Desk], tmp_path: Path
) -> None:
    desk = open_desk(glyphs="ascii")
    fill(desk.store, total=30, mail=())
    async with desk.app.run_test(size=(160, 48)) as pilot:
        await desk.start(pilot)
        for keys in (("d",), ("c",), ("escape", "w"), ("question_mark",)):
            await pilot.press(*keys)
            await pilot.pause()
            assert screen_text(desk.app).isascii(), screen_text(desk.app)


async def test_a_slow_line_gets_the_list_over_the_reader_and_no_folders_beside(
    open_desk: Callable[..., Desk], filled_directory: Path
) -> None:
    """Rows over the full width can be scrolled by the terminal itself."""
    desk = open_desk(filled_directory, link="slow")
    async with desk.app.run_test(size=(120, 36)) as pilot:
        await desk.start(pilot)
        assert layout_of(desk) is Layout.STACK
        assert desk.mailbox.message_list.size.width == 120
        assert not desk.mailbox.folder_tree.display
        assert not desk.app.tints_cursor
        # What was chosen with `w` goes before.
        await pilot.press("w")
        await pilot.pause()
        assert layout_of(desk) is Layout.COLUMNS
        assert screen_rows(desk.app)[1].startswith(" Flagged")
        assert_exact_rows(desk.app)


def layout_of(desk: Desk) -> Layout:
    return desk.mailbox.layout_now
