"""From a draft to the outbox, and back while it can be taken back."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypedDict, Unpack

from tuimail.errors import StoreError
from tuimail.model.account import Account, SendVia
from tuimail.model.draft import Draft, DraftProtection, Writing
from tuimail.model.outbox import OutboxItem, OutboxState, OutgoingMessage
from tuimail.records import record
from tuimail.text.address import parse_addresses
from tuimail.text.safe import SafeText, clean
from tuimail.ui.shell import Shell
from tuimail.ui.writing.compose_words import (
    domain_of,
    people_in_short,
    people_text,
    recipients,
)
from tuimail.ui.writing.portions import check_portions, portions

if TYPE_CHECKING:
    from tuimail.mime.builder import Parts
    from tuimail.mime.built import BuiltMessage
    from tuimail.mime.readdressing import Readdressed
    from tuimail.store.store import Reader
    from tuimail.store.writer import Writer


@record
class Sending:
    """A message that waits out the time in which it can be taken back.

    Attributes:
        outbox_id: Its row in the outbox.
        draft: What it was made from, exactly as typed; None for what nobody typed, such as the
            answer to an invitation.
        people: `Kim Chu and 1 other`.
        until: When it may go out, aware.
        others: The rows of the same to more people, where one message may not name them all.
    """

    outbox_id: int
    draft: Draft | None
    people: SafeText
    until: datetime
    others: tuple[int, ...] = ()

    def seconds_left(self, now: datetime) -> int:
        """Return the whole seconds left, at least 0."""
        left = (self.until - now).total_seconds()
        return max(0, -int(-left // 1))


async def problems_of(app: Shell, draft: Draft, account: Account) -> list[str]:
    """Return why the draft cannot be sent, in words; empty when it can."""
    # The builder is imported when something is sent: the first frame does without it.
    from tuimail.mime.builder import check  # noqa: PLC0415

    problems = await asyncio.to_thread(check, draft)
    if problems or draft.writing is Writing.BOUNCE:
        return problems
    lack = await lack_of_keys(app, draft, account)
    return [f"Nothing was sent: {lack}"] if lack else []


async def lack_of_keys(app: Shell, draft: Draft, account: Account) -> str:
    """Return what keeps a draft from being protected as it is to be; empty where nothing does."""
    if draft.protection is DraftProtection.NONE:
        return ""
    # gpg and all that goes with it is for those who have it.
    from tuimail.mime.sealing import lack_of  # noqa: PLC0415

    hidden = parse_addresses(draft.bcc)
    named = (*parse_addresses(draft.to), *parse_addresses(draft.cc))
    return await asyncio.to_thread(
        lack_of,
        draft.protection,
        draft.sender_or(account.address),
        [one for one in named if one.is_usable],
        [one for one in hidden if one.is_usable],
        app.texts.smime,
    )


async def queue_draft(
    app: Shell, draft: Draft, account: Account, at: datetime | None = None
) -> Sending:
    """Build the message with a fixed Message-ID and Date and store it in the outbox.

    Args:
        at: When it goes out; None for now, after the time in which it can be taken back.

    Raises:
        StoreError: It could not be stored; the draft is as it was.
    """
    now, hold = app.now(), app.settings.send.undo
    addresses = recipients(draft)
    via = way_of(app, account)

    def build() -> list[OutgoingMessage]:
        made: list[OutgoingMessage] = []
        parts = portions(draft)
        for part in parts:
            built = _built(app, part, account, now)
            check_portions(len(parts), len(built.raw))
            made.append(_outgoing(part, built, via, hold_seconds=hold, not_before=at))
        return made

    outgoing = await asyncio.to_thread(build)
    first, *others = await asyncio.wrap_future(
        app.store.write(lambda tx: [tx.queue_message(one) for one in outgoing], urgent=True)
    )
    if app.engine is not None:
        app.engine.wake()
    until = now + timedelta(seconds=hold) if at is None else now
    return Sending(first, draft, clean(people_text(addresses)), until, tuple(others))


def _outgoing(
    draft: Draft,
    built: BuiltMessage,
    via: SendVia,
    *,
    hold_seconds: float,
    not_before: datetime | None,
) -> OutgoingMessage:
    return OutgoingMessage(
        account_id=draft.account_id,
        raw=built.raw,
        message_id=built.message_id,
        mail_from=built.mail_from,
        rcpt_to=built.rcpt_to,
        to_text=clean(people_in_short(recipients(draft))),
        subject=clean(draft.subject),
        in_reply_to=draft.in_reply_to_key,
        draft_id=draft.id,
        hold_seconds=hold_seconds,
        not_before=not_before,
        via=via,
        notify=draft.asks_report,
        forward_of=draft.forward_of,
    )


def outgoing_of(app: Shell, account: Account, built: BuiltMessage) -> OutgoingMessage:
    """Return a message that nobody typed, such as a receipt, for the outbox: held like any."""
    return OutgoingMessage(
        account_id=account.id,
        raw=built.raw,
        message_id=built.message_id,
        mail_from=built.mail_from,
        rcpt_to=built.rcpt_to,
        to_text=built.to_text,
        subject=built.subject,
        hold_seconds=app.settings.send.undo,
        via=way_of(app, account),
    )


async def size_as_sent(app: Shell, draft: Draft, account: Account) -> int:
    """Return the octets of the whole message of a draft that `problems_of` finds nothing wrong in.

    Of one that is to be encrypted it is the most they come to.

    Raises:
        StoreError: A file of it cannot be read.
        MimeError: It cannot be built.
    """
    clear = replace(draft, protection=DraftProtection.NONE)
    built = await asyncio.to_thread(_built, app, clear, account, app.now())
    # Not by encrypting it: the key may ask for its passphrase each time.
    return len(built.raw) * 7 // 5 if draft.protection.encrypts else len(built.raw)


async def raw_as_written(app: Shell, draft: Draft, account: Account) -> bytes:
    """Return the message of a draft as far as it is written, for a look at it.

    Raises:
        StoreError: A file of it cannot be read.
        MimeError: It cannot be built.
    """
    from tuimail.mime.builder import build_draft, make_message_id  # noqa: PLC0415 - as above

    sender, date = draft.sender_or(account.address), app.now()

    def build() -> bytes:
        return build_draft(
            draft,
            sender=sender,
            message_id=make_message_id(sender.host or "localhost"),
            date=date,
            parts=_parts(app.store.read, draft),
        )

    return await asyncio.to_thread(build)


def _built(app: Shell, draft: Draft, account: Account, date: datetime) -> BuiltMessage:
    """Build the message of a draft; files and Markdown take their time."""
    # The builder is imported when something is sent: the first frame does without it.
    from tuimail.mime.builder import build, make_message_id  # noqa: PLC0415

    sender = draft.sender_or(account.address)
    message_id = make_message_id(sender.host or "localhost")
    return build(
        draft,
        sender=sender,
        message_id=message_id,
        date=date,
        parts=_parts(app.store.read, draft),
        keys=app.texts.smime if draft.protection.is_smime else None,
    )


def _parts(read: Reader, draft: Draft) -> Parts:
    from tuimail.mime.builder import parts_of  # noqa: PLC0415 - as above

    earlier = draft.in_reply_to_key or draft.forward_of
    return parts_of(
        draft,
        read.draft_files.data(draft.files),
        None if earlier is None else read.message(earlier),
    )


def way_of(app: Shell, account: Account) -> SendVia:
    """Return the way out of an account, as the settings say now."""
    owner = app.accounts.get(account.sign_in_id, account)
    table = app.settings.accounts.get(owner.name)
    return account.send_via if table is None else SendVia(table.send_via)


async def take_back(app: Shell, outbox_id: int, draft: Draft, others: Sequence[int] = ()) -> Draft:
    """Stop a message in the outbox and make it a draft again, the same one if it was one.

    Args:
        others: What goes to the rest of its recipients: all of it is stopped, or nothing.

    Raises:
        StoreError: It is on its way already.
    """

    def change(tx: Writer) -> int:
        for other in others:
            tx.set_outbox(other, state=OutboxState.CANCELLED)
        return tx.restore_draft(outbox_id, draft)

    draft_id = await asyncio.wrap_future(app.store.write(change, urgent=True))
    if app.engine is not None:
        app.engine.wake()
    return replace(draft, id=draft_id)


async def cancel(app: Shell, outbox_id: int) -> None:
    """Stop a message in the outbox that was made from no draft.

    Raises:
        StoreError: It is on its way already.
    """
    await _changed(app, lambda tx: tx.set_outbox(outbox_id, state=OutboxState.CANCELLED))


async def send_now(app: Shell, *outbox_ids: int) -> None:
    """Let waiting messages go out at once.

    Raises:
        StoreError: It could not be stored.
    """
    now = datetime.now(UTC)

    def change(tx: Writer) -> None:
        for number in outbox_ids:
            tx.set_outbox(number, state=OutboxState.QUEUED, not_before=now, timed=False)

    await _changed(app, change)


async def send_at(app: Shell, outbox_id: int, when: datetime) -> None:
    """Let a message that was not handed over go out at a time.

    Raises:
        StoreError: It was, or it could not be stored.
    """
    await _requeue(app, outbox_id, not_before=when, timed=True, forgets_problem=True)


async def send_through_graph(app: Shell, outbox_id: int) -> None:
    """Let a message that SMTP refused go out through Microsoft Graph.

    Raises:
        StoreError: It may have been handed over, or it could not be stored.
    """

    def change(tx: Writer) -> None:
        item = tx.read.outbox_item(outbox_id)
        if item is None or item.state is OutboxState.UNCERTAIN:
            raise StoreError("It may have been sent already: then it goes by no second way.")
        tx.set_outbox(
            outbox_id,
            state=OutboxState.QUEUED,
            not_before=datetime.now(UTC),
            via=SendVia.GRAPH,
            forgets_problem=True,
        )

    await _changed(app, change)


async def send_without_refused(app: Shell, item: OutboxItem) -> None:
    """Send a message to those who were not refused.

    Raises:
        StoreError: It was handed over meanwhile, or it could not be stored.
    """
    from tuimail.mime.readdressing import without_recipients  # noqa: PLC0415 - as above

    raw = app.store.read.outbox_raw(item.id)
    left = await asyncio.to_thread(without_recipients, raw, item.rcpt_to, set(item.refused))
    await _changed(
        app,
        lambda tx: tx.replace_recipients(
            item.id, raw=left.raw, rcpt_to=left.rcpt_to, to_text=left.to_text
        ),
    )


async def send_in_parts(app: Shell, item: OutboxItem) -> int:
    """Send a message that names more people than the server takes at once as several.

    Returns:
        How many.

    Raises:
        StoreError: It was handed over meanwhile, or it could not be stored.
    """
    from tuimail.mime.builder import make_message_id  # noqa: PLC0415 - as above
    from tuimail.mime.readdressing import under_another_id, without_recipients  # noqa: PLC0415

    raw = app.store.read.outbox_raw(item.id)
    most = max(1, len(item.rcpt_to) - len(item.refused))
    host = domain_of(item.mail_from) or "localhost"

    def divide() -> list[Readdressed]:
        each = [item.rcpt_to[at : at + most] for at in range(0, len(item.rcpt_to), most)]
        return [
            without_recipients(raw, item.rcpt_to, set(item.rcpt_to).difference(part))
            for part in each
        ]

    first, *others = await asyncio.to_thread(divide)

    def change(tx: Writer) -> None:
        tx.replace_recipients(item.id, raw=first.raw, rcpt_to=first.rcpt_to, to_text=first.to_text)
        for part in others:
            # Under an id of its own: by it, it is looked for where its reply is lost.
            message_id = make_message_id(host)
            tx.queue_message(
                OutgoingMessage(
                    account_id=item.account_id,
                    raw=under_another_id(part.raw, message_id),
                    message_id=message_id,
                    mail_from=item.mail_from,
                    rcpt_to=part.rcpt_to,
                    to_text=part.to_text,
                    subject=item.subject,
                    via=item.via,
                    notify=item.notify,
                )
            )

    await _changed(app, change)
    return 1 + len(others)


async def _requeue(app: Shell, outbox_id: int, **changes: Unpack[_Requeued]) -> None:
    await _changed(app, lambda tx: tx.set_outbox(outbox_id, state=OutboxState.QUEUED, **changes))


class _Requeued(TypedDict, total=False):
    not_before: datetime
    timed: bool
    forgets_problem: bool


async def _changed(app: Shell, change: Callable[[Writer], object]) -> None:
    await asyncio.wrap_future(app.store.write(change, urgent=True))
    if app.engine is not None:
        app.engine.wake()
