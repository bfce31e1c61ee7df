"""What the server says is written down once, however often it is heard."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from tests.store.mail import ME, START, Mailbox, envelope, fetched, person
from tuimail.model.bodystructure import BodyPart, BodyStructure, MultiPart
from tuimail.model.changes import ChangeSet
from tuimail.model.envelope import Envelope
from tuimail.model.flags import FLAGGED, SEEN, Flags
from tuimail.model.folder import UID, FolderRole, FolderState, ListedFolder
from tuimail.model.intent import IntentState, Move, StoreFlags
from tuimail.model.message import BodyState, FetchedMessage
from tuimail.text.safe import SafeText, clean

WORDS = Flags.parse(["\\Seen", "$Forwarded", "work"])


def test_a_fetched_message_comes_back_whole(mailbox: Mailbox) -> None:
    head = Envelope(
        date=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
        subject=SafeText("Grüße 東京"),
        from_=(person(1),),
        cc=(ME, person(2)),
        in_reply_to="<parent@x>",
        message_id="<1@x>",
    )
    structure = MultiPart(
        "",
        "mixed",
        (
            BodyPart("1", "text", "plain", (("charset", "utf-8"),), None, "8bit", 12, 1),
            BodyPart("2", "message", "rfc822", size=9, message=envelope(7)),
            BodyPart(
                "3",
                "application",
                "pdf",
                size=99,
                disposition="attachment",
                filename=SafeText("a.pdf"),
            ),
        ),
        (("boundary", "b"),),
    )
    message = fetched(4, head=head, structure=structure, references=["<root@x>"], flags=WORDS)
    key = mailbox.record_one(mailbox.inbox, message)

    stored = mailbox.store.read.message(key)

    assert stored is not None
    assert stored.envelope == head
    assert stored.structure == structure
    assert stored.references == ("<root@x>",)
    assert (stored.server_folder_id, stored.uid) == (mailbox.inbox, 4)
    assert stored.summary.flags == WORDS
    assert stored.summary.has_attachment
    assert stored.summary.from_text == "Person 1"
    assert stored.summary.internaldate == message.internaldate


def test_hearing_the_same_twice_changes_nothing(mailbox: Mailbox) -> None:
    messages = [fetched(uid, flags=SEEN) for uid in (1, 2)]
    keys = mailbox.record(mailbox.inbox, messages)
    heard: list[ChangeSet] = []
    mailbox.store.subscribe(heard.append)

    assert mailbox.record(mailbox.inbox, messages) == keys
    unchanged = mailbox.store.write(
        lambda tx: tx.record_flags(mailbox.inbox, {UID(1): SEEN, UID(77): SEEN})
    )

    assert unchanged.result() == 0
    assert heard == []


def test_flags_that_are_news_are_counted_and_shown(mailbox: Mailbox) -> None:
    key = mailbox.record_one(mailbox.inbox, fetched(1))

    changed = mailbox.store.write(
        lambda tx: tx.record_flags(mailbox.inbox, {UID(1): SEEN | FLAGGED})
    ).result()

    row = mailbox.store.read.summary(key)
    assert changed == 1
    assert row is not None
    assert row.flags == SEEN | FLAGGED
    folder = mailbox.store.read.folder(mailbox.inbox)
    assert folder is not None
    assert folder.unread == 0


def test_a_vanished_message_is_not_shown_and_keeps_its_text(mailbox: Mailbox) -> None:
    key = mailbox.record_one(mailbox.inbox, fetched(1))
    mailbox.store.write(lambda tx: tx.store_part(key, "1", b"text")).result()

    mailbox.vanish(mailbox.inbox, 1, 99)

    read = mailbox.store.read
    assert mailbox.shown(mailbox.inbox) == []
    assert read.summary(key) is None
    assert read.location(key) is None
    assert read.part(key, "1") == b"text"
    assert read.find_by_message_id(mailbox.account, "<1@contoso.example>") == []


def test_a_vanished_message_that_turns_up_elsewhere_keeps_key_text_and_intents(
    mailbox: Mailbox,
) -> None:
    key = mailbox.record_one(mailbox.inbox, fetched(1))
    mailbox.store.write(lambda tx: tx.store_part(key, "1", b"text")).result()
    mailbox.submit(key, StoreFlags(add=FLAGGED))
    mailbox.vanish(mailbox.inbox, 1)

    found = mailbox.record_one(mailbox.projects, fetched(50, number=1))

    row = mailbox.store.read.summary(key)
    assert found == key
    assert row is not None
    assert row.folder_id == mailbox.projects
    assert row.flags == FLAGGED
    assert row.pending
    assert mailbox.store.read.location(key) == (mailbox.projects, 50)


def test_a_copy_in_another_folder_is_a_message_of_its_own(mailbox: Mailbox) -> None:
    original = mailbox.record_one(mailbox.inbox, fetched(1))
    copy = mailbox.record_one(mailbox.projects, fetched(50, number=1))

    assert copy != original
    assert mailbox.store.read.find_by_message_id(
        mailbox.account, "<1@contoso.example>", folder=mailbox.projects
    ) == [copy]


def test_gone_messages_are_deleted_after_the_grace_period_only(mailbox: Mailbox) -> None:
    key = mailbox.record_one(mailbox.inbox, fetched(1))
    mailbox.submit(key, Move(mailbox.trash))
    mailbox.vanish(mailbox.inbox, 1)
    purge = mailbox.store.write

    assert purge(lambda tx: tx.purge_gone(mailbox.account, 120)).result() == 0
    assert mailbox.store.read.counts().pending_intents == 1
    assert purge(lambda tx: tx.purge_gone(mailbox.account, 0)).result() == 1

    assert mailbox.store.read.counts().pending_intents == 0
    gone = mailbox.store.read.intents(states=[IntentState.GONE])
    assert [intent.key for intent in gone] == [key]
    assert mailbox.record_one(mailbox.inbox, fetched(1)) != key  # a key is never used twice


@pytest.mark.parametrize("message_id", ["<same@x>", None])
def test_two_messages_with_one_identity_are_paired_one_to_one(
    mailbox: Mailbox, message_id: str | None
) -> None:
    head = envelope(1, message_id=message_id)
    twins = [fetched(uid, number=1, head=head) for uid in (1, 2)]
    keys = mailbox.record(mailbox.inbox, twins)
    mailbox.store.write(lambda tx: tx.forget_uids(mailbox.inbox)).result()

    again = mailbox.record(mailbox.inbox, [fetched(uid, number=1, head=head) for uid in (8, 9)])

    assert again == keys
    assert mailbox.store.write(lambda tx: tx.finish_repairing(mailbox.inbox)).result() == 0


def test_two_messages_with_one_message_id_are_told_apart_by_when_they_came(
    mailbox: Mailbox,
) -> None:
    """Red when `internaldate` is taken out of `recording._pair`."""
    head = envelope(1)
    keys = mailbox.record(mailbox.inbox, [fetched(uid, head=head) for uid in (1, 2)])
    mailbox.store.write(lambda tx: tx.forget_uids(mailbox.inbox)).result()

    again = [fetched(8, number=2, head=head), fetched(9, number=1, head=head)]

    assert mailbox.record(mailbox.inbox, again) == keys[::-1]


def test_the_folder_of_a_uidvalidity_change_begins_again(mailbox: Mailbox) -> None:
    state = FolderState(7, UID(2), None, 1, UID(1), START, None)
    mailbox.store.write(lambda tx: tx.set_folder_state(mailbox.inbox, state)).result()
    before = mailbox.store.read.folder(mailbox.inbox)
    assert before is not None
    assert before.state == state

    mailbox.store.write(lambda tx: tx.forget_uids(mailbox.inbox)).result()

    folder = mailbox.store.read.folder(mailbox.inbox)
    assert folder is not None
    assert folder.state == FolderState(checked_at=START)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 2, 1, 0), (2, 0, 3, 1)])
def test_a_conversation_is_one_in_any_order_of_arrival_and_across_folders(
    mailbox: Mailbox, order: tuple[int, ...]
) -> None:
    mails = [
        fetched(1, head=envelope(1, message_id="<a>")),
        fetched(2, head=envelope(2, message_id="<b>", in_reply_to="<a>")),
        fetched(3, head=envelope(3, message_id="<c>"), references=["<a>", "<b>"]),
        fetched(4, head=envelope(4, message_id="<d>", in_reply_to="<c>")),
    ]
    stranger = mailbox.record_one(mailbox.inbox, fetched(9))
    keys = [
        mailbox.record_one(mailbox.sent if index % 2 else mailbox.inbox, mails[index])
        for index in order
    ]

    rows = [mailbox.store.read.summary(key) for key in [*keys, stranger]]

    threads = [row.thread_id for row in rows if row is not None]
    assert len(set(threads[:4])) == 1
    assert threads[4] not in threads[:4]


def test_a_references_field_of_thousands_costs_a_few_links(mailbox: Mailbox) -> None:
    references = [f"<{number}@x>" for number in range(5000)]
    mailbox.record_one(mailbox.inbox, fetched(1, references=references))
    before = mailbox.store.write(lambda tx: tx.read.query_count).result()

    mailbox.record_one(mailbox.inbox, fetched(2, references=references))

    after = mailbox.store.write(lambda tx: tx.read.query_count).result()
    assert after - before < 80


def test_hostile_values_are_stored_without_harm(mailbox: Mailbox) -> None:
    deep: BodyStructure = BodyPart("1", "text", "plain")
    for _ in range(2000):
        deep = MultiPart("1", "mixed", (deep,))
    worst = FetchedMessage(
        uid=UID(1),
        flags=Flags.parse(["lone\udc80", "\\Seen"]),
        internaldate=datetime(9999, 12, 31, tzinfo=UTC),
        size=10**30,
        envelope=Envelope(
            subject=clean("\x1b]0;owned\x07" + "x" * 100_000),
            from_=tuple(person(number) for number in range(10_000)),
            message_id="<lone\udc80@x>",
            in_reply_to="\udcff",
        ),
        structure=deep,
        references=("\ud800",) * 3,
    )
    key = mailbox.record_one(mailbox.inbox, worst)

    stored = mailbox.store.read.message(key)

    assert stored is not None
    assert stored.structure is None
    assert stored.summary.internaldate.year == 2262
    assert len(stored.summary.subject) == 1000
    assert len(stored.summary.from_text) < 1000
    assert mailbox.store.read.find_by_message_id(mailbox.account, "<lone\udc80@x>") == [key]


def test_a_message_without_a_usable_date_is_stored(mailbox: Mailbox) -> None:
    nowhen = FetchedMessage(UID(1), Flags(), None, -5, Envelope(), None)
    key = mailbox.record_one(mailbox.inbox, nowhen)

    row = mailbox.store.read.summary(key)

    assert row is not None
    assert row.internaldate == datetime(1970, 1, 1, tzinfo=UTC)
    assert mailbox.record_one(mailbox.inbox, nowhen) == key


def test_names_of_folders_are_clean_and_their_paths_exact(mailbox: Mailbox) -> None:
    paths = ["Evil/\x1b[2J\u202ename", "\u200b", "Evil/"]
    listed = [ListedFolder(path, "/", None, selectable=True, subscribed=True) for path in paths]
    mailbox.store.write(lambda tx: tx.sync_folders(mailbox.account, listed)).result()

    names = {folder.path: folder.name for folder in mailbox.store.read.folders(mailbox.account)}

    assert names == {
        "Evil/\x1b[2J\u202ename": "[2Jname",
        "\u200b": "(no name)",
        "Evil/": "Evil",
    }
    inbox = mailbox.store.read.folder_at_path(mailbox.account, "inbox")
    assert inbox is not None
    assert (inbox.path, inbox.name, inbox.role) == ("INBOX", "Inbox", None)


def test_bodies_are_kept_by_section_and_known_by_state(mailbox: Mailbox) -> None:
    first, second = mailbox.record(mailbox.inbox, [fetched(1), fetched(2)])

    write = mailbox.store.write

    write(lambda tx: tx.store_part(second, "1", b"old")).result()
    write(lambda tx: tx.store_part(second, "1", b"new")).result()
    write(lambda tx: tx.set_body(second, BodyState.COMPLETE, SafeText("Hi\x1b there"))).result()

    read = mailbox.store.read
    row = read.summary(second)
    assert row is not None
    assert (row.body, row.snippet) == (BodyState.COMPLETE, "Hi there")
    assert read.part(second, "1") == b"new"
    assert read.part(second, "") is None
    assert read.sections(second) == {"1"}
    assert read.without_body(mailbox.inbox, 10) == [first]


def test_addresses_written_to_come_before_those_seen(mailbox: Mailbox) -> None:
    mailbox.record(mailbox.inbox, [fetched(uid) for uid in (1, 2, 3)])
    sent = Envelope(to=(person(2),), message_id="<sent@x>")
    mailbox.record_one(mailbox.sent, fetched(1, head=sent))

    found = mailbox.store.read.complete_address("PERSON", 10)

    assert found == [person(2), person(3), person(1)]
    assert mailbox.store.read.complete_address("3", 10) == [person(3)]
    assert mailbox.store.read.complete_address("person1@", 10) == [person(1)]
    assert mailbox.store.read.complete_address("%", 10) == []
    assert mailbox.store.read.complete_address("", 10) == []


def test_the_folder_with_a_role_is_found(mailbox: Mailbox) -> None:
    trash = mailbox.store.read.folder_with_role(mailbox.account, FolderRole.TRASH)

    assert trash is not None
    assert trash.id == mailbox.trash
    assert mailbox.store.read.folder_with_role(mailbox.account, FolderRole.JUNK) is None


def test_texts_of_older_messages_are_not_wanted_when_those_of_the_newest_are_here(
    mailbox: Mailbox,
) -> None:
    """Guards against prefetching that creeps through a whole folder, a few texts per refresh."""
    keys = mailbox.record(mailbox.inbox, [fetched(uid) for uid in (1, 2, 3)])
    mailbox.store.write(lambda tx: tx.set_body(keys[2], BodyState.COMPLETE, clean(""))).result()
    assert mailbox.store.read.without_body(mailbox.inbox, 1) == []
    assert mailbox.store.read.without_body(mailbox.inbox, 2) == [keys[1]]
