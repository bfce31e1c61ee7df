"""`tuimail logout`: forget the tokens of an account. Mail and outbox stay."""

from __future__ import annotations

import click

from tuimail.cli.output import note
from tuimail.cli.run import one_account
from tuimail.cli.setup import Options


@click.command()
@click.pass_obj
def logout(options: Options) -> None:
    """Forget the sign-in. Mail on this computer stays."""
    with one_account(options) as world:
        world.connected().tokens.sign_out().result()
        note(f"Signed out of {world.account.name}.")
