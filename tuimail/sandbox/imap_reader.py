"""Reads commands from a client that may send anything: lines and literals, each with a limit."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable

from tuimail.sandbox.imap_switches import ImapSwitches
from tuimail.sandbox.imap_syntax import (
    ARGUMENT_ERROR_11,
    CLOSED_13,
    CLOSED_14,
    COMMAND_ERROR_10,
    HangUp,
)

# (octets, is it a literal): a command is a line with its literals in between.
Pieces = list[tuple[bytes, bool]]

_LITERAL = re.compile(rb"\{(\d{1,12})(\+?)\}$")
_APPEND = re.compile(rb"[^ ]+ +APPEND ", re.I)
_LARGEST_ARGUMENT = 1 << 16
_MOST_LITERALS = 32
_LAST_SECONDS = 1.0
_MOST_READS = 1000
_TOO_BIG = b"NO Maximum size of appendable message has been exceeded"


class CommandReader:
    """The client's side of one connection.

    ``say`` sends one line at once; ``may_append`` tells whether messages are taken yet.
    """

    def __init__(
        self,
        reader: asyncio.StreamReader,
        switches: ImapSwitches,
        say: Callable[[bytes], Awaitable[None]],
        may_append: Callable[[], bool],
    ) -> None:
        self._reader = reader
        self._switches = switches
        self._say = say
        self._may_append = may_append

    async def line(self) -> bytes:
        """The next line without its end. HangUp at the end of the connection or after silence."""
        switches = self._switches
        limit = switches.idle_timeout if self._may_append() else switches.greeting_timeout
        try:
            async with asyncio.timeout(limit / switches.clock_speed):
                line = await self._reader.readuntil(b"\n")
        except TimeoutError:
            raise HangUp(CLOSED_13) from None
        except asyncio.LimitOverrunError:
            await self._take_in()
            raise HangUp(b"* BAD " + COMMAND_ERROR_10.encode("ascii"), CLOSED_14) from None
        except asyncio.IncompleteReadError:
            raise HangUp from None
        return line.rstrip(b"\r\n")

    async def _take_in(self) -> None:
        """Read on for a moment: a close over unread octets would take the last words with it."""
        try:
            async with asyncio.timeout(_LAST_SECONDS):
                for _ in range(_MOST_READS):
                    if not await self._reader.read(_LARGEST_ARGUMENT):
                        return
        except TimeoutError:
            return

    async def command(self) -> Pieces | None:
        """The next command; None when it was refused on the way, and the client told so."""
        pieces: Pieces = []
        octets = 0
        while True:
            line = await self.line()
            octets += len(line)
            tag = (pieces[0][0] if pieces else line).split(b" ", 1)[0]
            match = _LITERAL.search(line)
            if octets > self._switches.longest_command or len(pieces) > 2 * _MOST_LITERALS:
                await self._refuse(tag, b"BAD " + COMMAND_ERROR_10.encode("ascii"), match)
                return None
            if match is None:
                return [*pieces, (line, False)]
            pieces.append((line[: match.start()], False))
            size = int(match[1])
            problem = self._problem(pieces, size)
            if problem is not None:
                await self._refuse(tag, problem, match)
                return None
            if not match[2]:
                await self._say(b"+ Ready for additional command text.")
            pieces.append((await self._octets(size), True))

    def _problem(self, pieces: Pieces, size: int) -> bytes | None:
        """Why a literal of this size is not taken."""
        if self._may_append() and _APPEND.match(pieces[0][0]):
            return _TOO_BIG if size > self._switches.largest_append else None
        if size > _LARGEST_ARGUMENT:
            return b"BAD " + ARGUMENT_ERROR_11.encode("ascii")
        return None

    async def _octets(self, size: int) -> bytes:
        try:
            async with asyncio.timeout(self._switches.idle_timeout / self._switches.clock_speed):
                return await self._reader.readexactly(size)
        except TimeoutError:
            raise HangUp(CLOSED_13) from None
        except asyncio.IncompleteReadError:
            raise HangUp from None

    async def _refuse(self, tag: bytes, answer: bytes, match: re.Match[bytes] | None) -> None:
        """Refuse a command. Octets that follow unasked (LITERAL+) end the connection."""
        words = tag + b" " + answer
        if match is not None and match[2]:
            raise HangUp(words, CLOSED_14)
        await self._say(words)

    async def swallow(self) -> None:
        """Read and forget until the client has gone."""
        while await self._reader.read(_LARGEST_ARGUMENT):
            pass
