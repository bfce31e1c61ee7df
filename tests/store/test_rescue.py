"""A damaged database: what no server has comes through, and the damaged file stays."""

from __future__ import annotations

import os
import random
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.property.memory import folder_in_memory
from tests.store.inspection import (
    assert_counters_are_counts,
    assert_visible_is_folded,
    raw_connection,
)
from tests.store.mail import Mailbox, envelope, fetched
from tests.store.wrecks import PAGE, Belongings, Wrecked, look, make_wreck
from tuimail.errors import StoreCorrupt, StoreForeign, StoreLocked
from tuimail.model.outbox import OutboxState
from tuimail.store.connection import FILE_NAME
from tuimail.store.rescue import Rescued, rescue
from tuimail.store.store import Store


@pytest.fixture(scope="module")
def wrecked(tmp_path_factory: pytest.TempPathFactory) -> Wrecked:
    return make_wreck(tmp_path_factory.mktemp("wreck"))


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    yield tmp_path / "data"


def zero(database: Path, page: int) -> None:
    with database.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(bytes(PAGE))


def pages_of(database: Path, *tables: str) -> set[int]:
    """Return the pages in which the rows of tables are, as SQLite itself says."""
    with closing(sqlite3.connect(database)) as connection:
        marks = ", ".join("?" * len(tables))
        rows = connection.execute(f"SELECT pageno FROM dbstat WHERE name IN ({marks})", tables)
        return {page for (page,) in rows}


def assert_nothing_may_go_out_twice(before: Belongings, after: Belongings) -> None:
    for number, (state, raw) in after.outbox.items():
        old_state, old_raw = before.outbox[number]
        assert raw == old_raw
        if state is OutboxState.QUEUED:
            assert old_state is OutboxState.QUEUED
        if old_state is OutboxState.SENT:
            assert state is OutboxState.SENT


def assert_all_is_there(before: Belongings, after: Belongings) -> None:
    assert after.drafts == before.drafts
    assert after.outbox.keys() == before.outbox.keys()
    assert after.changes == before.changes
    assert_nothing_may_go_out_twice(before, after)


def test_what_no_server_has_comes_through_and_the_damaged_file_stays(
    wrecked: Wrecked, place: Path
) -> None:
    database = wrecked.copy(place, running=True)
    before = {path.name: path.read_bytes() for path in place.iterdir()}

    rescued = rescue(place)

    names = {path.name for path in place.iterdir()}
    aside = rescued.aside.name
    assert names == {FILE_NAME, aside, f"{aside}-wal", f"{aside}-shm"}
    for suffix in ("", "-wal", "-shm"):
        kept = place / f"{aside}{suffix}"
        assert kept.read_bytes() == before[f"{database.name}{suffix}"]
        assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(database.stat().st_mode) == 0o600
    after = look(place)
    assert_all_is_there(wrecked.belongings, after)
    assert after.addresses == wrecked.belongings.addresses
    states = {number: state for number, (state, _) in after.outbox.items()}
    for number, (state, _) in wrecked.belongings.outbox.items():
        sending = state is OutboxState.SENDING
        assert states[number] is (OutboxState.UNCERTAIN if sending else state)
    assert rescued.kept.drafts == len(after.drafts)
    assert rescued.kept.changes == len(after.changes)
    assert rescued.kept.doubtful == 2
    assert rescued.kept.lost == []


def test_it_is_told_in_three_parts(wrecked: Wrecked, place: Path) -> None:
    wrecked.copy(place)
    rescued = rescue(place)
    store = Store.open(place)
    ((_, _, account, notice),) = store.read.notices(10)
    store.close()

    assert account is None
    assert notice == rescued.notice()
    assert rescued.aside.name in notice.happened
    assert "40 drafts, 8 outgoing messages, 4 changes that wait for the server" in notice.now
    assert "2 messages may have gone out" in notice.now
    assert notice.you_can == "Nothing has to be done."


def test_changes_find_their_messages_when_these_are_fetched_again(
    wrecked: Wrecked, place: Path
) -> None:
    """Guards invariant 7 across a rescue: by Message-ID, or by the digest where there is none.

    Mutation that turns it red: `"uid"` left out of `_FETCHED_AGAIN` in store/salvage.py.
    """
    wrecked.copy(place)
    rescue(place)
    store = Store.open(place)
    old = wrecked.mailbox
    mailbox = Mailbox(store, old.account, *old.folders)

    again = [fetched(1000 + number, number=number) for number in range(1, 120)]
    odd = fetched(2000, number=120, head=envelope(120, message_id=None))
    keys = mailbox.record(mailbox.inbox, [*again, odd])

    assert {key for key, _ in wrecked.belongings.changes} <= set(keys)
    assert len(keys) == len(set(keys)) == 120
    assert store.read.counts().pending_intents == len(wrecked.belongings.changes)
    assert_visible_is_folded(mailbox)
    assert_counters_are_counts(mailbox)
    assert len(mailbox.shown(mailbox.inbox)) == 118
    with raw_connection(place) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
    store.close()


def test_a_key_is_not_used_again_for_another_message(wrecked: Wrecked, place: Path) -> None:
    wrecked.copy(place)
    rescue(place)
    store = Store.open(place)
    old = wrecked.mailbox
    mailbox = Mailbox(store, old.account, *old.folders)
    key = mailbox.record_one(mailbox.projects, fetched(1, number=7000))
    store.close()

    assert key > 120


@pytest.mark.timeout(300)
def test_each_page_in_turn_may_be_lost(wrecked: Wrecked) -> None:
    """A page that is zeroed costs at most the rows that lay in it; nothing goes out twice.

    Of the pages that hold nothing to be rescued a fifth; all of them with TUIMAIL_EVERY_PAGE.
    """
    before = wrecked.belongings
    whole = wrecked.closed / FILE_NAME
    leaves = pages_of(whole, "draft", "outbox", "intent")
    needed = leaves | pages_of(whole, "message", "message_detail", "account", "folder")
    count = whole.stat().st_size // PAGE
    lost = 0
    step = 1 if os.environ.get("TUIMAIL_EVERY_PAGE") else 5
    for page in sorted(needed | set(range(1, count + 1, step))):
        with folder_in_memory() as folder:
            directory = folder / "mail"
            zero(wrecked.copy(directory), page)
            rescued = rescue(directory, ["work"])
            after = look(directory)
        assert_nothing_may_go_out_twice(before, after)
        if page not in leaves:
            assert after.drafts == before.drafts, page
            assert after.outbox.keys() == before.outbox.keys(), page
        if page not in needed:
            assert after.changes == before.changes, page
        is_all = (
            after.drafts == before.drafts
            and after.outbox.keys() == before.outbox.keys()
            and after.changes == before.changes
        )
        lost += not is_all
        if not is_all and not rescued.kept.lost:
            # Rows that lay in the page left no trace by which to name them.
            assert page in leaves, page
    assert 0 < lost <= len(needed)


def test_a_page_that_only_leads_to_others_costs_nothing(wrecked: Wrecked, tmp_path: Path) -> None:
    """Mutation that turns it red: `stray_records` passing over every page in store/trees.py."""
    with closing(sqlite3.connect(wrecked.closed / FILE_NAME)) as connection:
        pages = connection.execute(
            "SELECT name, pageno FROM dbstat WHERE pagetype = 'internal'"
            " AND name IN ('draft', 'message')"
        ).fetchall()
    assert {name for name, _ in pages} == {"draft", "message"}
    for name, page in pages:
        directory = tmp_path / name
        zero(wrecked.copy(directory), page)
        rescued = rescue(directory)
        assert_all_is_there(wrecked.belongings, look(directory))
        assert rescued.kept.lost == []


def test_with_the_first_page_lost_too_changes_still_find_their_messages(
    wrecked: Wrecked, place: Path
) -> None:
    database = wrecked.copy(place)
    with closing(sqlite3.connect(database)) as connection:
        rows = connection.execute(
            "SELECT pageno FROM dbstat WHERE pagetype = 'internal' AND name = 'message'"
        ).fetchall()
    for page in (1, *(page for (page,) in rows)):
        zero(database, page)

    assert rescue(place, ["work"]).kept.lost == []

    assert_all_is_there(wrecked.belongings, look(place))


@pytest.mark.parametrize("seed", range(12))
def test_pages_overwritten_at_random_never_stop_the_rescue(
    wrecked: Wrecked, place: Path, seed: int
) -> None:
    chance = random.Random(seed)
    database = wrecked.copy(place, running=seed % 2 == 0)
    data = bytearray(database.read_bytes())
    for _ in range(chance.randrange(1, 40)):
        start = chance.randrange(len(data))
        data[start : start + chance.randrange(1, 3 * PAGE)] = chance.randbytes(
            min(chance.randrange(1, 3 * PAGE), len(data) - start)
        )
    database.write_bytes(data[: wrecked.copy(place / "size").stat().st_size])

    rescue(place, ["work"])

    after = look(place)
    for number, (state, _) in after.outbox.items():
        old = wrecked.belongings.outbox[number][0]
        assert state is not OutboxState.QUEUED or old is OutboxState.QUEUED


@pytest.mark.parametrize("octets", [16, 100, PAGE])
def test_an_overwritten_header_costs_nothing(wrecked: Wrecked, place: Path, octets: int) -> None:
    """Where even the list of tables is gone, what was queued waits for the user's word."""
    database = wrecked.copy(place)
    whole = (wrecked.closed / FILE_NAME).read_bytes()
    database.write_bytes((b"overwritten " * PAGE)[:octets] + whole[octets:])
    with pytest.raises(StoreCorrupt):
        Store.open(place)

    rescue(place, ["work"])

    after = look(place)
    assert_all_is_there(wrecked.belongings, after)
    assert after.sendable == set()


@pytest.mark.parametrize("part", [0.05, 0.3, 0.6, 0.9, 0.99])
def test_a_truncated_file_gives_what_is_left(wrecked: Wrecked, place: Path, part: float) -> None:
    database = wrecked.copy(place)
    data = database.read_bytes()
    database.write_bytes(data[: int(len(data) * part)])

    rescue(place, ["work"])

    assert_nothing_may_go_out_twice(wrecked.belongings, look(place))


@pytest.mark.parametrize("where", [0.0, 0.2, 0.5, 0.9])
@pytest.mark.parametrize("is_cut", [True, False])
def test_a_damaged_log_makes_what_was_queued_uncertain(
    wrecked: Wrecked, place: Path, where: float, is_cut: bool
) -> None:
    """Guards invariant 6: a later commit may have said that the message went out.

    Mutation that turns it red: `is_whole=True` for every log in store/pages.py.
    """
    log = wrecked.copy(place, running=True).with_name(f"{FILE_NAME}-wal")
    data = log.read_bytes()
    at = int(len(data) * where)
    log.write_bytes(data[:at] if is_cut else data[:at] + b"\xa5" * 64 + data[at + 64 :])
    assert len(data) > 50 * PAGE

    rescue(place, ["work"])

    after = look(place)
    assert after.sendable == set()
    for number, (_, raw) in after.outbox.items():
        assert raw == wrecked.belongings.outbox[number][1]


def test_an_empty_file_with_a_log_is_not_taken_for_a_new_database(
    wrecked: Wrecked, place: Path
) -> None:
    """SQLite deletes the log of an empty database."""
    database = wrecked.copy(place, running=True)
    database.write_bytes(b"")

    with pytest.raises(StoreCorrupt):
        Store.open(place)
    assert database.with_name(f"{FILE_NAME}-wal").stat().st_size > 0

    rescue(place, ["work"])
    assert_all_is_there(wrecked.belongings, look(place))


def test_an_empty_file_is_a_new_database(place: Path) -> None:
    place.mkdir()
    (place / FILE_NAME).touch()
    assert look(place).drafts == {}


def test_another_programs_database_is_never_touched(place: Path) -> None:
    place.mkdir()
    with closing(sqlite3.connect(place / FILE_NAME)) as other:
        other.execute("CREATE TABLE message (id)")
        other.execute("CREATE TABLE bookmarks (id)")
    content = (place / FILE_NAME).read_bytes()
    with pytest.raises(StoreForeign):
        Store.open(place)
    with pytest.raises(StoreForeign):
        rescue(place)

    assert [path.name for path in place.iterdir()] == [FILE_NAME]
    assert (place / FILE_NAME).read_bytes() == content


def test_a_database_that_somebody_has_open_is_not_taken_away(place: Path, wrecked: Wrecked) -> None:
    database = wrecked.copy(place)
    script = (
        "import sqlite3, sys; c = sqlite3.connect(sys.argv[1]);"
        "c.execute('SELECT * FROM account').fetchall(); print('open', flush=True);"
        "sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(database)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdout is not None
        assert other.stdin is not None
        assert other.stdout.readline() == b"open\n"
        with pytest.raises(StoreLocked):
            rescue(place)
        other.stdin.close()
    assert isinstance(rescue(place), Rescued)


def test_a_second_rescue_keeps_the_first_damaged_file(place: Path, wrecked: Wrecked) -> None:
    wrecked.copy(place)
    asides = [rescue(place).aside for _ in range(3)]

    assert len(set(asides)) == 3
    assert all(aside.exists() for aside in asides)
    assert asides[0].read_bytes() == (wrecked.closed / FILE_NAME).read_bytes()
    assert_all_is_there(wrecked.belongings, look(place))
