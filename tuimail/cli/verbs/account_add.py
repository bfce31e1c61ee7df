"""`tuimail account add`: set a mailbox up on a plain terminal, with questions or wholly from flags.

The same service as the screen's. What is to be opened and typed for the sign-in goes to stdout; how
the steps stand goes to stderr.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

import click

from tuimail.cli.output import note
from tuimail.cli.plain_setup import PlainSetup
from tuimail.cli.run import json_option
from tuimail.cli.setting_up import fitting_method, new_set_up
from tuimail.cli.setup import Options, keep_log, open_store
from tuimail.config.key_presets import PRESETS, load_preset
from tuimail.config.settings import load_or_default
from tuimail.config.surroundings import surroundings
from tuimail.errors import ConfigError
from tuimail.exchange.clouds import CLOUDS
from tuimail.model.account import Account
from tuimail.model.setup import SetupAnswers
from tuimail.model.sign_in import SignInMethod
from tuimail.sync.setup_keeping import demand_possible

_PLACES: Final = ("authority", "imap", "smtp", "tenant")


@click.command(short_help="Set a mailbox up.")
@click.argument("address", default="")
@click.option("--client-id", default="", metavar="ID|thunderbird", help="Which app asks for mail.")
@click.option("--cloud", type=click.Choice(list(CLOUDS)), help="Instead of asking Microsoft.")
@click.option("--tenant", default="", help="The organisation: a domain or an id.")
@click.option("--name", default="", help="The label in the settings.")
@click.option("--device-code", "way", flag_value="code", help="Sign in with a code.")
@click.option("--browser", "way", flag_value="browser", help="Sign in with a browser.")
@click.option("--no-input", is_flag=True, help="Ask nothing; what is missing is an error.")
@click.option("--keys", default="", metavar="SET", help=f"Keys: {', '.join(PRESETS)}.")
@click.option("--authority", default="", metavar="URL", help="A sign-in service of your own.")
@click.option("--imap", default="", metavar="HOST:PORT", help="An IMAP server of your own.")
@click.option("--smtp", default="", metavar="HOST:PORT", help="A submission server of your own.")
@click.option(
    "--ca-file",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="A PEM file that is trusted instead of the system's certificates.",
)
@json_option
@click.pass_obj
def add(
    options: Options,
    address: str,
    client_id: str,
    cloud: str | None,
    tenant: str,
    name: str,
    way: str | None,
    no_input: bool,
    keys: str,
    authority: str,
    imap: str,
    smtp: str,
    ca_file: Path | None,
    as_json: bool,
) -> int:
    """Set a mailbox up: find the organisation, sign in, check reading and sending."""
    keep_log()
    if keys:
        try:
            load_preset(keys)
        except ConfigError as error:
            raise click.BadParameter(f"{error.message} {error.hint}", param_hint="--keys") from None
    given = SetupAnswers(
        address=address,
        cloud=cloud or "",
        tenant=tenant,
        name=name,
        authority=authority,
        imap=imap,
        smtp=smtp,
        ca_file=str(ca_file.absolute()) if ca_file else "",
        keys=keys,
    )
    settings, mistake = load_or_default(options.settings_file())
    if mistake is not None:
        raise mistake
    try:
        demand_possible(given, settings, options.settings_file())
    except ConfigError as error:
        field = error.key.rpartition(".")[2]
        option = field if field in _PLACES else "name"
        words = error.message.partition(f"{error.key}: ")[2] or error.message
        raise click.BadParameter(words, param_hint=f"--{option}") from None
    store = open_store()
    try:
        made = new_set_up(
            options.settings_file(),
            store,
            _nothing,
            settings.tokens,
            method=_method(way),
            given=given,
        )
        plain = PlainSetup(made, client_id=client_id, may_ask=not no_input)
        return plain.run(as_json=as_json or options.as_json)
    finally:
        store.close()


def _method(way: str | None) -> SignInMethod:
    if way is None:
        return fitting_method()
    if way == "code":
        return SignInMethod.DEVICE_CODE
    is_here = surroundings(os.environ).can_open_browser
    return SignInMethod.BROWSER if is_here else SignInMethod.PASTE


def _nothing(account: Account) -> None:
    """No engine runs here; a window fetches the mail when it starts."""
    note(f"{account.name}: `tuimail` opens it; a window that is open needs a new start.")
