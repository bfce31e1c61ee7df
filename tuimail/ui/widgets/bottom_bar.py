"""The last row: what you can do, what just happened, or a question.

One widget, because the three take each other's place: a question stands until it is answered, an
event stands for some seconds, and otherwise the hints are there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from textual import events
from textual.strip import Strip
from textual.timer import Timer
from textual.widget import Widget

from tuimail.model.notice import Severity
from tuimail.ui.bindings import Hint, shown_key
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.hint_click import key_at
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import BLANK, Row, Run, crop_row, cut_row, ends, row_cells
from tuimail.ui.later import later
from tuimail.ui.messages import KeyClicked
from tuimail.ui.shell import shell

EVENT_SECONDS: Final = 6.0
_BEFORE_POSITION: Final = 3
"""Cells between the last hint and a position, so that it does not read as one."""
_LEAST_WORDS: Final = 20
"""Cells of a sentence below which keys are left out."""
_LEAST_KEYS: Final = 2

_SIGN_ROLE: Final = {
    Severity.SUCCESS: "success",
    Severity.WARNING: "warning",
    Severity.ERROR: "error",
}


def sign_of(severity: Severity, glyphs: Glyphs) -> str:
    """Return the sign in front of a sentence of this severity."""
    signs = {
        Severity.SUCCESS: glyphs.done,
        Severity.WARNING: glyphs.look,
        Severity.ERROR: glyphs.failed,
    }
    return signs.get(severity, glyphs.nothing)


def hint_row(hints: Sequence[Hint], width: int, right: str = "") -> Row:
    """Lay out whole hints from the left, as many as fit; `right` is a position such as `62%`."""
    tail = (Run(right, "muted"), BLANK) if right else ()
    room = width - row_cells(tail) - (_BEFORE_POSITION if right else 1)
    row: list[Run] = [BLANK]
    for key, word in hints:
        piece = [*((Run("  "),) if len(row) > 1 else ()), Run(key, "key")]
        if word:
            piece.append(Run(f" {word}", "muted"))
        if row_cells(row) + row_cells(piece) > room:
            break
        row += piece
    return ends(row, tail, width) if tail else crop_row(row, width)


def said_row(
    said: Sequence[Run], keys: Sequence[Hint], width: int, sign: str, shorter: Sequence[str] = ()
) -> Row:
    """Lay out a sentence at the left and the keys it offers at the right.

    What gives way where both do not fit: a cell between the keys, then the sentence for a shorter
    one, then its end, and in a very narrow row whole keys between the first and the last.

    Args:
        said: The sentence.
        keys: What can be pressed now.
        width: Cells.
        sign: What a cut text ends in.
        shorter: Other wordings, the longest first.
    """
    wordings = (tuple(said), *((Run(text, "strong"),) for text in shorter))
    for gap, words in ((3, wordings[0]), *((2, each) for each in wordings)):
        right = _keys_at_the_right(keys, gap)
        if 1 + row_cells(words) + row_cells(right) <= width:
            return ends((BLANK, *words), right, width)
    kept, words = list(keys), wordings[-1]
    while len(kept) > _LEAST_KEYS and width - row_cells(_keys_at_the_right(kept, 2)) < _LEAST_WORDS:
        del kept[-2]
    right = _keys_at_the_right(kept, 2)
    return ends(cut_row((BLANK, *words), width - row_cells(right), sign), right, width)


def _keys_at_the_right(keys: Sequence[Hint], gap: int) -> Row:
    runs = [
        run
        for key, word in keys
        for run in (Run(" " * gap), Run(key, "key"), Run(f" {word}", "muted"))
    ]
    return (*runs, BLANK)


class BottomBar(Widget):
    """One row at the bottom of every screen."""

    DEFAULT_CSS = "BottomBar { height: 1; width: 100%; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._hints: list[Hint] = []
        self._right = ""
        self._said: tuple[Run, ...] = ()
        self._shorter: Sequence[str] = ()
        self._keys: list[Hint] = []
        self._question: asyncio.Future[str | None] | None = None
        self._answers: Mapping[str, str] = {}
        self._timer: Timer | None = None
        self._waiting: tuple[str, str] | None = None
        self._held = 0
        self._aside = ""
        self._row_words = ""

    # -- what it shows -------------------------------------------------------------------------

    def show_hints(self, hints: Sequence[Hint], right: str = "") -> None:
        """Set the hints; they are seen when no event and no question stands there."""
        self._hints, self._right = list(hints), right
        self.refresh()

    @property
    def aside(self) -> str:
        """What stands at the right of the hints as long as it lasts; nothing when empty."""
        return self._aside

    @aside.setter
    def aside(self, words: str) -> None:
        self._aside = words
        self.refresh()

    @property
    def row_words(self) -> str:
        """What stands in place of the hints: the row at the cursor, for those who hear it."""
        return self._row_words

    @row_words.setter
    def row_words(self, words: str) -> None:
        if words != self._row_words:
            self._row_words = words
            self.refresh()

    def show_event(
        self,
        text: str,
        *,
        undo: bool = False,
        severity: Severity = Severity.INFO,
        keys: Sequence[Hint] = (),
        seconds: float = EVENT_SECONDS,
    ) -> None:
        """Say what just happened, for some seconds; `undo` offers the undo key."""
        if self.asking:
            return
        said = [Run(text, "strong" if severity is Severity.INFO else "text")]
        if severity is not Severity.INFO:
            said.insert(0, Run(f"{sign_of(severity, shell(self).glyphs)} ", _SIGN_ROLE[severity]))
        undo_key = [(shell(self).keys.shown("mailbox.undo"), "undo")] if undo else []
        self._say(said, [*keys, *undo_key], seconds)

    def countdown(self, strong: str, text: str, keys: Sequence[Hint]) -> None:
        """Show a sentence whose strong part counts; it stands until `clear` or the next event."""
        if not self.asking:
            self._say([Run(strong, "strong"), Run(text)], keys, None)

    def wait(self, typed: str, waits_for: str) -> None:
        """Show what was typed and for what it waits, before all else; empty text ends that."""
        self._waiting = (typed, waits_for) if typed else None
        self.refresh()

    def clear(self) -> None:
        """Return to the hints; a question that still stands is answered with None."""
        self._stop_timer()
        self._said, self._keys = (), []
        if self._question is not None and not self._question.done():
            self._question.set_result(None)
        self._question = None
        self._answers = {}
        self.refresh()

    async def ask(
        self, question: str, answers: Mapping[str, str], *, shorter: Sequence[str] = ()
    ) -> str | None:
        """Ask in the last row and return the key of the answer, None for Esc.

        Args:
            question: One line that names what matters.
            answers: Key to its word, in the order shown. Esc is always an answer.
            shorter: The same in fewer words, the longest first, for a row that has no room.
        """
        return await self.answered(self.put(question, answers, shorter=shorter))

    def put(
        self, question: str, answers: Mapping[str, str], *, shorter: Sequence[str] = ()
    ) -> asyncio.Future[str | None]:
        """Put a question as `ask` does, at once: a key typed right behind answers it already."""
        self.clear()
        waiting: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        self._question, self._answers = waiting, answers
        keys = [*answers.items(), *(() if "escape" in answers else (("Esc", "back"),))]
        self._say([Run(question, "strong")], [(shown_key(key), word) for key, word in keys], None)
        self._shorter = shorter
        return waiting

    async def answered(self, waiting: asyncio.Future[str | None]) -> str | None:
        """Wait for the answer to what was `put`."""
        try:
            return await waiting
        finally:
            if self._question is waiting:
                self.clear()

    @property
    def asking(self) -> bool:
        """Whether a question waits for its answer: the next key belongs to it."""
        return self._question is not None and not self._question.done()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Swallow keys for as long: what a question will be about must not change under it."""
        self._held += 1
        try:
            yield
        finally:
            self._held -= 1

    def take_key(self, event: events.Key) -> bool:
        """Give a key to the question; the application asks this before anything else.

        Keys that are no answer are swallowed: only what the row names has an effect.
        """
        if self._question is None or self._question.done():
            return self._held > 0
        if event.key == "escape" and "escape" not in self._answers:
            self._question.set_result(None)
        elif event.key in self._answers or event.character in self._answers:
            chosen = event.key if event.key in self._answers else event.character
            self._question.set_result(chosen)
        return True

    def _say(self, said: Sequence[Run], keys: Sequence[Hint], seconds: float | None) -> None:
        self._stop_timer()
        self._said, self._keys, self._shorter = tuple(said), list(keys), ()
        if seconds is not None:
            self._timer = later(self, seconds, self._fade)
        self.refresh()

    def _fade(self) -> None:
        self._timer = None
        if not self.asking:
            self._said, self._keys = (), []
            self.refresh()

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.stop()
            self._timer = None

    def on_click(self, event: events.Click) -> None:
        """Do what the key at the mouse does; it may be the answer to a question."""
        shown = key_at(self._row(self.size.width), event.x)
        if self.asking and self._question is not None:
            answers = {shown_key(key): key for key in self._answers}
            if shown in answers or shown == "Esc":
                self._question.set_result(answers.get(shown))
        elif shown:
            self.post_message(KeyClicked(shown))

    def render_line(self, y: int) -> Strip:
        """Paint the row."""
        width = self.size.width
        return roles(self.app).strip(self._row(width), width, "bar")

    def _row(self, width: int) -> Row:
        if self._waiting is not None:
            from tuimail.ui.keys.chord_words import waiting_row  # noqa: PLC0415 - not for the first frame

            return waiting_row(*self._waiting, width, shell(self).glyphs)
        glyphs = shell(self).glyphs
        keys = [(key, glyphs.own(word)) for key, word in self._keys]
        hints = [(key, glyphs.own(word)) for key, word in self._hints]
        if self._said:
            return said_row(self._said, keys, width, glyphs.cut, self._shorter)
        if self._row_words:
            return said_row((Run(self._row_words),), hints[:1], width, glyphs.cut)
        return hint_row(hints, width, self._aside or self._right)
