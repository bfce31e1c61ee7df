"""A rescue that is killed just before its n-th step, or that has a limit for the size of files.

python -m tests.crash.rescue_victim DIRECTORY STEP LIMIT; 0 is no step and no limit. Exits with 3
when there is no space.
"""

from __future__ import annotations

import itertools
import os
import resource
import signal
import sys
from pathlib import Path

from tuimail.errors import StoreFull
from tuimail.store.rescue import rescue


def main() -> int:
    directory, last, limit = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
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


if __name__ == "__main__":
    sys.exit(main())
