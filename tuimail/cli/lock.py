"""One engine per data folder: a lock that the kernel takes back when its holder dies."""

from __future__ import annotations

import errno
import fcntl
import os
import socket
import time
from pathlib import Path
from typing import Final

from tuimail.errors import StoreError, StoreFull, StoreLocked

SCREEN: Final = "screen"
VERB: Final = "verb"

_PAUSE: Final = 0.1
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)
_NO_LOCKS_HERE: Final = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)


class EngineRunning(StoreLocked):
    """Another process talks to the servers for this data folder.

    Attributes:
        has_screen: It is a screen, which stays and sends what is queued; not a verb, which ends.
    """

    def __init__(self, holder: str) -> None:
        kind, _, who = holder.partition(" ")
        super().__init__(
            "Another tuimail is running with this mail.",
            hint=f"It runs as {who}. Quit it first." if who else "Quit it first.",
        )
        self.has_screen = kind == SCREEN


class EngineLock:
    """Held by the process whose engine talks to the servers for this data folder."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    @classmethod
    def take(cls, folder: Path, kind: str) -> EngineLock:
        """Take the lock.

        Args:
            folder: The data folder.
            kind: `SCREEN` or `VERB`.

        Raises:
            EngineRunning: Another tuimail has it; the message says which.
            StoreError: The folder cannot be used.
        """
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(folder / "engine.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _unusable(folder, error) from error
        try:
            _lock(handle)
            os.ftruncate(handle, 0)
            who = f"{kind} process {os.getpid()} on {socket.gethostname()}\n"
            os.pwrite(handle, who.encode(), 0)
        except OSError as error:
            os.close(handle)
            raise _unusable(folder, error) from error
        except EngineRunning:
            os.close(handle)
            raise
        return cls(handle)

    @classmethod
    def wait(cls, folder: Path, kind: str) -> EngineLock:
        """Take the lock, after any verb that has it.

        Raises:
            EngineRunning: A screen has it.
            StoreError: The folder cannot be used.
        """
        while True:
            try:
                return cls.take(folder, kind)
            except EngineRunning as error:
                if error.has_screen:
                    raise
            time.sleep(_PAUSE)

    def release(self) -> None:
        """Give it back."""
        os.close(self._handle)

    def __enter__(self) -> EngineLock:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


def _lock(handle: int) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise EngineRunning(os.pread(handle, 256, 0).decode("utf-8", "replace").strip()) from error
    except OSError as error:
        # Some network file systems have no locks. SENDING is claimed in the database all the same.
        if error.errno not in _NO_LOCKS_HERE:
            raise


def _unusable(folder: Path, error: OSError) -> StoreError:
    kind = StoreFull if error.errno in _FULL else StoreError
    return kind(
        "The data directory cannot be used.",
        hint=f"Check {folder} and its permissions, and the space that is left.",
        detail=error.strerror or "",
    )
