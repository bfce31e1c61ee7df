"""Sequences of keys such as `gg`: Textual binds single keys only.

After a prefix the next key is looked up together with it. A binding's key may be a sequence
written with a blank, so sequences live in the same table as all keys, and `[keys]` can change them.
"""

from __future__ import annotations

from typing import Final

from textual import events
from textual.app import App
from textual.timer import Timer

from tuimail.ui.bindings import Hint, shown_key
from tuimail.ui.widgets.bottom_bar import BottomBar

HINT_SECONDS: Final = 0.4


class Chords:
    """The state machine: nothing pending, or a prefix that waits for its second key.

    Args:
        app: Whose active bindings are looked at.
    """

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._prefix = ""
        self._timer: Timer | None = None

    async def take(self, event: events.Key) -> bool:
        """Take a key if it begins or ends a sequence; the rest is left to the bindings."""
        if self._prefix:
            await self._finish(event)
            return True
        focused = self._app.focused
        if focused is not None and focused.check_consume_key(event.key, event.character):
            return False
        if not any(key.startswith(f"{event.key} ") for key in self._app.active_bindings):
            return False
        self._prefix = event.key
        self._timer = self._app.set_timer(HINT_SECONDS, self._hint)
        return True

    async def _finish(self, event: events.Key) -> None:
        prefix, self._prefix = self._prefix, ""
        if self._timer is not None:
            self._timer.stop()
        for bar in self._bars():
            bar.clear()
        if event.key == "escape":
            return
        found = self._app.active_bindings.get(f"{prefix} {event.key}")
        if found is None:
            keys = f"{shown_key(prefix)} {shown_key(event.character or event.key)}"
            for bar in self._bars():
                bar.show_event(f"{keys} is not bound. ? shows the keys.")
        elif found.enabled:
            await self._app.run_action(found.binding.action, found.node)

    def _hint(self) -> None:
        """Say what can follow, for those who wait."""
        start = f"{self._prefix} "
        hints: list[Hint] = [
            (shown_key(key.removeprefix(start)), active.binding.description)
            for key, active in self._app.active_bindings.items()
            if key.startswith(start)
        ]
        for bar in self._bars():
            bar.offer(shown_key(self._prefix), hints)

    def _bars(self) -> list[BottomBar]:
        return list(self._app.screen.query(BottomBar))
