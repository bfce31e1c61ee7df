"""Keys that are kept under a letter and pressed again.

What is kept are the keys themselves, with everything typed in between. Each is given only when all
that the one before has set off is done, so that it meets the screen it was pressed on.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from typing import Final, Protocol

from textual import events
from textual.app import App

from tuimail.ui.bindings import Hint, shown_key
from tuimail.ui.keys.in_order import InOrder, passed

LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"
MOST_KEYS: Final = 500
_NAME: Final = "ui.macro."

Key = tuple[str, str | None]


class Kept(Protocol):
    """Where small things are kept from one start to the next."""

    def meta(self, key: str) -> str | None:
        """Return a value, None when it was never set."""


class Macros:
    """Records and plays.

    Args:
        app: Gets the keys.
        order: What they take effect in.
        read: Where they are kept.
        keep: Keeps a value under a name.
    """

    def __init__(
        self,
        app: App[None],
        order: InOrder,
        read: Callable[[], Kept],
        keep: Callable[[str, str], None],
    ) -> None:
        self._app, self._order, self._read, self._keep = app, order, read, keep
        self._keys: list[Key] = []
        self._sent: events.Key | None = None
        self._stopped = False
        self.recording = ""
        """The letter under which the keys are kept; empty when none are."""
        self.playing = ""
        """The letter whose keys are pressed now."""
        self.last = ""
        """The letter that was played or recorded last."""

    def stored(self, letter: str) -> list[Key]:
        """Return what is kept under a letter; nothing when it cannot be read."""
        try:
            found = json.loads(self._read().meta(_NAME + letter) or "[]")
            return [(str(key), None if text is None else str(text)) for key, text in found]
        except (ValueError, TypeError):
            return []

    def offers(self) -> list[Hint]:
        """Return what is kept, by letter."""
        kept = ((letter, self.stored(letter)) for letter in LETTERS)
        return [
            (letter, "".join(shown_key(text or key) for key, text in keys)[:40])
            for letter, keys in kept
            if keys
        ]

    # -- recording -----------------------------------------------------------------------------

    def start(self, letter: str) -> None:
        """Keep what is pressed from now on."""
        self.recording, self._keys = letter, []

    def note(self, event: events.Key) -> None:
        """Keep a key, if keys are kept."""
        if self.recording and len(self._keys) < MOST_KEYS:
            self._keys.append((event.key, event.character))

    def stop(self, ended_by: int) -> int:
        """Keep them for good; return how many.

        Args:
            ended_by: Keys at the end that only ended it.
        """
        letter, keys = self.recording, self._keys[: len(self._keys) - ended_by]
        self.recording, self._keys, self.last = "", [], letter
        self._keep(_NAME + letter, json.dumps(keys))
        return len(keys)

    # -- playing -------------------------------------------------------------------------------

    def is_played(self, event: events.Key) -> bool:
        """Return whether a key comes from here and not from the keyboard."""
        return event is self._sent

    def interrupt(self) -> None:
        """Press no more keys: somebody typed, or something did not work."""
        self._stopped = True

    async def play(self, letter: str, times: int) -> bool:
        """Press the keys again; return whether all of them were pressed."""
        keys = self.stored(letter)
        self.playing = self.last = letter
        self._stopped = False
        try:
            for _ in range(times):
                for key, text in keys:
                    if self._stopped:
                        return False
                    self._sent = events.Key(key, text)
                    self._app.post_message(self._sent)
                    await self._settle()
        finally:
            self.playing, self._sent = "", None
        return not self._stopped

    async def _settle(self) -> None:
        """Wait until the key has passed everybody who may take it, and its effect is shown."""
        await passed(self._app)
        target = self._app.focused or self._app.screen
        for node in target.ancestors_with_self:
            await passed(node)
        await self._order.settled()
        for _ in range(2):
            shown = asyncio.Event()
            if self._app.screen.call_after_refresh(shown.set):
                await shown.wait()
