"""The hosts by which Exchange Online receives mail, as they name themselves in header fields.

Exchange Online puts its own fields above those a message came with, and takes fields out that only
it may write (the "header firewall": X-MS-Exchange-Organization-*). What stands above the first
Received field of another host is therefore its own.

A mail from outside comes in at a front (`DB5EUR01FT1.mail.protection.outlook.com`), which passes it
on by way of `AM0PR01CA1.outlook.office365.com`; Authentication-Results stands between the two.
"""

from __future__ import annotations

from typing import Final

_SUFFIXES: Final = (
    ".outlook.com",
    ".outlook.office365.com",
    ".exchangelabs.com",
    ".outlook.office365.us",
    ".office365.us",
    ".partner.outlook.cn",
    ".protection.microsoft.com",
)
_FRONT: Final = ".mail.protection."


def is_receiver(host: str) -> bool:
    """Whether a host belongs to Exchange Online."""
    return host.lower().rstrip(".").endswith(_SUFFIXES)


def is_front(host: str) -> bool:
    """Whether a host of Exchange Online takes mail from outside, be it from another organisation.

    What connects to it is free in what it calls itself.
    """
    return is_receiver(host) and _FRONT in host.lower()
