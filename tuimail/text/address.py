"""Addresses as people read and write them (RFC 5322, 3.4).

Parsing never raises: what cannot be understood stays visible as a display name without an address.
"""

from __future__ import annotations

import re
from typing import Final

from tuimail.records import record
from tuimail.text.safe import SafeText, clean

_ATOM_NAME = re.compile(r"[\w!#$%&'*+/=?^`{|}~ -]*\Z")
_DOMAIN = re.compile(r"(?:[^\s@.\[\]()<>,;:\"\\]+(?:\.[^\s@.\[\]()<>,;:\"\\]+)*|\[[^\s\[\]]+\])\Z")
_LOCAL = re.compile(r"(?:[^\s@()<>,;:\"\\\[\]]+|\"(?:[^\"\\]|\\.)*\")\Z")


@record
class Address:
    """One mailbox or an unusable remainder of one.

    Attributes:
        name: Display name, decoded and clean; empty when there is none.
        mailbox: Local part; empty when the address could not be understood.
        host: Domain; empty when the address could not be understood.
    """

    name: SafeText
    mailbox: SafeText
    host: SafeText

    @property
    def address(self) -> SafeText:
        """`mailbox@host`, or whatever part of it exists."""
        if self.mailbox and self.host:
            return SafeText(f"{self.mailbox}@{self.host}")
        return SafeText(self.mailbox or self.host)

    @property
    def display(self) -> SafeText:
        """The name if there is one, else the address."""
        return self.name or self.address

    @property
    def is_usable(self) -> bool:
        """Whether mail could be sent there, as far as syntax tells."""
        return bool(_LOCAL.match(self.mailbox) and _DOMAIN.match(self.host))

    def __str__(self) -> str:
        """The form a composer shows and `parse_addresses` reads back."""
        if not self.name:
            return self.address
        if _ATOM_NAME.match(self.name):
            return f"{self.name} <{self.address}>"
        escaped = self.name.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}" <{self.address}>'


def make_address(name: str, addr_spec: str) -> Address:
    """Build an `Address` from a decoded name and `local@domain`, cleaning both."""
    local, at, host = addr_spec.strip().rpartition("@")
    if not at:
        local, host = host, ""
    return Address(*(SafeText(clean(part).strip()) for part in (name, local, host)))


LONGEST: Final = 4_000_000
"""Characters of what somebody typed or pasted: 80,000 recipients."""
_LONGEST_HEADER: Final = 200_000


def parse_addresses(text: str, longest: int = LONGEST) -> tuple[Address, ...]:
    """Split what somebody typed or a decoded header said into addresses.

    Commas and semicolons separate, except inside quotes, comments and angle brackets. Group names
    (`Team: a@b, c@d;`) are dropped and their members kept.

    Args:
        longest: Characters that are read; what is beyond is left out.
    """
    found = []
    for piece in _split(text[:longest]):
        address = _parse_one(piece)
        if address is not None:
            found.append(address)
    return tuple(found)


def parse_address_header(value: str) -> tuple[Address, ...]:
    """Read the addresses of a raw header value (unfolded, RFC 2047 words still encoded).

    It is split first and decoded second, so a name cannot smuggle in another address.
    """
    from tuimail.text.words import decode_words  # noqa: PLC0415 - the first frame reads no header

    return tuple(
        Address(decode_words(address.name), address.mailbox, address.host)
        for address in parse_addresses(value, _LONGEST_HEADER)
    )


def format_addresses(addresses: tuple[Address, ...]) -> str:
    """Join addresses the way `parse_addresses` reads them back."""
    return ", ".join(str(address) for address in addresses)


# One token of an address list: a quoted string, a comment, an angle address, a separator, text.
_PIECE = (
    r'"(?:[^"\\]|\\.)*"?'
    r"|\((?:[^()\\]|\\.|\([^()]*\))*\)?"
    r"|<[^<>]*>?"
    r"|(?P<group>[^\s\"(<,;:@]*\s*:)"
    r"|(?P<separator>[,;\n])"
    r"|[^\"(<,;:\n]+|."
)


def _split(text: str) -> list[str]:
    pieces = [""]
    for token in re.finditer(_PIECE, text):
        if token["separator"]:
            pieces.append("")
        elif token["group"] and "@" not in pieces[-1]:
            pieces[-1] = ""
        else:
            pieces[-1] += token[0]
    return [piece for piece in (piece.strip() for piece in pieces) if piece]


def _parse_one(piece: str) -> Address | None:
    opening = piece.rfind("<")
    if opening >= 0:
        spec = piece[opening + 1 :].split(">", 1)[0]
        return make_address(_unquote(piece[:opening].strip()), spec)
    comment = re.search(r"\(([^()]*)\)\s*\Z", piece)
    name = comment.group(1) if comment else ""
    bare = re.sub(r"\([^()]*\)", "", piece).strip()
    if not bare:
        return None
    return make_address(name, bare)


def _unquote(name: str) -> str:
    if len(name) >= 2 and name[0] == '"' and name[-1] == '"':
        return re.sub(r"\\(.)", r"\1", name[1:-1])
    return name
