"""How tuimail looks on this terminal: its theme, its signs, whether it takes the mouse."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING

from tuimail.config.theme import DARK, LIGHT, load_theme_or_builtin
from tuimail.model.notice import Severity
from tuimail.ui.background import LateAnswer, ask_background
from tuimail.ui.glyphs import Glyphs, choose_glyphs
from tuimail.ui.theming import choose_theme, depends_on_background, textual_theme

if TYPE_CHECKING:
    from tuimail.ui.app import TuimailApp


class Appearance:
    """Chooses by the settings, the environment, and what the terminal says of itself.

    Args:
        app: What is dressed.
        environ: The environment of the process.
    """

    def __init__(self, app: TuimailApp, environ: Mapping[str, str] = os.environ) -> None:
        self._app = app
        self._environ = environ
        self.late_answer = LateAnswer()

    def glyphs(self) -> Glyphs:
        """Return the signs this terminal can show."""
        return choose_glyphs(self._app.settings.glyphs, self._environ)

    def ask_terminal(self) -> None:
        """Ask whether the background is dark, where the theme follows from that.

        Before the terminal is Textual's.
        """
        setting, colours = self._app.settings.theme, self._app.console.color_system
        if not depends_on_background(setting, self._environ, colours):
            return
        dark = ask_background()
        if dark is None:
            self.late_answer.expect()
        elif not dark:
            self.use_theme(dark=False)

    def use_theme(self, *, dark: bool = True) -> None:
        """Register what may be needed, and use the theme of the settings."""
        app = self._app
        colours = app.console.color_system
        wanted = choose_theme(app.settings.theme, self._environ, colours, dark=dark)
        for each in dict.fromkeys((wanted, DARK, LIGHT)):
            spec, problem = load_theme_or_builtin(each)
            app.register_theme(textual_theme(spec))
            if each == wanted:
                app.theme = spec.name
                if problem is not None:
                    app.call_after_refresh(app.tell, problem.message, Severity.WARNING)

    @property
    def wants_mouse(self) -> bool:
        """Whether the terminal is asked for the mouse."""
        if self._app.settings.mouse == "auto":
            return "SSH_CONNECTION" not in self._environ
        return self._app.settings.mouse != "off"
