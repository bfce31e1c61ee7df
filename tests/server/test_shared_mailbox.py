"""A shared mailbox: read, filed and answered with its owner's sign-in, and every refusal named."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path

import pytest

from tests.server.client import ApprovingPrompt, mail
from tests.server.hasty import HASTY
from tests.server.shared_mailbox import SharedDesk, shared_desk, shared_settings
from tests.waiting import wait_until
from tuimail.cli.lock import Turn
from tuimail.cli.sharing import SharedAdder
from tuimail.cli.window import window_engine
from tuimail.model.download import DownloadRules
from tuimail.model.flags import FLAGGED
from tuimail.model.folder import FolderRole
from tuimail.model.intent import Move, NewIntent, StoreFlags
from tuimail.model.outbox import OutboxState, SentCopy
from tuimail.model.status import Connectivity
from tuimail.sandbox.personas import SHARED
from tuimail.sandbox.sandbox import OWNER, Sandbox
from tuimail.sync.timing import Turns


@pytest.fixture
def desk(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[SharedDesk]:
    with shared_desk(fresh_sandbox, tmp_path) as desk:
        yield desk


def settled(desk: SharedDesk, outbox_id: int) -> SentCopy:
    """Wait until nothing more is done about a sent message's copy."""
    over = (SentCopy.FILED, SentCopy.NONE)
    wait_until(lambda: desk.outbox(outbox_id).sent_copy in over, 30.0, "the sent copy")
    return desk.outbox(outbox_id).sent_copy


def connected(desk: SharedDesk) -> list[str]:
    """Whose mailboxes the connections of this moment are of."""
    return [each.user for each in list(desk.sandbox.imap_server.connections)]


def test_both_are_read_with_one_sign_in(desk: SharedDesk) -> None:
    """Regression: a provider each would ask Entra ID twice at the same time.

    Red when `connect` gives a shared mailbox a provider of its own.
    """
    desk.engine.start()
    for address in (OWNER, SHARED):
        desk.wait_for(address, Connectivity.ONLINE)
    owner, shared = (desk.connected[desk.account(each).id] for each in (OWNER, SHARED))
    assert owner.tokens is shared.tokens
    wait_until(lambda: len(desk.rows(FolderRole.INBOX)) == 4, 30.0, "its letters")
    assert desk.folder(FolderRole.INBOX).id != desk.folder(FolderRole.INBOX, OWNER).id
    # One that is still signing in has no name yet.
    wait_until(
        lambda: set(connected(desk)) == {OWNER, SHARED},
        30.0,
        "connections of both",
    )


def test_flags_and_moves_happen_in_the_shared_mailbox(desk: SharedDesk) -> None:
    desk.engine.start()
    wait_until(lambda: len(desk.rows(FolderRole.INBOX)) == 4, 30.0, "its letters")
    flagged, moved = desk.rows(FolderRole.INBOX)[:2]
    archive = desk.folder(FolderRole.ARCHIVE)
    account = desk.account(SHARED).id
    intents = [
        NewIntent(account, flagged.key, StoreFlags(add=FLAGGED)),
        NewIntent(account, moved.key, Move(archive.id)),
    ]
    desk.store.write(lambda tx: tx.add_intents(intents)).result()
    desk.engine.wake()
    there = desk.sandbox.mailbox(SHARED).folder("Archive")
    wait_until(lambda: len(there) == 1, 30.0, "the move")
    wait_until(lambda: not desk.store.read.intents(account), 30.0, "the flag")
    inbox = desk.sandbox.mailbox(SHARED).folder("INBOX")
    assert sum("\\Flagged" in each.flags for each in inbox.messages) == 1


def test_what_is_sent_as_it_is_from_its_address_and_filed_in_both_once(desk: SharedDesk) -> None:
    """The delegate signs in; the server files for the delegate, tuimail for the shared mailbox.

    Red when SMTP signs in as the shared mailbox, and when `server_files_copy` says for it what it
    says for the owner.
    """
    desk.engine.start()
    desk.wait_for(SHARED, Connectivity.ONLINE)
    outbox_id = desk.send("As the desk")
    desk.wait_for_outbox(outbox_id, OutboxState.SENT)
    assert settled(desk, outbox_id) is SentCopy.FILED
    arrived = list(desk.sandbox.mailbox("ben@contoso.example").folder("INBOX").messages)
    assert [message_from_bytes(each.raw)["From"] for each in arrived] == [SHARED]
    assert desk.on_server("\\Sent") == desk.on_server("\\Sent", OWNER) == 1


def test_no_copy_is_added_where_the_server_files_one(desk: SharedDesk) -> None:
    """With MessageCopyForSentAsEnabled the shared mailbox has it already.

    Red when the copy is appended without a look.
    """
    desk.sandbox.smtp_server.copy_for_sent_as.add(SHARED)
    desk.engine.start()
    desk.wait_for(SHARED, Connectivity.ONLINE)
    outbox_id = desk.send("Filed by the server")
    desk.wait_for_outbox(outbox_id, OutboxState.SENT)
    assert settled(desk, outbox_id) is SentCopy.FILED
    assert desk.on_server("\\Sent") == 1


def test_a_lost_reply_is_found_with_the_delegate_and_filed_once(
    desk: SharedDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a lost reply the only trace is in the delegate's Sent Items.

    Red when only the shared mailbox's Sent Items are searched: then it stays uncertain.
    """
    monkeypatch.setattr("tuimail.sync.settling.UNCERTAIN_LOOKS", (2.0, 4.0, 8.0))
    desk.engine.start()
    for address in (OWNER, SHARED):
        desk.wait_for(address, Connectivity.ONLINE)
    desk.sandbox.smtp_server.drop_after_data = "accepted"
    outbox_id = desk.send("Lost reply")
    desk.wait_for_outbox(outbox_id, OutboxState.UNCERTAIN)
    desk.wait_for_outbox(outbox_id, OutboxState.SENT)
    assert settled(desk, outbox_id) is SentCopy.FILED
    assert desk.on_server("\\Sent") == 1
    assert len(desk.sandbox.mailbox("ben@contoso.example").folder("INBOX")) == 1


def test_without_full_access_the_line_is_named_and_the_owner_goes_on(desk: SharedDesk) -> None:
    desk.sandbox.entra.tokens.shared.clear()
    desk.sandbox.entra.revoke_all()
    sign_in = desk.connected[desk.account(OWNER).id].tokens.sign_in
    sign_in.begin(ApprovingPrompt(lambda code: desk.sandbox.entra.approve(code, OWNER))).result(30)
    desk.engine.start()
    problem = desk.wait_for(SHARED, Connectivity.OFFLINE).problem
    assert problem is not None
    assert problem.short == f"You may not open {SHARED}."
    assert problem.command == (
        f"Add-MailboxPermission -Identity {SHARED} -User {OWNER} -AccessRights FullAccess"
    )
    desk.wait_for(OWNER, Connectivity.ONLINE)


def test_a_refused_sign_in_of_a_shared_mailbox_asks_nobody_to_sign_in(desk: SharedDesk) -> None:
    """`NO AUTHENTICATE failed.` for another mailbox than the token's is a missing right.

    Red when it stays a `SignInRequired`: a new sign-in would end the same way.
    """
    desk.sandbox.imap_server.authenticate_fails[SHARED] = "no"
    desk.engine.start()
    problem = desk.wait_for(SHARED, Connectivity.OFFLINE).problem
    assert problem is not None and "-AccessRights FullAccess" in problem.command
    desk.wait_for(OWNER, Connectivity.ONLINE)


@pytest.mark.parametrize("stage", ["after the message", "at MAIL"])
def test_without_send_as_the_message_waits_with_the_line(desk: SharedDesk, stage: str) -> None:
    smtp = desk.sandbox.smtp_server
    smtp.send_as.clear()
    if stage == "at MAIL":
        words = "550 5.7.60 SMTP; Client does not have permissions to send as this sender"
        smtp.script.append(("MAIL", words))
    desk.engine.start()
    desk.wait_for(SHARED, Connectivity.ONLINE)
    outbox_id = desk.send("Not mine")
    problem = desk.wait_for_outbox(outbox_id, OutboxState.FAILED).problem
    assert problem is not None
    assert problem.short == f"You may not send as {SHARED}."
    assert problem.command == (
        f"Add-RecipientPermission -Identity {SHARED} -Trustee {OWNER} -AccessRights SendAs"
    )
    assert desk.on_server("\\Sent") == 0


def test_the_end_of_the_owners_sign_in_is_that_of_both_and_so_is_the_next(desk: SharedDesk) -> None:
    """Red when a sign-in reconnects only the account it was asked for."""
    desk.sandbox.entra.revoke_all()
    desk.engine.start()
    for address in (OWNER, SHARED):
        desk.wait_for(address, Connectivity.SIGN_IN_REQUIRED)
    prompt = ApprovingPrompt(lambda code: desk.sandbox.entra.approve(code, OWNER))
    desk.engine.sign_in(desk.account(OWNER).id, prompt)
    for address in (OWNER, SHARED):
        desk.wait_for(address, Connectivity.ONLINE)


def test_one_that_is_added_while_the_engine_runs_is_opened_at_once(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    """The way of `+` in the folders: the settings' table, the store, the window's engine.

    Red when `Engine.add` only remembers it for the next start.
    """
    with shared_desk(fresh_sandbox, tmp_path, shared=()) as desk:
        owner = desk.account(OWNER)
        turn = Turn(tmp_path)
        assert turn.take()
        window = window_engine(desk.store, {owner.id: owner}, DownloadRules(), turn)
        try:
            window.start()
            settings = shared_settings(fresh_sandbox, shared=())
            added, is_opened = SharedAdder(settings, None, desk.store, [window])(owner, SHARED)
            assert is_opened

            def is_online() -> bool:
                status = window.status.get(added.id)
                return status is not None and status.connectivity is Connectivity.ONLINE

            wait_until(is_online, 30.0, "the shared mailbox")
            assert window.status[owner.id].problem is None
        finally:
            window.stop(2.0)
            turn.release()


def test_one_that_nobody_is_in_rests_is_looked_at_and_comes_when_opened(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Red when `_leave` keeps the connection, and when `opened` does not wake a resting mailbox."""
    turns = Turns(look=3600.0, visit=0.2, stay=0.4, check=0.1)
    with shared_desk(fresh_sandbox, tmp_path, timing=replace(HASTY, turns=turns)) as desk:
        desk.engine.start()
        wait_until(lambda: len(desk.rows(FolderRole.INBOX)) == 4, 30.0, "its letters")
        desk.wait_for(SHARED, Connectivity.RESTING)

        wait_until(lambda: SHARED not in connected(desk), 30.0, "no connection")
        desk.wait_for(OWNER, Connectivity.ONLINE)
        raw = mail("While it rested", to=SHARED)
        desk.sandbox.post_office.deliver(raw, [SHARED])
        desk.engine.focus(desk.folder(FolderRole.INBOX).id)
        desk.wait_for(SHARED, Connectivity.ONLINE)
        wait_until(lambda: len(desk.rows(FolderRole.INBOX)) == 5, 30.0, "the new letter")
        desk.engine.focus(desk.folder(FolderRole.INBOX, OWNER).id)
        desk.wait_for(SHARED, Connectivity.RESTING)
        came: list[Connectivity] = []  # it may have left again before anybody looks
        desk.engine.subscribe(lambda: came.append(desk.status(SHARED).connectivity))
        outbox_id = desk.send("From a resting one")
        desk.wait_for_outbox(outbox_id, OutboxState.SENT)
        wait_until(lambda: Connectivity.ONLINE in came, 30.0, "the visit for its copy")


def test_a_change_wakes_a_resting_one(fresh_sandbox: Sandbox, tmp_path: Path) -> None:
    """Red when `wake` does not look for intents."""
    turns = Turns(look=3600.0, visit=0.2, stay=0.4, check=0.1)
    with shared_desk(fresh_sandbox, tmp_path, timing=replace(HASTY, turns=turns)) as desk:
        desk.engine.start()
        wait_until(lambda: len(desk.rows(FolderRole.INBOX)) == 4, 30.0, "its letters")
        desk.wait_for(SHARED, Connectivity.RESTING)
        account, row = desk.account(SHARED).id, desk.rows(FolderRole.INBOX)[0]
        flag = NewIntent(account, row.key, StoreFlags(add=FLAGGED))
        desk.store.write(lambda tx: tx.add_intents([flag])).result()
        desk.engine.wake()
        inbox = desk.sandbox.mailbox(SHARED).folder("INBOX")
        wait_until(
            lambda: any("\\Flagged" in each.flags for each in inbox.messages), 30.0, "the flag"
        )
