"""A draft whose mailbox has no Drafts: it stays safe here, in sight, and goes there later."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.server.client import Client, sandbox_account
from tests.server.intent_line import impatient  # noqa: F401 - a fixture
from tests.waiting import wait_until
from tuimail.model.draft import Draft
from tuimail.model.folder import FolderRole
from tuimail.model.intent import UNTIL_THERE
from tuimail.model.notice import Notice
from tuimail.model.status import Connectivity
from tuimail.sandbox.mailbox import Mailbox
from tuimail.sandbox.sandbox import Sandbox
from tuimail.sync.timing import Timing

ROLE = "\\Drafts"


@pytest.fixture
def mailbox(fresh_sandbox: Sandbox) -> Mailbox:
    return fresh_sandbox.mailbox(fresh_sandbox.accounts[0])


@pytest.fixture
def client(fresh_sandbox: Sandbox, mailbox: Mailbox, tmp_path: Path) -> Iterator[Client]:
    """Online; it looks around whenever the user comes back."""
    owner, account = fresh_sandbox.accounts[0], sandbox_account(fresh_sandbox)
    timing = Timing(attention=0.0, count_apart=0.05, listing=0.0)
    approve = fresh_sandbox.entra.approve
    with Client(account, tmp_path, lambda code: approve(code, owner), timing=timing) as client:
        client.sign_in()
        client.start()
        client.folder(FolderRole.DRAFTS)
        yield client


def write(client: Client) -> Draft:
    """Begin a draft, which is kept here and would go to the server some time later."""
    draft = Draft(client.account.id, to="", subject="Lunch", body="At one?")
    number = client.store.write(lambda tx: tx.save_draft(draft)).result(30)
    return replace(draft, id=number)


def put_away(client: Client, draft: Draft) -> None:
    """Do as the composer does when it is closed."""
    client.store.write(lambda tx: tx.settle_draft(draft.id or 0)).result(30)
    client.engine.wake()


def look_until(client: Client, *, there: bool) -> None:
    """Come back to the screen until the tree is known to have Drafts, or not to."""

    def is_known() -> bool:
        client.engine.attend()
        found = client.store.read.folder_with_role(client.account.id, FolderRole.DRAFTS)
        return (found is not None) is there

    wait_until(is_known, 60.0, f"Drafts there: {there}")


def notices(client: Client) -> list[Notice]:
    return [notice for _, _, _, notice in client.store.read.notices(10)]


def wait_until_told(client: Client) -> Notice:
    wait_until(lambda: notices(client), 30.0, "a word about it")
    (notice,) = notices(client)
    return notice


@pytest.mark.parametrize("is_known", [True, False], ids=["listed without it", "found gone"])
def test_a_draft_without_a_folder_is_told_kept_and_brought_there_later(
    client: Client, mailbox: Mailbox, is_known: bool
) -> None:
    """Mutations that turn it red: `_wait_for_folder` that cancels; `_gone` that gives up at once;
    `_due` that takes the time as it is.
    """
    draft = write(client)
    mailbox.delete(mailbox.folder("Drafts"))
    if is_known:
        look_until(client, there=False)
    put_away(client, draft)
    notice = wait_until_told(client)

    words = "The draft “Lunch” is on this computer only: the mailbox has no Drafts folder."
    assert notice.short == words
    assert "What you wrote is safe here" in notice.now
    assert "it is in the outbox" in notice.you_can
    (kept,) = client.store.read.drafts()
    assert (kept.id, kept.body) == (draft.id, "At one?")
    (waiting,) = client.store.read.pending_actions()
    assert (waiting.not_before, waiting.subject) == (UNTIL_THERE, "Lunch")
    assert client.status.connectivity is Connectivity.ONLINE

    mailbox.create("Drafts", role=ROLE)
    look_until(client, there=True)
    wait_until(lambda: not client.store.read.pending_actions(), 30.0, "nothing that waits")
    (there,) = mailbox.folder("Drafts").messages
    assert b"At one?" in there.raw


def test_a_draft_that_waits_for_a_folder_is_told_once(client: Client, mailbox: Mailbox) -> None:
    """Mutation that turns it red: `settle` that gives every intent a time."""
    draft = write(client)
    mailbox.delete(mailbox.folder("Drafts"))
    look_until(client, there=False)
    put_away(client, draft)
    wait_until_told(client)
    put_away(client, draft)
    other = Draft(client.account.id, to="", subject="Other", body="Text")
    client.store.write(lambda tx: tx.save_draft(replace(draft, body="At two?"))).result(30)
    client.store.write(lambda tx: tx.save_draft(other)).result(30)

    (waiting,) = client.store.read.pending_actions()
    assert waiting.not_before == UNTIL_THERE
    mailbox.create("Drafts", role=ROLE)
    look_until(client, there=True)
    wait_until(lambda: not client.store.read.pending_actions(), 30.0, "nothing that waits")
    (there,) = mailbox.folder("Drafts").messages
    assert b"At two?" in there.raw
    assert len(notices(client)) == 1


def test_a_draft_that_is_discarded_while_it_waits_leaves_nothing_waiting(
    client: Client, mailbox: Mailbox
) -> None:
    draft = write(client)
    mailbox.delete(mailbox.folder("Drafts"))
    look_until(client, there=False)
    put_away(client, draft)
    wait_until_told(client)
    client.store.write(lambda tx: tx.delete_draft(draft.id or 0)).result(30)

    assert client.store.read.pending_actions() == []
