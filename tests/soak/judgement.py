"""The end of a soak: client and server message by message, and whether anything was lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from tests.soak import letters
from tests.soak.other import Row

Server = Mapping[str, Mapping[str, Row]]
"""Folder to UID to message."""


def divergences(seen: Mapping[str, Any], server: Server) -> list[str]:
    """Say in words where what the client shows and holds is not what the server has."""
    found = []
    shown = {path: folder for path, folder in seen["folders"].items() if folder["rows"]}
    for path in sorted({path for path, rows in server.items() if rows} | shown.keys()):
        here, there = seen["folders"].get(path), server.get(path, {})
        if here is None:
            found.append(f"{path}: not shown, {len(there)} messages there")
            continue
        found += _rows(path, here["rows"], there)
        unread = sum("\\Seen" not in flags for _, flags, _ in there.values())
        if (here["total"], here["unread"]) != (len(there), unread):
            counted = f"{here['total']}, {here['unread']} unread"
            found.append(f"{path}: counts {counted}, there {len(there)}, {unread} unread")
        if here["without a UID"]:
            found.append(f"{path}: {here['without a UID']} rows without a place of their own")
    return found


def _rows(path: str, here: Mapping[str, Any], there: Mapping[str, Row]) -> Iterable[str]:
    for uid in sorted(here.keys() | there.keys(), key=int):
        if uid not in there:
            yield f"{path} {uid}: {here[uid][0]} is not there any more"
        elif uid not in here:
            yield f"{path} {uid}: {there[uid][0]} is not here"
        else:
            message_id, flags, digest = here[uid]
            identity, told, text = there[uid]
            if message_id != identity:
                yield f"{path} {uid}: {message_id} here, {identity} there"
            if tuple(flags) != told:
                yield f"{path} {uid}: {identity} has {flags} here, {told} there"
            if digest is not None and digest != sha256(text).hexdigest():
                yield f"{path} {uid}: {identity} has another text here"


def lost_or_doubled(server: Server, created: int, copied: Mapping[str, int]) -> list[str]:
    """Say which messages the server has too few or too many of."""
    count = Counter(message_id for rows in server.values() for message_id, _, _ in rows.values())
    found = []
    for number in range(created):
        message_id = letters.message_id(number)
        least = most = 1
        match letters.kind(number):
            case letters.TWIN:
                most += copied.get(message_id, 0)
            case letters.EXPENDABLE:
                least = 0
        if not least <= count[message_id] <= most:
            found.append(f"{message_id}: {count[message_id]} times, {least} to {most} expected")
    return found


def not_sent_once(server: Server, received: Iterable[str], queued: Iterable[str]) -> list[str]:
    """Say which queued messages did not arrive once, or have not one copy."""
    arrived = Counter(received)
    copies = Counter(message_id for rows in server.values() for message_id, _, _ in rows.values())
    found = []
    for message_id in sorted({*queued, *arrived}):
        if arrived[message_id] != 1:
            found.append(f"{message_id}: arrived {arrived[message_id]} times")
        if copies[message_id] != 1:
            found.append(f"{message_id}: {copies[message_id]} copies in the mailbox")
    return found


def not_as_told(server: Server, flagged: Mapping[str, bool], settled: Iterable[str]) -> list[str]:
    """Say which messages are not flagged as the user said last.

    Args:
        flagged: The user's last word, by Message-ID.
        settled: Messages with a change that was refused, or taken back: anything may be so.
    """
    found = []
    places = Counter(message_id for rows in server.values() for message_id, _, _ in rows.values())
    open_ones = set(settled)
    for rows in server.values():
        for message_id, flags, _ in rows.values():
            wanted = flagged.get(message_id)
            if wanted is None or message_id in open_ones or places[message_id] != 1:
                continue
            if wanted != ("\\Flagged" in flags):
                found.append(f"{message_id}: the user's flag {wanted} is not there")
    return found
