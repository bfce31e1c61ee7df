"""What the composer says: titles, the question before sending, who is outside.

"Outside" is another domain than the sender's own; a subdomain of it is inside.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from rich.cells import cell_len

from tuimail.model.draft import Draft, DraftProtection, Writing
from tuimail.text.address import Address, parse_addresses
from tuimail.text.safe import clean
from tuimail.ui.drawing.wrapping import wrap_text

_REPLY = re.compile(r"(?:re|aw|sv|vs|antw)\s*(?:\[\d+\])?\s*:", re.IGNORECASE)
_PASSED_ON: Final = {
    Writing.FORWARD: "Forward",
    Writing.FORWARD_AS_ATTACHMENT: "Forward",
    Writing.BOUNCE: "Bounce",
}
_BY_SMIME: Final = " by S/MIME"
_PROTECTED: Final = {
    DraftProtection.NONE: "",
    DraftProtection.PGP_SIGN: ", signed",
    DraftProtection.PGP_ENCRYPT: ", encrypted",
    DraftProtection.SMIME_SIGN: f", signed{_BY_SMIME}",
    DraftProtection.SMIME_ENCRYPT: f", encrypted{_BY_SMIME}",
}
_COUNT_WORDS: Final = ("no", "one", "two", "three", "four", "five")


def recipients(draft: Draft) -> tuple[Address, ...]:
    """Return everybody the draft would go to, each address once."""
    return _everybody(draft.to, draft.cc, draft.bcc)


@lru_cache(maxsize=8)
def people_in(field: str) -> tuple[Address, ...]:
    """Return those whom a field names; of the fields asked for last it is known."""
    return parse_addresses(field)


@lru_cache(maxsize=2)
def _everybody(to: str, cc: str, bcc: str) -> tuple[Address, ...]:
    seen: set[str] = set()
    found = []
    for address in (one for field in (to, cc, bcc) for one in people_in(field)):
        if address.address.lower() not in seen:
            seen.add(address.address.lower())
            found.append(address)
    return tuple(found)


def domain_of(address: str) -> str:
    """Return the domain of an address, lower case; empty when it has none."""
    return address.rpartition("@")[2].lower() if "@" in address else ""


def is_outside(address: Address, own_domain: str) -> bool:
    """Whether somebody belongs to another domain than the sender's."""
    host = address.host.lower()
    return bool(host) and host != own_domain and not host.endswith(f".{own_domain}")


def outside(addresses: Sequence[Address], own_domain: str) -> tuple[Address, ...]:
    """Return those who are outside."""
    return tuple(address for address in addresses if is_outside(address, own_domain))


def title(draft: Draft, first: Address | None) -> str:
    """Return what the first row says: `Reply to Kim Chu`, `New message, encrypted`."""
    return f"{_kind(draft, first)}{_PROTECTED[draft.protection]}"


def protection_words(protection: DraftProtection) -> str:
    """Return what is done with a message when it is sent, a sentence."""
    return {
        DraftProtection.NONE: "It is sent neither signed nor encrypted.",
        DraftProtection.PGP_SIGN: "It is signed with your PGP key.",
        DraftProtection.PGP_ENCRYPT: "It is encrypted and signed with PGP; its subject is not.",
        DraftProtection.SMIME_SIGN: "It is signed with your S/MIME certificate.",
        DraftProtection.SMIME_ENCRYPT: "It is encrypted and signed by S/MIME; its subject is not.",
    }[protection]


def ways_after(now: DraftProtection, *, has_certificates: bool) -> list[DraftProtection]:
    """Return what to try next in the place of a protection, none at the end.

    Args:
        has_certificates: The user has some of his own: without, S/MIME is not spoken of.
    """
    ways = [way for way in DraftProtection if has_certificates or not way.is_smime]
    place = ways.index(now) if now in ways else len(ways)
    return [*ways[place + 1 :], DraftProtection.NONE]


def _kind(draft: Draft, first: Address | None) -> str:
    if draft.writing in _PASSED_ON:
        done = _PASSED_ON[draft.writing]
        return done if first is None else f"{done} to {first.display}"
    answers = draft.in_reply_to is not None or _REPLY.match(draft.subject)
    if first is None:
        return "Reply" if answers else "New message"
    return f"{'Reply' if answers else 'Write'} to {first.display}"


def question(
    addresses: Sequence[Address],
    own_domain: str,
    protection: DraftProtection = DraftProtection.NONE,
    messages: int = 1,
) -> tuple[str, ...]:
    """Return the one line that names what matters before sending, and shorter ones."""
    beyond = outside(addresses, own_domain)
    to = f"to {len(addresses):,}{f' in {messages} messages' if messages > 1 else ''}"
    # By what, the first row says; here it would cost the words behind it.
    done = _PROTECTED[protection].removesuffix(_BY_SMIME).replace(",", "")
    how = f"Send{done} {to}"
    if not beyond:
        return (f"{how}?",)
    count = f"{len(beyond):,} outside"
    # The first row of the composer tells the protection too.
    shortest = f"Send {to}, {count}?"
    return f"{how}, {count} {clean(own_domain)}?", f"{how}, {count}?", shortest


def outside_remark(addresses: Sequence[Address], own_domain: str) -> str:
    """Return `one recipient outside contoso.com`, or nothing when all are inside."""
    count = len(outside(addresses, own_domain))
    if not count:
        return ""
    word = _COUNT_WORDS[count] if count < len(_COUNT_WORDS) else str(count)
    return f"{word} recipient{'s' if count > 1 else ''} outside {clean(own_domain)}"


def people_text(addresses: Sequence[Address]) -> str:
    """Return `Kim Chu`, or `Kim Chu and 1 other`."""
    if not addresses:
        return "nobody"
    others = len(addresses) - 1
    ending = "" if not others else f" and {others} other{'s' if others > 1 else ''}"
    return f"{addresses[0].display}{ending}"


def people_in_short(addresses: Sequence[Address]) -> str:
    """Return `Kim Chu`, or `Kim Chu +1`, for a column."""
    if not addresses:
        return "nobody"
    others = len(addresses) - 1
    return f"{addresses[0].display}{f' +{others}' if others else ''}"


QUOTE_CELLS: Final = 76
_QUOTED = re.compile(r"(?P<mark>>[> ]*)(?P<text>.*)\Z", re.DOTALL)


def wrap_quotes(body: str) -> str:
    """Break the long lines of a quote, each piece with its own `>` marks (RFC 3676, 4.5).

    A mail's paragraph is often one line: quoted as it is, its second row on the screen would look
    like the answer.
    """
    rows: list[str] = []
    for line in body.split("\n"):
        match = _QUOTED.match(line)
        if match is None or cell_len(line) <= QUOTE_CELLS:
            rows.append(line)
            continue
        mark = ">" * match["mark"].count(">") + " "
        wrapped = wrap_text(match["text"], max(20, QUOTE_CELLS - len(mark)))
        rows += [f"{mark}{text}".rstrip() for text in wrapped]
    return "\n".join(rows)
