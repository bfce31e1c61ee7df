"""The start of the screen with a database that is damaged, or is none of tuimail's."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.store.wrecks import PAGE, Wrecked, make_wreck
from tuimail.cli.opening import open_or_rescue
from tuimail.config.schema import AccountSettings, Settings
from tuimail.errors import StoreCorrupt, StoreForeign
from tuimail.store.connection import FILE_NAME

SETTINGS = Settings(
    accounts={"work": AccountSettings(address="me@fabrikam.example", client_id="thunderbird")}
)


@pytest.fixture(scope="module")
def wrecked(tmp_path_factory: pytest.TempPathFactory) -> Wrecked:
    return make_wreck(tmp_path_factory.mktemp("wreck"))


def spoil(database: Path, page: int) -> None:
    with database.open("r+b") as file:
        file.seek((page - 1) * PAGE)
        file.write(b"\xa5" * PAGE)


def first_page_of(database: Path, table: str) -> int:
    with closing(sqlite3.connect(database)) as connection:
        row = connection.execute(
            "SELECT pageno FROM dbstat WHERE name = ? AND pagetype = 'leaf'", (table,)
        ).fetchone()
    return int(row[0])


@pytest.mark.parametrize("table", ["", "draft", "folder", "notice", "account"])
def test_a_damaged_database_never_prevents_a_start(
    wrecked: Wrecked, tmp_path: Path, table: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Mutation that turns it red: `_look` doing nothing in cli/opening.py."""
    database = wrecked.copy(tmp_path / "data")
    spoil(database, first_page_of(database, table) if table else 1)

    opened = open_or_rescue(SETTINGS, tmp_path / "data", is_ours=True)

    found = {one.body for one in opened.store.read.drafts()}
    opened.store.close()
    assert opened.greeting.startswith("The mail database was damaged and was made anew.")
    said = capsys.readouterr().err
    assert "The mail database is damaged. tuimail sets it aside" in said
    assert "Kept: " in said
    assert len(list((tmp_path / "data").glob("mail.db.damaged-*"))) == 1
    if table != "draft":
        assert found == set(wrecked.belongings.drafts.values())
    again = open_or_rescue(SETTINGS, tmp_path / "data", is_ours=True)
    again.store.close()
    assert again.greeting == ""


def test_a_second_window_leaves_it_to_the_first(wrecked: Wrecked, tmp_path: Path) -> None:
    database = wrecked.copy(tmp_path / "data")
    spoil(database, 1)
    content = database.read_bytes()

    with pytest.raises(StoreCorrupt, match="run `tuimail repair`"):
        open_or_rescue(SETTINGS, tmp_path / "data", is_ours=False)

    assert database.read_bytes() == content


def test_another_programs_file_stops_the_start(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / FILE_NAME)) as other:
        other.execute("CREATE TABLE bookmarks (id)")
    content = (tmp_path / FILE_NAME).read_bytes()

    with pytest.raises(StoreForeign):
        open_or_rescue(SETTINGS, tmp_path, is_ours=True)

    assert (tmp_path / FILE_NAME).read_bytes() == content
