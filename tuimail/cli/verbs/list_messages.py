"""`tuimail list FOLDER`: the newest messages of a folder, from the store."""

from __future__ import annotations

from typing import Any

import click

from tuimail.cli.output import say, say_json
from tuimail.cli.run import OneAccount, json_option, one_account
from tuimail.cli.setup import Options
from tuimail.errors import FolderGone
from tuimail.model.bodystructure import attachments
from tuimail.model.folder import Folder, FolderRole
from tuimail.model.message import Message
from tuimail.text.address import format_addresses


@click.command("list")
@click.argument("folder")
@click.option("--limit", type=click.IntRange(1), default=50, show_default=True)
@json_option
@click.pass_obj
def list_messages(options: Options, folder: str, limit: int, as_json: bool) -> None:
    """List the newest messages of FOLDER (its path, or inbox, sent, drafts, trash …)."""
    with one_account(options) as world:
        place = find_folder(world, folder)
        rows = [
            message
            for summary in world.store.read.newest(place.id, limit)
            if (message := world.store.read.message(summary.key)) is not None
        ]
    if as_json or options.as_json:
        say_json([describe(message) for message in rows])
        return
    for message in rows:
        summary = message.summary
        unread = " " if summary.flags.is_seen else "N"
        date = f"{summary.internaldate.astimezone():%Y-%m-%d %H:%M}"
        say(f"{summary.key:>6} {unread} {date}  {summary.from_text}  {summary.subject}")


def find_folder(world: OneAccount, name: str) -> Folder:
    """Return the folder with this path, in any case, or with this role.

    Raises:
        FolderGone: There is none.
    """
    rows = world.store.read.folders(world.account.id)
    wanted = name.lower()
    found = (
        next((folder for folder in rows if folder.path == name), None)
        or next((folder for folder in rows if folder.path.lower() == wanted), None)
        or next((folder for folder in rows if folder.role == wanted), None)
    )
    if found is not None:
        return found
    roles = ", ".join(role.value for role in FolderRole)
    raise FolderGone(
        f"There is no folder {name}.",
        hint=f"`tuimail sync` fetches the tree, `tuimail folders` lists it; {roles} work too.",
    )


def describe(message: Message) -> dict[str, Any]:
    """Return one message as JSON knows it."""
    summary, envelope = message.summary, message.envelope
    files = attachments(message.structure) if message.structure else ()
    return {
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
