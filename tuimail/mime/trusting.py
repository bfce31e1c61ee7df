"""A message's header to what is known of where it comes from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from tuimail.mime.authentication import authentication
from tuimail.mime.headers import Headers, read_headers
from tuimail.mime.unsubscribing import unsubscribing
from tuimail.model.trust import Trust
from tuimail.text.address import Address, parse_address_header
from tuimail.text.safe import SafeText, clean

if TYPE_CHECKING:
    from tuimail.exchange.gateways import Gateway

_ADDRESS: Final = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}")
_LONGEST_NAME: Final = 1_000


def read_trust(header: bytes, gateways: Sequence[Gateway] = ()) -> Trust:
    """Read a header block.

    Args:
        header: BODY[HEADER], the fields in their order.
        gateways: Those in front of Exchange Online that are believed. Nothing is called because of
            what they say: for the ways out of a list the word of Exchange is needed.
    """
    headers, _ = read_headers(header)
    authors = parse_address_header(headers.get("from"))
    author = authors[0] if authors else None
    # Two authors are two domains of which DMARC asks about one (RFC 7489, 6.6.1).
    domain = author.host if author and len({one.host.lower() for one in authors}) == 1 else ""
    by_exchange = authentication(headers, domain)
    return Trust(
        authentication=authentication(headers, domain, gateways) if gateways else by_exchange,
        replies_to=_replies_to(headers, authors),
        posed_as=SafeText("") if author is None else posed_as(author),
        unsubscribing=unsubscribing(headers, by_exchange.signed_by),
    )


def _replies_to(headers: Headers, authors: tuple[Address, ...]) -> SafeText:
    own = {one.address.lower() for one in authors}
    targets = parse_address_header(headers.get("reply-to"))
    other = next((one for one in targets if one.is_usable and one.address.lower() not in own), None)
    return SafeText("") if other is None else other.address


def posed_as(author: Address) -> SafeText:
    """Return the other address that a name looks like; empty where it looks like none."""
    # Letters that look like those of an address are as good as those for who reads it.
    name = author.name[:_LONGEST_NAME].replace("＠", "@").replace("．", ".").replace("﹫", "@")
    for found in _ADDRESS.findall(name):
        if found.lower() != author.address.lower():
            return clean(found)
    return SafeText("")
