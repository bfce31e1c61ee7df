"""What is kept for reading without a network: choices, what is missing, space, eviction."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.store.inspection import assert_space_is_counted, raw_connection
from tests.store.mail import START, Mailbox, fetched, open_mailbox
from tuimail.model.bodystructure import BodyPart, MultiPart
from tuimail.model.download import DownloadPolicy, DownloadRules, Keep
from tuimail.model.flags import FLAGGED
from tuimail.model.folder import FolderRole
from tuimail.model.intent import Move, StoreFlags
from tuimail.model.message import BodyState, MessageKey
from tuimail.store.connection import open_writer, prepare_directory
from tuimail.store.migrations import migrate, migrations

WITH_FILE = MultiPart(
    "",
    "mixed",
    (
        BodyPart("1", "text", "plain", size=10),
        BodyPart("2", "application", "pdf", size=50, disposition="attachment"),
    ),
)


def keep(
    mailbox: Mailbox, key: MessageKey, data: bytes = b"0123456789", section: str = "1"
) -> None:
    def store(tx: object) -> None:
        tx.store_part(key, section, data)  # type: ignore[attr-defined]
        if section == "1":
            tx.set_body(key, BodyState.COMPLETE)  # type: ignore[attr-defined]

    mailbox.store.write(store).result(30)


def test_a_choice_is_kept_for_a_folder_and_taken_back(mailbox: Mailbox) -> None:
    wanted = DownloadPolicy(Keep.ALL, 90)
    mailbox.store.write(lambda tx: tx.choose_download(mailbox.inbox, wanted)).result(30)
    assert mailbox.store.read.download_choices(mailbox.account) == {mailbox.inbox: wanted}
    mailbox.store.write(lambda tx: tx.choose_download(mailbox.inbox, None)).result(30)
    assert mailbox.store.read.download_choices(mailbox.account) == {}


def test_what_was_chosen_wins_and_rubbish_is_not_kept_by_default(mailbox: Mailbox) -> None:
    rules = DownloadRules(DownloadPolicy(Keep.TEXT, 30))
    inbox = mailbox.store.read.folder(mailbox.inbox)
    trash = mailbox.store.read.folder_with_role(mailbox.account, FolderRole.TRASH)
    assert inbox is not None
    assert trash is not None
    everything = DownloadPolicy(Keep.ALL)
    assert rules.policy(inbox, {}) == rules.default
    assert rules.policy(trash, {}).keep is Keep.HEADERS
    assert rules.policy(trash, {trash.id: everything}) == everything


def test_missing_texts_come_newest_first_and_only_of_the_days_asked_for(mailbox: Mailbox) -> None:
    keys = mailbox.record(
        mailbox.inbox, [fetched(uid, at=START + timedelta(days=uid)) for uid in range(1, 6)]
    )
    keep(mailbox, keys[3])
    read = mailbox.store.read
    since = START + timedelta(days=2)
    missing = read.missing_texts(mailbox.inbox, since, None, 10)
    assert [one.key for one in missing] == [keys[4], keys[2], keys[1]]
    rest = read.missing_texts(mailbox.inbox, None, missing[1], 10)
    assert [one.key for one in rest] == [keys[1], keys[0]]
    assert read.download_counts(mailbox.inbox, since, largest=None) == (1, 4)


def test_what_is_being_moved_is_not_asked_for(mailbox: Mailbox) -> None:
    """Guards against asking for ever for what has no UID."""
    key = mailbox.record_one(mailbox.inbox, fetched(1))
    moved = {key: (mailbox.projects, None)}
    mailbox.submit(key, Move(mailbox.projects))
    (intent,) = mailbox.store.read.intents(mailbox.account)
    mailbox.store.write(lambda tx: tx.finish_intents([intent.id], moved=moved)).result(30)
    assert mailbox.store.read.missing_texts(mailbox.projects, None, None, 10) == []


def test_files_are_missing_until_they_were_fetched_up_to_the_size(mailbox: Mailbox) -> None:
    key = mailbox.record_one(mailbox.inbox, fetched(1, structure=WITH_FILE))
    mailbox.record_one(mailbox.inbox, fetched(2))
    keep(mailbox, key)

    def missing(largest: int) -> list[MessageKey]:
        found = mailbox.store.read.missing_files(
            mailbox.inbox, None, None, largest=largest, limit=10
        )
        return [one.key for one in found]

    assert missing(100) == [key]
    assert mailbox.store.read.download_counts(mailbox.inbox, None, largest=100) == (0, 2)
    mailbox.store.write(lambda tx: tx.set_files_kept(key, 100)).result(30)
    assert missing(100) == []
    assert missing(200) == [key]


def test_the_space_follows_parts_moves_merges_and_deletions(mailbox: Mailbox) -> None:
    """Red when `message_space_changed` forgets `shown_folder_id`."""
    one, two, three = mailbox.record(mailbox.inbox, [fetched(uid) for uid in (1, 2, 3)])
    keep(mailbox, one)
    keep(mailbox, one, b"01234", "2")
    keep(mailbox, one, b"012345678901", "2")
    keep(mailbox, two)
    keep(mailbox, three)
    assert mailbox.store.read.space() == {mailbox.inbox: 42}
    mailbox.submit(two, Move(mailbox.projects))
    assert mailbox.store.read.space(mailbox.account) == {mailbox.inbox: 32, mailbox.projects: 10}
    mailbox.store.write(lambda tx: tx.merge(one, three)).result(30)
    assert_space_is_counted(mailbox)
    mailbox.vanish(mailbox.inbox, 1, 3)
    assert_space_is_counted(mailbox)
    mailbox.store.write(lambda tx: tx.purge_gone(mailbox.account, -1.0)).result(30)
    assert_space_is_counted(mailbox)
    assert mailbox.store.read.space() == {mailbox.projects: 10}


def test_what_is_let_go_can_be_fetched_again_and_what_is_pending_stays(mailbox: Mailbox) -> None:
    """Red when `evict` does not ask for `pending = 0`."""
    one, two = mailbox.record(mailbox.inbox, [fetched(1), fetched(2)])
    keep(mailbox, one)
    keep(mailbox, two)
    mailbox.submit(two, StoreFlags(add=FLAGGED))
    parts = mailbox.store.read.kept_parts(0, 10)
    assert [(part.key, part.kept, part.pending) for part in parts] == [
        (one, 10, False),
        (two, 10, True),
    ]
    assert mailbox.store.write(lambda tx: tx.evict([one, two])).result(30) == 10
    assert mailbox.store.read.part(one, "1") is None
    assert mailbox.store.read.part(two, "1") == b"0123456789"
    missing = mailbox.store.read.missing_texts(mailbox.inbox, None, None, 10)
    assert [position.key for position in missing] == [one]
    assert_space_is_counted(mailbox)


def test_what_was_kept_before_is_counted_after_the_migration(tmp_path: Path) -> None:
    old = next(number for number, file in migrations() if "downloads" in file.name)
    directory = tmp_path / "data"
    before = tmp_path / "sql"
    before.mkdir()
    for number, file in migrations():
        if number < old:
            (before / file.name).write_bytes(file.read_bytes())
    connection = open_writer(prepare_directory(directory), busy_timeout=1.0)
    migrate(connection, before)
    connection.close()
    with raw_connection(directory) as raw:
        raw.execute("INSERT INTO account (id, name) VALUES (1, 'work')")
        raw.execute(
            "INSERT INTO folder (id, account_id, path, name, selectable, subscribed, shown)"
            " VALUES (1, 1, 'INBOX', 'Inbox', 1, 1, 1)"
        )
        raw.execute(
            "INSERT INTO message (id, account_id, folder_id, uid, located, state, server_flags,"
            " server_keywords, shown_folder_id, flags, keywords, pending, internaldate, size,"
            " from_text, to_text, subject, has_attachment)"
            " VALUES (1, 1, 1, 1, 1, 0, 0, '', 1, 0, '', 0, 1, 1, '', '', '', 0)"
        )
        raw.execute("INSERT INTO part_body (message_key, section, data) VALUES (1, '1', x'00ff')")
    mailbox = open_mailbox(directory)
    try:
        assert mailbox.store.read.space() == {1: 2}
        assert_space_is_counted(mailbox)
    finally:
        mailbox.store.close()
