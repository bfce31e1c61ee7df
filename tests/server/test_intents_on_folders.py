"""What the user does to folders, on both servers, over a line that breaks at the worst place."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.server.both_servers import Mailbox, through
from tests.server.client import mail
from tests.server.faults import Rule
from tests.server.intent_line import Line, impatient  # noqa: F401 - a fixture
from tests.waiting import wait_until
from tuimail.model.flags import SEEN
from tuimail.model.folder import Folder, FolderId, FolderRole
from tuimail.model.intent import (
    CreateFolder,
    DeleteFolder,
    IntentState,
    Move,
    NewFolderIntent,
    NewIntent,
    RenameFolder,
    StoreFlags,
    SubscribeFolder,
    TreeAction,
    UnsubscribeFolder,
)
from tuimail.model.message import MessageKey
from tuimail.model.status import Connectivity
from tuimail.store.writer import Writer


@pytest.fixture
def line(mailbox: Mailbox, tmp_path: Path) -> Iterator[Line]:
    """Online, with a folder below another and three messages in the Inbox."""
    with mailbox.peer(None) as other:
        for path in ("Work", "Work/Alpha"):
            assert other.create(f'"{path}"')[0] == "OK"
            assert other.subscribe(f'"{path}"')[0] == "OK"
        for path in ("INBOX", "Drafts"):
            other.subscribe(path)
    for number in (1, 2, 3):
        mailbox.file("INBOX", mail(f"Message {number}"))
    mailbox.file("Work/Alpha", mail("In Alpha"))
    with (
        mailbox.proxy(text=True) as proxy,
        mailbox.client(tmp_path, through(mailbox, proxy)) as client,
    ):
        client.sign_in()
        client.start()
        client.row("Message 1")
        line = Line(client, proxy, mailbox)
        fetch(line, at(line, "Work/Alpha").id)
        yield line


def at(line: Line, path: str) -> Folder:
    found = line.client.store.read.folder_at_path(line.client.account.id, path)
    assert found is not None, path
    return found


def fetch(line: Line, folder: FolderId) -> None:
    line.client.engine.focus(folder)
    wait_until(lambda: line.client.store.read.newest(folder, 10), describe="its messages")


def change(line: Line, folder: FolderId | None, action: TreeAction) -> FolderId:
    new = NewFolderIntent(line.client.account.id, folder, action)
    _, changed = line.client.store.write(lambda tx: tx.change_tree(new)).result()
    line.client.engine.wake()
    return changed


def shown(line: Line) -> set[str]:
    return {one.tree_path for one in line.client.store.read.folders(line.client.account.id)}


def paths(line: Line, command: str = "list") -> set[str]:
    """Return what the server lists, or what is subscribed there."""
    with line.mailbox.peer(None) as other:
        _, rows = getattr(other, command)()
        return {row.decode().rpartition(' "/" ')[2].strip('"') for row in rows if row}


def relist(line: Line) -> None:
    """List the folders, as is done whenever it connects, and wait for the end of it."""
    engine = line.client.engine
    work = engine._mailboxes[line.client.account.id].work
    asyncio.run_coroutine_threadsafe(work.list_folders(), engine._loop).result(30)


def test_a_new_folder_is_made_subscribed_and_takes_what_was_moved_into_it(line: Line) -> None:
    new = change(line, None, CreateFolder("Größe", at(line, "Work").id))
    line.do("Message 2", Move(new))
    assert "Work/Größe" in shown(line)
    line.wait_until_settled()

    assert line.mailbox.count("Work/Gr&APYA3w-e") == 1
    assert "Work/Gr&APYA3w-e" in paths(line, "lsub")
    assert line.client.store.read.newest(new, 10)[0].subject == "Message 2"


def test_a_folder_made_without_a_network_is_in_the_tree_once_that_was_listed(line: Line) -> None:
    """What the user did goes first, so LIST has to be asked again after it.

    Mutation that turns it red: without `self.listed = None` in `Channel.new_tag`.
    """
    line.proxy.faults.refuse = True
    line.proxy.kill()
    line.client.wait_for(Connectivity.OFFLINE)
    new = change(line, None, CreateFolder("Reports"))
    line.proxy.faults.refuse = False
    line.client.engine.reconnect(line.client.account.id)
    line.wait_until_settled()
    line.client.wait_for(Connectivity.ONLINE)

    assert at(line, "Reports").id == new
    assert at(line, "Reports").is_on_server
    assert {"Reports"} <= shown(line) & paths(line)


@pytest.mark.parametrize("said", [rb"\* LIST .*Deleted Items", rb"\* LSUB .*Work/Alpha"])
def test_one_spoilt_line_of_a_listing_takes_no_folder_away(line: Line, said: bytes) -> None:
    """Mutation that turns it red: without the second look in `sync.folders.list_folders`."""
    spoilt: list[bytes] = []

    def spoil(match: re.Match[bytes]) -> bytes:
        if spoilt:
            return match[0]
        spoilt.append(match[0])
        return b"* ?" + match[0]

    before = shown(line)
    trash = line.client.folder(FolderRole.TRASH)
    seen: list[set[str]] = []
    end = line.client.store.subscribe(lambda _: seen.append(shown(line)))
    line.proxy.faults.rules.append(Rule(re.compile(said), spoil))
    relist(line)
    end()

    assert spoilt
    assert [each for each in (*seen, shown(line)) if each != before] == []
    assert line.client.folder(FolderRole.TRASH).id == trash.id


def test_a_renamed_folder_keeps_its_key_its_mail_and_what_waits_for_it(line: Line) -> None:
    """A move into it that is asked before and one asked after end in the same place."""
    work, alpha = at(line, "Work").id, at(line, "Work/Alpha").id
    line.do("Message 1", Move(alpha))
    change(line, work, RenameFolder("Projects"))
    line.do("Message 2", Move(alpha))
    assert {"Projects", "Projects/Alpha"} <= shown(line)
    line.wait_until_settled()

    assert line.mailbox.count("Projects/Alpha") == 3
    assert not {"Work", "Work/Alpha"} & paths(line)
    assert at(line, "Projects/Alpha").id == alpha
    relist(line)
    assert {"Projects", "Projects/Alpha"} <= shown(line)
    assert {"Projects", "Projects/Alpha"} <= paths(line, "lsub")
    fetch(line, alpha)
    wait_until(lambda: len(line.client.store.read.newest(alpha, 10)) == 3, describe="all three")


@pytest.mark.parametrize("verb", ["create", "rename", "delete"])
def test_a_change_of_the_tree_whose_answer_was_lost_is_made_once(line: Line, verb: str) -> None:
    """Mutation that turns it red: `raise` without looking in `_create`, `_rename`, `_delete`."""
    work = at(line, "Work")
    mend = line.lose_the_answer(rb"(?i)^t\d+ OK (\[[^\]]*\] )?%s" % verb.encode("ascii"))
    if verb == "create":
        work_id = change(line, None, CreateFolder("Fresh"))
    else:
        action = RenameFolder("Projects") if verb == "rename" else DeleteFolder()
        work_id = change(line, work.id, action)
    mend()
    line.wait_until_settled()

    assert line.client.store.read.notices(1) == []
    known = {"create": "Fresh", "rename": "Projects", "delete": ""}[verb]
    if known:
        assert at(line, known).id == work_id
        assert known in shown(line)
        assert known in paths(line, "lsub")
    assert ("Work" in paths(line)) is (verb == "create")
    assert ("Work" in shown(line)) is (verb == "create")


def test_a_removed_folder_is_gone_with_what_is_below_but_not_what_was_moved_out(
    line: Line,
) -> None:
    """Guards against lost mail: the move is held back, and the deletion waits for it.

    Mutation that turns it red: `return False` in `_waits_for_messages`.
    """
    alpha = at(line, "Work/Alpha").id
    (row,) = line.client.store.read.newest(alpha, 10)
    trash = line.client.folder(FolderRole.TRASH).id
    move_out_and_remove(line, row.key, trash, at(line, "Work").id)
    assert not {"Work", "Work/Alpha"} & shown(line)
    line.wait_until_settled()

    assert line.mailbox.count("Deleted Items") == 1
    assert not {"Work", "Work/Alpha"} & paths(line)
    relist(line)
    assert not {"Work", "Work/Alpha"} & shown(line)


def move_out_and_remove(line: Line, key: MessageKey, to: FolderId, folder: FolderId) -> None:
    """Move a message, with some time to take it back, and remove the folder at the same time."""
    account = line.client.account.id

    def both(tx: Writer) -> None:
        tx.add_intents([NewIntent(account, key, Move(to), hold_seconds=0.5)])
        tx.change_tree(NewFolderIntent(account, folder, DeleteFolder()))

    line.client.store.write(both).result()
    line.client.engine.wake()


def test_a_folder_is_not_removed_when_a_message_could_not_leave_it(line: Line) -> None:
    """Guards against lost mail.

    Mutation that turns it red: no `spare_folder` in `push`.
    """
    alpha = at(line, "Work/Alpha").id
    (row,) = line.client.store.read.newest(alpha, 10)
    line.answer_once(b"MOVE", b"NO [NOPERM] Under retention.")
    trash = line.client.folder(FolderRole.TRASH).id
    move_out_and_remove(line, row.key, trash, at(line, "Work").id)
    line.wait_until_settled()

    assert {"Work", "Work/Alpha"} <= paths(line)
    assert {"Work", "Work/Alpha"} <= shown(line)
    assert line.mailbox.count("Work/Alpha") == 1


def test_a_refused_change_of_the_tree_comes_back_with_the_servers_words(line: Line) -> None:
    before = shown(line)
    line.proxy.faults.deny[b"RENAME"] = b"NO Folder name is reserved."
    change(line, at(line, "Work").id, RenameFolder("Files"))
    line.wait_until_settled()

    assert shown(line) == before
    short, detail = line.notice()
    assert "“Work” could not be renamed to Files" in short
    assert detail == "Folder name is reserved."
    assert line.client.store.read.pending_actions() == []


def test_a_folder_that_is_not_made_gives_back_what_was_moved_into_it(line: Line) -> None:
    line.answer_once(b"CREATE", b"NO [CANNOT] Folder name is reserved.")
    store, row = line.client.store, line.client.row("Message 2")

    def both(tx: Writer) -> FolderId:
        """Nothing goes out between the two."""
        _, made = tx.change_tree(NewFolderIntent(row.account_id, None, CreateFolder("Files")))
        tx.add_intents([NewIntent(row.account_id, row.key, Move(made))])
        return made

    new = store.write(both).result(30)
    line.client.engine.wake()
    line.wait_until_settled()

    assert "Files" not in shown(line)
    assert not line.client.row("Message 2").pending
    failed = line.client.store.read.intents(states={IntentState.FAILED})
    assert [intent.action for intent in failed] == [Move(new)]


def test_hidden_and_shown_again(line: Line) -> None:
    work = at(line, "Work").id
    change(line, work, UnsubscribeFolder())
    assert "Work" not in shown(line)
    line.wait_until_settled()
    assert "Work" not in paths(line, "lsub")
    relist(line)
    assert "Work" not in shown(line)

    change(line, work, SubscribeFolder())
    line.wait_until_settled()
    assert "Work" in paths(line, "lsub")
    assert "Work" in shown(line)


def test_a_change_that_is_taken_back_costs_nothing_on_the_line(line: Line) -> None:
    said: list[bytes] = []
    for command in (b"CREATE", b"RENAME", b"DELETE", b"SUBSCRIBE", b"UNSUBSCRIBE"):
        line.proxy.faults.deny[command] = said.append
    account, work = line.client.account.id, at(line, "Work").id

    def there_and_back(tx: Writer) -> None:
        _, new = tx.change_tree(NewFolderIntent(account, None, CreateFolder("Fresh")))
        tx.change_tree(NewFolderIntent(account, new, DeleteFolder()))
        tx.change_tree(NewFolderIntent(account, work, UnsubscribeFolder()))
        tx.change_tree(NewFolderIntent(account, work, SubscribeFolder()))

    line.client.store.write(there_and_back).result()
    line.client.engine.wake()
    line.wait_until_settled()

    assert said == []
    assert "Fresh" not in shown(line)
    assert "Work" in shown(line)


def test_a_folder_is_marked_read_with_what_is_on_the_server_alone(line: Line) -> None:
    """One command; what arrives meanwhile and what was marked unread again stay unread."""
    inbox = line.client.folder(FolderRole.INBOX)
    account = line.client.account.id
    line.client.store.write(lambda tx: tx.mark_folder_read(account, inbox.id)).result()
    line.mailbox.file("INBOX", mail("Meanwhile"))
    line.do("Message 3", StoreFlags(remove=SEEN))
    line.wait_until_settled()

    for subject, is_seen in (
        ("Message 1", True),
        ("Message 2", True),
        ("Message 3", False),
        ("Meanwhile", False),
    ):
        assert ("\\Seen" in line.mailbox.flags("INBOX", subject)) is is_seen, subject
        assert line.client.row(subject).flags.is_seen is is_seen


def test_a_folder_marked_read_without_an_answer_is_marked(line: Line) -> None:
    inbox = line.client.folder(FolderRole.INBOX)
    mend = line.lose_the_answer(rb"^t\d+ OK Store completed|^t\d+ OK STORE completed")
    account = line.client.account.id
    line.client.store.write(lambda tx: tx.mark_folder_read(account, inbox.id)).result()
    line.client.engine.wake()
    mend()
    line.wait_until_settled()

    assert "\\Seen" in line.mailbox.flags("INBOX", "Message 1")
    assert line.client.row("Message 1").flags.is_seen


@pytest.mark.parametrize("times", [1, 10])
def test_a_folder_that_may_not_be_marked_is_unread_again(line: Line, times: int) -> None:
    """Refused for now it is tried again, refused for good it is reverted with all its rows."""
    inbox = line.client.folder(FolderRole.INBOX)
    line.answer_once(b"STORE", b"NO Try again.", times)
    account = line.client.account.id
    line.client.store.write(lambda tx: tx.mark_folder_read(account, inbox.id)).result()
    assert line.client.row("Message 1").flags.is_seen
    line.client.engine.wake()
    line.wait_until_settled()

    assert line.client.row("Message 1").flags.is_seen is (times == 1)
    assert ("\\Seen" in line.mailbox.flags("INBOX", "Message 1")) is (times == 1)
    if times > 1:
        assert "could not be marked as read" in line.notice()[0]
