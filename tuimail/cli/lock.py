"""One engine per data folder: a lock that the kernel takes back when its holder dies."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import socket
import time
from contextlib import suppress
from pathlib import Path
from typing import Final, NamedTuple

from tuimail.errors import StoreError, StoreFull, StoreLocked
from tuimail.store.connection import is_on_network

SCREEN: Final = "screen"
VERB: Final = "verb"
FILE_NAME: Final = "engine.lock"

_PAUSE: Final = 0.1
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)
_NO_LOCKS_HERE: Final = (errno.ENOLCK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS)
_CONTENT: Final = r"(\w+) process (\d+) on (\S+)\n"


class Holder(NamedTuple):
    """What the lock file says about who has it."""

    kind: str
    process: int
    host: str

    @property
    def is_elsewhere(self) -> bool:
        """It is on another computer."""
        return self.host != socket.gethostname()

    @property
    def is_alive(self) -> bool:
        """It is another process of this computer, and runs."""
        if self.is_elsewhere or self.process == os.getpid():
            return False
        try:
            os.kill(self.process, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


class EngineRunning(StoreLocked):
    """Another process talks to the servers for this data folder.

    Attributes:
        has_screen: It is a screen, which stays and sends what is queued; not a verb, which ends.
    """

    def __init__(self, holder: Holder | None) -> None:
        super().__init__(
            "Another tuimail is running with this mail.",
            hint="It runs as {} process {} on {}. Quit it first.".format(*holder)
            if holder
            else "Quit it first.",
        )
        self.has_screen = holder is None or holder.kind == SCREEN


class EngineElsewhere(EngineRunning):
    """The lock is free, but its file names another computer, and locks do not reach there."""

    def __init__(self, holder: Holder, path: Path) -> None:
        super().__init__(holder)
        self.message = f"A tuimail on {holder.host} is using this mail, or ended badly there."
        self.hint = f"Quit it there. If none is running any more, remove {path}."
        self.args = (self.message,)


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
        path = folder / FILE_NAME
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _unusable(folder, error) from error
        try:
            _lock(handle, path)
            who = f"{kind} process {os.getpid()} on {socket.gethostname()}\n"
            os.ftruncate(handle, 0)
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
        with suppress(OSError):  # a name that stays is that of a process that has ended
            os.ftruncate(self._handle, 0)
        os.close(self._handle)

    def __enter__(self) -> EngineLock:
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


class Turn:
    """A window's place at the lock: it has it, or may come to have it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock: EngineLock | None = None
        self.refusal: EngineRunning | None = None

    @property
    def is_ours(self) -> bool:
        """Whether this process has the lock."""
        return self._lock is not None

    def take(self) -> bool:
        """Try to take the lock; return whether this process has it now.

        Raises:
            StoreError: The folder cannot be used.
        """
        try:
            self._lock = self._lock or EngineLock.take(self._folder, SCREEN)
        except EngineRunning as error:
            self.refusal = error
        return self.is_ours

    def release(self) -> None:
        """Give it back, if it is here."""
        if self._lock is not None:
            self._lock.release()
            self._lock = None


def is_engine_running(folder: Path) -> bool:
    """Tell whether any process has the lock now."""
    try:
        handle = os.open(folder / FILE_NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:
        holder = _holder(handle)
        return holder is not None and (holder.is_alive or holder.is_elsewhere)
    finally:
        os.close(handle)
    return False


def holder_named(folder: Path) -> Holder | None:
    """Return who the lock file names; whether they still have it is for `is_engine_running`."""
    try:
        handle = os.open(folder / FILE_NAME, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        return _holder(handle)
    finally:
        os.close(handle)


def _lock(handle: int, path: Path) -> None:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise EngineRunning(_holder(handle)) from error
    except OSError as error:
        # Some network file systems have no locks: what the file says has to do. SENDING is
        # claimed in the database all the same.
        if error.errno not in _NO_LOCKS_HERE:
            raise
        holder = _holder(handle)
        if holder is not None and holder.is_alive:
            raise EngineRunning(holder) from error
    _refuse_elsewhere(handle, path)
    if not _is_at(handle, path):
        # Removed meanwhile, and perhaps made anew and locked by another.
        raise EngineRunning(None)


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


def _refuse_elsewhere(handle: int, path: Path) -> None:
    """Where folders are shared between computers, a lock may hold on one of them only."""
    holder = _holder(handle)
    if holder is not None and holder.is_elsewhere and is_on_network(path):
        raise EngineElsewhere(holder, path)


def _holder(handle: int) -> Holder | None:
    found = re.fullmatch(_CONTENT, os.pread(handle, 256, 0).decode("utf-8", "replace"))
    return Holder(found[1], int(found[2]), found[3]) if found else None


def _unusable(folder: Path, error: OSError) -> StoreError:
    kind = StoreFull if error.errno in _FULL else StoreError
    return kind(
        "The data directory cannot be used.",
        hint=f"Check {folder} and its permissions, and the space that is left.",
        detail=error.strerror or "",
    )
