"""The database at the start of the screen: opened, or rescued first. It never prevents a start."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from tuimail.cli.output import note
from tuimail.cli.setup import identities_of, stored_accounts
from tuimail.config.schema import Settings
from tuimail.errors import StoreCorrupt, StoreForeign
from tuimail.model.account import Account, AccountId
from tuimail.records import record
from tuimail.store.store import Store

_FIRST_ROWS = 60


@record
class Opened:
    """The store with what the first frame needs.

    Attributes:
        greeting: What has to be told when it stands; empty for nothing.
    """

    store: Store
    accounts: Mapping[AccountId, Account]
    greeting: str = ""


def open_or_rescue(settings: Settings, data: Path, *, is_ours: bool) -> Opened:
    """Open the database. One that is damaged is set aside, and what no server has is kept.

    Args:
        is_ours: This process has the engine lock. Without it a damaged database is an error.

    Raises:
        StoreForeign: The file belongs to another program.
        StoreError: It cannot be used, or there is no space for the rescue.
    """
    try:
        return _open(settings, data, is_ours=is_ours)
    except StoreForeign:
        raise
    except StoreCorrupt:
        if not is_ours:
            raise
    from tuimail.store.rescue import rescue  # noqa: PLC0415 - not for the first frame

    note("The mail database is damaged. tuimail sets it aside and makes a new one …")
    notice = rescue(data, identities_of(settings)).notice()
    for text in (notice.happened, notice.now, notice.you_can):
        note(f"  {text}")
    opened = _open(settings, data, is_ours=is_ours)
    return Opened(opened.store, opened.accounts, f"{notice.short} The notices say more.")


def _open(settings: Settings, data: Path, *, is_ours: bool) -> Opened:
    store = Store.open(data, may_update=is_ours)
    try:
        accounts = stored_accounts(settings, store)
        _look(store)
    except BaseException:
        store.close()
        raise
    return Opened(store, accounts)


def _look(store: Store) -> None:
    """Read what every start reads: a page that is damaged there would end each of them.

    Raises:
        StoreCorrupt: One is.
    """
    read = store.read
    read.notices(1)
    read.drafts()
    read.outbox()
    read.intents()
    for account, _ in read.accounts():
        for folder in read.folders(account):
            if folder.role is not None:
                read.newest(folder.id, _FIRST_ROWS)
