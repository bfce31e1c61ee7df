"""Commands and their answers on one connection, and what the server says unasked.

The channel knows tags, response codes and the selected folder; what the commands mean is the
session's business. Everything the server sends passes `_next`, so a BYE, a new EXISTS or one of
Exchange's stray lines is treated the same whoever is waiting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from tuimail.errors import (
    CommandInvalid,
    ConnectionLost,
    NetworkError,
    ProtocolViolation,
    TuimailError,
)
from tuimail.imap.capabilities import parse_capabilities
from tuimail.imap.tokens import as_number
from tuimail.imap.translate import from_bye, from_reply, server_words
from tuimail.imap.wire import Response, Wire
from tuimail.model.folder import UID, SelectedFolder

MAX_COMMAND: Final = 8000  # octets; Exchange on premises takes 10,240, its cloud says nothing
_PIPELINE_DEPTH: Final = 8
_FETCH: Final = re.compile(rb"\* \d{1,10} FETCH ", re.IGNORECASE)
_NUMBERED: Final = re.compile(rb"\* (\d{1,10}) (EXISTS|EXPUNGE)\b", re.IGNORECASE)
_BYE: Final = re.compile(rb"\* BYE\b ?", re.IGNORECASE)
_CODE: Final = re.compile(rb"(?:\* )?(?:OK|NO|BAD) \[([^\s\]]+)(?: ([^\]]*))?\]", re.IGNORECASE)
_TAGGED: Final = re.compile(rb"(OK|NO|BAD)\b ?(.*)", re.IGNORECASE | re.DOTALL)
_BARE_CODE: Final = re.compile(rb"\[[A-Z]+[ \]]")


@dataclass(frozen=True, slots=True)
class Completion:
    """The tagged end of a command.

    Attributes:
        status: "OK", "NO" or "BAD".
        code: Response code, upper case, empty when there is none.
        code_data: What follows the code inside the brackets.
        text: Everything after the status.
    """

    status: str
    code: str
    code_data: bytes
    text: str

    def check(self, verb: str) -> None:
        """Raise what a NO or BAD means."""
        if self.status != "OK":
            raise from_reply(verb, self.status, self.code, self.text)


@dataclass(frozen=True, slots=True)
class Reply:
    """A command's whole answer."""

    completion: Completion
    untagged: list[Response] = field(default_factory=list)

    def codes(self, name: bytes) -> list[bytes]:
        """What each `[name …]` in the answer says, untagged ones first."""
        found = [
            match[2] or b""
            for response in self.untagged
            if (match := _CODE.match(response.line)) and match[1].upper() == name
        ]
        if self.completion.code.encode("ascii", "replace") == name:
            found.append(self.completion.code_data)
        return found

    def lines(self, name: bytes) -> Iterator[tuple[bytes, tuple[bytes, ...]]]:
        """The rest of each `* name …`, with its literals."""
        prefix = b"* " + name
        for response in self.untagged:
            head, rest = response.line[: len(prefix)], response.line[len(prefix) :]
            if head.upper() == prefix and rest[:1] in (b"", b" "):
                yield rest[1:], response.literals


class Channel:
    """One connection's conversation. Used by one thread, except `shutdown`."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self.capabilities = wire.greeting_capabilities
        self.round_trips = wire.commands_before
        self.selected: SelectedFolder | None = None
        self.changes = 0  # how often the server said that the folder changed
        self.announcements = 0  # how often it said what it can
        self.capabilities_known = False
        self.listed: Reply | None = None  # the answer to LIST, if it was asked last
        self._stray = ""
        self._number = 0
        self._streaming: bytes | None = None

    def run(self, verb: str, *arguments: bytes) -> Reply:
        """Send one command, return its answer, raise on NO and BAD."""
        reply = self.ask(verb, *arguments)
        reply.completion.check(verb)
        return reply

    def ask(self, verb: str, *arguments: bytes) -> Reply:
        """Like `run`, but a NO or BAD is an answer too."""
        return self._collect(self.begin(verb, *arguments))

    def pipeline(self, commands: Sequence[tuple[str, Sequence[bytes]]]) -> list[Reply]:
        """Send several commands before the first answer is awaited, a few at a time.

        Only for commands that do not change what the others mean (RFC 9051, 5.5). A refusal of
        one is in its reply; when the connection ends, an earlier refusal says why and is raised.
        """
        replies: list[Reply] = []
        for start in range(0, len(commands), _PIPELINE_DEPTH):
            batch = commands[start : start + _PIPELINE_DEPTH]
            tags = [self.begin(verb, *arguments) for verb, arguments in batch]
            for tag in tags:
                try:
                    replies.append(self._collect(tag))
                except NetworkError:
                    for (verb, _), reply in zip(commands, replies, strict=False):
                        reply.completion.check(verb)
                    raise
        return replies

    def stream(self, verb: str, *arguments: bytes) -> Iterator[Response]:
        """Send one command and yield its untagged responses as they arrive.

        Left before its end, the rest is read and dropped when the next command begins.
        """
        tag = self.begin(verb, *arguments)
        self._streaming = tag
        while self._streaming == tag:
            response = self._next()
            completion = self._completed(tag, response)
            if completion is not None:
                self._streaming = None
                completion.check(verb)
                return
            yield response
        raise ConnectionLost("Another request took the place of one that was not finished.")

    def begin(self, verb: str, *arguments: bytes, max_octets: int = MAX_COMMAND) -> bytes:
        """Send a command without a literal and return its tag."""
        self._finish_stream()
        tag = self.new_tag()
        line = b" ".join((tag, verb.encode("ascii"), *arguments)) + b"\r\n"
        if len(line) > max_octets or b"\n" in line[:-2] or b"\0" in line:
            raise CommandInvalid("A request cannot be put into one line.", detail=verb)
        self.wire.send(line)
        self.round_trips += 1
        return tag

    def new_tag(self) -> bytes:
        """A tag that was not used on this connection."""
        self._number += 1
        self._stray = ""
        self.listed = None
        return b"t%d" % self._number

    def append(self, arguments: bytes, message: bytes) -> Reply:
        """Send APPEND with its literal, in one go where the server takes that (RFC 7888)."""
        self._finish_stream()
        tag = self.new_tag()
        at_once = "LITERAL+" in self.capabilities or (
            "LITERAL-" in self.capabilities and len(message) <= 4096
        )
        head = b"%s APPEND %s {%d%s}\r\n" % (tag, arguments, len(message), b"+" if at_once else b"")
        self.round_trips += 1
        if at_once:
            self.wire.send(head)
        else:
            self.wire.send(head)
            refused = self.await_continuation(tag)
            if isinstance(refused, Completion):
                refused.check("APPEND")
                raise ProtocolViolation("The server accepts a message it did not get.")
        self.wire.send(message)
        self.wire.send(b"\r\n")
        reply = self._collect(tag)
        reply.completion.check("APPEND")
        return reply

    def await_continuation(self, tag: bytes) -> bytes | Completion:
        """Wait for `+`; return its text, or the completion when the server refuses instead.

        Untagged responses before it are taken note of: Exchange sends EXISTS before `+ idling`.
        """
        while True:
            response = self._next()
            if response.line.startswith(b"+"):
                return response.line[1:].strip()
            completion = self._completed(tag, response)
            if completion is not None:
                return completion

    def finish(self, tag: bytes, verb: str) -> Reply:
        """Read to the end of a command begun with `begin`; raise on NO and BAD."""
        reply = self._collect(tag)
        reply.completion.check(verb)
        return reply

    def read_unasked(self) -> None:
        """Read one response that belongs to no command (IDLE, or an idle connection).

        It may belong to a stream that was left before its end; then its end is noticed here.
        """
        response = self._next()
        if self._streaming is not None and self._completed(self._streaming, response) is not None:
            self._streaming = None

    def announce(self, words: bytes) -> None:
        """Take note of capabilities the server named."""
        self.capabilities = parse_capabilities([words])
        self.capabilities_known = True
        self.announcements += 1

    def explain(self, error: TuimailError) -> TuimailError:
        """Put a stray line, if one came with the answer, before what the error says."""
        if self._stray:
            error.detail = f"{self._stray} {error.detail}".strip()
        return error

    def _collect(self, tag: bytes) -> Reply:
        untagged: list[Response] = []
        while True:
            response = self._next()
            completion = self._completed(tag, response)
            if completion is not None:
                return Reply(completion, untagged)
            untagged.append(response)

    def _finish_stream(self) -> None:
        tag, self._streaming = self._streaming, None
        while tag is not None:
            if self._completed(tag, self._next()) is not None:
                return

    def _completed(self, tag: bytes, response: Response) -> Completion | None:
        if not response.line.startswith(tag + b" "):
            return None
        match = _TAGGED.match(response.line, len(tag) + 1)
        if match is None:
            text = server_words(response.line[len(tag) + 1 :])
            return Completion("BAD", "", b"", text)
        code = _CODE.match(response.line, len(tag) + 1)
        return Completion(
            status=match[1].decode("ascii").upper(),
            code=code[1].decode("ascii", "replace").upper() if code else "",
            code_data=(code[2] or b"") if code else b"",
            text=server_words(match[2]),
        )

    def _next(self) -> Response:
        try:
            response = self.wire.receive()
        except TuimailError as error:
            raise self.explain(error) from error
        line = response.line
        if line.startswith(b"* "):
            if _FETCH.match(line):
                self.changes += 1
            else:
                self._observe(line)
        elif _BARE_CODE.match(line):
            # Exchange sends `[COPYUID 55 31 6]` without the `* OK ` before it.
            return Response(b"* OK " + line, response.literals)
        elif not line.startswith((b"+", b"t")):
            self._stray = server_words(line)
        return response

    def _observe(self, line: bytes) -> None:
        if (bye := _BYE.match(line)) is not None:
            self.wire.is_open = False
            raise from_bye(server_words(line[bye.end() :]))
        if line[:13].upper() == b"* CAPABILITY ":
            self.announce(line[13:])
        elif (numbered := _NUMBERED.match(line)) is not None:
            self.changes += 1
            self._count(int(numbered[1]), numbered[2].upper())
        elif (code := _CODE.match(line)) is not None:
            number = as_number(code[2])
            if number is not None:
                self._note_code(code[1].upper(), number)

    def _count(self, number: int, word: bytes) -> None:
        if self.selected is not None:
            exists = number if word == b"EXISTS" else max(0, self.selected.exists - 1)
            self.selected = replace(self.selected, exists=exists)

    def _note_code(self, name: bytes, number: int) -> None:
        if self.selected is None:
            return
        if name == b"UIDVALIDITY":
            self.selected = replace(self.selected, uidvalidity=number)
        elif name == b"UIDNEXT":
            self.selected = replace(self.selected, uidnext=UID(number))
