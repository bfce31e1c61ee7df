"""`tuimail account`: which mailboxes there are, adding one or a shared one, and taking one away."""

from __future__ import annotations

from functools import partial

import click

from tuimail.cli.lock import VERB, EngineLock
from tuimail.cli.output import note, say, say_json
from tuimail.cli.run import OneAccount, json_option, one_account
from tuimail.cli.setup import (
    Options,
    data_folder,
    load_settings,
    stored_accounts,
    write_settings,
)
from tuimail.cli.sharing import add_shared, remove_shared
from tuimail.cli.verbs.account_add import add
from tuimail.errors import ConfigError, StoreError
from tuimail.model.account import AccountId
from tuimail.store.forgetting import Unfinished, compact
from tuimail.store.writer import Writer


@click.group()
def account() -> None:
    """Mailboxes: list them, add one or a shared one, take one away."""


account.add_command(add)


@account.command("list")
@json_option
@click.pass_obj
def list_accounts(options: Options, as_json: bool) -> None:
    """List the mailboxes of the settings: label and address."""
    settings = load_settings(options)
    if as_json or options.as_json:
        found = []
        for name, table in settings.accounts.items():
            own = {"name": name, "address": table.address, "cloud": table.cloud}
            shared = [
                {"name": each, "address": each, "cloud": table.cloud, "owner": name}
                for each in table.shared
            ]
            found += [own, *shared]
        say_json(found)
        return
    width = max(len(name) for name in settings.accounts)
    for name, table in settings.accounts.items():
        say(f"{name:<{width}}  {table.address}")
        for address in table.shared:
            say(f"{'':<{width}}  {address}  shared")


@account.command("add-shared")
@click.argument("address")
@click.option("--account", "owner", help="The account that opens it, if you have several.")
@click.pass_obj
def add_shared_mailbox(options: Options, address: str, owner: str | None) -> None:
    """Add a shared mailbox. It is opened with your own sign-in; nothing changes on the server."""
    name = _owner(options, owner or options.account)
    add_shared(options.settings_file(), name, address)
    note(f"{address} is added below {name}. Windows that are open show it when they start again.")


def _owner(options: Options, name: str | None) -> str:
    accounts = load_settings(options).accounts
    known = ", ".join(sorted(accounts))
    if name is None and len(accounts) > 1:
        raise ConfigError(f"Say which account opens it: --account NAME. Known: {known}.")
    if name is not None and name not in accounts:
        raise ConfigError(f"There is no account named {name}. Known: {known}.")
    return name or next(iter(accounts))


@account.command()
@click.argument("name")
@click.option("--purge", is_flag=True, help="Delete its mail on this computer too.")
@click.option(
    "--yes",
    is_flag=True,
    help="Also delete what the server does not have: drafts, the outbox, changes.",
)
@click.pass_obj
def remove(options: Options, name: str, purge: bool, yes: bool) -> None:
    """Sign a mailbox out and take it out of the settings. Nothing changes on the server.

    With it go the shared mailboxes it opens. NAME may be a shared mailbox's address: then only that
    one goes, and nobody is signed out.
    """
    with EngineLock.wait(data_folder(), VERB):
        with one_account(Options(options.config, name, options.as_json)) as world:
            shared = world.account.is_shared
            going = [world.account.id, *([] if shared else _shared_by(options, world))]
            for each in going:
                left = world.store.read.unfinished(each)
                if purge and not yes and not left.is_nothing:
                    raise StoreError(
                        f"{_in_words(left)} would be lost.",
                        hint="Send or discard them first, or add --yes.",
                    )
            if not shared:
                world.connected().tokens.sign_out().result()
            for each in going if purge else ():
                world.store.write(partial(_forget, each)).result()
        if purge:
            compact(data_folder())
        if shared:
            remove_shared(options.settings_file(), name)
        else:
            write_settings(options.settings_file(), {f"accounts.{name}": None})
    kept = "its mail on this computer is deleted" if purge else "its mail stays on this computer"
    gone = "out of the settings" if shared else "signed out and out of the settings"
    note(f"{name} is {gone}; {kept}.")


def _shared_by(options: Options, world: OneAccount) -> list[AccountId]:
    accounts = stored_accounts(load_settings(options), world.store)
    return [key for key, each in accounts.items() if each.owner == world.account.id]


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
