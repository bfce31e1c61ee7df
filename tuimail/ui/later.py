"""Calling something once, after a while, and never not at all.

A timer of Textual notes when it began and then looks whether its first moment is over already. If
so it leaves that call out, and a timer that calls once has no other. A moment that is nearly now is
always over by then; any is, where the machine was busy elsewhere between the two looks.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.timer import Timer

if TYPE_CHECKING:
    from textual.message_pump import MessagePump


def later(node: MessagePump, seconds: float, call: Callable[[], Any]) -> Timer:
    """Call once, `seconds` from now or after that, unless `node` is removed or the timer stopped.

    Where `node.set_timer` is tempting, this is to be called.
    """
    return never_skipping(node.set_timer(seconds, call))


def never_skipping(timer: Timer) -> Timer:
    """Let a timer that was made just now call late rather than leave its call out."""
    timer._skip = False
    return timer
