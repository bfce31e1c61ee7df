"""Listings for scripts: the words of a limit, all rows up to a number, one line or object each."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

import click

from tuimail.cli.output import note, say, say_json
from tuimail.cli.run import OneAccount
from tuimail.model.bodystructure import attachments
from tuimail.model.folder import Folder
from tuimail.model.listing import Listing
from tuimail.model.message import Message
from tuimail.model.search import Search
from tuimail.model.search_language import parse_search
from tuimail.store.store import Store
from tuimail.text.address import format_addresses

_REACH: Final = 20_000
_ENTERED_AT_ONCE: Final = 200


def read_limit(words: str, world: OneAccount) -> Search:
    """Read a limit.

    Raises:
        click.UsageError: Something in it means nothing.
    """
    parsed = parse_search(words, now=datetime.now().astimezone(), me=(world.account.address,))
    if parsed.problem:
        raise click.UsageError(parsed.problem)
    return parsed.search


def rows_of(store: Store, listing: Listing, limit: int) -> list[Message]:
    """Return the first rows of a listing, however long looking for them takes."""
    if listing != Listing(listing.place):
        enter_what_was_here(store)
    reader = store.read.listing(listing)
    window = reader.first(limit, reach=_REACH)
    rows = list(window.rows)
    while window.resume is not None and len(rows) < limit:
        window = reader.after(window.resume, limit - len(rows), reach=_REACH)
        rows += window.rows
    found = (store.read.message(row.key) for row in rows)
    return [message for message in found if message is not None]


def enter_what_was_here(store: Store) -> None:
    """Make mail of an older tuimail ready for sorting and searching, once."""
    is_first = True
    while store.write(lambda tx: tx.enter_catalogue(_ENTERED_AT_ONCE)).result():
        if is_first:
            note("Preparing the mail that is here for sorting and searching, once …")
            is_first = False


def say_messages(messages: list[Message], folders: dict[int, str], *, as_json: bool) -> None:
    """Print messages.

    Args:
        folders: The paths of folders, where they are to be said.
    """
    if as_json:
        say_json([describe(message, folders) for message in messages])
        return
    for message in messages:
        summary = message.summary
        unread = " " if summary.flags.is_seen else "N"
        date = f"{summary.internaldate.astimezone():%Y-%m-%d %H:%M}"
        place = f"{folders.get(summary.folder_id, '')}  " if folders else ""
        say(f"{summary.key:>6} {unread} {date}  {place}{summary.from_text}  {summary.subject}")


def folder_line(folder: Folder) -> str:
    """Return `Inbox: 114 messages, 19 unread`."""
    many = "message" if folder.total == 1 else "messages"
    return f"{folder.name}: {folder.total} {many}, {folder.unread} unread"


def describe(message: Message, folders: dict[int, str]) -> dict[str, Any]:
    """Return one message as JSON knows it."""
    summary, envelope = message.summary, message.envelope
    files = attachments(message.structure) if message.structure else ()
    described: dict[str, Any] = {
        "key": summary.key,
        "uid": message.uid,
        "date": summary.internaldate.isoformat(),
        "from": format_addresses(envelope.from_),
        "to": format_addresses(envelope.to),
        "subject": envelope.subject,
        "flags": list(summary.flags.names()),
        "size": summary.size,
        "attachments": len(files),
    }
    if folders:
        described["folder"] = folders.get(summary.folder_id, "")
    return described
