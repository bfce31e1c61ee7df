"""Conversations: what ties messages, what does not, and what is read of them."""

from __future__ import annotations

from dataclasses import replace

from tests.store.inspection import assert_catalogue_is_right, raw_connection
from tests.store.mail import Mailbox, envelope, fetched
from tuimail.model.flags import SEEN
from tuimail.model.intent import Move
from tuimail.model.listing import InFolder, Listing
from tuimail.model.message import FetchedMessage
from tuimail.store.check_rows import mend_threads

INDEX = "00112233445566778899aabbccddeeff"


def indexed(uid: int, subject: str, index: str = INDEX) -> FetchedMessage:
    return replace(fetched(uid, head=envelope(uid, subject=subject)), thread_index=index)


def test_thread_index_ties_messages_with_one_subject(mailbox: Mailbox) -> None:
    """Exchange writes no References in everything; a reused Thread-Index ties no other subject."""
    first, answer, other, else_ = mailbox.record(
        mailbox.inbox,
        [
            indexed(1, "Ünder way"),
            indexed(2, "AW: under way"),
            indexed(3, "Something else"),
            indexed(4, "Ünder way", "ff" * 16),
        ],
    )
    read = mailbox.store.read

    assert [one.key for one in read.thread(first)] == [first, answer]
    assert [one.key for one in read.thread(other)] == [other]
    assert [one.key for one in read.thread(else_)] == [else_]


def test_what_was_fetched_before_is_tied_when_it_is_fetched_again(mailbox: Mailbox) -> None:
    first = mailbox.record_one(mailbox.inbox, replace(indexed(1, "Plan"), thread_index=None))
    answer = mailbox.record_one(mailbox.sent, indexed(2, "Re: Plan"))
    assert len(mailbox.store.read.thread(first)) == 1

    mailbox.record_one(mailbox.inbox, indexed(1, "Plan"))

    assert [one.key for one in mailbox.store.read.thread(first)] == [first, answer]
    assert_catalogue_is_right(mailbox)


def test_conversations_are_made_again_from_what_is_stored(mailbox: Mailbox) -> None:
    keys = mailbox.record(mailbox.inbox, [indexed(uid, "Re: Plan") for uid in (1, 2, 3)])
    with raw_connection(mailbox.store.directory) as connection:
        connection.execute("UPDATE message SET thread_id = NULL")
        connection.execute("DELETE FROM thread_link")
    mailbox.store.write(lambda tx: mend_threads(tx._tx)).result(30)

    assert [one.key for one in mailbox.store.read.thread(keys[2])] == keys
    assert_catalogue_is_right(mailbox)


def test_what_is_thrown_away_leaves_the_conversation_and_is_one_in_the_trash(
    mailbox: Mailbox,
) -> None:
    root = mailbox.record_one(mailbox.sent, fetched(1, flags=SEEN))
    inbox = mailbox.record(
        mailbox.inbox,
        [fetched(uid, head=envelope(uid, in_reply_to="<1@contoso.example>")) for uid in (2, 3)],
    )
    read = mailbox.store.read
    folded = read.listing(Listing(InFolder(mailbox.inbox), conversations=True))
    row = folded.row(root)
    assert row is not None
    assert row.key == inbox[1]
    assert row.conversation is not None
    assert (row.conversation.count, row.conversation.unread) == (3, 2)
    assert row.conversation.senders == ("Person 3", "Person 2", "me")

    mailbox.submit(inbox[1], Move(mailbox.trash))

    row = folded.row(inbox[0])
    assert row is not None
    assert row.key == inbox[0]
    assert row.conversation is not None
    assert (row.conversation.count, row.conversation.unread) == (2, 1)
    assert [one.key for one in read.thread(root)] == [root, inbox[0]]
    # In the trash all of it belongs together.
    assert [one.key for one in read.thread(inbox[1])] == [root, *inbox]
    thrown = read.listing(Listing(InFolder(mailbox.trash), conversations=True)).row(inbox[1])
    assert thrown is not None
    assert thrown.conversation is not None
    assert thrown.conversation.count == 3
    assert thrown.conversation.pending


def test_what_each_message_answers_is_read_from_what_was_fetched(mailbox: Mailbox) -> None:
    """Mutation that turns it red: `answered` without `other < (received, key)`."""
    names = [f"<{number}@contoso.example>" for number in range(6)]
    first, second, third, fourth, fifth = mailbox.record(
        mailbox.inbox,
        [
            # Its own answer arrived before it, if one believes it.
            fetched(1, head=envelope(1, in_reply_to=names[5])),
            fetched(2, head=envelope(2, in_reply_to=names[1])),
            fetched(3, head=envelope(3, in_reply_to=names[2]), references=names[1:3]),
            # What it answers is not here: the latest of References that is.
            fetched(4, head=envelope(4, in_reply_to="<gone@contoso.example>"),
                    references=[names[1], names[2], "<gone@contoso.example>"]),
            fetched(5, head=envelope(5, in_reply_to=names[3])),
        ],
    )  # fmt: skip
    reader = mailbox.store.read.listing(Listing(InFolder(mailbox.inbox), conversations=True))
    (row,) = reader.first(5).rows
    assert row.conversation is not None
    children = reader.children(row.conversation.id)

    assert reader.answered(row.conversation.id, children) == {
        second: first, third: second, fourth: second, fifth: third,
    }  # fmt: skip
    # What is not shown is answered by nobody.
    shown = [one for one in children if one.key != third]
    assert reader.answered(row.conversation.id, shown) == {second: first, fourth: second}
