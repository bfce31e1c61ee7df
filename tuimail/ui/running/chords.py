"""Sequences of keys such as `gg` and numbers before a key: Textual binds single keys only.

A binding's key may be a sequence written with blanks, so sequences live in the same table as all
keys, and presets and `[keys]` can change them. Whatever is typed belongs to the places that took
keys when it began, also while the sheet with what may follow stands over them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Final

from textual import events
from textual.app import App
from textual.dom import DOMNode
from textual.timer import Timer

from tuimail.ui.bindings import BindingSpec, Hint, Keys, shown_key
from tuimail.ui.keys.scopes import Place, places
from tuimail.ui.keys.use import KeyUse
from tuimail.ui.later import later

if TYPE_CHECKING:
    from tuimail.ui.screens.which_key import WhichKeySheet

HINT_SECONDS: Final = 0.4
MOST: Final = 9999
"""The largest number before a key."""

Runner = Callable[[BindingSpec, DOMNode, int | None], Awaitable[None]]


class Chords:
    """The state machine: nothing pending, or a number, or the beginning of a sequence.

    Args:
        app: Whose places take the keys.
        keys: Returns the keys as they are now.
        run: Runs what was typed, with the number before it.
        say: Says a sentence in the last row.
        wait: Shows in the last row what was typed and for what it waits; nothing ends that.
        use: How often sequences are pressed.
    """

    def __init__(
        self,
        app: App[None],
        keys: Callable[[], Keys],
        run: Runner,
        say: Callable[[str], None],
        wait: Callable[[str, str], None],
        use: KeyUse,
    ) -> None:
        self._app, self._keys, self._run, self._say, self._wait = app, keys, run, say, wait
        self._use = use
        self._here: list[Place] = []
        self._count = ""
        self._steps: list[str] = []
        self._cancelled = ""
        self._timer: Timer | None = None
        self._sheet: WhichKeySheet | None = None
        self._letter: Callable[[str], None] | None = None

    @property
    def pending(self) -> bool:
        """Whether the next key belongs to what was typed already."""
        return bool(self._count or self._steps or self._letter)

    async def take(self, event: events.Key) -> bool:
        """Take a key if it begins, goes on or ends something; the rest is left to the bindings."""
        if self._letter is not None:
            self._take_letter(event)
        elif self._steps:
            await self._go_on(event)
        else:
            return await self._begin(event)
        return True

    async def _begin(self, event: events.Key) -> bool:
        focused, key = self._app.focused, event.key
        if focused is not None and focused.check_consume_key(key, event.character):
            return False
        if not self._count:
            self._here = places(self._app)
        if self._takes_digit(event):
            self._count = (self._count + key)[: len(str(MOST))]
            self._wait(self._count, "a number, then what to do   Esc cancels")
        elif any(self._keys().begins(scope, key) for scope, _ in self._here):
            self._steps = [key]
            self._show_soon()
        elif self._count and key == "escape":
            self.cancel()
        elif self._count:
            await self._finish([key], event.character)
        else:
            return False
        return True

    def _takes_digit(self, event: events.Key) -> bool:
        """A digit is part of a number where it is bound to nothing and something counts."""
        if not (event.key.isdecimal() and event.key.isascii()):
            return False
        if event.key == "0" and not self._count:
            return False
        keys = self._keys()
        if any(keys.find(scope, event.key) for scope, _ in self._here):
            return False
        return any(keys.counts(scope) for scope, _ in self._here)

    async def _go_on(self, event: events.Key) -> None:
        steps = [*self._steps, event.key]
        if event.key == "escape":
            self._cancelled = " ".join(self._steps)
            self.cancel()
            return
        sequence = " ".join(steps)
        keys = self._keys()
        found = any(keys.find(scope, sequence) for scope, _ in self._here)
        if not found and any(keys.begins(scope, sequence) for scope, _ in self._here):
            self._steps = steps
            self._show_soon()
        elif not found and event.key == "question_mark":
            if self._sheet is not None:
                self._sheet.turn()
            else:
                self._show()
        else:
            await self._finish(steps, event.character)

    async def _finish(self, steps: Sequence[str], character: str | None) -> None:
        sequence = " ".join(steps)
        count = int(self._count) if self._count else None
        here = self._here
        self.cancel()
        for scope, node in here:
            line = self._keys().find(scope, sequence)
            if line is not None:
                if len(steps) > 1:
                    self._use.note(line.id)
                await self._run(line, node, count)
                return
        *first, last = steps
        typed = " ".join(shown_key(step) for step in (*first, character or last))
        self._say(self._keys().not_bound(typed))

    def cancel(self) -> None:
        """Forget what was typed."""
        shown = bool(self._count or self._steps or self._letter)
        self._count, self._steps, self._letter = "", [], None
        if self._timer is not None:
            self._timer.stop()
            self._timer = None
        if self._sheet is not None:
            sheet, self._sheet = self._sheet, None
            if self._app.screen is sheet:
                self._app.pop_screen()
        if shown:
            self._wait("", "")

    # -- one key as an answer ------------------------------------------------------------------

    def ask_key(
        self,
        title: str,
        typed: str,
        offers: Sequence[Hint],
        then: Callable[[str], None],
        *,
        waits_for: str = "waiting for a letter",
    ) -> None:
        """Let the next key be an answer, such as the letter something is kept under.

        Args:
            title: Stands above the offers.
            typed: What was pressed.
            offers: What there is already, by key.
            then: Gets the key.
            waits_for: What is waited for.
        """
        self._letter = then
        self._open(title, [offers] if offers else [], typed, waits_for)

    def _take_letter(self, event: events.Key) -> None:
        if event.key == "question_mark" and self._sheet is not None:
            self._sheet.turn()
            return
        then = self._letter
        self.cancel()
        if then is not None and event.key != "escape":
            then(event.key)

    # -- the sheet -----------------------------------------------------------------------------

    def _show_soon(self) -> None:
        from tuimail.ui.keys.chord_words import typed_words  # noqa: PLC0415 - not for the first frame

        if self._timer is not None:
            self._timer.stop()
        typed = typed_words(self._count, self._steps)
        self._wait(typed, "waiting for another key   ? shows them")
        if self._sheet is not None or self._cancelled == " ".join(self._steps):
            self._show()
        else:
            self._timer = later(self._app, HINT_SECONDS, self._show)
        self._cancelled = ""

    def _show(self) -> None:
        """Say what can follow, for those who wait or ask."""
        from tuimail.ui.keys.chord_words import followers, head_title, typed_words  # noqa: PLC0415 - as above

        head = " ".join(self._steps)
        groups = followers(self._keys(), self._here, head, self._use.count)
        typed = typed_words(self._count, self._steps)
        self._open(head_title(head), groups, typed, "waiting for another key")

    def _open(
        self, title: str, groups: Sequence[Sequence[Hint]], typed: str, waits_for: str
    ) -> None:
        from tuimail.ui.screens.which_key import FollowerRows, WhichKeySheet  # noqa: PLC0415 - not for the first frame

        if self._sheet is not None and self._app.screen is self._sheet:
            self._app.pop_screen()
        self._sheet = WhichKeySheet(FollowerRows(title, groups, typed, waits_for))
        self._app.push_screen(self._sheet)
