"""A message to more people than one may go to: several messages, each naming its own recipients."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from tuimail.errors import MimeError
from tuimail.model.draft import Draft
from tuimail.text.address import Address, format_addresses
from tuimail.ui.writing.compose_words import people_in

MOST_RECIPIENTS: Final = 500
"""Of one message, where no administrator changed it (exchange-online.md 4)."""
_MOST_OCTETS: Final = 200_000_000


def portions(draft: Draft) -> list[Draft]:
    """Return the draft as often as it takes, each address in one of them.

    The first is the draft itself, as far as its recipients go; those after it are of no draft.
    """
    everybody = list(_each_once(draft))
    if len(everybody) <= MOST_RECIPIENTS:
        return [draft]
    return [
        _portion(draft, everybody[at : at + MOST_RECIPIENTS], is_first=at == 0)
        for at in range(0, len(everybody), MOST_RECIPIENTS)
    ]


def count_portions(recipients: int) -> int:
    """Return how many messages it takes for so many recipients, at least one."""
    return max(1, -(-recipients // MOST_RECIPIENTS))


def check_portions(count: int, size: int) -> None:
    """See that so many messages of this size can be kept.

    Raises:
        MimeError: There would be too much of it.
    """
    if count > 1 and count * size > _MOST_OCTETS:
        raise MimeError(
            f"It takes {count} messages of {size // 1_000_000} MB, more than can be kept."
            " Attach less."
        )


def _each_once(draft: Draft) -> Iterator[tuple[str, Address]]:
    seen: set[str] = set()
    for name in ("to", "cc", "bcc"):
        for address in people_in(getattr(draft, name)):
            if address.address.lower() not in seen:
                seen.add(address.address.lower())
                yield name, address


def _portion(draft: Draft, people: list[tuple[str, Address]], *, is_first: bool) -> Draft:
    named = {
        field: format_addresses(tuple(one for name, one in people if name == field))
        for field in ("to", "cc", "bcc")
    }
    part = replace(draft, to=named["to"], cc=named["cc"], bcc=named["bcc"])
    return part if is_first else replace(part, id=None)
