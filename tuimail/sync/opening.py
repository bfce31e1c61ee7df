"""How a connection is made: token, TLS, AUTHENTICATE. Runs on the connection's own thread."""

from __future__ import annotations

import concurrent.futures
from typing import Final

from tuimail.auth.provider import TokenProvider
from tuimail.errors import NotConnected, SignInRequired, TokenUnavailable, TuimailError
from tuimail.exchange.diagnosis import diagnose
from tuimail.imap.session import ImapSession
from tuimail.model.account import Account, Token

TOKEN_SECONDS: Final = 90.0
"""How long a connection waits for a token."""


class SessionOpener:
    """Opens authenticated sessions of one mailbox, and knows when the latest token ends.

    A refused token is refreshed by force and tried once more: the server may know better than the
    clock whether it is still good (K-9's rule).
    """

    def __init__(self, account: Account, tokens: TokenProvider) -> None:
        self._account = account
        self._tokens = tokens
        self.token_ends = 0.0
        """Unix time, seconds; 0 before the first session."""

    def __call__(self) -> ImapSession:
        """Return a session that has answered a first command.

        Raises:
            AuthError: No token, or the server refuses it.
            NetworkError: The server cannot be reached.
            ServerError: It answers, and not as hoped.
        """
        try:
            return self._open(force_refresh=False)
        except SignInRequired:
            return self._open(force_refresh=True)

    def _open(self, *, force_refresh: bool) -> ImapSession:
        try:
            token = self._tokens.get(force_refresh=force_refresh).result(TOKEN_SECONDS)
        except concurrent.futures.TimeoutError as error:
            raise TokenUnavailable("Microsoft's sign-in service does not answer.") from error
        try:
            session = self._authenticated(token)
        except NotConnected:
            # Exchange keeps some mailboxes closed over IPv6 (exchange-online.md 2).
            session = self._authenticated(token, ipv4_only=True)
        self.token_ends = token.expires_on
        return session

    def _authenticated(self, token: Token, *, ipv4_only: bool = False) -> ImapSession:
        session = ImapSession.connect(
            self._account.imap, ca_file=self._account.ca_file, ipv4_only=ipv4_only
        )
        try:
            session.authenticate(self._account.username, token.secret)
        except NotConnected as error:
            session.close()
            raise recognised(error, self._account.username) from error
        except TuimailError:
            session.close()
            raise
        return session


def recognised(error: NotConnected, address: str) -> NotConnected:
    """Say why the mailbox is closed, where the server's words tell: IMAP off has its own line."""
    found = diagnose(error.detail, source="imap", address=address)
    if found is None:
        return error
    return NotConnected(
        found.title,
        hint=found.fix,
        detail=error.detail,
        command=found.command,
        url=found.url,
    )
