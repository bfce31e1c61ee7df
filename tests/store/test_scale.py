"""100,000 messages in one folder: every window walks an index and sorts nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from tests.store.inspection import assert_counters_are_counts, raw_connection
from tests.store.mail import Mailbox, fetched, open_mailbox
from tuimail.model.folder import UID, FolderId
from tuimail.model.message import MessageKey, MessageSummary, Position
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
            " from_text, to_text, subject, has_attachment, message_id, body)"
            " SELECT account_id, folder_id, n, n, 0, n & 1, '', shown_folder_id, n & 1, '', 0,"
            " internaldate + n / 3, size, from_text, to_text, subject, 0, '<' || n || '>', 2"
            " FROM message CROSS JOIN number",
            (COUNT - 1,),
        )
        connection.execute("COMMIT")
    yield mailbox
    mailbox.store.close()


def plan_of(directory: Path, statement: str) -> str:
    with closing(sqlite3.connect(directory / FILE_NAME)) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}")
        return "\n".join(row[3] for row in rows)


MIDDLE = Position(1_793_500_000, MessageKey(50_000))
QUERIES: dict[str, Callable[[Mailbox, Reader], object]] = {
    "newest": lambda box, read: read.newest(box.inbox, 60),
    "oldest": lambda box, read: read.oldest(box.inbox, 60),
    "older": lambda box, read: read.older(box.inbox, MIDDLE, 60),
    "newer": lambda box, read: read.newer(box.inbox, MIDDLE, 60),
    "at": lambda box, read: read.at(box.inbox, 500, 60),
    "rank": lambda box, read: read.rank(box.inbox, MIDDLE),
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
        plan = plan_of(full.store.directory, statement)
        lines = [line for line in plan.splitlines() if line != "SCAN CONSTANT ROW"]
        assert not [line for line in lines if "SCAN" in line or "TEMP B-TREE" in line], plan


def test_a_window_costs_the_same_anywhere_in_a_large_folder(full: Mailbox) -> None:
    """Steps of SQLite's virtual machine are counted, so that no clock decides."""
    read = full.store.read
    last = read.oldest(full.inbox, 2)[0].position
    windows: dict[str, Callable[[FolderId], list[MessageSummary]]] = {
        "first": lambda folder: read.newest(folder, 60),
        "middle": lambda folder: read.older(folder, MIDDLE, 60),
        "end": lambda folder: read.newer(folder, last, 60),
    }
    costs = {name: steps(read, partial(window, full.inbox)) for name, window in windows.items()}

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

    page = read.newest(full.inbox, 20_000)
    seen = [row.position for row in page]
    while page:
        page = read.older(full.inbox, seen[-1], 20_000)
        seen += [row.position for row in page]

    assert len(seen) == COUNT
    assert seen == sorted(set(seen), reverse=True)
    assert read.rank(full.inbox, seen[70_000]) == 70_000
    assert read.at(full.inbox, 70_000, 1)[0].position == seen[70_000]
    assert_counters_are_counts(full)
