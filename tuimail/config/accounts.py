"""From `[accounts.NAME]` to the `Account` that the engine works with.

The cloud picks a consistent set of servers and scopes; single overrides beat it. Everything that
types cannot check is checked here, once, so that nobody below meets a half-valid account.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tuimail.config.schema import AccountSettings, Settings
from tuimail.errors import ConfigError
from tuimail.exchange.clients import PRESETS, resolve_client_id
from tuimail.exchange.clouds import CLOUDS, is_known_authority_host
from tuimail.model.account import Account, AccountId, Endpoint, KeyFiles, SaveSent, SendVia
from tuimail.text.address import Address, parse_addresses

_NOT_STORED: Final = AccountId(0)
_HOST: Final = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9._-]*[A-Za-z0-9])?\Z")
_TENANT: Final = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?\Z")


def account_from(settings: Settings, name: str, account_id: AccountId) -> Account:
    """Return the account of that label.

    Raises:
        ConfigError: There is none, or it is not complete.
    """
    try:
        table = settings.accounts[name]
    except KeyError:
        known = ", ".join(sorted(settings.accounts)) or "none"
        raise ConfigError(
            f"There is no account named {name}. Known: {known}.", key=f"accounts.{name}"
        ) from None
    return account_from_table(name, table, account_id=account_id)


def account_from_table(
    name: str,
    table: AccountSettings,
    *,
    account_id: AccountId = _NOT_STORED,
    file: Path | None = None,
) -> Account:
    """Build an account from its table.

    Raises:
        ConfigError: Naming the key whose value is not possible.
    """
    check = _Checker(name, file)
    cloud = CLOUDS[table.cloud]
    address = check.address(table.address)
    check.shared(table.shared, (address, table.username))
    authority = check.authority(table.authority) or cloud.authority(check.tenant(table.tenant))
    return Account(
        id=account_id,
        name=name,
        address=address,
        username=check.username(table.username) or address,
        client_id=check.client_id(table.client_id),
        authority=authority,
        known_authority=is_known_authority_host(urlsplit(authority).hostname or ""),
        scopes=cloud.scopes,
        imap=check.endpoint("imap", table.imap) or cloud.imap,
        smtp=check.endpoint("smtp", table.smtp) or cloud.smtp,
        ca_file=Path(table.ca_file) if table.ca_file else None,
        save_sent=SaveSent(table.save_sent),
        send_via=SendVia(table.send_via),
        graph=check.graph(table.graph) or cloud.graph_url,
        graph_scope=cloud.graph_scope,
        aliases=check.aliases(table.aliases),
        key_files=_key_files(address, table, check),
    )


def _key_files(address: str, table: AccountSettings, check: _Checker) -> tuple[KeyFiles, ...]:
    certificate, key = table.smime_certificate, table.smime_key
    if key and not certificate:
        raise check.error("smime_key", "it needs smime_certificate beside it")
    now = [KeyFiles(address, Path(certificate), Path(key or certificate))] if certificate else []
    earlier = (Path(each) for each in table.smime_earlier)
    return (*now, *(KeyFiles(address, each, each, is_earlier=True) for each in earlier))


def shared_accounts(owner: Account, table: AccountSettings) -> list[Account]:
    """Return the shared mailboxes of an account; like it but for the name they are opened by."""
    return [
        replace(
            owner,
            id=_NOT_STORED,
            name=address,
            address=address,
            username=address,
            owner=owner.id,
            delegate=owner.username,
            graph_scope=f"{owner.graph_scope}.Shared",
            aliases=(),
        )
        for address in table.shared
    ]


class _Checker:
    """Checks values of one account; a failure names the key."""

    def __init__(self, name: str, file: Path | None) -> None:
        self._name = name
        self._file = file

    def error(self, field: str, what: str, *, nearest: str = "") -> ConfigError:
        key = f"accounts.{self._name}.{field}"
        file = f"{self._file.name}: " if self._file else ""
        return ConfigError(
            f"{file}{key}: {what}.", file=str(self._file or ""), key=key, nearest=nearest
        )

    def address(self, value: str, field: str = "address") -> str:
        parsed = parse_addresses(value)
        if len(parsed) != 1 or not parsed[0].is_usable or parsed[0].address != value:
            raise self.error(field, f"{value!r} is not an address")
        return value

    def aliases(self, values: Sequence[str]) -> tuple[Address, ...]:
        found = []
        for value in values:
            parsed = parse_addresses(value)
            if len(parsed) != 1 or not parsed[0].is_usable:
                raise self.error("aliases", f"{value!r} is not an address")
            found.append(parsed[0])
        return tuple(found)

    def shared(self, values: Sequence[str], own: Sequence[str]) -> None:
        seen = {name.lower() for name in own}
        for value in values:
            self.address(value, "shared")
            if value.lower() in seen:
                what = "is named twice" if value.lower() not in map(str.lower, own) else "is yours"
                raise self.error("shared", f"{value!r} {what}")
            seen.add(value.lower())

    def username(self, value: str) -> str:
        if any(ord(character) <= 32 or ord(character) == 127 for character in value):
            raise self.error("username", "it has no blanks")
        return value

    def client_id(self, value: str) -> str:
        if not value:
            what = "it is needed: your organisation's app registration, or the preset"
            raise self.error("client_id", f"{what} {', '.join(PRESETS)}")
        resolved = resolve_client_id(value)
        if resolved is None:
            raise self.error("client_id", f"{value!r} is neither an id nor a preset")
        return resolved

    def tenant(self, value: str) -> str | None:
        if value and not _TENANT.match(value):
            raise self.error("tenant", f"{value!r} is not a domain or an id")
        return value or None

    def authority(self, value: str) -> str | None:
        if not value:
            return None
        problem = self.error("authority", "it is a URL like https://login.example.com/tenant")
        try:
            parts = urlsplit(value)
            port = parts.port
        except ValueError as error:
            raise problem from error
        tenant = parts.path.strip("/")
        plain = not (parts.query or parts.fragment or parts.username or parts.password)
        if parts.scheme != "https" or not parts.hostname or port == 0 or not plain:
            raise problem
        if not _TENANT.match(tenant):
            raise problem
        return f"https://{parts.netloc}/{tenant}"

    def graph(self, value: str) -> str | None:
        """Check the URL of Graph: it gets a token, so it is one by TLS and without a name in it."""
        if not value:
            return None
        problem = self.error("graph", "it is a URL like https://graph.microsoft.com/v1.0")
        try:
            parts = urlsplit(value)
        except ValueError as error:
            raise problem from error
        plain = not (parts.query or parts.fragment or parts.username or parts.password)
        if parts.scheme != "https" or not parts.hostname or not plain:
            raise problem
        return value.rstrip("/")

    def endpoint(self, field: str, value: str) -> Endpoint | None:
        if not value:
            return None
        host, colon, port = value.rpartition(":")
        bracketed = host[1:-1] if host.startswith("[") and host.endswith("]") else ""
        valid_host = bool(_HOST.match(host)) or (":" in bracketed)
        if not colon or not valid_host or not port.isascii() or not port.isdigit():
            raise self.error(field, f'{value!r} is not "host:port"')
        if not 1 <= int(port) <= 65535:
            raise self.error(field, f"{port} is not a port")
        return Endpoint(bracketed or host, int(port))
