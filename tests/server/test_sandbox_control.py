"""The control endpoint: it drives a sandbox while a client is connected, for its token alone."""

from __future__ import annotations

import json
import socket
import ssl
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest

from tests.server.sandbox_fixture import signed_in, tls_context
from tests.waiting import wait_until
from tuimail.sandbox.control import LARGEST_REQUEST, Control
from tuimail.sandbox.sandbox import Sandbox


class Remote:
    """Another program that drives the sandbox."""

    def __init__(self, sandbox: Sandbox, control: Control) -> None:
        self._control = control
        self._opener = urllib.request.build_opener(
            urllib.request.ProxyHandler({}),
            urllib.request.HTTPSHandler(context=tls_context(sandbox)),
        )

    def ask(
        self, action: str = "", body: object = None, *, token: str | None = None, raw: bytes = b""
    ) -> tuple[int, dict[str, Any]]:
        data = raw or (None if body is None else json.dumps(body).encode())
        request = urllib.request.Request(
            f"{self._control.url}/{action}".rstrip("/"),
            data=data,
            headers={
                "Authorization": f"Bearer {self._control.token if token is None else token}",
                "Content-Type": "application/json",
            },
        )
        try:
            with self._opener.open(request, timeout=30) as response:
                return response.status, json.load(response)
        except urllib.error.HTTPError as refusal:
            with refusal:
                return refusal.code, json.load(refusal)


@pytest.fixture
def control(fresh_sandbox: Sandbox) -> Control:
    return Control(fresh_sandbox)


@pytest.fixture
def remote(fresh_sandbox: Sandbox, control: Control) -> Iterator[Remote]:
    yield Remote(fresh_sandbox, control)
    control.state()


def test_the_state_names_persona_and_switches(remote: Remote) -> None:
    status, state = remote.ask()
    assert status == 200
    assert state["persona"] == "plain"
    assert state["switches"]["imap.generation"] == "classic"
    assert "rev2" in state["personas"]


def test_switches_change_what_a_connected_client_meets(
    fresh_sandbox: Sandbox, remote: Remote
) -> None:
    with signed_in(fresh_sandbox) as client:
        client.select()
        status, state = remote.ask("throttle", {"milliseconds": 5000})
        assert (status, state["imap_connections"]) == (200, 1)
        with pytest.raises(client.error, match="Suggested Backoff Time: 5000"):
            client.noop()
        assert remote.ask("switches", {"imap.latency": 0.01})[0] == 200
        assert client.noop()[0] == "OK"
        assert fresh_sandbox.imap_server.latency == 0.01
        remote.ask("deliver", {"subject": "A\r\nBcc: all@x.example", "text": "grüß", "from": "k"})
        assert client.noop()[0] == "OK"
        assert client.untagged_responses["EXISTS"][-1] == b"1"
        raw = fresh_sandbox.mailbox(fresh_sandbox.accounts[0]).folder("INBOX").messages[0].raw
        assert b"Subject: A Bcc: all@x.example\r\n" in raw
        remote.ask("expire", {})
        with pytest.raises(client.abort, match="AccessTokenExpired"):
            client.noop()


def test_the_persona_changes_and_takes_back_single_switches(
    fresh_sandbox: Sandbox, remote: Remote
) -> None:
    remote.ask("switches", {"imap.copyuid": "bare"})
    status, state = remote.ask("persona", {"name": "smtp-off-tenant"})
    assert (status, state["persona"]) == (200, "smtp-off-tenant")
    assert state["switches"]["smtp.refuse"] == {"*": "smtp-off-tenant"}
    assert state["switches"]["imap.copyuid"] == "coded"
    assert fresh_sandbox.smtp_server.refuse["*"] == "smtp-off-tenant"


def test_the_network_is_cut_and_restored_through_a_door_that_stays_open(
    fresh_sandbox: Sandbox, remote: Remote
) -> None:
    with signed_in(fresh_sandbox):
        assert remote.ask("cut", {"sign_in": True})[1]["cut"] is True
        wait_until(lambda: not fresh_sandbox.imap_server.connections)
    with pytest.raises(OSError, match=r"\S"), signed_in(fresh_sandbox):
        pass
    assert remote.ask("restore", {})[1]["cut"] is False
    with signed_in(fresh_sandbox) as client:
        assert client.noop()[0] == "OK"


@pytest.mark.parametrize("token", ["", "x", "ü" * 40])
def test_nothing_is_told_without_the_token(remote: Remote, token: str) -> None:
    token = token.encode("utf-8").decode("latin-1")
    for action, body in (("", None), ("cut", {}), ("nowhere", {})):
        status, told = remote.ask(action, body, token=token)
        assert status == 401
        assert set(told) == {"error"}


@pytest.mark.parametrize(
    ("action", "body", "status"),
    [
        ("persona", {"name": "pirate"}, 400),
        ("persona", {"name": 4}, 400),
        ("switches", {"imap.latency": None}, 400),
        ("throttle", {"milliseconds": -1}, 400),
        ("throttle", {"commands": True}, 400),
        ("deliver", {"to": "nobody@contoso.example"}, 400),
        ("cut", ["now"], 400),
        ("cut", None, 405),
        ("", {}, 405),
        ("../token", {}, 404),
        ("nowhere", {}, 404),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(
    remote: Remote, action: str, body: object, status: int
) -> None:
    answer, told = remote.ask(action, body)
    assert answer == status
    assert told["error"]
    assert remote.ask()[1]["cut"] is False


def test_bodies_that_are_large_or_no_json_are_refused(remote: Remote) -> None:
    assert remote.ask("deliver", raw=b"x" * (LARGEST_REQUEST + 1))[0] == 413
    assert remote.ask("deliver", raw=b"{")[0] == 400
    assert remote.ask("deliver", raw=b"\xff\xfe")[0] == 400
    assert remote.ask("deliver", raw=b"[" * 100_000)[0] == 400


def test_bytes_that_are_no_http_end_the_connection_alone(
    fresh_sandbox: Sandbox, control: Control, remote: Remote
) -> None:
    port = int(control.url.split(":")[2].partition("/")[0])
    context: ssl.SSLContext = tls_context(fresh_sandbox)
    for garbage in (b"\x00\xff\n\n", b"GET\r\n\r\n", b"POST / x\r\nContent-Length: -5\r\n\r\n"):
        with (
            socket.create_connection(("127.0.0.1", port), timeout=30) as plain,
            context.wrap_socket(plain, server_hostname="localhost") as client,
        ):
            client.sendall(garbage)
            assert client.recv(100) == b""
    assert remote.ask()[0] == 200
