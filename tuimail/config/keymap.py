"""Which keys each binding has, after a preset and the person's own keys were laid over it.

The bindings themselves are the screen's; this module is handed what they are. It refuses what
cannot work, keeps there what was before, and tells every problem instead of the first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from tuimail.config.key_names import key_name
from tuimail.config.key_presets import Preset, preset_in
from tuimail.errors import ConfigError

_LONGEST_SEQUENCE: Final = 3

Keys = dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class KeyDefault:
    """A binding as it is shipped.

    Attributes:
        keys: Separated by commas; the keys of a sequence by blanks: `"j,down"`, `"g g"`. A comma
            as a key is `comma`.
        scope: Where it works; two bindings of one scope cannot share a key.
        outer: Scopes that work there too. A key there may be hidden by one of this scope, but
            none may be the beginning of the other's sequence: it could not be told apart.
    """

    keys: str
    scope: str
    outer: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Keymap:
    """Keys by binding id, for every binding; no keys means not bound."""

    keys: MappingProxyType[str, tuple[str, ...]]


def build_keymap(
    defaults: Mapping[str, KeyDefault], chosen: Mapping[str, str], *, file: str = ""
) -> tuple[Keymap, list[ConfigError]]:
    """Apply a preset and the table `[keys]` to the shipped bindings.

    Args:
        defaults: Every binding by id.
        chosen: Binding id to keys separated by commas; empty text unbinds. `preset` names the
            preset that is applied before.
        file: The settings file, for the messages.

    Returns:
        The keymap, and everything that is wrong: unknown ids and presets, impossible keys,
        conflicts, and keys that left another binding without any. A chosen key that another
        binding of the scope has takes it away from there.
    """
    preset, problems = preset_in(chosen, file)
    keys = {binding: _shipped(default.keys, preset) for binding, default in defaults.items()}
    wanted, found = _accepted(preset.keys, defaults, preset.file)
    problems += found
    problems += _conflicts(wanted, defaults, preset.file)
    _lay_over(keys, wanted, defaults)
    own = {binding: text for binding, text in chosen.items() if binding != "preset"}
    wanted, found = _accepted(own, defaults, file)
    problems += found
    problems += _conflicts(wanted, defaults, file)
    lost = _lay_over(keys, wanted, defaults)
    problems += _left_without(lost, keys, file)
    return Keymap(MappingProxyType(keys)), problems


def _shipped(text: str, preset: Preset) -> tuple[str, ...]:
    """Return the default keys, with the first key of a sequence as the preset has it."""
    keys = (part.strip() for part in text.split(","))
    if not preset.prefixes:
        return tuple(keys)
    moved = []
    for key in keys:
        first, blank, rest = key.partition(" ")
        moved.append(f"{preset.prefixes.get(first, first)} {rest}" if blank else key)
    return tuple(moved)


def _accepted(
    chosen: Mapping[str, str], defaults: Mapping[str, KeyDefault], file: str
) -> tuple[Keys, list[ConfigError]]:
    accepted: Keys = {}
    problems = []
    for binding, text in chosen.items():
        name = f"keys.{binding}"
        if binding not in defaults:
            problems.append(_unknown(binding, defaults, file))
            continue
        named, wrong = _named(text)
        if wrong:
            problems.append(ConfigError(f"{name}: {wrong}", file=file, key=name))
        else:
            accepted[binding] = named
    return accepted, problems


def _unknown(binding: str, defaults: Mapping[str, KeyDefault], file: str) -> ConfigError:
    from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

    near = get_close_matches(binding, defaults, n=1, cutoff=0.5)
    if not near:
        same = [known for known in defaults if known.partition(".")[2] == binding]
        near = same or get_close_matches(
            binding, [known.partition(".")[2] for known in defaults], n=1, cutoff=0.6
        )
        near = [known for known in defaults if known.endswith(f".{near[0]}")] if near else []
    nearest = f"keys.{near[0]}" if near else ""
    name = f"keys.{binding}"
    return ConfigError(f"{name} is unknown.", file=file, key=name, nearest=nearest)


def _named(text: str) -> tuple[tuple[str, ...], str]:
    """Return the keys by their names, and what is wrong with one of them."""
    named: dict[str, None] = {}
    for part in text.split(","):
        steps = part.split()
        if not steps:
            continue
        names = [key_name(step) for step in steps]
        if not all(names):
            wrong = steps[names.index("")]
            if len(steps) == 1 and 1 < len(wrong) <= _LONGEST_SEQUENCE and wrong.isalpha():
                return (), f"{wrong!r} is not a key. A sequence has blanks: {' '.join(wrong)!r}."
            return (), f"{wrong!r} is not a key."
        if len(names) > _LONGEST_SEQUENCE:
            return (), f"{' '.join(steps)!r} is too long: {_LONGEST_SEQUENCE} keys at most."
        named[" ".join(names)] = None
    return tuple(named), ""


class _Taken:
    """Who has which key, and whose sequences begin with it."""

    def __init__(self, defaults: Mapping[str, KeyDefault]) -> None:
        self._defaults = defaults
        self._owners: dict[tuple[str, str], list[str]] = defaultdict(list)
        self._begun: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
        beside: dict[str, set[str]] = defaultdict(set)
        for default in defaults.values():
            for scope in default.outer:
                beside[default.scope].add(scope)
                beside[scope].add(default.scope)
            beside[default.scope].add(default.scope)
        self._beside = beside

    def add(self, binding: str, key: str) -> None:
        """Note that a binding has a key."""
        scope = self._defaults[binding].scope
        self._owners[scope, key].append(binding)
        for head in _heads(key):
            self._begun[scope, head].append((binding, key))

    def rivals(self, binding: str, key: str) -> Iterator[tuple[str, str]]:
        """Yield bindings and those keys of theirs that cannot stand beside this one."""
        scope = self._defaults[binding].scope
        for owner in self._owners.get((scope, key), ()):
            yield owner, key
        for place in self._beside[scope]:
            yield from self._begun.get((place, key), ())
            for head in _heads(key):
                for owner in self._owners.get((place, head), ()):
                    yield owner, head


def _heads(sequence: str) -> Iterator[str]:
    steps = sequence.split(" ")
    for count in range(1, len(steps)):
        yield " ".join(steps[:count])


def _conflicts(accepted: Keys, defaults: Mapping[str, KeyDefault], file: str) -> list[ConfigError]:
    """Find keys that were chosen twice; the later choice gives them up."""
    taken = _Taken(defaults)
    found = []
    for binding, keys in accepted.items():
        kept = []
        for key in keys:
            rival = next((each for each in taken.rivals(binding, key)), None)
            if rival is None:
                kept.append(key)
                taken.add(binding, key)
                continue
            other, theirs = rival
            words = (
                f"is already keys.{other}"
                if theirs == key
                else f"and {theirs!r} of keys.{other} begin alike"
            )
            name = f"keys.{binding}"
            found.append(ConfigError(f"{name}: {key!r} {words}.", file=file, key=name))
        accepted[binding] = tuple(kept)
    return found


def _lay_over(
    keys: Keys, accepted: Keys, defaults: Mapping[str, KeyDefault]
) -> dict[str, list[str]]:
    """Give the accepted bindings their keys, and take those away from the rest.

    Returns:
        By binding, from which others it took something.
    """
    taken = _Taken(defaults)
    for binding, shipped in keys.items():
        if binding not in accepted:
            for key in shipped:
                taken.add(binding, key)
    lost: dict[str, list[str]] = defaultdict(list)
    for binding, chosen in accepted.items():
        for key in chosen:
            for other, theirs in taken.rivals(binding, key):
                if theirs in keys[other]:
                    keys[other] = tuple(each for each in keys[other] if each != theirs)
                    lost[binding].append(other)
        keys[binding] = chosen
    return lost


def _left_without(lost: Mapping[str, list[str]], keys: Keys, file: str) -> Iterator[ConfigError]:
    """Say which bindings have no key any more because of a chosen one."""
    for binding, losers in lost.items():
        bare = [other for other in dict.fromkeys(losers) if not keys[other]]
        if bare:
            more = f" and {len(bare) - 1} more" if len(bare) > 1 else ""
            name = f"keys.{binding}"
            words = f"{name} leaves keys.{bare[0]}{more} without a key."
            yield ConfigError(words, file=file, key=name)
