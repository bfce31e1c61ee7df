"""What `tuimail doctor` looks at on this computer: programs, files, tokens, the database."""

from __future__ import annotations

import os
import platform
import shutil
import stat
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Final

from tuimail import __version__
from tuimail.cli.lock import FILE_NAME as LOCK_NAME
from tuimail.cli.lock import holder_named, is_engine_running
from tuimail.config.schema import TokenSettings
from tuimail.config.surroundings import surroundings
from tuimail.errors import StoreCorrupt, StoreError, StoreForeign, StoreLocked
from tuimail.model.checkup import Found, Private, failed, passed, warned
from tuimail.model.finding import Verdict
from tuimail.store.connection import FILE_NAME, is_on_network
from tuimail.store.glance import Glance, glance, sqlite_version
from tuimail.sync.checkup import Step, from_error
from tuimail.text.safe import clean

GROUP: Final = "This computer"
TOKENS: Final = f"{GROUP}/tokens"

_MEBIBYTE: Final = 1 << 20
_LITTLE: Final = 200 * _MEBIBYTE
_NONE: Final = 20 * _MEBIBYTE
_PRIVATE_FILES: Final = (FILE_NAME, "tokens.json", LOCK_NAME)


def machine_steps(data: Path, look_at_tokens: Callable[[], Found] | None) -> list[Step]:
    """Return the checks of the data folder and of what runs here.

    Args:
        data: The data folder, which may not exist.
        look_at_tokens: Reads the token store; None where there are no settings.
    """
    folder = f"{GROUP}/folder"
    steps = [
        Step(GROUP, "versions", "Versions", versions),
        Step(GROUP, "folder", "Data folder", lambda: data_folder(data)),
        Step(GROUP, "space", "Free space", lambda: free_space(data)),
        Step(GROUP, "engine", "Running", lambda: engine(data)),
        Step(GROUP, "database", "Database", lambda: database(data), (folder,)),
    ]
    if look_at_tokens is not None:
        steps.append(Step(GROUP, "tokens", "Token store", look_at_tokens))
    return steps


def versions() -> Found:
    """Name what tuimail runs on."""
    python = platform.python_version()
    system = f"{platform.system()} {platform.machine()}"
    return passed(f"tuimail {__version__}, Python {python}, SQLite {sqlite_version()}, {system}")


def data_folder(data: Path) -> Found:
    """Look at who may read it: 0700, and 0600 for what is in it."""
    private = Private("folder", str(data))
    try:
        data.stat()
    except FileNotFoundError:
        return passed(f"{data} is made at the first start", private)
    except OSError as error:
        return failed(
            f"{data} cannot be used ({error.strerror})",
            "Check XDG_DATA_HOME, and the permissions of the folders above it.",
            "",
            private,
        )
    if not os.access(data, os.R_OK | os.W_OK | os.X_OK):
        return failed(
            f"{data} cannot be written",
            "Check who owns it and its permissions.",
            f"ls -ld {data}",
            private,
        )
    files = [data / name for name in _PRIVATE_FILES]
    open_ones = [each for each in (data, *files) if each.exists() and _is_open(each)]
    if open_ones:
        modes = " ".join(str(each) for each in open_ones)
        return warned(
            f"others on this computer may read {', '.join(each.name for each in open_ones)}",
            "Close it to others:",
            f"chmod go= {modes}",
            private,
        )
    if is_on_network(data):
        return warned(
            f"{data} is on a network file system",
            "It works from one computer at a time; a local folder (XDG_DATA_HOME) is safer.",
            "",
            private,
        )
    return passed(f"{data}, yours alone", private)


def _is_open(path: Path) -> bool:
    return bool(stat.S_IMODE(path.stat().st_mode) & 0o077)


def free_space(data: Path) -> Found:
    """Look at the space that is left for mail."""
    there = next(each for each in (data, *data.parents) if os.access(each, os.F_OK))
    free = shutil.disk_usage(there).free
    says = f"{free // _MEBIBYTE:,} MB"
    you_can = "Free some space, or keep less mail: [download] in the settings."
    if free < _NONE:
        return failed(says, you_can)
    return warned(says, you_can) if free < _LITTLE else passed(says)


def engine(data: Path) -> Found:
    """Say which tuimail talks to the servers now."""
    holder = holder_named(data)
    if is_engine_running(data):
        if holder is None:
            return passed("a tuimail is running")
        return passed(f"a tuimail is running ({holder.kind}, process {holder.process})")
    if holder is not None and holder.is_elsewhere and is_on_network(data):
        return warned(
            f"a tuimail on {holder.host} is using this mail, or ended badly there",
            f"Quit it there. If none is running any more, remove {data / LOCK_NAME}.",
            "",
            Private("computer", holder.host),
        )
    return passed("no other tuimail is running")


def database(data: Path) -> Found:
    """Look at the database quickly; `tuimail repair` looks deeply."""
    try:
        seen = glance(data)
    except StoreError as error:
        return _unusable(error)
    return passed("none yet: it is made at the first start") if seen is None else _judged(seen)


def _unusable(error: StoreError) -> Found:
    found = from_error(error)
    if isinstance(error, StoreLocked):
        return replace(found, verdict=Verdict.WARN)
    if not isinstance(error, StoreCorrupt) or isinstance(error, StoreForeign):
        return found
    you_can = "Quit tuimail, then make it anew; drafts, outbox and what waits are kept."
    return failed(f"it is damaged ({clean(error.detail)})", you_can, "tuimail repair")


def _judged(seen: Glance) -> Found:
    size = f"{seen.octets / _MEBIBYTE:,.1f} MB, schema {seen.schema}"
    if seen.schema > seen.newest:
        return failed(f"it is from a newer tuimail ({size})", "Update tuimail.")
    if seen.schema < seen.newest:
        return passed(f"{size}: the next start updates it to {seen.newest}")
    if not seen.looked_at_pages:
        return passed(f"{size}; too large for a quick look, `tuimail repair` checks all of it")
    return passed(f"{size}, not damaged")


def token_store(settings: TokenSettings, data: Path) -> Found:
    """Say where the tokens are kept, after they could be read."""
    remote = surroundings(os.environ).is_remote
    if settings.store == "keyring" and remote:
        return warned(
            "over SSH the keyring cannot be unlocked, so a file is used",
            'Sign in once here, or set store = "file" or "command" in [tokens].',
        )
    if settings.store == "keyring":
        return passed("the desktop's keyring answers")
    if settings.store == "command":
        return passed("the commands of [tokens] answer")
    if not (data / "tokens.json").exists():
        return failed("nobody has signed in here yet", "Sign in.", "tuimail login")
    return passed("a file that only you can read")
