"""A directory for a store that no power loss threatens: laws open thousands and commit more."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from tuimail.store.store import Store


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """Give an empty directory, in memory where the system has such a place."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as directory:
        yield Path(directory)


@contextmanager
def in_memory() -> Iterator[Path]:
    """Give a directory in memory with an empty database."""
    with folder_in_memory() as place:
        for name, content in _empty().items():
            (place / name).touch(0o600)
            (place / name).write_bytes(content)
        yield place


@cache
def _empty() -> Mapping[str, bytes]:
    """Return the files of a store that was opened once: making one takes the most time."""
    with tempfile.TemporaryDirectory() as directory:
        Store.open(Path(directory)).close()
        return {file.name: file.read_bytes() for file in Path(directory).iterdir()}
