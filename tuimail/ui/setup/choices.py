"""What can be chosen in the set-up, with a sentence for each. Nothing is chosen beforehand."""

from __future__ import annotations

from typing import Final, NamedTuple

from tuimail.ui.keys.choice_rows import key_sets


class Choice(NamedTuple):
    """One of several.

    Attributes:
        value: What the set-up is told; empty where something has to be typed first.
        title: Its name.
        about: What it means; may be empty.
    """

    value: str
    title: str
    about: str = ""


APPS: Final = (
    Choice(
        "",
        "Your organisation's own app",
        "Your administrator gives you its client id. Their logs show it by its own name, and "
        "nobody else can change it.",
    ),
    Choice(
        "thunderbird",
        "Thunderbird's app",
        "Known to Microsoft and allowed by most organisations as they come. Their logs will show "
        "Thunderbird, although it is tuimail that reads the mail.",
    ),
)


def key_choices() -> tuple[Choice, ...]:
    """Return the sets of keys."""
    return tuple(Choice(each.name, each.name, each.about) for each in key_sets())


CLOUDS: Final = (
    Choice("global", "Microsoft 365, worldwide cloud"),
    Choice("personal", "A personal account: outlook.com, hotmail.com, live.com, msn.com"),
    Choice("gcc-high", "Microsoft 365 GCC High (United States)"),
    Choice("dod", "Microsoft 365 DoD (United States)"),
    Choice("china", "Microsoft 365 operated by 21Vianet (China)"),
)
"""In the order of how many people are in them."""
