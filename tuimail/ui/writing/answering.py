"""The answer to an invitation, on its way like every message: held for a while, then sent."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from tuimail.errors import MimeError
from tuimail.model.invitation import Attendee, Invitation, Participation
from tuimail.model.message import Message
from tuimail.text.address import make_address
from tuimail.ui.shell import Shell
from tuimail.ui.writing.compose_words import domain_of
from tuimail.ui.writing.sending import Sending, outgoing_of


async def queue_answer(
    app: Shell,
    message: Message,
    invitation: Invitation,
    attendee: Attendee | None,
    participation: Participation,
    note: str,
) -> Sending:
    """Build the answer, store it in the outbox, and remember how was answered.

    Args:
        app: Whose settings, store and engine are used.
        message: The mail with the invitation.
        invitation: What was read of it.
        attendee: The user as the invitation names him; None where it does not.
        participation: The answer.
        note: What is written with it; may be empty.

    Raises:
        MimeError: It cannot be answered, and why.
        StoreError: It could not be stored.
    """
    # The calendar is imported when something is answered: the first frame does without it.
    from tuimail.mime.built import make_message_id  # noqa: PLC0415
    from tuimail.mime.calendar_reply import Answer, build_answer  # noqa: PLC0415
    from tuimail.mime.invited import calendar_of  # noqa: PLC0415

    account = app.accounts[message.summary.account_id]
    read, key, now = app.store.read, message.summary.key, app.now()
    octets = calendar_of(message, lambda section: read.part(key, section))
    if octets is None:
        raise MimeError("The invitation is not here any more.")
    own = make_address("" if attendee is None else attendee.address.name, account.address)
    answer = Answer(
        participation,
        attendee=own if attendee is None else attendee.address,
        sender=own,
        note=note,
        message_id=make_message_id(domain_of(account.address) or "localhost"),
        in_reply_to=message.envelope.message_id,
        date=now,
    )
    label = octets.part.param("charset")
    built = await asyncio.to_thread(build_answer, octets.content, label, invitation, answer)
    outgoing = outgoing_of(app, account, built)
    outbox_id = await asyncio.wrap_future(
        app.store.write(
            lambda tx: tx.meetings.queue_answer(outgoing, invitation, participation), urgent=True
        )
    )
    if app.engine is not None:
        app.engine.wake()
    return Sending(outbox_id, None, built.to_text, now + timedelta(seconds=outgoing.hold_seconds))
