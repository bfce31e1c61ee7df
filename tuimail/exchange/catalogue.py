"""The catalogue of what Microsoft's servers say, read from `catalogue.toml`.

Entries are matched on fragments that have been stable for years and never on whole sentences,
because Microsoft adds host names, time stamps and ids to them.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

Source = Literal["entra", "imap", "smtp", "graph"]
"""Who said it: Entra ID, the IMAP server, the submission server, Microsoft Graph."""


class Kind(StrEnum):
    """What follows for the program."""

    SIGN_IN = "sign-in"
    """Only a new sign-in helps."""
    CONSENT = "consent"
    """An administrator has to allow something in Entra ID."""
    BUSY = "busy"
    """It passes by itself."""
    SETTINGS = "settings"
    """The settings or the app registration are wrong."""
    DISABLED = "disabled"
    """A protocol is switched off for the mailbox or the organisation."""
    REFUSED = "refused"
    """This one request is refused."""


class Who(StrEnum):
    """Who can mend it."""

    YOU = "you"
    ADMIN = "admin"
    MICROSOFT = "microsoft"
    NOBODY = "nobody"


class OtherFlow(StrEnum):
    """Another way to sign in that may work where one was refused."""

    NONE = ""
    BROWSER = "browser"


@dataclass(frozen=True, slots=True)
class Entry:
    """One case, not filled in yet.

    Attributes:
        codes: AADSTS numbers.
        patterns: Searched without regard to case in a text whose white space was collapsed.
        texts: title, cause, now, fix, command and url, with placeholders.
        personal: Only for accounts without an organisation.
        shared: Only for a shared mailbox, opened by a delegate.
        other_flow: What may be tried instead.
        wait: Seconds until another try makes sense; 0 where nothing is known of that.
    """

    id: str
    source: Source
    codes: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]
    kind: Kind
    who: Who
    texts: dict[str, str]
    personal: bool
    shared: bool
    other_flow: OtherFlow
    wait: float


_TEXTS: Final = ("title", "cause", "now", "fix", "command", "url")
_KEYS: Final = frozenset(
    {
        *("id", "source", "codes", "patterns", "kind", "who", "personal", "shared"),
        *("other_flow", "recognised", "wait", *_TEXTS),
    }
)


def catalogue() -> tuple[Entry, ...]:
    """Return the listed cases, in the order in which they are tried."""
    return _read("entry")


def fallbacks() -> tuple[Entry, ...]:
    """Return what is said of a text that no listed case matches, in order."""
    return _read("fallback")


@cache
def _read(section: str) -> tuple[Entry, ...]:
    data = files("tuimail.exchange").joinpath("catalogue.toml").read_text("utf-8")
    return tuple(_entry(table) for table in tomllib.loads(data)[section])


def _entry(table: dict[str, Any]) -> Entry:
    unknown = table.keys() - _KEYS
    if unknown:
        raise ValueError(f"catalogue.toml: {table['id']} has unknown keys: {sorted(unknown)}")
    return Entry(
        id=table["id"],
        source=table["source"],
        codes=frozenset(str(code) for code in table.get("codes", ())),
        patterns=tuple(re.compile(text, re.IGNORECASE) for text in table.get("patterns", ())),
        kind=Kind(table["kind"]),
        who=Who(table["who"]),
        texts={key: table.get(key, "") for key in _TEXTS},
        personal=table.get("personal", False),
        shared=table.get("shared", False),
        other_flow=OtherFlow(table.get("other_flow", "")),
        wait=table.get("wait", 0.0),
    )
