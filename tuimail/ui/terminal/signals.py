"""Ending in an orderly way when the process is told to end."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import Final

LOOK_SECONDS: Final = 2.0
"""How often to look whether the terminal is still there."""


def handle_signals(end: Callable[[int], None]) -> list[Callable[[], None]]:
    """Leave the terminal as it was when the process is told to end.

    Textual restores it only when its own loop ends by itself.

    Args:
        end: Called with the signal's number, on the loop.

    Returns:
        What ends the handling.
    """
    if threading.current_thread() is not threading.main_thread():
        return []
    loop = asyncio.get_running_loop()
    ends: list[Callable[[], None]] = []
    for number in (signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, end, number)
        ends.append(partial(_forget, loop, number))
    return ends


def _forget(loop: asyncio.AbstractEventLoop, number: int) -> None:
    if not loop.is_closed():
        loop.remove_signal_handler(number)


def watch_terminal(
    every: Callable[[float, Callable[[], None]], object], end: Callable[[int], None]
) -> None:
    """End as on SIGHUP when the terminal that keys come from is closed.

    A program that does not lead its session gets no signal then, and would read the end of its
    input again and again.

    Args:
        every: Calls a function every so many seconds, on the loop.
        end: Called with SIGHUP's number.
    """

    def look() -> None:
        if _is_gone(0):
            end(signal.SIGHUP)

    if os.isatty(0):  # in tests keys may come from nowhere
        every(LOOK_SECONDS, look)


def _is_gone(handle: int) -> bool:
    poll = select.poll()
    poll.register(handle, 0)
    gone = select.POLLHUP | select.POLLERR | select.POLLNVAL
    return any(events & gone for _, events in poll.poll(0))


def let_go_of_lost_terminal() -> None:
    """Send to nowhere what a terminal that is gone did not take.

    Python would try it once more at its end, and end with a code of its own because that fails.
    """
    for stream in (sys.__stdout__, sys.__stderr__):
        if stream is None:
            continue
        try:
            stream.flush()
        except OSError:
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, stream.fileno())
            os.close(nowhere)
