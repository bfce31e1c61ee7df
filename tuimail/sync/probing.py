"""Where in a folder messages have vanished, by a few sequence numbers. Pure.

Sequence numbers are used once, right after SELECT, and never stored. Whatever they say is checked
by a search before anything is concluded.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Final

from tuimail.model.folder import UID

MOST_PROBES: Final = 128
"""Sequence numbers asked for at once when messages have vanished."""


def probes(known: int, exists: int) -> list[int]:
    """Return how far below the newest message to ask for UIDs, when some have vanished.

    The message with sequence number `exists - n` is the n-th below the newest. If `n` known ones
    are above it too, nothing has vanished above. So one command with a hundred numbers tells
    where, in a folder of any size and with UIDs of any gaps.
    """
    reach = min(known, exists)
    every = max(1, -(-reach // MOST_PROBES))
    return list(range(every, reach, every))


def suspects(
    known: Sequence[UID], probed: Mapping[int, UID], lost: int, bottom: UID
) -> list[tuple[UID, UID | None]]:
    """Return the UID ranges in which messages vanished or are not known yet, newest first.

    Args:
        known: What is here, ascending.
        probed: Distance below the newest message to the UID the server has there.
        lost: How many vanished in all, by the counts.
        bottom: UIDs from here upward are complete.
    """
    found: list[tuple[UID, UID | None]] = []
    top: UID | None = None
    lost_above = 0
    for distance in sorted(probed):
        uid = probed[distance]
        lost_here = len(known) - bisect_right(known, uid) - distance
        if lost_here != lost_above:
            found.append((uid, top))
        lost_above, top = lost_here, uid
    if lost != lost_above:
        found.append((bottom, top))
    return found
