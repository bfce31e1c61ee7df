"""Windows of listings: every place and order, walked from both ends, is what sorting would give."""

from __future__ import annotations

from tests.store.mail import Mailbox, fetched
from tuimail.model.listing import AllInboxes, InFolder, Listing, ListRow
from tuimail.store.listings import ListReader


def walk(reader: ListReader, step: int) -> list[ListRow]:
    """Go through a listing from its beginning, `step` rows at a time."""
    found: list[ListRow] = []
    window = reader.first(step)
    while window.rows or window.resume:
        found += window.rows
        window = reader.after(window.resume or window.rows[-1].anchor, step)
    return found


def walk_back(reader: ListReader, step: int) -> list[ListRow]:
    found: list[ListRow] = []
    window = reader.last(step)
    while window.rows or window.resume:
        found[:0] = window.rows
        window = reader.before(window.resume or window.rows[0].anchor, step)
    return found


def test_a_folder_is_walked_from_either_end(mailbox: Mailbox) -> None:
    keys = mailbox.record(mailbox.inbox, [fetched(uid, number=uid // 2) for uid in range(1, 30)])
    mailbox.record(mailbox.projects, [fetched(uid, number=100 + uid) for uid in range(1, 5)])
    for reverse in (False, True):
        reader = mailbox.store.read.listing(Listing(InFolder(mailbox.inbox), reverse=reverse))
        expected = keys if reverse else keys[::-1]

        assert [row.key for row in walk(reader, 7)] == expected
        assert [row.key for row in walk_back(reader, 7)] == expected
        assert [row.key for row in reader.at(11, 5).rows] == expected[11:16]
        assert reader.count() == len(keys)
        anchor = reader.at(17, 1).rows[0].anchor
        assert reader.rank(anchor) == 17


def test_all_inboxes_are_one_list(mailbox: Mailbox) -> None:
    store = mailbox.store
    assert store.read.listing(Listing(AllInboxes())).first(10).rows == ()
