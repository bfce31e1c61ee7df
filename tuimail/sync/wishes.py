"""What a mailbox has been asked to do and has not done yet, kept across reconnects.

Everything here is a wish, not a promise: what must not be lost is in the store. A wish is taken
off only when it was fulfilled or has become pointless.
"""

from __future__ import annotations

import asyncio
from typing import Final

from tuimail.imap.jobs import Priority
from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey

BodyWish = tuple[MessageKey, str | None]
"""A message and one of its sections; None for the readable text."""


class RefreshQueue:
    """Folders to be brought up to date, the most urgent first, each once."""

    def __init__(self) -> None:
        self._wanted: dict[FolderId, Priority] = {}
        self._full: set[FolderId] = set()
        self._event: Final = asyncio.Event()

    def add(self, folder: FolderId, priority: Priority, *, full: bool = False) -> None:
        """Ask for a folder; asking again can only make it more urgent."""
        current = self._wanted.get(folder, priority)
        self._wanted[folder] = min(current, priority)
        if full:
            self._full.add(folder)
        self._event.set()

    async def next(self) -> tuple[FolderId, Priority, bool]:
        """Return the most urgent folder without taking it off, and whether to compare all."""
        while not self._wanted:
            self._event.clear()
            await self._event.wait()
        folder = min(self._wanted, key=lambda candidate: self._wanted[candidate])
        return folder, self._wanted[folder], folder in self._full

    def done(self, folder: FolderId) -> None:
        """Take a folder off."""
        self._wanted.pop(folder, None)
        self._full.discard(folder)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is asked for."""
        return not self._wanted


class OlderQueue:
    """Folders whose older mail is still to come; the one in focus goes first."""

    def __init__(self) -> None:
        self._wanted: list[FolderId] = []
        self._event: Final = asyncio.Event()

    def add(self, folder: FolderId, *, first: bool = False) -> None:
        """Ask for a folder's older mail."""
        if folder in self._wanted:
            if not first:
                return
            self._wanted.remove(folder)
        self._wanted.insert(0 if first else len(self._wanted), folder)
        self._event.set()

    async def next(self) -> FolderId:
        """Return the first folder without taking it off."""
        while not self._wanted:
            self._event.clear()
            await self._event.wait()
        return self._wanted[0]

    def done(self, folder: FolderId) -> None:
        """Take a folder off."""
        if folder in self._wanted:
            self._wanted.remove(folder)


class BodyQueue:
    """Texts and sections the user or the prefetch wants, what was asked for last first."""

    def __init__(self) -> None:
        self._wanted: dict[BodyWish, Priority] = {}
        self._event: Final = asyncio.Event()

    def add(self, wish: BodyWish, priority: Priority = Priority.INTERACTIVE) -> None:
        """Ask for a text or a section."""
        current = self._wanted.pop(wish, priority)
        self._wanted[wish] = min(current, priority)
        self._event.set()

    async def next(self) -> tuple[BodyWish, Priority]:
        """Return the most urgent wish without taking it off."""
        while not self._wanted:
            self._event.clear()
            await self._event.wait()
        best = min(self._wanted.values())
        wish = next(wish for wish in reversed(self._wanted) if self._wanted[wish] == best)
        return wish, best

    def done(self, wish: BodyWish) -> None:
        """Take a wish off."""
        self._wanted.pop(wish, None)

    def drop_prefetch(self) -> None:
        """Forget what nobody waits for."""
        self._wanted = {
            wish: priority
            for wish, priority in self._wanted.items()
            if priority is Priority.INTERACTIVE
        }
