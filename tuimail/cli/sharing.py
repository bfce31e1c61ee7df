"""Adding a shared mailbox, and taking one away: in the settings, and in the screen that is open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import msgspec

from tuimail.cli.setup import stored_id, write_settings
from tuimail.config.accounts import account_from_table, shared_accounts
from tuimail.config.schema import AccountSettings, Settings
from tuimail.config.settings import load
from tuimail.errors import ConfigError
from tuimail.model.account import Account
from tuimail.store.store import Store
from tuimail.sync.window import WindowEngine


class SharedAdder:
    """Adds shared mailboxes while the screen is open.

    Args:
        settings: What the screen began with.
        file: Where it is written; None to keep it for this run, as the demo does.
        windows: The window's engine, once there is one.
    """

    def __init__(
        self, settings: Settings, file: Path | None, store: Store, windows: Sequence[WindowEngine]
    ) -> None:
        self._accounts = dict(settings.accounts)
        self._file = file
        self._store = store
        self._windows = windows

    def __call__(self, owner: Account, address: str) -> tuple[Account, bool]:
        """Add one; returns it, and whether it is opened now. It may take its time.

        Raises:
            ConfigError: It cannot be added; nothing was written.
            StoreError: The database refuses it.
        """
        if self._file is not None:
            table = add_shared(self._file, owner.name, address)
        else:
            table = _with(self._accounts[owner.name], address)
            account_from_table(owner.name, table)
        self._accounts[owner.name] = table
        account = shared_accounts(owner, table)[-1]
        account = replace(account, id=stored_id(account, self._store))
        opened = [window.add(account) for window in self._windows]
        return account, all(opened)


def add_shared(file: Path, owner: str, address: str) -> AccountSettings:
    """Write a shared mailbox below its owner; return the owner's table.

    Raises:
        ConfigError: It cannot be added; the file is not touched.
    """
    table = _with(load(file).accounts[owner], address)
    return _write(file, owner, table)


def remove_shared(file: Path, address: str) -> str:
    """Take a shared mailbox out of the settings; return its owner's label.

    Raises:
        ConfigError: There is none of this address.
    """
    for owner, table in load(file).accounts.items():
        left = tuple(each for each in table.shared if each.lower() != address.lower())
        if left != table.shared:
            _write(file, owner, msgspec.structs.replace(table, shared=left))
            return owner
    raise ConfigError(f"There is no shared mailbox {address} in the settings.", file=str(file))


def _with(table: AccountSettings, address: str) -> AccountSettings:
    return msgspec.structs.replace(table, shared=(*table.shared, address))


def _write(file: Path, owner: str, table: AccountSettings) -> AccountSettings:
    changes = {f"accounts.{owner}.shared": list(table.shared) or None}
    return write_settings(file, changes).accounts[owner]
