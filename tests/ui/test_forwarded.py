"""The mark of a message that was forwarded: in the list and in its conversation."""

from __future__ import annotations

from functools import partial

from tests.ui.desk import Desk
from tests.ui.sample_mail import key_of
from tests.ui.screen_text import rows
from tuimail.model.message import MessageKey
from tuimail.store.writer import Writer

RELEASE = "Move the release to Thursday?"


def _forward(key: MessageKey, tx: Writer) -> None:
    tx.mark_forwarded(key)


async def test_a_forwarded_message_is_marked_in_the_list_and_in_its_conversation(
    talk: Desk,
) -> None:
    """Red where `summary` leaves `forwarded` out, where the commit names no message, and where the
    conversation paints no mark."""
    key = key_of(talk.store, talk.account, RELEASE)
    async with talk.app.run_test(size=(80, 24)) as pilot:
        await talk.start(pilot)
        assert talk.mailbox.message_list.go_to(key)
        await pilot.pause()
        arrow = talk.app.glyphs.forwarded
        assert arrow not in _row(talk, "Move the release")
        talk.store.write(partial(_forward, key)).result()
        await talk.when(lambda: arrow in _row(talk, "Move the release"), "the mark in the list")
        await pilot.press("enter")
        await talk.when(lambda: talk.mailbox.conversation.is_open, "the conversation")
        await talk.when(lambda: arrow in _row(talk, "Ben Okafor"), "the mark in the conversation")
        assert arrow not in _row(talk, "Carla Reyes")


def _row(desk: Desk, words: str) -> str:
    return next((row for row in rows(desk.app) if words in row), "")
