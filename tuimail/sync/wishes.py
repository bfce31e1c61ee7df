"""What a mailbox has been asked to do and has not done yet, kept across reconnects.

Everything here is a wish, not a promise: what must not be lost is in the store. A wish is taken
off when work on it begins, so that asking again meanwhile is not forgotten, and comes back when
the line breaks under it, unless it was withdrawn meanwhile.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event
from typing import Final, Generic, TypeVar

from tuimail.errors import Reach, TuimailError
from tuimail.imap.jobs import Priority
from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey

W = TypeVar("W")


class Wishes(Generic[W]):
    """Wishes by urgency, each once."""

    def __init__(self) -> None:
        self._wanted: dict[W, Priority] = {}
        self._begun: list[tuple[W, Event]] = []
        self._event: Final = asyncio.Event()

    def __len__(self) -> int:
        """Return how many nobody has begun with."""
        return len(self._wanted)

    @property
    def undone(self) -> int:
        """How many are not done, those that are worked on included."""
        return len(self._wanted) + len(self._begun)

    def add(self, wish: W, priority: Priority) -> None:
        """Ask for something; asking again makes it newer and never less urgent."""
        current = self._wanted.pop(wish, priority)
        self._wanted[wish] = min(current, priority)
        self._event.set()

    def forget(self, priority: Priority) -> None:
        """Drop every wish that is not more urgent than `priority`."""
        self._wanted = {wish: own for wish, own in self._wanted.items() if own < priority}

    def withdraw(self, wish: W) -> bool:
        """Ask for something no more; return whether work on it has begun."""
        self._wanted.pop(wish, None)
        begun = [withdrawn for own, withdrawn in self._begun if own == wish]
        for withdrawn in begun:
            withdrawn.set()
        return bool(begun)

    async def take(
        self, accepts: Callable[[W, Priority], bool] = lambda _wish, _priority: True
    ) -> tuple[W, Priority]:
        """Wait for a wish and take off the most urgent, of several the newest.

        Args:
            accepts: What it refuses is left to others.
        """
        while True:
            found = {wish: own for wish, own in self._wanted.items() if accepts(wish, own)}
            if found:
                break
            self._event.clear()
            await self._event.wait()
        best = min(found.values())
        wish = next(wish for wish in reversed(found) if found[wish] == best)
        return wish, self._wanted.pop(wish)

    @contextmanager
    def kept(self, wish: W, priority: Priority) -> Iterator[Event]:
        """Put a wish back when work on it ends with the line or is cancelled.

        Yields:
            What is set, on the loop, when it is withdrawn: then it does not come back.
        """
        withdrawn = Event()
        self._begun.append((wish, withdrawn))
        try:
            yield withdrawn
        except TuimailError as error:
            if error.reach in (Reach.CONNECTION, Reach.ACCOUNT) and not withdrawn.is_set():
                self.add(wish, priority)
            raise
        except asyncio.CancelledError:
            if not withdrawn.is_set():
                self.add(wish, priority)
            raise
        finally:
            self._begun.remove((wish, withdrawn))


BodyWish = tuple[MessageKey, str | None]
"""A message and one of its sections; None for the readable text."""

FolderWish = tuple[FolderId, bool]
"""A folder, and whether every known message is to be compared."""
