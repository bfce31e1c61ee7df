"""One batch of moves between two folders, safe to repeat.

UID MOVE of a message that is not there any more does nothing (RFC 6851), so after a lost reply the
same command is given again and then whatever COPYUID did not name is looked for in the target.
Where MOVE is missing it is a copy, looked for before it is repeated, and UID EXPUNGE.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from tuimail.errors import CommandRejected
from tuimail.imap.session import ImapSession
from tuimail.model.folder import UID, Folder, FolderId
from tuimail.model.message import MessageKey
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync.batch import Items, start, wait_to_be_found
from tuimail.sync.compact import Work
from tuimail.sync.copies import copy_once


@dataclass(frozen=True, slots=True)
class MoveBatch:
    """Messages of one folder on their way to another."""

    source: Folder
    target: Folder
    items: Items

    @property
    def what(self) -> str:
        """What is done with a message."""
        return f"moved to {self.target.name}"

    @property
    def refresh(self) -> tuple[Folder, ...]:
        """The target."""
        return (self.target,)

    def split(self) -> Sequence[MoveBatch]:
        """Return the same work, one message at a time."""
        return [MoveBatch(self.source, self.target, (item,)) for item in self.items]

    def run(self, session: ImapSession, store: Store) -> None:
        """Move, find out where everything is now, and settle the intents.

        Raises:
            ServerError: The server refused; nothing is known to have changed.
            NetworkError: The reply was lost; the intents stay RUNNING and are run again.
        """
        items = start(store, self.items)
        if not items:
            return
        uidvalidity = self.source.state.uidvalidity
        session.ensure_selected(self.source.path, uidvalidity, read_only=False)
        by_copy = tuple(
            item
            for item in items
            if not session.can_move or store.read.baseline(item[0].moves[0]) is not None
        )
        if by_copy:
            self._move_by_copy(session, store, by_copy)
        rest = tuple(item for item in items if item not in by_copy)
        if rest:
            self._move(session, store, rest)

    def _move_by_copy(self, session: ImapSession, store: Store, items: Items) -> None:
        """COPY, then UID EXPUNGE of what is in the target for certain, and of nothing else."""
        if not session.can_expunge:
            raise CommandRejected("The server cannot move single messages.", code="CANNOT")
        copied = copy_once(session, store, self.source, self.target, items)
        session.ensure_selected(self.source.path, self.source.state.uidvalidity, read_only=False)
        done = [uid for work, uid in items if work.key in copied.placed]
        if done:
            session.expunge(done)
        missing = [(work, uid) for work, uid in items if work.key in copied.missing]
        left_behind = self._left_behind(session, [uid for _, uid in missing])
        still_here = [work for work, uid in missing if uid in left_behind]
        gone = tuple((work, uid) for work, uid in missing if uid not in left_behind)
        works = [work for work, _ in items]
        store.write(lambda tx: self._settle(tx, works, copied.placed, gone)).result()
        _raise_if_left(still_here)

    def _move(self, session: ImapSession, store: Store, items: Items) -> None:
        session.ensure_selected(self.source.path, self.source.state.uidvalidity, read_only=False)
        placed = session.move(
            [uid for _, uid in items], self.target.path, self.target.state.uidvalidity
        )
        arrived: dict[MessageKey, UID | None] = {}
        unnamed: list[tuple[Work, UID]] = []
        for work, uid in items:
            new_uid = placed.get(uid)
            if new_uid is None:
                unnamed.append((work, uid))
            else:
                arrived[work.key] = new_uid
        gone: Items = ()
        still_here: list[Work] = []
        if unnamed:
            left_behind = self._left_behind(session, [uid for _, uid in unnamed])
            for work, uid in unnamed:
                if uid in left_behind:
                    still_here.append(work)
                else:
                    found, new_uid = self._look_in_target(session, store, work.key)
                    if found:
                        arrived[work.key] = new_uid
                    else:
                        gone = (*gone, (work, uid))
        works = [work for work, _ in items]
        store.write(lambda tx: self._settle(tx, works, arrived, gone)).result()
        _raise_if_left(still_here)

    def _left_behind(self, session: ImapSession, uids: Sequence[UID]) -> set[UID]:
        if not uids:
            return set()
        session.ensure_selected(self.source.path, self.source.state.uidvalidity, read_only=False)
        return set(session.fetch_flags_of(uids))

    def _look_in_target(
        self, session: ImapSession, store: Store, key: MessageKey
    ) -> tuple[bool, UID | None]:
        """Pair by Message-ID and INTERNALDATE, else leave the pairing to the next refresh."""
        identity = store.read.identity(key)
        if identity is None:
            return False, None
        if not identity.can_be_searched:
            return True, None
        session.ensure_selected(self.target.path, self.target.state.uidvalidity, read_only=True)
        candidates = session.search_message_id(identity.message_id or "")
        if not candidates:
            return False, None
        same = [
            fetched.uid
            for fetched in session.fetch_uids(candidates)
            if fetched.internaldate is not None
            and int(fetched.internaldate.timestamp()) == identity.received
        ]
        return True, max(same, default=max(candidates))

    def _settle(
        self,
        tx: Writer,
        works: Sequence[Work],
        arrived: dict[MessageKey, UID | None],
        gone: Items,
    ) -> None:
        target: FolderId = self.target.id
        settled = [intent for work in works if work.key in arrived for intent in work.moves]
        tx.finish_intents(settled, moved={key: (target, uid) for key, uid in arrived.items()})
        wait_to_be_found(tx, self.source.id, gone)


def _raise_if_left(still_here: Sequence[Work]) -> None:
    if still_here:
        raise CommandRejected("The server said OK and did not move the message.")
