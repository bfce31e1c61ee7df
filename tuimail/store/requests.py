"""Durable requests between processes, and the status that the running engine publishes."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import astuple, replace
from typing import Any

from tuimail.model.account import AccountId
from tuimail.model.notice import Notice
from tuimail.model.request import NewRequest, Request, RequestKind, RequestState
from tuimail.model.status import (
    Connectivity,
    Download,
    EngineStatus,
    Fetching,
    Leaving,
    Progress,
)
from tuimail.store import codec
from tuimail.store.connection import Connection, Row
from tuimail.store.transaction import Transaction


def open_requests(connection: Connection) -> list[Request]:
    """Return what nobody has answered, oldest first: taken up or not."""
    rows = connection.rows(
        "SELECT id, kind, account_id, folder_id, message_key, section, state, problems,"
        " needs_sign_in FROM request WHERE state IN ('open', 'taken') ORDER BY id"
    )
    return [_request(row) for row in rows]


def request(connection: Connection, request_id: int) -> Request | None:
    """Return one request, None when it was taken away."""
    row = connection.row(
        "SELECT id, kind, account_id, folder_id, message_key, section, state, problems,"
        " needs_sign_in FROM request WHERE id = ?",
        (request_id,),
    )
    return None if row is None else _request(row)


def _request(row: Row) -> Request:
    request_id, kind, account, folder, key, section, state, problems, needs_sign_in = row
    return Request(
        request_id,
        NewRequest(RequestKind(kind), account, folder, key, section),
        RequestState(state),
        tuple(codec.load_notice(each) for each in codec.load_strings(problems)),
        bool(needs_sign_in),
    )


def ask(tx: Transaction, new: NewRequest) -> int:
    """Store a request and return its id; the same that is open already is not asked again."""
    values = (new.kind, new.account, new.folder, new.message, new.section)
    known: int | None = tx.connection.value(
        "SELECT id FROM request WHERE state IN ('open', 'taken') AND kind = ? AND account_id IS ?"
        " AND folder_id IS ? AND message_key IS ? AND section IS ?",
        values,
    )
    if known is not None:
        return known
    tx.changes.requests = True
    return tx.connection.insert(
        "INSERT INTO request (kind, account_id, folder_id, message_key, section, state,"
        " changed_at) VALUES (?, ?, ?, ?, ?, 'open', ?)",
        (*values, tx.now),
    )


def take_up(tx: Transaction, request_ids: Sequence[int]) -> None:
    """Note that work on requests begins."""
    for request_id in request_ids:
        if tx.connection.change(
            "UPDATE request SET state = 'taken' WHERE id = ? AND state = 'open'", (request_id,)
        ):
            tx.changes.requests = True


def answer(
    tx: Transaction, request_id: int, problems: Sequence[Notice], *, needs_sign_in: bool
) -> None:
    """Store how a request ended: DONE without problems, else FAILED."""
    state = RequestState.FAILED if problems or needs_sign_in else RequestState.DONE
    if tx.connection.change(
        "UPDATE request SET state = ?, changed_at = ?, problems = ?, needs_sign_in = ?"
        " WHERE id = ? AND state IN ('open', 'taken')",
        (
            state,
            tx.now,
            codec.dump_strings(map(codec.dump_notice, problems)),
            needs_sign_in,
            request_id,
        ),
    ):
        tx.changes.requests = True


def take_away(tx: Transaction, request_id: int) -> None:
    """Remove a request: nobody waits for it any more."""
    if tx.connection.change("DELETE FROM request WHERE id = ?", (request_id,)):
        tx.changes.requests = True


def forget_old(tx: Transaction, older_than_seconds: float) -> None:
    """Remove requests whose askers must have gone by now; not those that are worked on."""
    tx.connection.change(
        "DELETE FROM request WHERE state <> 'taken' AND changed_at < ?",
        (tx.now - older_than_seconds,),
    )


def engine_status(connection: Connection) -> dict[AccountId, EngineStatus]:
    """Return what the running engine last said about each account; empty when none runs."""
    rows = connection.rows("SELECT account_id, content FROM engine_status")
    return {account: _load_status(account, content) for account, content in rows}


def publish_status(tx: Transaction, statuses: Mapping[AccountId, EngineStatus]) -> None:
    """Replace what is said about the accounts; an empty mapping says that no engine runs."""
    if not statuses and tx.connection.value("SELECT count(*) FROM engine_status") == 0:
        return
    tx.connection.change("DELETE FROM engine_status")
    tx.connection.change_each(
        "INSERT INTO engine_status (account_id, content) VALUES (?, ?)",
        [(account, _dump_status(status)) for account, status in statuses.items()],
    )
    tx.changes.status = True


def _dump_status(status: EngineStatus) -> str:
    progress, download, fetching = status.progress, status.download, status.fetching
    return json.dumps(
        {
            "connectivity": status.connectivity,
            "since": status.since.timestamp(),
            "online_at": status.online_at and status.online_at.timestamp(),
            "next_attempt": status.next_attempt and status.next_attempt.timestamp(),
            "problem": _dump_problem(status.problem),
            "progress": progress and astuple(progress),
            "leaving": status.leaving and astuple(status.leaving),
            "download": download and astuple(replace(download, problem=None)),
            "download_problem": download and _dump_problem(download.problem),
            "fetching": fetching and astuple(fetching),
        }
    )


def _load_status(account: AccountId, text: str) -> EngineStatus:
    fields: dict[str, Any] = json.loads(text)
    progress, download = fields["progress"], fields["download"]
    fetching = fields.get("fetching")
    return EngineStatus(
        account,
        Connectivity(fields["connectivity"]),
        since=codec.to_moment(fields["since"]),
        online_at=codec.to_moment_or_none(fields["online_at"]),
        next_attempt=codec.to_moment_or_none(fields["next_attempt"]),
        problem=_load_problem(fields["problem"]),
        progress=progress and Progress(*progress),
        leaving=Leaving(*fields["leaving"]) if fields.get("leaving") else None,
        download=download
        and replace(Download(*download), problem=_load_problem(fields["download_problem"])),
        fetching=fetching and Fetching(*fetching),
    )


def _dump_problem(problem: Notice | None) -> str | None:
    return None if problem is None else codec.dump_notice(problem)


def _load_problem(text: str | None) -> Notice | None:
    return None if text is None else codec.load_notice(text)
