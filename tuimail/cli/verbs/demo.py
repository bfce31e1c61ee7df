"""`tuimail demo`: the real client against Exchange Online in a box, on this computer alone."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

import click

from tuimail.config.schema import AccountSettings, Settings
from tuimail.sandbox.demo import demo_sandbox

ACCOUNT: Final = "demo"


@click.command()
def demo() -> None:
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
        run_app(
            Settings(accounts={ACCOUNT: account}),
            Path(folder) / "mail",
            approve_demo=lambda code: sandbox.entra.approve(code, owner),
        )
