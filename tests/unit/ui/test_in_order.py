"""What is typed is kept while a key goes round, and never for longer than a key may take."""

from __future__ import annotations

import asyncio

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.containers import Vertical
from textual.widgets import Input

from tests.waiting import until
from tuimail.ui.keys import in_order
from tuimail.ui.keys.in_order import InOrder


class _Asking(Vertical):
    """Waits for a key in the handler of another, as no screen should."""

    def __init__(self) -> None:
        super().__init__()
        self.is_asking = False
        self.answered = asyncio.Event()

    async def on_input_submitted(self) -> None:
        self.is_asking = True
        await self.answered.wait()


class _Typed(App[None]):
    def __init__(self) -> None:
        super().__init__()
        self.order = InOrder(self)

    def compose(self) -> ComposeResult:
        with _Asking():
            yield Input()

    async def on_event(self, event: events.Event) -> None:
        if not isinstance(event, events.Key) or event.is_forwarded:
            await super().on_event(event)
        elif not self.order.keeps(event):
            field = self.focused
            if event.key == "y":
                self.query_one(_Asking).answered.set()
            await super().on_event(event)
            self.order.went_to(field, event)


async def test_a_key_that_another_waits_for_is_not_kept_for_ever(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Red where a round has no end of its own: the question would wait for its own answer."""
    monkeypatch.setattr(in_order, "_PATIENCE", 0.05)
    app = _Typed()
    async with app.run_test():
        asking = app.query_one(_Asking)
        app.query_one(Input).focus()
        app.post_message(events.Key("enter", "\r"))
        await until(lambda: asking.is_asking)
        app.post_message(events.Key("y", "y"))
        await until(asking.answered.is_set)
