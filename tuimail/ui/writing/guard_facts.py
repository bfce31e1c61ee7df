"""What is known around a message that is about to be sent, gathered for `mime.guard`."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from tuimail.model.account import Account
from tuimail.model.draft import Draft
from tuimail.ui.shell import Shell
from tuimail.ui.writing.compose_words import domain_of, recipients

if TYPE_CHECKING:
    from tuimail.mime.guard import Circumstances, Unusual


async def unusual_about(app: Shell, draft: Draft, account: Account, size: int) -> list[Unusual]:
    """Return what is unusual about a draft; empty for an ordinary message.

    Args:
        app: Its store knows the conversation and who was written to before.
        draft: As it would be sent.
        account: Who sends.
        size: Octets of the whole message.

    Raises:
        StoreError: The store could not be read.
    """
    # Only what is sent needs it: the first frame does without.
    from tuimail.mime.guard import Reason, unusual  # noqa: PLC0415

    checks = tuple(Reason(name) for name in app.settings.send.check)
    if not checks:
        return []

    def look() -> list[Unusual]:
        return unusual(_circumstances(app, draft, account, size), checks=checks)

    return await asyncio.to_thread(look)


def _circumstances(app: Shell, draft: Draft, account: Account, size: int) -> Circumstances:
    from tuimail.mime.guard import Circumstances  # noqa: PLC0415 - as above
    from tuimail.model.sealing import is_encrypted  # noqa: PLC0415 - as above

    people, answered = recipients(draft), draft.in_reply_to_key
    acquaintance = app.store.read.acquaintance
    own = _own_addresses(app.accounts.values())
    sender = draft.sender_or(account.address).address.lower()
    origin = answered if answered is not None else draft.forward_of
    of = None if origin is None else app.store.read.message(origin)
    earlier = acquaintance.of_conversation(answered) if answered is not None else frozenset()
    return Circumstances(
        people=people,
        subject=draft.subject,
        body=draft.body,
        files=len(draft.files),
        size=size,
        is_reply_to_all=answered is not None and len(people) > 1,
        most=app.settings.send.many,
        sender=sender,
        opens_encrypted=not draft.protection.encrypts
        and (draft.of_encrypted or (of is not None and is_encrypted(of.structure))),
        came_to=_came_to(earlier, own, sender),
        earlier=earlier,
        own_domains=frozenset(domain_of(address) for address in own if domain_of(address)),
        trusted=frozenset(name.lower() for name in app.settings.send.trusted),
        written_to=acquaintance.written_to(),
        seen=acquaintance.seen_among([one.address.lower() for one in people]),
    )


def _own_addresses(accounts: Iterable[Account]) -> frozenset[str]:
    return frozenset(
        name.lower() for each in accounts for name in (each.address, each.username) if "@" in name
    )


def _came_to(earlier: frozenset[str], own: frozenset[str], sender: str) -> str:
    """Return the one own address that was on the mail; empty when it is the sender's or unclear."""
    there = earlier & own
    if sender in there or len(there) != 1:
        return ""
    return next(iter(there))
