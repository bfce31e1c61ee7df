"""From a server's words to what happened, what tuimail does, who can mend it and how.

`diagnose` knows the listed cases and nothing else; `explain` always has an answer, by the class of
the reply where the case is not listed. The knowledge is data: `catalogue.toml`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from tuimail.exchange.catalogue import (
    Entry,
    Kind,
    OtherFlow,
    Source,
    Who,
    catalogue,
    fallbacks,
)
from tuimail.exchange.clouds import is_personal_address
from tuimail.exchange.support_ids import SupportIds, support_ids
from tuimail.model.account import Sharing
from tuimail.model.notice import Notice, Severity
from tuimail.text.safe import clean

__all__ = [
    "Diagnosis",
    "Kind",
    "OtherFlow",
    "Source",
    "Who",
    "diagnose",
    "explain",
    "powershell_address",
]


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
        ids: What support asks for.
        other_flow: Another way to sign in that may work.
        wait: Seconds until another try makes sense; 0 where nothing is known of that.
        is_listed: Whether the case is known, not only its class.
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
    ids: SupportIds
    other_flow: OtherFlow
    wait: float
    is_listed: bool

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


_ENTRA_CODE: Final = re.compile(r"AADSTS(\d{4,8})(?!\d)")
_LOOKUP: Final = "https://login.microsoftonline.com/error?code={code}"
"""Microsoft's own page for a code ("Microsoft Entra authentication error codes")."""
_RAW_LIMIT: Final = 2000
_LINE_LIMIT: Final = 20_000
_LOCAL = r"[A-Za-z0-9!#%&'*+/=?^_{|}~.-]+"
_HOST = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS: Final = re.compile(rf"{_LOCAL}@{_HOST}(?:\.{_HOST})*\Z")
_BARE_IN_POWERSHELL: Final = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.+-]*@[A-Za-z0-9.-]+\Z")


@dataclass(frozen=True, slots=True)
class _Match:
    entry: Entry
    code: str = ""
    sender: str = ""


def diagnose(
    text: str,
    *,
    source: Source,
    address: str = "",
    personal: bool | None = None,
    sharing: Sharing | None = None,
) -> Diagnosis | None:
    """Recognise a server's words.

    Args:
        text: Reply, error description or exception text; not trusted.
        source: Who said it.
        address: The mailbox it is about; used only if it is a plain address, so that a line that
            an administrator pastes into PowerShell holds nothing else.
        personal: Whether it is a personal account; None to tell by the address.
        sharing: Of a shared mailbox, who opens it.

    Returns:
        None when nothing in the catalogue matches: then the words are shown as they are.
    """
    line = _line(text)
    is_personal = is_personal_address(address) if personal is None else personal
    entries = [
        entry
        for entry in catalogue()
        if (is_personal or not entry.personal) and (sharing is not None or not entry.shared)
    ]
    match = next(_matches(entries, line, source), None)
    if match is None:
        return None
    return _fill(match, text, line, address, sharing, is_listed=True)


def explain(
    text: str,
    *,
    source: Source,
    address: str = "",
    personal: bool | None = None,
    sharing: Sharing | None = None,
) -> Diagnosis:
    """Recognise a server's words, at least their class. Arguments as of `diagnose`."""
    found = diagnose(text, source=source, address=address, personal=personal, sharing=sharing)
    if found is not None:
        return found
    line = _line(text)
    codes = _ENTRA_CODE.findall(line) if source == "entra" else []
    match = next(_matches(fallbacks(), line or "-", source))
    named = _Match(match.entry, codes[0] if codes else "")
    return _fill(named, text, line, address, sharing, is_listed=False)


def powershell_address(address: str) -> str:
    """Return an address as one argument of a PowerShell line, a placeholder if it is not plain."""
    return _for_powershell(address if _ADDRESS.match(address) else "", "<address>")


def _line(text: str) -> str:
    return " ".join(clean(text).split())[:_LINE_LIMIT]


def _matches(
    entries: list[Entry] | tuple[Entry, ...], line: str, source: Source
) -> Iterator[_Match]:
    """Yield what matches, best first: a code says more than a word beside it."""
    codes = _ENTRA_CODE.findall(line) if source == "entra" else []
    for code in codes:
        yield from (_Match(entry, code) for entry in entries if code in entry.codes)
    for entry in entries:
        if entry.source != source:
            continue
        for pattern in entry.patterns:
            found = pattern.search(line)
            if found:
                sender = found.groupdict().get("sender") or ""
                yield _Match(entry, codes[0] if codes else "", sender)


def _fill(
    match: _Match,
    text: str,
    line: str,
    address: str,
    sharing: Sharing | None,
    *,
    is_listed: bool,
) -> Diagnosis:
    entry, code = match.entry, match.code
    address, sender = _plain(address), _plain(match.sender)
    shared, delegate = map(_plain, sharing or ("", ""))
    words = {
        "mailbox": address or "this mailbox",
        "address": address,
        "sender": sender or "this address",
        "shared": shared or "this mailbox",
        "delegate": delegate or "you",
        "code": code,
    }
    in_command = words | {
        "address": _for_powershell(address, "<address>"),
        "sender": _for_powershell(sender, "<sender>"),
        "shared": _for_powershell(shared, "<shared>"),
        "delegate": _for_powershell(delegate, "<delegate>"),
    }
    filled = {
        key: _substitute(value, in_command if key == "command" else words)
        for key, value in entry.texts.items()
    }
    if code and not filled["url"]:
        filled["url"] = _LOOKUP.format(code=code)
    return Diagnosis(
        id=entry.id,
        kind=entry.kind,
        who=entry.who,
        raw=clean(text, multiline=True).strip()[:_RAW_LIMIT],
        ids=support_ids(line, code=code),
        other_flow=entry.other_flow,
        wait=entry.wait,
        is_listed=is_listed,
        **filled,
    )


def _plain(address: str) -> str:
    return address if _ADDRESS.match(address) else ""


def _substitute(template: str, words: dict[str, str]) -> str:
    if not words["code"]:
        template = template.replace(" (AADSTS{code})", "")
    return re.sub(r"\{(\w+)\}", lambda match: words[match[1]], template)


def _for_powershell(address: str, placeholder: str) -> str:
    """Return the address as one argument; `_ADDRESS` has excluded `$`, quotes and backticks."""
    if not address:
        return placeholder
    return address if _BARE_IN_POWERSHELL.match(address) else f'"{address}"'
