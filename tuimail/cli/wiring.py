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
    """Give an account its token provider and its submitter.

    Of a shared mailbox the tokens are its owner's.
    """
    http = HttpClient(account.ca_file)
    tokens = TokenProvider(account.signing_in, TokenCache.open(token_cache), http)
    return Connected(account, tokens, _submitter(account), http.close)


def connected_by(owner: Connected, account: Account) -> Connected:
    """Give a shared mailbox its owner's tokens and its own way to send.

    Whoever asks for a token at the same time as the owner shares the answer.
    """
    return Connected(account, owner.tokens, _submitter(account), _nothing)


def _submitter(account: Account) -> SmtpSubmitter:
    return SmtpSubmitter(
        account.smtp,
        account.ca_file,
        personal=is_personal_account(account.authority, account.signs_in_as),
        sharing=account.sharing,
    )


def _nothing() -> None:
    """Close nothing: the tokens are the owner's."""
