"""What is known of a sender, in words: one calm line, and what a reader has to be told besides.

At most three facts, the most important first: outside or not, confirmed or not, how well the sender
is known. Colour is spent on what is wrong; a mailing list is no stranger's trick.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from tuimail.model.trust import (
    MOST_COUNTED,
    Confirmation,
    Seal,
    SealState,
    SenderHistory,
    Trust,
)
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import Row, Run, plain_text, row_cells
from tuimail.ui.drawing.wrapping import wrap_text

_GAP: Final = Run("   ")
_PUBLIC: Final = frozenset(
    {
        *("outlook.com", "hotmail.com", "live.com", "msn.com", "gmail.com", "googlemail.com"),
        *("icloud.com", "gmx.de", "gmx.net", "web.de", "yahoo.com", "proton.me"),
    }
)
"""Domains of people who have nothing in common: none of them is anybody's organisation."""


@dataclass(frozen=True, slots=True)
class TrustLines:
    """What the head says of the sender.

    Attributes:
        facts: Each a run of words, the most important first.
        warnings: Rows of their own, below.
        short: The one fact for a head of two rows; empty for none.
    """

    facts: tuple[Row, ...] = ()
    warnings: tuple[Row, ...] = ()
    short: Row = ()


def trust_lines(
    trust: Trust, own: Collection[str], history: SenderHistory | None, glyphs: Glyphs
) -> TrustLines:
    """Put into words what is known.

    Args:
        trust: Of the message.
        own: The domains of the mailbox it is in, lower case.
        history: How well the sender is known; None for what the user wrote himself.
        glyphs: The signs.
    """
    found = trust.authentication
    domain = found.domain
    warnings = [(Run(text, "warning"),) for text in _warnings(trust, glyphs)]
    seals = [_seal_row(seal, glyphs) for seal in trust.seals]
    if found.confirmation is Confirmation.FAILED:
        said = f"{glyphs.failed} not confirmed"
        why = f": the mail says {domain}, the sender could not prove it"
        short: Row = (Run(said, "error"),)
        # Never left out for want of room, as facts are.
        return TrustLines((), ((Run(said + why, "error"),), *warnings, *seals), short)
    organisation = {name for name in own if name not in _PUBLIC}
    is_inside = domain in organisation
    is_outside = bool(organisation) and bool(domain) and not is_inside
    confirmed = found.confirmation is Confirmation.CONFIRMED
    facts: list[Row] = []
    if is_outside:
        whose = sorted(organisation)[0]
        facts.append((Run(f"{glyphs.look} outside {whose}", "external"),))
    if confirmed:
        sign: Row = (Run(f"{glyphs.done} ", "success"), Run(f"{domain} confirmed", "muted"))
        facts.append((*sign, Run("  your organisation", "muted")) if is_inside else sign)
    known = "" if history is None else _history_words(history, is_inside=is_inside)
    if known:
        is_first = history is not None and not history.received
        facts.append((Run(known, "external" if is_first else "muted"),))
    brief: Row = ()
    if is_outside:
        brief = (Run(f"{glyphs.look} {domain}", "external"),)
    elif confirmed:
        brief = (Run(f"{glyphs.done} ", "success"), Run(domain, "muted"))
    return TrustLines(tuple(facts), (*warnings, *seals), brief)


def _warnings(trust: Trust, glyphs: Glyphs) -> list[str]:
    said = []
    if trust.posed_as:
        said.append(f"{glyphs.look} The name looks like {trust.posed_as}, which is not the sender.")
    if trust.replies_to and trust.unsubscribing is None:
        said.append(f"{glyphs.look} Reply would go to {trust.replies_to}, a different address.")
    return said


def _history_words(history: SenderHistory, *, is_inside: bool) -> str:
    """Say how well a sender is known; of colleagues only that one never wrote before."""
    if not history.received:
        return "" if history.written_to else "first mail from this address"
    if is_inside:
        return ""
    if history.received >= MOST_COUNTED:
        return f"{MOST_COUNTED} mails before, or more"
    return f"{history.received} mail{'' if history.received == 1 else 's'} before"


_SIGNS: Final = {
    SealState.GOOD: ("done", "success"),
    SealState.UNSURE: ("look", "warning"),
    SealState.BAD: ("failed", "error"),
    SealState.UNCHECKED: ("nothing", "muted"),
    SealState.LOCKED: ("nothing", "muted"),
}


def _seal_row(seal: Seal, glyphs: Glyphs) -> Row:
    name, role = _SIGNS[seal.state]
    words = role if seal.state is SealState.BAD else "muted"
    return (Run(f"{getattr(glyphs, name)} ", role), Run(f"{seal.protection}: {seal.words}", words))


def wrapped(row: Row, width: int) -> list[Row]:
    """Return a row on as many as it takes, in its last role where it takes several."""
    if row_cells(row) <= width:
        return [row]
    return [(Run(part, row[-1].role),) for part in wrap_text(plain_text(row), width)]


def facts_row(facts: tuple[Row, ...], width: int) -> Row:
    """Return the facts that fit into `width` cells, whole and in their order."""
    row: Row = ()
    for fact in facts:
        longer = (*row, *((_GAP,) if row else ()), *fact)
        if row_cells(longer) > width:
            break
        row = longer
    return row
