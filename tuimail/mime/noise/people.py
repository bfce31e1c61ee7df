"""Who wrote what is folded, and when: taken from the lines that stand above quotes."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from tuimail.mime.noise.phrases import phrases
from tuimail.mime.noise.when import find_day, span_of_days

_MOST_NAMES: Final = 3
_LONGEST: Final = 60
_MARKS = re.compile(r"\[\d{1,4}\]|\[mailto:[^\]]*\]|<[^<>]*>|[\"“”„*_]")
_ADDRESS = re.compile(r"[^\s<>\"\[\]():;,，]{1,64}@[\w.-]{3,253}")
_BEFORE_ADDRESS = re.compile(r"([^\d<>,:;，、()\[\]]{2,80})[<\[](?:mailto:)?[^\s<>\[\]]+@")
_LAST_WORDS = re.compile(r"([^\d,:;，、()]{2,80})\W*\Z")
# Between the time and the name: "at 4:12 PM Ben", "um 16:12 Uhr schrieb Ben", "16:12 uur".
_SMALL_WORDS = re.compile(
    r"(?:^|(?<=\s))(?:[ap]\.?m\.?|uhr|uur|kl|o|à|at|um|alle|a las|ore|às|on|von|by|in|в|г|"
    r"el|le|il|den|op|em|w dniu|于|於|在|上午|下午|오전|오후|użytkownik|heeft)\.?(?=\s|$)",
    re.IGNORECASE,
)


@dataclass(slots=True)
class People:
    """Collects names, in the order in which they are met, and days."""

    names: dict[str, str] = field(default_factory=dict)
    days: list[date] = field(default_factory=list)

    def add(self, name: str) -> None:
        """Add somebody; a name that is only an address counts by what is before the `@`."""
        name = " ".join(name.split()).strip(" ,;:.'-–")
        if name and len(name) <= _LONGEST:
            self.names.setdefault(name.casefold(), name)

    def add_day(self, text: str) -> None:
        """Add the day that a text names, if it does."""
        day = find_day(text)
        if day is not None:
            self.days.append(day)

    def add_author(self, value: str) -> None:
        """Add the author that a From line names."""
        name = _MARKS.sub(" ", value).strip(" ;,'")
        address = _ADDRESS.search(value)
        if address and (not name or _ADDRESS.fullmatch(name)):
            name = address[0].partition("@")[0]
        self.add(name.partition(" on behalf of ")[0])

    def add_attribution(self, line: str) -> None:
        """Add whom and which day the line above a quote names."""
        self.add_day(line)
        found = _BEFORE_ADDRESS.search(line)
        words = found[1] if found else _without_verbs(_MARKS.sub(" ", line))
        if not found:
            last = _LAST_WORDS.search(words.rstrip(" :："))
            words = last[1] if last else ""
        words = _without_verbs(_MARKS.sub(" ", words))
        self.add(_SMALL_WORDS.sub(" ", words))

    def words(self) -> str:
        """Say it: `Ben Okafor, Lena Fischer, 12 to 20 Nov`; "" when nobody is known."""
        names = list(self.names.values())
        said = names[:_MOST_NAMES]
        if len(names) > _MOST_NAMES:
            said.append(f"+{len(names) - _MOST_NAMES}")
        days = span_of_days(self.days)
        return ", ".join([*said, days] if days else said)


def _without_verbs(text: str) -> str:
    folded = text.casefold()
    for verb in phrases().verbs:
        at = folded.find(verb)
        if at >= 0 and len(folded) == len(text):
            text = f"{text[:at]} {text[at + len(verb) :]}"
            folded = text.casefold()
    return text


def count_words(lines: Iterable[str], one: str, more: str) -> str:
    """Count the lines that are not blank: `1 earlier line`, `31 earlier lines`."""
    count = sum(1 for line in lines if line.strip())
    return f"{count:,} {one if count == 1 else more}"
