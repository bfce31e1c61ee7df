"""The keyboard: which keys are in use, what a key leads to, and why it leads to nothing.

Sequences, numbers and recorded keys come first, then single keys of the table; what a field takes
as text, and what Textual binds by itself, is left alone. Whatever runs an action passes `refuses`,
so that it is said why it cannot be done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, Final, Protocol, runtime_checkable

from textual import events
from textual.actions import parse
from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode

from tuimail.ui.bindings import BINDINGS, BY_ID, TITLES, BindingSpec, Count, Keys, shown_key
from tuimail.ui.keys.in_order import InOrder, takes_text
from tuimail.ui.keys.macros import LETTERS, Macros
from tuimail.ui.keys.scopes import (
    Call,
    Place,
    call_of,
    node_of,
    places,
    why_not_here,
    with_parameter,
)
from tuimail.ui.keys.use import KeyUse
from tuimail.ui.running.chords import Chords
from tuimail.ui.shell import shell
from tuimail.ui.widgets.bottom_bar import BottomBar
from tuimail.ui.work import begin

if TYPE_CHECKING:
    from tuimail.store.reader import Reader
    from tuimail.ui.commands.command import Command

_MOST_TIMES: Final = 100
"""How often an action is done at most because of a number before its key."""


@runtime_checkable
class TakesSeveral(Protocol):
    """A screen on which a number before a key means messages."""

    def take_following(self, count: int) -> str:
        """Let the next action be for so many, from the cursor on; returns why not, or nothing."""


class Keyboard:
    """What stands between the keys and the actions.

    Args:
        app: Whose keyboard it is.
        chosen: `[keys]` of the settings.
        file: The settings file, for what is said of mistakes.
    """

    def __init__(self, app: App[None], chosen: Mapping[str, str], file: str = "") -> None:
        self._app, self._file, self._chosen = app, file, chosen
        self.keys = Keys(chosen, file=file)

        def read() -> Reader:
            return shell(app).store.read

        def keep(name: str, text: str) -> None:
            shell(app).remember(name, text)

        use = KeyUse(read, keep)
        self._chords = Chords(app, lambda: self.keys, self.run, self._say, self._wait, use)
        self._last: tuple[BindingSpec | Command, int | str | None] | None = None
        self.order = InOrder(app)
        self.macros = Macros(app, self.order, read, keep)

    def use(self, chosen: Mapping[str, str]) -> None:
        """Use these keys from now on."""
        self._chords.cancel()
        if chosen != self._chosen:
            self._chosen = chosen
            self.keys = Keys(chosen, file=self._file)
        self._app.set_keymap(self.keys.keymap)

    # -- keys ----------------------------------------------------------------------------------

    async def take(self, event: events.Key) -> bool:
        """Take a key that our table knows; what is typed as text is left to the field."""
        macros = self.macros
        if macros.playing and not macros.is_played(event):
            macros.interrupt()
            return True
        if not macros.playing:
            macros.note(event)
        return await self._chords.take(event) or await self._take_single(event)

    async def _take_single(self, event: events.Key) -> bool:
        """Run what a key is bound to at once.

        Textual would send the key round through the widgets: what is typed right behind it would
        still meet the place that the key leads away from.
        """
        app = self._app
        focused = app.focused
        if focused is not None and focused.check_consume_key(event.key, event.character):
            return False
        here = places(app)
        found = next((each for each in here if self.keys.find(each.scope, event.key)), None)
        line = self.keys.find(found.scope, event.key) if found is not None else None
        if found is None or line is None:
            active = app.active_bindings.get(event.key)
            # What the table binds in a place that takes no keys now is not bound either.
            ours = active is not None and active.binding.id in BY_ID
            if active is None or ours:
                self.macros.interrupt()
                typed = event.character if event.is_printable and event.character else event.key
                said = self.keys.not_bound(shown_key(typed), in_text=takes_text(focused))
                self._say(said)
            return ours
        if takes_text(focused) or _belongs_to_textual(event.key, focused, found):
            return False
        if not app.app_focus:
            app.app_focus = True
        await self.run(line, found.node)
        return True

    # -- actions -------------------------------------------------------------------------------

    def refuses(self, call: Call) -> bool:
        """Say why an action cannot be done; return whether that is so."""
        reason = call.why_not
        if reason:
            self.macros.interrupt()
            self._say(reason)
        return bool(reason)

    async def run_shown(self, shown: str) -> None:
        """Do what a key does that was clicked.

        Args:
            shown: The key as people read it.
        """
        for scope, node in places(self._app):
            for line in BINDINGS:
                if line.scope == scope and shown in map(shown_key, self.keys.keys(line)):
                    await self.run(line, node)
                    return

    async def run(self, line: BindingSpec, node: DOMNode, count: int | None = None) -> None:
        """Run a binding.

        Args:
            line: Of the table.
            node: On whom.
            count: The number before it.
        """
        if line.counting is Count.MESSAGES:
            self._last = (line, count)
        if count is None or line.counting is Count.NOTHING:
            await self._app.run_action(line.action, node)
        elif line.counting is Count.MESSAGES:
            await self._run_for(line, node, count)
        elif line.counting is Count.STEPS:
            await self._app.run_action(with_parameter(line.action, count), node)
        elif line.counting is Count.PLACE:
            await self._app.run_action(("", "place", (count,)), node)
        else:
            for _ in range(min(count, _MOST_TIMES)):
                await self._app.run_action(line.action, node)

    async def _run_for(self, line: BindingSpec, node: DOMNode, count: int) -> None:
        """Do something to so many messages, unless it cannot be done to any."""
        if self.refuses(call_of(self._app, line.action, node)):
            return
        reason = node.take_following(count) if isinstance(node, TakesSeveral) else ""
        if reason:
            self._say(reason)
        else:
            await self._app.run_action(line.action, node)

    async def run_here(
        self, line: BindingSpec, here: Sequence[Place], count: int | None = None
    ) -> None:
        """Run a binding from these places, or say why not."""
        node = node_of(line, here)
        if node is None:
            self._say(why_not_here(self._app, line, here))
        else:
            await self.run(line, node, count)

    async def run_command(self, command: Command, words: str, here: Sequence[Place]) -> None:
        """Run a command with what stands behind its name, or say why not."""
        node = next((place.node for place in here if place.scope == command.scope), None)
        if node is None:
            self._say(f"It works in: {TITLES[command.scope].lower()}.")
            return
        destination, name, _ = parse(command.action)
        if command.again:
            self._last = (command, words)
        await self._app.run_action((destination, name, (words,)), node)

    async def repeat(self) -> None:
        """Do again what was done to messages last."""
        if self._last is None:
            self._say("Nothing was done yet that can be done again.")
            return
        here = places(self._app)
        what, how = self._last
        if isinstance(what, BindingSpec):
            await self.run_here(what, here, how if isinstance(how, int) else None)
        else:
            await self.run_command(what, str(how), here)

    def ask_key(self, title: str, then: Callable[[str], None], typed: str = "") -> None:
        """Let the next key be the answer; Esc answers nothing."""
        waits_for = "and the next key" if typed else "press the key for it"
        self._chords.ask_key(title, typed, (), then, waits_for=waits_for)

    # -- recorded keys -------------------------------------------------------------------------

    def record(self) -> None:
        """Begin to keep keys under a letter, or end it."""
        macros = self.macros
        if not macros.recording:
            typed = self.keys.shown("mailbox.record")
            self._chords.ask_key("record", typed, macros.offers(), self._begin_recording)
            return
        letter = macros.recording
        kept = macros.stop(ended_by=1)
        self._aside("")
        play = self.keys.shown("mailbox.play")
        self._say(f"{kept} keys kept. {play} {letter} presses them again.")

    def _begin_recording(self, letter: str) -> None:
        if letter not in LETTERS:
            self._say("Keys are kept under a letter from a to z.")
            return
        self.macros.start(letter)
        self._aside(f"recording {letter}   {self.keys.shown('mailbox.record')} ends it")

    def play(self, times: int) -> None:
        """Press again the keys under a letter; the key for it once more means the last letter."""
        macros = self.macros
        if macros.playing:
            macros.interrupt()
            self._say("Recorded keys do not press others.")
            return
        offers = macros.offers()
        if not offers:
            record = self.keys.shown("mailbox.record")
            self._say(f"No keys are kept. {record} and a letter begins.")
            return

        def chosen(key: str) -> None:
            letter = key if key in LETTERS else macros.last
            if not macros.stored(letter):
                self._say(f"No keys are kept under {shown_key(key)}.")
                return
            begin(self._app, partial(self._play, letter, min(times, _MOST_TIMES)), group="macro")

        self._chords.ask_key("press again", self.keys.shown("mailbox.play"), offers, chosen)

    async def _play(self, letter: str, times: int) -> None:
        if not await self.macros.play(letter, times):
            shell(self._app).tell(f"The keys under {letter} were stopped.")

    # -- the last row --------------------------------------------------------------------------

    def _say(self, words: str) -> None:
        shell(self._app).tell(words)

    def _bars(self) -> list[BottomBar]:
        return list(self._app.screen.query(BottomBar))

    def _wait(self, typed: str, waits_for: str) -> None:
        for bar in self._bars():
            bar.wait(typed, waits_for)

    def _aside(self, words: str) -> None:
        for screen in self._app.screen_stack:
            for bar in screen.query(BottomBar):
                bar.aside = words


def _belongs_to_textual(key: str, focused: DOMNode | None, found: Place) -> bool:
    """Whether a widget further in than a place has bound the key by itself, as scrolling is."""
    for node in focused.ancestors_with_self if focused is not None else ():
        if node is found.node:
            return False
        if key in _own_keys(type(node)):
            return True
    return False


@cache
def _own_keys(kind: type[DOMNode]) -> frozenset[str]:
    """The keys that a class of Textual binds, which our table does not know."""
    keys = (
        binding.key if isinstance(binding, Binding) else binding[0]
        for base in kind.__mro__
        for binding in base.__dict__.get("BINDINGS", ())
        if not (isinstance(binding, Binding) and binding.id in BY_ID)
    )
    return frozenset(key.strip() for text in keys for key in text.split(","))
