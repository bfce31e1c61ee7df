"""The terminal of the process, as Textual drives it, with less written to it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from textual import events
from textual.drivers.linux_driver import LinuxDriver
from textual.message import Message

from tuimail.ui.display.output import CellOutput, Painting

if TYPE_CHECKING:
    from textual.app import App

    from tuimail.ui.display.application import CellApp


class CellDriver(LinuxDriver):
    """Sends what Textual writes through a `CellOutput`."""

    def __init__(self, app: App[Any], **options: Any) -> None:
        super().__init__(app, **options)
        self._cell_app = cast("CellApp", app)
        self._cell_output = CellOutput(cast("Painting", app), super().write)

    def process_message(self, message: Message) -> None:
        """Take what the terminal sent, on the thread that reads it; a key is told of at once."""
        if isinstance(message, events.Key):
            self._cell_app.key_arrived()
        super().process_message(message)

    def write(self, data: str) -> None:
        """Write something to the terminal."""
        self._cell_output.write(data)
