"""Which theme the terminal gets, and how a theme file becomes Textual's.

`theme = "auto"` looks at the terminal: the terminal's own sixteen colours where there are no more,
where none are wanted, where a screen reader reads or where every octet counts; else dark or light,
as its background is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from textual.theme import Theme

from tuimail.config.schema import Settings
from tuimail.config.theme import ANSI, DARK, LIGHT, ThemeSpec

_MANY_COLOURS: Final = ("256", "truecolor")


def depends_on_background(
    settings: Settings, environ: Mapping[str, str], colours: str | None
) -> bool:
    """Whether the theme follows from the terminal's background."""
    return settings.theme == "auto" and not _is_plain(settings, environ, colours)


def choose_theme(
    settings: Settings, environ: Mapping[str, str], colours: str | None, *, dark: bool
) -> str:
    """Return the name of the theme.

    Args:
        environ: The environment: `NO_COLOR`, `TERM`.
        colours: What Rich found: `standard` (16), `256`, `truecolor`, or None.
        dark: Whether the terminal's background is dark.
    """
    if settings.theme != "auto":
        return settings.theme
    if _is_plain(settings, environ, colours):
        return ANSI
    return DARK if dark else LIGHT


def _is_plain(settings: Settings, environ: Mapping[str, str], colours: str | None) -> bool:
    term = environ.get("TERM", "")
    few = term in ("linux", "dumb") or colours not in _MANY_COLOURS
    return few or settings.accessible or settings.link == "slow" or bool(environ.get("NO_COLOR"))


def textual_theme(spec: ThemeSpec) -> Theme:
    """Return a theme as Textual takes it."""
    colours = {name.replace("-", "_"): value for name, value in spec.colours.items()}
    theme = Theme(name=spec.name, primary=colours.pop("primary"), dark=spec.dark, ansi=spec.ansi)
    return replace(theme, variables=dict(spec.variables), **colours)  # type: ignore[arg-type]
