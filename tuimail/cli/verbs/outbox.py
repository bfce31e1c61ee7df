"""`tuimail outbox`: what waits to be sent, sending what is due, and the timer that does it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from tuimail.cli import timer as units
from tuimail.cli.lock import VERB, EngineElsewhere, EngineLock, EngineRunning
from tuimail.cli.output import complain, note, say, say_json
from tuimail.cli.run import json_option
from tuimail.cli.setup import (
    Options,
    connect,
    keep_log,
    load_settings,
    open_store,
    stored_accounts,
)
from tuimail.errors import AuthError, TuimailError
from tuimail.model.account import Account, AccountId
from tuimail.model.outbox import OutboxItem, OutboxState, due_at

if TYPE_CHECKING:
    from tuimail.store.store import Store
    from tuimail.sync.engine import Connected

FAILED = 1
SIGN_IN_NEEDED = 3


@click.group(short_help="What is on its way out: list it, send it, have a timer send it.")
def outbox() -> None:
    """What is on its way out: list it, send what is due, have a timer send it."""


@outbox.command("list")
@json_option
@click.pass_obj
def list_outbox(options: Options, as_json: bool) -> None:
    """List what waits, is uncertain, or was refused, oldest first."""
    settings = load_settings(options)
    store = open_store()
    try:
        accounts = stored_accounts(settings, store)
        items = [
            item
            for item in reversed(store.read.outbox())
            if item.account_id in accounts
            and item.state not in (OutboxState.SENT, OutboxState.CANCELLED)
        ]
    finally:
        store.close()
    if as_json or options.as_json:
        say_json([_fields(item, accounts[item.account_id]) for item in items])
        return
    for item in items:
        when = f"{item.not_before.astimezone():%Y-%m-%d %H:%M %Z}"
        problem = f"  {item.problem.short}" if item.problem else ""
        say(f"{item.state:<9} {when}  {item.to_text}  {item.subject}{problem}")


def _fields(item: OutboxItem, account: Account) -> dict[str, Any]:
    return {
        "id": item.id,
        "account": account.name,
        "state": item.state,
        "to": list(item.rcpt_to),
        "subject": item.subject,
        "not_before": item.not_before.isoformat(),
        "attempts": item.attempts,
        "problem": item.problem.short if item.problem else None,
    }


@outbox.command()
@click.option("--quiet", is_flag=True, help="Say nothing where nothing is due.")
@click.pass_obj
def flush(options: Options, quiet: bool) -> int:
    """Send what is due, of every account, and end. A tuimail that is open does it itself."""
    keep_log()
    settings = load_settings(options)
    store = open_store()
    try:
        accounts = stored_accounts(settings, store)
        due = _due(store, accounts)
        if not due:
            if not quiet:
                note("Nothing is due.")
            return 0
        try:
            lock = EngineLock.wait(store.directory, VERB)
        except EngineElsewhere:
            raise
        except EngineRunning:
            note("The tuimail that is open sends it.")
            return 0
        with lock:
            store.leave_checkpoints(to_others=False)
            store.write(lambda tx: tx.publish_status({})).result()
            links = connect(accounts, store.directory, settings.tokens)
            return max([_flush(store, accounts, links[key]) for key in due], default=0)
    finally:
        store.close()


def _due(store: Store, accounts: dict[AccountId, Account]) -> list[AccountId]:
    """Return the accounts of which something is due, or was left between DATA and its reply."""
    now = datetime.now(UTC)
    found = []
    for account in accounts:
        times = [
            now if item.state is OutboxState.SENDING else due_at(item)
            for item in store.read.outbox(account)
        ]
        if any(time is not None and time <= now for time in times):
            found.append(account)
    return found


def _flush(store: Store, accounts: Mapping[AccountId, Account], link: Connected) -> int:
    """Send what is due of one of the accounts; return an exit code."""
    from tuimail.sync.errand import Errand  # noqa: PLC0415 - heavy, and seldom needed
    from tuimail.sync.lane import together  # noqa: PLC0415 - as above

    account = link.account

    async def run() -> dict[int, TuimailError]:
        whose = together(account, accounts.values())
        async with Errand(account, store, link.tokens, link.submitter, together=whose) as errand:
            await errand.recover()
            return await errand.flush()

    before = {item.id for item in store.read.outbox(account.id, states={OutboxState.SENT})}
    failures = asyncio.run(run())
    sent = [
        item
        for item in store.read.outbox(account.id, states={OutboxState.SENT})
        if item.id not in before
    ]
    if sent:
        note(f"{account.name}: {len(sent)} sent.")
    for failure in {error.message: error for error in failures.values()}.values():
        complain(failure)
    if any(isinstance(error, AuthError) for error in failures.values()):
        return SIGN_IN_NEEDED
    return FAILED if failures else 0


@outbox.group(short_help="Have a timer send what is due.")
def timer() -> None:
    """The systemd user timer that sends what is due while no tuimail is open."""


@timer.command()
@click.option("--print", "only_print", is_flag=True, help="Write the units, start nothing.")
@click.pass_obj
def install(options: Options, only_print: bool) -> int:
    """Write the units into your own systemd folder and start the timer."""
    for path in units.install(units.unit_folder(os.environ), units.own_command(options.config)):
        say(str(path))
    problem = "" if only_print else units.start()
    if problem:
        note(f"tuimail: The timer was not started: {problem}.")
        note("  systemctl --user daemon-reload")
        note("  systemctl --user enable --now tuimail-outbox.timer")
        return FAILED
    if not only_print:
        note("The timer runs while you are signed in here; loginctl enable-linger keeps it on.")
    return 0


@timer.command()
def remove() -> int:
    """Stop the timer and take its units away."""
    problem = units.stop()
    for path in units.remove(units.unit_folder(os.environ)):
        say(str(path))
    if problem:
        note(f"tuimail: systemd said: {problem}.")
    return 0
