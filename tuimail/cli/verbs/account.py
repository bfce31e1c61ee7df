"""`tuimail account`: which mailboxes there are, and taking one away."""

from __future__ import annotations

from functools import partial

import click

from tuimail.cli.lock import VERB, EngineLock
from tuimail.cli.output import note, say, say_json
from tuimail.cli.run import json_option, one_account
from tuimail.cli.setup import Options, data_folder, load_settings
from tuimail.config.settings import change
from tuimail.errors import StoreError
from tuimail.model.account import AccountId
from tuimail.store.forgetting import Unfinished, compact
from tuimail.store.store import Writer


@click.group()
def account() -> None:
    """Mailboxes: list them, take one away."""


@account.command("list")
@json_option
@click.pass_obj
def list_accounts(options: Options, as_json: bool) -> None:
    """List the mailboxes of the settings: label and address."""
    settings = load_settings(options)
    if as_json or options.as_json:
        found = [
            {"name": name, "address": table.address, "cloud": table.cloud}
            for name, table in settings.accounts.items()
        ]
        say_json(found)
        return
    width = max(len(name) for name in settings.accounts)
    for name, table in settings.accounts.items():
        say(f"{name:<{width}}  {table.address}")


@account.command()
@click.argument("name")
@click.option("--purge", is_flag=True, help="Delete its mail on this computer too.")
@click.option("--yes", is_flag=True, help="Also what the server does not have.")
@click.pass_obj
def remove(options: Options, name: str, purge: bool, yes: bool) -> None:
    """Sign a mailbox out and take it out of the settings. Nothing changes on the server."""
    with EngineLock.wait(data_folder(), VERB):
        with one_account(Options(options.config, name, options.as_json)) as world:
            left = world.store.read.unfinished(world.account.id)
            if purge and not yes and not left.is_nothing:
                raise StoreError(
                    f"{_in_words(left)} would be lost.",
                    hint="Send or discard them first, or add --yes.",
                )
            world.connected().tokens.sign_out().result()
            if purge:
                forget = partial(_forget, world.account.id)
                world.store.write(forget).result()
        if purge:
            compact(data_folder())
        change(options.settings_file(), {f"accounts.{name}": None})
    kept = "its mail on this computer is deleted" if purge else "its mail stays on this computer"
    note(f"{name} is signed out and out of the settings; {kept}.")


def _forget(account_id: AccountId, tx: Writer) -> None:
    tx.forget_account(account_id)


def _in_words(left: Unfinished) -> str:
    counted = (
        (left.outbox, "message to be sent", "messages to be sent"),
        (left.drafts, "draft", "drafts"),
        (left.changes, "change for the server", "changes for the server"),
    )
    words = [f"{number} {one if number == 1 else many}" for number, one, many in counted if number]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)
