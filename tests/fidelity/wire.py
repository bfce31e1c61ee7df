"""An IMAP client that keeps apart what other clients put together: atoms, strings and NIL.

Two servers are compared by what they wrote, not by what a library makes of it. Only the form of a
string (quoted or literal) and the case of an atom are not looked at.
"""

from __future__ import annotations

import imaplib
import re
from collections.abc import Iterable, Sequence
from typing import Final, TypeAlias

Value: TypeAlias = "str | bytes | list[Value] | None"
"""An atom or number, a string, a list, or NIL."""

_LITERAL: Final = re.compile(rb"\{(\d+)\}\r\n$")
_TOKEN: Final = re.compile(
    rb'(BODY(?:\.PEEK)?\[[^\]]*\](?:<\d+>)?)|([()])|"((?:[^"\\]|\\.)*)"|([^\s()"]+)', re.IGNORECASE
)
_ESCAPE: Final = re.compile(rb"\\(.)")
_BATCH: Final = 200


class CommandFailedError(AssertionError):
    """The server did not say OK."""


class Response:
    """One untagged response: pieces of line, with the literals that followed them."""

    def __init__(self, pieces: Sequence[tuple[bytes, bytes | None]]) -> None:
        self._pieces = pieces

    @property
    def line(self) -> bytes:
        """The first piece, without its line end."""
        return self._pieces[0][0].rstrip(b"\r\n")

    def values(self) -> list[Value]:
        """Return what stands behind the asterisk."""
        stack: list[list[Value]] = [[]]
        for text, literal in self._pieces:
            line = text if literal is None else _LITERAL.sub(b"", text)
            for match in _TOKEN.finditer(line):
                _take(stack, match)
            if literal is not None:
                stack[-1].append(literal)
        return stack[0][1:]


def _take(stack: list[list[Value]], match: re.Match[bytes]) -> None:
    section, bracket, quoted, atom = match.groups()
    if bracket == b"(":
        opened: list[Value] = []
        stack[-1].append(opened)
        stack.append(opened)
    elif bracket == b")":
        stack.pop()
    elif quoted is not None:
        stack[-1].append(_ESCAPE.sub(rb"\1", quoted))
    else:
        text = (section or atom).decode("ascii", "replace").upper()
        stack[-1].append(None if text == "NIL" else text)


class Wire:
    """One signed-in connection.

    Args:
        client: Signed in; only its line-reading is used.
    """

    def __init__(self, client: imaplib.IMAP4) -> None:
        self._client = client
        self._count = 0

    def ask(self, command: str) -> tuple[list[Response], bytes]:
        """Send a command and return the untagged responses and the tagged one's text.

        Raises:
            CommandFailedError: The answer was NO or BAD.
        """
        self._client.send(f"{self._next_tag()} {command}\r\n".encode())
        return self._answer()

    def append(self, folder: str, messages: Iterable[tuple[str, str, bytes]]) -> list[bytes]:
        """Append (flags, INTERNALDATE, octets), many in flight, and return the tagged texts."""
        texts: list[bytes] = []
        waiting = 0
        for flags, date, raw in messages:
            head = f'{self._next_tag()} APPEND {folder} ({flags}) "{date}" {{{len(raw)}+}}\r\n'
            self._client.send(head.encode() + raw + b"\r\n")
            waiting += 1
            if waiting == _BATCH:
                texts += [self._answer()[1] for _ in range(waiting)]
                waiting = 0
        return [*texts, *(self._answer()[1] for _ in range(waiting))]

    def fetch(self, uids: str, items: str) -> dict[int, dict[str, Value]]:
        """Return the items of each message, by UID."""
        rows: dict[int, dict[str, Value]] = {}
        for response in self.ask(f"UID FETCH {uids} {items}")[0]:
            match response.values():
                case [str(), "FETCH", list(pairs)]:
                    row = {str(name): pairs[at + 1] for at, name in enumerate(pairs) if at % 2 == 0}
                    rows[int(str(row.pop("UID")))] = row
                case _:
                    pass  # news of the folder
        return rows

    def search(self, criteria: str) -> set[int]:
        """Return the UIDs of what matches."""
        found: set[int] = set()
        for response in self.ask(f"UID SEARCH {criteria}")[0]:
            if response.line.startswith(b"* SEARCH"):
                found |= {int(number) for number in response.line.split()[2:]}
        return found

    def _next_tag(self) -> str:
        self._count += 1
        return f"F{self._count}"

    def _answer(self) -> tuple[list[Response], bytes]:
        responses: list[Response] = []
        while True:
            pieces = self._response()
            line = pieces[0][0]
            if line.startswith(b"F") and line[1:2].isdigit():
                text = line.split(b" ", 1)[1].rstrip()
                if not text.startswith(b"OK"):
                    raise CommandFailedError(text.decode("utf-8", "replace"))
                return responses, text
            if not line.startswith(b"+"):
                responses.append(Response(pieces))

    def _response(self) -> list[tuple[bytes, bytes | None]]:
        pieces: list[tuple[bytes, bytes | None]] = []
        while True:
            line = self._client.readline()
            if not line:
                raise CommandFailedError("the server closed the connection")
            announced = _LITERAL.search(line)
            if announced is None:
                return [*pieces, (line, None)]
            pieces.append((line, self._client.read(int(announced[1]))))
