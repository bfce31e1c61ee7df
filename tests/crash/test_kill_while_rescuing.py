"""A rescue that is killed at any step, or has no space, loses nothing and doubles nothing."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crash.nursery import Nursery
from tests.store.wrecks import Wrecked, look, make_wreck
from tuimail.errors import StoreCorrupt
from tuimail.model.outbox import OutboxState
from tuimail.store.connection import FILE_NAME
from tuimail.store.rescue import rescue
from tuimail.store.store import Store


@pytest.fixture(scope="module")
def wrecked(tmp_path_factory: pytest.TempPathFactory) -> Wrecked:
    return make_wreck(tmp_path_factory.mktemp("wreck"))


def run_victim(rescuers: Nursery, directory: Path, *, step: int = 0, limit: int = 0) -> int:
    ended = rescuers.run(str(directory), str(step), str(limit))
    assert ended.code in (0, 3, -signal.SIGKILL), ended.said
    return ended.code


def damaged_copy(wrecked: Wrecked, directory: Path) -> dict[str, bytes]:
    """Copy what a killed process left, spoil its header, and return all files."""
    database = wrecked.copy(directory, running=True)
    with database.open("r+b") as file:
        file.write(bytes(100))
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def assert_all_came_through(wrecked: Wrecked, directory: Path, before: dict[str, bytes]) -> None:
    after = look(directory)
    assert after.drafts == wrecked.belongings.drafts
    assert after.changes == wrecked.belongings.changes
    assert after.outbox.keys() == wrecked.belongings.outbox.keys()
    for number, (state, raw) in after.outbox.items():
        old_state, old_raw = wrecked.belongings.outbox[number]
        assert raw == old_raw
        assert state in (old_state, OutboxState.UNCERTAIN)
        assert state is not OutboxState.SENDING
        assert (old_state, state) != (OutboxState.SENT, OutboxState.UNCERTAIN)
    asides = {path.name: path for path in directory.iterdir() if ".damaged-" in path.name}
    assert len(asides) == len(before)
    for name, path in asides.items():
        stem, _, rest = name.partition(".damaged-")
        suffix = rest[len("20261128-171000") :]
        assert path.read_bytes() == before[f"{stem}{suffix}"]
    assert {path.name for path in directory.iterdir()} == {FILE_NAME, *asides}


@pytest.mark.timeout(300)
def test_a_rescue_killed_at_any_step_is_continued(
    wrecked: Wrecked,
    tmp_path: Path,
    rescuers: Nursery,
    record_property: Callable[[str, object], None],
) -> None:
    """Guards invariants 6 and 9 for the rescue.

    Mutation that turns it red: the log renamed before the database in `_set_aside`.
    """
    for step in range(1, 60):
        directory = tmp_path / str(step)
        before = damaged_copy(wrecked, directory)
        if run_victim(rescuers, directory, step=step) == 0:
            break
        if step > 1:
            with pytest.raises(StoreCorrupt):
                Store.open(directory)
        rescue(directory, ["work"])
        assert_all_came_through(wrecked, directory, before)
    assert step > 8
    record_property("kills survived", step - 1)


def test_a_rescue_killed_twice_is_continued(
    wrecked: Wrecked, tmp_path: Path, rescuers: Nursery
) -> None:
    for first, second in ((3, 2), (4, 3), (6, 1), (7, 1), (8, 2)):
        directory = tmp_path / f"{first}-{second}"
        before = damaged_copy(wrecked, directory)
        assert run_victim(rescuers, directory, step=first) == -signal.SIGKILL
        assert run_victim(rescuers, directory, step=second) == -signal.SIGKILL
        rescue(directory, ["work"])
        assert_all_came_through(wrecked, directory, before)


@pytest.mark.parametrize("limit", [1, 4096, 40_960, 120_000])
def test_without_space_the_damaged_file_stays_where_it_is(
    wrecked: Wrecked, tmp_path: Path, rescuers: Nursery, limit: int
) -> None:
    directory = tmp_path / "data"
    before = damaged_copy(wrecked, directory)

    assert run_victim(rescuers, directory, limit=limit) == 3
    assert {path.name: path.read_bytes() for path in directory.iterdir()} == before

    rescue(directory, ["work"])
    assert_all_came_through(wrecked, directory, before)
