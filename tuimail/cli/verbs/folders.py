"""`tuimail folders`: the tree as it is in the store."""

from __future__ import annotations

import click

from tuimail.cli.output import say, say_json
from tuimail.cli.run import json_option, one_account
from tuimail.cli.setup import Options


@click.command()
@click.option("--all", "everything", is_flag=True, help="Those that are not subscribed too.")
@json_option
@click.pass_obj
def folders(options: Options, everything: bool, as_json: bool) -> None:
    """List the folders, with counts, as of the last sync."""
    with one_account(options) as world:
        found = world.store.read.all_folders(everything=everything)
        rows = found.get(world.account.id, [])
    if as_json or options.as_json:
        say_json(
            [
                {
                    "path": folder.path,
                    "name": folder.name,
                    "role": folder.role,
                    "subscribed": folder.subscribed,
                    "total": folder.total,
                    "unread": folder.unread,
                }
                for folder in rows
            ]
        )
        return
    for folder in rows:
        say(f"{folder.unread:>6} {folder.total:>7}  {folder.path}")
