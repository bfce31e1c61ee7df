"""From a server's words to what happened, what tuimail does, who can mend it and how.

The knowledge is data (`catalogue.toml`), matched on fragments that have been stable for years and
never on whole sentences, because Microsoft adds host names, time stamps and ids to them.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final, Literal

from tuimail.model.notice import Notice, Severity
from tuimail.text.safe import clean

Source = Literal["entra", "imap", "smtp"]


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


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One case of the catalogue, filled in. Every string is clean.

    Attributes:
        id: The entry, `smtp-auth-off-mailbox`; the heading in the troubleshooting page.
        title: One sentence for a row or banner.
        cause: What happened.
        now: What tuimail does.
        fix: What the user can do.
        command: The exact line somebody has to run; empty when there is none.
        url: A page that explains it; empty when there is none.
        raw: The server's own words.
    """

    id: str
    kind: Kind
    who: Who
    title: str
    cause: str
    now: str
    fix: str
    command: str
    url: str
    raw: str

    def notice(self, severity: Severity = Severity.ERROR) -> Notice:
        """Return it as a notice."""
        return Notice(
            severity=severity,
            short=self.title,
            happened=self.cause,
            now=self.now,
            you_can=self.fix,
            command=self.command,
            url=self.url,
            detail=self.raw,
        )


@dataclass(frozen=True, slots=True)
class _Entry:
    id: str
    source: str
    codes: frozenset[str]
    patterns: tuple[re.Pattern[str], ...]
    kind: Kind
    who: Who
    texts: dict[str, str]


_TEXTS: Final = ("title", "cause", "now", "fix", "command", "url")
_KEYS: Final = frozenset({"id", "source", "codes", "patterns", "kind", "who", *_TEXTS})
_ENTRA_CODE: Final = re.compile(r"AADSTS(\d{4,8})(?!\d)")
_RAW_LIMIT: Final = 2000
_LOCAL = r"[A-Za-z0-9!#%&'*+/=?^_{|}~.-]+"
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(rf"{_LOCAL}@{_HOST}(?:\.{_HOST})*\Z")
_BARE_IN_POWERSHELL: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*@[A-Za-z0-9.-]+\Z")


def diagnose(text: str, *, source: Source, address: str = "") -> Diagnosis | None:
    """Recognise a server's words.

    Args:
        text: Reply, error description or exception text; not trusted.
        source: Who said it.
        address: The mailbox it is about; used only if it is a plain address, so that a line that
            an administrator pastes into PowerShell holds nothing else.

    Returns:
        None when nothing in the catalogue matches: then the words are shown as they are.
    """
    line = " ".join(clean(text).split())[:20_000]
    codes = _ENTRA_CODE.findall(line) if source == "entra" else []
    for code in codes:
        for entry in catalogue():
            if code in entry.codes:
                return _fill(entry, text, address, code=code)
    for entry in catalogue():
        if entry.source != source:
            continue
        for pattern in entry.patterns:
            match = pattern.search(line)
            if match:
                sender = match.groupdict().get("sender") or ""
                return _fill(entry, text, address, code=codes[0] if codes else "", sender=sender)
    return None


@cache
def catalogue() -> tuple[_Entry, ...]:
    """Return the entries in order, read once."""
    data = files("tuimail.exchange").joinpath("catalogue.toml").read_text("utf-8")
    return tuple(_entry(table) for table in tomllib.loads(data)["entry"])


def _entry(table: dict[str, Any]) -> _Entry:
    unknown = table.keys() - _KEYS
    if unknown:
        raise ValueError(f"catalogue.toml: {table['id']} has unknown keys: {sorted(unknown)}")
    return _Entry(
        id=table["id"],
        source=table["source"],
        codes=frozenset(str(code) for code in table.get("codes", ())),
        patterns=tuple(re.compile(text, re.IGNORECASE) for text in table.get("patterns", ())),
        kind=Kind(table["kind"]),
        who=Who(table["who"]),
        texts={key: table.get(key, "") for key in _TEXTS},
    )


def _fill(entry: _Entry, text: str, address: str, *, code: str = "", sender: str = "") -> Diagnosis:
    address = address if _ADDRESS.match(address) else ""
    sender = sender if _ADDRESS.match(sender) else ""
    words = {
        "mailbox": address or "this mailbox",
        "address": address,
        "sender": sender or "this address",
        "code": code,
    }
    in_command = words | {
        "address": _for_powershell(address, "<address>"),
        "sender": _for_powershell(sender, "<sender>"),
    }
    filled = {
        key: _substitute(value, in_command if key == "command" else words)
        for key, value in entry.texts.items()
    }
    raw = clean(text, multiline=True).strip()[:_RAW_LIMIT]
    return Diagnosis(id=entry.id, kind=entry.kind, who=entry.who, raw=raw, **filled)


def _substitute(template: str, words: dict[str, str]) -> str:
    if not words["code"]:
        template = template.replace(" (AADSTS{code})", "")
    return re.sub(r"\{(\w+)\}", lambda match: words[match[1]], template)


def _for_powershell(address: str, placeholder: str) -> str:
    """Return the address as one argument; `_ADDRESS` has excluded `$`, quotes and backticks."""
    if not address:
        return placeholder
    return address if _BARE_IN_POWERSHELL.match(address) else f'"{address}"'
