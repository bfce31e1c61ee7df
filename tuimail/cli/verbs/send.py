"""`tuimail send < message.eml`: through the outbox, like everything that is sent."""

from __future__ import annotations

import asyncio
import sys

import click

from tuimail.cli.lock import VERB, EngineLock, EngineRunning
from tuimail.cli.output import note
from tuimail.cli.run import OneAccount, one_account
from tuimail.cli.setup import Options
from tuimail.errors import AuthError, SubmissionDeferred, SubmissionRefused, SubmissionUncertain
from tuimail.mime.built import BuiltMessage
from tuimail.mime.outgoing import outgoing_from
from tuimail.model.outbox import OutboxItem, OutboxState, OutgoingMessage
from tuimail.text.address import make_address


@click.command()
@click.pass_obj
def send(options: Options) -> None:
    """Send the message on stdin (RFC 5322) to the recipients in its To, Cc and Bcc.

    While a screen is open, the message is left to it: it sends it within seconds.
    """
    raw = sys.stdin.buffer.read()
    with one_account(options) as world:
        message = outgoing_from(raw, default_from=make_address("", world.account.address))
        outbox_id = _queue(world, message)
        try:
            lock = EngineLock.wait(world.store.directory, VERB)
        except EngineRunning:
            note("Queued. The tuimail that is open sends it.")
            return
        with lock:
            item = asyncio.run(_send(world, outbox_id))
    _conclude(item)


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
    )
    return world.store.write(lambda tx: tx.queue_message(outgoing), urgent=True).result()


async def _send(world: OneAccount, outbox_id: int) -> OutboxItem:
    async with world.errand() as errand:
        await errand.recover()
        try:
            await errand.check_sign_in()
            return await errand.send(outbox_id)
        except AuthError:
            note("The message is in the outbox. It goes out with the next send or open tuimail.")
            raise


def _conclude(item: OutboxItem) -> None:
    """Say how it ended; anything but SENT is a failure of the verb."""
    problem = item.problem
    if item.state is OutboxState.SENT:
        note(f"Sent to {len(item.rcpt_to)}.")
        return
    words = problem.short if problem else "The message was not sent."
    rest = (
        {
            "hint": f"{problem.now} {problem.you_can}".strip(),
            "detail": problem.detail,
            "command": problem.command,
            "url": problem.url,
        }
        if problem
        else {}
    )
    if item.state is OutboxState.UNCERTAIN:
        raise SubmissionUncertain(words, **rest)
    if item.state is OutboxState.QUEUED:
        raise SubmissionDeferred(words, **rest)
    raise SubmissionRefused(words, **rest)
