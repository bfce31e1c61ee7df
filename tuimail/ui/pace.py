"""What keeps keys quick: short turns between the threads, and a collector that stays out."""

from __future__ import annotations

import gc
import sys
from typing import Final

_SWITCH_INTERVAL: Final = 0.0005


def take_short_turns() -> None:
    """Let the thread of the screen wait less for the others; seconds, Python's own are 0.005."""
    sys.setswitchinterval(_SWITCH_INTERVAL)


def settle_memory() -> None:
    """Keep the collector away from what start-up made; long pauses came from there."""
    gc.enable()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 50, 1000)
