"""How fast the line to the server is, learnt from what is said on it anyway."""

from __future__ import annotations

from typing import Final

from tuimail.model.pace import Pace

_ENOUGH: Final = 16 * 1024
"""Octets that tell something about the line and not about its delay."""

_REMEMBERED: Final = 1024 * 1024


class LineMeter:
    """Counts octets and the seconds that were waited for them.

    Only waiting counts: while the answer is parsed and stored the line goes on filling buffers, so
    a slow reader is not taken for a slow line. The wait for the first octets of an answer is the
    round trip with the server's own time, and says nothing of the throughput.
    """

    def __init__(self) -> None:
        self.sent = 0
        self.received = 0
        self._asked = False
        self._round_trip: float | None = None
        self._octets = 0
        self._seconds = 0.0

    def note_sent(self, octets: int) -> None:
        """Something was sent; what comes next is an answer."""
        self.sent += octets
        self._asked = True

    def note_received(self, octets: int, seconds: float) -> None:
        """Something came after a wait of so many seconds."""
        self.received += octets
        if self._asked:
            self._asked = False
            # A little slower each time, so that a line that became slower is found out.
            known = seconds if self._round_trip is None else self._round_trip * 1.1
            self._round_trip = min(known, seconds)
            return
        self._octets += octets
        self._seconds += seconds
        if self._octets > _REMEMBERED:
            self._octets //= 2
            self._seconds /= 2

    @property
    def pace(self) -> Pace:
        """What is known by now."""
        rate = None
        if self._octets >= _ENOUGH:
            rate = self._octets / max(self._seconds, 1e-6)
        return Pace(self._round_trip, rate)
