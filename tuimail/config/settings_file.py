"""The settings file while tuimail runs: what of it was changed outside, and changing it.

Looking costs two `stat` calls, so it can be done every other second.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import msgspec

from tuimail.config.paths import own_themes_dir
from tuimail.config.schema import Settings
from tuimail.config.settings import change, check_values, load
from tuimail.errors import ConfigError

_Stamp = tuple[int, int, int] | None


class SettingsFile:
    """One file, and the user's theme it may name.

    Args:
        path: None keeps changes in memory only, as the demo does.
        settings: What was read of it at the start.
    """

    def __init__(self, path: Path | None, settings: Settings) -> None:
        self.path = path
        self._stamps = self._look(settings)

    def was_changed(self, settings: Settings) -> bool:
        """Return whether somebody wrote the file, or the theme that is in use, since last asked.

        Args:
            settings: What is in use.
        """
        before, self._stamps = self._stamps, self._look(settings)
        return before != self._stamps

    @property
    def is_there(self) -> bool:
        """Whether there is a file that can be looked at."""
        return _stamp(self.path) is not None

    def read(self) -> Settings:
        """Read the file.

        Raises:
            ConfigError: It is missing or wrong.
        """
        if self.path is None:
            raise ConfigError("There is no settings file.")
        return load(self.path)

    def change(self, settings: Settings, changes: Mapping[str, object]) -> Settings:
        """Write settings, keeping the user's comments; return what is right then.

        Args:
            settings: What is in use, changed where there is no file.
            changes: Dotted key to value; None goes back to the default.

        Raises:
            ConfigError: The value cannot be; nothing is written.
            OSError: The file cannot be written.
        """
        if self.path is None:
            return _changed(settings, changes)
        return change(self.path, changes)

    def take_note(self, settings: Settings) -> None:
        """Take the file as it is now for known."""
        self._stamps = self._look(settings)

    def _look(self, settings: Settings) -> tuple[_Stamp, _Stamp]:
        theme = own_themes_dir() / f"{settings.theme}.toml"
        return _stamp(self.path), _stamp(theme if "/" not in settings.theme else None)


def _stamp(path: Path | None) -> _Stamp:
    """Return what changes whenever a file is written or replaced; None when it is not there."""
    if path is None:
        return None
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _changed(settings: Settings, changes: Mapping[str, object]) -> Settings:
    table = msgspec.to_builtins(settings)
    plain = msgspec.to_builtins(Settings())
    for key, value in changes.items():
        *above, name = key.split(".", 1)
        target, default = (table[above[0]], plain[above[0]]) if above else (table, plain)
        target[name] = default[name] if value is None else value
    try:
        changed = msgspec.convert(table, Settings)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{next(iter(changes))}: {error}.") from error
    check_values(changed, Path("settings"))
    return changed
