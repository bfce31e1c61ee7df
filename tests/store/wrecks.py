"""Databases with everything in them that no server has, to be damaged."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from tests.store.mail import Mailbox, envelope, fetched, open_mailbox
from tuimail.model.draft import Draft
from tuimail.model.flags import FLAGGED, SEEN
from tuimail.model.intent import IntentState, Move, StoreFlags
from tuimail.model.message import MessageKey
from tuimail.model.outbox import OutboxState, OutgoingMessage
from tuimail.store.connection import FILE_NAME
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.text.safe import SafeText

PAGE: Final = 4096
MESSAGES: Final = 120
DRAFTS: Final = 40  # more than one page of them


@dataclass(frozen=True)
class Belongings:
    """What no server has."""

    drafts: dict[int, str]
    outbox: dict[int, tuple[OutboxState, bytes]]
    changes: list[tuple[MessageKey, str]]
    addresses: int

    @property
    def sendable(self) -> set[int]:
        """Ids of what goes out by itself."""
        return {number for number, (state, _) in self.outbox.items() if state == "queued"}


def belongings(store: Store) -> Belongings:
    """Return what is in a store."""
    return Belongings(
        {one.id: one.body for one in store.read.drafts() if one.id is not None},
        {one.id: (one.state, store.read.outbox_raw(one.id)) for one in store.read.outbox()},
        [(one.key, repr(one.action)) for one in store.read.intents()],
        len(store.read.complete_address("person", 1000)),
    )


def look(directory: Path) -> Belongings:
    """Return what is in the store of a directory."""
    store = Store.open(directory)
    try:
        return belongings(store)
    finally:
        store.close()


def fill(mailbox: Mailbox) -> None:
    """Give a mailbox mail, drafts, outgoing messages in every state, and changes."""
    keys = mailbox.record(mailbox.inbox, [fetched(uid) for uid in range(1, MESSAGES)])
    odd = mailbox.record_one(
        mailbox.inbox, fetched(MESSAGES, head=envelope(MESSAGES, message_id=None))
    )
    store, account = mailbox.store, mailbox.account
    for number in range(DRAFTS):
        lines = 300 * (number % 3) if number < 6 else 10
        body = f"Draft {number}\n" + "what nobody else has\n" * lines
        draft = Draft(account, subject=f"Draft {number}", body=body, in_reply_to_key=keys[number])
        store.write(partial(save, draft)).result()
    for number, state in enumerate([*OutboxState, *OutboxState]):
        raw = f"Subject: Outgoing {number}\r\n\r\n".encode() + b"text\r\n" * (1000 * (number % 3))
        message = OutgoingMessage(
            account_id=account,
            raw=raw,
            message_id=f"<out-{number}@fabrikam.example>",
            mail_from="me@fabrikam.example",
            rcpt_to=("person1@contoso.example",),
            to_text=SafeText("Person 1"),
            subject=SafeText(f"Outgoing {number}"),
            in_reply_to=keys[number],
        )
        item = store.write(partial(queue, message)).result()
        bring_to(store, item, state)
    mailbox.submit(keys[10], StoreFlags(add=FLAGGED), Move(mailbox.trash))
    mailbox.submit(keys[11], Move(mailbox.projects))
    mailbox.submit(odd, StoreFlags(add=SEEN))
    mailbox.submit(keys[12], StoreFlags(add=SEEN))
    done = [one.id for one in store.read.intents() if one.key == keys[12]]
    store.write(lambda tx: tx.finish_intents(done, state=IntentState.DONE)).result()


def save(draft: Draft, tx: Writer) -> int:
    return tx.save_draft(draft)


def queue(message: OutgoingMessage, tx: Writer) -> int:
    return tx.queue_message(message)


def bring_to(store: Store, item: int, state: OutboxState) -> None:
    """Let an outgoing message come into a state."""
    if state in (OutboxState.SENDING, OutboxState.SENT, OutboxState.UNCERTAIN):
        store.write(lambda tx: tx.set_outbox(item, state=OutboxState.SENDING)).result()
    if state not in (OutboxState.QUEUED, OutboxState.SENDING):
        store.write(lambda tx: tx.set_outbox(item, state=state)).result()


@dataclass(frozen=True)
class Wrecked:
    """A directory to copy and damage, and what is in it.

    Attributes:
        running: As a killed process leaves it, with a log beside the database.
        closed: As a process leaves it that ended, in one file.
    """

    running: Path
    closed: Path
    belongings: Belongings
    mailbox: Mailbox

    def copy(self, to: Path, *, running: bool = False) -> Path:
        """Return the database in a copy of the directory."""
        shutil.copytree(self.running if running else self.closed, to)
        return to / FILE_NAME


def make_wreck(place: Path) -> Wrecked:
    """Make a filled database, in both forms."""
    mailbox = open_mailbox(place / "closed")
    fill(mailbox)
    found = belongings(mailbox.store)
    shutil.copytree(place / "closed", place / "running")
    mailbox.store.close()
    return Wrecked(place / "running", place / "closed", found, mailbox)
