"""The hosts by which Exchange Online receives mail, as they name themselves in header fields.

Exchange Online puts its own fields above those a message came with, and takes fields out that only
it may write (the "header firewall": X-MS-Exchange-Organization-*). What stands above the first
Received field of another host is therefore its own.
"""

from __future__ import annotations

from typing import Final

_SUFFIXES: Final = (
    ".outlook.com",
    ".exchangelabs.com",
    ".outlook.office365.us",
    ".office365.us",
    ".partner.outlook.cn",
    ".protection.microsoft.com",
)


def is_receiver(host: str) -> bool:
    """Whether a host belongs to Exchange Online."""
    return host.lower().rstrip(".").endswith(_SUFFIXES)
