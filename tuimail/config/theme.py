"""Themes: TOML files to a `ThemeSpec` that knows nothing of Textual.

Built-in themes are package data, in a checkout the folder beside the package; the user's own are
in the settings folder. What a user's theme leaves out comes from the built-in of the same `dark`
value, or from `ansi`, so that a short file works and a new role never breaks an old theme.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from tuimail.config.paths import own_themes_dir
from tuimail.errors import ConfigError
from tuimail.records import record

DARK: Final = "tuimail-dark"
LIGHT: Final = "tuimail-light"
ANSI: Final = "ansi"

COLOURS: Final = (
    "primary",
    "secondary",
    "accent",
    "warning",
    "error",
    "success",
    "foreground",
    "background",
    "surface",
    "panel",
)
"""The fields of `textual.theme.Theme` that tuimail's themes set."""

_TOP_LEVEL: Final = frozenset({"name", "dark", "ansi", "variables", "boost", *COLOURS})
_STYLES: Final = frozenset({"none", "bold", "underline", "reverse"})
_NAME: Final = re.compile(r"[a-z0-9][a-z0-9_-]{0,39}\Z")
_VARIABLE: Final = re.compile(r"[a-z][a-z0-9-]{0,59}\Z")
_ANSI_COLOUR: Final = (
    "ansi_(?:default|(?:bright_)?(?:black|red|green|yellow|blue|magenta|cyan|white))"
)
_COLOUR: Final = re.compile(rf"(?:#[0-9a-fA-F]{{3}}|#[0-9a-fA-F]{{6}}|{_ANSI_COLOUR})\Z")
_NO_COLOUR: Final = "is not a colour like #15181d or ansi_blue."


@record
class ThemeSpec:
    """A complete theme.

    Attributes:
        colours: Every name of `COLOURS` to `#rrggbb` or an `ansi_…` name.
        variables: Roles and Textual's own variables, without `$`.
        ansi: Whether the terminal's own palette is used.
    """

    name: str
    dark: bool
    colours: MappingProxyType[str, str]
    variables: MappingProxyType[str, str]
    ansi: bool = False


def theme_names() -> tuple[str, ...]:
    """Return the names of all themes, the built-in ones first."""
    builtin = sorted(path.stem for path in _builtin_directory().glob("*.toml"))
    own = sorted(path.stem for path in own_themes_dir().glob("*.toml"))
    return (*builtin, *(name for name in own if name not in builtin))


def load_theme(name: str) -> ThemeSpec:
    """Load a theme by its file's name without the ending.

    Raises:
        ConfigError: There is none, or it is wrong: everything that is wrong in one message.
    """
    path = _find(name)
    table = _builtin(name) if path.parent == _builtin_directory() else _read(path)
    problems = _problems(table)
    if problems:
        said = " ".join(problems)
        raise ConfigError(f"Theme {path.name}: {said}", file=str(path), key="theme")
    dark, ansi = bool(table.get("dark", True)), bool(table.get("ansi", False))
    base = _builtin(ANSI if ansi else DARK if dark else LIGHT)
    return ThemeSpec(
        name=name,
        dark=dark,
        colours=MappingProxyType(
            {colour: table.get(colour, base[colour]) for colour in COLOURS}
            | ({"boost": table["boost"]} if "boost" in table else {})
        ),
        variables=MappingProxyType({**base["variables"], **table.get("variables", {})}),
        ansi=ansi,
    )


def load_theme_or_builtin(name: str, *, dark: bool = True) -> tuple[ThemeSpec, ConfigError | None]:
    """Load a theme, or the built-in one for a dark or light terminal, and say why."""
    try:
        return load_theme(name), None
    except ConfigError as error:
        return load_theme(DARK if dark else LIGHT), error


def _find(name: str) -> Path:
    if _NAME.match(name):
        for directory in (_builtin_directory(), own_themes_dir()):
            path = directory / f"{name}.toml"
            if path.is_file():
                return path
    from difflib import get_close_matches  # noqa: PLC0415 - 7 ms that only a mistake needs

    near = get_close_matches(name, theme_names(), n=1, cutoff=0.4)
    raise ConfigError(f"There is no theme {name!r}.", key="theme", nearest=near[0] if near else "")


@cache
def _builtin_directory() -> Path:
    package = Path(__file__).resolve().parents[1]
    shipped = package / "themes"
    return shipped if shipped.is_dir() else package.parent / "themes"


@cache
def _builtin(name: str) -> dict[str, Any]:
    return _read(_builtin_directory() / f"{name}.toml")


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}.", file=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path.name} is not TOML: {error}.", file=str(path)) from error


def _problems(table: dict[str, Any]) -> list[str]:
    found = [
        f"{key} is unknown{_nearest(key, _TOP_LEVEL)}." for key in table if key not in _TOP_LEVEL
    ]
    found += [
        f"{key} is true or false."
        for key in ("dark", "ansi")
        if not isinstance(table.get(key, True), bool)
    ]
    found += [
        f"{key} {_NO_COLOUR}"
        for key in (*COLOURS, "boost")
        if key in table and not _is_colour(table[key])
    ]
    variables = table.get("variables", {})
    if not isinstance(variables, dict):
        return [*found, "variables is a table."]
    problems = (_variable_problem(key, value) for key, value in variables.items())
    return found + [problem for problem in problems if problem is not None]


def _is_colour(value: object) -> bool:
    return isinstance(value, str) and bool(_COLOUR.match(value))


def _variable_problem(key: str, value: object) -> str | None:
    if not _VARIABLE.match(key):
        return f"variables.{key} is not a name like cursor-bar."
    if key not in known_variables():
        # Textual has many more of its own, which a theme may set; a slip is near to a known one.
        near = _nearest(key, known_variables(), cutoff=0.8)
        if near:
            return f"variables.{key} is unknown{near}."
    if key.endswith("-style"):
        right = isinstance(value, str) and bool(value) and set(value.split()) <= _STYLES
        return None if right else f"variables.{key} is none, bold, underline or reverse."
    return None if _is_colour(value) else f"variables.{key} {_NO_COLOUR}"


@cache
def known_variables() -> frozenset[str]:
    """Return the names that a theme's `[variables]` can have: the roles, and some of Textual's."""
    return frozenset(_builtin(DARK)["variables"]) | frozenset(_builtin(ANSI)["variables"])


def _nearest(key: str, known: Iterable[str], cutoff: float = 0.6) -> str:
    from difflib import get_close_matches  # noqa: PLC0415 - 7 ms that only a mistake needs

    near = get_close_matches(key, sorted(known), n=1, cutoff=cutoff)
    return f", nearest {near[0]}" if near else ""
