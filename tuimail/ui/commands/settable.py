"""Settings for `:set`: their names, what they can be, and what was typed as a value."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from tuimail.config.described import Kind, Setting, described, value_of
from tuimail.config.schema import Settings
from tuimail.errors import ConfigError
from tuimail.ui.settings.words import parse, value_words

_SWITCH = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


class Settable(NamedTuple):
    """One setting.

    Attributes:
        name: Its dotted path.
        shown: What it is now.
        about: What it means, in short.
    """

    name: str
    shown: str
    about: str


def settable(settings: Settings) -> list[Settable]:
    """Return the settings that can be changed while tuimail runs; mailboxes are not."""
    return [
        Settable(each.key, value_words(value_of(settings, each.key)), each.words)
        for each in _known(settings)
    ]


def values_of(settings: Settings, name: str) -> Sequence[str]:
    """Return the words a setting can be; none for numbers and texts."""
    for each in _known(settings):
        if each.key == name:
            if each.kind is Kind.THEME:
                from tuimail.config.theme import theme_names  # noqa: PLC0415 - reads a folder

                return ("auto", *theme_names())
            return ("true", "false") if each.kind is Kind.SWITCH else each.choices
    return ()


def changed(settings: Settings, text: str) -> dict[str, object]:
    """Return the change that `NAME VALUE` asks for; `NAME` alone goes back to the default.

    Raises:
        ConfigError: There is no such setting, with the nearest, or it cannot be that.
    """
    name, _, typed = text.replace("=", " ", 1).partition(" ")
    typed = typed.strip()
    known = {each.key: each for each in _known(settings)}
    setting = known.get(name)
    if setting is None:
        from difflib import get_close_matches  # noqa: PLC0415 - only a mistake needs it

        near = get_close_matches(name, known, n=1, cutoff=0.4)
        nearest = near[0] if near else ""
        raise ConfigError(f"{name} is no setting.", key=name, nearest=nearest)
    if not typed:
        return {name: None}
    if setting.kind is Kind.SWITCH:
        if typed.lower() not in _SWITCH:
            raise ConfigError(f"{name} is true or false, not {typed!r}.", key=name)
        return {name: _SWITCH[typed.lower()]}
    try:
        return {name: parse(setting, typed)}
    except ValueError as error:
        raise ConfigError(f"{name}: {error}", key=name) from error


def _known(settings: Settings) -> list[Setting]:
    return [each for each in described(settings) if not each.key.startswith("accounts.")]
