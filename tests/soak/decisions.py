"""What happens in a soak, drawn from a seed before anything happens.

A decision names places by numbers that are taken modulo what exists when it is carried out, so the
same seed makes the same decisions whatever the machine's pace.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

USER: Final = "user"
OTHER: Final = "other"
WEATHER: Final = "weather"
POWER: Final = "power"

_WEIGHTS: Final[dict[tuple[str, str], int]] = {
    (USER, "flag"): 14,
    (USER, "see"): 6,
    (USER, "move"): 14,
    (USER, "move many"): 2,
    (USER, "delete"): 4,
    (USER, "copy"): 2,
    (USER, "delete for ever"): 1,
    (USER, "undo"): 5,
    (USER, "look"): 5,
    (USER, "read"): 4,
    (USER, "send"): 4,
    (USER, "draft"): 1,
    (OTHER, "deliver"): 8,
    (OTHER, "file"): 3,
    (OTHER, "see"): 6,
    (OTHER, "answer"): 6,
    (OTHER, "move"): 9,
    (OTHER, "move many"): 2,
    (OTHER, "copy"): 2,
    (OTHER, "expunge"): 3,
    (OTHER, "make folder"): 1,
    (OTHER, "rename folder"): 1,
    (OTHER, "renumber"): 1,
}
_WEATHER: Final = (
    *("delay", "throttle", "single octets", "cut", "reset", "cut in a literal", "stall"),
    *("refuse", "black hole", "break", "goodbye", "expire", "refusals"),
    *("sending: cut", "sending: stall", "sending: refuse", "sending: break"),
)
_BAD_EVERY: Final = 40
"""Decisions between two beginnings of bad weather; it is good again for the second half."""
_KILL_EVERY: Final = 170


@dataclass(frozen=True, slots=True)
class Decision:
    """One thing that somebody does.

    Attributes:
        number: Counted from 0.
        who: The user, the other client, the weather, or the power cut that kills the client.
        picks: Which folder, which message, and whatever else is to be chosen.
    """

    number: int
    who: str
    what: str
    picks: tuple[int, int, int]

    def __str__(self) -> str:
        return f"{self.number} {self.who}: {self.what} {self.picks}"


def decisions(seed: int, count: int) -> Iterator[Decision]:
    """Draw `count` decisions."""
    drawn = random.Random(seed)
    choices, weights = list(_WEIGHTS), list(_WEIGHTS.values())
    for number in range(count):
        who, what = drawn.choices(choices, weights)[0]
        weather = drawn.choice(_WEATHER)
        picks = (drawn.randrange(1 << 16), drawn.randrange(1 << 16), drawn.randrange(1 << 16))
        if number % _KILL_EVERY == _KILL_EVERY - 1:
            who, what = POWER, "kill"
        elif number and number % _BAD_EVERY == 0:
            who, what = WEATHER, weather
        elif number % _BAD_EVERY == _BAD_EVERY // 2:
            who, what = WEATHER, "clear"
        yield Decision(number, who, what, picks)
