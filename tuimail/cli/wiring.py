"""The heavy half of the set-up: what imports msal, requests and aiosmtplib."""

from __future__ import annotations

from pathlib import Path

from tuimail.auth.cache import TokenCache
from tuimail.auth.provider import TokenProvider
from tuimail.exchange.clouds import is_personal_account
from tuimail.http import HttpClient
from tuimail.model.account import Account
from tuimail.submission.smtp import SmtpSubmitter
from tuimail.sync.engine import Connected


def connected(account: Account, token_cache: Path) -> Connected:
    """Give an account its token provider and its submitter."""
    http = HttpClient(account.ca_file)
    tokens = TokenProvider(account, TokenCache.open(token_cache), http)
    submitter = SmtpSubmitter(
        account.smtp,
        account.ca_file,
        personal=is_personal_account(account.authority, account.username),
    )
    return Connected(account, tokens, submitter, http.close)
