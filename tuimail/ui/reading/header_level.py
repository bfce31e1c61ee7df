"""How much of the header stands above a text."""

from __future__ import annotations

from enum import Enum


class HeaderLevel(Enum):
    """What stands above the text, besides the head."""

    NOTHING = 0
    FIELDS = 1
    RAW = 2

    @property
    def next(self) -> HeaderLevel:
        """What the key for it leads to."""
        return HeaderLevel((self.value + 1) % len(HeaderLevel))
