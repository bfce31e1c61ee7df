"""What the mailboxes of one sign-in share when they send: the server counts by who signs in.

Shared mailboxes send with their delegate's sign-in (exchange-online.md 2), so the limits of a
mailbox are those of all that are sent as with it (exchange-online.md 4).
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable
from typing import Final

from tuimail.model.account import Account, AccountId

AT_ONCE: Final = 2
"""Messages on their way at a time. Exchange takes three: one is left for other programs."""


class Lane:
    """The way out of one sign-in. Belongs to one event loop.

    Args:
        accounts: The mailboxes that send on it.
    """

    def __init__(self, accounts: Iterable[AccountId] = ()) -> None:
        self._accounts = set(accounts)
        self._free = asyncio.Semaphore(AT_ONCE)

    @property
    def accounts(self) -> Collection[AccountId]:
        """The mailboxes that send on it."""
        return self._accounts

    def join(self, account: AccountId) -> None:
        """One more mailbox sends on it from now on."""
        self._accounts.add(account)

    async def __aenter__(self) -> None:
        """Wait until a message may begin."""
        await self._free.acquire()

    async def __aexit__(self, *_: object) -> None:
        self._free.release()


def together(account: Account, accounts: Iterable[Account]) -> list[AccountId]:
    """Return the mailboxes that are sent from with the sign-in of this one, itself among them."""
    whose = account.signs_in_as.lower()
    return [each.id for each in accounts if each.signs_in_as.lower() == whose]


class Lanes:
    """The lane of each sign-in. Belongs to one event loop."""

    def __init__(self) -> None:
        self._of: dict[str, Lane] = {}

    def of(self, account: Account) -> Lane:
        """Return the lane that a mailbox sends on."""
        lane = self._of.setdefault(account.signs_in_as.lower(), Lane())
        lane.join(account.id)
        return lane
