"""Mail gateways in front of Exchange Online, as the settings name them.

Exchange then sees every mail come from the gateway, and finds that the sender's domain did not send
it. What the gateway found out counts instead, where the mail certainly came through it: the name it
gives itself can be forged, the address that Exchange received the mail from cannot.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final

from tuimail.errors import ConfigError
from tuimail.records import record

_WRITTEN: Final = re.compile(r"\s*([A-Za-z0-9._-]{1,255})\s*:(?P<places>.+)", re.DOTALL)
_FORM: Final = "its name and its addresses, such as 'mx.contoso.com: 192.0.2.0/24'"


@record
class Gateway:
    """One gateway.

    Attributes:
        name: What it calls itself in Authentication-Results (its authserv-id), lower case.
        networks: The addresses it delivers from.
    """

    name: str
    networks: tuple[IPv4Network | IPv6Network, ...]

    def delivers_from(self, address: str) -> bool:
        """Whether an address, as it is written in a Received field, is one of its own."""
        try:
            found = ip_address(address)
        except ValueError:
            return False
        return any(found in network for network in self.networks)


def read_gateway(written: str) -> Gateway:
    """Read one entry of the settings.

    Args:
        written: `mx.contoso.com: 192.0.2.0/24 2001:db8::/48`.

    Raises:
        ConfigError: It is not of that form.
    """
    found = _WRITTEN.fullmatch(written)
    if found is None:
        raise ConfigError(f"{written!r}: a gateway is {_FORM}")
    networks = []
    for place in found["places"].split():
        try:
            networks.append(ip_network(place, strict=False))
        except ValueError as error:
            raise ConfigError(f"{place!r} is no address; a gateway is {_FORM}") from error
    if not networks:
        raise ConfigError(f"{written!r}: a gateway is {_FORM}")
    return Gateway(found[1].lower(), tuple(networks))


def read_gateways(written: Iterable[str]) -> tuple[Gateway, ...]:
    """Read the entries of the settings.

    Raises:
        ConfigError: One is not of the form that `read_gateway` reads.
    """
    return tuple(read_gateway(one) for one in written)
