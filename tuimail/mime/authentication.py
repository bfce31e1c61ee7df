"""What the receiving organisation found out about a sender: Authentication-Results (RFC 8601).

Only the topmost field is believed, and only where nothing but Exchange Online itself stands above
it: a sender can write such a field too, but only below the Received field by which the mail came in
(RFC 8601, 5). What ARC carries is what
others say, so it is not read.

Exchange's form is its own: no authserv-id in front, sometimes the recipient's domain between two
results, `compauth` for what it concludes from everything together, and `dkim=none header.d=none`
written while a message is submitted, which says nothing about who receives it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from tuimail.exchange.receivers import is_receiver
from tuimail.mime.headers import Headers
from tuimail.model.trust import Authentication, Confirmation
from tuimail.text.safe import SafeText

_LONGEST: Final = 20_000
_MOST_RESULTS: Final = 60
_COMMENT: Final = re.compile(r"\([^()]{0,2000}\)")
_RESULT: Final = re.compile(r"\s*([A-Za-z][\w-]{0,40})(?:/\d{1,3})?\s*=\s*([A-Za-z]\w{0,30})")
_PROPERTY: Final = re.compile(
    r"([A-Za-z][\w-]{0,30}\.[A-Za-z][\w-]{0,30})\s*=\s*\"?([^\s;\"]{1,320})"
)
_BY: Final = re.compile(r"\bby\s+([A-Za-z0-9.-]{1,255})")

_FROM: Final = re.compile(r"\s*from\s+([A-Za-z0-9.-]{1,255})", re.IGNORECASE)

_PASSED: Final = frozenset({"pass", "bestguesspass"})


@dataclass(frozen=True, slots=True)
class _Result:
    method: str
    result: str
    properties: Mapping[str, str] = field(default_factory=dict)


def authentication(headers: Headers, domain: str) -> Authentication:
    """Read what is said about the domain of the address in From.

    Args:
        headers: Of the whole message, in order.
        domain: As From has it; empty where it has none.
    """
    domain = domain.lower().rstrip(".")
    value = _believed(headers)
    results = list(_results(value)) if value else []
    signed_by = frozenset(
        one.properties.get("header.d", "").lower().rstrip(".")
        for one in results
        if one.method == "dkim" and one.result == "pass"
    ) - {""}
    is_internal = _is_internal(headers)
    confirmation = _confirmation(results, domain, signed_by)
    if is_internal and confirmation is not Confirmation.FAILED:
        confirmation = Confirmation.CONFIRMED
    if not domain:
        confirmation = Confirmation.UNKNOWN
    return Authentication(confirmation, SafeText(domain), is_internal, signed_by)


def _confirmation(results: list[_Result], domain: str, signed_by: frozenset[str]) -> Confirmation:
    dmarc = next((one for one in results if one.method == "dmarc"), None)
    named = dmarc.properties.get("header.from", domain).lower() if dmarc else domain
    if named != domain:
        # Two From fields, or an address that programs read in two ways.
        return Confirmation.FAILED
    said = dmarc.result if dmarc else "none"
    composite = next((one.result for one in results if one.method == "compauth"), "none")
    if said in _PASSED or composite == "pass":
        return Confirmation.CONFIRMED
    if said == "fail" or composite == "fail":
        return Confirmation.FAILED
    if any(is_aligned(one, domain) for one in signed_by):
        return Confirmation.CONFIRMED
    return Confirmation.UNKNOWN


def is_aligned(one: str, other: str) -> bool:
    """Whether two domains are the same or one is below the other (RFC 7489, 3.1, relaxed)."""
    longer, shorter = sorted((one.lower(), other.lower()), key=len, reverse=True)
    return longer == shorter or ("." in shorter and longer.endswith(f".{shorter}"))


def _believed(headers: Headers) -> str | None:
    """Return the topmost field if Exchange Online wrote it."""
    passed, is_below_border = 0, False
    for name, value in headers.fields:
        if name == "received":
            if not _is_receivers(value) or is_below_border:
                return None
            passed += 1
            sender = _FROM.match(value)
            is_below_border = sender is None or not is_receiver(sender[1])
        elif name == "authentication-results":
            is_own = passed and not is_below_border and _is_own(value)
            return value[:_LONGEST] if is_own else None
    return None


def _is_own(value: str) -> bool:
    """Whether the authserv-id is missing, as Exchange leaves it out, or one of its hosts."""
    first = _COMMENT.sub(" ", value[:_LONGEST]).partition(";")[0].split()
    return not first or "=" in first[0] or is_receiver(first[0])


def _is_internal(headers: Headers) -> bool:
    """Whether somebody who had signed in to the organisation sent it.

    The field is one of those that Exchange Online takes out of what it receives.
    """
    received = headers.get("received")
    said = headers.get("x-ms-exchange-organization-authas")
    return bool(received) and _is_receivers(received) and said.strip().lower() == "internal"


def _is_receivers(received: str) -> bool:
    by = _BY.search(_COMMENT.sub(" ", received[:2_000]))
    return by is not None and is_receiver(by[1])


def _results(value: str) -> Iterator[_Result]:
    text = _COMMENT.sub(" ", _COMMENT.sub(" ", value))
    for piece in text.split(";")[:_MOST_RESULTS]:
        found = _RESULT.match(piece)
        if found:
            properties: dict[str, str] = {}
            for name, said in _PROPERTY.findall(piece):
                properties.setdefault(name.lower(), said.rpartition("@")[2])
            yield _Result(found[1].lower(), found[2].lower(), properties)
