"""What changes a mailbox: STORE, MOVE, APPEND (RFC 9051, 6.4; UIDPLUS, RFC 4315)."""

from __future__ import annotations

import re
from collections.abc import Collection
from datetime import UTC, datetime
from typing import Final

from tuimail.errors import CommandInvalid, CommandRejected
from tuimail.imap import capabilities
from tuimail.imap.channel import Channel, Reply
from tuimail.imap.names import encode_name
from tuimail.imap.sets import chunks, expand
from tuimail.imap.tokens import as_number
from tuimail.model.flags import Flags
from tuimail.model.folder import UID

SOME_ARE_GONE: Final = re.compile(r"requested messages no longer exist|\[EXPUNGEISSUED\]", re.I)

_FLAG: Final = re.compile(r"\\?[!#$&'+,\-./0-9:;<=>?@A-Z^_`a-z|~]{1,200}\Z")
_MONTHS: Final = (
    *("Jan", "Feb", "Mar", "Apr", "May", "Jun"),
    *("Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
)
_BARE_LF: Final = re.compile(rb"(?<!\r)\n|\r(?!\n)")


def store_flags(channel: Channel, uids: Collection[UID], *, add: Flags, remove: Flags) -> None:
    """UID STORE; messages that are gone are passed over."""
    for sign, flags in ((b"+", add), (b"-", remove)):
        if not flags:
            continue
        for numbers, _ in chunks(uids):
            _tolerant(channel, "STORE", numbers.encode(), sign + b"FLAGS.SILENT", flag_list(flags))


def move(
    channel: Channel, uids: Collection[UID], to: str, uidvalidity: int | None = None
) -> dict[UID, UID | None]:
    """UID MOVE (RFC 6851).

    Args:
        uidvalidity: What is known of the target. New UIDs of another numbering are not told:
            here they would mean other messages.

    Returns:
        Old UID to new one. A message the server did not move, because it was gone, is left out
        when the server said what it moved; where it did not say, every value is None.

    Raises:
        FolderGone: The target does not exist.
        CommandRejected: Refused, or the server cannot MOVE.
    """
    if capabilities.MOVE not in channel.capabilities:
        raise CommandRejected("The server cannot move messages.", code="CANNOT")
    return _to_folder(channel, "MOVE", uids, to, uidvalidity)


def copy(
    channel: Channel, uids: Collection[UID], to: str, uidvalidity: int | None = None
) -> dict[UID, UID | None]:
    """UID COPY (RFC 9051, 6.4.7). Not to be repeated blindly: each time makes another copy.

    Returns:
        UID to that of its copy, as for `move`.

    Raises:
        FolderGone: The target does not exist.
        CommandRejected: Refused; nothing was copied.
    """
    return _to_folder(channel, "COPY", uids, to, uidvalidity)


def _to_folder(
    channel: Channel, verb: str, uids: Collection[UID], to: str, uidvalidity: int | None
) -> dict[UID, UID | None]:
    target = encode_name(to)
    placed: dict[UID, UID | None] = {}
    for numbers, members in chunks(uids):
        reply = _tolerant(channel, verb, numbers.encode(), target)
        placed |= _copied(reply, members, uidvalidity)
    return placed


def expunge(channel: Channel, uids: Collection[UID]) -> None:
    """Remove messages for ever: \\Deleted, then UID EXPUNGE (RFC 4315); gone ones are passed over.

    A bare EXPUNGE would take along what others marked as deleted, so it is never sent.

    Raises:
        CommandRejected: Refused, or the server lacks UIDPLUS. The mark is taken off again.
    """
    if capabilities.UIDPLUS not in channel.capabilities:
        raise CommandRejected("The server cannot delete single messages.", code="CANNOT")
    for numbers, _ in chunks(uids):
        text = numbers.encode()
        _tolerant(channel, "STORE", text, b"+FLAGS.SILENT", b"(\\Deleted)")
        try:
            _tolerant(channel, "EXPUNGE", text)
        except (CommandRejected, CommandInvalid):
            channel.ask("UID", b"STORE", text, b"-FLAGS.SILENT", b"(\\Deleted)")
            raise


def append(
    channel: Channel, path: str, raw: bytes, *, flags: Flags, date: datetime | None
) -> UID | None:
    """APPEND a message; line ends are made CRLF.

    Returns:
        Its UID if the server tells (APPENDUID).

    Raises:
        FolderGone, CommandRejected.
    """
    arguments = [encode_name(path), flag_list(flags)]
    if date is not None:
        arguments.append(_date_time(date))
    reply = channel.append(b" ".join(arguments), _BARE_LF.sub(b"\r\n", raw))
    for data in reply.codes(b"APPENDUID"):
        new = expand(data.partition(b" ")[2])
        if len(new) == 1:
            return new[0]
    return None


def flag_list(flags: Flags) -> bytes:
    """A parenthesised list of flags.

    Raises:
        CommandInvalid: A keyword is not an atom (RFC 9051, 9: `flag-keyword`).
    """
    names = flags.names()
    for name in names:
        if not _FLAG.match(name):
            raise CommandInvalid("A mark cannot be sent to the server.")
    return b"(" + " ".join(names).encode("ascii") + b")"


def _tolerant(channel: Channel, verb: str, *arguments: bytes) -> Reply:
    """A UID command for which messages that are gone are no failure."""
    reply = channel.ask("UID", verb.encode("ascii"), *arguments)
    if reply.completion.status != "NO" or not SOME_ARE_GONE.search(reply.completion.text):
        reply.completion.check(verb)
    return reply


def _copied(
    reply: Reply, members: Collection[UID], uidvalidity: int | None
) -> dict[UID, UID | None]:
    """Read COPYUID in all its forms: tagged, untagged, bare, several, or with empty sets."""
    pairs: dict[UID, UID | None] = {}
    wanted = frozenset(members)
    for data in reply.codes(b"COPYUID"):
        words = data.split()
        if len(words) == 3:
            old, new = expand(words[1]), expand(words[2])
            if len(old) == len(new):
                known = uidvalidity in (None, as_number(words[0]))
                pairs |= {
                    uid: to if known else None
                    for uid, to in zip(old, new, strict=True)
                    if uid in wanted
                }
    return pairs or dict.fromkeys(members)


def _date_time(date: datetime) -> bytes:
    moment = date.astimezone(UTC)
    return (
        f'"{moment.day:2d}-{_MONTHS[moment.month - 1]}-{moment.year:04d} {moment:%H:%M:%S} +0000"'
    ).encode("ascii")
