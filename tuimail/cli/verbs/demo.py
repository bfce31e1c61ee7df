"""`tuimail demo`: the real client against Exchange Online in a box, on this computer alone."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Final

import click

from tuimail.config.paths import write_atomically
from tuimail.config.schema import AccountSettings, Settings
from tuimail.sandbox.demo import demo_sandbox
from tuimail.sandbox.sandbox import Sandbox

ACCOUNT: Final = "demo"


@click.command()
@click.option(
    "--info",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write a description of the servers to this file (JSON), for other clients.",
)
def demo(info: Path | None) -> int:
    """Try tuimail without an account: a mailbox that lives until you quit."""
    from tuimail.cli.screen import run_app  # noqa: PLC0415 - Textual only for the screen

    with (
        tempfile.TemporaryDirectory(prefix="tuimail-demo-") as folder,
        demo_sandbox(Path(folder) / "server") as sandbox,
    ):
        owner = sandbox.accounts[0]
        account = AccountSettings(
            address=owner,
            client_id=sandbox.client_id,
            authority=sandbox.authority,
            imap=f"{sandbox.imap[0]}:{sandbox.imap[1]}",
            smtp=f"{sandbox.smtp[0]}:{sandbox.smtp[1]}",
            ca_file=str(sandbox.ca_file),
        )
        if info is not None:
            write_atomically(info, _describe(sandbox))
        return run_app(
            Settings(accounts={ACCOUNT: account}),
            Path(folder) / "mail",
            approve_demo=lambda code: sandbox.entra.approve(code, owner),
        )


def _describe(sandbox: Sandbox) -> bytes:
    description = {
        "accounts": sandbox.accounts,
        "client_id": sandbox.client_id,
        "authority": sandbox.authority,
        "imap": sandbox.imap,
        "smtp": sandbox.smtp,
        "mx": sandbox.mx,
        "ca_file": str(sandbox.ca_file),
    }
    return json.dumps(description, indent=2).encode() + b"\n"
