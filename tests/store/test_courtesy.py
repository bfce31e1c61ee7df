"""Commits that are not urgent let a key be answered first."""

from __future__ import annotations

import sys
import threading
import traceback

import pytest

from tests.store.mail import Mailbox, fetched
from tests.waiting import wait_until
from tuimail.model.flags import FLAGGED
from tuimail.model.intent import StoreFlags
from tuimail.store.writer import Writer

LONG = 60.0


def test_while_a_key_is_answered_only_what_the_user_did_is_committed(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Red when `CommitThread._next` does not ask the courtesy."""
    monkeypatch.setattr("tuimail.model.courtesy.AFTER_KEY", LONG)
    monkeypatch.setattr("tuimail.model.courtesy.LONGEST", LONG)
    store = mailbox.store
    key = mailbox.record_one(mailbox.inbox, fetched(1))
    order: list[str] = []
    busy, held = threading.Event(), threading.Event()

    def hold(_: object) -> None:
        busy.set()
        held.wait(LONG)

    holding = store.write(hold, urgent=True)
    assert busy.wait(30)
    patient = store.write(lambda _: order.append("patient"))
    store.courtesy.key()
    held.set()
    holding.result(30)
    mailbox.submit(key, StoreFlags(add=FLAGGED))
    order.append("urgent")
    monkeypatch.setattr("tuimail.model.courtesy.LONGEST", 0.0)
    store.write(lambda _: None, urgent=True).result(30)  # the thread looks again
    patient.result(30)
    assert order == ["urgent", "patient"]


def test_a_key_is_answered_in_the_middle_of_a_change_unless_the_user_waits_for_another(
    mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Red when `recording.record` does not breathe: a batch keeps the interpreter to its end."""
    monkeypatch.setattr("tuimail.model.courtesy.AFTER_KEY", LONG)
    monkeypatch.setattr("tuimail.model.courtesy.LONGEST", LONG)
    store, folder = mailbox.store, mailbox.inbox
    begun = threading.Event()

    def record(tx: Writer) -> None:
        tx.record_messages(folder, [fetched(1)])
        store.courtesy.key()
        begun.set()
        tx.record_messages(folder, [fetched(2)])

    batch = store.write(record)
    assert begun.wait(30)
    wait_until(lambda: threads_waiting_in("_let_a_key_be_answered"), 30.0, "the pause")
    assert not batch.done()
    key = store.write(lambda tx: tx.set_meta("a", "b"), urgent=True)
    batch.result(30)
    key.result(30)


def threads_waiting_in(function: str) -> bool:
    """Whether some thread stands in a function of this name."""
    frames = sys._current_frames().values()
    return any(
        frame.f_code.co_name == function for top in frames for frame, _ in traceback.walk_stack(top)
    )
