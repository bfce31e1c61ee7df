"""Where the browser comes back to after the sign-in: a listener on 127.0.0.1 (RFC 8252, 7.3).

Whatever is on this computer may talk to it, so it hears nothing but the answer that carries the
attempt's own `state`, says nothing but fixed sentences, and lives as long as the attempt.
"""

from __future__ import annotations

import hmac
import threading
from collections.abc import Callable, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Final
from urllib.parse import urlsplit

from tuimail.auth.answers import Refused, answer_in
from tuimail.errors import TokenUnavailable

ADDRESS: Final = "127.0.0.1"
_PATIENCE: Final = 10.0
_LONGEST_FORM: Final = 32_768
_PAGE: Final = """<!doctype html><meta charset="utf-8"><title>tuimail</title>
<body style="font:1.2rem/1.5 system-ui;max-width:34rem;margin:15vh auto;padding:0 1rem">
<h1 style="font-size:1.6rem">{title}</h1><p>{text}</p>"""
_HEARD: Final = ("Back to the terminal", "tuimail has the answer. You can close this page.")
_OTHER: Final = (
    "This page is of another attempt",
    "Go back to the terminal and open the address that stands there now.",
)


class LoopbackListener:
    """Listens while its `with` block runs.

    Args:
        state: The attempt's own; anything else is turned away.
        heard: Gets the answer's fields, on a thread of the listener.
        port: 0 for any that is free.

    Raises:
        TokenUnavailable: The port cannot be had.
    """

    def __init__(
        self, state: str, heard: Callable[[Mapping[str, str]], None], *, port: int = 0
    ) -> None:
        try:
            self._server = _Server((ADDRESS, port), _Handler)
        except OSError as error:
            raise TokenUnavailable(
                "The browser cannot come back: no port could be had on this computer.",
                hint="Sign in with a device code.",
                detail=error.strerror or "",
            ) from error
        if self._server.server_address[0] != ADDRESS:
            self._server.server_close()
            raise TokenUnavailable("The browser's way back leads out of this computer.")
        self._server.state, self._server.heard = state, heard
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(0.1,), name="auth-loopback", daemon=True
        )

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.server_address[1]

    def __enter__(self) -> LoopbackListener:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(_PATIENCE)


class _Server(ThreadingHTTPServer):
    """One thread per connection: browsers open some that they never use."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = False
    server_address: tuple[str, int]
    state: str
    heard: Callable[[Mapping[str, str]], None]

    def server_bind(self) -> None:
        """Bind without asking a name server who 127.0.0.1 is."""
        self.socket.bind(self.server_address)
        self.server_address = self.socket.getsockname()
        self.server_name, self.server_port = "localhost", self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """A connection that breaks costs nobody anything; a trace would show the answer."""


class _Handler(BaseHTTPRequestHandler):
    timeout = _PATIENCE
    server: _Server

    def do_GET(self) -> None:
        """Hear an answer in the address."""
        url = urlsplit(self.path)
        if self._is_for_us(url.path if url.query else ""):
            self._hear(url.query)

    def do_POST(self) -> None:
        """Hear an answer in a form (OAuth 2.0 Form Post Response Mode)."""
        length = self.headers.get("Content-Length", "")
        if not length.isdecimal() or int(length) > _LONGEST_FORM:
            self.send_error(413)
        elif self._is_for_us(self.path):
            self._hear(self.rfile.read(int(length)).decode("ascii", "replace"))

    def _is_for_us(self, path: str) -> bool:
        if self.headers.get("Host") not in self._names():
            self.send_error(403)  # a name that somebody made to point here
        elif path != "/":
            self.send_error(404)
        else:
            return True
        return False

    def _hear(self, fields: str) -> None:
        answer = answer_in(f"http://localhost/?{fields}")
        if isinstance(answer, Refused):
            self.send_error(400)
        elif not hmac.compare_digest(answer.get("state", "").encode(), self.server.state.encode()):
            self._say(400, *_OTHER)
        else:
            self._say(200, *_HEARD)
            self.server.heard(answer)

    def _names(self) -> tuple[str, str]:
        port = self.server.server_port
        return f"localhost:{port}", f"{ADDRESS}:{port}"

    def _say(self, status: int, title: str, text: str) -> None:
        body = _PAGE.format(title=title, text=text).encode()
        self.send_response(status)
        for name, value in (
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Length", str(len(body))),
            ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
            ("Cache-Control", "no-store"),
            ("Referrer-Policy", "no-referrer"),
            ("Connection", "close"),
        ):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def version_string(self) -> str:
        """Not which Python this is."""
        return "tuimail"

    def log_message(self, format: str, *args: object) -> None:
        """Log nothing: the request line holds the code."""
