"""LIST, LSUB and STATUS: which folders there are, which are shown, what they are for."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from tuimail.errors import CommandRejected, NotConnected, Throttled, TuimailError
from tuimail.exchange.folders import is_non_mail, role_by_name
from tuimail.imap import capabilities
from tuimail.imap.channel import Channel, Reply
from tuimail.imap.names import encode_name, parse_listed
from tuimail.imap.sign_in import LIST_ALL
from tuimail.imap.tokens import Value, as_list, as_number, parse_values
from tuimail.model.folder import (
    UID,
    FolderRole,
    FolderStatus,
    ListedFolder,
    ModSeq,
    SelectedFolder,
)

_Row = tuple[frozenset[str], "str | None", str]

_LSUB_ALL: Final = ("LSUB", (b'""', b'"*"'))
_ROLE_OF: Final = {
    "\\sent": FolderRole.SENT,
    "\\trash": FolderRole.TRASH,
    "\\drafts": FolderRole.DRAFTS,
    "\\junk": FolderRole.JUNK,
    "\\archive": FolderRole.ARCHIVE,
}
_NOT_SELECTABLE: Final = frozenset({"\\noselect", "\\nonexistent"})


def list_folders(channel: Channel) -> list[ListedFolder]:
    """Ask for all folders and the subscribed ones.

    Subscribed are those LSUB names, INBOX and those with a special use, as far as LIST knows
    them. An LSUB that fails (Exchange may answer BAD) or that names nothing beyond these says
    nothing, so then all are.

    The sign-in has asked LIST. Its answer serves while nothing was asked since: a folder may have
    been made in between, or an hour may have passed.

    Args:
        channel: Authenticated.
    """
    listed = channel.listed
    if listed is None:
        listed, subscribed = channel.pipeline([LIST_ALL, _LSUB_ALL])
        listed.completion.check("LIST")
    else:
        (subscribed,) = channel.pipeline([_LSUB_ALL])
    rows = _rows(listed, b"LIST")
    roles = _roles(rows)
    names = _subscribed(subscribed, rows, roles)
    return [
        ListedFolder(
            path=path,
            delimiter=delimiter,
            role=roles.get(path),
            selectable=not attributes & _NOT_SELECTABLE,
            subscribed=path in names,
            has_mail=not is_non_mail(path, delimiter, [roles[path]] if path in roles else []),
        )
        for attributes, delimiter, path in rows
    ]


def status(channel: Channel, paths: Sequence[str]) -> list[FolderStatus]:
    """Ask STATUS of several folders in one go; folders that refuse are left out.

    Raises:
        Throttled, NotConnected, NetworkError.
    """
    items = b"(MESSAGES UIDNEXT UIDVALIDITY UNSEEN)"
    replies = channel.pipeline([("STATUS", (encode_name(path), items)) for path in paths])
    found = []
    for path, reply in zip(paths, replies, strict=True):
        answer = _answered(path, reply)
        if answer is not None:
            found.append(answer)
    return found


def _answered(path: str, reply: Reply) -> FolderStatus | None:
    """Read the answer to STATUS; None where this folder refuses. Raises what is no folder's."""
    try:
        reply.completion.check("STATUS")
    except (Throttled, NotConnected):
        raise
    except TuimailError:
        return None  # gone, or not selectable: the next LIST tells
    return _status(path, reply)


def select(channel: Channel, path: str, *, read_only: bool) -> SelectedFolder:
    """SELECT or EXAMINE; with CONDSTORE where the server has it, so that it tells HIGHESTMODSEQ.

    Raises:
        FolderGone: There is no such folder.
    """
    reply = channel.run("EXAMINE" if read_only else "SELECT", *_select_arguments(channel, path))
    return _selected(path, reply, read_only=read_only)


def look(channel: Channel, path: str) -> tuple[SelectedFolder, int | None]:
    """STATUS (UNSEEN) and EXAMINE, sent together; None for the count where STATUS is refused.

    Raises:
        FolderGone: There is no such folder.
        Throttled, NotConnected: Whichever of the two was refused.
    """
    counted, reply = channel.pipeline(
        [
            ("STATUS", (encode_name(path), b"(UNSEEN)")),
            ("EXAMINE", _select_arguments(channel, path)),
        ]
    )
    reply.completion.check("EXAMINE")
    answer = _answered(path, counted)
    return _selected(path, reply, read_only=True), None if answer is None else answer.unseen


def _select_arguments(channel: Channel, path: str) -> tuple[bytes, ...]:
    name = encode_name(path)
    return (name, b"(CONDSTORE)") if capabilities.CONDSTORE in channel.capabilities else (name,)


def _selected(path: str, reply: Reply, *, read_only: bool) -> SelectedFolder:
    """Read the answer to SELECT (RFC 9051, 6.3.2)."""
    numbers = {}
    for name in (b"UIDVALIDITY", b"UIDNEXT", b"HIGHESTMODSEQ"):
        numbers[name] = next(filter(None, map(as_number, reply.codes(name))), None)
    exists = 0
    for response in reply.untagged:
        words = response.line.split()
        if len(words) >= 3 and words[2].upper() == b"EXISTS":
            exists = as_number(words[1]) or 0
    uidvalidity = numbers[b"UIDVALIDITY"]
    if uidvalidity is None:
        raise CommandRejected("The folder has no lasting message numbers, so it cannot be kept.")
    uidnext, modseq = numbers[b"UIDNEXT"], numbers[b"HIGHESTMODSEQ"]
    return SelectedFolder(
        path=path,
        uidvalidity=uidvalidity,
        uidnext=UID(uidnext) if uidnext is not None else None,
        exists=exists,
        highestmodseq=ModSeq(modseq) if modseq is not None else None,
        read_only=read_only or reply.completion.code == "READ-ONLY",
    )


def _rows(reply: Reply, name: bytes) -> list[_Row]:
    rows: dict[str, _Row] = {}
    for line, literals in reply.lines(name):
        row = parse_listed(line, literals)
        if row is not None:
            rows.setdefault(row[2], row)
    return list(rows.values())


def _roles(rows: Sequence[_Row]) -> dict[str, FolderRole]:
    """By the special-use attributes, which stay when names are translated; else by name."""
    roles: dict[str, FolderRole] = {}
    for attributes, _, path in rows:
        role = FolderRole.INBOX if path == "INBOX" else _role_of(attributes)
        if role is not None and role not in roles.values():
            roles[path] = role
    for attributes, delimiter, path in rows:
        role = role_by_name(path, delimiter)
        usable = path not in roles and not attributes & _NOT_SELECTABLE
        if role is not None and usable and role not in roles.values():
            roles[path] = role
    return roles


def _role_of(attributes: frozenset[str]) -> FolderRole | None:
    return next((_ROLE_OF[name] for name in sorted(attributes) if name in _ROLE_OF), None)


def _subscribed(reply: Reply, rows: Sequence[_Row], roles: Collection[str]) -> frozenset[str]:
    everything = frozenset(path for _, _, path in rows)
    always = frozenset(roles)
    if reply.completion.status != "OK":
        _raise_if_general(reply)
        return everything
    named = frozenset(
        path for attributes, _, path in _rows(reply, b"LSUB") if not attributes & _NOT_SELECTABLE
    )
    return named | always if (named & everything) - always else everything


def _raise_if_general(reply: Reply) -> None:
    try:
        reply.completion.check("LSUB")
    except (Throttled, NotConnected):
        raise
    except TuimailError:
        return


def _status(path: str, reply: Reply) -> FolderStatus | None:
    for line, literals in reply.lines(b"STATUS"):
        values = parse_values(line, literals)
        pairs = next((as_list(value) for value in reversed(values) if isinstance(value, list)), [])
        items = _numbers(pairs)
        uidnext = items.get(b"UIDNEXT")
        return FolderStatus(
            path=path,
            messages=items.get(b"MESSAGES"),
            uidnext=UID(uidnext) if uidnext is not None else None,
            uidvalidity=items.get(b"UIDVALIDITY"),
            unseen=items.get(b"UNSEEN"),
        )
    return None


def _numbers(pairs: Sequence[Value]) -> dict[bytes, int]:
    found = {}
    for key, value in zip(pairs[0::2], pairs[1::2], strict=False):
        number = as_number(value)
        if isinstance(key, bytes) and number is not None:
            found[key.upper()] = number
    return found
