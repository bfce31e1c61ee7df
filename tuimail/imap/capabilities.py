"""What a server can, as the names of its CAPABILITY response (RFC 9051, 7.2.2).

Exchange Online offers MOVE, UIDPLUS, IDLE, LITERAL+, SASL-IR, ID and NAMESPACE, and none of
CONDSTORE, QRESYNC, SPECIAL-USE, LIST-STATUS, SORT or THREAD. It may offer IMAP4rev2; enabling that
breaks LSUB and LIST there, so nothing here ever sends ENABLE.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

MOVE: Final = "MOVE"
UIDPLUS: Final = "UIDPLUS"
IDLE: Final = "IDLE"
ID: Final = "ID"
SASL_IR: Final = "SASL-IR"
CONDSTORE: Final = "CONDSTORE"


def parse_capabilities(lines: Iterable[bytes]) -> frozenset[str]:
    """Read the rests of `* CAPABILITY …` lines, or the data of the response code."""
    words: set[str] = set()
    for line in lines:
        words.update(line.decode("ascii", "replace").upper().split())
    return frozenset(words)
