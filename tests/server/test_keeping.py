"""Keeping folders offline, on the sandbox: what is fetched, when it ends, and what it yields to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.server.client import Client, mail, sandbox_account
from tests.server.sandbox_fixture import fresh_sandbox  # noqa: F401 - a fixture
from tests.waiting import wait_until
from tuimail.model.download import DownloadPolicy, DownloadRules, Keep
from tuimail.model.folder import Folder, FolderRole
from tuimail.model.message import BodyState, MessageSummary
from tuimail.sandbox.sandbox import Sandbox
from tuimail.store.writer import Writer

TEXTS = DownloadRules(DownloadPolicy(Keep.TEXT))
NUMBER = 120


def with_file(subject: str, octets: int) -> bytes:
    """A message with a text and one file."""
    head = mail(subject).replace(
        b"Content-Type: text/plain; charset=utf-8\r\n",
        b'Content-Type: multipart/mixed; boundary="b"\r\n',
    )
    file = b"x" * 70 + b"\r\n"
    return (
        head.replace(b"Hello.\r\n", b"")
        + b"--b\r\nContent-Type: text/plain\r\n\r\nHello.\r\n"
        + b"--b\r\nContent-Type: application/pdf\r\n"
        + b'Content-Disposition: attachment; filename="a.pdf"\r\n\r\n'
        + file * (octets // len(file))
        + b"\r\n--b--\r\n"
    )


@pytest.fixture
def sandbox(fresh_sandbox: Sandbox) -> Sandbox:  # noqa: F811
    """More messages than are prefetched, and an Archive that nobody opens."""
    mailbox = fresh_sandbox.mailbox(fresh_sandbox.accounts[0])
    for number in range(1, NUMBER + 1):
        mailbox.folder("INBOX").append(mail(f"Message {number}", body=f"Text {number}.\r\n"))
    for number in range(1, 6):
        mailbox.folder("Archive").append(with_file(f"Filed {number}", 200_000))
    return fresh_sandbox


def record_fetches(sandbox: Sandbox) -> list[str]:
    """Write down what every FETCH of a section asks for, from now on."""
    asked: list[str] = []

    def note(_connection: object, _tag: bytes, command: str, arguments: Sequence[object]) -> None:
        if command == "FETCH" and "BODY.PEEK[1]" in repr(arguments):
            asked.append(repr(arguments))

    sandbox.imap_server.faults.append(note)
    return asked


def client_of(sandbox: Sandbox, directory: Path, rules: DownloadRules) -> Client:
    owner = sandbox.accounts[0]
    return Client(
        sandbox_account(sandbox),
        directory,
        lambda code: sandbox.entra.approve(code, owner),
        rules,
    )


@pytest.fixture
def client(sandbox: Sandbox, tmp_path: Path) -> Iterator[Client]:
    """Signed in and online; keeps the texts of what it lists."""
    with client_of(sandbox, tmp_path, TEXTS) as client:
        client.sign_in()
        client.start()
        yield client


def all_texts_here(client: Client, number: int = NUMBER) -> bool:
    rows = client.rows()
    return len(rows) == number and all(row.body is BodyState.COMPLETE for row in rows)


def archive(client: Client) -> Folder:
    folder = client.store.read.folder_at_path(client.account.id, "Archive")
    assert folder is not None
    return folder


def filed(client: Client) -> list[MessageSummary]:
    return client.store.read.newest(archive(client).id, 100)


def choose(client: Client, folder: Folder, policy: DownloadPolicy | None) -> None:
    client.store.write(lambda tx: tx.choose_download(folder.id, policy)).result(30)
    client.engine.wake()


def test_every_text_comes_with_few_commands_and_then_nothing_is_asked(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Red with one command per message; red when the loop goes round without a reason."""
    asked = record_fetches(sandbox)
    with client_of(sandbox, tmp_path, TEXTS) as client:
        client.sign_in()
        client.start()
        wait_until(lambda: all_texts_here(client), 30.0, "all texts")
        wait_until(lambda: client.status.download is None, 30.0, "the end of it")
        assert 0 < len(asked) < NUMBER // 2
        before = len(asked)
        client.engine.wake()
        client.engine.want_body(client.rows()[0].key)
        client.engine.focus(client.folder(FolderRole.SENT).id)
        sent = client.folder(FolderRole.SENT).id
        wait_until(lambda: client.store.read.folder(sent).state.checked_at, 30.0, "Sent Items")  # type: ignore[union-attr]
        assert len(asked) == before


def test_only_the_days_asked_for_are_kept(sandbox: Sandbox, tmp_path: Path) -> None:
    sent = sandbox.mailbox(sandbox.accounts[0]).folder("Sent Items")
    for number in range(40):
        sent.append(mail(f"Old {number}"), (), datetime.now(UTC) - timedelta(days=40))
    for number in range(60):
        sent.append(mail(f"Recent {number}"))
    rules = DownloadRules(DownloadPolicy(Keep.TEXT, 30))
    with client_of(sandbox, tmp_path, rules) as client:
        client.sign_in()
        client.start()

        client.engine.focus(client.folder(FolderRole.SENT).id)

        def recent_are_here() -> bool:
            rows = client.rows(FolderRole.SENT)
            recent = [row for row in rows if row.subject.startswith("Recent")]
            return len(rows) == 100 and all(row.body for row in recent)

        wait_until(recent_are_here, 30.0, "the recent texts")
        wait_until(lambda: client.status.download is None, 30.0, "the end of it")
        old = [row for row in client.rows(FolderRole.SENT) if row.subject.startswith("Old")]
        assert not any(row.body for row in old)


def test_a_folder_nobody_opened_is_kept_with_its_files_when_chosen(
    client: Client, sandbox: Sandbox
) -> None:
    choose(client, archive(client), DownloadPolicy(Keep.ALL))
    wait_until(lambda: len(filed(client)) == 5, 30.0, "the list")

    def files_here() -> bool:
        return all({"1", "2"} <= client.store.read.sections(row.key) for row in filed(client))

    wait_until(files_here, 30.0, "the files")
    part = client.store.read.part(filed(client)[0].key, "2")
    assert part is not None
    assert 199_000 < len(part) <= 200_000
    assert client.store.read.space()[archive(client).id] > 995_000
    wait_until(lambda: client.status.download is None, 30.0, "the end of it")


def test_a_file_beyond_the_limit_is_left_where_it_is(sandbox: Sandbox, tmp_path: Path) -> None:
    with client_of(
        sandbox, tmp_path, DownloadRules(DownloadPolicy(Keep.ALL), largest_file=100_000)
    ) as client:
        client.sign_in()
        client.start()
        client.engine.focus(archive(client).id)
        wait_until(lambda: len(filed(client)) == 5, 30.0, "the list")
        wait_until(lambda: all(row.body for row in filed(client)), 30.0, "the texts")
        wait_until(lambda: client.status.download is None, 30.0, "the end of it")
        assert all("2" not in client.store.read.sections(row.key) for row in filed(client))


def test_it_goes_on_where_it_was_after_a_restart(sandbox: Sandbox, tmp_path: Path) -> None:
    with client_of(sandbox, tmp_path, TEXTS) as client:
        client.sign_in()
        client.start()
        wait_until(lambda: len(client.rows()) == NUMBER, 30.0, "the list")
        wait_until(lambda: any(row.body for row in client.rows()), 30.0, "a text")
    asked = record_fetches(sandbox)
    with client_of(sandbox, tmp_path, TEXTS) as client:
        missing = sum(not row.body for row in client.rows())
        assert missing < NUMBER
        client.start()
        wait_until(lambda: all_texts_here(client), 30.0, "all texts")
        # What was here is not asked for; the newest may be prefetched at the same time.
        wanted = [uid for one in asked for uid in _uids_of(one)]
        assert len(set(wanted)) == missing


def _uids_of(arguments: str) -> list[int]:
    """Read the UID set of a FETCH."""
    found = re.search(r"[\d,:]*\d", arguments)
    assert found is not None
    ranges = [part.split(":") for part in found[0].split(",")]
    return [uid for one in ranges for uid in range(int(one[0]), int(one[-1]) + 1)]


def test_a_full_disk_is_said_and_the_rest_goes_on(client: Client, sandbox: Sandbox) -> None:
    """Red when StoreFull ends the loop: the mailbox would be offline and connect again."""
    wait_until(lambda: all_texts_here(client), 30.0, "all texts")
    client.engine.focus(archive(client).id)
    wait_until(lambda: len(filed(client)) == 5, 30.0, "the list")
    wait_until(lambda: all(row.body for row in filed(client)), 30.0, "the texts")
    client.store.write(lambda tx: _limit(tx, here=True)).result(30)
    client.store.write(lambda tx: _limit(tx, here=False)).result(30)
    folder = archive(client).id

    def choose_on_a_full_disk(tx: Writer) -> None:
        tx.choose_download(folder, EVERYTHING)
        _limit(tx, here=True)

    client.store.write(choose_on_a_full_disk).result(30)
    client.engine.wake()
    status = wait_until(
        lambda: (
            client.status if client.status.download and client.status.download.problem else None
        ),
        30.0,
        "the word",
    )
    assert status.download is not None
    assert status.download.problem is not None
    assert status.download.problem.short.startswith("No space left")
    client.store.write(lambda tx: _limit(tx, here=False)).result(30)
    client.engine.reconnect(client.account.id)
    wait_until(
        lambda: all("2" in client.store.read.sections(row.key) for row in filed(client)),
        30.0,
        "the files",
    )
    wait_until(lambda: client.status.download is None, 30.0, "the end of it")


EVERYTHING = DownloadPolicy(Keep.ALL)


def _limit(tx: Writer, *, here: bool) -> None:
    """Let SQLite find the disk full, as far as it is concerned."""
    connection = tx.read._connection
    pages = connection.value("PRAGMA page_count")
    connection.value(f"PRAGMA max_page_count = {pages if here else 1073741823}")


def test_beyond_the_limit_what_no_policy_asks_for_goes_first(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Red when eviction does not look at the policies."""
    with client_of(sandbox, tmp_path, DownloadRules()) as client:
        client.sign_in()
        client.start()
        choose(client, archive(client), EVERYTHING)
        wait_until(lambda: len(filed(client)) == 5, 30.0, "the list")
        wait_until(lambda: sum(client.store.read.space().values()) > 995_000, 30.0, "the files")
        wait_until(lambda: sum(bool(row.body) for row in client.rows()) >= 30, 30.0, "prefetched")
        inbox = client.folder(FolderRole.INBOX).id
        assert client.store.read.space()[inbox] > 0
    with client_of(sandbox, tmp_path, DownloadRules(cache=500_000)) as client:
        client.engine.start()
        wait_until(lambda: client.store.read.space().get(inbox, 0) == 0, 30.0, "the eviction")
        assert client.store.read.space()[archive(client).id] > 995_000
