"""Ending in an orderly way when the process is told to end."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable
from functools import partial


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
