"""The HTTP client: what it trusts, where it goes, what it refuses."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

from tuimail import http as http_module
from tuimail.errors import (
    CertificateInvalid,
    ConfigError,
    ConnectFailed,
    ConnectionLost,
    NetworkError,
    ServerTimeout,
)
from tuimail.http import HttpClient, UnexpectedAnswer, is_loopback
from tuimail.sandbox.certificates import Certificates, make_certificates


class Handler(BaseHTTPRequestHandler):
    answers: ClassVar[dict[str, tuple[int, str, bytes]]] = {}
    heard: ClassVar[list[str]] = []
    silence = threading.Event()

    def do_GET(self) -> None:
        self.heard.append(f"{self.command} {self.path} {self.headers.get('Cookie')}")
        if self.path == "/silent":
            self.silence.wait(60)
        if self.path not in self.answers:
            self.close_connection = True
            return
        status, header, body = self.answers[self.path]
        self.send_response(status)
        name, _, value = header.partition(": ")
        self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_GET  # noqa: N815 - the library's names
    do_CONNECT = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@contextmanager
def serving(context: ssl.SSLContext | None = None) -> Iterator[int]:
    Handler.answers, Handler.heard = {}, []
    Handler.silence.clear()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    server.daemon_threads = False  # so that closing waits for them
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield int(server.server_address[1])
    finally:
        Handler.silence.set()
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    return make_certificates(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def base(certificates: Certificates) -> Iterator[str]:
    with serving(certificates.server_context()) as port:
        yield f"https://localhost:{port}"


@pytest.fixture
def client(certificates: Certificates) -> Iterator[HttpClient]:
    made = HttpClient(certificates.ca_file)
    yield made
    made.close()


def test_json_arrives_with_its_status(base: str, client: HttpClient) -> None:
    Handler.answers["/a"] = (400, "X-One: 1", b'{"error": "invalid_grant"}')
    answer = client.post(base + "/a", data={"grant_type": "refresh_token"})
    assert answer.status_code == 400
    assert answer.text == '{"error": "invalid_grant"}'
    assert answer.headers["X-One"] == "1"
    assert "invalid_grant" not in repr(answer)
    with pytest.raises(NetworkError):
        answer.raise_for_status()


@pytest.mark.parametrize(
    ("status", "header", "body"),
    [
        (200, "Content-Type: text/html", b"<html>Hotel</html>"),
        (200, "Content-Type: application/json", b"<html>Hotel</html>"),
        (302, "Location: https://portal.example/", b""),
        (307, "Location: https://portal.example/", b""),
        (404, "Content-Type: text/html", b"<html>no</html>"),
        (200, "Content-Type: application/json", b""),
    ],
)
def test_a_captive_portal_is_recognised_and_never_followed(
    base: str, client: HttpClient, status: int, header: str, body: bytes
) -> None:
    Handler.answers["/token"] = (status, header, body)
    with pytest.raises(UnexpectedAnswer):
        client.post(base + "/token", data={"refresh_token": "secret"})
    assert len(Handler.heard) == 1


def test_an_error_page_of_a_busy_service_keeps_its_status(base: str, client: HttpClient) -> None:
    Handler.answers["/token"] = (503, "Retry-After: 5", b"<html>busy</html>")
    assert client.get(base + "/token").status_code == 503


def test_an_endless_answer_is_cut(
    base: str, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_module, "_LARGEST_ANSWER", 10)
    Handler.answers["/a"] = (200, "X: 1", b"{" + b" " * 1000)
    assert len(client.get(base + "/a").text) == 10


def test_cookies_are_not_kept(base: str, client: HttpClient) -> None:
    Handler.answers["/a"] = (200, "Set-Cookie: fpc=tracking; Path=/", b"{}")
    client.get(base + "/a")
    client.get(base + "/a")
    assert Handler.heard == ["GET /a None"] * 2


def test_a_closed_connection_and_silence_are_told_apart(
    base: str, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConnectionLost):
        client.get(base + "/gone")
    monkeypatch.setattr(http_module, "READ_SECONDS", 0.2)
    with pytest.raises(ServerTimeout):
        client.get(base + "/silent")


def test_nobody_there_is_no_connection(client: HttpClient) -> None:
    with pytest.raises(ConnectFailed) as caught:
        client.post("https://localhost:1/token", data={"refresh_token": "secret"})
    assert caught.value.message == "No connection to localhost could be made."
    assert "refused" in caught.value.detail
    assert caught.value.__context__ is None
    assert "secret" not in caught.value.detail


def test_the_systems_certificates_do_not_vouch_for_a_private_authority(base: str) -> None:
    client = HttpClient()
    try:
        with pytest.raises(CertificateInvalid):
            client.get(base + "/a")
    finally:
        client.close()


def test_a_chosen_certificate_file_beats_the_environment(
    base: str, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/does/not/exist.pem")
    Handler.answers["/a"] = (200, "X: 1", b"{}")
    assert client.get(base + "/a").status_code == 200


def test_a_proxy_is_used_for_the_world_and_never_for_loopback(
    base: str, client: HttpClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
    Handler.answers["/a"] = (200, "X: 1", b"{}")
    with serving() as proxy:
        Handler.answers["/a"] = (200, "X: 1", b"{}")
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{proxy}")
        assert client.get(base + "/a").status_code == 200
        assert Handler.heard == ["GET /a None"]
        with pytest.raises(NetworkError):
            client.get("https://login.example/a")
        assert "CONNECT login.example:443 None" in Handler.heard


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("LOCALHOST.", True),
        ("mail.localhost", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("localhost.example.com", False),
        ("10.0.0.1", False),
        ("", False),
    ],
)
def test_loopback_is_this_machine_only(host: str, here: bool) -> None:
    assert is_loopback(host) is here


def test_a_certificate_file_that_is_none_is_a_matter_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "bad.pem").write_text("hello")
    for name in ("bad.pem", "none.pem"):
        with pytest.raises(ConfigError, match=name):
            HttpClient(tmp_path / name)
