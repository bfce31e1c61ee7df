"""What a person does with mail, on the sandbox and on Dovecot: the same has to come of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.server.both_servers import Mailbox
from tests.server.client import Client, mail
from tests.waiting import wait_until
from tuimail.model.flags import FLAGGED, SEEN
from tuimail.model.folder import Folder, FolderRole
from tuimail.model.intent import Move, NewIntent, StoreFlags
from tuimail.model.message import BodyState
from tuimail.model.outbox import OutboxState, SentCopy
from tuimail.sync.timing import Timing


@pytest.fixture
def client(mailbox: Mailbox, tmp_path: Path) -> Iterator[Client]:
    """Signed in and online, with three messages in the Inbox."""
    for number in (1, 2, 3):
        mailbox.file("INBOX", mail(f"Message {number}"))
    with mailbox.client(tmp_path) as client:
        client.sign_in()
        client.start()
        yield client


def folder_at(client: Client, path: str) -> Folder:
    return wait_until(lambda: client.store.read.folder_at_path(client.account.id, path), 60.0, path)


def subjects_in(client: Client, path: str) -> list[str]:
    return [row.subject for row in client.store.read.newest(folder_at(client, path).id, 50)]


def text_of_newest(client: Client, folder: Folder) -> BodyState | None:
    return next((row.body for row in client.store.read.newest(folder.id, 1)), None)


def settle(client: Client) -> None:
    """Wait until nothing waits for the server."""
    client.engine.wake()
    wait_until(lambda: client.store.read.counts().pending_intents == 0, 30.0, "all done")


# ── reading ───────────────────────────────────────────────────────────────────────────────────


def test_the_newest_mail_is_here_after_signing_in(client: Client) -> None:
    wait_until(lambda: client.subjects() == ["Message 3", "Message 2", "Message 1"], 60.0)


def test_folders_that_hold_no_mail_are_not_shown(client: Client) -> None:
    client.folder(FolderRole.SENT)
    paths = {folder.path for folder in client.store.read.folders(client.account.id)}
    assert {"INBOX", "Drafts", "Sent Items", "Deleted Items", "Junk Email"} <= paths
    assert not paths & {"Calendar", "Contacts", "Journal", "Notes", "Tasks"}


def test_unread_mail_is_counted_in_folders_nobody_opened(mailbox: Mailbox, tmp_path: Path) -> None:
    mailbox.file("Archive", mail("Old"), "\\Seen")
    mailbox.file("Archive", mail("Older"))
    with mailbox.client(tmp_path) as client:
        client.sign_in()
        client.start()
        wait_until(lambda: folder_at(client, "Archive").total == 2, 30.0, "the count")
        assert folder_at(client, "Archive").unread == 1
        client.engine.focus(folder_at(client, "Archive").id)
        wait_until(lambda: len(subjects_in(client, "Archive")) == 2, 30.0, "the messages")


def test_new_mail_comes_in_by_itself(client: Client, mailbox: Mailbox) -> None:
    client.row("Message 1")
    mailbox.deliver(mail("Just arrived", to=mailbox.address))
    client.row("Just arrived")


def test_a_text_is_fetched_when_wanted(client: Client) -> None:
    row = client.row("Message 2")
    client.engine.want_body(row.key)
    wait_until(lambda: client.row("Message 2").body is BodyState.COMPLETE)
    assert client.store.read.part(row.key, "1") == b"Hello.\r\n"


def test_reading_a_text_does_not_mark_it_as_read(client: Client, mailbox: Mailbox) -> None:
    client.engine.want_body(client.row("Message 2").key)
    wait_until(lambda: client.row("Message 2").body is BodyState.COMPLETE)
    assert "\\Seen" not in mailbox.flags("INBOX", "Message 2")


# ── acting ────────────────────────────────────────────────────────────────────────────────────


def test_flags_reach_the_server(client: Client, mailbox: Mailbox) -> None:
    row = client.row("Message 2")
    change = StoreFlags(add=SEEN | FLAGGED)
    client.store.submit([NewIntent(client.account.id, row.key, change)]).result()
    assert client.row("Message 2").flags.is_seen
    settle(client)
    assert {"\\Seen", "\\Flagged"} <= mailbox.flags("INBOX", "Message 2")
    client.store.submit(
        [NewIntent(client.account.id, row.key, StoreFlags(remove=FLAGGED))]
    ).result()
    settle(client)
    assert "\\Flagged" not in mailbox.flags("INBOX", "Message 2")


def test_a_deleted_message_ends_in_deleted_items_and_keeps_its_key(
    client: Client, mailbox: Mailbox
) -> None:
    row = client.row("Message 2")
    trash = client.folder(FolderRole.TRASH)
    client.store.submit([NewIntent(client.account.id, row.key, Move(trash.id))]).result()
    assert "Message 2" not in client.subjects()
    settle(client)
    assert (mailbox.count("INBOX"), mailbox.count("Deleted Items")) == (2, 1)
    assert client.row("Message 2", FolderRole.TRASH).key == row.key


def test_what_is_undone_while_held_never_reaches_the_server(
    client: Client, mailbox: Mailbox
) -> None:
    row = client.row("Message 2")
    trash = client.folder(FolderRole.TRASH)
    group = client.store.submit(
        [NewIntent(client.account.id, row.key, Move(trash.id), hold_seconds=600)]
    ).result()
    client.engine.wake()
    assert client.store.write(lambda tx: tx.cancel_group(group)).result() == 1
    assert client.row("Message 2").key == row.key
    settle(client)
    assert (mailbox.count("INBOX"), mailbox.count("Deleted Items")) == (3, 0)


def test_many_messages_are_moved_and_brought_back(client: Client, mailbox: Mailbox) -> None:
    keys = [client.row(f"Message {number}").key for number in (1, 2, 3)]
    inbox, trash = client.folder(FolderRole.INBOX), client.folder(FolderRole.TRASH)
    for target, left in ((trash, 0), (inbox, 3)):
        client.store.submit(
            [NewIntent(client.account.id, key, Move(target.id)) for key in keys]
        ).result()
        settle(client)
        assert mailbox.count("INBOX") == left
    assert [client.row(f"Message {number}").key for number in (1, 2, 3)] == keys


def test_a_move_into_a_folder_that_is_gone_comes_back(mailbox: Mailbox, tmp_path: Path) -> None:
    mailbox.file("INBOX", mail("Stays"))
    with mailbox.peer(None) as peer:
        peer.create("Projects")
        peer.subscribe("Projects")
    with mailbox.client(tmp_path) as client:
        client.sign_in()
        client.start()
        row, projects = client.row("Stays"), folder_at(client, "Projects")
        with mailbox.peer(None) as peer:
            peer.delete("Projects")
        client.store.submit([NewIntent(client.account.id, row.key, Move(projects.id))]).result()
        client.engine.wake()
        wait_until(lambda: "Stays" in client.subjects(), 30.0, "the message to come back")
        wait_until(lambda: client.store.read.notices(1), 30.0, "a word about it")
    assert mailbox.count("INBOX") == 1


def test_a_move_into_a_folder_that_is_known_to_be_gone_comes_back(
    mailbox: Mailbox, tmp_path: Path
) -> None:
    """Guards against a move that waits for ever, out of sight, for a folder nobody makes again.

    Mutation that turns it red: `return False` for the last line of `can_receive` in sync/push.py.
    """
    mailbox.file("INBOX", mail("Stays"))
    with mailbox.peer(None) as peer:
        peer.create("Projects")
        peer.subscribe("Projects")
    with mailbox.client(tmp_path) as client:
        client.sign_in()
        client.start()
        row, projects = client.row("Stays"), folder_at(client, "Projects")
        held = NewIntent(client.account.id, row.key, Move(projects.id), hold_seconds=3.0)
        client.store.submit([held]).result()
    with mailbox.peer(None) as peer:
        peer.unsubscribe("Projects")
        peer.rename("Projects", '"Projects of old"')
    with mailbox.client(tmp_path) as client:
        client.start()
        known = client.store.read.folder(projects.id)
        assert known is None or not known.is_on_server
        wait_until(lambda: "Stays" in client.subjects(), 30.0, "the message to come back")
        wait_until(lambda: client.store.read.notices(1), 30.0, "a word about it")
    assert mailbox.count("INBOX") == 1


# ── other clients ─────────────────────────────────────────────────────────────────────────────


def test_a_change_by_another_client_is_seen(client: Client, mailbox: Mailbox) -> None:
    client.row("Message 1")
    with mailbox.peer(None) as peer:
        peer.select("INBOX")
        peer.store("1", "+FLAGS", "(\\Flagged)")
        wait_until(lambda: client.row("Message 1").flags.is_flagged, 60.0)
        peer.store("1", "+FLAGS", "(\\Deleted)")
        peer.expunge()
    wait_until(lambda: "Message 1" not in client.subjects(), 60.0)


def test_a_message_moved_by_another_client_keeps_its_key(client: Client, mailbox: Mailbox) -> None:
    row = client.row("Message 3")
    with mailbox.peer(None) as peer:
        peer.select("INBOX")
        peer._simple_command("MOVE", "3", "Archive")
    wait_until(lambda: "Message 3" not in client.subjects(), 60.0)
    client.engine.focus(folder_at(client, "Archive").id)
    wait_until(lambda: subjects_in(client, "Archive") == ["Message 3"], 60.0)
    (moved,) = client.store.read.newest(folder_at(client, "Archive").id, 5)
    assert moved.key == row.key


def test_a_mark_follows_its_message_into_a_folder_that_another_client_renames(
    mailbox: Mailbox, tmp_path: Path
) -> None:
    """The folder keeps its row, so what is pending, its texts and its choices come along.

    Red without `find_renamed`, and when a folder that is gone is refused without a new listing.
    The tree is listed again for a folder that another client made, too.
    """
    with mailbox.peer(None) as peer:
        peer.create("Projects")
        peer.subscribe("Projects")
    mailbox.file("Projects", mail("Renamed with it"))
    timing = replace(Timing(), poll=0.5, count_apart=0.1, listing=1.0)
    with Client(mailbox.account, tmp_path, mailbox.approve, timing=timing) as client:
        client.sign_in()
        client.start()
        projects = folder_at(client, "Projects")
        client.engine.focus(projects.id)
        wait_until(lambda: subjects_in(client, "Projects") == ["Renamed with it"], 60.0)
        (row,) = client.store.read.newest(projects.id, 5)
        client.engine.focus(client.folder(FolderRole.INBOX).id)
        with mailbox.peer(None) as peer:
            peer.rename("Projects", "Reports")
            peer.unsubscribe("Projects")
            peer.subscribe("Reports")
            peer.create("Meanwhile")
            peer.subscribe("Meanwhile")
        mark = NewIntent(client.account.id, row.key, StoreFlags(add=FLAGGED))
        client.store.submit([mark]).result()
        settle(client)
        assert "\\Flagged" in mailbox.flags("Reports", "Renamed with it")
        assert folder_at(client, "Reports").id == projects.id
        assert not client.store.read.notices(1)
        folder_at(client, "Meanwhile")


def test_a_folder_made_anew_is_read_anew(mailbox: Mailbox, tmp_path: Path) -> None:
    """Its UIDVALIDITY is another one: nothing that was known about its UIDs holds."""
    with mailbox.peer(None) as peer:
        peer.create("Projects")
        peer.subscribe("Projects")
    mailbox.file("Projects", mail("Before"))
    with mailbox.client(tmp_path) as client:
        client.sign_in()
        client.start()
        projects, inbox = folder_at(client, "Projects"), client.folder(FolderRole.INBOX)
        client.engine.focus(projects.id)
        wait_until(lambda: text_of_newest(client, projects) is BodyState.COMPLETE, 60.0)
        # Out of it, or Dovecot ends the connection, and the folder may be missing from the next
        # listing, between its end and its beginning.
        seen = client.folder(FolderRole.INBOX).state.checked_at
        client.engine.focus(inbox.id)
        wait_until(lambda: client.folder(FolderRole.INBOX).state.checked_at != seen, 60.0)
        with mailbox.peer(None) as peer:
            peer.delete("Projects")
            peer.create("Projects")
        mailbox.file("Projects", mail("After"))
        client.engine.focus(projects.id)
        wait_until(lambda: subjects_in(client, "Projects") == ["After"], 30.0)


# ── sending ───────────────────────────────────────────────────────────────────────────────────


def test_a_message_is_sent_filed_once_and_the_original_marked_answered(
    client: Client, mailbox: Mailbox
) -> None:
    original = client.row("Message 1")
    sent_id = "<reply.1@contoso.example>"
    raw = mail("Re: Message 1", sender=mailbox.address, to=mailbox.colleague, message_id=sent_id)
    outbox_id = client.queue(raw, sent_id, mailbox.colleague, in_reply_to=original.key)
    client.wait_for_outbox(outbox_id, OutboxState.SENT)
    wait_until(lambda: client.outbox(outbox_id).sent_copy is SentCopy.FILED, 60.0)
    client.row("Re: Message 1", FolderRole.SENT)
    assert mailbox.count("Sent Items") == 1
    wait_until(lambda: mailbox.count("INBOX", of=mailbox.colleague) == 1, 30.0, "delivery")
    wait_until(lambda: "\\Answered" in mailbox.flags("INBOX", "Message 1"), 60.0)


def test_what_was_done_while_closed_is_sent_at_the_next_start(
    mailbox: Mailbox, tmp_path: Path
) -> None:
    mailbox.file("INBOX", mail("Kept"))
    with mailbox.client(tmp_path) as client:
        client.sign_in()
        client.start()
        key = client.row("Kept").key
    with mailbox.client(tmp_path) as client:
        change = StoreFlags(add=FLAGGED)
        client.store.submit([NewIntent(client.account.id, key, change)]).result()
        client.start()
        settle(client)
    assert "\\Flagged" in mailbox.flags("INBOX", "Kept")
