"""Opening: private, versioned, and never at the cost of what is there."""

from __future__ import annotations

import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.inspection import raw_connection
from tests.store.mail import Mailbox, fetched, open_mailbox
from tuimail.errors import MigrationFailed, StoreCorrupt, StoreError, StoreLocked
from tuimail.store import connection as connections
from tuimail.store.connection import FILE_NAME, Connection, open_writer, prepare_directory
from tuimail.store.migrations import migrate, migrations
from tuimail.store.store import Store


@pytest.fixture
def raw(tmp_path: Path) -> Iterator[Connection]:
    connection = open_writer(prepare_directory(tmp_path / "data"))
    yield connection
    connection.close()


def schema_of(directory: Path) -> list[tuple[str, str]]:
    with raw_connection(directory) as connection:
        return connection.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"
        ).fetchall()


def test_nobody_else_can_read_the_mail(tmp_path: Path) -> None:
    directory = tmp_path / "deep" / "data"
    before = os.umask(0)
    try:
        mailbox = open_mailbox(directory)
        mailbox.record_one(mailbox.inbox, fetched(1))
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()}
        mailbox.store.close()
    finally:
        os.umask(before)

    assert stat.S_IMODE(directory.stat().st_mode) == 0o700
    assert modes == {FILE_NAME: 0o600, f"{FILE_NAME}-wal": 0o600, f"{FILE_NAME}-shm": 0o600}


def test_loose_permissions_are_tightened(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    tmp_path.chmod(0o755)
    (tmp_path / FILE_NAME).chmod(0o644)

    Store.open(tmp_path).close()

    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o700
    assert stat.S_IMODE((tmp_path / FILE_NAME).stat().st_mode) == 0o600


def test_every_commit_is_synced_and_every_reference_checked(raw: Connection) -> None:
    assert raw.value("PRAGMA journal_mode") == "wal"
    assert raw.value("PRAGMA synchronous") == 2  # FULL
    assert raw.value("PRAGMA foreign_keys") == 1


def test_on_a_network_file_system_there_is_no_shared_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "is_on_network", lambda _: True)
    store = Store.open(tmp_path)
    store.write(lambda tx: tx.set_meta("key", "value")).result()
    files = {path.name for path in tmp_path.iterdir()}
    value = store.read.meta("key")
    store.close()

    assert value == "value"
    assert f"{FILE_NAME}-shm" not in files


@pytest.mark.parametrize(
    ("place", "is_remote"),
    [("/home/kim/.local", True), ("/home/lee/mail", False), ("/mnt/my share/x", True)],
)
def test_a_network_file_system_is_known_by_its_mount(
    tmp_path: Path, place: str, is_remote: bool
) -> None:
    table = tmp_path / "mountinfo"
    table.write_text(
        "22 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw\n"
        "30 22 0:5 / /home/kim rw shared:1 - nfs4 files:/kim rw\n"
        "31 22 0:6 / /mnt/my\\040share rw - cifs //files/share rw\n"
        "32 22 0:7 / /home/lee rw - nfs files:/lee rw\n"
        "33 22 0:8 / /home/lee rw - ext4 /dev/sdb1 rw\n"
    )

    assert connections.is_on_network(Path(place), table) is is_remote
    assert not connections.is_on_network(Path(place), tmp_path / "no such table")


def test_an_old_sqlite_is_refused_by_number() -> None:
    connections.check_version((3, 34, 0))

    with pytest.raises(StoreError, match=r"SQLite 3\.33\.0 is too old: tuimail needs 3\.34"):
        connections.check_version((3, 33, 0))


def test_a_data_directory_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("mine")

    with pytest.raises(StoreError, match="data directory cannot be used"):
        Store.open(tmp_path / "data")
    assert (tmp_path / "data").read_text() == "mine"


@pytest.mark.parametrize("directory", ["/proc/self/fdinfo", "/proc/self/fdinfo/deep"])
def test_a_directory_that_cannot_be_written_is_refused(directory: str) -> None:
    """In /proc, where not even root may make files."""
    with pytest.raises(StoreError, match="cannot be used") as caught:
        Store.open(Path(directory))
    assert directory in caught.value.hint


@pytest.mark.parametrize(
    "content", [b"From: not a database\n" * 500, b"SQLite format 3\0" + b"\xff" * 9000]
)
def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)

    with pytest.raises(StoreCorrupt, match="run `tuimail repair`"):
        Store.open(tmp_path)

    assert (tmp_path / FILE_NAME).read_bytes() == content
    assert [path.name for path in tmp_path.iterdir()] == [FILE_NAME]


def test_the_database_of_another_program_is_left_as_it_is(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as other:
        other.execute("CREATE TABLE message (id)")
    content = (tmp_path / FILE_NAME).read_bytes()

    with pytest.raises(StoreCorrupt, match="another program"):
        Store.open(tmp_path)

    assert (tmp_path / FILE_NAME).read_bytes() == content


def test_a_database_with_a_damaged_page_says_so_and_is_left_as_it_is(tmp_path: Path) -> None:
    mailbox = open_mailbox(tmp_path)
    mailbox.record(mailbox.inbox, [fetched(uid) for uid in range(1, 400)])
    mailbox.store.close()
    path = tmp_path / FILE_NAME
    content = bytearray(path.read_bytes())
    content[4096 * 2 :] = b"\xa5" * (len(content) - 4096 * 2)
    path.write_bytes(content)

    with pytest.raises(StoreCorrupt):
        use(tmp_path, mailbox)

    assert path.read_bytes() == content


def use(directory: Path, mailbox: Mailbox) -> None:
    store = Store.open(directory)
    try:
        store.read.newest(mailbox.inbox, 50)
        store.read.folders(mailbox.account)
    finally:
        store.close()


def test_a_database_that_is_held_by_another_program_says_so(tmp_path: Path) -> None:
    mailbox = open_mailbox(tmp_path)
    mailbox.store.close()
    store = Store.open(tmp_path, busy_timeout=0.05)
    try:
        with raw_connection(tmp_path) as other:
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(StoreLocked, match="Another program"):
                store.write(lambda tx: tx.set_meta("key", "value")).result()
            assert store.read.folders(mailbox.account) != []  # reading goes on
            other.execute("ROLLBACK")
        store.write(lambda tx: tx.set_meta("key", "value")).result()
        assert store.read.meta("key") == "value"
    finally:
        store.close()


def test_a_database_that_is_held_while_it_is_made_says_so(tmp_path: Path) -> None:
    prepare_directory(tmp_path)
    with raw_connection(tmp_path) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StoreLocked):
            Store.open(tmp_path, busy_timeout=0.05)


@pytest.mark.parametrize("version", range(len(migrations()) + 1))
def test_a_database_of_every_version_becomes_the_newest(tmp_path: Path, version: int) -> None:
    old, new = tmp_path / "old", tmp_path / "new"
    steps = tmp_path / "steps"
    steps.mkdir()
    for _, file in migrations()[:version]:
        shutil.copy(file, steps)
    connection = open_writer(prepare_directory(old))
    migrate(connection, steps)
    connection.close()

    Store.open(old).close()
    Store.open(new).close()

    assert schema_of(old) == schema_of(new)
    with raw_connection(old) as looking:
        assert looking.execute("PRAGMA user_version").fetchone() == (len(migrations()),)
        assert looking.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_migrations_are_numbered_without_gaps() -> None:
    assert [number for number, _ in migrations()] == list(range(1, len(migrations()) + 1))


def test_a_newer_database_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    Store.open(tmp_path).close()
    with raw_connection(tmp_path) as connection:
        connection.execute("PRAGMA user_version = 9999")

    with pytest.raises(MigrationFailed, match="newer tuimail"):
        Store.open(tmp_path)

    with raw_connection(tmp_path) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (9999,)


def test_a_migration_that_fails_changes_nothing(tmp_path: Path, raw: Connection) -> None:
    migrate(raw)
    steps = tmp_path / "steps"
    steps.mkdir()
    for _, file in migrations():
        shutil.copy(file, steps)
    number = len(migrations())
    (steps / f"{number + 1:04}_next.sql").write_text("CREATE TABLE good (id);\n")
    (steps / f"{number + 2:04}_wrong.sql").write_text("CREATE TABLE fine (id);\nNOT SQL;\n")

    with pytest.raises(MigrationFailed, match="Nothing was changed") as caught:
        migrate(raw, steps)

    assert "wrong.sql" in caught.value.detail
    assert raw.value("PRAGMA user_version") == number
    assert raw.rows("SELECT name FROM sqlite_master WHERE name IN ('good', 'fine')") == []


def test_opening_again_changes_nothing(tmp_path: Path) -> None:
    mailbox = open_mailbox(tmp_path)
    key = mailbox.record_one(mailbox.inbox, fetched(1))
    mailbox.store.close()
    content = (tmp_path / FILE_NAME).read_bytes()

    again = open_mailbox(tmp_path)
    same = again.shown(again.inbox)
    again.store.close()

    assert same == [key]
    assert (tmp_path / FILE_NAME).read_bytes() == content
