"""Colour roles of the theme as styles, and rows painted with them.

No widget names a colour: it names a role and the surface it stands on, and the theme's variables
say what that looks like. Runs are joined where nothing changes, because every change of style
costs about forty bytes on the line.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final
from weakref import WeakKeyDictionary

from rich.segment import Segment
from rich.style import Style
from textual.app import App
from textual.color import Color
from textual.strip import Strip

from tuimail.ui.display.application import CellApp
from tuimail.ui.drawing.hyperlinks import hyperlink
from tuimail.ui.drawing.rows import Run, crop_row

# Roles that are not themselves a variable of the same name.
_FOREGROUND: Final = {
    "text": "foreground",
    "rule": "line",
    "hit": "key",
    "chip-end": "chip-background",
    "chip-external-end": "chip-external-background",
}
_WEIGHT: Final = {
    "strong": "strong-style",
    "count": "strong-style",
    "key": "key-style",
    "link": "link-style",
    "match": "match-style",
    "hit": "hit-style",
}
_OWN_SURFACE: Final = {
    "match": "match-background",
    "chip": "chip-background",
    "chip-end": "chip-background",
    "chip-external": "chip-external-background",
    "chip-external-end": "chip-external-background",
}
_MOST_STYLES: Final = 2_000
"""Each target is a style; beyond that they are made anew."""
# What a telephone's camera reads is light on dark whatever the theme.
_FIXED: Final = {"qr": Style(color="#ffffff", bgcolor="#000000")}
_SURFACE: Final = {
    "background": "background",
    "bar": "bar-background",
    "side": "side-background",
    "sheet": "sheet-background",
    "cursor": "cursor-background",
    "cursor-blur": "cursor-blur-background",
    "banner": "banner-background",
}
_SURFACE_STYLE: Final = {"cursor": "cursor-style", "banner": "banner-style"}


def linked(role: str, target: str) -> str:
    """Return a role that leads somewhere, where the terminal understands links (OSC 8)."""
    return f"{role}|{target}"


class Roles:
    """Styles by role and surface.

    A role with a target is the same style each time it is asked for: Rich numbers links at random,
    and an equal frame must have equal numbers to cost nothing.

    Args:
        variables: The theme's variables, colours as strings Textual can parse.
        colourless: `NO_COLOR`: weights stay, and the row at the cursor is reversed.
        hyperlinks: Targets are given to the terminal.
    """

    def __init__(
        self,
        variables: Mapping[str, str],
        *,
        colourless: bool = False,
        hyperlinks: bool = False,
    ) -> None:
        self._variables = variables
        self._colourless = colourless
        self.hyperlinks = hyperlinks
        self._styles: dict[tuple[str, str], Style] = {}

    @property
    def reverses_cursor(self) -> bool:
        """Whether the row at the cursor is shown in reverse, and its bar as `>`."""
        return "reverse" in self._surface_style("cursor")

    def style(self, role: str, surface: str = "background") -> Style:
        """Return the style of a role on a surface.

        Args:
            role: `text`, `strong`, `muted`, `key` …; a `+bold` behind it adds weight, and a bar
                ends it before its target (`linked`).
            surface: `background`, `bar`, `side`, `sheet`, `cursor`, `cursor-blur` or `banner`.
        """
        found = self._styles.get((role, surface))
        if found is None:
            name, _, target = role.partition("|")
            found = self._make(name, surface)
            link = hyperlink(target) if self.hyperlinks else ""
            if link:
                found += Style(link=link)
            if len(self._styles) >= _MOST_STYLES:
                self._styles.clear()
            self._styles[role, surface] = found
        return found

    def _make(self, role: str, surface: str) -> Style:
        name, _, extra = role.partition("+")
        weight = " ".join(
            (self._variables.get(_WEIGHT.get(name, ""), ""), extra, self._surface_style(surface))
        )
        reverse = "reverse" in weight
        attributes = Style(
            bold="bold" in weight or None,
            underline="underline" in weight or None,
            reverse=reverse or None,
        )
        if reverse or self._colourless:
            return attributes
        if name in _FIXED:
            return attributes + _FIXED[name]
        back = _OWN_SURFACE.get(name) or _SURFACE[surface]
        return attributes + Style(
            color=self._colour(_FOREGROUND.get(name, name)), bgcolor=self._colour(back)
        )

    def _surface_style(self, surface: str) -> str:
        if self._colourless and surface == "cursor":
            return "reverse"
        return self._variables.get(_SURFACE_STYLE.get(surface, ""), "")

    def _colour(self, variable: str) -> str:
        value = self._variables.get(variable) or self._variables["foreground"]
        colour = Color.parse(value)
        return "default" if colour.ansi == -1 else colour.rich_color.name

    def strip(self, row: Iterable[Run], width: int, surface: str = "background") -> Strip:
        """Paint a row, cut or padded to exactly `width` cells.

        Blank runs take the style of the run before them and equal neighbours are joined.
        """
        segments: list[tuple[str, Style]] = []
        for text, role in crop_row(row, width):
            style = self.style(role, surface)
            if segments:
                before, last = segments[-1]
                if style == last or (not text.strip() and _same_ground(style, last)):
                    segments[-1] = (before + text, last)
                    continue
            segments.append((text, style))
        return Strip([Segment(text, style) for text, style in segments], width)


def _same_ground(style: Style, other: Style) -> bool:
    return (
        style.bgcolor == other.bgcolor
        and not other.underline
        and not other.link
        and bool(style.reverse) == bool(other.reverse)
    )


_BY_APP: WeakKeyDictionary[App[object], tuple[Mapping[str, str], Roles]] = WeakKeyDictionary()


def roles(app: App[object]) -> Roles:
    """Return the styles of the application's current theme, made once per theme."""
    known, variables = _BY_APP.get(app), app.theme_variables
    hyperlinks = isinstance(app, CellApp) and app.hyperlinks
    # Textual makes the variables anew whenever the theme is another, or was written anew.
    if known is None or known[0] is not variables or known[1].hyperlinks is not hyperlinks:
        styles = Roles(variables, colourless=app.no_color, hyperlinks=hyperlinks)
        known = (variables, styles)
        _BY_APP[app] = known
    return known[1]
