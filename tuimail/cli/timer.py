"""The systemd user timer that sends what is due while no tuimail is open."""

from __future__ import annotations

import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Final

from tuimail.config.paths import write_atomically
from tuimail.errors import ConfigError

UNITS: Final = ("tuimail-outbox.service", "tuimail-outbox.timer")
_TIMER: Final = "tuimail-outbox.timer"


def unit_folder(environ: Mapping[str, str]) -> Path:
    """Return where the user's own units are (systemd.unit(5))."""
    home = Path(environ.get("HOME") or Path.home())
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "systemd" / "user"


def own_command(config: Path | None) -> str:
    """Return this program as a unit starts it: absolute, with the settings that are in use."""
    found = shutil.which(sys.argv[0]) if Path(sys.argv[0]).name == "tuimail" else None
    words = [str(Path(found).absolute())] if found else [sys.executable, "-m", "tuimail"]
    if config is not None:
        words += ["--config", str(config.absolute())]
    # In a unit % begins a specifier and $ a variable (systemd.service(5)).
    return shlex.join(words).replace("%", "%%").replace("$", "$$")


def install(folder: Path, command: str) -> list[Path]:
    """Write the units; return their files.

    Raises:
        ConfigError: They cannot be written.
    """
    written = []
    for name in UNITS:
        text = files("tuimail.cli.systemd").joinpath(name).read_text("utf-8")
        path = folder / name
        try:
            folder.mkdir(parents=True, exist_ok=True)
            write_atomically(path, text.replace("@tuimail@", command).encode())
        except OSError as error:
            reason = error.strerror or "it cannot be written"
            raise ConfigError(f"{path}: {reason}.", file=str(path)) from error
        written.append(path)
    return written


def remove(folder: Path) -> list[Path]:
    """Take the units away; return the files that were there."""
    gone = [folder / name for name in UNITS if (folder / name).exists()]
    for path in gone:
        path.unlink(missing_ok=True)
    return gone


def start() -> str:
    """Have systemd read the units and start the timer; return why not, empty when it does."""
    return _systemctl(["daemon-reload"]) or _systemctl(["enable", "--now", _TIMER])


def stop() -> str:
    """Have systemd stop the timer; return why not, empty when it did."""
    return _systemctl(["disable", "--now", _TIMER])


def _systemctl(words: Sequence[str]) -> str:
    program = shutil.which("systemctl")
    if program is None:
        return "systemctl is not here"
    try:
        ended = subprocess.run(  # noqa: S603 - a fixed program, found on PATH
            [program, "--user", *words],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=30,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        return type(error).__name__
    if ended.returncode == 0:
        return ""
    said = ended.stderr.decode("utf-8", "replace").strip().splitlines()
    return said[0] if said else f"systemctl ended with {ended.returncode}"
