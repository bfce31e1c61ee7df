"""Where the tokens are kept: a private file by default, a command or a keyring if the user says so.

A vault holds one text for all accounts. Who may change it when is the business of
`cache.TokenCache`, which has the lock.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import time
from pathlib import Path
from typing import Protocol

from tuimail.errors import TokensUnusable


class Vault(Protocol):
    """Keeps one text."""

    @property
    def stamp(self) -> Path:
        """A file that is written anew with every `save`, by which other processes notice it."""

    def load(self) -> str:
        """Return the text; empty when nothing was kept yet.

        Raises:
            TokensUnusable: It is there and cannot be had.
        """

    def save(self, text: str) -> bool:
        """Keep a text in place of the other one; False when that failed and may work later."""

    def set_aside(self) -> None:
        """Put a text that is not ours to understand out of the way, and never overwrite it.

        Raises:
            TokensUnusable: That is not possible.
        """


class FileVault:
    """A file that only its owner can read, replaced whole."""

    def __init__(self, path: Path) -> None:
        self.stamp = path

    def load(self) -> str:
        """Return what the file holds."""
        try:
            return self.stamp.read_text("utf-8")
        except FileNotFoundError:
            return ""
        except ValueError:
            return "not a text"  # damaged, and so not JSON either
        except OSError as error:
            raise unusable(self.stamp, error) from error

    def save(self, text: str) -> bool:
        """Replace the file, and take away what a process that was killed had half written."""
        is_saved = replace_privately(self.stamp, text)
        for left in self.stamp.parent.glob(f".{self.stamp.name}.*"):
            with contextlib.suppress(OSError):
                left.unlink()
        return is_saved

    def set_aside(self) -> None:
        """Rename the file."""
        stamp = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
        aside = self.stamp.with_name(f"{self.stamp.name}.damaged-{stamp}-{os.getpid()}")
        try:
            self.stamp.rename(aside)
        except OSError as error:
            raise unusable(self.stamp, error) from error


def replace_privately(path: Path, text: str) -> bool:
    """Write a file of mode 0600 from its first byte, whole or not at all; whether it worked."""
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    except OSError:
        return False
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:  # mkstemp has made it 0600
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError:
        return False
    finally:
        temporary.unlink(missing_ok=True)
    return True


def unusable(path: Path, error: OSError) -> TokensUnusable:
    """Return what is told of a place that cannot be used."""
    return TokensUnusable(
        f"The token cache cannot be used: {error.strerror or 'it cannot be read'}.",
        detail=path.name,
    )
