"""What keys do wherever the user is: help, commands, the last action again, recorded keys."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from textual.actions import ActionParseResult
from textual.app import App
from textual.dom import DOMNode

from tuimail.ui.bindings import Keys
from tuimail.ui.keyboard import Keyboard
from tuimail.ui.scopes import call_of

if TYPE_CHECKING:
    from tuimail.config.settings import Settings


class KeyActions(App[None]):
    """The part of the application that its keyboard needs.

    Attributes:
        keyboard: What stands between the keys and the actions.
        settings: As they are now.
    """

    keyboard: Keyboard
    settings: Settings

    @property
    def keys(self) -> Keys:
        """The keys as they are now."""
        return self.keyboard.keys

    def use_keys(self) -> None:
        """Bind the keys of the settings."""
        self.keyboard.use(self.settings.keys)

    async def run_action(
        self,
        action: str | ActionParseResult,
        default_namespace: DOMNode | None = None,
        namespaces: Mapping[str, DOMNode] | None = None,
    ) -> bool:
        """Run an action unless it makes no sense now: then that is said instead."""
        if namespaces is None:
            node = self if default_namespace is None else default_namespace
            if self.keyboard.refuses(call_of(self, action, node)):
                return True
        return await super().run_action(action, default_namespace, namespaces)

    async def action_repeat(self) -> None:
        """Do again what was done to messages last."""
        await self.keyboard.repeat()

    def action_record(self) -> None:
        """Begin to keep the keys that are pressed, or end it."""
        self.keyboard.record()

    def action_play(self, times: int) -> None:
        """Press kept keys again."""
        self.keyboard.play(times)
