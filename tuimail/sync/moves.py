"""One batch of moves between two folders, safe to repeat.

UID MOVE of a message that is not there any more does nothing (RFC 6851), so after a lost reply the
same command is given again and then whatever COPYUID did not name is looked for in the target.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from tuimail.imap.session import ImapSession
from tuimail.model.folder import UID, Folder, FolderId
from tuimail.model.message import MessageKey
from tuimail.store.store import Store, Writer
from tuimail.sync.compact import Work

_RETRY_AFTER: Final = timedelta(seconds=10)


Items = tuple[tuple[Work, UID], ...]
"""Work, each with the message's UID in the selected folder."""


def start(store: Store, items: Items, intents: Sequence[int]) -> Items:
    """Mark intents as handed to the server; returns the work that may still be done.

    What the user took back a moment ago is left out, and so is whatever was merged with it.
    """
    started = set(store.write(lambda tx: tx.start_intents(intents)).result())
    passed_over = set(intents) - started
    return tuple(
        (work, uid)
        for work, uid in items
        if not passed_over.intersection(work.moves) and not passed_over.intersection(work.stores)
    )


def wait_to_be_found(
    tx: Writer, folder: FolderId, uids: Sequence[UID], intents: Sequence[int]
) -> None:
    """Keep what was asked of messages that another client moved or removed meanwhile.

    The rows stay unseen for the grace period. Where one turns up its intents run; those of one
    that does not are given up with the row.
    """
    tx.record_vanished(folder, uids)
    tx.requeue_intents(
        intents,
        not_before=datetime.now(UTC),
        error="The message was not where it had been; it is looked for.",
    )


@dataclass(frozen=True, slots=True)
class MoveBatch:
    """Messages of one folder on their way to another."""

    source: Folder
    target: Folder
    items: tuple[tuple[Work, UID], ...]

    @property
    def what(self) -> str:
        """What is done with a message."""
        return f"moved to {self.target.name}"

    @property
    def intents(self) -> tuple[int, ...]:
        """The ids that the whole batch settles."""
        return tuple(intent for work, _ in self.items for intent in work.moves)

    def split(self) -> Sequence[MoveBatch]:
        """Return the same work, one message at a time."""
        return [MoveBatch(self.source, self.target, (item,)) for item in self.items]

    def run(self, session: ImapSession, store: Store) -> None:
        """Move, find out where everything is now, and settle the intents.

        Raises:
            ServerError: The server refused; nothing is known to have changed.
            NetworkError: The reply was lost; the intents stay RUNNING and are run again.
        """
        items = start(store, self.items, self.intents)
        if not items:
            return
        uidvalidity = self.source.state.uidvalidity
        session.ensure_selected(self.source.path, uidvalidity, read_only=False)
        placed = session.move([uid for _, uid in items], self.target.path)
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
        store.write(lambda tx: self._settle(tx, works, arrived, gone, still_here)).result()

    def _left_behind(self, session: ImapSession, uids: Sequence[UID]) -> set[UID]:
        session.ensure_selected(self.source.path, self.source.state.uidvalidity, read_only=False)
        return {uid for uid, _ in session.fetch_flags(min(uids), max(uids))} & set(uids)

    def _look_in_target(
        self, session: ImapSession, store: Store, key: MessageKey
    ) -> tuple[bool, UID | None]:
        """Pair by Message-ID and INTERNALDATE, else leave the pairing to the next refresh."""
        message = store.read.message(key)
        if message is None:
            return False, None
        message_id = message.envelope.message_id
        if not message_id or not message_id.isascii():
            return True, None
        session.ensure_selected(self.target.path, self.target.state.uidvalidity, read_only=True)
        candidates = session.search_message_id(message_id)
        if not candidates:
            return False, None
        received = int(message.summary.internaldate.timestamp())
        same = [
            fetched.uid
            for fetched in session.fetch_uids(candidates)
            if fetched.internaldate is not None
            and int(fetched.internaldate.timestamp()) == received
        ]
        return True, max(same, default=max(candidates))

    def _settle(
        self,
        tx: Writer,
        works: Sequence[Work],
        arrived: dict[MessageKey, UID | None],
        gone: Items,
        still_here: Sequence[Work],
    ) -> None:
        target: FolderId = self.target.id
        settled = [intent for work in works if work.key in arrived for intent in work.moves]
        tx.finish_intents(settled, moved={key: (target, uid) for key, uid in arrived.items()})
        wait_to_be_found(
            tx,
            self.source.id,
            [uid for _, uid in gone],
            [intent for work, _ in gone for intent in work.moves],
        )
        for work in still_here:
            tx.requeue_intents(
                work.moves,
                not_before=datetime.now(UTC) + _RETRY_AFTER,
                error="The server said OK and did not move the message.",
            )
