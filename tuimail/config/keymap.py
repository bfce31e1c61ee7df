"""Own keys: which keys each binding has after the settings were applied.

The bindings themselves are the screen's; this module is handed what they are. It refuses what
cannot work, keeps the default there, and tells every problem instead of the first.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tuimail.errors import ConfigError

_KEY: Final = re.compile(r"(?:(?:ctrl|alt|shift|super|hyper|meta)\+)*(?:[a-z0-9_]+|[^\s,])\Z", re.I)
_LONGEST_SEQUENCE: Final = 3


@dataclass(frozen=True, slots=True)
class KeyDefault:
    """A binding as it is shipped.

    Attributes:
        keys: Separated by commas; the keys of a sequence by blanks: `"j,down"`, `"g g"`. A comma
            as a key is `comma`.
        scope: Where it works; two bindings of one scope cannot share a key.
    """

    keys: str
    scope: str


@dataclass(frozen=True, slots=True)
class Keymap:
    """Keys by binding id, for every binding; no keys means not bound."""

    keys: MappingProxyType[str, tuple[str, ...]]

    def overrides(self, defaults: Mapping[str, KeyDefault]) -> dict[str, str]:
        """Return what differs from the defaults, in the form of the settings."""
        return {
            binding: ",".join(keys)
            for binding, keys in self.keys.items()
            if keys != _split(defaults[binding].keys)
        }


def build_keymap(
    defaults: Mapping[str, KeyDefault], chosen: Mapping[str, str], *, file: str = ""
) -> tuple[Keymap, list[ConfigError]]:
    """Apply the table `[keys]` to the shipped bindings.

    Args:
        defaults: Every binding by id.
        chosen: Binding id to keys separated by commas; empty text unbinds.
        file: The settings file, for the messages.

    Returns:
        The keymap, and everything that is wrong: unknown ids, impossible keys, conflicts. A
        chosen key that another binding of the scope has by default takes it away from there.
    """
    problems: list[ConfigError] = []
    keys = {binding: _split(default.keys) for binding, default in defaults.items()}
    accepted: dict[str, tuple[str, ...]] = {}
    for binding, text in chosen.items():
        problem = _refusal(binding, text, defaults, file)
        if problem is not None:
            problems.append(problem)
            continue
        accepted[binding] = _split(text)
    problems += _conflicts(accepted, defaults, file)
    for binding, taken in accepted.items():
        for other, shipped in keys.items():
            if other not in accepted and defaults[other].scope == defaults[binding].scope:
                keys[other] = tuple(key for key in shipped if key not in taken)
        keys[binding] = taken
    return Keymap(MappingProxyType(keys)), problems


def _split(text: str) -> tuple[str, ...]:
    parts = (" ".join(part.split()) for part in text.split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def _refusal(
    binding: str, text: str, defaults: Mapping[str, KeyDefault], file: str
) -> ConfigError | None:
    name = f"keys.{binding}"
    if binding not in defaults:
        from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

        near = get_close_matches(binding, defaults, n=1, cutoff=0.5)
        nearest = f"keys.{near[0]}" if near else ""
        return ConfigError(f"{name} is unknown.", file=file, key=name, nearest=nearest)
    for sequence in _split(text):
        steps = sequence.split()
        if len(steps) > _LONGEST_SEQUENCE or not all(_KEY.match(step) for step in steps):
            return ConfigError(f"{name}: {sequence!r} is not a key.", file=file, key=name)
    return None


def _conflicts(
    accepted: dict[str, tuple[str, ...]], defaults: Mapping[str, KeyDefault], file: str
) -> list[ConfigError]:
    """Find keys chosen twice in one scope; the later choice gives them up."""
    owner: dict[tuple[str, str], str] = {}
    found = []
    for binding, keys in list(accepted.items()):
        scope = defaults[binding].scope
        for key in keys:
            first = owner.setdefault((scope, key), binding)
            if first != binding:
                accepted[binding] = tuple(kept for kept in accepted[binding] if kept != key)
                what = f"keys.{binding}: {key!r} is already keys.{first}."
                found.append(ConfigError(what, file=file, key=f"keys.{binding}"))
    return found
