"""100,000 messages in one folder: every window walks an index and sorts nothing."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from tests.store.inspection import assert_counters_are_counts, raw_connection
from tests.store.mail import START, Mailbox, fetched, open_mailbox
from tuimail.model.folder import UID
from tuimail.model.listing import (
    AllInboxes,
    Everywhere,
    Flagged,
    InFolder,
    Listing,
    Place,
    Sort,
    Window,
)
from tuimail.model.message import MessageKey
from tuimail.model.search_language import parse_search
from tuimail.store.connection import FILE_NAME
from tuimail.store.store import Reader

COUNT = 100_000


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mailbox]:
    mailbox = open_mailbox(tmp_path_factory.mktemp("full"))
    mailbox.record_one(mailbox.inbox, fetched(1))
    with raw_connection(mailbox.store.directory) as connection:
        # Copies of one recorded row, by SQL: recording each would take a minute.
        connection.execute("BEGIN")
        connection.execute(
            "WITH RECURSIVE number (n) AS (SELECT 2 UNION ALL SELECT n + 1 FROM number LIMIT ?)"
            " INSERT INTO message (account_id, folder_id, uid, located, state, server_flags,"
            " server_keywords, shown_folder_id, flags, keywords, pending, internaldate, size,"
            " from_text, to_text, subject, has_attachment, message_id, body, sort_sender,"
            " sort_subject, thread_id)"
            " SELECT account_id, folder_id, n, n, 0, n & 1, '', shown_folder_id, n & 1, '', 0,"
            " internaldate + n / 3, size, from_text, to_text, subject, 0, '<' || n || '>', 2,"
            " 'person ' || (n % 500), 'subject ' || (n % 700), n - n % 3"
            " FROM message CROSS JOIN number",
            (COUNT - 1,),
        )
        connection.execute(
            "INSERT INTO search_text SELECT (internaldate << 28) + id, sort_sender, 'me',"
            " sort_subject FROM message WHERE id > 1"
        )
        connection.execute("COMMIT")
    yield mailbox
    mailbox.store.close()


def plan_of(directory: Path, statement: str) -> str:
    with closing(sqlite3.connect(directory / FILE_NAME)) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}")
        return "\n".join(row[3] for row in rows)


QUERIES: dict[str, Callable[[Mailbox, Reader], object]] = {
    "newest": lambda box, read: read.newest(box.inbox, 60),
    "summary": lambda box, read: read.summary(MessageKey(7)),
    "message": lambda box, read: read.message(MessageKey(7)),
    "location": lambda box, read: read.location(MessageKey(7)),
    "part": lambda box, read: read.part(MessageKey(7), "1"),
    "uids": lambda box, read: read.uids(box.inbox, UID(500), UID(600)),
    "server_flags": lambda box, read: read.server_flags(box.inbox, UID(500), UID(600)),
    "extent": lambda box, read: read.extent(box.inbox),
    "without_body": lambda box, read: read.without_body(box.inbox, 10),
    "find": lambda box, read: read.find_by_message_id(box.account, "<77>"),
    "intents": lambda box, read: read.intents(box.account),
    "next_undo": lambda box, read: read.next_undo(),
    "next_redo": lambda box, read: read.next_redo(),
}


def listed(what: Callable[[Mailbox], Listing]) -> Callable[[Mailbox, Reader], object]:
    """Ask for every kind of window of a listing."""

    def query(box: Mailbox, read: Reader) -> object:
        reader = read.listing(what(box))
        row = reader.first(60, reach=20_000).rows[-1]
        return (
            reader.last(60),
            reader.after(row.anchor, 60),
            reader.before(row.anchor, 60),
            reader.at(500, 60),
            reader.rank(row.anchor),
            reader.count(),
            reader.tally(row.anchor),
            reader.row(row.key),
            reader.children(row.message.thread_id or 0),
        )

    return query


def ordered(box: Mailbox, sort: Sort, *, reverse: bool = False) -> Listing:
    return Listing(InFolder(box.inbox), sort=sort, reverse=reverse)


def limited(text: str, place: Place | None = None) -> Callable[[Mailbox], Listing]:
    limit = parse_search(text, now=START).search
    return lambda box: Listing(place or InFolder(box.inbox), limit=limit)


QUERIES |= {
    **{f"by {sort}": listed(partial(ordered, sort=sort)) for sort in Sort},
    "by sender, reversed": listed(partial(ordered, sort=Sort.SENDER, reverse=True)),
    "conversations": listed(lambda box: Listing(InFolder(box.inbox), conversations=True)),
    "conversations of a word": listed(
        lambda box: replace(limited("person 1")(box), conversations=True)
    ),
    "all inboxes": listed(lambda box: Listing(AllInboxes())),
    "all inboxes, by sender": listed(lambda box: Listing(AllInboxes(), sort=Sort.SENDER)),
    "all inboxes, folded": listed(lambda box: Listing(AllInboxes(), conversations=True)),
    "flagged": lambda box, read: read.listing(Listing(Flagged())).first(60),
    "flagged, counted": lambda box, read: read.listing(Listing(Flagged())).count(),
    "unread": listed(limited("is:unread")),
    "a word": listed(limited("subject")),
    "a short word": listed(limited("12")),
    "a search": listed(limited("subject person", Everywhere())),
    "a short search": listed(limited("12", Everywhere())),
    "a folder's search": listed(limited("in:inbox is:unread", Everywhere())),
    "thread": lambda box, read: read.thread(MessageKey(7)),
}
# Walks of what a window found, of the handful of folders, of the index of words and of a list of
# ids: none of them grows with a folder.
_HARMLESS = re.compile(
    # One index holds nothing but what is flagged.
    r"SCAN (message USING INDEX message|conversation USING COVERING INDEX conversation)_flagged|"
    r"SCAN (CONSTANT ROW|found|folder|its|\(subquery-\d+\))\Z|SCAN (search|json_each) VIRTUAL TABLE"
    # What is searched stands in the order of lists, and a walk ends at its reach.
    r"|SCAN search_text\Z|SCAN main.search_config"
)


@pytest.mark.parametrize("name", QUERIES)
def test_a_query_walks_an_index_and_sorts_nothing(full: Mailbox, name: str) -> None:
    statements: list[str] = []
    reader = full.store.read
    reader._connection.set_trace_callback(statements.append)
    try:
        QUERIES[name](full, reader)
    finally:
        reader._connection.set_trace_callback(None)

    assert statements
    for statement in statements:
        if statement.startswith("--"):  # what the index of words asks its own tables
            continue
        plan = plan_of(full.store.directory, statement)
        lines = [line for line in plan.splitlines() if not _HARMLESS.match(line)]
        assert not [line for line in lines if "SCAN" in line or "TEMP B-TREE" in line], plan


@pytest.mark.parametrize("conversations", [False, True], ids=["one by one", "conversations"])
def test_a_window_costs_the_same_anywhere_in_a_large_folder(
    full: Mailbox, conversations: bool
) -> None:
    """Steps of SQLite's virtual machine are counted, so that no clock decides."""
    read = full.store.read
    reader = read.listing(Listing(InFolder(full.inbox), conversations=conversations))
    middle = reader.at((reader.count() or 0) // 2, 1).rows[0].anchor
    last = reader.last(1).rows[0].anchor
    windows: dict[str, Callable[[], Window]] = {
        "first": lambda: reader.first(60),
        "middle": lambda: reader.after(middle, 60),
        "before the middle": lambda: reader.before(middle, 60),
        "end": lambda: reader.before(last, 60),
    }
    costs = {name: steps(read, window) for name, window in windows.items()}

    assert max(costs.values()) < 1.5 * min(costs.values()), costs


def steps(read: Reader, query: Callable[[], object]) -> int:
    taken = 0

    def count() -> int:
        nonlocal taken
        taken += 1
        return 0

    read._connection.set_progress_handler(count, 10)
    try:
        query()
    finally:
        read._connection.set_progress_handler(None, 0)
    return taken


def test_the_order_holds_from_end_to_end(full: Mailbox) -> None:
    read = full.store.read
    folder = read.folder(full.inbox)
    assert folder is not None
    assert folder.total == COUNT

    reader = read.listing(Listing(InFolder(full.inbox)))
    page = reader.first(20_000).rows
    seen = list(page)
    while page:
        page = reader.after(seen[-1].anchor, 20_000).rows
        seen += page

    positions = [row.message.position for row in seen]
    assert len(positions) == COUNT
    assert positions == sorted(set(positions), reverse=True)
    assert reader.rank(seen[70_000].anchor) == 70_000
    assert reader.at(70_000, 1).rows == (seen[70_000],)
    assert_counters_are_counts(full)
