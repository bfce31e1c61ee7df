"""Batches that stay in their folder: marks set and cleared, messages deleted for ever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tuimail.imap.session import ImapSession
from tuimail.model.flags import Flags
from tuimail.model.folder import UID, Folder
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync.batch import Items, intents_of, start, wait_to_be_found


@dataclass(frozen=True, slots=True)
class FlagBatch:
    """The same flags for several messages of one folder."""

    source: Folder
    add: Flags
    remove: Flags
    items: Items

    @property
    def what(self) -> str:
        """What is done with a message."""
        return "marked"

    @property
    def refresh(self) -> tuple[Folder, ...]:
        """No folder receives anything."""
        return ()

    def split(self) -> Sequence[FlagBatch]:
        """Return the same work, one message at a time."""
        return [FlagBatch(self.source, self.add, self.remove, (item,)) for item in self.items]

    def run(self, session: ImapSession, store: Store) -> None:
        """Set and clear, then write what the server has now and settle the intents.

        STORE of a UID that is not there is answered with OK (RFC 9051, 6.4.9), so the flags are
        read back: an intent on a message that another client moved waits until it is found.
        """
        items = start(store, self.items)
        if not items:
            return
        session.ensure_selected(self.source.path, self.source.state.uidvalidity, read_only=False)
        uids = [uid for _, uid in items]
        session.store_flags(uids, add=self.add, remove=self.remove)
        there = session.fetch_flags_of(uids)
        store.write(lambda tx: self._settle(tx, items, there)).result()

    def _settle(self, tx: Writer, items: Items, there: Mapping[UID, Flags]) -> None:
        done = tuple(item for item in items if item[1] in there)
        flags = {work.key: there[uid] for work, uid in done}
        tx.finish_intents(intents_of(done), flags=flags)
        wait_to_be_found(tx, self.source.id, tuple(item for item in items if item not in done))


@dataclass(frozen=True, slots=True)
class ExpungeBatch:
    """Messages of one folder that are deleted for ever."""

    source: Folder
    items: Items

    @property
    def what(self) -> str:
        """What is done with a message."""
        return "deleted for ever"

    @property
    def refresh(self) -> tuple[Folder, ...]:
        """No folder receives anything."""
        return ()

    def split(self) -> Sequence[ExpungeBatch]:
        """Return the same work, one message at a time."""
        return [ExpungeBatch(self.source, (item,)) for item in self.items]

    def run(self, session: ImapSession, store: Store) -> None:
        """Delete what is there.

        What is not was deleted by an attempt without an answer, or moved by another client: then
        it is looked for, and deleted where it turns up.
        """
        items = start(store, self.items)
        if not items:
            return
        session.ensure_selected(self.source.path, self.source.state.uidvalidity, read_only=False)
        there = session.fetch_flags_of([uid for _, uid in items])
        session.expunge(list(there))
        done = tuple((work, uid) for work, uid in items if uid in there or work.began)

        def settle(tx: Writer) -> None:
            tx.finish_intents(intents_of(done))
            tx.forget_messages([work.key for work, _ in done])
            gone = tuple(item for item in items if item not in done)
            wait_to_be_found(tx, self.source.id, gone)

        store.write(settle).result()
