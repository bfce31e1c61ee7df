"""`tuimail repair` as a process, on both servers: a folder fetched again, a database made anew."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.server.both_servers import Mailbox, mailbox  # noqa: F401 - a fixture
from tests.server.client import mail
from tests.server.shell import Shell
from tests.store.inspection import raw_connection
from tuimail.cli.lock import SCREEN, EngineLock
from tuimail.model.account import AccountId
from tuimail.model.draft import Draft
from tuimail.model.flags import FLAGGED
from tuimail.model.folder import FolderRole
from tuimail.model.intent import Move, NewIntent, StoreFlags
from tuimail.model.message import MessageKey
from tuimail.model.outbox import OutboxState, OutgoingMessage
from tuimail.store.connection import FILE_NAME
from tuimail.store.store import Store
from tuimail.text.safe import SafeText

# A dozen processes are started one after the other.
pytestmark = pytest.mark.timeout(300)

ARRIVED = 70


@pytest.fixture
def shell(mailbox: Mailbox, tmp_path: Path) -> Shell:  # noqa: F811
    """A signed-in client that has fetched everything, and then did this and that offline."""
    mailbox.file_all("INBOX", (mail(f"Message {number:02}.") for number in range(ARRIVED)))
    account = mailbox.account
    settings = "\n".join(
        [
            "[accounts.work]",
            f'address = "{account.address}"',
            f'client_id = "{account.client_id}"',
            f'authority = "{account.authority}"',
            f'imap = "{account.imap}"',
            f'smtp = "{account.smtp}"',
            f'ca_file = "{account.ca_file}"',
            "",
        ]
    )
    shell = Shell(tmp_path, settings, lambda code: bool(mailbox.approve(code)) or True)
    shell.sign_in()
    assert shell.run("sync").returncode == 0
    do_things(shell)
    return shell


@contextmanager
def opened(shell: Shell) -> Iterator[Store]:
    store = Store.open(shell.data)
    try:
        yield store
    finally:
        store.close()


def keys(shell: Shell, role: FolderRole = FolderRole.INBOX) -> dict[str, MessageKey]:
    with opened(shell) as store:
        ((account, _),) = store.read.accounts()
        folder = store.read.folder_with_role(account, role)
        assert folder is not None
        return {row.subject: row.key for row in store.read.newest(folder.id, 1000)}


def do_things(shell: Shell) -> None:
    """Flag the newest, delete one of the oldest, write a draft, queue a message for later."""
    known = keys(shell)
    with opened(shell) as store:
        account = AccountId(1)
        trash = store.read.folder_with_role(account, FolderRole.TRASH)
        assert trash is not None
        store.submit([NewIntent(account, known["Message 69."], StoreFlags(add=FLAGGED))]).result()
        store.submit([NewIntent(account, known["Message 02."], Move(trash.id))]).result()
        text = b"what was fetched before"
        store.write(lambda tx: tx.store_part(known["Message 50."], "1", text)).result()
        store.write(lambda tx: tx.save_draft(Draft(account, subject="Mine", body="Mine"))).result()
        later = OutgoingMessage(
            account_id=account,
            raw=b"Subject: Later\r\n\r\nLater\r\n",
            message_id="<later@example.com>",
            mail_from="me@example.com",
            rcpt_to=("you@example.com",),
            to_text=SafeText("You"),
            subject=SafeText("Later"),
            hold_seconds=86_400.0,
        )
        store.write(lambda tx: tx.queue_message(later)).result()


def assert_mine_is_there(shell: Shell, state: OutboxState) -> None:
    with opened(shell) as store:
        assert [draft.body for draft in store.read.drafts()] == ["Mine"]
        (item,) = store.read.outbox()
        assert (item.subject, item.state) == ("Later", state)
        assert store.read.outbox_raw(item.id) == b"Subject: Later\r\n\r\nLater\r\n"


def said(shell: Shell, *words: str) -> tuple[int, str, str]:
    result = shell.run(*words)
    assert b"Traceback" not in result.stderr
    return result.returncode, result.stdout.decode(), result.stderr.decode()


def test_a_folder_is_fetched_again_and_nothing_of_the_user_is_lost(
    shell: Shell,
    mailbox: Mailbox,  # noqa: F811
) -> None:
    """Guards invariant 7 for `repair --folder`: what is known of UIDs is not trusted at all.

    Mutation that turns it red: the UIDs left where they are in store/starting_over.py.
    """
    before = keys(shell)
    with raw_connection(shell.data) as connection:
        # As wrong as can be: each row has the UID of another message, and two are held to be here.
        connection.execute("UPDATE message SET uid = -uid WHERE folder_id = 1")
        connection.execute("UPDATE message SET uid = 73 + uid WHERE folder_id = 1")
    with mailbox.peer(None) as peer:
        peer.select("INBOX")
        _, (found,) = peer.search(None, "SUBJECT", '"Message 30."')
        peer.store(found.decode(), "+FLAGS", "(\\Deleted)")
        peer.expunge()

    code, out, err = said(shell, "repair", "--folder", "INBOX")

    assert (code, err) == (0, "")
    assert "Inbox: 68 messages" in out
    # The draft waits for a pause in writing; on a slow machine that is over by now.
    assert re.search(r"Changes that wait for the server: [01]$", out, re.MULTILINE)
    after = keys(shell)
    assert after == {
        subject: key
        for subject, key in before.items()
        if subject not in ("Message 30.", "Message 02.")
    }
    assert "\\Flagged" in mailbox.flags("INBOX", "Message 69.")
    with opened(shell) as store:
        assert store.read.part(before["Message 50."], "1") == b"what was fetched before"
        trash = store.read.folder_with_role(AccountId(1), FolderRole.TRASH)
        assert trash is not None
    assert mailbox.count(trash.path) == 1
    assert mailbox.count("INBOX") == 68
    assert_mine_is_there(shell, OutboxState.QUEUED)
    code, _, _ = said(shell, "repair")
    assert code == 0
    assert all(one["count"] == 0 for one in shell.json("repair", "--json")["checks"])


def test_a_damaged_database_is_made_anew_and_what_waits_is_done(
    shell: Shell,
    mailbox: Mailbox,  # noqa: F811
) -> None:
    """What was queued waits for the user's word: nobody knows that it did not go out."""
    before = keys(shell)
    database = shell.data / FILE_NAME
    whole = database.read_bytes()
    database.write_bytes(b"\0" * 100 + whole[100:])
    assert said(shell, "list", "INBOX")[0] == 1

    document = shell.json("repair", "--json")

    rescued = document["rescued"]
    assert Path(rescued["aside"]).read_bytes()[100:] == whole[100:]
    assert (rescued["drafts"], rescued["outbox"]) == (1, 1)
    assert rescued["changes"] == 3  # the draft's own on its way to the server among them
    assert rescued["lost"] == []
    assert_mine_is_there(shell, OutboxState.UNCERTAIN)
    assert shell.run("sync").returncode == 0
    after = keys(shell)
    assert after.keys() == before.keys()
    assert after["Message 69."] == before["Message 69."]
    assert shell.run("sync").returncode == 0
    assert "\\Flagged" in mailbox.flags("INBOX", "Message 69.")
    assert mailbox.count("INBOX") == ARRIVED - 1
    with opened(shell) as store:
        # The draft may still wait for a pause in writing.
        assert store.read.counts().pending_intents <= 1
    assert all(one["count"] == 0 for one in shell.json("repair", "--json")["checks"])


@pytest.mark.parametrize("words", [(), ("--folder", "INBOX")])
def test_it_refuses_while_a_window_is_open_and_says_which(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    settings = '[accounts.work]\naddress = "me@example.com"\nclient_id = "thunderbird"\n'
    shell = Shell(tmp_path, settings, lambda _: True)
    Store.open(shell.data).close()
    with EngineLock.take(shell.data, SCREEN):
        code, out, err = said(shell, "repair", *words)

    assert code == 1
    assert out == ""
    assert f"screen process {os.getpid()} on " in err
    assert "Quit it" in err


def test_wrong_words_are_wrong_usage_and_without_a_database_there_is_nothing_to_do(
    tmp_path: Path,
) -> None:
    shell = Shell(tmp_path, "", lambda _: True)
    assert said(shell, "repair", "--everything")[0] == 2
    code, out, _ = said(shell, "repair")
    assert (code, out) == (0, "There is no mail database yet: nothing has to be repaired.\n")
    assert not (shell.data / FILE_NAME).exists()


def test_another_programs_file_is_left_alone(tmp_path: Path) -> None:
    shell = Shell(tmp_path, "", lambda _: True)
    shell.data.mkdir(parents=True)
    with raw_connection(shell.data) as connection:
        connection.execute("CREATE TABLE bookmarks (id)")
    content = (shell.data / FILE_NAME).read_bytes()

    code, _, err = said(shell, "repair")

    assert code == 1
    assert "belongs to another program" in err
    assert (shell.data / FILE_NAME).read_bytes() == content
