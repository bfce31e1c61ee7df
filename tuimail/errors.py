"""Every failure that tuimail knows, with how far it reaches and whether a retry is worth it.

Library exceptions are translated where the library lives (`imap/session.py`, `submission/smtp.py`,
`auth/provider.py`, `store/connection.py`, `http.py`); everything above sees only this tree.
The scheduler looks at `reach` and `retry` and at nothing else. A message says what happened, in a
sentence for the screen; `hint` says what the user can do; `detail` holds the server's own words.

    TuimailError
    ├ ConfigError
    ├ StoreError        StoreLocked · StoreCorrupt · StoreForeign · StoreFull · MigrationFailed
    ├ AuthError         SignInRequired · ConsentRequired (GraphNotAllowed)
    │                   TokenUnavailable (TokensUnusable)
    ├ NetworkError      ConnectFailed · ConnectionLost · ServerTimeout · CertificateInvalid
    │                   EncryptionMissing
    ├ ServerError       CommandRejected · CommandInvalid · ProtocolViolation · Throttled
    │                   FolderGone · MessageGone · UidValidityChanged
    │                   NotConnected (MailboxUnavailable)
    ├ SubmissionError   SubmissionDeferred · SubmissionRefused · RecipientsRefused
    │                   SubmissionDisabled · MessageTooLarge · SubmissionUncertain
    └ MimeError         reading turns it into a notice; only building a message raises it
                        (KeyLocked)
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum


class Reach(Enum):
    """How much a failure spoils."""

    MESSAGE = "message"
    FOLDER = "folder"
    CONNECTION = "connection"
    ACCOUNT = "account"


class Retry(Enum):
    """When trying again makes sense."""

    NOW = "now"
    BACKOFF = "backoff"
    AFTER_SIGN_IN = "after sign-in"
    NEVER = "never"


class TuimailError(Exception):
    """The root: `message` for the screen, `hint` for the way out, `detail` for support.

    Args:
        message: What happened, one sentence.
        hint: What the user can do; may be empty.
        detail: The server's own words, already free of tokens; may be empty. Where `from_server`
            is False, a name of the system's or of a library's.
        command: The exact line somebody has to run to mend it; may be empty.
        url: A page that explains it; may be empty.
    """

    reach: Reach = Reach.ACCOUNT
    retry: Retry = Retry.NEVER
    from_server: bool = True

    def __init__(
        self, message: str, *, hint: str = "", detail: str = "", command: str = "", url: str = ""
    ) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.detail = detail
        self.command = command
        self.url = url


def defect_at(error: BaseException) -> str:
    """Return what an unforeseen exception is and where: its kind and place, never its content.

    An exception's own words may hold what the mail says.
    """
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = ""
    if trace is not None:
        place = f" at {trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
    return f"{type(error).__name__}{place}"


class ConfigError(TuimailError):
    """The settings cannot be used.

    Args:
        message: What is wrong, naming the key's path.
        file: The settings file.
        key: The dotted path of the key, empty when the file itself is broken.
        nearest: The nearest known key, empty when nothing is near.
    """

    from_server = False

    def __init__(self, message: str, *, file: str = "", key: str = "", nearest: str = "") -> None:
        super().__init__(message, hint=f"Nearest: {nearest}." if nearest else "")
        self.file = file
        self.key = key
        self.nearest = nearest


class StoreError(TuimailError):
    """The local database cannot be read or written."""

    from_server = False


class StoreLocked(StoreError):
    """Another process holds the database for too long."""

    retry = Retry.BACKOFF


class StoreCorrupt(StoreError):
    """The database file is damaged. Nothing is overwritten."""


class StoreForeign(StoreCorrupt):
    """The file belongs to another program. It is never touched."""


class StoreFull(StoreError):
    """No space is left to write to."""

    retry = Retry.BACKOFF


class MigrationFailed(StoreError):
    """The database is from a newer tuimail, or an upgrade of it failed."""


class AuthError(TuimailError):
    """No token could be had from Entra ID."""

    retry = Retry.AFTER_SIGN_IN


class SignInRequired(AuthError):
    """The user has to sign in again."""


class ConsentRequired(AuthError):
    """An administrator has to allow the app first."""


class GraphNotAllowed(ConsentRequired):
    """Sending through Microsoft Graph was not allowed yet, by the user or an administrator."""


class TokenUnavailable(AuthError):
    """Entra ID could not be reached or is busy: it says nothing about the sign-in."""

    retry = Retry.BACKOFF


class TokensUnusable(TokenUnavailable):
    """What keeps the tokens on this computer does not give or take them."""

    from_server = False


class NetworkError(TuimailError):
    """The line failed."""

    reach = Reach.CONNECTION
    retry = Retry.BACKOFF
    from_server = False


class ConnectFailed(NetworkError):
    """No connection could be made."""


class ConnectionLost(NetworkError):
    """A connection ended: EOF, reset, BYE."""


class ServerTimeout(NetworkError):
    """The server said nothing within the time limit."""


class CertificateInvalid(NetworkError):
    """The server's certificate does not verify. Never retried behind the user's back."""

    retry = Retry.NEVER


class EncryptionMissing(NetworkError):
    """The server offers no TLS: somebody may be in between, so nothing is said to it."""

    retry = Retry.NEVER


class ServerError(TuimailError):
    """The server answered, and not as hoped."""

    reach = Reach.FOLDER


class CommandRejected(ServerError):
    """A tagged NO.

    Args:
        code: The response code (RFC 9051, 7.1) in upper case, empty when there was none.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        hint: str = "",
        detail: str = "",
        command: str = "",
        url: str = "",
    ) -> None:
        super().__init__(message, hint=hint, detail=detail, command=command, url=url)
        self.code = code


class CommandInvalid(ServerError):
    """A tagged BAD."""


class ProtocolViolation(ServerError):
    """The server sent what the protocol does not allow; the connection cannot be trusted now."""

    reach = Reach.CONNECTION
    retry = Retry.BACKOFF


class NotConnected(ServerError):
    """`User is authenticated but not connected.`: AUTHENTICATE was OK, the mailbox is closed."""

    reach = Reach.ACCOUNT
    retry = Retry.BACKOFF


class MailboxUnavailable(NotConnected):
    """The mailbox server is away or busy. It passes, and says nothing about the sign-in."""


class Throttled(ServerError):
    """The server asks to wait.

    Args:
        retry_after: Seconds the server asked for.
    """

    reach = Reach.ACCOUNT
    retry = Retry.BACKOFF

    def __init__(self, message: str, *, retry_after: float, detail: str = "") -> None:
        super().__init__(message, detail=detail)
        self.retry_after = retry_after


class FolderGone(ServerError):
    """The folder does not exist on the server any more."""


class MessageGone(ServerError):
    """The message is not in the folder any more."""

    reach = Reach.MESSAGE


class UidValidityChanged(ServerError):
    """The folder's UIDs mean other messages now (RFC 9051, 2.3.1.1)."""

    retry = Retry.NOW


class SubmissionError(TuimailError):
    """The message was not accepted, for certain, unless it is `SubmissionUncertain`.

    `retry` tells a refusal that may pass (4xx) from one that stays (5xx).
    """

    reach = Reach.MESSAGE


class SubmissionDeferred(SubmissionError):
    """A temporary refusal (4xx) before or after DATA: nothing was sent.

    Args:
        retry_after: Seconds the server asked for; 0 when it named none.
        of_account: It is about the mailbox, not about this message: others wait as well.
    """

    retry = Retry.BACKOFF

    def __init__(
        self,
        message: str,
        *,
        retry_after: float = 0.0,
        of_account: bool = False,
        hint: str = "",
        detail: str = "",
        command: str = "",
        url: str = "",
    ) -> None:
        super().__init__(message, hint=hint, detail=detail, command=command, url=url)
        self.retry_after = retry_after
        if of_account:
            self.reach = Reach.ACCOUNT


class SubmissionRefused(SubmissionError):
    """A permanent refusal (5xx): nothing was sent."""


class RecipientsRefused(SubmissionError):
    """Some or all recipients were refused at RCPT, so nothing was sent.

    Args:
        refused: Address to the server's reply.
        too_many: Not who they are is refused, but how many.
    """

    def __init__(
        self,
        message: str,
        *,
        refused: Mapping[str, str],
        hint: str = "",
        too_many: bool = False,
    ) -> None:
        super().__init__(message, hint=hint, detail="\n".join(refused.values()))
        self.refused = dict(refused)
        self.too_many = too_many


class SubmissionDisabled(SubmissionError):
    """SMTP AUTH is switched off for the mailbox or the organisation."""

    reach = Reach.ACCOUNT


class MessageTooLarge(SubmissionError):
    """Larger than the server takes."""


class SubmissionUncertain(SubmissionError):
    """The line broke after DATA had begun and before the final reply: it may have been sent."""


class MimeError(TuimailError):
    """A message cannot be read or built.

    Reading never lets it out of `mime`: it becomes a notice inside the rendered message. Only
    building one to send does, with a sentence about the recipient that cannot be used.
    """

    reach = Reach.MESSAGE
    from_server = False


class KeyLocked(MimeError):
    """A secret key asks for its passphrase."""
