"""`tuimail demo` in a real terminal: sign in with Enter, see mail arrive, answer, delete, undo."""

from __future__ import annotations

import json
import secrets
import smtplib
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.client import mail
from tests.ui.terminal import Terminal
from tests.waiting import wait_until

# What a machine behind a company's proxy has set; none of it concerns loopback.
PROXY = {
    "HTTPS_PROXY": "http://127.0.0.1:9",
    "HTTP_PROXY": "http://127.0.0.1:9",
    "ALL_PROXY": "http://127.0.0.1:9",
    "NO_PROXY": "",
    "REQUESTS_CA_BUNDLE": "/nonexistent/ca.pem",
    "CURL_CA_BUNDLE": "/nonexistent/ca.pem",
    "SSL_CERT_FILE": "/nonexistent/ca.pem",
}


class Demo:
    """A running demo and what it says of itself."""

    def __init__(self, terminal: Terminal, info: Path) -> None:
        self.terminal = terminal
        self._info = info

    def info(self) -> dict[str, Any]:
        wait_until(self._info.exists, describe="the demo's description")
        found: dict[str, Any] = json.loads(self._info.read_text())
        return found

    def sign_in(self) -> None:
        self.terminal.wait_for("press Enter to approve")
        self.terminal.type(b"\r")
        self.terminal.wait_for("Welcome to tuimail")

    def deliver(self, subject: str) -> None:
        """Send the owner a mail by SMTP, as a stranger does."""
        info = self.info()
        host, port = info["mx"]
        owner = info["accounts"][0]
        with smtplib.SMTP(host, port, timeout=30) as client:
            client.sendmail("kim@fabrikam.example", [owner], mail(subject, to=owner))


@pytest.fixture(params=[(80, 24), (160, 48)], ids=["80x24", "160x48"])
def demo(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Demo]:
    columns, rows = request.param
    info = tmp_path / "demo.json"
    command = [sys.executable, "-m", "tuimail", "demo", "--quiet", "--info", str(info)]
    with Terminal(command, columns=columns, rows=rows, environ=PROXY) as terminal:
        yield Demo(terminal, info)


def test_a_mail_with_a_random_subject_sent_by_smtp_appears_on_the_screen(demo: Demo) -> None:
    demo.sign_in()
    subject = f"Token {secrets.token_hex(6)}"
    demo.deliver(subject)
    demo.terminal.wait_for(subject)


def test_reading_deleting_and_undoing(demo: Demo) -> None:
    demo.sign_in()
    terminal = demo.terminal
    terminal.type(b"\r")
    terminal.wait_for("read the message under the cursor")
    terminal.type(b"q")
    terminal.wait_for("? help  m write")
    terminal.type(b"d")
    terminal.wait_for("moved to Deleted Items")
    terminal.type(b"u")
    terminal.wait_for("Welcome to tuimail")


def test_writing_and_sending_ends_in_sent_items(demo: Demo) -> None:
    demo.sign_in()
    terminal = demo.terminal
    subject = f"Lunch {secrets.token_hex(4)}"
    terminal.type(b"m")
    terminal.wait_for("Subject")
    terminal.type(b"ben@contoso.example\t")
    terminal.type(subject.encode() + b"\t")
    terminal.type(b"Soup?")
    terminal.wait_for("Soup?")
    terminal.type(b"\x13")
    terminal.wait_for("y send")
    terminal.type(b"y")
    terminal.wait_for("Sending in")
    terminal.type(b"y")
    terminal.type(b"c")
    terminal.wait_for("Sent Items")
    terminal.type(b"qgt")  # not Esc: a letter right behind it would make one key of the two
    terminal.wait_for(subject, timeout=60.0)


def test_the_first_run_goes_from_the_address_to_the_mail_without_a_new_start(
    tmp_path: Path,
) -> None:
    info = tmp_path / "demo.json"
    command = [sys.executable, "-m", "tuimail", "demo", "--quiet", "--set-up", "--info", str(info)]
    with Terminal(command, environ=PROXY) as terminal:
        described = Demo(terminal, info).info()
        terminal.wait_for("Type the address")
        terminal.type(described["accounts"][0].encode() + b"\r")
        terminal.wait_for("Which one?")
        terminal.type(b"1")
        terminal.wait_for("Client id")
        terminal.type(described["client_id"].encode() + b"\r")
        terminal.wait_for("press Enter to approve")
        terminal.type(b"\r")
        terminal.wait_for("Which keys do your hands know?")
        terminal.type(b"\r")
        terminal.wait_for("Welcome to tuimail")
