"""A database that an older tuimail made: what its lists show before the background is through."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.inspection import assert_catalogue_is_right
from tests.store.mail import Mailbox
from tuimail.model.account import AccountId
from tuimail.model.folder import FolderRole
from tuimail.model.listing import AllInboxes, Everywhere, InFolder, Listing, Sort
from tuimail.model.search_language import parse_search
from tuimail.store.connection import Connection, open_writer, prepare_directory
from tuimail.store.migrations import migrate, migrations
from tuimail.store.store import Store

BEFORE_THE_CATALOGUE = 11
MESSAGES = 500


def _insert_mail(connection: Connection) -> None:
    connection.insert("INSERT INTO account (name) VALUES ('work')")
    for path, role in (("INBOX", "inbox"), ("Archive", "archive"), ("Deleted Items", "trash")):
        connection.insert(
            "INSERT INTO folder (account_id, path, name, delimiter, role, selectable, subscribed,"
            " shown, shown_path, uidvalidity) VALUES (1, ?1, ?1, '/', ?2, 1, 1, 1, ?1, 1)",
            (path, role),
        )
    for number in range(1, MESSAGES + 1):
        # Every third one in the Inbox answers the one before, and arrived in no order of keys.
        folder, answered = 1 + number % 2, f"<{number - 2}@x>" if number % 6 == 1 else None
        key = connection.insert(
            "INSERT INTO message (account_id, folder_id, uid, located, state, server_flags,"
            " server_keywords, shown_folder_id, flags, keywords, pending, internaldate, size,"
            " from_text, to_text, subject, has_attachment, message_id) VALUES"
            " (1, ?1, ?2, ?2, 0, ?3, '', ?1, ?3, '', 0, ?4, 1000, 'Kim Chu', 'me', ?5, 0, ?6)",
            (folder, number, number % 4 == 0, 1_700_000_000 + number * 7919 % 100_000,
             f"Message {number}", f"<{number}@x>"),
        )  # fmt: skip
        envelope = {
            "from_": [["Kim Chu", "kim", "contoso.example"]],
            "subject": f"Message {number}",
            "message_id": f"<{number}@x>",
        } | ({"in_reply_to": answered} if answered else {})
        connection.insert(
            "INSERT INTO message_detail (message_key, envelope, refs) VALUES (?, ?, '[]')",
            (key, json.dumps(envelope)),
        )


@pytest.fixture
def older(tmp_path: Path) -> Iterator[Store]:
    """A database of the schema before lists had a catalogue, opened by this tuimail."""
    steps, directory = tmp_path / "steps", tmp_path / "mail"
    steps.mkdir()
    for _, file in migrations()[:BEFORE_THE_CATALOGUE]:
        shutil.copy(file, steps)
    connection = open_writer(prepare_directory(directory))
    migrate(connection, steps)
    _insert_mail(connection)
    connection.close()
    with closing(Store.open(directory)) as store:
        yield store


def test_every_list_has_its_newest_mail_at_once(older: Store) -> None:
    """Mutation that turns it red: `Store.open` without `fill_first_windows`."""
    read = older.read
    inbox = read.folder_with_role(AccountId(1), FolderRole.INBOX)
    archive = read.folder_with_role(AccountId(1), FolderRole.ARCHIVE)
    assert inbox is not None and archive is not None
    for folder in (inbox, archive):
        newest = [row.key for row in read.newest(folder.id, 60)]
        assert len(newest) == 60
        for listing in (
            Listing(InFolder(folder.id)),
            Listing(InFolder(folder.id), conversations=True),
        ):
            shown = [row.key for row in read.listing(listing).first(20).rows]
            assert set(shown) <= set(newest)
            assert shown[0] == newest[0]
            assert len(shown) == 20
    for sort in Sort:
        assert read.listing(Listing(AllInboxes(), sort=sort)).first(5).rows
    found = parse_search("kim", now=read.newest(inbox.id, 1)[0].internaldate, me=()).search
    assert read.listing(Listing(Everywhere(), limit=found)).first(5).rows


def test_the_rest_follows_and_is_right(older: Store) -> None:
    """What was entered at once is not counted twice by what the background enters."""
    steps = 0
    while older.write(lambda tx: tx.enter_catalogue(100)).result(30):
        steps += 1
    assert steps == MESSAGES // 100
    read = older.read
    inbox = read.folder_with_role(AccountId(1), FolderRole.INBOX)
    assert inbox is not None
    conversations = read.listing(Listing(InFolder(inbox.id), conversations=True))
    assert len(conversations.first(MESSAGES).rows) == conversations.count()
    assert_catalogue_is_right(Mailbox(older, AccountId(1), *[inbox.id] * 4))
