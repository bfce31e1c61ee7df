"""Switches per mailbox: a choice by address, checked when it is set rather than when it is met."""

from __future__ import annotations

from collections import UserDict
from collections.abc import Callable, Mapping

EVERYBODY = "*"


class Choices(UserDict[str, str]):
    """Address -> choice. ``check`` raises ValueError for a choice that does not exist."""

    def __init__(self, check: Callable[[str], object]) -> None:
        super().__init__()
        self._check = check

    def __setitem__(self, address: str, choice: str) -> None:
        self._check(choice)
        super().__setitem__(address, choice)


def choice_for(choices: Mapping[str, str], address: str) -> str | None:
    """What is chosen for a mailbox, or for everybody; the case of addresses does not matter."""
    known = {key.lower(): choice for key, choice in dict(choices).items()}
    return known.get(address.lower(), known.get(EVERYBODY))
