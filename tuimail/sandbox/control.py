"""A door through which another program drives a running sandbox: JSON over HTTPS on loopback.

``GET /control`` tells the state. ``POST /control/persona``, ``switches``, ``cut``, ``restore``,
``deliver``, ``expire`` and ``throttle`` change it and tell it. Every request carries
``Authorization: Bearer`` with the token that only ``tuimail demo --info`` writes down. The door is
a port of its own, so that it stays open when the sandbox's network is cut.
"""

from __future__ import annotations

import asyncio
import hmac
import json
import secrets
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, make_msgid
from typing import Final, TypeVar

from tuimail.sandbox.demo_wire import text, unstructured, write_message
from tuimail.sandbox.http_server import HttpRequest, HttpResponse
from tuimail.sandbox.personas import PERSONAS, Persona, persona_named
from tuimail.sandbox.sandbox import Sandbox
from tuimail.sandbox.switchboard import Switchboard

LARGEST_REQUEST: Final = 1 << 20
_MOST_COMMANDS: Final = 1000
_LONGEST_WAIT: Final = 3_600_000

Body = Mapping[str, object]
T = TypeVar("T")


class _Refused(Exception):
    """A request that is not even looked into."""

    def __init__(self, status: int, words: str) -> None:
        super().__init__(words)
        self.status, self.words = status, words


class Control:
    """The door to a started sandbox; open until the sandbox stops."""

    def __init__(self, sandbox: Sandbox, persona: Persona = PERSONAS["plain"]) -> None:
        self._sandbox = sandbox
        self._switchboard = Switchboard(sandbox)
        self._persona = persona
        self._is_cut = False
        persona.apply(sandbox, self._switchboard)
        self.token = secrets.token_urlsafe(32)
        self._actions: dict[str, Callable[[Body], None]] = {
            "persona": self._take_persona,
            "switches": self._switchboard.set,
            "cut": self._cut,
            "restore": self._restore,
            "deliver": self._deliver,
            "expire": self._expire,
            "throttle": self._throttle,
        }
        self.url = f"https://localhost:{sandbox.serve(self._answer)}/control"

    def state(self) -> dict[str, object]:
        """What ``GET /control`` tells."""
        return {
            "persona": self._persona.name,
            "personas": list(PERSONAS),
            "switches": self._switchboard.read(),
            "cut": self._is_cut,
            "imap_connections": len(self._sandbox.imap_server.connections),
            "idling": self._sandbox.imap_server.idling,
            "actions": sorted(self._actions),
        }

    async def _answer(self, request: HttpRequest) -> HttpResponse:
        try:
            action = self._wanted(request)
            if action is not None:
                body = _object(request.body)
                # Some actions wait for the loop this runs on, so they must not run on it.
                await asyncio.to_thread(action, body)
        except _Refused as refusal:
            return HttpResponse.json({"error": refusal.words}, refusal.status)
        except (ValueError, RecursionError) as error:
            return HttpResponse.json({"error": str(error)}, 400)
        return HttpResponse.json(self.state())

    def _wanted(self, request: HttpRequest) -> Callable[[Body], None] | None:
        """The action a request asks for; None to read the state."""
        given = request.headers.get("authorization", "").encode("utf-8")
        if not hmac.compare_digest(given, f"Bearer {self.token}".encode("ascii")):
            raise _Refused(401, "the token is missing or wrong")
        if request.length > LARGEST_REQUEST:
            raise _Refused(413, "the body is too large")
        root, _, name = request.path.removeprefix("/").partition("/")
        if root != "control" or (name and name not in self._actions):
            raise _Refused(404, "there is nothing here")
        if request.method != ("POST" if name else "GET"):
            raise _Refused(405, "read the state by GET, change it by POST")
        return self._actions[name] if name else None

    def _take_persona(self, body: Body) -> None:
        persona = persona_named(_get(body, "name", str, ""))
        persona.apply(self._sandbox, self._switchboard)
        self._persona = persona

    def _cut(self, body: Body) -> None:
        self._sandbox.cut(sign_in=_get(body, "sign_in", bool, False))
        self._is_cut = True

    def _restore(self, _body: Body) -> None:
        self._sandbox.restore()
        self._is_cut = False

    def _expire(self, body: Body) -> None:
        self._sandbox.imap_server.expire_sessions(_get(body, "address", str, "") or None)

    def _throttle(self, body: Body) -> None:
        milliseconds = _get(body, "milliseconds", int, 92_415)
        commands = _get(body, "commands", int, 1)
        if not (0 <= milliseconds <= _LONGEST_WAIT and 1 <= commands <= _MOST_COMMANDS):
            raise ValueError("milliseconds or commands are out of range")
        self._sandbox.imap_server.throttle(milliseconds, commands=commands)

    def _deliver(self, body: Body) -> None:
        """Deliver ``raw``, a whole message, or one made of ``from``, ``subject`` and ``text``."""
        to = _get(body, "to", str, "") or self._sandbox.accounts[0]
        sender = _line(_get(body, "from", str, "") or "somebody@fabrikam.example")
        if self._sandbox.post_office.mailbox(to) is None:
            raise ValueError(f"there is no mailbox {to!r}")
        raw = _get(body, "raw", str, "").encode("utf-8")
        if not raw:
            fields = {
                "From": sender,
                "To": to,
                "Subject": unstructured(_line(_get(body, "subject", str, ""))),
                "Date": format_datetime(datetime.now(UTC)),
                "Message-ID": make_msgid(domain="fabrikam.example"),
            }
            raw = write_message(fields, text(_get(body, "text", str, "")))
        self._sandbox.deliver(raw, [to], sender)


def _object(octets: bytes) -> Body:
    body = json.loads(octets or b"{}")
    if not isinstance(body, dict):
        raise ValueError("the body is no object")  # noqa: TRY004 - what was sent is wrong
    return body


def _get(body: Body, name: str, kind: type[T], default: T) -> T:
    value = body.get(name, default)
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{name} has to be a {kind.__name__}")
    return value


def _line(words: str) -> str:
    """One line, so that no field can bring others with it; half a surrogate becomes a mark."""
    printable = "".join(letter if letter.isprintable() else " " for letter in words)
    return " ".join(printable.encode("utf-8", "replace").decode("utf-8").split())
