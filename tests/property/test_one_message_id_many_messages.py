"""Messages that share a Message-ID and a second are never taken for each other.

A letter to oneself and to a list, the same mail sent twice, copies in three folders: another
client delivers, copies, moves and deletes them while folders are looked at in any order. In the
end every folder shows what the server has, and no message has the text of another.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.property.memory import in_memory
from tests.store.inspection import assert_counters_are_counts, assert_visible_is_folded
from tests.store.mail import START, Mailbox, fetched, open_mailbox
from tuimail.model.folder import UID, FolderId
from tuimail.model.message import MessageKey
from tuimail.store.writer import Writer

_EVERY_UID = (UID(1), UID(2**32 - 1))
FOLDERS = 3
Step = tuple[str, int, int, int]

steps: st.SearchStrategy[Step] = st.tuples(
    st.sampled_from(
        ["deliver", "deliver", "copy", "move", "move", "delete", "look", "look", "wait"]
    ),
    st.integers(0, FOLDERS - 1),
    st.integers(0, 5),
    st.integers(0, FOLDERS - 1),
)


@dataclass
class World:
    """A server of messages that differ by their octets alone, and a store that looks at it."""

    mailbox: Mailbox
    server: dict[FolderId, dict[int, int]] = field(default_factory=dict)
    uidnext: dict[FolderId, int] = field(default_factory=dict)

    def add(self, folder: FolderId, octets: int) -> None:
        uid = self.uidnext.get(folder, 1)
        self.uidnext[folder] = uid + 1
        self.server.setdefault(folder, {})[uid] = octets

    def look(self, folder: FolderId) -> None:
        """Fetch what is new, note what vanished, and fetch the texts that are missing."""
        there = self.server.get(folder, {})
        known = self.mailbox.store.read.server_flags(folder, *_EVERY_UID)
        new = [
            fetched(uid, number=1, at=START, size=octets)
            for uid, octets in there.items()
            if uid not in known
        ]

        def change(tx: Writer) -> list[MessageKey]:
            keys = tx.record_messages(folder, new)
            tx.record_vanished(folder, [uid for uid in known if uid not in there])
            return keys

        for key in self.mailbox.store.write(change).result(30):
            place = self.mailbox.store.read.location(key)
            assert place is not None
            if self.mailbox.store.read.part(key, "1") is None:
                text = b"%d" % there[place[1]]
                self.mailbox.store.write(partial(_keep, key=key, text=text)).result(30)

    def take(self, step: Step) -> None:
        what, where, pick, other = step
        folder, target = self.mailbox.folders[where], self.mailbox.folders[other]
        there = self.server.get(folder, {})
        uid = sorted(there)[pick % len(there)] if there else None
        if what == "deliver":
            self.add(folder, pick % 3)
        elif what == "look":
            self.look(folder)
        elif what == "wait":
            account = self.mailbox.account
            self.mailbox.store.write(lambda tx: tx.purge_gone(account, 0)).result(30)
        elif uid is not None:
            if what != "delete":
                self.add(target, there[uid])
            if what != "copy":
                del there[uid]


def _keep(tx: Writer, *, key: MessageKey, text: bytes) -> None:
    tx.store_part(key, "1", text)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(steps, max_size=30))
def test_every_folder_shows_its_own_messages_with_their_own_texts(sequence: list[Step]) -> None:
    """Red when the size is taken out of `vanishing._ARRIVED` or of `recording._STRAY`."""
    with in_memory() as directory:
        mailbox = open_mailbox(directory)
        try:
            world = World(mailbox)
            for step in sequence:
                world.take(step)
            for folder in mailbox.folders[:FOLDERS]:
                world.look(folder)
            for folder in mailbox.folders[:FOLDERS]:
                shown = {}
                for key in mailbox.shown(folder):
                    place = mailbox.store.read.location(key)
                    assert place is not None
                    text = mailbox.store.read.part(key, "1")
                    assert text is not None
                    shown[place[1]] = int(text)
                assert shown == world.server.get(folder, {})
            assert_visible_is_folded(mailbox)
            assert_counters_are_counts(mailbox)
        finally:
            mailbox.store.close()
