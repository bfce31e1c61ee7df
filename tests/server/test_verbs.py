"""The headless verbs against Dovecot, as processes: what scripts see."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.account import DovecotAccount
from tests.server.client import mail
from tests.server.shell import Shell
from tests.waiting import wait_until

# A dozen processes are started one after the other.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def shell(dovecot_account: DovecotAccount, tmp_path: Path) -> Iterator[Shell]:
    me = dovecot_account.address
    dovecot_account.deliver(mail("First", to=me, body="Grüße aus Köln.\r\n"))
    dovecot_account.deliver(mail("Second \x1b]0;owned\x07", to=me))
    yield Shell(tmp_path, dovecot_account.settings(), dovecot_account.approve)


def test_sync_list_show_and_send(shell: Shell, dovecot_account: DovecotAccount) -> None:
    url, code = shell.sign_in()
    assert url.startswith("https://localhost:")
    assert code
    assert shell.run("sync").returncode == 0

    tree = {folder["path"]: folder for folder in shell.json("folders", "--json")}
    assert tree["INBOX"] == {
        "path": "INBOX",
        "name": "Inbox",
        "role": "inbox",
        "subscribed": True,
        "total": 2,
        "unread": 2,
    }
    every = {folder["path"] for folder in shell.json("folders", "--all", "--json")}
    assert every >= tree.keys()
    second, first = shell.json("--json", "list", "INBOX", "--limit", "10")
    assert first["subject"] == "First"
    assert first["from"] == "Kim Chu <kim@fabrikam.example>"
    assert set(first) == {
        *("key", "uid", "date", "from", "to", "subject", "flags", "size", "attachments")
    }
    assert second["subject"] == "Second ]0;owned"

    by_subject = shell.json("list", "inbox", "--sort", "subject", "--json")
    assert [row["key"] for row in by_subject] == [first["key"], second["key"]]
    (found,) = shell.json("search", "irst", "from:kim", "--json")
    assert found == {**first, "folder": "INBOX"}
    assert shell.json("list", "inbox", "--limit-to", "is:read", "--json") == []
    wrong = shell.run("search", "form:kim")
    assert wrong.returncode == 2
    assert "Did you mean “from:”?" in wrong.stderr.decode()

    shown = shell.json("show", str(first["key"]), "--json")
    assert shown["text"].strip() == "Grüße aus Köln."
    assert shown["headers"]["Subject"] == "First"
    assert [part["type"] for part in shown["parts"]] == ["text/plain"]
    raw = shell.run("show", str(second["key"]), "--raw").stdout
    assert b"\x1b]0;owned\x07" in raw

    me = dovecot_account.address
    message = f"To: {me}\nSubject: From a script\nBcc: carol@example.com\n\nHello.\n".encode()
    sent = shell.run("send", stdin=message)
    assert sent.returncode == 0, sent.stderr.decode()

    def there(folder: str) -> list[dict[str, Any]]:
        rows = shell.json("list", folder, "--json")
        return [row for row in rows if row["subject"] == "From a script"]

    def arrived() -> bool:
        shell.run("sync")
        return bool(there("inbox") and there("Sent Items"))

    wait_until(arrived)
    (row,) = there("inbox")
    assert b"carol" not in shell.run("show", str(row["key"]), "--raw").stdout
    assert len(there("Sent Items")) == 1


def test_without_a_sign_in_the_exit_code_is_3_and_the_reason_is_on_stderr(shell: Shell) -> None:
    result = shell.run("sync")
    assert result.returncode == 3
    assert result.stdout == b""
    assert b"sign" in result.stderr.lower()


def test_signing_out_asks_for_a_sign_in_again(shell: Shell) -> None:
    shell.sign_in()
    assert shell.run("sync").returncode == 0
    assert shell.run("logout").returncode == 0
    assert shell.run("sync").returncode == 3


def test_wrong_words_are_usage_errors(shell: Shell) -> None:
    assert shell.run("frobnicate").returncode == 2
    assert shell.run("list").returncode == 2
    assert shell.run("show", "1", "--raw", "--text").returncode == 2


def test_a_message_without_recipients_is_not_queued(shell: Shell) -> None:
    shell.sign_in()
    result = shell.run("send", stdin=b"Subject: To nobody\n\nHello.\n")
    assert result.returncode == 1
    assert b"tuimail:" in result.stderr


def test_a_folder_or_message_that_is_not_there_is_said(shell: Shell) -> None:
    shell.sign_in()
    shell.run("sync")
    assert shell.run("list", "Nowhere").returncode == 1
    assert shell.run("show", "999999").returncode == 1
