"""The ways out of a mailing list that a message names (RFC 2369, 3.2; RFC 8058).

One POST is offered only where RFC 8058, 4 is kept: the mail says so, and a DKIM signature that the
receiving organisation verified covers both fields. Otherwise whoever can write a mail could make
tuimail call an address of his choice.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from tuimail.mime.headers import Headers, read_parameters
from tuimail.model.trust import Unsubscribing
from tuimail.text.address import make_address
from tuimail.text.safe import clean

_WAY: Final = re.compile(r"<\s*([^<>]{1,3000}?)\s*>")
_MOST_WAYS: Final = 10
_LONGEST_SUBJECT: Final = 200
_COVERED: Final = frozenset({"list-unsubscribe", "list-unsubscribe-post"})


def unsubscribing(headers: Headers, signed_by: frozenset[str]) -> Unsubscribing | None:
    """Return the ways that are named; None where there is none that can be gone.

    Args:
        headers: Of the whole message.
        signed_by: The domains whose DKIM signatures were verified.
    """
    value = " ".join(headers.all("list-unsubscribe"))
    ways = ["".join(way.split()) for way in _WAY.findall(value)[:_MOST_WAYS]]
    page = next((way for way in ways if _is_page(way)), "")
    mail, subject = _mail(ways)
    one_click = "".join(headers.get("list-unsubscribe-post").split()).lower()
    may_post = one_click == "list-unsubscribe=one-click" and _is_covered(headers, signed_by)
    if not page and not mail:
        return None
    post = page if may_post and page.lower().startswith("https://") else ""
    return Unsubscribing(post, mail, subject, clean(page))


def _is_page(way: str) -> bool:
    if not way.lower().startswith(("https://", "http://")) or not way.isprintable():
        return False
    try:
        parts = urlsplit(way)
    except ValueError:
        return False
    host = parts.hostname or ""
    # A number instead of a name is no list's server, but may be a machine of the user's network.
    is_number = ":" in host or host.replace(".", "").isdecimal()
    return bool(host) and not is_number and parts.username is None and way.isascii()


def _mail(ways: list[str]) -> tuple[str, str]:
    """Return the address of the first usable mailto and the subject it asks for."""
    for way in ways:
        scheme, _, rest = way.partition(":")
        if scheme.lower() != "mailto":
            continue
        target, _, query = rest.partition("?")
        address = make_address("", unquote(target))
        if not address.is_usable or not address.address.isascii() or "," in target:
            continue
        fields = {name.lower(): said for name, said in parse_qs(query, max_num_fields=20).items()}
        subject = clean(fields.get("subject", ["unsubscribe"])[0])[:_LONGEST_SUBJECT]
        return address.address, subject
    return "", ""


def _is_covered(headers: Headers, signed_by: frozenset[str]) -> bool:
    for value in headers.all("dkim-signature"):
        _, tags = read_parameters(f";{value}")
        signer = tags.get("d", "").strip().lower().rstrip(".")
        covered = {name.strip().lower() for name in tags.get("h", "").split(":")}
        if signer in signed_by and covered >= _COVERED:
            return True
    return False
