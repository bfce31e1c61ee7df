"""Answering a request for a receipt: only by the user's word, and once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from tuimail.errors import MimeError, StoreError
from tuimail.model.flags import Flags
from tuimail.model.intent import NewIntent, StoreFlags
from tuimail.model.message import Message
from tuimail.model.notice import Severity
from tuimail.text.address import Address, make_address
from tuimail.ui.shell import shell

if TYPE_CHECKING:
    from tuimail.model.outbox import OutgoingMessage
    from tuimail.store.writer import Writer
    from tuimail.ui.screens.mailbox_deeds import MailboxDeeds

_YES: Final = "y"
_NEVER: Final = "n"


async def answer_receipt(screen: MailboxDeeds) -> None:
    """Ask whether to tell the one who wants to know that the message at hand was opened."""
    from tuimail.mime.receipts import SENT, receipt_wanted_by  # noqa: PLC0415 - seldom

    row, read = screen.at_hand, shell(screen).store.read
    message = read.message(row.key) if row is not None else None
    header = read.part(row.key, "HEADER") if row is not None else None
    who = receipt_wanted_by(header) if header is not None else None
    if message is None or who is None:
        screen.bottom.show_event("Nobody asks for a receipt here.")
        return
    if SENT in message.summary.flags.keywords:
        screen.bottom.show_event("That was answered already.")
        return
    answers = {_YES: "tell", _NEVER: "never for this one"}
    question = f"Tell {who.address} that you have opened it?"
    answer = await screen.bottom.ask(question, answers)
    if answer is None:
        return
    try:
        await _settle(screen, message, who if answer == _YES else None)
    except (MimeError, StoreError) as error:
        screen.bottom.show_event(error.message, severity=Severity.ERROR)
        return
    said = "The receipt is in the outbox." if answer == _YES else "No receipt is sent."
    screen.bottom.show_event(said)


async def _settle(screen: MailboxDeeds, message: Message, who: Address | None) -> None:
    """Queue the receipt, if one is to be sent, and note on the server that it is settled."""
    from tuimail.mime.built import make_message_id  # noqa: PLC0415 - as above
    from tuimail.mime.receipts import SENT, build_receipt  # noqa: PLC0415 - as above
    from tuimail.ui.writing.compose_words import domain_of  # noqa: PLC0415 - as above
    from tuimail.ui.writing.sending import outgoing_of  # noqa: PLC0415 - as above

    app, summary = shell(screen), message.summary
    account = app.accounts[summary.account_id]
    outgoing: OutgoingMessage | None = None
    if who is not None:
        built = build_receipt(
            message.envelope,
            to=who,
            sender=make_address("", account.address),
            message_id=make_message_id(domain_of(account.address) or "localhost"),
            date=app.now(),
        )
        outgoing = outgoing_of(app, account, built)
    settled = StoreFlags(add=Flags(keywords=frozenset({SENT})))

    def change(tx: Writer) -> None:
        if outgoing is not None:
            tx.queue_message(outgoing)
        tx.add_intents([NewIntent(summary.account_id, summary.key, settled)])

    await asyncio.wrap_future(app.store.write(change, urgent=True))
    if app.engine is not None:
        app.engine.wake()
    screen.reader.show(summary.key)
