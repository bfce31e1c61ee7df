"""UID sets (RFC 9051, section 9: `sequence-set`): compressed, and cut to what a command may hold.

Exchange refuses long commands with `BAD Command Argument Error. 12`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Final

from tuimail.model.folder import UID

_MAX_OCTETS: Final = 7000  # leaves room for the rest of a command below 8 KB
_MAX_MEMBERS: Final = 2000
_MAX_EXPANDED: Final = 1_000_000
_RANGE: Final = re.compile(rb"(\d{1,10})(?::(\d{1,10}))?")


def compress(uids: Iterable[int]) -> Iterator[str]:
    """Yield `3`, `5:9` for the sorted members, without repetition."""
    first = last = None
    for uid in sorted(set(uids)):
        if last is not None and uid == last + 1:
            last = uid
            continue
        if first is not None:
            yield _range(first, last)
        first = last = uid
    if first is not None:
        yield _range(first, last)


def chunks(uids: Iterable[UID]) -> Iterator[tuple[str, list[UID]]]:
    """Yield (set, its members), each short enough for one command."""
    members: list[UID] = []
    octets = 0
    for uid in sorted(set(uids)):
        members.append(uid)
        octets += len(str(uid)) + 1  # never less than what the compressed set takes
        if octets >= _MAX_OCTETS or len(members) >= _MAX_MEMBERS:
            yield ",".join(compress(members)), members
            members, octets = [], 0
    if members:
        yield ",".join(compress(members)), members


def expand(data: bytes) -> list[UID]:
    """Read a set in the order it is written, `7:5` downward, as COPYUID pairs need (RFC 4315).

    Returns an empty list for a set larger than any command of ours could have named.
    """
    found: list[UID] = []
    for first, last in _RANGE.findall(data):
        low, high = int(first), int(last or first)
        if abs(high - low) + len(found) > _MAX_EXPANDED:
            return []
        step = 1 if high >= low else -1
        found.extend(UID(number) for number in range(low, high + step, step))
    return found


def _range(first: int, last: int | None) -> str:
    return f"{first}:{last}" if last is not None and last != first else str(first)
