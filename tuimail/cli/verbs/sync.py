"""`tuimail sync`: push what was done, bring every folder up to date, and end."""

from __future__ import annotations

import asyncio

import click

from tuimail.cli.lock import VERB, EngineLock
from tuimail.cli.output import complain, note
from tuimail.cli.run import OneAccount, one_account
from tuimail.cli.setup import Options
from tuimail.errors import TuimailError
from tuimail.model.folder import Folder


@click.command()
@click.pass_obj
def sync(options: Options) -> int:
    """Bring the account up to date and end. Not while a screen does that."""
    with one_account(options) as world, EngineLock.take(world.store.directory, VERB):
        failures = asyncio.run(_sync(world))
        for failure in failures:
            complain(failure)
        return 1 if failures else 0


async def _sync(world: OneAccount) -> list[TuimailError]:
    def tell(folder: Folder) -> None:
        note(f"{folder.name}: {folder.total} messages, {folder.unread} unread")

    async with world.errand() as errand:
        await errand.recover()
        return await errand.sync(tell)
