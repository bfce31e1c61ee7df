"""Commits that are not urgent let a key be answered first."""

from __future__ import annotations

import threading

import pytest

from tests.store.mail import Mailbox, fetched
from tuimail.model.flags import FLAGGED
from tuimail.model.intent import StoreFlags

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
    assert busy.wait(10)
    patient = store.write(lambda _: order.append("patient"))
    store.courtesy.key()
    held.set()
    holding.result(10)
    mailbox.submit(key, StoreFlags(add=FLAGGED))
    order.append("urgent")
    monkeypatch.setattr("tuimail.model.courtesy.LONGEST", 0.0)
    store.write(lambda _: None, urgent=True).result(10)  # the thread looks again
    patient.result(10)
    assert order == ["urgent", "patient"]
