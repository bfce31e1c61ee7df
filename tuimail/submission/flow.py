"""Writing as fast as a line takes it, so that how much has left is known."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from typing import Any, Final

_MOST_BUFFERED: Final = 64 * 1024
_SHORTEST_PAUSE: Final = 0.002
_LONGEST_PAUSE: Final = 0.1


def keep_little_unsent(transport: asyncio.WriteTransport) -> None:
    """Have the system hold back little of what is written, where it can.

    It would take megabytes at once, and how much has left would be said minutes too early.
    """
    line = transport.get_extra_info("socket")
    option = getattr(socket, "TCP_NOTSENT_LOWAT", None)
    if line is not None and option is not None:
        with contextlib.suppress(OSError):  # told a little early, then
            line.setsockopt(socket.IPPROTO_TCP, option, _MOST_BUFFERED)


async def drained(transport: asyncio.WriteTransport, answer: asyncio.Future[Any]) -> None:
    """Wait until most of what was written has left, or the server has answered."""
    pause = _SHORTEST_PAUSE
    while transport.get_write_buffer_size() > _MOST_BUFFERED and not answer.done():
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE)
    await asyncio.sleep(0)
