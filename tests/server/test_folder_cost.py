"""What it costs to keep a folder of 100,000 messages up to date: commands and octets, counted.

Octets are those inside TLS, both ways, on the connection that does the work. The rows of a complete
folder are put into the store directly, as a first sync would have left them.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import pytest

from tests.server.client import mail, sandbox_account
from tests.server.dovecot import Persona, StoredMail
from tests.server.lanes import MakeAccount
from tests.store.inspection import raw_connection
from tuimail.imap.jobs import Step
from tuimail.imap.session import ImapSession
from tuimail.model.flags import FLAGGED, Flags
from tuimail.model.folder import UID, FolderId, FolderState, Round
from tuimail.model.secret import Secret
from tuimail.sandbox.mailbox import FLAGGED as FLAGGED_ON_SERVER
from tuimail.sandbox.mailbox import SEEN as SEEN_ON_SERVER
from tuimail.sandbox.mailbox import Folder
from tuimail.sandbox.sandbox import OWNER, Sandbox
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync.plan import NEWEST, Occasion
from tuimail.sync.reconcile import reconcile

MESSAGES: Final = 100_000
IN_DOVECOT: Final = 10_000
"""Each is a file there; what one command brings does not depend on how many there are."""


@dataclass
class Line:
    """A session on a folder that is complete in the store."""

    session: ImapSession
    store: Store
    folder: FolderId

    def refresh(self, occasion: Occasion) -> tuple[int, int]:
        """Refresh the folder; returns (commands, octets) it took."""
        meter = self.session.meter
        commands, octets = self.session.round_trips, meter.sent + meter.received
        finished(reconcile(self.session, self.store, self.folder, occasion))
        return self.session.round_trips - commands, meter.sent + meter.received - octets

    def flags(self, uid: int) -> Flags:
        return self.store.read.server_flags(self.folder, UID(uid), UID(uid))[UID(uid)][1]


def finished(job: Generator[Step, None, object]) -> None:
    for _ in job:
        pass


def fill_store(store: Store, folder: FolderId, uids: Sequence[int], uidvalidity: int) -> None:
    """Put read messages with these UIDs into the store, and the folder's state after a sync."""
    with raw_connection(store.directory) as connection:
        connection.execute("BEGIN")
        account = connection.execute("SELECT account_id FROM folder WHERE id = ?", (folder,))
        (account_id,) = account.fetchone()
        connection.executemany(
            "INSERT INTO message (account_id, folder_id, uid, located, state, server_flags,"
            " server_keywords, shown_folder_id, flags, keywords, pending, internaldate, size,"
            " from_text, to_text, subject, has_attachment, message_id)"
            " VALUES (?1, ?2, ?3, 0, 0, 1, '', ?2, 1, '', 0, ?3, 100, '', '', '', 0, ?4)",
            [(account_id, folder, uid, f"<{uid}@big.example>") for uid in uids],
        )
        connection.execute(
            "INSERT INTO message_detail (message_key, envelope, structure, refs)"
            " SELECT id, '[]', NULL, '[]' FROM message WHERE folder_id = ?",
            (folder,),
        )
        connection.execute("COMMIT")
    state = FolderState(
        uidvalidity=uidvalidity,
        uidnext=UID(uids[-1] + 1),
        exists=len(uids),
        synced_low=UID(1),
        checked_at=datetime.now(UTC),
    )
    now = datetime.now(UTC)

    def note(tx: Writer) -> None:
        tx.set_folder_state(folder, state)
        tx.set_round(folder, Round(finished_at=now, looked_at=now))

    store.write(note).result()


@pytest.fixture
def line(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[Line]:
    """100,000 messages with UIDs of 1 to 300,000 with gaps, all of them here."""
    inbox = fresh_sandbox.mailbox(OWNER).folder("INBOX")
    uids = inbox.extend_generated(MESSAGES, lambda number: mail(f"Message {number}"), gaps=2)
    inbox.uidnext = uids[-1] + 2_000_000
    account = sandbox_account(fresh_sandbox)
    store = Store.open(tmp_path)
    session = ImapSession.connect(account.imap, ca_file=account.ca_file)
    try:
        session.authenticate(OWNER, Secret(fresh_sandbox.entra.mint(OWNER)))
        line = Line(session, store, complete_folder(store, session, OWNER, uids, inbox.uidvalidity))
        line.refresh(Occasion.OPENED)  # UIDNEXT is far above the last message
        yield line
    finally:
        session.close()
        store.close()


@pytest.fixture
def inbox(fresh_sandbox: Sandbox) -> Folder:
    """The server's side of `line`."""
    return fresh_sandbox.mailbox(OWNER).folder("INBOX")


def complete_folder(
    store: Store, session: ImapSession, address: str, uids: Sequence[int], uidvalidity: int
) -> FolderId:
    """Return the Inbox with these UIDs, as a first sync would have left it."""
    account_id = store.write(lambda tx: tx.ensure_account(address)).result()
    listed = session.list_folders()
    store.write(lambda tx: tx.sync_folders(account_id, listed)).result()
    folder = store.read.folder_at_path(account_id, "INBOX")
    assert folder is not None
    fill_store(store, folder.id, uids, uidvalidity)
    return folder.id


def test_a_folder_of_100_000_costs_what_changed_in_it(line: Line, inbox: Folder) -> None:
    """Red when any of the steps compares the whole folder, or asks while the counts are even."""
    uids = inbox.uids()
    for occasion in (Occasion.POLLED, Occasion.IN_VIEW, Occasion.OPENED):
        assert within(line.refresh(occasion), commands=2, octets=600), occasion

    # Another client reads nothing, but marks the newest: the server said that something changed.
    mark(inbox, uids[-1], SEEN_ON_SERVER, FLAGGED_ON_SERVER)
    assert within(line.refresh(Occasion.TOLD), commands=3, octets=NEWEST * 60 + 600)
    assert line.flags(uids[-1]).is_flagged

    # The oldest is marked unread and flagged.
    mark(inbox, uids[0], FLAGGED_ON_SERVER)
    assert within(line.refresh(Occasion.POLLED), commands=4, octets=1000)
    assert line.flags(uids[0]) == FLAGGED

    # One message far down is deleted, and one arrives, so that EXISTS stands still.
    inbox.expunge([uids[40_000]])
    inbox.append(mail("New"))
    assert within(line.refresh(Occasion.POLLED), commands=5, octets=16_000)
    assert line.store.read.here(line.folder).count == MESSAGES
    assert not line.store.read.uids(line.folder, UID(uids[40_000]), UID(uids[40_000]))
    assert line.store.read.newest(line.folder, 1)[0].subject == "New"
    assert within(line.refresh(Occasion.POLLED), commands=2, octets=600)


def test_condstore_tells_one_flag_among_10_000_in_one_command(
    make_dovecot_account: MakeAccount, tmp_path: Path
) -> None:
    """Red when `plan._is_told_by_modseq` is always false, or EXAMINE goes without CONDSTORE."""
    account = make_dovecot_account("condstore", persona=Persona.DOVECOT)
    raw = b"Subject: Small\r\n\r\n"
    account.dovecot.fill(
        account.address, (StoredMail(raw, flags="\\Seen") for _ in range(IN_DOVECOT))
    )
    store = Store.open(tmp_path)
    session = ImapSession.connect(account.imap, ca_file=account.ca_file)
    try:
        session.authenticate(account.address, Secret(account.mint()))
        selected = session.select("INBOX")
        folder = complete_folder(
            store, session, account.address, range(1, IN_DOVECOT + 1), selected.uidvalidity
        )
        line = Line(session, store, folder)
        line.refresh(Occasion.ASKED)  # so that HIGHESTMODSEQ is known
        assert within(line.refresh(Occasion.TOLD), commands=2, octets=1000)
        with account.peer() as peer:
            peer.select("INBOX")
            peer.store("17", "+FLAGS", "(\\Flagged)")
        assert within(line.refresh(Occasion.POLLED), commands=3, octets=1200)
        assert line.flags(17).is_flagged
        with account.peer() as peer:
            peer.select("INBOX")
            peer.store("4000", "+FLAGS", "(\\Deleted)")
            peer.expunge()
        assert within(line.refresh(Occasion.POLLED), commands=5, octets=16_000)
        assert store.read.here(folder).count == IN_DOVECOT - 1
    finally:
        session.close()
        store.close()


def test_a_round_compares_everything_in_parts_and_goes_on_after_a_restart(
    line: Line, inbox: Folder
) -> None:
    """A flag that no count shows, at the bottom: found, and no refresh takes more than its part."""
    bottom = inbox.uids()[0]
    mark(inbox, bottom, SEEN_ON_SERVER, FLAGGED_ON_SERVER)
    line.store.write(lambda tx: tx.set_round(line.folder, Round())).result()
    refreshes = 0
    reached: list[UID] = []
    while line.store.read.round(line.folder).finished_at is None:
        _, octets = line.refresh(Occasion.POLLED)
        assert octets < 1_400_000
        refreshes += 1
        reached.append(line.store.read.round(line.folder).below or UID(0))
    assert line.flags(bottom).is_flagged
    assert refreshes > 1
    assert reached == sorted(reached, reverse=True)
    assert within(line.refresh(Occasion.POLLED), commands=2, octets=600)


def mark(folder: Folder, uid: int, *flags: str) -> None:
    message = folder.message(uid)
    assert message is not None
    folder.set_flags(message, flags)


def within(cost: tuple[int, int], *, commands: int, octets: int) -> bool:
    assert cost[0] <= commands, cost
    assert cost[1] <= octets, cost
    return True
