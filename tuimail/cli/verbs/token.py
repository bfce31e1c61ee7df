"""`tuimail token`: an access token for another program, such as mbsync, msmtp or neomutt."""

from __future__ import annotations

import sys

import click

from tuimail.cli.output import write_out
from tuimail.cli.run import one_account
from tuimail.cli.setup import Options
from tuimail.errors import ConfigError


@click.command(short_help="Print an access token for another mail program.")
@click.option("--refresh", is_flag=True, help="Ask Microsoft for a new one, whatever is here.")
@click.pass_obj
def token(options: Options, refresh: bool) -> None:
    """Print an access token that is good for five minutes at least, and nothing else."""
    if sys.stdout.isatty():
        raise ConfigError(
            "A token is a secret and is not shown on a terminal: send it to a program.",
            key="token",
        )
    with one_account(options) as world:
        found = world.connected().tokens.get(force_refresh=refresh).result()
        write_out(found.secret.reveal() + "\n")
