"""Whom mail can be written as: accounts, their aliases, and shared mailboxes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from tuimail.model.account import Account, AccountId
from tuimail.model.draft import Draft
from tuimail.model.message import Message
from tuimail.records import record
from tuimail.text.address import Address, make_address


@record
class Identity:
    """An address to write from.

    Attributes:
        account: Whose mailbox keeps the draft and sends it.
        is_own: It is the account's own address.
    """

    account: AccountId
    address: Address
    is_own: bool = True

    @property
    def sender(self) -> str:
        """What a draft has as its sender: nothing where that says it all."""
        return "" if self.is_own and not self.address.name else str(self.address)


def identities(accounts: Mapping[AccountId, Account]) -> list[Identity]:
    """Return all, each account's own address first."""
    found = []
    for account in accounts.values():
        own = account.address.lower()
        named = next((one for one in account.aliases if one.address.lower() == own), None)
        found.append(Identity(account.id, named or make_address("", account.address)))
        found += [
            Identity(account.id, one, is_own=False)
            for one in account.aliases
            if one.address.lower() != own
        ]
    return found


def own_addresses(accounts: Mapping[AccountId, Account]) -> set[str]:
    """Return every address of the user's, in lower case."""
    names = {account.username.lower() for account in accounts.values()}
    return names | {one.address.address.lower() for one in identities(accounts)}


def identity_of(accounts: Mapping[AccountId, Account], account: AccountId) -> Identity:
    """Return the one that an account's mail is from."""
    return next(one for one in identities(accounts) if one.account == account and one.is_own)


def identity_for(accounts: Mapping[AccountId, Account], message: Message) -> Identity:
    """Return the one that an answer is from: what the mail came to, or was sent from.

    Those of the mailbox that it is in come first; where none of all was written to, as in mail to
    a list, it is the mailbox's own.
    """
    envelope, here = message.envelope, message.summary.account_id
    known = sorted(identities(accounts), key=lambda one: one.account != here)
    for people in (envelope.from_, envelope.to, envelope.cc):
        found = _among(known, people)
        if found is not None:
            return found
    return identity_of(accounts, here)


def _among(known: Iterable[Identity], people: Iterable[Address]) -> Identity | None:
    named = {one.address.lower() for one in people}
    return next((one for one in known if one.address.address.lower() in named), None)


def chosen(accounts: Mapping[AccountId, Account], draft: Draft) -> Address:
    """Return what a draft is from."""
    account = accounts[draft.account_id]
    return draft.sender_or(account.address)
