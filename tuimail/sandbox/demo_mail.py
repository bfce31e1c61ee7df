"""The demo's mailbox: a few hundred messages of people who do not exist, as old as they say.

The words are in ``mail/*.toml``, dates are relative to now, and the same moment always gives the
same octets. How a script becomes a message is in `demo_compose` and, for those that a text file
could not hold, in `demo_odd`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from email.headerregistry import Address
from functools import cache, cached_property
from importlib import resources
from typing import Any

OWNER = "anna@contoso.example"
_OWNER_KEY = "anna"
_FILES = ("today", "weeks", "inbox", "threads", "projects", "series", "letters", "odd", "junk")


@dataclass(frozen=True)
class Person:
    """A name and an address."""

    name: str
    address: str

    @property
    def header(self) -> Address:
        """As it goes into a header field."""
        return Address(self.name, addr_spec=self.address)


@dataclass(frozen=True)
class Script:
    """One message as the data files describe it."""

    sender: str
    to: tuple[str, ...]
    subject: str
    cc: tuple[str, ...] = ()
    folder: str = "INBOX"
    text: str = ""
    html: str = ""
    flags: tuple[str, ...] = ()
    id: str = ""
    reply_to: str = ""
    chain: bool = False
    special: str = ""
    encoding: str = ""
    charset: str = ""
    attachments: tuple[tuple[str, str], ...] = ()
    minutes: int | None = None
    days: int = 0
    at: str = "00:00"

    def date(self, now: datetime) -> datetime:
        """When it was sent."""
        if self.minutes is not None:
            return now - timedelta(minutes=self.minutes)
        local = now.astimezone()
        clock = time.fromisoformat(self.at)
        return datetime.combine(local.date() - timedelta(days=self.days), clock).astimezone()

    @property
    def name(self) -> str:
        """What its Message-ID and its boundaries are made of."""
        name = self.id or f"{self.sender}.{abs(self.days)}.{self.minutes or self.at}"
        return name.replace(":", "")


@dataclass(frozen=True)
class Unasked:
    """A mail that arrives while the demo runs."""

    sender: str
    subject: str
    text: str


@dataclass(frozen=True)
class DemoMail:
    """Everything the data files say."""

    people: Mapping[str, Person]
    scripts: Sequence[Script]
    answers: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unasked: Sequence[Unasked] = ()

    @property
    def owner(self) -> Person:
        """Whose mailbox it is."""
        return self.people[_OWNER_KEY]

    @cached_property
    def by_id(self) -> Mapping[str, Script]:
        """The scripts that others refer to."""
        return {each.id: each for each in self.scripts if each.id}

    def owned_by(self, address: str) -> DemoMail:
        """The same with another address of the owner."""
        owner = replace(self.owner, address=address)
        return replace(self, people={**self.people, _OWNER_KEY: owner})

    def ancestors(self, script: Script) -> list[Script]:
        """The messages it answers, nearest first."""
        found: list[Script] = []
        parent = self.by_id.get(script.reply_to)
        while parent is not None and parent not in found:
            found.append(parent)
            parent = self.by_id.get(parent.reply_to)
        return found


@cache
def load_demo_mail() -> DemoMail:
    """Read the data files."""
    told = _read("people")
    people = {key: Person(*pair) for key, pair in told["people"].items()}
    scripts: list[Script] = []
    for name in _FILES:
        data = _read(name)
        scripts += [_script(entry) for entry in data.get("message", ())]
        for series in data.get("series", ()):
            scripts += [_script(entry) for entry in _expanded(series)]
    return DemoMail(
        people=people,
        scripts=scripts,
        answers={people[key].address: tuple(lines) for key, lines in told["answers"].items()},
        unasked=[
            Unasked(entry["from"], entry["subject"], entry["text"].lstrip("\n"))
            for entry in _read("unasked")["message"]
        ],
    )


def _read(name: str) -> dict[str, Any]:
    folder = resources.files("tuimail.sandbox") / "mail"
    return tomllib.loads((folder / f"{name}.toml").read_text("utf-8"))


def _expanded(series: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One entry per item of a series; see the head of ``mail/today.toml``."""
    items, every, first = (
        series["items"],
        series["every"],
        series.get("first", len(series["items"])),
    )
    for index, item in enumerate(items):
        entry = {**series, "days": series["days"] + index * every}
        if index < series.get("inbox", 0):
            entry["folder"] = "INBOX"
        for key in ("subject", "text", "html"):
            filled = series.get(key, "").replace("{n}", str(first - index))
            for number, words in enumerate([item] if isinstance(item, str) else item):
                filled = filled.replace(f"{{{number}}}", words)
            entry[key] = filled
        entry["attach"] = [
            (kind, name.replace("{n}", str(first - index)))
            for kind, name in series.get("attach", ())
        ]
        yield entry


def _script(entry: dict[str, Any]) -> Script:
    return Script(
        sender=entry["from"],
        to=tuple(entry["to"]),
        cc=tuple(entry.get("cc", ())),
        subject=entry["subject"],
        folder=entry.get("folder", "INBOX"),
        text=entry.get("text", ""),
        html=entry.get("html", ""),
        flags=tuple(f"\\{flag.title()}" for flag in entry.get("flags", ())),
        id=entry.get("id", ""),
        reply_to=entry.get("reply_to", ""),
        chain=entry.get("chain", False),
        special=entry.get("special", ""),
        encoding=entry.get("encoding", ""),
        charset=entry.get("charset", ""),
        attachments=tuple((kind, name) for kind, name in entry.get("attach", ())),
        minutes=entry.get("minutes"),
        days=entry.get("days", 0),
        at=entry.get("at", "00:00"),
    )
