"""The corpus: a few thousand messages, half of them ordinary, the same on every machine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from tests.fidelity.letter import Letter
from tests.fidelity.odd import ODD
from tests.fidelity.ordinary import ORDINARY

COUNT: Final = 3000
_SEED: Final = 20261123
_FLAGS: Final = ("", "\\Seen", "\\Seen", "\\Seen \\Answered", "\\Flagged", "\\Seen \\Deleted")


@dataclass(frozen=True, slots=True)
class Specimen:
    """One message of the corpus.

    Attributes:
        number: From 1; also its UID in a new folder.
        kind: The name of the function that made it.
        raw: With CRLF.
        flags: As in a flag list without its parentheses.
        date: INTERNALDATE.
    """

    number: int
    kind: str
    raw: bytes
    flags: str
    date: datetime


def specimens(count: int = COUNT, *, seed: int = _SEED) -> Iterator[Specimen]:
    """Make the corpus, in its order: an ordinary message, an odd one, and so on."""
    for number in range(1, count + 1):
        letter = Letter(number, seed)
        kinds = ODD if number % 2 else ORDINARY
        make = kinds[number // 2 % len(kinds)]
        raw = re.sub(rb"(?<!\r)\n", b"\r\n", make(letter))
        yield Specimen(number, make.__name__, raw, letter.random.choice(_FLAGS), letter.date)
