"""One engine per data folder: a lock that the kernel takes back when its holder dies."""

from __future__ import annotations

import fcntl
import os
import socket
from pathlib import Path

from tuimail.errors import StoreLocked


class EngineLock:
    """Held by the process whose engine talks to the servers for this data folder."""

    def __init__(self, handle: int) -> None:
        self._handle = handle

    @classmethod
    def take(cls, folder: Path) -> EngineLock:
        """Take the lock.

        Raises:
            StoreLocked: Another tuimail is running; the message says where.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(folder / "engine.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(handle, 256).decode("utf-8", "replace").strip()
            os.close(handle)
            raise StoreLocked(
                "Another tuimail is running with this mail.",
                hint=f"It runs as {holder}. Quit it first." if holder else "Quit it first.",
            ) from error
        os.ftruncate(handle, 0)
        os.write(handle, f"process {os.getpid()} on {socket.gethostname()}\n".encode())
        return cls(handle)

    def release(self) -> None:
        """Give it back."""
        os.close(self._handle)
