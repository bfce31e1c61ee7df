"""`tuimail import`: take mailboxes over from the mail programs that are used here already."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from pathlib import Path
from typing import Final

import click

from tuimail.cli.output import note, say, say_json
from tuimail.cli.run import json_option
from tuimail.cli.setup import Options, write_settings
from tuimail.config import from_aerc, from_himalaya, from_isync, from_mutt, from_thunderbird
from tuimail.config.elsewhere import Found, merged, preset_of
from tuimail.config.settings import load_or_default
from tuimail.errors import ConfigError
from tuimail.exchange.clients import PRESETS, resolve_client_id

_PROGRAMS: Final[Mapping[str, Callable[[Path], Iterator[Found]]]] = {
    "thunderbird": from_thunderbird.find,
    "mutt": from_mutt.find,
    "aerc": from_aerc.find,
    "mbsync": from_isync.find,
    "himalaya": from_himalaya.find,
}
_NOT_IN_A_LABEL: Final = re.compile(r"[^A-Za-z0-9._-]+")


@click.command("import", short_help="Take mailboxes over from another mail program.")
@click.option(
    "--from",
    "programs",
    type=click.Choice(sorted(_PROGRAMS)),
    multiple=True,
    help="Look only there; may be repeated.",
)
@click.option("--client-id", default="", help="For mailboxes without one: an id, or thunderbird.")
@click.option("--yes", is_flag=True, help="Add without asking.")
@click.option("--dry-run", is_flag=True, help="Only say what would be added.")
@json_option
@click.pass_obj
def import_accounts(
    options: Options,
    programs: tuple[str, ...],
    client_id: str,
    yes: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    """Take mailboxes over from Thunderbird, mutt, aerc, mbsync and msmtp, himalaya.

    Addresses, user names, clouds and client ids are taken; passwords and tokens are not.
    """
    if client_id and resolve_client_id(client_id) is None:
        raise ConfigError(f"{client_id!r} is neither an id nor a preset.", key="client_id")
    path = options.settings_file()
    settings, mistake = load_or_default(path)
    if mistake is not None:
        raise mistake  # a label that is taken by an account with a mistake would be given twice
    found = _found(programs)
    if as_json or options.as_json:
        say_json([_as_json(each) for each in found])
        return 0
    if not found:
        note("No mailbox of Microsoft's was found in the settings of other mail programs.")
        return 1
    present = {table.address.casefold() for table in settings.accounts.values()}
    labels = set(settings.accounts)
    left_out = 0
    for each in found:
        _tell(each)
        if each.address.casefold() in present:
            say("  It is in the settings already.")
            continue
        chosen = each.client_id or client_id or _ask_for_client_id(yes or dry_run)
        if not chosen:
            say("  It needs a client id: --client-id thunderbird, or your organisation's own.")
            left_out += 1
        elif not dry_run and (yes or click.confirm("  Add it?", default=True)):
            label = _label(each, labels)
            labels.add(label)
            write_settings(path, _table(label, each, chosen))
            say(f"  Added as [accounts.{label}]. Next: tuimail --account {label} login")
    return 1 if left_out else 0


def _found(programs: Collection[str]) -> list[Found]:
    home = Path.home()
    wanted = [find for name, find in _PROGRAMS.items() if not programs or name in programs]
    return merged(each for find in wanted for each in find(home))


def _tell(found: Found) -> None:
    taken = ["address", "user name", f"cloud {found.cloud}"]
    if found.client_id:
        taken.append(f"client id {preset_of(found.client_id)}")
    if found.tenant:
        taken.append(f"tenant {found.tenant}")
    say(f"{found.address}, from {found.program}")
    say(f"  taken: {', '.join(taken)}")
    if found.left:
        say(f"  left: {', '.join(found.left)}")
    if found.uses_password:
        say("  It signs in with a password there, which Microsoft does not take any more.")


def _ask_for_client_id(is_silent: bool) -> str:
    if is_silent or not sys.stdin.isatty():
        return ""
    say("  Which app asks Microsoft for your mail? Your organisation's own id, or thunderbird:")
    say("  known to Microsoft, and their logs will show Thunderbird.")
    while True:
        answer: str = click.prompt("  Client id", default="", show_default=False)
        if not answer or resolve_client_id(answer) is not None:
            return answer
        say(f"  That is neither an id nor one of: {', '.join(PRESETS)}.")


def _table(label: str, found: Found, client_id: str) -> dict[str, object]:
    values: dict[str, object] = {"address": found.address, "client_id": preset_of(client_id)}
    if found.username.casefold() != found.address.casefold():
        values["username"] = found.username
    if found.tenant:
        values["tenant"] = found.tenant
    if found.cloud != "global":
        values["cloud"] = found.cloud
    return {f"accounts.{label}.{key}": value for key, value in values.items()}


def _label(found: Found, taken: Collection[str]) -> str:
    """Return a label that is not taken: the other program's, else the organisation's name."""
    domain = found.address.rpartition("@")[2]
    plain = found.label if "@" not in found.label else ""
    base = _NOT_IN_A_LABEL.sub("-", plain).strip("-._")[:30] or domain.partition(".")[0] or "mail"
    number = 1
    label = base
    while label in taken:
        number += 1
        label = f"{base}-{number}"
    return label


def _as_json(found: Found) -> dict[str, object]:
    return {
        "address": found.address,
        "username": found.username,
        "program": found.program,
        "file": str(found.file),
        "cloud": found.cloud,
        "client_id": found.client_id,
        "tenant": found.tenant,
        "uses_password": found.uses_password,
        "left": list(found.left),
    }
