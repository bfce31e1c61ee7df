"""A rescue that is killed just before its n-th step, or that has a limit for the size of files."""

from __future__ import annotations

import itertools
import os
import resource
import signal
from collections.abc import Sequence
from pathlib import Path

from tuimail.errors import StoreFull
from tuimail.store.rescue import rescue


def main(words: Sequence[str]) -> int:
    """Rescue a directory; its step and its limit are numbers, 0 for none. 3 when space is short."""
    directory, last, limit = Path(words[0]), int(words[1]), int(words[2])
    if limit:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
    steps = itertools.count(1)

    def step(_: str) -> None:
        if next(steps) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    try:
        rescue(directory, ["work"], step)
    except StoreFull:
        return 3
    return 0
