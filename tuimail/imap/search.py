"""UID SEARCH (RFC 9051, 6.4.4), with nothing in it that Exchange refuses: ASCII, flat, short."""

from __future__ import annotations

import itertools
from typing import Final

from tuimail.imap.channel import Channel
from tuimail.imap.names import quote
from tuimail.imap.tokens import as_number
from tuimail.model.folder import UID

_LONGEST_MESSAGE_ID: Final = 998


def by_message_id(channel: Channel, message_id: str) -> list[UID]:
    """UIDs of the messages with this Message-ID in the selected folder.

    Searching for anything but ASCII is refused by Exchange (BADCHARSET), and no Message-ID may
    hold it, so the answer is then empty without asking.
    """
    printable = message_id.isascii() and message_id.isprintable()
    if not printable or len(message_id) > _LONGEST_MESSAGE_ID:
        return []
    return _search(channel, b"HEADER", b"Message-ID", quote(message_id.encode("ascii")))


def in_range(channel: Channel, low: UID, high: UID | None, *, unseen: bool) -> list[UID]:
    """UIDs from `low` to `high`, None for the newest, that are there; only those not seen if so."""
    numbers = b"%d:*" % low if high is None else b"%d:%d" % (low, high)
    criteria = (b"UID", numbers, b"UNSEEN") if unseen else (b"UID", numbers)
    # `n:*` names the last message even when its UID is below n (RFC 9051, 9: seq-range).
    return [uid for uid in _search(channel, *criteria) if low <= uid]


def _search(channel: Channel, *criteria: bytes) -> list[UID]:
    reply = channel.run("UID", b"SEARCH", *criteria)
    numbers = itertools.chain.from_iterable(line.split() for line, _ in reply.lines(b"SEARCH"))
    return [UID(uid) for number in numbers if (uid := as_number(number)) is not None]
