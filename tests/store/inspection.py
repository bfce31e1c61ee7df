"""Looking at a database from outside: what every row must satisfy at any time."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from operator import itemgetter
from pathlib import Path
from typing import Any

from tests.store.mail import Mailbox
from tuimail.model.intent import Action, Expunge, MessageState, ReadFolder, fold
from tuimail.store import codec
from tuimail.store.actions import load_action
from tuimail.store.connection import FILE_NAME
from tuimail.text import folding


@contextmanager
def raw_connection(directory: Path) -> Iterator[sqlite3.Connection]:
    """Open the database without any of tuimail's code."""
    with closing(sqlite3.connect(directory / FILE_NAME, isolation_level=None)) as connection:
        yield connection


def assert_visible_is_folded(mailbox: Mailbox) -> None:
    """Check invariant 2 for every row, from scratch."""
    with raw_connection(mailbox.store.directory) as connection:
        actions: dict[int, list[tuple[int, str, str]]] = {}
        for number, key, kind, args in connection.execute(
            "SELECT id, message_key, kind, args FROM intent"
            " WHERE state IN ('queued', 'running', 'uncertain') ORDER BY id"
        ):
            actions.setdefault(key, []).append((number, kind, args))
        marks: dict[int, list[tuple[int, dict[str, Any]]]] = {}
        for number, folder, args in connection.execute(
            "SELECT id, folder_id, args FROM intent WHERE kind = 'mark read'"
            " AND state IN ('queued', 'running', 'uncertain')"
        ):
            marks.setdefault(folder, []).append((number, json.loads(args)))
        withdrawn = {
            key
            for (key,) in connection.execute(
                "SELECT message.id FROM draft_copy JOIN folder ON folder.id = draft_copy.folder_id"
                " JOIN message ON message.message_id = draft_copy.message_id"
                " AND message.folder_id = folder.id WHERE hidden AND (draft_copy.uid IS NULL"
                " OR draft_copy.uid = message.uid"
                " OR draft_copy.uidvalidity IS NOT folder.uidvalidity)"
            )
        }
        for key, uid, state, folder, system, keywords, *shown in connection.execute(
            "SELECT id, uid, state, folder_id, server_flags, server_keywords,"
            " shown_folder_id, flags, keywords, pending FROM message"
        ):
            pending: list[tuple[int, Action | ReadFolder]] = [
                (number, load_action(kind, args)) for number, kind, args in actions.get(key, [])
            ]
            if key in withdrawn:
                pending.append((0, Expunge()))
            flags = codec.make_flags(system, keywords)
            is_pending = bool(pending)
            for number, mark in marks.get(folder, []):
                if uid and uid < mark["uid_below"] and uid not in mark["spared"]:
                    pending.append((number, ReadFolder(folder)))
                    is_pending |= not flags.is_seen
            server = MessageState(folder if state == 0 else None, flags)
            visible = fold(server, [action for _, action in sorted(pending, key=itemgetter(0))])
            seen = MessageState(shown[0], codec.make_flags(shown[1], shown[2]))
            assert (seen, shown[3]) == (visible, int(is_pending))


def assert_counters_are_counts(mailbox: Mailbox) -> None:
    """Check that the counters of every folder are what counting gives."""
    with raw_connection(mailbox.store.directory) as connection:
        kept = connection.execute("SELECT id, total, unread FROM folder").fetchall()
        counted = connection.execute(
            "SELECT folder.id, count(message.id),"
            " coalesce(sum(message.id IS NOT NULL AND message.flags & 1 = 0), 0)"
            " FROM folder LEFT JOIN message ON message.shown_folder_id = folder.id"
            " GROUP BY folder.id"
        ).fetchall()
    assert kept == counted


def assert_space_is_counted(mailbox: Mailbox) -> None:
    """Check that what is kept of every message and folder is what adding up gives."""
    with raw_connection(mailbox.store.directory) as connection:
        wrong = connection.execute(
            "SELECT id, kept FROM message WHERE kept <> (SELECT coalesce(sum(length(data)), 0)"
            " FROM part_body WHERE message_key = message.id)"
        ).fetchall()
        counted = connection.execute(
            "SELECT shown_folder_id, sum(kept) FROM message"
            " WHERE kept > 0 AND shown_folder_id IS NOT NULL GROUP BY 1 ORDER BY 1"
        ).fetchall()
        stored = connection.execute(
            "SELECT folder_id, octets FROM folder_download WHERE octets <> 0 ORDER BY 1"
        ).fetchall()
    assert wrong == []
    assert stored == counted


def assert_catalogue_is_right(mailbox: Mailbox) -> None:
    """Check conversations, their counters, what is sorted and what is searched, from scratch."""
    with raw_connection(mailbox.store.directory) as connection:
        kept = connection.execute(
            "SELECT folder_id, thread_id, newest, newest_key, members, unread, flagged, answered,"
            " attached, pending FROM conversation ORDER BY 1, 2"
        ).fetchall()
        counted: dict[tuple[int, int], list[int]] = {}
        for folder, thread, flags, *row in connection.execute(
            "SELECT shown_folder_id, thread_id, flags, internaldate, id, has_attachment, pending"
            " FROM message WHERE shown_folder_id IS NOT NULL AND thread_id IS NOT NULL"
            " AND sort_sender IS NOT NULL ORDER BY internaldate, id"
        ):
            date, key, attached, pending = row
            sums = counted.setdefault((folder, thread), [0, 0, 0, 0, 0, 0, 0, 0])
            sums[:2] = date, key
            one = (1, not flags & 1, bool(flags & 4), bool(flags & 2), attached, pending)
            sums[2:] = (a + b for a, b in zip(sums[2:], one, strict=True))
        assert kept == [(*place, *sums) for place, sums in sorted(counted.items())]
        assert (
            connection.execute("SELECT id, conversations FROM folder ORDER BY id").fetchall()
            == connection.execute(
                "SELECT id, (SELECT count(*) FROM conversation WHERE folder_id = folder.id)"
                " FROM folder ORDER BY id"
            ).fetchall()
        )
        texts = connection.execute("SELECT * FROM search_text ORDER BY doc").fetchall()
        assert texts == sorted(_searched(connection))
        # With rank 1 the index is compared with the text (https://sqlite.org/fts5.html, 6.5).
        connection.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")


def _searched(connection: sqlite3.Connection) -> Iterator[tuple[int, str, str, str]]:
    for key, date, envelope_json in connection.execute(
        "SELECT id, internaldate, envelope FROM message JOIN message_detail ON message_key = id"
        " WHERE sort_sender IS NOT NULL"
    ):
        envelope = codec.load_envelope(envelope_json)
        people = (
            dict.fromkeys((*envelope.from_, *envelope.sender)),
            dict.fromkeys((*envelope.to, *envelope.cc, *envelope.bcc)),
        )
        senders, recipients = (
            "\n".join(folding.fold(f"{one.name} {one.address}") for one in group)
            for group in people
        )
        yield date * 2**28 + key, senders, recipients, folding.fold_subject(envelope.subject[:1000])
