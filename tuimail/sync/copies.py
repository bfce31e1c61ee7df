"""Copies into another folder, alone or as the first half of a move without MOVE.

A COPY without an answer is UNCERTAIN: it is looked for in the target before it is repeated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from tuimail.errors import CommandRejected, Reach, TuimailError
from tuimail.imap.session import ImapSession
from tuimail.model.folder import UID, Folder
from tuimail.model.message import MessageKey
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync.batch import Items, intents_of, start, wait_to_be_found
from tuimail.sync.looking import find_arrival, take_baseline


@dataclass(slots=True)
class Copied:
    """What is in the target now.

    Attributes:
        placed: Messages that are there for certain; UID None where the server did not tell it.
        missing: What the server said it copied, or left out, and what is not there.
    """

    placed: dict[MessageKey, UID | None] = field(default_factory=dict)
    missing: list[MessageKey] = field(default_factory=list)


def copy_once(
    session: ImapSession, store: Store, source: Folder, target: Folder, items: Items
) -> Copied:
    """Copy what is not in the target yet, as far as an earlier try may have put it there.

    Args:
        items: Their intents are RUNNING.

    Raises:
        ServerError: Refused; nothing was copied by this try.
        NetworkError: The answer was lost; the intents are UNCERTAIN.
    """
    copied = Copied()
    left = _look_for_earlier(session, store, target, items, copied)
    if not left:
        return copied
    baseline = take_baseline(session, target.path)
    ids = intents_of(left)
    store.write(lambda tx: tx.set_baseline(ids, baseline)).result()
    session.ensure_selected(source.path, source.state.uidvalidity, read_only=False)
    try:
        placed = session.copy([uid for _, uid in left], target.path, target.state.uidvalidity)
    except TuimailError as error:
        if error.reach in (Reach.MESSAGE, Reach.FOLDER):
            raise  # a definite no: nothing was copied
        store.write(lambda tx: tx.doubt_intents(ids)).result()
        raise
    for work, uid in left:
        if placed.get(uid) is not None:
            copied.placed[work.key] = placed[uid]
            continue
        found = None
        identity = store.read.identity(work.key)
        if identity is not None:
            taken = {one for one in copied.placed.values() if one is not None}
            found = find_arrival(session, target.path, baseline, identity, taken=taken)
        if found is None:
            copied.missing.append(work.key)
        else:
            copied.placed[work.key] = found
    return copied


def _look_for_earlier(
    session: ImapSession, store: Store, target: Folder, items: Items, copied: Copied
) -> Items:
    """Find what an earlier try copied; returns what is still to be copied."""
    left = []
    taken: set[UID] = set()
    for work, uid in items:
        baseline = store.read.baseline(work.step[0])
        identity = None if baseline is None else store.read.identity(work.key)
        found = None
        if baseline is not None and identity is not None:
            found = find_arrival(session, target.path, baseline, identity, taken=taken)
        if found is None:
            left.append((work, uid))
        else:
            copied.placed[work.key] = found
            taken.add(found)
    return tuple(left)


@dataclass(frozen=True, slots=True)
class CopyBatch:
    """Messages of one folder that another is to have too."""

    source: Folder
    target: Folder
    items: Items

    @property
    def what(self) -> str:
        """What is done with a message."""
        return f"copied to {self.target.name}"

    @property
    def refresh(self) -> tuple[Folder, ...]:
        """The target."""
        return (self.target,)

    def split(self) -> Sequence[CopyBatch]:
        """Return the same work, one message at a time."""
        return [CopyBatch(self.source, self.target, (item,)) for item in self.items]

    def run(self, session: ImapSession, store: Store) -> None:
        """Copy; what was not there to be copied is looked for."""
        items = start(store, self.items)
        if not items:
            return
        copied = copy_once(session, store, self.source, self.target, items)
        done = tuple(item for item in items if item[0].key in copied.placed)
        missing = tuple(item for item in items if item[0].key in copied.missing)
        session.ensure_selected(self.source.path, self.source.state.uidvalidity, read_only=False)
        there = session.fetch_flags_of([uid for _, uid in missing])
        gone = tuple((work, uid) for work, uid in missing if uid not in there)

        def settle(tx: Writer) -> None:
            tx.finish_intents(intents_of(done))
            wait_to_be_found(tx, self.source.id, gone)

        store.write(settle).result()
        if there:
            raise CommandRejected("The server said OK and did not copy the message.")
