"""`tuimail sync`: push what was done, bring every folder up to date, and end."""

from __future__ import annotations

import asyncio

import click

from tuimail.cli.handover import lock_or_answer
from tuimail.cli.listing import folder_line
from tuimail.cli.output import complain, note
from tuimail.cli.run import OneAccount, one_account
from tuimail.cli.setup import Options
from tuimail.errors import TuimailError
from tuimail.model.folder import Folder
from tuimail.model.request import NewRequest, RequestKind


@click.command()
@click.pass_obj
def sync(options: Options) -> int:
    """Bring the account up to date and end. An open tuimail does it, if there is one."""
    failures = []
    with one_account(options) as world:
        new = NewRequest(RequestKind.SYNC, account=world.account.id)
        with lock_or_answer(world.store, new) as is_ours:
            if is_ours:
                failures = asyncio.run(_sync(world))
            else:
                for folder in world.store.read.folders(world.account.id):
                    _tell(folder)
        for failure in failures:
            complain(failure)
    return 1 if failures else 0


async def _sync(world: OneAccount) -> list[TuimailError]:
    async with world.errand() as errand:
        await errand.recover()
        return await errand.sync(_tell)


def _tell(folder: Folder) -> None:
    if folder.selectable:
        note(folder_line(folder))
