"""How a connection is made: token, TLS, AUTHENTICATE. Runs on the connection's own thread."""

from __future__ import annotations

import time
from typing import Final

from tuimail.auth.provider import TokenProvider
from tuimail.errors import (
    MailboxUnavailable,
    NotConnected,
    SignInRequired,
    TokenUnavailable,
    TuimailError,
)
from tuimail.exchange.diagnosis import diagnose
from tuimail.imap.attempt import Attempt, given_up
from tuimail.imap.session import ImapSession
from tuimail.imap.wire import Timeouts
from tuimail.model.account import Account, Token

TOKEN_SECONDS: Final = 90.0
"""How long a connection waits for a token."""


class SessionOpener:
    """Opens authenticated sessions of one mailbox, and knows when the latest token ends.

    A refused token is refreshed by force and tried once more: the server may know better than the
    clock whether it is still good (K-9's rule).

    Args:
        timeouts: Seconds; the defaults suit Exchange Online.
    """

    def __init__(
        self, account: Account, tokens: TokenProvider, timeouts: Timeouts | None = None
    ) -> None:
        self._account = account
        self._tokens = tokens
        self._timeouts = timeouts
        self._attempt = Attempt()
        self._ipv4_only = False
        self.token_began = 0.0
        """When the latest session had its token. Unix time, seconds; 0 before the first."""
        self.token_ends = 0.0
        """When that token ends. Unix time, seconds; 0 without one, also while another is made."""

    def __call__(self) -> ImapSession:
        """Return a session that has answered a first command.

        Raises:
            AuthError: No token, or the server refuses it.
            NetworkError: The server cannot be reached.
            ServerError: It answers, and not as hoped.
            ConnectionLost: `interrupt` was called meanwhile.
        """
        self._attempt.begin()
        self.token_ends = 0.0
        try:
            try:
                return self._open(force_refresh=False)
            except SignInRequired:
                return self._open(force_refresh=True)
        except TuimailError as error:
            if self._attempt.is_given_up:
                raise given_up() from error
            raise
        finally:
            self._attempt.end()

    def interrupt(self) -> None:
        """Give up what was begun, from any thread: the computer slept, or tuimail ends."""
        self._attempt.interrupt()

    def _open(self, *, force_refresh: bool) -> ImapSession:
        try:
            token = self._attempt.wait(self._tokens.get(force_refresh=force_refresh), TOKEN_SECONDS)
        except TimeoutError as error:
            raise TokenUnavailable("Microsoft's sign-in service does not answer.") from error
        session = self._signed_in(token, last=force_refresh)
        self.token_began, self.token_ends = time.time(), token.expires_on
        return session

    def _signed_in(self, token: Token, *, last: bool) -> ImapSession:
        """Connect; of a shared mailbox, a fresh token that is refused lacks the right to it.

        Raises:
            NotConnected: Also that. The sign-in itself is good: the owner's mailbox goes on.
        """
        try:
            return self._connected(token)
        except SignInRequired as error:
            if not last or self._account.sharing is None:
                raise
            refusal = NotConnected(error.message, hint=error.hint, detail=error.detail)
            raise recognised(refusal, self._account) from error

    def _connected(self, token: Token) -> ImapSession:
        """Connect; once more over IPv4 where Exchange keeps the mailbox closed over IPv6.

        exchange-online.md 2. What helped once is done at once from then on; over IPv4 already,
        another try at once would only count against the limit of connections.
        """
        session = self._connect(ipv4_only=self._ipv4_only)
        is_ipv6 = session.is_ipv6
        try:
            self._authenticate(session, token)
        except NotConnected as error:
            if isinstance(error, MailboxUnavailable) or not is_ipv6:
                raise
            session = self._connect(ipv4_only=True)
            self._authenticate(session, token)
            self._ipv4_only = True
        return session

    def _connect(self, *, ipv4_only: bool) -> ImapSession:
        return ImapSession.connect(
            self._account.imap,
            ca_file=self._account.ca_file,
            timeouts=self._timeouts,
            ipv4_only=ipv4_only,
            attempt=self._attempt,
        )

    def _authenticate(self, session: ImapSession, token: Token) -> None:
        try:
            session.authenticate(self._account.username, token.secret)
        except MailboxUnavailable:
            session.close()
            raise
        except NotConnected as error:
            session.close()
            raise recognised(error, self._account, token.username) from error
        except TuimailError:
            session.close()
            raise


def recognised(error: NotConnected, account: Account, signed_in_as: str = "") -> NotConnected:
    """Say why the mailbox is closed, as far as the words or the names tell.

    Args:
        account: The mailbox that was asked for.
        signed_in_as: The name the token is for, empty when it is not known.
    """
    address = account.username
    found = diagnose(error.detail, source="imap", address=address, sharing=account.sharing)
    if found is None:
        return error
    hint, command = found.fix, found.command
    if found.id == "imap-not-connected" and signed_in_as.lower() not in ("", address.lower()):
        hint, command = _another_name(address, signed_in_as), ""
    return NotConnected(found.title, hint=hint, detail=error.detail, command=command, url=found.url)


def _another_name(address: str, signed_in_as: str) -> str:
    """Say that the token is somebody else's, the likeliest cause where it is so."""
    return (
        f"The sign-in is for {signed_in_as}, the mailbox is {address}. Check username in the "
        f"settings. A shared mailbox is added with: tuimail account add-shared {address}"
    )
