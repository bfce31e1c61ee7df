"""Addresses for completion: whose they are, and that they go with the account."""

from __future__ import annotations

import shutil
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from tests.store.inspection import raw_connection
from tests.store.mail import Mailbox, envelope, fetched, person
from tuimail.model.folder import FolderRole, ListedFolder
from tuimail.model.message import MessageKey
from tuimail.model.outbox import OutgoingMessage
from tuimail.model.trust import SenderHistory
from tuimail.store.connection import open_writer, prepare_directory
from tuimail.store.migrations import migrate, migrations
from tuimail.store.store import Store
from tuimail.text.address import make_address
from tuimail.text.safe import SafeText


def test_addresses_go_with_the_account_whose_mail_they_are_from(mailbox: Mailbox) -> None:
    """Red when one account's addresses are all accounts'."""
    store = mailbox.store
    mailbox.record(mailbox.inbox, [fetched(uid) for uid in (1, 2)])
    other = store.write(lambda tx: tx.ensure_account("home")).result(30)
    listed = [ListedFolder("INBOX", "/", FolderRole.INBOX, selectable=True, subscribed=True)]
    store.write(lambda tx: tx.sync_folders(other, listed)).result(30)
    inbox = store.read.folders(other)[0].id
    mailbox.record(inbox, [fetched(uid) for uid in (2, 3)])
    assert store.read.complete_address("person", 2) == [person(3), person(2)]
    assert store.read.complete_address("person", 10) == [person(3), person(2), person(1)]

    store.write(lambda tx: tx.forget_account(other)).result(30)

    assert store.read.complete_address("person", 10) == [person(2), person(1)]


def test_addresses_from_before_are_kept_for_the_account_there_is(tmp_path: Path) -> None:
    """Of several accounts they are nobody's, and go with the first account that goes."""
    old = next(number for number, file in migrations() if "addresses" in file.name)
    before = tmp_path / "sql"
    before.mkdir()
    for number, file in migrations():
        if number < old:
            shutil.copy(file, before)
    for accounts in (1, 2):
        directory = tmp_path / str(accounts)
        connection = open_writer(prepare_directory(directory))
        migrate(connection, before)
        for name in ("work", "home")[:accounts]:
            connection.insert("INSERT INTO account (name) VALUES (?)", (name,))
        connection.insert(
            "INSERT INTO address (folded, name, name_folded, mailbox, host, written_at, seen_at)"
            " VALUES ('kim@contoso.example', 'Kim', 'kim', 'kim', 'contoso.example', 0, 1)"
        )
        connection.close()
        Store.open(directory).close()
        with raw_connection(directory) as raw:
            assert raw.execute("SELECT account_id FROM address").fetchall() == [
                (1 if accounts == 1 else None,)
            ]
        with closing(Store.open(directory)) as store:
            assert [one.name for one in store.read.complete_address("kim", 5)] == ["Kim"]
            store.write(lambda tx: tx.forget_account(tx.ensure_account("work"))).result(30)
            assert store.read.complete_address("kim", 5) == []


def test_how_well_a_sender_is_known_is_counted_by_the_whole_address(mailbox: Mailbox) -> None:
    """Names do not matter, nor addresses that only contain the same letters."""
    senders = ["kim@fabrikam.example"] * 3 + ["kim@fabrikam.example.net", "akim@fabrikam.example"]
    messages = [
        fetched(
            uid,
            head=replace(envelope(uid), from_=(make_address(f"Kim {uid}", sender),)),
        )
        for uid, sender in enumerate([*senders, "KIM@fabrikam.example", "new@x.example"], 1)
    ]
    keys = mailbox.record(mailbox.inbox, messages)

    def history(key: MessageKey) -> SenderHistory:
        message = mailbox.store.read.message(key)
        assert message is not None
        return mailbox.store.read.sender_history(message)

    assert [history(key).received for key in keys] == [0, 1, 2, 0, 0, 3, 0]
    assert not history(keys[-1]).written_to
    outgoing = OutgoingMessage(
        account_id=mailbox.account, raw=b"\r\n", message_id="<o@x>", mail_from="me@x.example",
        rcpt_to=("New@x.example",), to_text=SafeText(""), subject=SafeText(""),
    )  # fmt: skip
    mailbox.store.write(lambda tx: tx.queue_message(outgoing)).result()
    assert history(keys[-1]).written_to
