"""Invariants 5 and 9 for drafts: appended, replaced and withdrawn.

Killed before a write, continued, and counted on the server.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.crash.kill_points import kill_points
from tests.crash.nursery import Nursery
from tests.crash.scene import Scene
from tuimail.model.draft import Draft
from tuimail.sandbox.sandbox import Sandbox
from tuimail.store.store import Store


def put_away(store: Store, draft: Draft) -> int:
    """Store a draft and let it go to the server at once."""
    number = store.write(lambda tx: tx.save_draft(draft)).result()
    store.write(lambda tx: tx.settle_draft(number)).result()
    return number


def discard(store: Store, number: int) -> None:
    """Delete a draft."""
    store.write(lambda tx: tx.delete_draft(number)).result()


@pytest.mark.timeout(420)
def test_drafting_killed_anywhere_neither_doubles_nor_loses(
    tmp_path: Path, nursery: Nursery, record_property: Callable[[str, object], None]
) -> None:
    """One draft is replaced, one is new, one is withdrawn.

    Mutation that turns it red: `begin_draft_copy` after APPEND (two of the new revision).
    """
    kills = 0
    for step in kill_points():
        place = tmp_path / str(step)
        with Sandbox(place / "sandbox", device_interval=1) as sandbox:
            scene = Scene(sandbox, place, nursery)
            scene.run(scene.master, "sync")
            with scene.store() as store:
                mine = scene.account.id
                first = Draft(mine, subject="Replaced", body="One")
                number = put_away(store, first)
                doomed = put_away(store, Draft(mine, subject="Doomed", body="Nothing"))
            scene.run(scene.master, "sync")
            with scene.store() as store:
                put_away(store, replace(first, id=number, body="Two"))
                put_away(store, Draft(mine, subject="New", body="Three"))
                discard(store, doomed)
            directory = scene.copy()
            killed = scene.kill(directory, "sync", step)
            scene.run(directory, "sync")
            held = [raw for raw, _ in scene.server()["Drafts"]]
            ends = sorted(raw.rpartition(b"\r\n\r\n")[2].strip() for raw in held)
            assert ends == [b"Three", b"Two"], f"killed before write {step}"
            shown = scene.local(directory)["Drafts"]
            assert [subject for subject, _ in shown] == ["New", "Replaced"]
            with scene.store(directory) as store:
                assert store.read.draft_intents(mine) == []
            if not killed:
                break
            kills += 1
    record_property("kills survived", kills)
