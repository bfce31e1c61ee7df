"""What a set-up stores: its answers while it lasts, and the account once its sign-in is good.

The answers are a value of the database, not of the settings: a client id that nobody knows, or an
account that never signed in, leaves nothing behind in the file that people read.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from tuimail.config.accounts import account_from_table
from tuimail.config.key_presets import load_preset
from tuimail.config.schema import AccountSettings, Settings
from tuimail.config.settings import change, demand_label, load_or_default
from tuimail.errors import ConfigError
from tuimail.exchange.clouds import CLOUDS
from tuimail.model.account import Account, AccountId, SendVia
from tuimail.model.setup import KEPT_AS, SetupAnswers, answers_from_text, answers_to_text
from tuimail.store.store import Store

log = logging.getLogger(__name__)

_SHARED_TENANTS: Final = frozenset({"common", "organizations"})
_NOT_IN_A_NAME: Final = re.compile(r"[^A-Za-z0-9_-]+")
_FIELDS: Final = ("client_id", "cloud", "tenant", "authority", "imap", "smtp", "graph", "ca_file")


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where a set-up stores.

    Attributes:
        settings_file: Made when missing.
        stored_id: Returns the id of a mailbox in the store.
    """

    settings_file: Path
    store: Store
    stored_id: Callable[[Account], AccountId]

    def answers(self) -> SetupAnswers:
        """Return what was answered before; empty when nothing was, or it cannot be read."""
        return answers_from_text(self.store.read.meta(KEPT_AS))

    def remember(self, answers: SetupAnswers | None) -> None:
        """Keep the answers for the next start; None when there is nothing to go on with.

        Returns at once. If it fails the next start only begins anew.
        """
        text = answers_to_text(answers) if answers is not None else ""
        self.store.write(lambda tx: tx.set_meta(KEPT_AS, text)).add_done_callback(_log_failure)

    def label_of(self, address: str) -> str:
        """Return the label under which an address is set up already; empty when it is not."""
        settings, _ = load_or_default(self.settings_file)
        wanted = address.casefold()
        names = (
            name for name, table in settings.accounts.items() if table.address.casefold() == wanted
        )
        return next(names, "")

    def account(self, answers: SetupAnswers, label: str = "") -> Account:
        """Return the account that the answers describe; nothing is stored.

        Args:
            label: The one it has in the settings already.

        Raises:
            ConfigError: An answer is not possible; it names the key.
        """
        name = label or answers.name or self._free_label(answers)
        return account_from_table(name, _table(answers))

    def keep(self, answers: SetupAnswers, account: Account) -> Account:
        """Write the account into the settings, comments kept, and forget the answers.

        Returns:
            The account with its id in the store.

        Raises:
            ConfigError: The settings are broken or the account is not possible.
            OSError: They cannot be written.
            StoreError: The database cannot be written.
        """
        table = _table(answers)
        said = {
            key: getattr(table, key)
            for key in ("address", *_FIELDS)
            if getattr(table, key) != getattr(_DEFAULTS, key)
        }
        prefix = f"accounts.{account.name}."
        changes: dict[str, object] = {f"{prefix}{key}": None for key in _FIELDS}
        changes |= {f"{prefix}{key}": value for key, value in said.items()}
        settings = change(self.settings_file, changes)
        account_id = self.stored_id(account)
        self.remember(None)
        return account_from_table(
            account.name, settings.accounts[account.name], account_id=account_id
        )

    def send_through_graph(self, account: Account) -> None:
        """Write that mail goes through Microsoft Graph where SMTP is switched off.

        Raises:
            ConfigError: The settings are broken.
            OSError: They cannot be written.
        """
        way = SendVia.SMTP_THEN_GRAPH.value
        change(self.settings_file, {f"accounts.{account.name}.send_via": way})

    def wants_keys(self) -> bool:
        """Whether no keys were chosen: with the first account they are asked for."""
        settings, _ = load_or_default(self.settings_file)
        return not settings.keys and len(settings.accounts) <= 1

    def keep_keys(self, name: str) -> None:
        """Write the set of keys into the settings.

        Raises:
            ConfigError: There is none of that name.
            OSError: The settings cannot be written.
        """
        load_preset(name)
        change(self.settings_file, {"keys.preset": name})

    def _free_label(self, answers: SetupAnswers) -> str:
        """Choose a label: `work` or `personal`, then the domain, then with a number."""
        settings, mistake = load_or_default(self.settings_file)
        if mistake is not None:
            raise mistake  # nothing can be written then, and a label may be taken that is not seen
        domain = answers.address.rpartition("@")[2].partition(".")[0]
        base = _NOT_IN_A_NAME.sub("-", domain).strip("-_") or "mail"
        first = "personal" if answers.cloud == "personal" else "work"
        taken = set(settings.accounts)
        numbered = (f"{base}-{number}" for number in range(2, 1000))
        return next(name for name in (first, base[:30], *numbered) if name not in taken)


def _log_failure(written: Future[None]) -> None:
    error = written.exception()
    if error is not None:
        log.warning("the answers of the set-up are not kept: %s", type(error).__name__)


_DEFAULTS: Final = AccountSettings(address="")


def demand_possible(answers: SetupAnswers, settings: Settings, settings_file: Path) -> None:
    """Look at what was said of the label and the servers, before anything is asked or kept.

    Raises:
        ConfigError: The label is no label or is another account's, or a place is none; the last
            part of its key is the answer's name.
    """
    if answers.name:
        demand_label(answers.name, settings_file)
        table = settings.accounts.get(answers.name)
        if table is not None and table.address.casefold() != answers.address.casefold():
            key = f"accounts.{answers.name}.name"
            words = f"{key}: {answers.name!r} is {table.address} already."
            raise ConfigError(words, file=str(settings_file), key=key)
    somebody = replace(answers, address="somebody@example.com", client_id="thunderbird")
    account_from_table(answers.name or "work", _table(somebody))


def _table(answers: SetupAnswers) -> AccountSettings:
    """Return the settings of the account: what differs from the defaults is written.

    An own authority keeps its host; a tenant that is shared by all gives way to the one found.
    """
    values = {key: getattr(answers, key) for key in _FIELDS}
    host, tenant = _split(answers.authority)
    if host:
        if tenant in _SHARED_TENANTS and answers.tenant:
            tenant = answers.tenant
        elif tenant in _SHARED_TENANTS and answers.cloud == "personal":
            tenant = CLOUDS["personal"].default_tenant
        values |= {"authority": f"https://{host}/{tenant}", "tenant": ""}
    values["cloud"] = answers.cloud or "global"
    try:
        return msgspec.convert({"address": answers.address, **values}, AccountSettings)
    except msgspec.ValidationError as error:
        raise ConfigError(f"The cloud {answers.cloud!r} is not known.", key="cloud") from error


def _split(authority: str) -> tuple[str, str]:
    """Return host and tenant; empty for what is no URL, which the check of the account names."""
    try:
        parts = urlsplit(authority)
    except ValueError:
        return "", ""
    return (parts.netloc, parts.path.strip("/")) if parts.scheme == "https" else ("", "")
