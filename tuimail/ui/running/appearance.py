"""How tuimail looks on this terminal: its theme, its signs, its cursor, what the mouse does.

Chosen by the settings, the environment, and what the terminal says of itself; chosen anew when the
settings change.
"""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from tuimail.config.surroundings import surroundings
from tuimail.config.theme import ThemeSpec, load_theme, load_theme_or_builtin
from tuimail.errors import ConfigError
from tuimail.model.notice import Severity
from tuimail.ui.display.application import choose_painted
from tuimail.ui.drawing.glyphs import Glyphs, choose_glyphs
from tuimail.ui.drawing.theming import choose_theme, depends_on_background, textual_theme
from tuimail.ui.terminal.background import QUESTION, read_background, reported
from tuimail.ui.terminal.graphics import (
    TEXT_ONLY,
    Pictures,
    choose_pictures,
    is_multiplexed,
    question,
    read_graphics,
)
from tuimail.ui.terminal.questions import LateAnswer, ask

if TYPE_CHECKING:
    from tuimail.ui.app import TuimailApp

_SLOW_ANSWER: Final = 0.08
"""Seconds to the terminal and back over SSH, from which on the cursor's row is not tinted."""


def _is_told(heard: bytes) -> bool:
    return read_background(heard) is not None


class Appearance:
    """Dresses the application.

    Attributes:
        graphics: What the terminal said about pictures.

    Args:
        app: What is dressed.
        environ: The environment of the process.
    """

    def __init__(self, app: TuimailApp, environ: Mapping[str, str] = os.environ) -> None:
        self._app = app
        self._environ = environ
        self._dark = True
        self._answer_seconds: float | None = None
        self._is_remote = surroundings(environ).is_remote
        self.late_answer = LateAnswer()
        self.graphics = TEXT_ONLY

    # -- what the terminal says ----------------------------------------------------------------

    def ask_terminal(self) -> None:
        """Ask for the background and for pictures, where anything follows from the answers.

        Before the terminal is Textual's. All is asked at once, and the background last: answers
        come in order, so that nobody waits for a terminal that knows no pictures. How long it
        takes tells how long the line is.
        """
        asks_distance = self._is_remote and self._app.settings.cursor == "auto"
        asks_background = self.follows_background or asks_distance
        about_pictures = question(self._pictures_setting, self._environ)
        if not (asks_background or about_pictures):
            return
        asked = time.monotonic()
        if asks_background:
            heard = ask(about_pictures + QUESTION, _is_told)
        else:
            heard = ask(about_pictures, lambda by_now: read_graphics(by_now).answered)
        self._answer_seconds = time.monotonic() - asked
        self.graphics, dark = read_graphics(heard), read_background(heard)
        if dark is not None:
            self.turn(dark=dark)
        if (asks_background and dark is None) or (about_pictures and not self.graphics.answered):
            self.late_answer.expect()

    @property
    def _pictures_setting(self) -> str:
        """What `reader.images` comes to here; frames must be compared for more than blocks."""
        app = self._app
        compares = choose_painted(app.settings.display, self._environ) is not None
        return app.settings.reader.images if app.shows_images and compares else "off"

    @property
    def pictures(self) -> Pictures:
        """How pictures are shown."""
        setting = self._pictures_setting
        if is_multiplexed(self._environ) and setting != "sixel":
            return Pictures.BLOCKS
        return choose_pictures(setting, self.graphics)

    def turn(self, *, dark: bool) -> None:
        """Follow the terminal's background: it is dark now, or light."""
        if dark != self._dark:
            self._dark = dark
            self.use_theme()

    def takes(self, character: str | None) -> bool:
        """Return whether a typed character is the terminal's, about its background."""
        dark = reported(character)
        if dark is None:
            if not self.late_answer.takes(character):
                return False
            dark = read_background(f"\x1b{self.late_answer.heard}\x07".encode())
        if dark is not None:
            self.turn(dark=dark)
        return True

    @property
    def follows_background(self) -> bool:
        """Whether the theme changes with the terminal's background."""
        colours = self._app.console.color_system
        return depends_on_background(self._app.settings, self._environ, colours)

    # -- what follows --------------------------------------------------------------------------

    def glyphs(self) -> Glyphs:
        """Return the signs this terminal can show."""
        return choose_glyphs(self._app.settings.glyphs, self._environ)

    @property
    def tints_cursor(self) -> bool:
        """Whether the row at the cursor is tinted; else the bar in front alone moves."""
        settings = self._app.settings
        if settings.cursor != "auto":
            return settings.cursor == "row"
        far = self._is_remote and (self._answer_seconds or 0.0) > _SLOW_ANSWER
        return settings.link != "slow" and not far

    @property
    def mouse(self) -> Literal["off", "clicks", "full"]:
        """What the mouse does."""
        setting = self._app.settings.mouse
        if setting == "auto":
            return "off" if self._is_remote else "clicks"
        return setting

    # -- the theme -----------------------------------------------------------------------------

    @property
    def chosen_theme(self) -> str:
        """The name of the theme of the settings here."""
        app = self._app
        colours = app.console.color_system
        return choose_theme(app.settings, self._environ, colours, dark=self._dark)

    @property
    def automatic_theme(self) -> str:
        """The name of the theme that `auto` takes here."""
        app = self._app
        settings = msgspec.structs.replace(app.settings, theme="auto")
        colours = app.console.color_system
        return choose_theme(settings, self._environ, colours, dark=self._dark)

    def use_theme(self) -> None:
        """Use the theme of the settings; say what is wrong with it."""
        spec, problem = load_theme_or_builtin(self.chosen_theme, dark=self._dark)
        self._use(spec)
        if problem is not None:
            said = f"{problem.message} {problem.hint}".strip()
            self._app.call_after_refresh(self._app.tell, said, Severity.WARNING)

    def show_theme(self, name: str) -> ConfigError | None:
        """Use another theme until `use_theme`; return what is wrong with it."""
        try:
            self._use(load_theme(name))
        except ConfigError as error:
            return error
        return None

    def _use(self, spec: ThemeSpec) -> None:
        app, theme = self._app, textual_theme(spec)
        if app.theme == spec.name and app.get_theme(spec.name) == theme:
            return
        if app.theme == spec.name:
            # A theme that was written anew: Textual looks again only at another name.
            app.theme = "textual-dark"
        app.register_theme(theme)
        app.theme = spec.name
