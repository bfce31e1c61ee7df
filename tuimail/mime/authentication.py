"""What the receiving organisation found out about a sender: Authentication-Results (RFC 8601).

Only the topmost field is believed, and only where nothing but Exchange Online itself stands above
it: a sender can write such a field too, but only below the Received field by which the mail came in
(RFC 8601, 5). That field is the one of a front of Exchange Online, whatever the sender calls itself
there. What a gateway of the settings wrote counts before it, where the mail came from an address of
that gateway. What ARC carries is what others say, so it is not read.

Exchange's form is its own: no authserv-id in front, sometimes the recipient's domain between two
results, `compauth` for what it concludes from everything together, and `dkim=none header.d=none`
written while a message is submitted, which says nothing about who receives it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from tuimail.exchange.receivers import is_front, is_receiver
from tuimail.mime.headers import Headers
from tuimail.model.trust import Authentication, Confirmation
from tuimail.text.safe import SafeText

if TYPE_CHECKING:
    from tuimail.exchange.gateways import Gateway

_LONGEST: Final = 20_000
_MOST_RESULTS: Final = 60
_COMMENT: Final = re.compile(r"\([^()]{0,2000}\)")
_RESULT: Final = re.compile(r"\s*([A-Za-z][\w-]{0,40})(?:/\d{1,3})?\s*=\s*([A-Za-z]\w{0,30})")
_PROPERTY: Final = re.compile(
    r"([A-Za-z][\w-]{0,30}\.[A-Za-z][\w-]{0,30})\s*=\s*\"?([^\s;\"]{1,320})"
)
_BY: Final = re.compile(r"\bby\s+([A-Za-z0-9.-]{1,255})")

_FROM: Final = re.compile(r"\s*from\s+([A-Za-z0-9.-]{1,255})", re.IGNORECASE)
_CAME_FROM: Final = re.compile(
    r"\s*from\s+[\w.:\[\]-]{1,255}\s+\(\[?([0-9A-Fa-f.:]{2,45})\]?\)\s+by\s", re.IGNORECASE
)
"""The address in it is what Exchange saw; the name before it is what the sender calls itself."""

_PASSED: Final = frozenset({"pass", "bestguesspass"})


@dataclass(frozen=True, slots=True)
class _Result:
    method: str
    result: str
    properties: Mapping[str, str] = field(default_factory=dict)


def authentication(
    headers: Headers, domain: str, gateways: Sequence[Gateway] = ()
) -> Authentication:
    """Read what is said about the domain of the address in From.

    Args:
        headers: Of the whole message, in order.
        domain: As From has it; empty where it has none.
        gateways: Those in front of Exchange Online that are believed.
    """
    domain = domain.lower().rstrip(".")
    value = _believed(headers, gateways)
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


def _believed(headers: Headers, gateways: Sequence[Gateway]) -> str | None:
    """Return the field of the gateway that the mail came through, else that of Exchange Online."""
    own: str | None = None
    is_within = is_read = False
    for at, (name, value) in enumerate(headers.fields):
        if name == "received":
            by = _by(value)
            if not is_receiver(by):
                return own
            is_within, sender = True, _FROM.match(value)
            if is_front(by) or sender is None or not is_receiver(sender[1]):
                return _of_gateway(headers.fields[at + 1 :], value, gateways) or own
        elif name == "authentication-results" and not is_read:
            is_read = True
            authserv_id = _authserv_id(value)
            is_own = not authserv_id or is_receiver(authserv_id)
            own = value[:_LONGEST] if is_within and is_own else None
    return own


def _of_gateway(
    below: Sequence[tuple[str, str]], received: str, gateways: Sequence[Gateway]
) -> str | None:
    """Return the topmost field of the gateway that Exchange received the mail from.

    Args:
        below: The fields that came with the mail.
        received: The Received field above them.
        gateways: Those that are believed; they take forged fields of their name out (RFC 8601, 5).
    """
    came_from = _CAME_FROM.match(received)
    names = {one.name for one in gateways if came_from and one.delivers_from(came_from[1])}
    fields = (value for name, value in below if name == "authentication-results" and names)
    return next((value[:_LONGEST] for value in fields if _authserv_id(value) in names), None)


def _authserv_id(value: str) -> str:
    """Return who wrote a field, in lower case; empty where that is missing, as with Exchange."""
    first = _COMMENT.sub(" ", value[:_LONGEST]).partition(";")[0].split()
    return first[0].lower() if first and "=" not in first[0] else ""


def _is_internal(headers: Headers) -> bool:
    """Whether somebody who had signed in to the organisation sent it.

    The field is one of those that Exchange Online takes out of what it receives.
    """
    said = headers.get("x-ms-exchange-organization-authas")
    return is_receiver(_by(headers.get("received"))) and said.strip().lower() == "internal"


def _by(received: str) -> str:
    """Return the host that wrote a Received field, empty where it names none."""
    by = _BY.search(_COMMENT.sub(" ", received[:2_000]))
    return "" if by is None else by[1]


def _results(value: str) -> Iterator[_Result]:
    text = _COMMENT.sub(" ", _COMMENT.sub(" ", value))
    for piece in text.split(";")[:_MOST_RESULTS]:
        found = _RESULT.match(piece)
        if found:
            properties: dict[str, str] = {}
            for name, said in _PROPERTY.findall(piece):
                properties.setdefault(name.lower(), said.rpartition("@")[2])
            yield _Result(found[1].lower(), found[2].lower(), properties)
