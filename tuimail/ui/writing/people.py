"""Who may be meant while an address is typed: those in the mail here, and what a command finds."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from tuimail.errors import StoreError
from tuimail.text.address import Address, make_address
from tuimail.text.safe import clean

if TYPE_CHECKING:
    from tuimail.store.store import Store
    from tuimail.text.address_book import AddressBook

FRESH_SECONDS: Final = 60.0
"""How old what is known of the mail here may be."""

COMMAND_SECONDS: Final = 3.0
_MOST_OUTPUT: Final = 64 * 1024
_MOST_PEOPLE: Final = 100_000


class People:
    """The address book, made when it is first asked for, and made anew now and then.

    Args:
        store: Whose mail it is.
        clock: Monotonic seconds.
    """

    def __init__(self, store: Store, clock: Callable[[], float] = time.monotonic) -> None:
        self._store = store
        self._clock = clock
        self._book: AddressBook | None = None
        self._made_at = 0.0
        self._making: asyncio.Task[None] | None = None

    async def find(self, typed: str, most: int) -> list[Address]:
        """Return the people that fit best. Only the very first time waits for the book."""
        is_old = self._book is None or self._clock() - self._made_at > FRESH_SECONDS
        if is_old and self._making is None:
            self._making = asyncio.create_task(self._make())
        if self._book is None and self._making is not None:
            await asyncio.shield(self._making)
        return [] if self._book is None else self._book.find(typed, most)

    async def _make(self) -> None:
        try:
            # Completion is a courtesy: where the store cannot be read, writing goes on without it.
            with suppress(StoreError):
                self._book = await asyncio.to_thread(self._read)
        finally:
            self._made_at, self._making = self._clock(), None

    def _read(self) -> AddressBook:
        # Loaded with the first letter of a recipient: the first frame does without it.
        from tuimail.text.address_book import AddressBook  # noqa: PLC0415

        return AddressBook(self._store.read.people(_MOST_PEOPLE))


async def ask_command(command: str, typed: str, most: int) -> list[Address]:
    """Return the people whom the user's command finds; none when it fails or takes too long.

    Its output is what mutt's `query_command` reads: a line per person, the address, a tab, the
    name. Anything else is passed over.

    Args:
        command: `compose.address_command`; `%s` stands for what was typed, which otherwise comes
            last. No shell is involved.
        typed: Part of a name or an address.
        most: People, at most.
    """
    import shlex  # noqa: PLC0415 - few have such a command

    from tuimail.text.words import decode_charset  # noqa: PLC0415 - as above

    try:
        words = shlex.split(command)
    except ValueError:
        return []
    if not any("%s" in word for word in words):
        words.append("%s")
    try:
        process = await asyncio.create_subprocess_exec(
            *(word.replace("%s", typed) for word in words),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            start_new_session=True,
        )
    except (OSError, ValueError):
        return []
    try:
        async with asyncio.timeout(COMMAND_SECONDS):
            output = await _some_of(process)
    except TimeoutError:
        return []
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()
    return _read_answer(decode_charset(output), most)


async def _some_of(process: asyncio.subprocess.Process) -> bytes:
    output = b""
    if process.stdout is not None:
        while len(output) < _MOST_OUTPUT and (more := await process.stdout.read(_MOST_OUTPUT)):
            output += more
    return output[:_MOST_OUTPUT]


def _read_answer(output: str, most: int) -> list[Address]:
    found: dict[str, Address] = {}
    for line in output.split("\n"):
        address, _, rest = line.partition("\t")
        one = make_address(clean(rest.partition("\t")[0]), address)
        if one.is_usable and "." in one.host:
            found.setdefault(one.address.lower(), one)
    return list(found.values())[:most]
