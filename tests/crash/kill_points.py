"""Before which writes a process is killed.

Each kill costs a new mailbox and a sync or two, so that a run takes every third write, beginning
one later each day: three days' runs take all. TUIMAIL_EVERY_KILL=1 takes all at once.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

_STRIDE: Final = 3
_MOST_WRITES: Final = 60


def kill_points() -> Iterator[int]:
    """Return the numbers of the writes, from 1, until nothing is left to be killed.

    Raises:
        AssertionError: No errand writes so often; this one never comes to its end.
    """
    first, stride = 1 + datetime.now(UTC).toordinal() % _STRIDE, _STRIDE
    if os.environ.get("TUIMAIL_EVERY_KILL"):
        first, stride = 1, 1
    yield from range(first, _MOST_WRITES, stride)
    raise AssertionError("it never came to its end")
