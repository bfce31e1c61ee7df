"""The command line: a name and what stands behind it, completed, with what was run before."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from tuimail.ui.commands import Candidate, Reading, read_line
from tuimail.ui.commands.completing import Offer, offer
from tuimail.ui.commands.history import NAME, after, before, read_history, with_line
from tuimail.ui.commands.rows import candidate_row
from tuimail.ui.drawing.formatting import number
from tuimail.ui.drawing.rows import Line
from tuimail.ui.keys.scopes import Place
from tuimail.ui.screens.command_sheet import CommandSheet
from tuimail.ui.shell import shell


class CommandLine(CommandSheet[Reading | None]):
    """Answers what is to be run.

    Args:
        here: The places it is run in.
        value: What stands in the line at first.
    """

    def __init__(self, here: Sequence[Place], value: str = "") -> None:
        hints = (
            ("commands.complete", "complete"),
            ("commands.history", "history"),
            ("commands.close", "close"),
        )
        super().__init__(":", value, hints)
        self._here = here
        self._offer = Offer("", "", [], 0)
        self._history: list[str] = []
        self._at = 0
        self._typed = value
        self._put = ""
        self._of_history = False

    def on_mount(self) -> None:
        """Read what was run before."""
        self._history = read_history(shell(self).store.read.meta(NAME))
        self._at = len(self._history)
        super().on_mount()

    def look(self) -> None:
        """Show what may come next; what was put into the line by a key changes no rows."""
        text = self.line.value
        if self._put and text == self._put:
            return
        self._put, self._typed, self._at = "", text, len(self._history)
        if self._of_history:
            self._show_history()
            return
        self._offer = offer(text, self.app, self._here)
        found = self._offer
        count = f"{number(len(found.candidates))} of {number(found.total)}" if found.total else ""
        self.title_row.say(found.title, count)
        self._show(found.candidates)

    def _show(self, candidates: Sequence[Candidate]) -> None:
        glyphs = shell(self).glyphs
        lines = [
            Line(partial(candidate_row, each, glyphs), index)
            for index, each in enumerate(candidates)
        ]
        self.offer(lines, pointed=False)

    def _put_in(self, text: str) -> None:
        self._put = text
        self.line.value = text
        self.line.cursor_position = len(text)

    def action_complete(self, by: int) -> None:
        """Put the next of what is offered into the line."""
        if not self._offer.candidates:
            return
        if self.rows.current is None:
            self.rows.edge(-1 if by > 0 else 1)
        elif len(self._offer.candidates) > 1:
            self.rows.move(by)
        current = self.rows.current
        if isinstance(current, int):
            self._put_in(self._offer.before + self._offer.candidates[current].value)

    def action_move(self, by: int) -> None:
        """Go through what was run before and begins as typed; in its list, go to another row."""
        if self._of_history:
            self.action_complete(1 if by > 0 else -1)
            return
        step = after if by > 0 else before
        self._at = step(self._history, self._typed, self._at)
        newest = self._at >= len(self._history)
        self._put_in(self._typed if newest else self._history[self._at])

    def action_history(self) -> None:
        """Offer what was run before, the newest first."""
        self._of_history = not self._of_history
        self._put = ""
        self.look()

    def _show_history(self) -> None:
        letters = self.line.value.casefold().split()
        lines = [
            Candidate(line)
            for line in reversed(self._history)
            if all(part in line.casefold() for part in letters)
        ]
        self._offer = Offer("run before", "", lines, len(self._history))
        self.title_row.say("run before", f"{number(len(lines))} of {len(self._history)}")
        self._show(lines)

    def submit(self) -> None:
        """Answer what the line means, or say what is wrong with it."""
        text = self.line.value.strip()
        reading = read_line(text, self._here)
        if reading.wrong:
            self.title_row.say(reading.wrong, "", wrong=True)
            return
        if text:
            shell(self).remember(NAME, with_line(self._history, text.lstrip(": ")))
        self.dismiss(reading)
