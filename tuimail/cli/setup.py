"""From options to the parts: settings, accounts, the store, and what connects them."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from tuimail.cli.lock import is_engine_running
from tuimail.config import paths
from tuimail.config.accounts import account_from, shared_accounts
from tuimail.config.schema import Settings, TokenSettings
from tuimail.config.settings import change, load, load_or_default
from tuimail.errors import ConfigError, StoreError
from tuimail.model.account import Account, AccountId
from tuimail.records import record
from tuimail.store.store import Store

if TYPE_CHECKING:
    from tuimail.store.writer import Writer
    from tuimail.sync.engine import Connected


FILE: Final = TokenSettings()
"""Tokens in the file beside the mail."""


@record
class Options:
    """What stands before the verb."""

    config: Path | None = None
    account: str | None = None
    as_json: bool = False

    def settings_file(self) -> Path:
        """Where the settings are."""
        return paths.settings_path(self.config)


def load_settings(options: Options) -> Settings:
    """Read the settings, for a verb: a mistake is an error.

    Raises:
        ConfigError: There are none, or they cannot be used.
    """
    path = options.settings_file()
    _demand(path)
    settings = load(path)
    _demand_accounts(settings, path)
    return settings


def load_what_is_right(options: Options) -> tuple[Settings, ConfigError | None]:
    """Read the settings, for the screen: it starts with what is right and tells the mistake.

    Without a file, or without an account in it, the screen begins with setting one up.

    Raises:
        ConfigError: Nothing can be started with it: no account is without a mistake.
    """
    settings, mistake = load_or_default(options.settings_file())
    if mistake is not None and not settings.accounts:
        raise mistake
    return settings, mistake


def write_settings(file: Path, changes: Mapping[str, object]) -> Settings:
    """Write into the settings file, as `config.settings.change` does.

    Raises:
        ConfigError: The result would not be right, or the file cannot be written.
    """
    try:
        return change(file, changes)
    except OSError as error:
        reason = error.strerror or "it cannot be written"
        raise ConfigError(f"{file}: {reason}.", file=str(file)) from error


def _demand(path: Path) -> None:
    if not path.exists():
        error = ConfigError(f"There are no settings at {path}.", file=str(path))
        error.hint = (
            "`tuimail` or `tuimail account add` sets a mailbox up; `tuimail demo` needs none."
        )
        raise error


def _demand_accounts(settings: Settings, path: Path) -> None:
    if not settings.accounts:
        raise ConfigError(f"{path} names no account.", file=str(path), key="accounts")


def open_store() -> Store:
    """Open the database in the data folder, beside whatever runs there.

    Raises:
        StoreError: It cannot be used; nothing was overwritten.
    """
    folder = data_folder()
    running = is_engine_running(folder)
    store = Store.open(folder, may_update=not running)
    store.leave_checkpoints(to_others=running)
    return store


def data_folder() -> Path:
    """Return the data folder, made if need be.

    Raises:
        StoreError: It cannot be made.
    """
    try:
        return paths.data_dir()
    except OSError as error:
        raise StoreError(
            "The data directory cannot be used.",
            hint="Check XDG_DATA_HOME, its permissions, and the space that is left.",
            detail=error.strerror or "",
        ) from error


def stored_accounts(settings: Settings, store: Store) -> dict[AccountId, Account]:
    """Return every account of the settings with its id in the store.

    Each is followed by the shared mailboxes that are opened with it. A mailbox that is named
    twice is there once, as an own one if it is.
    """
    own = []
    for name in settings.accounts:
        account = account_from(settings, name, AccountId(0))
        own.append((name, replace(account, id=stored_id(account, store))))
    taken = {account.id for _, account in own}
    accounts = {}
    for name, account in own:
        accounts[account.id] = account
        for shared in shared_accounts(account, settings.accounts[name]):
            shared_id = stored_id(shared, store)
            if shared_id not in taken:
                taken.add(shared_id)
                accounts[shared_id] = replace(shared, id=shared_id)
    return accounts


def stored_id(account: Account, store: Store) -> AccountId:
    """Return the id under which a mailbox is stored, whatever it is called in the settings."""
    identity = _identity(account)
    known = {name: id_ for id_, name in store.read.accounts()}
    if identity in known:
        return known[identity]
    return store.write(partial(_ensure_account, identity)).result()


def identities(options: Options) -> list[str]:
    """Return the mailboxes of the settings as the store names them, none without settings."""
    try:
        settings, _ = load_what_is_right(options)
    except ConfigError:
        return []
    return identities_of(settings)


def identities_of(settings: Settings) -> list[str]:
    """Return the mailboxes of the settings as the store names them."""
    accounts = (account_from(settings, name, AccountId(0)) for name in settings.accounts)
    return [_identity(account) for account in accounts]


def _identity(account: Account) -> str:
    """The label may change and two settings files may share one; the mailbox is what counts."""
    return f"{account.username.lower()} {account.imap}"


def _ensure_account(identity: str, tx: Writer) -> AccountId:
    return tx.ensure_account(identity)


def chosen(accounts: Mapping[AccountId, Account], options: Options) -> Account:
    """Return the account that `--account` names (a shared mailbox: its address), or the only one.

    Raises:
        ConfigError: None fits, or several do.
    """
    names = ", ".join(sorted(account.name for account in accounts.values()))
    if options.account is None:
        own = [account for account in accounts.values() if not account.is_shared]
        if len(own) == 1:
            return own[0]
        raise ConfigError(f"Say which account: --account NAME. Known: {names}.")
    for account in accounts.values():
        if account.name == options.account:
            return account
    raise ConfigError(f"There is no account named {options.account}. Known: {names}.")


def connect(
    accounts: Mapping[AccountId, Account],
    data: Path,
    tokens: TokenSettings = FILE,
    made: Mapping[AccountId, Connected] = MappingProxyType({}),
) -> dict[AccountId, Connected]:
    """Give each account its tokens and its way to send.

    Args:
        data: The folder of the store, where the tokens are kept too.
        tokens: Where else they may be kept.
        made: Those that have theirs already. A shared mailbox has its owner's tokens.

    Raises:
        ConfigError, TokenUnavailable: They cannot be kept there.

    Imports msal and aiosmtplib, so the screen calls it after its first frame.
    """
    from tuimail.cli.wiring import connected, connected_by, token_cache  # noqa: PLC0415 - heavy

    cache = token_cache(tokens, data, os.environ)
    links = dict(made)
    for key, account in accounts.items():
        owner = links.get(account.sign_in_id)
        if key not in links:
            links[key] = connected_by(owner, account, cache) if owner else connected(account, cache)
    return links


def keep_log(level: int = logging.INFO) -> None:
    """Log to the state folder, readable by the owner alone: kinds and codes, never mail.

    A log is worth less than a start: where none can be written, there is none.
    """
    log = logging.getLogger("tuimail")
    log.setLevel(level)
    handler: logging.Handler
    try:
        handler = _log_file()
    except OSError:
        handler = logging.NullHandler()
    handler.setFormatter(logging.Formatter("%(asctime)s %(threadName)s %(name)s %(message)s"))
    log.addHandler(handler)
    log.propagate = False


def _log_file() -> logging.Handler:
    folder = paths.state_dir() / "log"
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "tuimail.log"
    handle = os.open(path, os.O_CREAT | os.O_APPEND | os.O_WRONLY, 0o600)
    os.close(handle)
    return _QuietFile(path, encoding="utf-8", delay=True)


class _QuietFile(logging.FileHandler):
    """A log on a full disk loses lines; it does not print tracebacks over the screen."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the library's name
        """Say nothing."""
