"""Moves by another client, told from copies, in either order in which the two folders are seen."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.store.inspection import assert_counters_are_counts, assert_visible_is_folded
from tests.store.mail import Mailbox, envelope, fetched
from tuimail.model.bodystructure import BodyPart
from tuimail.model.flags import FLAGGED
from tuimail.model.folder import FolderId
from tuimail.model.intent import StoreFlags
from tuimail.model.message import BodyState, FetchedMessage, MessageKey
from tuimail.text.safe import SafeText


def text_of(size: int) -> BodyPart:
    return BodyPart(
        section="1",
        type="text",
        subtype="plain",
        params=(),
        content_id=None,
        encoding="7bit",
        size=size,
        lines=1,
        disposition=None,
        filename=None,
        message=None,
    )


def letter(uid: int, *, message_id: str | None = "", octets: int = 4) -> FetchedMessage:
    """Return message 1 at a UID; with other `octets`, another one with the same Message-ID."""
    head = envelope(1, message_id=message_id)
    return replace(fetched(uid, number=1, head=head, structure=text_of(octets)), size=500 + octets)


def give_text(mailbox: Mailbox, key: MessageKey) -> None:
    store = mailbox.store
    store.write(lambda tx: tx.store_part(key, "1", b"text")).result()
    store.write(lambda tx: tx.set_body(key, BodyState.COMPLETE, SafeText("text"))).result()


def see_move(mailbox: Mailbox, first: str, *, target: FetchedMessage) -> None:
    """Look at both folders after UID 1 of the Inbox vanished and `target` came to Projects."""

    def source() -> None:
        mailbox.vanish(mailbox.inbox, 1)

    def arrival() -> None:
        mailbox.record_one(mailbox.projects, target)

    for look in (source, arrival) if first == "source" else (arrival, source):
        look()
        assert_visible_is_folded(mailbox)
    assert_counters_are_counts(mailbox)


@pytest.mark.parametrize("first", ["source", "target"])
@pytest.mark.parametrize("message_id", ["<1@contoso.example>", None])
def test_a_moved_message_keeps_key_text_and_intents(
    mailbox: Mailbox, first: str, message_id: str | None
) -> None:
    """Red when `record_vanished` does not merge, and when `_pair` finds nothing."""
    key = mailbox.record_one(mailbox.inbox, letter(1, message_id=message_id))
    give_text(mailbox, key)
    mailbox.submit(key, StoreFlags(add=FLAGGED))

    see_move(mailbox, first, target=letter(50, message_id=message_id))

    read = mailbox.store.read
    assert mailbox.shown(mailbox.inbox) == []
    assert mailbox.shown(mailbox.projects) == [key]
    assert read.location(key) == (mailbox.projects, 50)
    assert read.part(key, "1") == b"text"
    assert [intent.key for intent in read.intents()] == [key]


@pytest.mark.parametrize("first", ["source", "target"])
@pytest.mark.parametrize("message_id", ["<1@contoso.example>", None])
def test_a_letter_that_came_to_me_and_to_a_list_is_two_messages(
    mailbox: Mailbox, first: str, message_id: str | None
) -> None:
    """One Message-ID, one second, other octets: the one to me is deleted, the list's is filed.

    Red when the structure is taken out of `vanishing._ARRIVED` or `recording._STRAY`.
    """
    direct = mailbox.record_one(mailbox.inbox, letter(1, message_id=message_id, octets=4))
    give_text(mailbox, direct)

    see_move(mailbox, first, target=letter(50, message_id=message_id, octets=90))

    (shown,) = mailbox.shown(mailbox.projects)
    assert shown != direct
    assert mailbox.store.read.part(shown, "1") is None
    assert not mailbox.store.read.has_text_elsewhere(shown)


def test_a_copy_stays_two_messages_and_takes_the_text_from_the_first(mailbox: Mailbox) -> None:
    original = mailbox.record_one(mailbox.inbox, letter(1))
    give_text(mailbox, original)
    copy = mailbox.record_one(mailbox.projects, letter(50))
    assert copy != original

    assert mailbox.store.read.has_text_elsewhere(copy)
    assert mailbox.store.write(lambda tx: tx.take_text(copy)).result()

    row = mailbox.store.read.summary(copy)
    assert row is not None
    assert (row.body, row.snippet) == (BodyState.COMPLETE, "text")
    assert mailbox.store.read.part(copy, "1") == b"text"
    assert not mailbox.store.read.has_text_elsewhere(copy)
    assert mailbox.shown(mailbox.inbox) == [original]


def test_a_beginning_is_told_from_a_whole_and_never_takes_its_place(mailbox: Mailbox) -> None:
    """Red without the WHERE in `bodies.store_part`, and when `take_text` leaves `cut` out."""
    original = mailbox.record_one(mailbox.inbox, letter(1))
    copy = mailbox.record_one(mailbox.projects, letter(50))
    store = mailbox.store
    store.write(lambda tx: tx.store_part(original, "1", b"begin", cut=True)).result()
    assert (store.read.sections(original), store.read.beginnings(original)) == (
        frozenset(),
        {"1": 5},
    )
    store.write(lambda tx: tx.store_part(original, "1", b"beginning and end")).result()
    store.write(lambda tx: tx.store_part(original, "1", b"begin", cut=True)).result()
    assert store.read.part(original, "1") == b"beginning and end"
    assert (store.read.sections(original), store.read.beginnings(original)) == (
        frozenset({"1"}),
        {},
    )

    store.write(lambda tx: tx.store_part(original, "2", b"of a file", cut=True)).result()
    store.write(lambda tx: tx.set_body(original, BodyState.COMPLETE)).result()
    assert store.write(lambda tx: tx.take_text(copy)).result()
    assert store.read.sections(copy) == {"1"}
    assert store.read.beginnings(copy) == {"2": 9}


def test_a_copy_of_long_ago_is_not_taken_for_a_move(mailbox: Mailbox) -> None:
    """Red when `purge_gone` leaves `possible_move` alone."""
    original = mailbox.record_one(mailbox.inbox, letter(1))
    copy = mailbox.record_one(mailbox.projects, letter(50))
    mailbox.store.write(lambda tx: tx.purge_gone(mailbox.account, 0)).result()

    mailbox.vanish(mailbox.inbox, 1)

    assert mailbox.store.read.resolve(original) == original
    assert mailbox.shown(mailbox.projects) == [copy]
    mailbox.store.write(lambda tx: tx.purge_gone(mailbox.account, 0)).result()
    assert mailbox.store.read.message(original) is None


def test_of_two_equal_messages_in_a_folder_the_one_that_went_is_the_one_moved(
    mailbox: Mailbox,
) -> None:
    left, right = mailbox.record(mailbox.inbox, [letter(1), letter(2)])
    mailbox.record_one(mailbox.projects, letter(50))
    mailbox.vanish(mailbox.inbox, 2)
    assert mailbox.shown(mailbox.inbox) == [left]
    assert mailbox.shown(mailbox.projects) == [right]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_two_equal_messages_that_both_moved_stay_two(
    mailbox: Mailbox, order: tuple[int, int]
) -> None:
    keys = mailbox.record(mailbox.inbox, [letter(1), letter(2)])
    mailbox.record(mailbox.projects, [letter(50), letter(51)])
    for index in order:
        mailbox.vanish(mailbox.inbox, index + 1)
    assert sorted(mailbox.shown(mailbox.projects)) == keys


def test_a_move_seen_twice_is_one_message(mailbox: Mailbox) -> None:
    """Seen arriving, then the source is looked at twice, then both folders again."""
    key = mailbox.record_one(mailbox.inbox, letter(1))
    mailbox.record_one(mailbox.projects, letter(50))
    for _ in range(2):
        mailbox.vanish(mailbox.inbox, 1)
        mailbox.record_one(mailbox.projects, letter(50))
    assert mailbox.shown(mailbox.projects) == [key]


@pytest.mark.parametrize("merged_first", [True, False])
def test_a_copy_the_server_filed_is_one_with_the_row_that_waited_for_it(
    mailbox: Mailbox, merged_first: bool
) -> None:
    """A row moved to Sent Items without a UID, and the same message found there by its sync."""
    own = mailbox.record_one(mailbox.inbox, letter(1))
    place: tuple[FolderId, None] = (mailbox.sent, None)

    def moved() -> None:
        mailbox.store.write(lambda tx: tx.finish_intents([], moved={own: place})).result()

    if merged_first:
        moved()
    mailbox.record_one(mailbox.sent, letter(9))
    if not merged_first:
        moved()
    mailbox.vanish(mailbox.inbox, 1)
    assert mailbox.shown(mailbox.sent) == [own]
    assert mailbox.store.read.location(own) == (mailbox.sent, 9)


@pytest.mark.parametrize("arrives_first", [True, False])
def test_a_replaced_draft_is_another_message(mailbox: Mailbox, arrives_first: bool) -> None:
    """A new revision has another Message-ID or other octets; the old one vanishes for good."""
    old = mailbox.record_one(mailbox.projects, letter(1, octets=4))
    revision = letter(2, octets=9)
    new: list[MessageKey] = []
    if arrives_first:
        new.append(mailbox.record_one(mailbox.projects, revision))
    mailbox.vanish(mailbox.projects, 1)
    if not arrives_first:
        new.append(mailbox.record_one(mailbox.projects, revision))
    assert mailbox.shown(mailbox.projects) == new
    assert new != [old]
    mailbox.store.write(lambda tx: tx.purge_gone(mailbox.account, 0)).result()
    assert mailbox.store.read.message(old) is None
