"""`tuimail search WORDS`: messages of all folders, from the store."""

from __future__ import annotations

import click

from tuimail.cli.listing import read_limit, rows_of, say_messages
from tuimail.cli.run import json_option, one_account
from tuimail.cli.setup import Options
from tuimail.model.listing import Everywhere, Listing


@click.command("search", short_help="Find messages in all folders.")
@click.argument("words", nargs=-1, required=True)
@click.option(
    "--limit", type=click.IntRange(1), default=50, show_default=True, help="How many at most."
)
@json_option
@click.pass_obj
def search(options: Options, words: tuple[str, ...], limit: int, *, as_json: bool) -> None:
    """Find messages in all folders by sender, recipients, subject and more; newest first.

    WORDS as on the screen: budget from:anna is:unread after:2026-03. Write -- before words that
    begin with a minus.
    """
    with one_account(options) as world:
        store, account = world.store, world.account.id
        listing = Listing(
            Everywhere(frozenset({account})), limit=read_limit(" ".join(words), world)
        )
        rows = rows_of(store, listing, limit)
        folders = {int(folder.id): folder.path for folder in store.read.folders(account)}
    say_messages(rows, folders, as_json=as_json or options.as_json)
