"""Where tuimail keeps its files, and how it writes them so that a crash leaves the old or the new.

The XDG base directories: settings may be shared between machines, mail and tokens (data) may not,
logs (state) may be thrown away, and the cache may be thrown away at any time.
"""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

_OWNER_ONLY = 0o700


def config_dir() -> Path:
    """`$XDG_CONFIG_HOME/tuimail`: settings, own themes and keys."""
    return _private(_base("XDG_CONFIG_HOME", ".config"))


def data_dir() -> Path:
    """`$XDG_DATA_HOME/tuimail`: the database and the token cache."""
    return _private(_base("XDG_DATA_HOME", ".local/share"))


def data_path() -> Path:
    """Return where the data folder is or would be. Not made."""
    return _base("XDG_DATA_HOME", ".local/share") / "tuimail"


def state_dir() -> Path:
    """`$XDG_STATE_HOME/tuimail`: logs."""
    return _private(_base("XDG_STATE_HOME", ".local/state"))


def cache_dir() -> Path:
    """`$XDG_CACHE_HOME/tuimail`: what can be made again."""
    return _private(_base("XDG_CACHE_HOME", ".cache"))


def settings_path(chosen: Path | None = None) -> Path:
    """Return the settings file: the chosen one, else `$TUIMAIL_CONFIG`, else the default."""
    if chosen is not None:
        return chosen.expanduser()
    named = os.environ.get("TUIMAIL_CONFIG")
    return Path(named).expanduser() if named else _config() / "config.toml"


def own_themes_dir() -> Path:
    """Return where the user's own themes are. Not made: a home may be read-only."""
    return _config() / "themes"


def own_keys_dir() -> Path:
    """Return where the user's own sets of keys are. Not made: a home may be read-only."""
    return _config() / "keys"


def write_atomically(path: Path, data: bytes, mode: int = 0o600) -> None:
    """Replace a file's content in one step, durably.

    A symbolic link is followed, so that settings kept in another folder stay there.

    Raises:
        OSError: The directory cannot be written or no space is left; the old content stands.
    """
    path = path.resolve()
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), mode)
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _config() -> Path:
    return _base("XDG_CONFIG_HOME", ".config") / "tuimail"


def _base(variable: str, default: str) -> Path:
    # The specification wants relative paths ignored.
    named = os.environ.get(variable, "")
    return Path(named) if named.startswith("/") else Path.home() / default


def _private(base: Path) -> Path:
    directory = base / "tuimail"
    directory.mkdir(mode=_OWNER_ONLY, parents=True, exist_ok=True)
    return directory
