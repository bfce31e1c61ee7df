"""Tokens kept by two commands of the user's, such as `pass` or `gpg`."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tuimail.auth.vault import replace_privately
from tuimail.errors import ConfigError, TokensUnusable

SECONDS: Final = 60.0
"""How long a command may take: it may wait for an agent that asks for a passphrase."""


class CommandVault:
    """Runs one command to read and another, with the text on its standard input, to write.

    The commands are started without a shell and without the terminal: in a session of their own, so
    that none asks into the screen, and ^C does not end one that has written half. What was read is
    kept in memory until somebody writes again, so that no command runs for every token.

    Args:
        read: The command that prints the tokens. Until something was written, its failing counts
            as nothing kept.
        write: The command that keeps what it reads.
        stamp: See `Vault.stamp`; it holds nothing.

    Raises:
        ConfigError: A command cannot be split into words.
    """

    def __init__(self, read: str, write: str, stamp: Path) -> None:
        self._read = _words(read, "tokens.read")
        self._write = _words(write, "tokens.write")
        self.stamp = stamp
        self._known: tuple[int, str] | None = None

    def load(self) -> str:
        """Run the reading command, unless nothing was written since it ran."""
        version = self._version()
        if self._known is not None and self._known[0] == version:
            return self._known[1]
        try:
            text = _run(self._read, None)
        except TokensUnusable:
            if version:
                raise
            return ""
        self._known = (version, text)
        return text

    def save(self, text: str) -> bool:
        """Run the writing command."""
        try:
            _run(self._write, text)
        except TokensUnusable:
            return False
        replace_privately(self.stamp, "")
        self._known = (self._version(), text)
        return True

    def set_aside(self) -> None:
        """Refuse: what the command printed is the user's."""
        raise TokensUnusable(
            "The command for reading tokens printed something else.",
            hint="Look what tokens.read prints. tuimail does not overwrite it.",
        )

    def _version(self) -> int:
        try:
            return self.stamp.stat().st_mtime_ns
        except OSError:
            return 0


def _words(command: str, key: str) -> Sequence[str]:
    try:
        words = shlex.split(command)
    except ValueError as error:
        raise ConfigError(f"{key}: a quotation mark is missing.", key=key) from error
    if not words:
        raise ConfigError(f'{key} is needed where tokens.store is "command".', key=key)
    return words


def _run(command: Sequence[str], text: str | None) -> str:
    """Run a command; its words on standard error are not kept: they may hold anything."""
    failure: TokensUnusable
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command, no shell
            command,
            input=text,
            stdin=subprocess.DEVNULL if text is None else None,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            encoding="utf-8",
            errors="strict",
            timeout=SECONDS,
            start_new_session=True,
            check=False,
        )
    except subprocess.TimeoutExpired:
        failure = TokensUnusable(
            f"The command for the tokens took more than {SECONDS:.0f} seconds.",
            hint="Unlock what it asks first, for example with an agent.",
        )
    except (OSError, ValueError) as error:
        failure = TokensUnusable(
            "The command for the tokens could not be run.",
            hint="Check tokens.read and tokens.write in the settings.",
            detail=getattr(error, "strerror", None) or type(error).__name__,
        )
    else:
        if done.returncode == 0:
            return done.stdout
        failure = TokensUnusable(
            f"The command for the tokens ended with {done.returncode}.",
            hint="Run it by hand to see why; tuimail keeps the tokens in memory meanwhile.",
        )
    raise failure  # not chained: the library's exceptions hold the text
