"""`tuimail send < message.eml`: through the outbox, like everything that is sent."""

from __future__ import annotations

import asyncio
import sys
import time
from typing import Final

import click

from tuimail.cli.handover import lock_or_outcome
from tuimail.cli.output import note
from tuimail.cli.run import OneAccount, one_account
from tuimail.cli.setup import Options
from tuimail.errors import (
    AuthError,
    SignInRequired,
    SubmissionDeferred,
    SubmissionError,
    SubmissionRefused,
    SubmissionUncertain,
)
from tuimail.mime.built import BuiltMessage
from tuimail.mime.outgoing import outgoing_from
from tuimail.model.outbox import OutboxItem, OutboxState, OutgoingMessage
from tuimail.model.status import Connectivity
from tuimail.text.address import make_address

PATIENCE: Final = 60.0
"""Seconds that an open tuimail gets for the message; after them it is left to it."""

_UNDER_WAY: Final = (OutboxState.QUEUED, OutboxState.SENDING)
_FULL: Final = (
    "Queued: 30 messages went out within a minute. It goes out with the next send or open tuimail."
)
_STAYS: Final = "The message is in the outbox. It goes out with the next send or open tuimail."


@click.command(short_help="Send the message on stdin.")
@click.pass_obj
def send(options: Options) -> None:
    """Send the message on stdin (RFC 5322) to the recipients in its To, Cc and Bcc.

    A tuimail that is open sends it, if there is one.
    """
    raw = sys.stdin.buffer.read()
    with one_account(options) as world:
        message = outgoing_from(raw, default_from=make_address("", world.account.address))
        outbox_id = _queue(world, message)
        until = time.monotonic() + PATIENCE
        with lock_or_outcome(world.store, lambda: _sent(world, outbox_id, until)) as sent:
            item = sent or asyncio.run(_send(world, outbox_id))
    _conclude(item, is_left_here=sent is None)


def _sent(world: OneAccount, outbox_id: int, until: float) -> OutboxItem | None:
    """Return how the message stands once another tuimail has tried to send it, None before.

    Raises:
        SubmissionRefused: It was taken back there.
        SignInRequired: It waits for a sign-in.
    """
    item = world.store.read.outbox_item(outbox_id)
    if item is None:
        raise SubmissionRefused("The message was taken back in the tuimail that is open.")
    status = world.store.read.engine_status().get(world.account.id)
    if item.state is OutboxState.QUEUED and item.problem is not None and status is not None:
        if status.connectivity is Connectivity.SIGN_IN_REQUIRED:
            note(_STAYS)
            raise SignInRequired(item.problem.short, hint=item.problem.you_can)
        return item
    late = status is not None and time.monotonic() >= until
    return item if late or item.state not in _UNDER_WAY else None


def _queue(world: OneAccount, message: BuiltMessage) -> int:
    """Store the message; from here on it is not lost whatever happens."""
    outgoing = OutgoingMessage(
        account_id=world.account.id,
        raw=message.raw,
        message_id=message.message_id,
        mail_from=message.mail_from,
        rcpt_to=message.rcpt_to,
        to_text=message.to_text,
        subject=message.subject,
        via=world.account.send_via,
    )
    return world.store.write(lambda tx: tx.queue_message(outgoing), urgent=True).result()


async def _send(world: OneAccount, outbox_id: int) -> OutboxItem:
    async with world.errand() as errand:
        await errand.recover()
        try:
            await errand.check_sign_in()
            return await errand.send(outbox_id)
        except AuthError:
            note(_STAYS)
            raise


def _conclude(item: OutboxItem, *, is_left_here: bool) -> None:
    """Say how it ended; anything but SENT is a failure of the verb.

    Args:
        is_left_here: No other tuimail has it: where it was not tried, too many went out just now.
    """
    problem = item.problem
    if item.state in _UNDER_WAY and problem is None:
        note(_FULL if is_left_here else "Queued. The tuimail that is open sends it.")
        return
    if item.state is OutboxState.SENT:
        note(f"Sent to {len(item.rcpt_to)}.")
        return
    words = problem.short if problem else "The message was not sent."
    kinds: dict[OutboxState, type[SubmissionError]] = {
        OutboxState.UNCERTAIN: SubmissionUncertain,
        OutboxState.QUEUED: SubmissionDeferred,
    }
    kind = kinds.get(item.state, SubmissionRefused)
    if problem is None:
        raise kind(words)
    raise kind(
        words,
        hint=f"{problem.now} {problem.you_can}".strip(),
        detail=problem.detail,
        command=problem.command,
        url=problem.url,
    )
