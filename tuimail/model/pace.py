"""How fast a line is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """What is known of a connection's speed.

    Attributes:
        round_trip: Seconds from a command to the first octet of its answer, the shortest of late;
            None before the first.
        octets_per_second: What the line carries; None while too little came over it.
    """

    round_trip: float | None = None
    octets_per_second: float | None = None
