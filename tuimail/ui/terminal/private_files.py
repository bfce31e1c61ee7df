"""Files that other programs are given to open: where only the user can read them, until the end."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

_READ_ONLY: Final = 0o400


class PrivateFiles:
    """A folder that is made when it is needed and emptied when tuimail ends.

    Args:
        environ: `XDG_RUNTIME_DIR` is in memory and the user's own; else the system's place.
    """

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._folder: Path | None = None

    def write(self, name: str, content: bytes) -> Path:
        """Write a file that nobody can change, and return where it is.

        Raises:
            OSError: It cannot be written.
        """
        from tuimail.mime.filename import write_new  # noqa: PLC0415 - not for the first frame

        if self._folder is None:
            runtime = Path(self._environ.get("XDG_RUNTIME_DIR") or "/nowhere")
            place = runtime if runtime.is_dir() and os.access(runtime, os.W_OK) else None
            self._folder = Path(tempfile.mkdtemp(prefix="tuimail-", dir=place))
        path = write_new(self._folder, name, content)
        path.chmod(_READ_ONLY)
        return path

    def empty(self) -> None:
        """Remove the folder with all that is in it."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None
