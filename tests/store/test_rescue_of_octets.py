"""What a failing disk changed or does not give any more: told from what is right."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from tests.store.mail import open_mailbox
from tests.store.wrecks import PAGE, Wrecked, look, make_wreck
from tuimail.model.draft import Draft
from tuimail.store.check import examine
from tuimail.store.connection import FILE_NAME
from tuimail.store.pages import DamagedFile
from tuimail.store.rescue import rescue
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.text.safe import SafeText


@pytest.fixture(scope="module")
def wrecked(tmp_path_factory: pytest.TempPathFactory) -> Wrecked:
    return make_wreck(tmp_path_factory.mktemp("wreck"))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "data"


def test_sectors_of_the_disk_that_cannot_be_read_end_nothing(
    wrecked: Wrecked, place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first page, and a stretch of the log behind which commits may be.

    Red when `pages` lets the disk's error out, or takes the log to end where it cannot be read.
    """
    database = wrecked.copy(place, running=True)
    log = database.with_name(f"{FILE_NAME}-wal").stat()
    far = log.st_size - 20 * PAGE
    lost = {database.stat().st_ino: range(PAGE), log.st_ino: range(far, far + PAGE)}
    read = os.pread

    def of_a_failing_disk(file: int, size: int, at: int) -> bytes:
        bad = lost.get(os.fstat(file).st_ino, range(0))
        if at < bad.stop and at + size > bad.start:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return read(file, size, at)

    monkeypatch.setattr("tuimail.store.pages.os.pread", of_a_failing_disk)
    rescue(place, ["work"])
    monkeypatch.undo()

    after = look(place)
    assert after.drafts
    assert after.sendable == set()


def test_a_log_that_cannot_be_read_at_all_is_not_whole(wrecked: Wrecked, place: Path) -> None:
    database = wrecked.copy(place)
    database.with_name(f"{FILE_NAME}-wal").mkdir()
    with DamagedFile(database) as file:
        assert file.has_header
        assert not file.is_current


def test_after_it_nothing_is_left_to_mend(wrecked: Wrecked, place: Path) -> None:
    """Red when a counter of what was there before stays, and grows by what is fetched again."""
    wrecked.copy(place)
    rescue(place)
    assert [found.sentence() for found in examine(place) if found.count or found.problem] == []


def test_a_file_of_a_draft_whose_octets_changed_is_not_handed_on(place: Path) -> None:
    """Red when the digest is not compared: what is not the user's file would be sent."""
    store = open_mailbox(place).store
    account, *_ = (id_ for id_, _ in store.read.accounts())
    whole, spoilt = os.urandom(5 * PAGE), os.urandom(5 * PAGE)

    def write(tx: Writer) -> None:
        files = [
            tx.draft_files.add(SafeText(name), "application/pdf", data)
            for name, data in (("whole.pdf", whole), ("spoilt.pdf", spoilt))
        ]
        tx.save_draft(Draft(account, subject="With files", files=tuple(files)))

    store.write(write).result()
    store.close()
    database = place / FILE_NAME
    data = database.read_bytes()
    at = data.index(spoilt[2 * PAGE : 2 * PAGE + 64])
    database.write_bytes(data[:at] + bytes(64) + data[at + 64 :])

    rescued = rescue(place)

    store = Store.open(place)
    (draft,) = store.read.drafts()
    assert [file.name for file in draft.files] == ["whole.pdf"]
    assert set(store.read.draft_files.data(draft.files).values()) == {whole}
    store.close()
    assert rescued.kept.lost == ["The file “spoilt.pdf” of a draft could not be read."]
