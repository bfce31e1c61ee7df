"""List windows: the same rows whichever way they are reached, one statement each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.store.mail import START, Mailbox, fetched
from tuimail.model.flags import SEEN
from tuimail.model.folder import UID, FolderId, FolderRole, ListedFolder
from tuimail.model.intent import Move
from tuimail.model.message import MessageKey, MessageSummary, Position
from tuimail.store.store import Reader

NOBODY = FolderId(999)


@pytest.fixture
def tied(mailbox: Mailbox) -> list[MessageSummary]:
    """Fill the inbox with 30 messages of which each five arrived in the same second."""
    mailbox.record(
        mailbox.inbox,
        [fetched(uid, at=START + timedelta(seconds=uid // 5)) for uid in range(1, 31)],
    )
    return mailbox.store.read.newest(mailbox.inbox, 100)


def test_a_list_is_ordered_newest_first_and_ties_by_key(
    mailbox: Mailbox, tied: list[MessageSummary]
) -> None:
    positions = [row.position for row in tied]

    assert len(tied) == 30
    assert positions == sorted(positions, reverse=True)


def test_older_and_newer_windows_are_exclusive_and_adjacent_over_ties(
    mailbox: Mailbox, tied: list[MessageSummary]
) -> None:
    read = mailbox.store.read

    for index, row in enumerate(tied):
        assert read.older(mailbox.inbox, row.position, 4) == tied[index + 1 : index + 5]
        assert read.newer(mailbox.inbox, row.position, 4) == tied[max(0, index - 4) : index]


def test_at_and_rank_are_inverse_over_ties(mailbox: Mailbox, tied: list[MessageSummary]) -> None:
    read = mailbox.store.read

    for index, row in enumerate(tied):
        assert read.rank(mailbox.inbox, row.position) == index
        assert read.at(mailbox.inbox, index, 3) == tied[index : index + 3]
    assert read.rank(mailbox.inbox, Position(0, MessageKey(0))) == 30
    assert read.at(mailbox.inbox, -5, 2) == tied[:2]


def test_the_last_window_is_the_end_of_the_list(
    mailbox: Mailbox, tied: list[MessageSummary]
) -> None:
    assert mailbox.store.read.oldest(mailbox.inbox, 7) == tied[-7:]


def test_windows_of_an_empty_or_unknown_folder_are_empty(mailbox: Mailbox) -> None:
    read = mailbox.store.read
    somewhere = Position(1, MessageKey(1))

    for folder in (mailbox.projects, NOBODY):
        assert read.newest(folder, 5) == read.oldest(folder, 5) == []
        assert read.older(folder, somewhere, 5) == read.newer(folder, somewhere, 5) == []
        assert read.at(folder, 3, 5) == []
        assert read.rank(folder, somewhere) == 0


@pytest.mark.parametrize(
    "window",
    [
        lambda read, folder: read.newest(folder, 20),
        lambda read, folder: read.oldest(folder, 20),
        lambda read, folder: read.older(folder, Position(2**31, MessageKey(1)), 20),
        lambda read, folder: read.newer(folder, Position(0, MessageKey(1)), 20),
        lambda read, folder: read.at(folder, 5, 20),
    ],
    ids=["newest", "oldest", "older", "newer", "at"],
)
def test_a_list_window_is_one_statement(
    mailbox: Mailbox,
    tied: list[MessageSummary],
    window: Callable[[Reader, FolderId], list[MessageSummary]],
) -> None:
    read = mailbox.store.read
    before = read.query_count

    rows = window(read, mailbox.inbox)

    assert len(rows) == 20
    assert read.query_count - before == 1


def test_one_message_is_one_statement(mailbox: Mailbox, tied: list[MessageSummary]) -> None:
    read = mailbox.store.read
    before = read.query_count

    assert read.summary(tied[0].key) == tied[0]
    assert read.message(tied[0].key) is not None
    assert read.location(tied[0].key) == (mailbox.inbox, 30)

    assert read.query_count - before == 3


def test_lists_of_sent_mail_show_the_recipients(mailbox: Mailbox) -> None:
    received = mailbox.record_one(mailbox.inbox, fetched(1, flags=SEEN))
    mailbox.record_one(mailbox.sent, fetched(1, number=2))

    assert mailbox.store.read.newest(mailbox.inbox, 1)[0].from_text == "Person 1"
    assert mailbox.store.read.newest(mailbox.sent, 1)[0].from_text == "to Me"

    mailbox.submit(received, Move(mailbox.sent))
    moved = mailbox.store.read.summary(received)
    assert moved is not None
    assert moved.from_text == "to Me"


def test_folders_come_with_a_role_first_and_then_by_path(mailbox: Mailbox) -> None:
    listed = [
        ListedFolder("zeta", "/", None, selectable=True, subscribed=True),
        ListedFolder("Alpha", "/", None, selectable=True, subscribed=True),
        ListedFolder("Junk", "/", FolderRole.JUNK, selectable=True, subscribed=True),
        ListedFolder("Archive", "/", FolderRole.ARCHIVE, selectable=True, subscribed=False),
        ListedFolder("Drafts", "/", FolderRole.DRAFTS, selectable=True, subscribed=True),
        ListedFolder("Inbox", "/", FolderRole.INBOX, selectable=True, subscribed=True),
        ListedFolder("Unread", "/", None, selectable=True, subscribed=False),
        ListedFolder("Calendar", "/", None, selectable=True, subscribed=True, has_mail=False),
    ]
    mailbox.store.write(lambda tx: tx.sync_folders(mailbox.account, listed)).result()

    shown = [folder.path for folder in mailbox.store.read.folders(mailbox.account)]

    assert shown == ["INBOX", "Drafts", "Archive", "Junk", "Alpha", "zeta"]


def test_folders_that_are_not_listed_keep_their_mail(mailbox: Mailbox) -> None:
    key = mailbox.record_one(mailbox.projects, fetched(1))

    mailbox.store.write(lambda tx: tx.sync_folders(mailbox.account, [])).result()

    assert mailbox.store.read.folders(mailbox.account) == []
    hidden = mailbox.store.read.folder_at_path(mailbox.account, "Projects")
    assert hidden is not None
    assert hidden.total == 1
    assert mailbox.store.read.summary(key) is not None


def test_known_uids_are_told_by_range(mailbox: Mailbox) -> None:
    mailbox.record(mailbox.inbox, [fetched(uid) for uid in (3, 5, 9)])
    read = mailbox.store.read

    assert read.uids(mailbox.inbox, UID(4), UID(9)) == [5, 9]
    assert read.extent(mailbox.inbox) == (3, 9)
    assert read.extent(mailbox.projects) is None
    assert list(read.server_flags(mailbox.inbox, UID(1), UID(5))) == [3, 5]
