"""Checks of a database that can still be read: each finds what it is for, mends it, and rests."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.store.inspection import (
    assert_catalogue_is_right,
    assert_counters_are_counts,
    assert_space_is_counted,
    assert_visible_is_folded,
    raw_connection,
)
from tests.store.mail import Mailbox
from tests.store.wrecks import PAGE, Wrecked, look, make_wreck
from tuimail.errors import StoreCorrupt
from tuimail.model.outbox import OutboxState
from tuimail.store import check
from tuimail.store.connection import FILE_NAME
from tuimail.store.store import Store

DISORDERS = {
    "references": [
        "INSERT INTO message_detail (message_key, envelope, refs) VALUES (9999, '{}', '[]')",
        "INSERT INTO part_body (message_key, section, data) VALUES (9999, '1', x'00')",
    ],
    "aliases": ["INSERT INTO message_alias (alias, message_key) VALUES (5, 6)"],
    "heads": ["DELETE FROM message_detail WHERE message_key = 7"],
    "changes": [
        "UPDATE intent SET message_key = 9999 WHERE id = 1",
        "UPDATE intent SET args = '[' WHERE id = 3",
    ],
    "conversations": [
        "UPDATE message SET thread_id = NULL WHERE id = 8",
        "DELETE FROM thread_link WHERE message_id = '<9@contoso.example>'",
    ],
    "visible": ["UPDATE message SET flags = 9, shown_folder_id = 2 WHERE id = 9"],
    "tree": ["UPDATE folder SET shown = 0, name = 'Wrong' WHERE id = 2"],
    "space": ["UPDATE message SET kept = 77 WHERE id = 4"],
    "counters": ["UPDATE folder SET total = total + 3, unread = 0 WHERE id = 1"],
    "catalogue": [
        "UPDATE message SET sort_sender = NULL WHERE id = 3",
        "DELETE FROM search_text WHERE doc = (SELECT (internaldate << 28) + id FROM message"
        " WHERE id = 4)",
        "INSERT INTO search_text VALUES (7, 'a', 'b', 'nobody')",
        "INSERT INTO search (rowid, senders) VALUES (8, 'nothing has this text')",
    ],
    "folded": [
        "UPDATE conversation SET unread = unread + 1, newest_key = 1 WHERE thread_id = 5",
        "DELETE FROM conversation WHERE thread_id = 7",
        "INSERT INTO conversation VALUES (1, 999, 0, 0, 1, 0, 0, 0, 0, 0)",
        "UPDATE folder SET conversations = 77 WHERE id = 1",
    ],
    "numbers": ["UPDATE meta SET value = '3' WHERE key = 'located'"],
}


@pytest.fixture(scope="module")
def wrecked(tmp_path_factory: pytest.TempPathFactory) -> Wrecked:
    return make_wreck(tmp_path_factory.mktemp("wreck"))


@pytest.fixture
def place(tmp_path: Path, wrecked: Wrecked) -> Path:
    """A directory with a database in which nothing is wrong: what was being sent is settled."""
    wrecked.copy(tmp_path / "data")
    list(check.examine(tmp_path / "data"))
    return tmp_path / "data"


def found(directory: Path) -> dict[str, int]:
    return {one.check: one.count for one in check.examine(directory) if one.count or one.problem}


def test_a_database_in_order_is_left_as_it_is(place: Path) -> None:
    before = look(place)
    assert found(place) == {}
    assert look(place) == before


def test_a_killed_sending_becomes_uncertain_once(tmp_path: Path, wrecked: Wrecked) -> None:
    """Guards invariant 6: nobody sends while the lock is held."""
    wrecked.copy(tmp_path / "data")
    assert found(tmp_path / "data") == {"outbox": 2}
    after = look(tmp_path / "data")
    states = [state for state, _ in after.outbox.values()]
    assert states.count(OutboxState.UNCERTAIN) == 4
    assert after.sendable == wrecked.belongings.sendable
    assert found(tmp_path / "data") == {}


@pytest.mark.parametrize("name", DISORDERS)
def test_what_is_wrong_is_found_mended_and_not_found_again(
    place: Path, wrecked: Wrecked, name: str
) -> None:
    with raw_connection(place) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for statement in DISORDERS[name]:
            connection.execute(statement)

    first = found(place)
    assert first[name] >= 1
    # What follows from it may be found too, and nothing is left over.
    assert found(place) == {}
    assert_in_order(place, wrecked)
    after = look(place)
    assert after.drafts == wrecked.belongings.drafts
    assert after.outbox.keys() == wrecked.belongings.outbox.keys()


def assert_in_order(place: Path, wrecked: Wrecked) -> None:
    store = Store.open(place)
    mailbox = Mailbox(store, wrecked.mailbox.account, *wrecked.mailbox.folders)
    try:
        assert_visible_is_folded(mailbox)
        assert_counters_are_counts(mailbox)
        assert_space_is_counted(mailbox)
        assert_catalogue_is_right(mailbox)
    finally:
        store.close()
    with raw_connection(place) as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


@pytest.mark.parametrize("others", [0, 1])
def test_drafts_and_outgoing_messages_without_an_account_are_kept(
    place: Path, wrecked: Wrecked, others: int
) -> None:
    """They go to the only account there is; with several, their account is made again."""
    with raw_connection(place) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        for number in range(others + 1):
            connection.execute("INSERT INTO account (name) VALUES (?)", (f"other {number}",))
        for table in ("draft", "outbox"):
            connection.execute(f"UPDATE {table} SET account_id = 4711")
        connection.execute("DELETE FROM account WHERE name = 'work'")

    assert found(place)["references"] >= 1

    assert found(place) == {}
    after = look(place)
    assert after.drafts == wrecked.belongings.drafts
    assert after.outbox.keys() == wrecked.belongings.outbox.keys()


def test_an_index_that_does_not_fit_its_table_is_made_anew(place: Path, wrecked: Wrecked) -> None:
    with raw_connection(place) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        sql = connection.execute(
            "SELECT sql FROM sqlite_master WHERE name = 'message_unread'"
        ).fetchone()[0]
        connection.execute(
            "UPDATE sqlite_master SET sql = ? WHERE name = 'message_unread'",
            (sql + " WHERE seen = 1",),
        )
    with raw_connection(place) as connection:
        connection.execute("UPDATE message SET flags = flags | 1 WHERE id < 50")
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute("UPDATE sqlite_master SET sql = ? WHERE name = 'message_unread'", (sql,))
    with raw_connection(place) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]

    assert found(place)["file"] >= 1

    assert found(place) == {}
    assert_in_order(place, wrecked)


def test_damaged_tables_are_beyond_mending(place: Path) -> None:
    database = place / FILE_NAME
    data = bytearray(database.read_bytes())
    with raw_connection(place) as connection:
        (page,) = connection.execute(
            "SELECT pageno FROM dbstat WHERE name = 'draft' AND pagetype = 'leaf' LIMIT 1"
        ).fetchone()
    data[(page - 1) * PAGE : page * PAGE] = bytes(PAGE)
    database.write_bytes(data)

    with pytest.raises(StoreCorrupt):
        found(place)
    assert database.read_bytes() == data


def test_a_check_that_fails_changes_nothing_and_the_others_go_on(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(tx: object) -> int:
        tx.connection.change("UPDATE folder SET total = 1000")  # type: ignore[attr-defined]
        tx.connection.change("INSERT INTO account (id, name) VALUES (NULL, NULL)")  # type: ignore[attr-defined]
        return 1

    wrong: Callable[..., int] = fail
    broken = check.Check("broken", "something", "{count} were wrong", wrong)
    monkeypatch.setattr(check, "CHECKS", (broken, *check.CHECKS))

    findings = {one.check: one for one in check.examine(place)}

    assert not findings["broken"].is_mended
    assert findings["broken"].sentence().startswith("Something: could not be mended. ")
    assert findings["counters"].sentence() == "Counters of folders: all right."
