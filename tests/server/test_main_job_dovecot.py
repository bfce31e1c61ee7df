"""The main job on real Dovecot: sign in, list, read, reply, send, see the copy, delete, undo."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.account import DovecotAccount
from tests.server.client import Client, mail
from tests.server.lanes import MakeAccount
from tests.server.postfix import PostfixServer
from tests.waiting import wait_until
from tuimail.model.account import Endpoint, SaveSent
from tuimail.model.flags import SEEN
from tuimail.model.folder import FolderRole
from tuimail.model.intent import Move, NewIntent, StoreFlags
from tuimail.model.message import BodyState
from tuimail.model.outbox import OutboxState, SentCopy


@pytest.fixture
def client(dovecot_account: DovecotAccount, tmp_path: Path) -> Iterator[Client]:
    dovecot_account.deliver(mail("Quarterly numbers", to=dovecot_account.address))
    with Client(dovecot_account.account(), tmp_path, dovecot_account.approve) as client:
        client.sign_in()
        client.start()
        yield client


def count(account: DovecotAccount, folder: str) -> int:
    """Ask a second client how many messages are in a folder."""
    with account.peer() as peer:
        _, (number,) = peer.select(f'"{folder}"', readonly=True)
        assert number is not None
        return int(number)


def test_the_main_job(client: Client, dovecot_account: DovecotAccount) -> None:
    row = client.row("Quarterly numbers")
    client.engine.want_body(row.key)
    wait_until(lambda: client.row("Quarterly numbers").body is BodyState.COMPLETE)
    assert client.store.read.part(row.key, "1") == b"Hello.\r\n"
    client.store.submit([NewIntent(client.account.id, row.key, StoreFlags(add=SEEN))]).result()

    me = dovecot_account.address
    raw = mail("Re: Quarterly numbers", sender=me, to=me, message_id="<re.1@example.com>")
    outbox_id = client.queue(raw, "<re.1@example.com>", me, in_reply_to=row.key)
    client.wait_for_outbox(outbox_id, OutboxState.SENT)
    client.row("Re: Quarterly numbers")  # arrives by IDLE
    wait_until(lambda: client.outbox(outbox_id).sent_copy is SentCopy.FILED, 60.0)
    client.row("Re: Quarterly numbers", FolderRole.SENT)
    assert count(dovecot_account, "Sent Items") == 1
    wait_until(lambda: client.row("Quarterly numbers").flags.is_answered)
    wait_until(lambda: not client.row("Quarterly numbers").pending)

    trash = client.folder(FolderRole.TRASH)
    group = client.store.submit(
        [NewIntent(client.account.id, row.key, Move(trash.id), hold_seconds=600)]
    ).result()
    assert "Quarterly numbers" not in client.subjects()
    client.store.write(lambda tx: tx.cancel_group(group)).result()
    assert "Quarterly numbers" in client.subjects()

    client.store.submit([NewIntent(client.account.id, row.key, Move(trash.id))]).result()
    client.engine.wake()
    wait_until(lambda: count(dovecot_account, "Deleted Items") == 1)
    wait_until(lambda: not client.row("Quarterly numbers", FolderRole.TRASH).pending)


def test_a_change_by_another_client_is_seen(
    client: Client, dovecot_account: DovecotAccount
) -> None:
    client.row("Quarterly numbers")
    with dovecot_account.peer() as peer:
        peer.select("INBOX")
        peer.store("1", "+FLAGS", "(\\Flagged)")
        wait_until(lambda: client.row("Quarterly numbers").flags.is_flagged)
        peer.store("1", "+FLAGS", "(\\Deleted)")
        peer.expunge()
    wait_until(lambda: "Quarterly numbers" not in client.subjects())


def test_the_copy_is_filed_by_tuimail_where_the_server_does_not(
    make_dovecot_account: MakeAccount, tmp_path: Path
) -> None:
    account = make_dovecot_account(files_sent_copy=False)
    me = account.address
    with Client(account.account(save_sent=SaveSent.AUTO), tmp_path, account.approve) as client:
        client.sign_in()
        client.start()
        raw = mail("Filed", sender=me, to=me, message_id="<filed@example.com>")
        outbox_id = client.queue(raw, "<filed@example.com>", me)
        wait_until(lambda: client.outbox(outbox_id).sent_copy is SentCopy.FILED, 30.0)
        client.row("Filed", FolderRole.SENT)
    assert count(account, "Sent Items") == 1


def test_postfix_takes_what_tuimail_submits(
    make_dovecot_account: MakeAccount, postfix: PostfixServer, tmp_path: Path
) -> None:
    account = make_dovecot_account()
    me = account.address
    smtp = Endpoint("localhost", postfix.port)
    settings = account.account(smtp=smtp, save_sent=SaveSent.AUTO)
    with Client(settings, tmp_path, account.approve) as client:
        client.sign_in()
        client.start()
        raw = mail("By Postfix", sender=me, to=me, message_id="<postfix@example.com>")
        outbox_id = client.queue(raw, "<postfix@example.com>", me)
        client.wait_for_outbox(outbox_id, OutboxState.SENT)
        client.row("By Postfix")
        wait_until(lambda: client.outbox(outbox_id).sent_copy is SentCopy.FILED, 30.0)
    assert count(account, "Sent Items") == 1
