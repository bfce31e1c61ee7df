"""How much a refresh may ask of the line, by what the line carried before. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from tuimail.model.pace import Pace

FLAG_ROW_OCTETS: Final = 42
"""What `* 99999 FETCH (UID 199999 FLAGS (\\Seen))` takes."""

SEARCH_ROW_OCTETS: Final = 8

REFRESH_SECONDS: Final = 2.0
"""What the comparison of a refresh may take of the line's time."""

COMMAND_SECONDS: Final = 0.5
"""What one command may, since whatever is more urgent waits for its end."""

_UNKNOWN_RATE: Final = 64 * 1024
_LEAST: Final = 16 * 1024
_MOST: Final = 1024 * 1024
_FEWEST_ROWS: Final = 100
_MOST_ROWS: Final = 2000


@dataclass(frozen=True, slots=True)
class Budget:
    """What one refresh may take.

    Attributes:
        octets: In all, for comparing.
        command_rows: Messages whose flags one command asks for.
    """

    octets: int
    command_rows: int

    @property
    def rows(self) -> int:
        """Messages whose flags can be compared."""
        return self.octets // FLAG_ROW_OCTETS


def budget(pace: Pace) -> Budget:
    """Return what a line of this pace can carry without being in the way.

    A long delay makes the commands longer, because each waits for it; little throughput makes
    them shorter.
    """
    rate = pace.octets_per_second or _UNKNOWN_RATE
    seconds = max(COMMAND_SECONDS, pace.round_trip or 0.0)
    octets = max(_LEAST, min(_MOST, int(rate * REFRESH_SECONDS)))
    rows = max(_FEWEST_ROWS, min(_MOST_ROWS, int(rate * seconds / FLAG_ROW_OCTETS)))
    return Budget(octets, rows)
