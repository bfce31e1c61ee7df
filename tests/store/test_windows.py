"""List windows: the same rows whichever way they are reached, one statement each."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from tests.store.mail import START, Mailbox, fetched
from tuimail.model.flags import SEEN
from tuimail.model.folder import UID, FolderId, FolderRole, ListedFolder
from tuimail.model.intent import Move
from tuimail.model.listing import Anchor, InFolder, Listing, ListRow, Window
from tuimail.model.message import MessageKey
from tuimail.store.listings import ListReader

NOBODY = FolderId(999)


def listed(mailbox: Mailbox, folder: FolderId) -> ListReader:
    """Read a folder as the screen does where conversations are off."""
    return mailbox.store.read.listing(Listing(InFolder(folder)))


@pytest.fixture
def tied(mailbox: Mailbox) -> tuple[ListRow, ...]:
    """Fill the inbox with 30 messages of which each five arrived in the same second."""
    mailbox.record(
        mailbox.inbox,
        [fetched(uid, at=START + timedelta(seconds=uid // 5)) for uid in range(1, 31)],
    )
    return listed(mailbox, mailbox.inbox).first(100).rows


def test_a_list_is_ordered_newest_first_and_ties_by_key(
    mailbox: Mailbox, tied: tuple[ListRow, ...]
) -> None:
    positions = [row.message.position for row in tied]

    assert len(tied) == 30
    assert positions == sorted(positions, reverse=True)
    assert [row.message for row in tied] == mailbox.store.read.newest(mailbox.inbox, 100)


def test_windows_before_and_after_a_row_are_exclusive_and_adjacent_over_ties(
    mailbox: Mailbox, tied: tuple[ListRow, ...]
) -> None:
    reader = listed(mailbox, mailbox.inbox)

    for index, row in enumerate(tied):
        assert reader.after(row.anchor, 4).rows == tied[index + 1 : index + 5]
        assert reader.before(row.anchor, 4).rows == tied[max(0, index - 4) : index]


def test_at_and_rank_are_inverse_over_ties(mailbox: Mailbox, tied: tuple[ListRow, ...]) -> None:
    reader = listed(mailbox, mailbox.inbox)

    for index, row in enumerate(tied):
        assert reader.rank(row.anchor) == index
        assert reader.at(index, 3).rows == tied[index : index + 3]
    assert reader.rank(Anchor(0, 0, MessageKey(0))) == 30
    assert reader.at(-5, 2).rows == tied[:2]


def test_the_last_window_is_the_end_of_the_list(
    mailbox: Mailbox, tied: tuple[ListRow, ...]
) -> None:
    assert listed(mailbox, mailbox.inbox).last(7).rows == tied[-7:]


def test_windows_of_an_empty_or_unknown_folder_are_empty(mailbox: Mailbox) -> None:
    somewhere = Anchor(0, 1, MessageKey(1))

    for folder in (mailbox.projects, NOBODY):
        reader = listed(mailbox, folder)
        windows = (
            reader.first(5),
            reader.last(5),
            reader.after(somewhere, 5),
            reader.before(somewhere, 5),
            reader.at(3, 5),
        )
        assert [window.rows for window in windows] == [()] * 5
        assert reader.rank(somewhere) == 0
        assert mailbox.store.read.newest(folder, 5) == []


@pytest.mark.parametrize("conversations", [False, True], ids=["one by one", "conversations"])
@pytest.mark.parametrize(
    "window",
    [
        lambda reader: reader.first(20),
        lambda reader: reader.last(20),
        lambda reader: reader.after(Anchor(0, 2**31, MessageKey(1)), 20),
        lambda reader: reader.before(Anchor(0, 0, MessageKey(1)), 20),
        lambda reader: reader.at(5, 20),
    ],
    ids=["first", "last", "after", "before", "at"],
)
def test_a_list_window_is_one_statement(
    mailbox: Mailbox,
    tied: tuple[ListRow, ...],
    window: Callable[[ListReader], Window],
    conversations: bool,
) -> None:
    read = mailbox.store.read
    before = read.query_count

    reader = read.listing(Listing(InFolder(mailbox.inbox), conversations=conversations))
    rows = window(reader).rows

    assert len(rows) == 20
    assert read.query_count - before == 1


def test_one_message_is_one_statement(mailbox: Mailbox, tied: tuple[ListRow, ...]) -> None:
    read = mailbox.store.read
    before = read.query_count

    assert read.summary(tied[0].key) == tied[0].message
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
