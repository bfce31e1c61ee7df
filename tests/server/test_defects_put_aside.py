"""A defect in a push ends the change it is about: the others go on, and so does the mailbox."""

from __future__ import annotations

from collections.abc import Callable, Collection, Generator, Iterator
from functools import partial
from pathlib import Path

import pytest

from tests.server.client import Client, mail, sandbox_account
from tests.server.intent_line import impatient  # noqa: F401 - a fixture
from tests.waiting import wait_until
from tuimail.imap import tree as commands
from tuimail.imap.jobs import Step
from tuimail.imap.session import ImapSession
from tuimail.mime.builder import build_draft
from tuimail.model.draft import Draft
from tuimail.model.flags import FLAGGED, Flags
from tuimail.model.folder import UID, FolderId, FolderRole
from tuimail.model.intent import (
    UNTIL_ASKED,
    CreateFolder,
    NewFolderIntent,
    NewIntent,
    PendingAction,
    StoreFlags,
)
from tuimail.model.notice import Notice
from tuimail.model.status import Connectivity
from tuimail.sandbox.sandbox import Sandbox
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync import drafts
from tuimail.sync import work as work_module
from tuimail.sync.plan import Occasion
from tuimail.sync.reconcile import reconcile
from tuimail.sync.work import DEFECTS_AT_ONCE

SUBJECTS = [f"Message {number}" for number in range(1, 6)]


@pytest.fixture
def client(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[Client]:
    """Online, with five messages."""
    inbox = fresh_sandbox.mailbox(fresh_sandbox.accounts[0]).folder("INBOX")
    for subject in SUBJECTS:
        inbox.append(mail(subject))
    owner = fresh_sandbox.accounts[0]
    account = sandbox_account(fresh_sandbox)
    with Client(account, tmp_path, lambda code: fresh_sandbox.entra.approve(code, owner)) as client:
        client.sign_in()
        client.start()
        client.row(SUBJECTS[0])
        yield client


@pytest.fixture
def said(client: Client) -> list[Connectivity]:
    """Every state of the mailbox from now on."""
    states: list[Connectivity] = []
    client.engine.subscribe(lambda: states.append(client.status.connectivity))
    return states


def stumble_over(
    monkeypatch: pytest.MonkeyPatch, wrong: Collection[UID]
) -> Callable[[], list[list[UID]]]:
    """Have setting marks end by an exception where it is about one of these.

    Returns:
        What gives the UIDs of every command so far.
    """
    real, asked = ImapSession.store_flags, list[list[UID]]()

    def store_flags(
        session: ImapSession, uids: Collection[UID], *, add: Flags, remove: Flags
    ) -> None:
        asked.append(sorted(uids))
        if not set(wrong).isdisjoint(uids):
            raise ZeroDivisionError("a secret of the mail")
        real(session, uids, add=add, remove=remove)

    monkeypatch.setattr(ImapSession, "store_flags", store_flags)
    return lambda: list(asked)


def flag(client: Client, *subjects: str) -> None:
    """Flag messages with one action, whose intents make one command."""
    rows = [client.row(subject) for subject in subjects]
    intents = [NewIntent(client.account.id, row.key, StoreFlags(add=FLAGGED)) for row in rows]
    client.store.submit(intents).result(30)
    client.engine.wake()


def save_and_put_away(draft: Draft, tx: Writer) -> None:
    tx.settle_draft(tx.save_draft(draft))


def change_tree(new: NewFolderIntent, tx: Writer) -> None:
    tx.change_tree(new)


def uid_of(client: Client, subject: str) -> UID:
    place = client.store.read.location(client.row(subject).key)
    assert place is not None
    return place[1]


def the_stopped_one(client: Client) -> PendingAction:
    def stopped() -> PendingAction | None:
        waiting = client.store.read.pending_actions()
        return waiting[0] if [one.not_before for one in waiting] == [UNTIL_ASKED] else None

    return wait_until(stopped, 60.0, "one change that is stopped, and no other that waits")


def notices(client: Client) -> list[Notice]:
    return [notice for _, _, _, notice in client.store.read.notices(10)]


def flagged(sandbox: Sandbox) -> list[str]:
    inbox = sandbox.mailbox(sandbox.accounts[0]).folder("INBOX")
    return sorted(
        message.raw.partition(b"Subject: ")[2].partition(b"\r\n")[0].decode()
        for message in inbox.messages
        if "\\Flagged" in message.flags
    )


def test_a_change_that_ends_by_a_defect_is_stopped_and_told_and_the_others_are_made(
    client: Client,
    said: list[Connectivity],
    monkeypatch: pytest.MonkeyPatch,
    fresh_sandbox: Sandbox,
) -> None:
    """Mutations that turn it red: `push._run` without its last `except`; no `alone` in `push`;
    `next_push` that knows a time for what is stopped (it never ends).
    """
    stumble_over(monkeypatch, [uid_of(client, "Message 3")])
    flag(client, *SUBJECTS)
    stopped = the_stopped_one(client)

    assert stopped.subject == "Message 3"
    assert "ZeroDivisionError at test_defects_put_aside.py:" in (stopped.error or "")
    assert flagged(fresh_sandbox) == [one for one in SUBJECTS if one != "Message 3"]
    (notice,) = notices(client)
    assert notice.short == "“Message 3” could not be marked: tuimail met a defect of its own."
    assert "Everything else goes on" in notice.now
    assert "Run it again or give it up in the list of jobs" in notice.you_can
    assert "secret" not in repr((notice, stopped))
    assert client.row("Message 3").flags.is_flagged
    assert set(said) <= {Connectivity.ONLINE}


def test_what_is_stopped_is_made_when_it_is_run_again(
    client: Client, fresh_sandbox: Sandbox
) -> None:
    """Mutation that turns it red: `hurry` that spares what is stopped."""
    with pytest.MonkeyPatch.context() as broken:
        stumble_over(broken, [uid_of(client, "Message 3")])
        flag(client, "Message 3")
        stopped = the_stopped_one(client)
    client.store.write(lambda tx: tx.hurry_intents([stopped.id])).result(30)
    client.engine.wake()

    wait_until(lambda: flagged(fresh_sandbox) == ["Message 3"], 30.0, "the mark")
    wait_until(lambda: not client.store.read.pending_actions(), 30.0, "nothing that waits")


def test_what_is_stopped_and_given_up_is_shown_as_on_the_server(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    stumble_over(monkeypatch, [uid_of(client, "Message 3")])
    flag(client, "Message 3")
    stopped = the_stopped_one(client)
    client.store.write(lambda tx: tx.discard_intents([stopped.id])).result(30)

    assert not client.row("Message 3").flags.is_flagged
    assert client.store.read.pending_actions() == []


def test_many_defects_do_not_keep_the_rest_from_being_made(
    client: Client, monkeypatch: pytest.MonkeyPatch, fresh_sandbox: Sandbox
) -> None:
    """Guards: each gets a command of its own, and what is left is not put together again.

    Mutation that turns it red: `_push_once` that forgets who was to go alone.
    """
    wrong = SUBJECTS[: DEFECTS_AT_ONCE + 1]
    asked = stumble_over(monkeypatch, [uid_of(client, subject) for subject in wrong])
    flag(client, *SUBJECTS)

    def are_stopped() -> bool:
        waiting = client.store.read.pending_actions()
        return [one.not_before for one in waiting] == [UNTIL_ASKED] * len(wrong)

    wait_until(are_stopped, 60.0, "all of them stopped")
    assert flagged(fresh_sandbox) == SUBJECTS[len(wrong) :]
    assert len(asked()[0]) == len(SUBJECTS)
    assert all(len(uids) == 1 for uids in asked()[1:])


def test_a_draft_that_ends_by_a_defect_keeps_no_other_from_the_server(
    client: Client,
    said: list[Connectivity],
    monkeypatch: pytest.MonkeyPatch,
    fresh_sandbox: Sandbox,
) -> None:
    """Mutation that turns it red: `push_drafts` without its last `except`."""
    real = build_draft

    def build(draft: Draft, **more: object) -> bytes:
        if draft.subject == "Wrong":
            raise KeyError("a secret of the mail")
        return real(draft, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(drafts, "build_draft", build)
    for subject in ("Wrong", "Right"):
        draft = Draft(client.account.id, to="", subject=subject, body="Text")
        client.store.write(partial(save_and_put_away, draft)).result(30)
    client.engine.wake()
    stopped = the_stopped_one(client)

    assert stopped.subject == "Wrong"
    (notice,) = notices(client)
    assert notice.short.startswith("The draft “Wrong” could not be kept in the server's Drafts:")
    folder = fresh_sandbox.mailbox(fresh_sandbox.accounts[0]).folder("Drafts")
    (kept,) = folder.messages
    assert b"Subject: Right" in kept.raw
    assert set(said) <= {Connectivity.ONLINE}


def test_a_folder_that_ends_by_a_defect_keeps_no_other_from_being_made(
    client: Client, said: list[Connectivity], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutation that turns it red: `_push_changes` without its last `except`."""
    real = commands.create

    def create(session: ImapSession, path: str) -> None:
        if path == "Wrong":
            raise IndexError("a secret of the mail")
        real(session, path)

    monkeypatch.setattr(commands, "create", create)
    for name in ("Wrong", "Right"):
        new = NewFolderIntent(client.account.id, None, CreateFolder(name))
        client.store.write(partial(change_tree, new)).result(30)
    client.engine.wake()
    stopped = the_stopped_one(client)

    assert stopped.subject == "Wrong"
    (notice,) = notices(client)
    assert notice.short.startswith("The folder “Wrong” could not be made:")
    made = client.store.read.folder_at_path(client.account.id, "Right")
    assert made is not None
    assert made.is_on_server
    assert set(said) <= {Connectivity.ONLINE}


def test_a_folder_marked_read_that_ends_by_a_defect_is_stopped(
    client: Client, said: list[Connectivity], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutation that turns it red: `push_tree` without the `except` around `_mark`."""

    def mark_seen(*_: object) -> None:
        raise TypeError("a secret of the mail")

    monkeypatch.setattr(commands, "mark_seen", mark_seen)
    inbox = client.folder(FolderRole.INBOX).id
    client.store.write(lambda tx: tx.mark_folder_read(client.account.id, inbox)).result(30)
    client.engine.wake()
    stopped = the_stopped_one(client)

    assert "TypeError" in (stopped.error or "")
    flag(client, "Message 1")
    wait_until(lambda: len(client.store.read.pending_actions()) == 1, 30.0, "the other change")
    assert set(said) <= {Connectivity.ONLINE}


def test_a_folder_that_meets_a_defect_is_noted_and_the_mailbox_goes_on(
    client: Client,
    said: list[Connectivity],
    monkeypatch: pytest.MonkeyPatch,
    fresh_sandbox: Sandbox,
) -> None:
    """Mutation that turns it red: `_bug` whose error reaches as far as the connection."""
    archive = client.folder(FolderRole.ARCHIVE).id

    def stumble(
        session: ImapSession, store: Store, folder: FolderId, occasion: Occasion
    ) -> Generator[Step, None, bool]:
        if folder == archive:
            raise ZeroDivisionError("a secret of the mail")
        return reconcile(session, store, folder, occasion)

    monkeypatch.setattr(work_module, "reconcile", stumble)
    client.engine.focus(archive)

    def words() -> str | None:
        folder = client.store.read.folder(archive)
        return None if folder is None else folder.state.error

    wait_until(words, 30.0, "a word about the folder")
    fresh_sandbox.deliver(mail("Later"), [client.account.address])
    client.engine.focus(client.folder(FolderRole.INBOX).id)
    client.row("Later")
    assert set(said) <= {Connectivity.ONLINE}
