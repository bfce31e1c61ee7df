"""An application on two terminals in memory: shown what Textual writes, and what we write."""

from __future__ import annotations

import asyncio
import contextlib
from typing import Any, cast

from textual.app import App
from textual.driver import Driver
from textual.events import Key, Resize
from textual.geometry import Size

from tests.ui.emulator import Emulator, first_difference
from tuimail.ui.display.frame import is_frame
from tuimail.ui.display.output import CellOutput, Painting

_CHARACTERS = {"space": " ", "question_mark": "?"}


class TwoTerminals(Driver):
    """Compares the two after each frame, as a driver of Textual.

    Attributes:
        frames: How many Textual wrote.
        octets: What it wrote, and what we wrote, in octets.
        difference: The first one that was found, "" as long as there is none.
        compares: Whether each frame is compared.
    """

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        size: tuple[int, int] = options.get("size") or (80, 24)
        self.columns, self.rows = size
        self._output = CellOutput(cast("Painting", app), self._write_ours)
        self.frames = self.stock_octets = self.our_octets = 0
        self.difference = ""
        self.compares = True
        self.painted = asyncio.Event()
        self._new_terminals()

    def _new_terminals(self) -> None:
        self._stock = Emulator(self.columns, self.rows)
        self._ours = Emulator(self.columns, self.rows)

    def write(self, data: str) -> None:
        self._stock.show(data)
        self.stock_octets += len(data.encode())
        self._output.write(data)
        if is_frame(data):
            self.frames += 1
            self.painted.set()
            if self.compares:
                self.difference = self.difference or self.difference_now

    def _write_ours(self, data: str) -> None:
        self._ours.show(data)
        self.our_octets += len(data.encode())

    @property
    def difference_now(self) -> str:
        """What is different at this moment."""
        return first_difference(self._stock, self._ours)

    @property
    def text(self) -> str:
        """What is shown."""
        return "\n".join("".join(cell.data for cell in row) for row in self._ours.grid())

    def spoil(self) -> None:
        """Let both terminals show something else, as a wall message does."""
        for terminal in (self._stock, self._ours):
            terminal.show("\x1b[3;5H\x1b[7mBroadcast message\x1b[m")

    def resize(self, columns: int, rows: int) -> None:
        """Change the size of the terminals; what they show is lost.

        They are not compared any more: until the application has heard of it, it writes what would
        have been right for the terminal as it was.
        """
        self.compares = False
        self.columns, self.rows = columns, rows
        self._new_terminals()
        self.start_application_mode()

    def start_application_mode(self) -> None:
        size = Size(self.columns, self.rows)
        self.send_message(Resize(size, size))

    def disable_input(self) -> None:
        pass

    def stop_application_mode(self) -> None:
        pass


def terminals_of(app: App[Any]) -> TwoTerminals:
    """Return the driver of a running application."""
    driver = app._driver
    assert isinstance(driver, TwoTerminals)
    return driver


async def type_keys(app: App[Any], *keys: str) -> None:
    """Press keys, each when the one before it is painted, or seems to change nothing.

    What is compared does not depend on it: the next key may come before that, as with a person.
    """
    terminals = terminals_of(app)
    for key in keys:
        character = _CHARACTERS.get(key, key if len(key) == 1 else None)
        terminals.painted.clear()
        terminals.send_message(Key(key, character))
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(terminals.painted.wait(), 0.05)
