"""The heavy half of the set-up: what imports msal, requests and aiosmtplib."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path

from tuimail.auth.cache import TokenCache
from tuimail.auth.provider import TokenProvider
from tuimail.config.schema import TokenSettings
from tuimail.config.surroundings import surroundings
from tuimail.exchange.clouds import is_personal_account
from tuimail.http import HttpClient
from tuimail.model.account import Account, Token
from tuimail.submission.graph import GraphSubmitter
from tuimail.submission.smtp import SmtpSubmitter
from tuimail.submission.submitter import Submitter
from tuimail.submission.ways import Ways
from tuimail.sync.engine import Connected


def token_cache(settings: TokenSettings, data: Path, environ: Mapping[str, str]) -> TokenCache:
    """Open the tokens where the settings say; over SSH a keyring cannot be unlocked.

    Args:
        data: The folder of the store.

    Raises:
        ConfigError: The keyring or the commands cannot be used.
        TokenUnavailable: The folder cannot be used.
    """
    path = data / "tokens.json"
    stamp = data / "tokens.stamp"
    if settings.store == "command":
        from tuimail.auth.vault_command import CommandVault  # noqa: PLC0415 - seldom

        return TokenCache.open(path, CommandVault(settings.read, settings.write, stamp))
    if settings.store == "keyring" and not surroundings(environ).is_remote:
        from tuimail.auth.vault_keyring import KeyringVault, find_backend  # noqa: PLC0415 - seldom

        return TokenCache.open(path, KeyringVault(find_backend(), stamp))
    return TokenCache.open(path)


def connected(account: Account, cache: TokenCache) -> Connected:
    """Give an account its token provider and its submitter.

    Of a shared mailbox the tokens are its owner's.
    """
    http = HttpClient(account.ca_file)
    tokens = TokenProvider(account.signing_in, cache, http)
    return Connected(account, tokens, submitter(account, cache, http), http.close)


def connected_by(owner: Connected, account: Account, cache: TokenCache) -> Connected:
    """Give a shared mailbox its owner's tokens and its own way to send.

    Whoever asks for a token at the same time as the owner shares the answer.
    """
    http = HttpClient(account.ca_file)
    return Connected(account, owner.tokens, submitter(account, cache, http), http.close)


def submitter(account: Account, cache: TokenCache, http: HttpClient) -> Submitter:
    """Give an account its ways out: SMTP, and Microsoft Graph with a token of its own."""
    smtp = SmtpSubmitter(
        account.smtp,
        account.ca_file,
        personal=is_personal_account(account.authority, account.signs_in_as),
        sharing=account.sharing,
    )
    if not account.graph:
        return smtp
    provider = TokenProvider(account.asking(account.graph_scope), cache, http)

    async def token(forced: bool) -> Token:
        return await asyncio.wrap_future(provider.get(force_refresh=forced))

    return Ways(smtp, GraphSubmitter(account, http, token), account.send_via)
