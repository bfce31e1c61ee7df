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
