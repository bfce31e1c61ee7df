"""`tuimail demo`: the real client against Exchange Online in a box, on this computer alone."""

from __future__ import annotations

import json
import tempfile
import textwrap
from pathlib import Path
from typing import Final

import click
import msgspec

from tuimail.cli.output import write_out
from tuimail.config.paths import write_atomically
from tuimail.config.schema import AccountSettings, Settings
from tuimail.model.setup import SetupAnswers
from tuimail.sandbox.control import Control
from tuimail.sandbox.demo import demo_sandbox, start_traffic
from tuimail.sandbox.entra_errors import error_named
from tuimail.sandbox.keeping import KeepInUse
from tuimail.sandbox.personas import PERSONAS, Persona, persona_named
from tuimail.sandbox.sandbox import Sandbox

ACCOUNT: Final = "demo"


def _persona(_context: click.Context, _parameter: click.Parameter, name: str) -> Persona:
    try:
        return persona_named(name)
    except ValueError as error:
        raise click.BadParameter(f"{error}. `tuimail demo --list` explains all.") from None


@click.command(short_help="Try tuimail without an account.")
@click.option(
    "--persona",
    default="plain",
    metavar="NAME",
    callback=_persona,
    help="Meet what an organisation or an account of this kind meets.",
)
@click.option("--list", "list_them", is_flag=True, help="Explain the personas and stop.")
@click.option(
    "--keep",
    type=click.Path(path_type=Path, file_okay=False),
    help="Keep the mailbox in this directory, for the next time.",
)
@click.option("--quiet", is_flag=True, help="No new mail by itself.")
@click.option("--set-up", is_flag=True, help="Begin with setting the mailbox up.")
@click.option(
    "--info",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a description of the servers to this file (JSON), for other clients. It holds the "
    "token of the control endpoint.",
)
def demo(
    persona: Persona,
    list_them: bool,
    keep: Path | None,
    quiet: bool,
    set_up: bool,
    info: Path | None,
) -> int:
    """Try tuimail without an account: a mailbox that lives until you quit."""
    if list_them:
        _explain()
        return 0
    with tempfile.TemporaryDirectory(prefix="tuimail-demo-") as folder:
        try:
            sandbox = demo_sandbox(Path(folder) / "server", persona=persona, keep=keep)
        except KeepInUse:
            raise click.UsageError(f"Another demo uses {keep}.") from None
        with sandbox:
            control = Control(sandbox, persona)
            if info is not None:
                write_atomically(info, _describe(sandbox, control))
            if not quiet:
                start_traffic(sandbox, persona)
            return _open_screen(sandbox, persona, Path(folder), set_up=set_up)


def _open_screen(sandbox: Sandbox, persona: Persona, folder: Path, *, set_up: bool) -> int:
    from tuimail.cli.screen import run_app  # noqa: PLC0415 - Textual only for the screen

    tenant = "consumers" if "entra.personal" in persona.switches else "common"
    servers = {
        "authority": f"{sandbox.authority.rpartition('/')[0]}/{tenant}",
        "imap": f"{sandbox.imap[0]}:{sandbox.imap[1]}",
        "smtp": f"{sandbox.smtp[0]}:{sandbox.smtp[1]}",
        "graph": sandbox.graph_url,
        "ca_file": str(sandbox.ca_file),
    }

    def approve(code: str) -> str:
        problem = sandbox.entra.answer_device_code(code, persona.owner)
        if problem is None:
            return ""
        error = error_named(problem)
        return f"The sign-in page says: {error.page} (AADSTS{error.number})"

    table = {"address": persona.owner, "client_id": sandbox.client_id, **servers}
    account = msgspec.convert(table, AccountSettings)
    if persona.shared:
        account = msgspec.structs.replace(account, shared=(persona.shared,))
    return run_app(
        Settings(accounts={} if set_up else {ACCOUNT: account}),
        folder / "mail",
        file=folder / "config.toml" if set_up else None,
        approve_demo=approve,
        given=SetupAnswers(**servers),
    )


def _explain() -> None:
    indent = " " * 4
    for each in PERSONAS.values():
        told = (each.meets, f"tuimail: {each.says}")
        lines = [
            textwrap.fill(words, 79, initial_indent=indent, subsequent_indent=indent)
            for words in told
        ]
        write_out("\n".join([each.name, *lines]) + "\n")


def _describe(sandbox: Sandbox, control: Control) -> bytes:
    description = {
        "accounts": sandbox.accounts,
        "client_id": sandbox.client_id,
        "authority": sandbox.authority,
        "imap": sandbox.imap,
        "smtp": sandbox.smtp,
        "mx": sandbox.mx,
        "graph": sandbox.graph_url,
        "ca_file": str(sandbox.ca_file),
        "control": {"url": control.url, "token": control.token},
    }
    return json.dumps(description, indent=2).encode() + b"\n"
