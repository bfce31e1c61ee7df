"""What every verb begins and ends with: the store opened and closed, one account chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

import click

from tuimail.cli.setup import (
    Options,
    chosen,
    connect,
    keep_log,
    load_settings,
    open_store,
    stored_accounts,
)
from tuimail.config.schema import Settings
from tuimail.model.account import Account, AccountId
from tuimail.model.status import Progress
from tuimail.store.store import Store
from tuimail.sync.engine import Connected
from tuimail.sync.errand import Errand
from tuimail.sync.lane import together

F = TypeVar("F", bound=Callable[..., object])


@dataclass(frozen=True, slots=True)
class OneAccount:
    """A verb's world: the store and the chosen account.

    Attributes:
        together: The mailboxes that send with its sign-in, itself among them.
    """

    store: Store
    account: Account
    settings: Settings
    together: tuple[AccountId, ...] = ()

    def connected(self) -> Connected:
        """The account with its tokens and its way to send."""
        accounts = {self.account.id: self.account}
        links = connect(accounts, self.store.directory, self.settings.tokens)
        return links[self.account.id]

    def errand(self, report: Callable[[Progress | None], None] = lambda _: None) -> Errand:
        """A short-lived connection to the mailbox.

        Args:
            report: Gets how far older mail has come.
        """
        link = self.connected()
        return Errand(self.account, self.store, link.tokens, link.submitter, report, self.together)


@contextmanager
def one_account(options: Options) -> Iterator[OneAccount]:
    """Open the store and choose the account; close the store at the end."""
    keep_log()
    settings = load_settings(options)
    store = open_store()
    try:
        accounts = stored_accounts(settings, store)
        account = chosen(accounts, options)
        yield OneAccount(store, account, settings, tuple(together(account, accounts.values())))
    finally:
        store.close()


def json_option(command: F) -> F:
    """Let `--json` stand behind the verb too."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON (ASCII only).")(command)
