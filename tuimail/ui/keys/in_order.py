"""What is typed into a field takes effect in the order in which it was typed.

Textual gives a letter to the field at once, but lets any other key go round first: from the field
up through its containers to the application, which finds what is bound to it. Where keys come
faster than they are handled, over a slow line or on a busy computer, the letters behind a
Backspace would be in the field before it, and a Tab would complete what stood there before the
letters in front of it. So such a key waits for the letters before it, and what is typed behind it
waits until all that it has set off is done.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress

from textual import events
from textual.app import App
from textual.message_pump import MessagePump
from textual.widget import Widget

Typed = events.Key | events.Paste

_ROUNDS = 2
"""The key itself, and what the field says of it: that Enter was pressed, or that it has changed."""

_PATIENCE = 2.0
"""Seconds that a key may go round. What it has set off may wait for the keys that are kept here."""


class InOrder:
    """Keeps what is typed for a moment while a key in a field goes round.

    Args:
        app: Gets what was kept, as if it were typed then.
    """

    def __init__(self, app: App[None]) -> None:
        self._app = app
        self._typed_into: Widget | None = None
        """The field that may not have taken all of its text yet."""
        self._kept: deque[Typed] = deque()
        self._round: asyncio.Task[None] | None = None

    def keeps(self, event: Typed) -> bool:
        """Return whether this is kept for later, because something before it is on its way."""
        waits = self._waits(event)
        if waits:
            self._kept.append(event)
        return waits

    def went_to(self, field: Widget | None, event: Typed) -> None:
        """Note what had the focus when this was handled."""
        if field is None or not takes_text(field) or not event.is_forwarded:
            return
        if _is_text(event, field):
            self._typed_into = field
        else:
            self._begin(field)

    async def settled(self) -> None:
        """Wait until nothing is on its way."""
        while self._round is not None:
            await asyncio.wait([self._round])
            await passed(self._app)

    def stop(self) -> None:
        """The application ends."""
        if self._round is not None:
            self._round.cancel()

    def _waits(self, event: Typed) -> bool:
        """Whether something goes round before this; the text does, unless this is more of it."""
        field = self._typed_into
        if field is not None and not (field is self._app.focused and _is_text(event, field)):
            self._begin(field)
        return self._round is not None

    def _begin(self, field: Widget) -> None:
        self._typed_into = None
        self._round = asyncio.create_task(self._go_round(field))

    async def _go_round(self, field: Widget) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(_PATIENCE):
                for _ in range(_ROUNDS):
                    for node in field.ancestors_with_self:
                        await passed(node)
        self._app.call_later(self._go_on)

    async def _go_on(self) -> None:
        self._round = None
        while self._kept and not self._waits(self._kept[0]):
            await self._app.on_event(self._kept.popleft())


def takes_text(widget: Widget | None) -> bool:
    """Whether it is a field, which has keys of its own. What fields are made of is loaded late."""
    return widget is not None and widget.check_consume_key("a", "a")


def _is_text(event: Typed, field: Widget) -> bool:
    return isinstance(event, events.Paste) or field.check_consume_key(event.key, event.character)


async def passed(node: MessagePump) -> None:
    """Wait until a node has handled all that it was sent so far."""
    handled = asyncio.Event()
    if node.is_running and node.call_later(handled.set):
        await handled.wait()
