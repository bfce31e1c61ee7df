"""`tuimail demo` in a real terminal: sign in with Enter, see mail arrive, answer, delete, undo."""

from __future__ import annotations

import json
import secrets
import smtplib
import ssl
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.server.client import mail
from tests.ui.terminal import Terminal
from tests.waiting import wait_until
from tuimail.auth.cache import TokenCache
from tuimail.auth.provider import TokenProvider
from tuimail.http import HttpClient
from tuimail.model.account import Account, AccountId, Endpoint
from tuimail.model.status import DeviceCode, SignInOutcome

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
        wait_until(self._info.exists, 20.0, "the demo's description")
        found: dict[str, Any] = json.loads(self._info.read_text())
        return found

    def sign_in(self) -> None:
        self.terminal.wait_for("press Enter to approve")
        self.terminal.type(b"\r")
        self.terminal.wait_for("Welcome to tuimail")

    def submit(self, subject: str, tmp_path: Path) -> None:
        """Send the owner a mail by SMTP, signed in as a colleague."""
        info = self.info()
        colleague = info["accounts"][1]
        token = _token_for(colleague, info, tmp_path)
        context = ssl.create_default_context(cafile=info["ca_file"])
        host, port = info["smtp"]
        with smtplib.SMTP(host, port, timeout=10) as client:
            client.starttls(context=context)
            client.ehlo()
            client.auth(
                "XOAUTH2",
                lambda _=None: f"user={colleague}\1auth=Bearer {token}\1\1",
                initial_response_ok=True,
            )
            owner = info["accounts"][0]
            raw = mail(subject, sender=colleague, to=owner)
            client.sendmail(colleague, [owner], raw)


class _Approve:
    """Signs the colleague in as the demo's Enter does: by approving the code."""

    def __init__(self, http: HttpClient, user: str) -> None:
        self._http = http
        self._user = user

    def show_code(self, code: DeviceCode) -> None:
        form = {"user_code": code.user_code, "user": self._user}
        assert self._http.post(code.verification_uri, data=form).status_code == 200

    def finished(self, outcome: SignInOutcome) -> None:
        assert outcome.problem is None


def _token_for(user: str, info: dict[str, Any], tmp_path: Path) -> str:
    account = Account(
        id=AccountId(1),
        name="colleague",
        address=user,
        username=user,
        client_id=info["client_id"],
        authority=info["authority"],
        known_authority=False,
        scopes=(
            "https://outlook.office.com/IMAP.AccessAsUser.All",
            "https://outlook.office.com/SMTP.Send",
        ),
        imap=Endpoint(*info["imap"]),
        smtp=Endpoint(*info["smtp"]),
        ca_file=Path(info["ca_file"]),
    )
    http = HttpClient(account.ca_file)
    tokens = TokenProvider(account, TokenCache.open(tmp_path / "tokens.json"), http)
    tokens.sign_in(_Approve(http, user)).result(30)
    token = tokens.get().result(30).secret.reveal()
    http.close()
    return token


@pytest.fixture(params=[(80, 24), (160, 48)], ids=["80x24", "160x48"])
def demo(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Demo]:
    columns, rows = request.param
    info = tmp_path / "demo.json"
    command = [sys.executable, "-m", "tuimail", "demo", "--info", str(info)]
    with Terminal(command, columns=columns, rows=rows, environ=PROXY) as terminal:
        yield Demo(terminal, info)


def test_a_mail_with_a_random_subject_sent_by_smtp_appears_on_the_screen(
    demo: Demo, tmp_path: Path
) -> None:
    demo.sign_in()
    subject = f"Token {secrets.token_hex(6)}"
    demo.submit(subject, tmp_path)
    demo.terminal.wait_for(subject)


def test_reading_deleting_and_undoing(demo: Demo) -> None:
    demo.sign_in()
    terminal = demo.terminal
    terminal.type(b"\r")
    terminal.wait_for("Hello Anna")
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
    terminal.type(b"\x1b")
    terminal.type(b"gt")
    terminal.wait_for(subject, timeout=60.0)
