"""Windows of listings: every place, order and limit, from both ends, is what sorting gives."""

from __future__ import annotations

import asyncio
import itertools
import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.store.inspection import assert_catalogue_is_right
from tests.store.mail import LISTED, ME, START, Mailbox, envelope, fetched, open_mailbox, person
from tuimail.model.account import AccountId
from tuimail.model.bodystructure import BodyPart
from tuimail.model.flags import ANSWERED, FLAGGED, SEEN, Flags
from tuimail.model.folder import FolderId
from tuimail.model.listing import (
    AllInboxes,
    Everywhere,
    Flagged,
    InFolder,
    Listing,
    ListRow,
    Place,
    Sort,
)
from tuimail.model.message import FetchedMessage, Message, MessageKey
from tuimail.model.search_language import parse_search
from tuimail.store import catalogue
from tuimail.store.listings import ListReader
from tuimail.sync.cataloguing import enter_what_was_here
from tuimail.text.address import make_address
from tuimail.text.folding import fold_subject
from tuimail.text.safe import SafeText

NAMES = ["Ådne Ås", "anna", "Zoë", "ägir", "山田 太郎", '"Quote" Q', "Ωmega", "Ben", "ben", ""]
SUBJECTS = [
    "Budget",
    "Re: Budget",
    "AW: ünder",
    "会议 notes",
    "",
    "Re:",
    "x" * 10_000,
    "Zebra",
    "🦓",
]
KEYWORDS = frozenset({"$Important"})


class Everything:
    """Two accounts full of mail, and all of it as a list of messages."""

    def __init__(self, mailbox: Mailbox) -> None:
        self.mailbox = mailbox
        self.read = mailbox.store.read
        self.other = mailbox.store.write(lambda tx: tx.ensure_account("other")).result(30)
        mailbox.store.write(lambda tx: tx.sync_folders(self.other, LISTED)).result(30)
        inbox = self.read.folder_at_path(self.other, "INBOX")
        assert inbox is not None
        self.other_inbox = inbox.id
        rng = random.Random(20261128)
        self.keys: list[MessageKey] = []
        for folder in (*mailbox.folders, self.other_inbox):
            messages = [self._message(rng, uid) for uid in range(1, 41)]
            self.keys += mailbox.record(folder, messages)

    def _message(self, rng: random.Random, uid: int) -> FetchedMessage:
        number = rng.randrange(1000)
        head = envelope(number, subject=rng.choice(SUBJECTS), message_id=f"<{number}-{uid}@x>")
        who = make_address(rng.choice(NAMES), f"p{number % 5}@contoso.example")
        head = replace(head, from_=(who,), to=(ME, person(number % 3)))
        if rng.random() < 0.5:
            head = replace(head, in_reply_to=f"<root-{number % 7}@x>")
        dates = [None, datetime(1601, 1, 1, tzinfo=UTC), datetime(4501, 1, 1, tzinfo=UTC)]
        message = fetched(
            uid,
            head=head,
            flags=Flags(rng.choice([SEEN, FLAGGED, ANSWERED, Flags()]).system, KEYWORDS)
            if uid % 9 == 0
            else rng.choice([SEEN, FLAGGED, ANSWERED | SEEN, Flags(), FLAGGED | SEEN]),
            at=START + timedelta(seconds=rng.randrange(40)),
            size=rng.choice([10, 1000, 1000, 3_000_000]),
            structure=BodyPart("1", "application", "pdf", disposition="attachment")
            if uid % 4 == 0
            else None,
        )
        if uid % 13 == 0:
            date = dates[uid // 13 - 1]
            message = replace(message, internaldate=date, envelope=replace(head, date=date))
        return message

    def messages(self) -> list[Message]:
        found = (self.read.message(key) for key in self.keys)
        return [one for one in found if one is not None]


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Everything]:
    mailbox = open_mailbox(tmp_path_factory.mktemp("listings"))
    yield Everything(mailbox)
    mailbox.store.close()


def walk(reader: ListReader, step: int, reach: int) -> list[ListRow]:
    """Go through a listing from its beginning, `step` rows at a time."""
    found: list[ListRow] = []
    window = reader.first(step, reach=reach)
    while window.rows or window.resume:
        assert len(window.rows) <= step
        found += window.rows
        window = reader.after(window.resume or window.rows[-1].anchor, step, reach=reach)
    return found


def walk_back(reader: ListReader, step: int, reach: int) -> list[ListRow]:
    found: list[ListRow] = []
    window = reader.last(step, reach=reach)
    while window.rows or window.resume:
        found[:0] = window.rows
        window = reader.before(window.resume or window.rows[0].anchor, step, reach=reach)
    return found


def places(world: Everything) -> dict[str, tuple[Place, Callable[[Message], bool]]]:
    box = world.mailbox
    inboxes = (box.inbox, world.other_inbox)

    def folder(one: Message) -> FolderId:
        return one.summary.folder_id

    return {
        "folder": (InFolder(box.inbox), lambda one: folder(one) == box.inbox),
        "sent": (InFolder(box.sent), lambda one: folder(one) == box.sent),
        "inboxes": (AllInboxes(), lambda one: folder(one) in inboxes),
        "one inbox": (
            AllInboxes(frozenset({world.other})),
            lambda one: folder(one) == world.other_inbox,
        ),
        "no inbox": (AllInboxes(frozenset({AccountId(99)})), lambda one: False),
        "flagged": (
            Flagged(),
            lambda one: one.summary.flags.is_flagged and folder(one) != box.trash,
        ),
        "everywhere": (Everywhere(), lambda one: True),
        "one account": (
            Everywhere(frozenset({box.account})),
            lambda one: one.summary.account_id == box.account,
        ),
    }


def newest_first(one: Message) -> tuple[int, int]:
    date, key = one.summary.position
    return -date, -key


def order(sort: Sort, role: str | None) -> Callable[[Message], tuple[object, ...]]:
    keys: dict[Sort, Callable[[Message], object]] = {
        Sort.DATE: lambda one: 0,
        Sort.SENDER: lambda one: catalogue.sort_keys(one.envelope, role).sender,
        Sort.SUBJECT: lambda one: catalogue.sort_keys(one.envelope, role).subject,
        Sort.SIZE: lambda one: -one.summary.size,
        Sort.UNREAD: lambda one: one.summary.flags.is_seen,
        Sort.FLAGGED: lambda one: not one.summary.flags.is_flagged,
    }
    return lambda one: (keys[sort](one), *newest_first(one))


LIMITS: dict[str, Callable[[Message], bool]] = {
    "": lambda one: True,
    "is:unread": lambda one: not one.summary.flags.is_seen,
    "is:read": lambda one: one.summary.flags.is_seen,
    "is:flagged": lambda one: one.summary.flags.is_flagged,
    "-is:flagged is:answered": lambda one: (
        not one.summary.flags.is_flagged and one.summary.flags.is_answered
    ),
    "flag:$important": lambda one: "$Important" in one.summary.flags.keywords,
    "subject:budget": lambda one: "budget" in fold_subject(one.envelope.subject),
    "subject:UNDER": lambda one: "under" in fold_subject(one.envelope.subject),
    "会议": lambda one: "会议" in one.envelope.subject,
    "🦓": lambda one: "🦓" in one.envelope.subject,
    "-budget": lambda one: "budget" not in fold_subject(one.envelope.subject),
    "from:anna,ben": lambda one: one.envelope.from_[0].name in ("anna", "Ben", "ben"),
    "from:as": lambda one: one.envelope.from_[0].name == "Ådne Ås",
    "to:person1": lambda one: one.envelope.to[1].mailbox == "person1",
    "contoso.example budget": lambda one: "budget" in fold_subject(one.envelope.subject),
    'from:\'"quote"\' from:"\\"quote\\""': lambda one: False,
    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx": lambda one: (
        one.envelope.subject.startswith("xxx")
    ),
    "has:attachment": lambda one: one.summary.has_attachment,
    "larger:1M": lambda one: one.summary.size > 1 << 20,
    "before:1980": lambda one: one.summary.internaldate.year < 1980,
    "on:2026-11-01": lambda one: one.summary.internaldate.date() == START.date(),
    "nowhere-to-be-found": lambda one: False,
}


@pytest.mark.parametrize("name", ["folder", "sent", "inboxes", "one inbox", "no inbox"])
@pytest.mark.parametrize("sort", Sort)
def test_every_order_is_walked_from_either_end(world: Everything, name: str, sort: Sort) -> None:
    place, belongs = places(world)[name]
    role = "sent" if name == "sent" else None
    expected = [
        one.summary.key for one in sorted(world.messages(), key=order(sort, role)) if belongs(one)
    ]
    for reverse in (False, True):
        reader = world.read.listing(Listing(place, sort=sort, reverse=reverse))
        rows = walk(reader, 7, 50)

        assert [row.key for row in rows] == expected
        assert [row.key for row in walk_back(reader, 7, 50)] == expected
        assert [row.key for row in reader.at(11, 5).rows] == expected[11:16]
        assert reader.count() == len(expected)
        assert reader.tally().found == len(expected)
        for index in range(0, len(rows), 13):
            assert reader.rank(rows[index].anchor) == index
            assert reader.row(rows[index].key) == rows[index]
        expected.reverse()


@pytest.mark.parametrize("limit", LIMITS)
def test_a_limit_keeps_the_order_and_what_it_finds(world: Everything, limit: str) -> None:
    search = parse_search(limit, now=START).search
    for name, sort in itertools.product(places(world), (Sort.DATE, Sort.SENDER)):
        place, belongs = places(world)[name]
        listing = Listing(place, sort=sort, limit=search)
        role = "sent" if name == "sent" else None
        by = order(listing.effective.sort, role)
        expected = [
            one.summary.key
            for one in sorted(world.messages(), key=by)
            if belongs(one) and LIMITS[limit](one)
        ]
        reader = world.read.listing(listing)

        rows = walk(reader, 7, 25)
        assert [row.key for row in rows] == expected, (name, sort)
        assert [row.key for row in walk_back(reader, 9, 25)] == expected
        assert [row.key for row in reader.at(3, 5).rows] == expected[3:8]
        assert reader.count() in (None, len(expected))
        for index in range(0, len(rows), 17):
            assert reader.rank(rows[index].anchor) == index
            assert reader.row(rows[index].key) == rows[index]
        found, tally = 0, reader.tally(reach=30)
        while tally.resume is not None:
            found, tally = found + tally.found, reader.tally(tally.resume, reach=30)
        assert found + tally.found == len(expected)
        others = set(world.keys) - set(expected)
        assert reader.row(min(others)) is None if others else True


def test_the_index_of_words_is_walked_where_a_folder_is_large(
    world: Everything, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same answers by the other way: found in the index, looked at again for the folder."""
    monkeypatch.setattr("tuimail.store.views._SMALL", 0)
    monkeypatch.setattr("tuimail.store.views._FEW", 30)
    for limit in ("subject:budget", "from:anna,ben", "🦓", "x" * 50, "nowhere-to-be-found"):
        test_a_limit_keeps_the_order_and_what_it_finds(world, limit)


def test_what_a_place_cannot_do_is_by_date_and_flat(world: Everything) -> None:
    box = world.mailbox
    folded = Listing(InFolder(box.inbox), conversations=True)
    assert folded.effective.conversations
    assert not replace(folded, sort=Sort.SENDER).effective.conversations
    assert not replace(folded, place=Everywhere()).effective.conversations
    assert replace(folded, place=Flagged(), sort=Sort.SIZE).effective.sort is Sort.DATE
    assert Listing(Everywhere()).sorts == (Sort.DATE,)


@pytest.mark.parametrize("name", ["folder", "sent", "inboxes"])
@pytest.mark.parametrize("limit", ["", "is:unread", "subject:budget", "nowhere-to-be-found"])
def test_conversations_are_walked_by_their_newest_message_here(
    world: Everything, name: str, limit: str
) -> None:
    place, belongs = places(world)[name]
    search = parse_search(limit, now=START).search
    messages = sorted(world.messages(), key=newest_first)
    shown: dict[tuple[int | None, FolderId], list[Message]] = {}
    for one in messages:
        if belongs(one):
            thread = (one.summary.thread_id, one.summary.folder_id)
            shown.setdefault(thread, []).append(one)
    expected = [
        (thread, members[0].summary.key)
        for (thread, _), members in shown.items()
        if any(LIMITS[limit](one) for one in members)
    ]
    for reverse in (False, True):
        reader = world.read.listing(
            Listing(place, conversations=True, reverse=reverse, limit=search)
        )
        rows = walk(reader, 4, 15)

        assert [(row.message.thread_id, row.key) for row in rows] == expected
        assert [row.key for row in walk_back(reader, 4, 15)] == [key for _, key in expected]
        assert [row.key for row in reader.at(2, 5).rows] == [key for _, key in expected][2:7]
        assert reader.count() == (None if limit else len(expected))
        for index, row in enumerate(rows):
            assert reader.rank(row.anchor) == index
            assert reader.row(row.key) == row
            assert_folded(world, reader, row, messages)
        expected.reverse()


def assert_folded(
    world: Everything, reader: ListReader, row: ListRow, messages: list[Message]
) -> None:
    """Check what a row says of its conversation. `messages` are newest first."""
    thread = row.message.thread_id
    members = [
        one.summary
        for one in messages
        if one.summary.thread_id == thread and one.summary.folder_id != world.mailbox.trash
    ]
    folded = row.conversation
    assert folded is not None
    assert thread is not None
    assert reader.children(thread) == members
    assert folded.id == thread
    assert folded.count == len(members)
    assert folded.unread == sum(not one.flags.is_seen for one in members)
    assert folded.flags.is_seen == (folded.unread == 0)
    assert folded.flags.is_flagged == any(one.flags.is_flagged for one in members)
    assert folded.flags.is_answered == any(one.flags.is_answered for one in members)
    assert folded.has_attachment == any(one.has_attachment for one in members)
    assert not folded.pending
    names = dict.fromkeys(
        "me" if one.folder_id == world.mailbox.sent else str(one.from_text) for one in members[:20]
    )
    assert folded.senders == tuple(map(SafeText, names))[:3]
    assert world.read.thread(row.key) == members[::-1]


def test_what_was_here_before_is_entered_some_at_a_time(tmp_path: Path) -> None:
    mailbox = open_mailbox(tmp_path)
    world = Everything(mailbox)
    store = mailbox.store
    listing = Listing(InFolder(mailbox.inbox), sort=Sort.SENDER)
    before = walk(world.read.listing(listing), 100, 100)

    def forget(tx: object) -> None:
        connection = tx._tx.connection  # type: ignore[attr-defined]
        connection.change("UPDATE message SET sort_sender = NULL, sort_subject = NULL")
        connection.change("DELETE FROM search_text")
        connection.change("INSERT INTO meta (key, value) VALUES ('catalogue', '99999')")

    store.write(forget).result(30)
    assert walk(world.read.listing(listing), 100, 100) == []

    assert store.write(lambda tx: tx.enter_catalogue(70)).result(30) == world.keys[-70]
    asyncio.run(enter_what_was_here(store))
    assert_catalogue_is_right(mailbox)
    assert walk(world.read.listing(listing), 100, 100) == before
    assert store.write(lambda tx: tx.enter_catalogue(70)).result(30) == 0
    store.close()
