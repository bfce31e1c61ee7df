"""A message of the outbox made a draft again, and a draft one of a mailbox that there still is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from tuimail.errors import MimeError, StoreError
from tuimail.model.draft import Draft, DraftProtection, Writing
from tuimail.model.outbox import OutboxItem
from tuimail.model.sealing import is_sealed
from tuimail.text.address import format_addresses
from tuimail.ui.writing.identities import identity_of

if TYPE_CHECKING:
    from tuimail.mime.attaching import FileToSend
    from tuimail.mime.parser import ParsedMessage
    from tuimail.mime.smime_keys import SmimeKeys
    from tuimail.store.writer import Writer
    from tuimail.ui.shell import Shell


def draft_of(item: OutboxItem, raw: bytes, keys: SmimeKeys) -> tuple[Draft, list[FileToSend]]:
    """Make a draft of a stored message again, for one whose typed form is gone.

    Args:
        item: Its row; the envelope recipients that no field names were in Bcc.
        raw: The message.
        keys: The certificates, for a protected one.

    Returns:
        The draft without its files, and the files.

    Raises:
        StoreError: There is nothing to write: it is another's message, passed on as it is, or it is
            encrypted and cannot be opened here.
    """
    from tuimail.mime.forwarding import files_of, written_anew  # noqa: PLC0415 - few are
    from tuimail.mime.parser import parse  # noqa: PLC0415

    message = parse(raw)
    if message.headers.get("resent-from"):
        raise StoreError("It is passed on as it is: discard it, or send it.")
    raw, protection = _opened(message, keys)
    message = parse(raw)
    envelope = message.envelope
    named = {address.address.lower() for address in (*envelope.to, *envelope.cc)}
    draft = replace(
        written_anew(raw, (), account=item.account_id),
        to=format_addresses(envelope.to),
        cc=format_addresses(envelope.cc),
        bcc=", ".join(name for name in item.rcpt_to if name.lower() not in named),
        subject=envelope.subject,
        in_reply_to_key=item.in_reply_to,
        in_reply_to=envelope.in_reply_to,
        references=message.references,
        forward_of=item.forward_of,
        writing=Writing.FORWARD if item.forward_of is not None else Writing.NEW,
        asks_receipt=bool(message.headers.get("disposition-notification-to")),
        asks_report=item.notify,
        protection=protection,
    )
    return draft, files_of(raw)


async def at_home(app: Shell, draft: Draft) -> Draft:
    """Return a draft as one of the first mailbox of the settings, where its own is in them no more.

    It is stored as such, so that it is kept and sent like one that was begun there.

    Raises:
        StoreError: It could not be stored, or there is no mailbox.
    """
    if draft.account_id in app.accounts:
        return draft
    account = next(iter(app.accounts), None)
    if account is None:
        raise StoreError("There is no mailbox to send it from.")
    old, moved = draft.id, replace(draft, id=None, account_id=account)
    moved = replace(moved, sender=identity_of(app.accounts, account).sender)

    def change(tx: Writer) -> int:
        new = tx.save_draft(moved)
        if old is not None:
            tx.delete_draft(old)
        return new

    return replace(moved, id=await asyncio.wrap_future(app.store.write(change, urgent=True)))


def _opened(message: ParsedMessage, keys: SmimeKeys) -> tuple[bytes, DraftProtection]:
    """Return a message of the user's own without its protection, and what that was."""
    if not is_sealed(message.structure):
        return message.raw, DraftProtection.NONE
    from tuimail.mime.sealing import unprotected  # noqa: PLC0415 - as above

    authors = message.envelope.from_
    try:
        return unprotected(message.raw, authors[0].address if authors else "", keys)
    except MimeError as error:
        raise StoreError(error.message) from error
