"""What changes the folder tree (RFC 9051, 6.3.4 to 6.3.8), and a whole folder's \\Seen."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from tuimail.imap.changes import SOME_ARE_GONE
from tuimail.imap.names import encode_name
from tuimail.imap.session import ImapSession
from tuimail.model.folder import UID

_MOST_RANGES: Final = 400  # of two numbers with ten digits each: below 8 KB


def create(session: ImapSession, path: str) -> None:
    """CREATE.

    Raises:
        CommandRejected: Refused; it may be there already.
    """
    session.channel.run("CREATE", encode_name(path))


def rename(session: ImapSession, path: str, to: str) -> None:
    """RENAME a folder and what is below it.

    Raises:
        CommandRejected: Refused; it may have been done before.
    """
    _leave(session)
    session.channel.run("RENAME", encode_name(path), encode_name(to))


def delete(session: ImapSession, path: str) -> None:
    """DELETE a folder and the messages in it.

    Raises:
        CommandRejected: Refused; it may have been done before.
    """
    _leave(session)
    session.channel.run("DELETE", encode_name(path))


def subscribe(session: ImapSession, path: str) -> None:
    """SUBSCRIBE; doing it again changes nothing."""
    session.channel.run("SUBSCRIBE", encode_name(path))


def unsubscribe(session: ImapSession, path: str) -> None:
    """UNSUBSCRIBE; doing it again changes nothing."""
    session.channel.run("UNSUBSCRIBE", encode_name(path))


def mark_seen(session: ImapSession, below: UID, spared: Collection[UID]) -> None:
    """Set \\Seen on all messages of the selected folder with UIDs below `below` but these."""
    ranges = []
    low = 1
    for uid in (*sorted(one for one in spared if one < below), below):
        if uid > low:
            ranges.append(b"%d:%d" % (low, uid - 1))
        low = uid + 1
    for start in range(0, len(ranges), _MOST_RANGES):
        numbers = b",".join(ranges[start : start + _MOST_RANGES])
        reply = session.channel.ask("UID", b"STORE", numbers, b"+FLAGS.SILENT", b"(\\Seen)")
        if reply.completion.status != "NO" or not SOME_ARE_GONE.search(reply.completion.text):
            reply.completion.check("STORE")


def _leave(session: ImapSession) -> None:
    """Select INBOX: a folder that is selected cannot be renamed or removed everywhere."""
    selected = session.selected
    if selected is not None and selected.path != "INBOX":
        session.select("INBOX", read_only=True)
