"""Carries out what the user does to messages: stored first, shown by the commit, undoable."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from textual.screen import Screen

from tuimail.errors import StoreError
from tuimail.model.intent import Move, NewIntent
from tuimail.model.notice import Severity
from tuimail.ui.deeds import Deed, still_to_undo
from tuimail.ui.shell import shell
from tuimail.ui.widgets.bottom_bar import BottomBar


class DeedRunner:
    """The deeds of this session, newest last.

    Args:
        screen: Whose last row says what happened.
    """

    def __init__(self, screen: Screen[None]) -> None:
        self._screen = screen
        self._done: list[tuple[int, Deed]] = []

    async def do(self, deed: Deed, *, remember: bool = True) -> bool:
        """Store a deed and return whether it is durable. Its effect comes with the commit.

        Args:
            remember: Whether `u` takes it back. What tuimail does by itself is not remembered.
        """
        group = await self._submit(deed.intents)
        if group is None:
            return False
        if remember:
            self._done.append((group, deed))
        if deed.words:
            self._bar.show_event(deed.words, undo=True)
        return True

    async def undo(self) -> None:
        """Take back the newest deed, or the newest held move of an earlier session."""
        store = shell(self._screen).store
        if self._done:
            group, deed = self._done.pop()
        else:
            found = store.read.last_group()
            stored = store.read.intents_of_group(found) if found is not None else []
            if found is None or not any(isinstance(intent.action, Move) for intent in stored):
                self._bar.show_event("Nothing to undo.")
                return
            group, deed = found, Deed((), ())
        try:
            await asyncio.wrap_future(store.write(lambda tx: tx.cancel_group(group), urgent=True))
        except StoreError as error:
            self._bar.show_event(error.message, severity=Severity.ERROR)
            return
        rest = still_to_undo(deed, store.read.intents_of_group(group))
        if not rest or await self._submit(rest) is not None:
            self._bar.clear()
        shell(self._screen).deliver_changes()

    def undoable(self) -> str:
        """Return what `u` would bring back, such as `14 messages`; empty for nothing."""
        if not self._done:
            return ""
        count = len(self._done[-1][1].intents)
        return f"{count} message{'' if count == 1 else 's'}"

    async def _submit(self, intents: Sequence[NewIntent]) -> int | None:
        app = shell(self._screen)
        if not intents:
            return None
        try:
            group = await asyncio.wrap_future(app.store.submit(intents))
        except StoreError as error:
            self._bar.show_event(error.message, severity=Severity.ERROR)
            return None
        app.deliver_changes()
        if app.engine is not None:
            app.engine.wake()
        return group

    @property
    def _bar(self) -> BottomBar:
        return self._screen.query_one(BottomBar)
