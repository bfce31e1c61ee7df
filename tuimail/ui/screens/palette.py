"""The list of all commands: found by some letters, each with its key."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tuimail.ui.commands.entries import Entry, Found, search
from tuimail.ui.commands.rows import entry_row
from tuimail.ui.drawing.formatting import number
from tuimail.ui.drawing.rows import Line
from tuimail.ui.screens.command_sheet import CommandSheet
from tuimail.ui.shell import shell


class Palette(CommandSheet[Entry | None]):
    """Answers the action that is to be run.

    Args:
        entries: All of them.
    """

    def __init__(self, entries: Sequence[Entry]) -> None:
        hints = (("Enter", "run"), ("commands.up", "previous"), ("commands.close", "close"))
        super().__init__("> ", "", hints)
        self._entries = entries
        self._found: list[Found] = []

    def look(self) -> None:
        """Show what fits what was typed."""
        self._found = search(self.line.value, self._entries)
        glyphs = shell(self).glyphs
        lines = [
            Line(partial(entry_row, each, glyphs), index) for index, each in enumerate(self._found)
        ]
        self.title_row.say(
            "All commands", f"{number(len(self._found))} of {number(len(self._entries))}"
        )
        self.offer(lines, pointed=True)

    def submit(self) -> None:
        """Run what the cursor is on, unless it cannot be done now: its row says why."""
        current = self.rows.current
        if not isinstance(current, int):
            return
        entry = self._found[current].entry
        if entry.reason:
            self.title_row.say("All commands", entry.reason)
        else:
            self.dismiss(entry)
