"""The user of a soak: acts through the store as the screen does, and says what is seen."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any, Final

from tests.server.client import Client
from tests.soak import letters
from tuimail.imap.jobs import Priority
from tuimail.model.draft import Draft
from tuimail.model.flags import FLAGGED, SEEN
from tuimail.model.folder import Folder, FolderRole
from tuimail.model.intent import (
    Action,
    Copy,
    Expunge,
    IntentState,
    Move,
    NewIntent,
    StoreFlags,
)
from tuimail.model.message import BodyState, MessageSummary
from tuimail.model.outbox import OutboxState, due_at

Words = dict[str, Any]
"""What is told to the process that leads the soak; JSON."""

_EVERYTHING: Final = 1_000_000
_MANY: Final = 30
_GRACE: Final = 20.0
"""Seconds of looking everywhere after the last fault, in which a message must have turned up."""


class Person:
    """Carries out decisions.

    Args:
        colleague: Who is written to.
        say: Called with what is going to be done, before it is, so that it is known what a kill
            has left open.
    """

    def __init__(self, client: Client, colleague: str, say: Callable[[Words], None]) -> None:
        self._client = client
        self._store = client.store
        self._account = client.account.id
        self._colleague = colleague
        self._say = say
        self._picks: tuple[int, int, int] = (0, 0, 0)
        self._settling_since = 0.0

    def act(self, number: int, what: str, picks: tuple[int, int, int]) -> Words:
        """Do one thing; it is durable when this returns."""
        self._picks = picks
        if not self._folders():
            return {}  # the first connection is still being made
        match what:
            case "flag":
                return self._toggle(FLAGGED, what)
            case "see":
                return self._toggle(SEEN, what)
            case "move":
                return self._move(self._chosen(1), self._target())
            case "move many":
                return self._move(self._chosen(_MANY), self._target())
            case "delete":
                trash = self._store.read.folder_with_role(self._account, FolderRole.TRASH)
                return self._move(self._chosen(1), trash)
            case "copy":
                return self._copy(self._target())
            case "delete for ever":
                rows = self._of_kind(letters.EXPENDABLE)
                self._submit(rows, Expunge(), {})
            case "undo":
                return self._undo()
            case "look":
                self._client.engine.focus(self._folder().id)
            case "read":
                for row in self._chosen(1):
                    self._client.engine.want_body(row.key)
            case "send":
                return self._send(number)
            case "draft":
                draft = Draft(self._account, to=self._colleague, subject=f"Draft {number}")
                self._store.write(lambda tx: tx.save_draft(draft), urgent=True).result()
        return {}

    # ── what is done ──────────────────────────────────────────────────────────────────────────

    def _toggle(self, flag: Any, what: str) -> Words:
        rows = self._chosen(1)
        if not rows:
            return {}
        row = rows[0]
        is_set = row.flags.is_flagged if flag is FLAGGED else row.flags.is_seen
        words = {what: [[self._message_id(row), not is_set]]}
        self._submit(rows, StoreFlags(remove=flag) if is_set else StoreFlags(add=flag), words)
        return words

    def _move(self, rows: list[MessageSummary], target: Folder | None) -> Words:
        if not rows or target is None:
            return {}
        words = {"move": [[self._message_id(row), target.id] for row in rows]}
        self._submit(rows, Move(target.id), words)
        return words

    def _copy(self, target: Folder) -> Words:
        rows = self._of_kind(letters.TWIN)
        words = {"copy": [self._message_id(row) for row in rows]}
        self._submit(rows, Copy(target.id), words)
        return words

    def _of_kind(self, kind: str) -> list[MessageSummary]:
        rows = self._store.read.newest(self._folder().id, 300)
        return [row for row in rows if row.subject.startswith(kind)][:1]

    def _submit(self, rows: list[MessageSummary], action: Action, words: Words) -> None:
        if not rows:
            return
        self._say(words)
        hold = (0.0, 0.0, 0.3, 1.0)[self._picks[2] % 4]
        intents = [NewIntent(self._account, row.key, action, hold_seconds=hold) for row in rows]
        self._store.submit(intents, "Done").result()
        self._client.engine.wake()

    def _undo(self) -> Words:
        entry = self._store.read.next_undo()
        if entry is None:
            return {}
        stored = self._store.read.intents_of_group(entry.group_id)
        words = {"undo": [self._id_of(intent.key) for intent in stored]}
        self._say(words)
        self._store.write(lambda tx: tx.undo(), urgent=True).result()
        self._client.engine.wake()
        return words

    def _send(self, number: int) -> Words:
        words = {"send": letters.sent_id(number)}
        self._say(words)
        raw = letters.outgoing(number, self._client.account.address, self._colleague)
        self._client.queue(raw, letters.sent_id(number), self._colleague)
        return words

    # ── what is seen ──────────────────────────────────────────────────────────────────────────

    def settle(self, resend: list[int]) -> Words:
        """Ask for everything to be brought up to date, and say how things stand.

        Args:
            resend: Outbox rows that are known not to have arrived: the user's word for them.
        """
        self._settling_since = self._settling_since or time.monotonic()
        if time.monotonic() - self._settling_since > _GRACE:
            # What was asked of messages that are nowhere ends with their grace period.
            self._store.write(lambda tx: tx.purge_gone(self._account, _GRACE / 2)).result()
        for outbox_id in resend:
            self._store.write(
                lambda tx, outbox_id=outbox_id: tx.set_outbox(  # type: ignore[misc]
                    outbox_id, state=OutboxState.QUEUED
                )
            ).result()
        work = self._client.engine._mailboxes[self._account].work
        for folder in self._folders():
            wish = (folder.id, True)
            self._client.engine._call(work.refreshes.add, wish, Priority.FOCUS)
        self._client.engine.wake()
        counts = self._store.read.counts()
        return {
            "pending": counts.pending_intents,
            "online": str(self._client.status.connectivity),
            "outbox": [
                [item.id, item.message_id, str(item.state), due_at(item) is not None]
                for item in self._store.read.outbox(self._account)
            ],
        }

    def see(self) -> Words:
        """Return everything that is shown and held."""
        dropped = (IntentState.FAILED, IntentState.GONE, IntentState.CANCELLED)
        failed = {
            self._id_of(intent.key) for intent in self._store.read.intents(states=list(dropped))
        }
        return {
            "folders": {folder.path: self._contents(folder) for folder in self._folders()},
            "ids": {folder.path: folder.id for folder in self._folders()},
            "dropped": sorted(failed),
            "drafts": len(self._store.read.drafts(self._account)),
        }

    def _contents(self, folder: Folder) -> Words:
        read = self._store.read
        fresh = read.folder(folder.id) or folder
        rows = {}
        lost = 0
        for row in read.newest(folder.id, _EVERYTHING):
            place = read.location(row.key)
            if place is None or place[0] != folder.id or str(place[1]) in rows:
                lost += 1
                continue
            flags = [name for name in row.flags.names() if name.startswith("\\")]
            rows[str(place[1])] = [self._message_id(row), sorted(flags), self._digest(row)]
        return {"rows": rows, "unread": fresh.unread, "total": fresh.total, "without a UID": lost}

    def _digest(self, row: MessageSummary) -> str | None:
        if row.body is not BodyState.COMPLETE:
            return None
        return sha256(self._store.read.part(row.key, "1") or b"").hexdigest()

    # ── choosing ──────────────────────────────────────────────────────────────────────────────

    def _folders(self) -> list[Folder]:
        folders = self._store.read.folders(self._account)
        return sorted((each for each in folders if each.selectable), key=lambda each: each.path)

    def _folder(self) -> Folder:
        folders = self._folders()
        # Half of everything happens in the Inbox, as in life.
        if self._picks[0] % 2:
            return next(
                (each for each in folders if each.role is FolderRole.INBOX),
                folders[0],
            )
        return folders[self._picks[0] // 2 % len(folders)]

    def _target(self) -> Folder:
        folders = self._folders()
        return folders[self._picks[2] % len(folders)]

    def _chosen(self, count: int) -> list[MessageSummary]:
        rows = self._store.read.newest(self._folder().id, 300)
        drawn = random.Random(self._picks[1])
        return drawn.sample(rows, min(count, len(rows)))

    def _message_id(self, row: MessageSummary) -> str:
        return self._id_of(row.key)

    def _id_of(self, key: Any) -> str:
        message = self._store.read.message(key)
        return "" if message is None else message.envelope.message_id or ""


def lines(stream: Any) -> Iterator[str]:
    """Read line by line, without waiting for more than one."""
    return iter(stream.readline, "")
