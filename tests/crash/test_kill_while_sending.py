"""Killed while a message goes out, whatever the service answers at whichever stage.

Each case is a reply at a stage and the write before which the process is killed; then it goes on
with a service that works. The receivers are counted. TUIMAIL_LONG=1 tries every reply at
every stage.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import pytest

from tests.crash.nursery import Nursery
from tests.crash.scene import Scene
from tests.server.client import mail
from tests.server.sandbox_fixture import fresh_sandbox  # noqa: F401 - a fixture
from tuimail.model.outbox import OutboxItem, OutboxState, OutgoingMessage
from tuimail.sandbox.sandbox import COLLEAGUE, OWNER, Sandbox
from tuimail.store.store import Store
from tuimail.text.safe import SafeText

_REPLIES: Final = {
    "": "the line breaks",
    "451 4.7.0 Temporary server error. Please try again later. PRX2": "for now",
    "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException; x": "for good",
    "taken": "it takes the message",
}
_VERBS: Final = ("EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", ".")
_MOST_WRITES: Final = 8


def cases() -> list[tuple[str, str]]:
    """A verb and a reply each; that it is taken says the dot alone."""
    now, good = (reply for reply, words in _REPLIES.items() if words.startswith("for"))
    if os.environ.get("TUIMAIL_LONG"):
        return [*((verb, reply) for verb in _VERBS for reply in ("", now, good)), (".", "taken")]
    return [("RCPT", good), ("DATA", ""), ("DATA", good), (".", ""), (".", now), (".", "taken")]


@pytest.fixture
def scene(fresh_sandbox: Sandbox, tmp_path: Path, nursery: Nursery) -> Scene:  # noqa: F811
    return Scene(fresh_sandbox, tmp_path, nursery)


def queue(scene: Scene) -> int:
    with scene.store() as store:
        message = OutgoingMessage(
            scene.account.id,
            mail("Out", sender=OWNER, to=COLLEAGUE, message_id="<out@x.example>"),
            "<out@x.example>",
            OWNER,
            (COLLEAGUE,),
            SafeText("Ben"),
            SafeText("Out"),
        )
        return store.write(lambda tx: tx.queue_message(message)).result()


def item_in(directory: Path, number: int) -> OutboxItem:
    store = Store.open(directory)
    item = store.read.outbox_item(number)
    store.close()
    assert item is not None
    return item


@pytest.mark.timeout(300)
def test_at_most_once_whatever_is_answered_and_whenever_it_is_killed(scene: Scene) -> None:
    """Guards invariant 6 for every stage of the dialogue.

    Mutation that turns it red: `before_data=lambda: asyncio.sleep(0)` in sync/outbox.py.
    """
    scene.run(scene.master, "sync")
    number = queue(scene)
    service = scene.sandbox.smtp_server
    inbox = scene.sandbox.mailbox(COLLEAGUE).folder("INBOX")
    survived, uncertain = 0, 0
    for verb, reply in cases():
        for step in range(1, _MOST_WRITES):
            inbox.expunge(inbox.uids())
            service.script = [] if reply == "taken" else [(verb, reply)] * 2
            directory, where = scene.copy(), f"{_REPLIES[reply]} at {verb}, before write {step}"
            if not scene.kill(directory, f"send {number}", step):
                break
            survived += 1
            service.script = []
            before = len(inbox)
            scene.run(directory, f"send {number}")
            item = item_in(directory, number)
            assert len(inbox) <= 1, where
            if item.state is OutboxState.UNCERTAIN:
                uncertain += 1
                assert item.problem is not None, where
                assert len(inbox) == before, where
            elif item.state is OutboxState.SENT:
                assert len(inbox) == 1, where
            else:
                assert len(inbox) == 0, where
                assert item.state in (OutboxState.QUEUED, OutboxState.FAILED), where
        else:
            pytest.fail(f"{where}: it never came to its end")
    service.script = []
    assert survived >= len(cases()), "each case has a write before which it can be killed"
    assert uncertain > 0
