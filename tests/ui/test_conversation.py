"""A conversation in one scroll: opened from the list, gone through, folded, acted on."""

from __future__ import annotations

import gc
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from typing import Literal

import msgspec
import pytest
from textual.pilot import Pilot

from tests.ui.desk import Desk, assert_exact_rows, screen_rows, screen_text
from tests.ui.sample_mail import at, key_of
from tests.ui.stage import bring_text
from tests.ui.talk_mail import Said, answer
from tuimail.config.schema import ReaderSettings
from tuimail.model.flags import Flags, SystemFlag
from tuimail.model.message import MessageKey
from tuimail.ui.reading.conversation_layout import Member
from tuimail.ui.screens import mailbox_dwelling
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.widgets import conversation_texts
from tuimail.ui.widgets.conversation_view import ConversationView

SIZE = (80, 24)
RELEASE = "Move the release to Thursday?"


def view(desk: Desk) -> ConversationView:
    return desk.mailbox.conversation


def keys(desk: Desk) -> list[MessageKey]:
    return [member.key for member in view(desk).members]


def heads(desk: Desk) -> list[str]:
    """The heads in view, as far as the name."""
    return [row[:24].rstrip() for row in screen_rows(desk.app) if row[1:2] in "►▼"]


@asynccontextmanager
async def reading(
    desk: Desk, subject: str = RELEASE, *, marks_after: float | Literal["off"] = "off"
) -> AsyncIterator[Pilot[None]]:
    """Open a conversation from the list, with four lines of text in each of its messages.

    Nothing counts as read by itself unless `marks_after` says after how many seconds.
    """
    desk.app.settings = msgspec.structs.replace(
        desk.app.settings, reader=ReaderSettings(mark_read_after=marks_after)
    )
    for row in desk.store.read.thread(key_of(desk.store, desk.account, subject)):
        text = "".join(f"line {number} of {row.key}\r\n" for number in range(4))
        bring_text(desk.store, row.key, text.encode())
    async with desk.app.run_test(size=SIZE) as pilot:
        await desk.start(pilot)
        assert desk.mailbox.message_list.go_to(key_of(desk.store, desk.account, subject))
        await pilot.press("enter")
        await desk.when(lambda: view(desk).has_focus and view(desk).is_open, "the text")
        await pilot.pause()
        yield pilot


async def test_it_is_the_designs_mock_and_the_cursor_goes_by_message(talk: Desk) -> None:
    async with reading(talk) as pilot:
        last, (first, second, third) = screen_rows(talk.app)[-1], keys(talk)
        top = screen_rows(talk.app)[0]
        assert top.startswith(f" {RELEASE}  Sent Items, Inbox ")
        assert "3 messages" in top
        assert last.startswith(" ? help  q back  j k message  Enter unfold  z all  r reply")
        assert last.rstrip().endswith("3/3")
        assert screen_text(talk.app).split("\n")[1:6] == [
            " ►   me                  first words                                      08:40",
            " ►   Carla Reyes         first words                                      09:02",
            "▌▼ ● Ben Okafor                                                           09:17",
            "",
            f"     line 0 of {third}",
        ]
        await pilot.press("k", "enter")
        await talk.see(pilot, f"line 0 of {second}")
        assert heads(talk) == [" ►   me", "▌▼   Carla Reyes", " ▼ ● Ben Okafor"]
        assert screen_rows(talk.app)[-1].rstrip().endswith("2/3")
        await pilot.press("z")
        await talk.see(pilot, f"line 0 of {first}")
        assert heads(talk) == [" ▼   me", "▌▼   Carla Reyes", " ▼ ● Ben Okafor"]
        await pilot.press("z")
        assert heads(talk) == [" ►   me", "▌►   Carla Reyes", " ► ● Ben Okafor"]
        await pilot.click(offset=(20, 3))
        await pilot.click(offset=(20, 3))
        await talk.when(lambda: heads(talk)[2] == "▌▼ ● Ben Okafor", "unfolded by the mouse")
        for size in ((40, 12), (60, 20), (100, 30), (160, 48), SIZE):
            await pilot.resize_terminal(*size)
            await talk.when(lambda size=size: len(screen_rows(talk.app)[0]) == size[0])  # type: ignore[misc]
            await talk.when(partial(_stands, talk, size[0], f"line 0 of {third}"), f"{size}")
            await pilot.pause()
            assert_exact_rows(talk.app)
        await pilot.press("q")
        assert talk.mailbox.message_list.has_focus
        assert talk.cursor.key == third


def _stands(desk: Desk, width: int, words: str) -> bool:
    """Whether the conversation is named, and has its text."""
    named = [row for row in screen_rows(desk.app) if "Sent Items, Inbox" in row]
    # In the first row, or above the conversation where the list stands beside it.
    is_named = width < 80 or any(f" {RELEASE} " in row for row in named)
    # Below the list it is the rule between them, as with a reader.
    is_between = width != 100 or named[0].startswith(f"── {RELEASE} ──")
    return is_named and is_between and words in screen_text(desk.app)


async def test_actions_are_on_the_message_at_the_cursor_or_on_all(talk: Desk) -> None:
    async with reading(talk) as pilot:
        _, second, third = keys(talk)
        await pilot.press("k", "F")
        await talk.when(lambda: talk.store.read.summary(second).flags.is_flagged, "flagged")  # type: ignore[union-attr]
        assert not talk.store.read.summary(third).flags.is_flagged  # type: ignore[union-attr]
        await talk.when(lambda: heads(talk)[1] == "▌►¶  Carla Reyes", "the flag in the head")
        await pilot.press("r")
        await talk.when(lambda: isinstance(talk.app.screen, ComposeScreen), "the composer")
        await talk.see(pilot, f"> line 0 of {second}")
        await pilot.press("escape")
        await talk.when(lambda: talk.app.screen is talk.mailbox, "the conversation again")


def folders(desk: Desk, messages: list[MessageKey]) -> list[str]:
    """Where messages are."""
    names = []
    for key in messages:
        row = desk.store.read.summary(key)
        folder = desk.store.read.folder(row.folder_id) if row is not None else None
        assert folder is not None
        names.append(folder.path)
    return names


def turned(desk: Desk, flag: SystemFlag) -> list[bool]:
    return [bool(member.message.flags.system & flag) for member in view(desk).members]


async def test_each_action_is_on_one_or_on_all_and_is_undone_as_one(talk: Desk) -> None:
    """What the user wrote stays where it is when all is filed.

    Mutations seen red: `chosen` without its question for the whole; `received` that returns all.
    """
    sent, inbox, trash = "Sent Items", "INBOX", "Deleted Items"
    async with reading(talk) as pilot:
        before = keys(talk)
        for pressed, there in (
            (("a",), [sent, "Archive", inbox]),
            (("d",), [sent, trash, inbox]),
            (("A", "a"), [sent, "Archive", "Archive"]),
            (("A", "d"), [sent, trash, trash]),
        ):
            await pilot.press("g", "g", "j", *pressed)
            await talk.when(lambda there=there: folders(talk, before) == there, f"{pressed}")  # type: ignore[misc]
            kept = [key for key, folder in zip(before, there, strict=True) if folder != trash]
            await talk.when(lambda kept=kept: keys(talk) == kept, "what is trashed has gone")  # type: ignore[misc]
            await pilot.press("u")
            await talk.when(
                lambda: folders(talk, before) == [sent, inbox, inbox], f"{pressed} undone"
            )
            await talk.when(lambda: keys(talk) == before, "all of them again")
        for pressed, flag, one, other in (
            (("F",), SystemFlag.FLAGGED, [False, True, False], [False] * 3),
            (("A", "F"), SystemFlag.FLAGGED, [True] * 3, [False] * 3),
            (("N",), SystemFlag.SEEN, [True, False, False], [True, True, False]),
            (("A", "N"), SystemFlag.SEEN, [True] * 3, [True, True, False]),
        ):
            await pilot.press("g", "g", "j", *pressed)
            await talk.when(lambda flag=flag, one=one: turned(talk, flag) == one, f"{pressed}")  # type: ignore[misc]
            await pilot.press("u")
            await talk.when(
                lambda flag=flag, other=other: turned(talk, flag) == other,  # type: ignore[misc]
                f"{pressed} undone",
            )


async def test_what_arrives_and_what_goes_is_followed(talk: Desk) -> None:
    async with reading(talk) as pilot:
        before = keys(talk)
        await pilot.press("k")
        said = Said("Grace Liu", at(23, 9, 30), "It is agreed", flags=Flags())
        (new,) = answer(talk.store, talk.account, RELEASE, [said])
        await talk.when(lambda: keys(talk) == [*before, new], "the new message")
        assert view(talk).current.key == before[1]  # type: ignore[union-attr]
        await talk.when(lambda: heads(talk)[3] == " ▼ ● Grace Liu", "it is open")
        await talk.see(pilot, "Fetching the text …")
        await talk.when(lambda: (new, None) in talk.engine.wanted, "the fetch")
        bring_text(talk.store, new, b"We ship on Friday.\r\n")
        await talk.see(pilot, "We ship on Friday.")
        await pilot.press("G", "o")
        await talk.when(lambda: talk.mailbox.reader.has_focus, "read alone")
        await talk.see(pilot, f" {RELEASE}")
        assert talk.mailbox.reader.key == new
        await pilot.press("q")
        assert view(talk).has_focus
        await pilot.press("g", "g", "slash", *"friday", "enter")
        await talk.when(
            lambda: screen_rows(talk.app)[-1].rstrip().endswith("1 of 1   1/4"), "where it is"
        )
        await pilot.press("escape", "tab")
        assert view(talk).current.key == before[2]  # type: ignore[union-attr]
        (last,) = answer(talk.store, talk.account, RELEASE, [said._replace(when=at(23, 9, 40))])
        await talk.when(lambda: keys(talk) == [*before, new, last], "the last message")
        await pilot.press("G")
        await talk.see(pilot, "Fetching the text …")
        await pilot.press("x", "x")
        await talk.see(pilot, "Not downloaded. It comes when the message is opened again.")
        assert (last, None) in talk.engine.given_up
        await pilot.press("enter", "enter")
        await talk.see(pilot, "Fetching the text …")
        await talk.when(lambda: talk.engine.wanted.count((last, None)) == 2, "fetched again")


class _Wait:
    """A timer that the test lets run out."""

    def __init__(self, call: Callable[[], object]) -> None:
        self._call = call
        self._is_stopped = False

    def stop(self) -> None:
        self._is_stopped = True

    def run_out(self) -> None:
        if not self._is_stopped:
            self._call()


async def test_only_what_was_looked_at_long_enough_counts_as_read(
    talk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Leaving earlier marks nothing.

    Mutation seen red: `MailboxDwelling.start` without `stop`.
    """
    waits: list[_Wait] = []

    def later(_: object, seconds: float, call: Callable[[], object]) -> _Wait:
        assert seconds == 0.4
        waits.append(_Wait(call))
        return waits[-1]

    monkeypatch.setattr(mailbox_dwelling, "later", later)
    said = Said("Grace Liu", at(23, 9, 30), "It is agreed", flags=Flags())
    (late,) = answer(talk.store, talk.account, RELEASE, [said])
    async with reading(talk, marks_after=0.4) as pilot:
        ben = keys(talk)[2]
        assert view(talk).current.key == ben  # type: ignore[union-attr]
        await talk.when(lambda: len(waits) == 1, "Ben's seconds")
        await pilot.press("j")  # before they are over
        assert view(talk).current.key == late  # type: ignore[union-attr]
        await talk.when(lambda: len(waits) == 2, "the seconds of the last")
        for wait in waits:
            wait.run_out()
        await talk.when(lambda: is_seen(talk, late), "read after its seconds")
        assert not is_seen(talk, ben)
        await pilot.press("k")
        await talk.when(lambda: len(waits) == 3, "Ben's seconds from the beginning")
        waits[-1].run_out()
        await talk.when(lambda: is_seen(talk, ben), "read now")


def is_seen(desk: Desk, key: MessageKey) -> bool:
    row = desk.store.read.summary(key)
    assert row is not None
    return row.flags.is_seen


async def test_of_a_hundred_messages_what_is_in_view_comes_first_and_the_rest_later(
    talk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing out of view is laid out before its turn comes in an idle moment.

    Mutations seen red: `_near` that returns True; `_wanted_when_idle` that returns None.
    """
    count, laid = 100, list[MessageKey]()
    lay_out_member = ConversationView.lay_out_member

    def noting(self: ConversationView, member: Member) -> bool:
        laid.append(member.key)
        return lay_out_member(self, member)

    monkeypatch.setattr(ConversationView, "lay_out_member", noting)
    monkeypatch.setattr(conversation_texts, "_IDLE", 60.0)
    said = [Said("Kim Chu", at(22, 1, number % 60), f"words {number}") for number in range(count)]
    answer(talk.store, talk.account, RELEASE, said)
    async with reading(talk) as pilot:
        assert len(view(talk).members) == count + 3
        assert set(laid) == {view(talk).current.key}  # type: ignore[union-attr]
        await pilot.press("z")
        await talk.when(partial(_all_in_view_is_here, talk), "the texts in view")
        assert len(set(laid)) < 15
        cursor = view(talk).members[-1].first - view(talk).scroll_offset.y
        assert 0 <= cursor < view(talk).size.height
        await pilot.press("g", "g")
        await talk.when(lambda: view(talk).is_open, "the text of the first")
        assert view(talk).scroll_offset.y == 0
        await pilot.press(*["space"] * 8)
        await talk.when(partial(_all_in_view_is_here, talk), "texts as they come into view")
        assert len(set(laid)) < 60
        monkeypatch.setattr(conversation_texts, "_IDLE", 0.001)
        await pilot.press("G")  # what it waits for is the new pause from now on
        await talk.when(lambda: len(set(laid)) > 60, "what nobody saw")


def _all_in_view_is_here(desk: Desk) -> bool:
    top, height = view(desk).scroll_offset.y, view(desk).size.height
    near = [one for one in view(desk).members if one.first < top + height and one.end > top]
    return top > 0 and bool(near) and all(one.rows is not None for one in near)


async def test_what_is_left_before_its_texts_are_begun_begins_nothing(talk: Desk) -> None:
    """Keys may come faster than what they begin.

    Red where a coroutine is made for the worker: one that is cancelled so early is never awaited.
    """
    async with reading(talk) as pilot:
        shown, messages = view(talk), keys(talk)
        shown.open_members(shown.members, is_open=True)
        shown.close()
        for key in messages:
            talk.mailbox.reader.show(key)
        gc.collect()
        await pilot.pause()
