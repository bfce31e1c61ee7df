"""`tuimail repair`: check the database and mend it, make it anew, or fetch one folder again."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import click

from tuimail.cli.listing import folder_line
from tuimail.cli.lock import VERB, EngineLock
from tuimail.cli.output import say, say_json
from tuimail.cli.run import OneAccount, json_option, one_account
from tuimail.cli.setup import Options, data_folder, identities, keep_log
from tuimail.cli.verbs.list_messages import find_folder
from tuimail.errors import StoreCorrupt, StoreForeign
from tuimail.model.folder import Folder
from tuimail.model.status import Progress
from tuimail.store import check
from tuimail.store.connection import FILE_NAME
from tuimail.store.rescue import Rescued, is_unfinished, rescue


class _Told:
    """What was found: line by line for a person, at the end for a program."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json
        self.document: dict[str, Any] = {"checks": [], "rescued": None, "folder": None}
        self.is_mended = True

    def line(self, text: str) -> None:
        """Say one line to a person."""
        if not self._as_json:
            say(text)

    def finding(self, found: check.Finding) -> None:
        """Tell how a check ended."""
        self.document["checks"].append({**asdict(found), "mended": found.is_mended})
        self.is_mended &= found.is_mended
        self.line(found.sentence())

    def rescued(self, rescued: Rescued) -> None:
        """Tell what came of a damaged database."""
        notice = rescued.notice()
        self.document["rescued"] = {"aside": str(rescued.aside), **asdict(rescued.kept)}
        self.is_mended &= not rescued.kept.lost
        for text in (notice.happened, notice.now, *rescued.kept.lost):
            self.line(text)

    def end(self) -> int:
        """Print the document, if it is asked for, and return the exit code."""
        if self._as_json:
            say_json(self.document)
        return 0 if self.is_mended else 1


@click.command()
@click.option("--folder", metavar="PATH", help="Fetch this folder again; nothing of yours is lost.")
@click.option("--account", metavar="NAME", help="Whose folder; as before the verb.")
@json_option
@click.pass_obj
def repair(options: Options, folder: str | None, account: str | None, as_json: bool) -> int:
    """Check the mail database and mend it. Quit tuimail first.

    A damaged database is set aside, and a new one made that keeps drafts, the outbox and the
    changes that wait for the server; the mail is fetched again.
    """
    told = _Told(as_json=as_json or options.as_json)
    if folder is None:
        _repair_database(options, told)
    else:
        _fetch_again(replace(options, account=account or options.account), folder, told)
    return told.end()


def _repair_database(options: Options, told: _Told) -> None:
    keep_log()
    data = data_folder()
    with EngineLock.take(data, VERB):
        if not (data / FILE_NAME).exists() and not is_unfinished(data):
            told.line("There is no mail database yet: nothing has to be repaired.")
            return
        try:
            _examine(data, told)
        except StoreForeign:
            raise
        except StoreCorrupt:
            told.line("The mail database is damaged. It is set aside, and a new one is made.")
            told.rescued(rescue(data, identities(options)))
            _examine(data, told)


def _examine(data: Path, told: _Told) -> None:
    for found in check.examine(data):
        told.finding(found)


def _fetch_again(options: Options, name: str, told: _Told) -> None:
    with one_account(options) as world, _engine(world):
        folder = find_folder(world, name)
        told.line(f"{folder.name}: everything is compared with the server again.")
        asyncio.run(_resync(world, folder, told))
        folder = world.store.read.folder(folder.id) or folder
        waiting = world.store.read.counts(world.account.id).pending_intents
    told.document["folder"] = {
        "path": folder.path,
        "total": folder.total,
        "unread": folder.unread,
        "changes": waiting,
    }
    told.line(folder_line(folder))
    told.line(f"Changes that wait for the server: {waiting}")


@contextmanager
def _engine(world: OneAccount) -> Iterator[None]:
    with EngineLock.take(world.store.directory, VERB):
        world.store.leave_checkpoints(to_others=False)
        world.store.write(lambda tx: tx.publish_status({})).result()
        yield


async def _resync(world: OneAccount, folder: Folder, told: _Told) -> None:
    def report(progress: Progress | None) -> None:
        if progress is not None:
            told.line(f"{progress.what}: {progress.done} of {progress.total}")

    async with world.errand(report) as errand:
        await errand.recover()
        await errand.fetch_again(folder)
