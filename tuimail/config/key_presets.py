"""Sets of keys for hands that know another program: TOML files with binding ids.

The shipped ones are in `presets` beside this module, a person's own in the folder `keys` of the
settings.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Any, Final

from tuimail.config.key_names import key_name
from tuimail.config.paths import own_keys_dir
from tuimail.errors import ConfigError
from tuimail.records import record

DEFAULT: Final = "default"
PRESETS: Final = (DEFAULT, "mutt", "vim", "gmail", "outlook")
"""The shipped ones, in the order in which they are offered."""

_BUILTIN: Final = Path(__file__).parent / "presets"


@record
class Preset:
    """One set of keys.

    Attributes:
        keys: Binding id to keys separated by commas; the rest is as it is shipped.
        prefixes: The first key of a shipped sequence to the one it has here.
        about: What one notices first, in some words.
        source: Whose habits these are.
        file: Where it was read from.
    """

    name: str
    keys: Mapping[str, str] = field(default_factory=dict)
    prefixes: Mapping[str, str] = field(default_factory=dict)
    about: str = ""
    source: str = ""
    file: str = ""


def preset_names() -> tuple[str, ...]:
    """Return the names of all presets, the shipped ones first."""
    own = sorted(path.stem for path in own_keys_dir().glob("*.toml"))
    return (*PRESETS, *(name for name in own if name not in PRESETS))


def preset_in(chosen: Mapping[str, str], file: str) -> tuple[Preset, list[ConfigError]]:
    """Return the preset that the table `[keys]` names, and what is wrong with it.

    Args:
        chosen: The table.
        file: The settings file, for the messages.
    """
    name = chosen.get("preset", DEFAULT)
    if name == DEFAULT:
        return Preset(DEFAULT), []
    try:
        return load_preset(name)
    except ConfigError as error:
        problem = ConfigError(error.message, file=file, key="keys.preset", nearest=error.nearest)
        return Preset(DEFAULT), [problem]


def load_preset(name: str) -> tuple[Preset, list[ConfigError]]:
    """Read a preset, as much of it as is right.

    Raises:
        ConfigError: There is none of that name, or its file cannot be read.
    """
    path = _find(name)
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror or 'it cannot be read'}.") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: it is not TOML: {error}.") from error
    problems: list[ConfigError] = []
    keys, prefixes = {}, {}
    for id_, value in flat(table.get("keys", {})).items():
        if isinstance(value, str):
            keys[id_] = value
        else:
            words = f"keys.{id_}: it is text, such as 'g g'."
            problems.append(ConfigError(words, file=str(path), key=f"keys.{id_}"))
    for first, other in flat(table.get("prefix", {})).items():
        if isinstance(other, str) and key_name(first) and key_name(other):
            prefixes[key_name(first)] = key_name(other)
        else:
            words = f"prefix.{first}: it is one key for another."
            problems.append(ConfigError(words, file=str(path), key=f"prefix.{first}"))
    about, source = str(table.get("about", "")), str(table.get("source", ""))
    return Preset(name, keys, prefixes, about, source, str(path)), problems


def flat(table: object, before: str = "") -> dict[str, Any]:
    """Return a table with ids for keys: `[keys.list] down` and `"list.down"` are the same."""
    found: dict[str, Any] = {}
    for name, value in table.items() if isinstance(table, dict) else ():
        if isinstance(value, dict):
            found |= flat(value, f"{before}{name}.")
        else:
            found[f"{before}{name}"] = value
    return found


def _find(name: str) -> Path:
    if name in PRESETS:
        return _BUILTIN / f"{name}.toml"
    own = {path.stem: path for path in own_keys_dir().glob("*.toml")}
    if name in own:
        return own[name]
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

    near = get_close_matches(name.lower(), preset_names(), n=1, cutoff=0.4)
    known = "" if near else f" There are {', '.join(preset_names())}."
    raise ConfigError(
        f"keys.preset: {name!r} is no set of keys.{known}",
        key="keys.preset",
        nearest=near[0] if near else "",
    )
