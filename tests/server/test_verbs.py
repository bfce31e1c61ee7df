"""The headless verbs against Dovecot, as processes: what scripts see."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.account import DovecotAccount
from tests.server.client import mail
from tests.waiting import wait_until


class Shell:
    """Runs `tuimail` with a home and a settings file of its own."""

    def __init__(self, home: Path, account: DovecotAccount) -> None:
        self.account = account
        self.config = home / "config.toml"
        self.config.write_text(account.settings())
        self._environment = {
            **{key: value for key, value in os.environ.items() if not key.startswith("XDG_")},
            "HOME": str(home),
            "LANG": "C.UTF-8",
        }

    def command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "tuimail", "--config", str(self.config), *words]

    def run(self, *words: str, stdin: bytes = b"") -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            self.command(*words),
            input=stdin,
            capture_output=True,
            env=self._environment,
            timeout=60,
            check=False,
        )

    def json(self, *words: str) -> Any:
        result = self.run(*words)
        assert result.returncode == 0, result.stderr.decode()
        assert result.stdout.isascii()
        return json.loads(result.stdout)

    def sign_in(self) -> tuple[str, str]:
        """Sign in as a script would: read the URL and the code while the verb waits."""
        with subprocess.Popen(
            self.command("login", "--device-code"),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=self._environment,
        ) as login:
            assert login.stdout is not None
            url = login.stdout.readline().decode().strip()
            code = login.stdout.readline().decode().strip()
            assert self.account.approve(code)
            assert login.wait(30) == 0
        return url, code


@pytest.fixture
def shell(dovecot_account: DovecotAccount, tmp_path: Path) -> Iterator[Shell]:
    me = dovecot_account.address
    dovecot_account.deliver(mail("First", to=me, body="Grüße aus Köln.\r\n"))
    dovecot_account.deliver(mail("Second \x1b]0;owned\x07", to=me))
    yield Shell(tmp_path, dovecot_account)


def test_sync_list_show_and_send(shell: Shell) -> None:
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
    second, first = shell.json("--json", "list", "INBOX", "--limit", "10")
    assert first["subject"] == "First"
    assert first["from"] == "Kim Chu <kim@fabrikam.example>"
    assert set(first) == {
        *("key", "uid", "date", "from", "to", "subject", "flags", "size", "attachments")
    }
    assert second["subject"] == "Second ]0;owned"

    shown = shell.json("show", str(first["key"]), "--json")
    assert shown["text"].strip() == "Grüße aus Köln."
    assert shown["headers"]["Subject"] == "First"
    assert [part["type"] for part in shown["parts"]] == ["text/plain"]
    raw = shell.run("show", str(second["key"]), "--raw").stdout
    assert b"\x1b]0;owned\x07" in raw

    me = shell.account.address
    message = f"To: {me}\nSubject: From a script\nBcc: carol@example.com\n\nHello.\n".encode()
    sent = shell.run("send", stdin=message)
    assert sent.returncode == 0, sent.stderr.decode()

    def arrived() -> list[dict[str, Any]]:
        shell.run("sync")
        rows = shell.json("list", "inbox", "--json")
        return [row for row in rows if row["subject"] == "From a script"]

    (row,) = wait_until(arrived, 20.0)
    assert b"carol" not in shell.run("show", str(row["key"]), "--raw").stdout
    copies = shell.json("list", "Sent Items", "--json")
    assert [copy["subject"] for copy in copies] == ["From a script"]


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
