"""The sheet of themes: each is shown as the cursor passes over it."""

from __future__ import annotations

from tuimail.config.theme import load_theme, theme_names
from tuimail.errors import ConfigError
from tuimail.ui.shell import shell
from tuimail.ui.widgets.choice_list import ChoiceList
from tuimail.ui.widgets.choice_sheet import Choice, ChoiceSheet

AUTO = "auto"


class ThemeSheet(ChoiceSheet):
    """Answers the name of a theme, or None after showing what was there before.

    Args:
        now: `theme` of the settings.
        automatic: The theme that `auto` takes here.
    """

    def __init__(self, now: str, automatic: str) -> None:
        choices = [Choice(AUTO, f"by the terminal: {automatic} here"), *map(_choice, theme_names())]
        super().__init__("Theme", choices, now, f"{len(choices) - 1} themes")
        self._automatic = automatic

    def on_choice_list_moved(self, event: ChoiceList.Moved) -> None:
        """Show it."""
        event.stop()
        name = self._automatic if self.current == AUTO else self.current
        problem = shell(self).appearance.show_theme(name)
        self.title_row.say(f"{len(theme_names())} themes" if problem is None else problem.message)

    def action_choose(self) -> None:
        """Keep it, unless there is something wrong with it."""
        name = self._automatic if self.current == AUTO else self.current
        if shell(self).appearance.show_theme(name) is None:
            self.dismiss(self.current)

    def action_close(self) -> None:
        """Go back to the theme of the settings."""
        shell(self).appearance.use_theme()
        self.dismiss(None)


def _choice(name: str) -> Choice:
    try:
        spec = load_theme(name)
    except ConfigError:
        return Choice(name, "has a mistake")
    if spec.ansi:
        return Choice(name, "the terminal's own sixteen colours")
    return Choice(name, "dark" if spec.dark else "light")
