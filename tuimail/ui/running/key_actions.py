"""What keys do wherever the user is: help, commands, the last action again, recorded keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.actions import ActionParseResult
from textual.dom import DOMNode

from tuimail.errors import ConfigError, StoreError
from tuimail.model.notice import Severity
from tuimail.ui.bindings import BindingSpec, Keys, problem_words, shown_key
from tuimail.ui.bindings.table import OUTER
from tuimail.ui.keys.scopes import Place, call_of, places
from tuimail.ui.running.keyboard import Keyboard
from tuimail.ui.running.places import Places

if TYPE_CHECKING:
    from tuimail.ui.commands import Command, Reading


class KeyActions(Places):
    """The part of the application that its keyboard needs.

    Attributes:
        keyboard: What stands between the keys and the actions.
    """

    keyboard: Keyboard

    @property
    def keys(self) -> Keys:
        """The keys as they are now."""
        return self.keyboard.keys

    def use_keys(self) -> None:
        """Bind the keys of the settings; what has become wrong with them is said."""
        before = self.keys.problem()
        self.keyboard.use(self.settings.keys)
        problem = self.keys.problem()
        if problem and problem != before:
            self.call_after_refresh(self.tell, problem, Severity.WARNING)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Run an action unless it makes no sense now: then that is said instead.

        So is a database that cannot be read. What was committed is in it, and other messages may
        be read all the same; a handler that fails would end the program.
        """
        if namespaces is None:
            node = self if default_namespace is None else default_namespace
            if self.keyboard.refuses(call_of(self, action, node)):
                return True
        try:
            return await super().run_action(action, default_namespace, namespaces)
        except StoreError as error:
            self.tell_unreadable(error)
            return True

    def action_help(self) -> None:
        """Show the keys that work here; the one that is chosen there is run."""
        from tuimail.ui.screens.help import HelpScreen  # noqa: PLC0415 - not for the first frame

        if not isinstance(self.screen, HelpScreen):
            here = places(self)
            self.push_screen(HelpScreen(here), lambda line: self._run_chosen(line, here))

    def action_commands(self) -> None:
        """Find an action among all of them."""
        from tuimail.ui.commands.entries import entries  # noqa: PLC0415 - not for the first frame
        from tuimail.ui.screens.palette import Palette  # noqa: PLC0415

        here = places(self)
        self.push_screen(
            Palette(entries(self, here)),
            lambda entry: self._run_chosen(entry.runs if entry else None, here),
        )

    def action_command_line(self, text: str = "") -> None:
        """Type a command."""
        from tuimail.ui.screens.command_line import CommandLine  # noqa: PLC0415 - as above

        here = places(self)
        self.push_screen(CommandLine(here, text), lambda found: self._run_read(found, here))

    def _run_chosen(self, chosen: BindingSpec | Command | None, here: list[Place]) -> None:
        if isinstance(chosen, BindingSpec):
            self.call_later(self.keyboard.run_here, chosen, here)
        elif chosen is not None:
            self.action_command_line(f"{chosen.name} ")

    def _run_read(self, found: Reading | None, here: list[Place]) -> None:
        if found is not None and found.line is not None:
            self.call_later(self.keyboard.run_here, found.line, here, found.times)
        elif found is not None and found.command is not None:
            self.call_later(self.keyboard.run_command, found.command, found.words, here)

    def rebind(self, line: BindingSpec) -> None:
        """Give a binding another key, or a sequence: what is pressed next.

        A key with which sequences of the place begin is waited on: alone it could not be told
        from them.
        """
        self._ask_for(line, ())

    def _ask_for(self, line: BindingSpec, steps: tuple[str, ...]) -> None:
        def pressed(key: str) -> None:
            sequence = " ".join((*steps, key))
            if any(self.keys.begins(scope, sequence) for scope in (line.scope, *OUTER[line.scope])):
                self._ask_for(line, (*steps, key))
            else:
                self.change_settings({f"keys.{line.id}": sequence.replace(",", "comma")})

        typed = "".join(map(shown_key, steps))
        self.keyboard.ask_key(self.keys.title(line), pressed, typed)

    def action_keys(self) -> None:
        """Choose the set of keys."""
        from tuimail.ui.screens.key_choice import KeyChoice  # noqa: PLC0415 - not for the first frame

        if not isinstance(self.screen, KeyChoice):
            self.push_screen(KeyChoice(), self._keys_chosen)

    def action_choose_keys(self, name: str) -> None:
        """Use a set of keys by its name; without one, choose."""
        if name:
            self._keys_chosen(name)
        else:
            self.action_keys()

    def _keys_chosen(self, name: str | None) -> None:
        if name is None:
            return
        from tuimail.config.key_presets import load_preset  # noqa: PLC0415 - not for the first frame

        try:
            load_preset(name)
        except ConfigError as error:
            self.tell(problem_words(error), Severity.WARNING)
            return
        self.change_settings({"keys.preset": name})

    def action_use_theme(self, name: str) -> None:
        """Use a theme by its name."""
        self.change_settings({"theme": name})

    def action_change_setting(self, text: str) -> None:
        """Change a setting: its name, then its value."""
        from tuimail.ui.commands.settable import changed  # noqa: PLC0415 - not for the first frame

        try:
            self.change_settings(changed(self.settings, text))
        except ConfigError as error:
            self.tell(problem_words(error), Severity.WARNING)

    async def action_repeat(self) -> None:
        """Do again what was done to messages last."""
        await self.keyboard.repeat()

    def action_record(self) -> None:
        """Begin to keep the keys that are pressed, or end it."""
        self.keyboard.record()

    def action_play(self, times: int) -> None:
        """Press kept keys again."""
        self.keyboard.play(times)
