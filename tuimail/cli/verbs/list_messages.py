"""`tuimail list FOLDER`: the messages of a folder in any order, from the store."""

from __future__ import annotations

import click

from tuimail.cli.listing import read_limit, rows_of, say_messages
from tuimail.cli.run import OneAccount, json_option, one_account
from tuimail.cli.setup import Options
from tuimail.errors import FolderGone
from tuimail.model.folder import Folder, FolderRole
from tuimail.model.listing import InFolder, Listing, Sort


@click.command("list", short_help="List the messages of a folder.")
@click.argument("folder")
@click.option(
    "--limit", type=click.IntRange(1), default=50, show_default=True, help="How many at most."
)
@click.option(
    "--sort",
    type=click.Choice([sort.value for sort in Sort]),
    default="date",
    show_default=True,
    help="In which order.",
)
@click.option("--reverse", is_flag=True, help="The same order from its other end.")
@click.option(
    "--limit-to",
    metavar="WORDS",
    default="",
    help="Only those with these words, as `search` takes them.",
)
@json_option
@click.pass_obj
def list_messages(
    options: Options,
    folder: str,
    limit: int,
    sort: str,
    limit_to: str,
    *,
    reverse: bool,
    as_json: bool,
) -> None:
    """List the newest messages of FOLDER (its path, or inbox, sent, drafts, trash …)."""
    with one_account(options) as world:
        place = InFolder(find_folder(world, folder).id)
        search = read_limit(limit_to, world)
        listing = Listing(place, sort=Sort(sort), reverse=reverse, limit=search)
        rows = rows_of(world.store, listing, limit)
    say_messages(rows, {}, as_json=as_json or options.as_json)


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
