"""The phrases of `phrases.toml`, ready to be looked for."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from importlib.resources import files
from typing import Final


class Label(Enum):
    """A line of the block above a quoted message."""

    FROM = auto()
    SENT = auto()
    TO = auto()
    CC = auto()
    SUBJECT = auto()


_LABELS: Final = {label.name.lower(): label for label in Label}


@dataclass(frozen=True, slots=True)
class Phrases:
    """Everything in lower case.

    Attributes:
        labels: What a label means; "De", "A" and "Date" mean different things in two languages.
        originals: Words of the rule above a quoted message.
        forwards: Words above a message that was passed on.
        verbs: Ends of the line above a quote, the longest first.
        months: Number of a month by its name, full stops left out.
        closings: Words above a name at the end.
        disclaimers: Phrases of each language's disclaimers.
        banners: Fragments of warnings that a mail came from outside.
        warnings: What else such warnings say; without one of the former it is no such warning.
        banners_alone: Whole lines that say no more than that.
        forward_subjects: What stands before the subject of a mail that is passed on.
    """

    labels: Mapping[str, frozenset[Label]]
    originals: frozenset[str]
    forwards: frozenset[str]
    verbs: tuple[str, ...]
    months: Mapping[str, int]
    closings: frozenset[str]
    disclaimers: tuple[tuple[str, ...], ...]
    banners: tuple[str, ...]
    warnings: tuple[str, ...]
    banners_alone: frozenset[str]
    forward_subjects: frozenset[str]


@cache
def phrases() -> Phrases:
    """Read the data once."""
    text = files("tuimail.mime.noise").joinpath("phrases.toml").read_text("utf-8")
    data = tomllib.loads(text)
    forward_subjects: list[str] = data.pop("forward_subjects")
    months: dict[str, list[str]] = data.pop("months")
    languages: list[dict[str, list[str]]] = list(data.values())

    def every(key: str) -> frozenset[str]:
        return frozenset(each.casefold() for language in languages for each in language[key])

    labels: dict[str, frozenset[Label]] = {}
    for language in languages:
        for key, label in _LABELS.items():
            for word in language[key]:
                known = labels.get(word.casefold(), frozenset())
                labels[word.casefold()] = known | {label}
    return Phrases(
        labels=labels,
        originals=every("original"),
        forwards=every("forwarded"),
        verbs=tuple(sorted(every("verbs"), key=len, reverse=True)),
        months={name.casefold(): int(number) for number, names in months.items() for name in names},
        closings=every("closings"),
        disclaimers=tuple(
            tuple(each.casefold() for each in language["disclaimer"]) for language in languages
        ),
        banners=tuple(every("banner") - every("banner_alone")),
        warnings=tuple(every("banner_more")),
        banners_alone=every("banner_alone"),
        forward_subjects=frozenset(forward_subjects),
    )
