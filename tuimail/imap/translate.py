"""What the libraries raise and what the server says, as `tuimail.errors`.

Exchange puts its meaning into the human text rather than into response codes (RFC 9051, 7.1), so
the texts are matched here, loosely, in one place. The strings were collected from public logs.
"""

from __future__ import annotations

import re
import ssl
from typing import Final

from tuimail.errors import (
    CertificateInvalid,
    CommandInvalid,
    CommandRejected,
    ConnectFailed,
    ConnectionLost,
    FolderGone,
    MailboxUnavailable,
    NetworkError,
    NotConnected,
    ServerTimeout,
    SignInRequired,
    Throttled,
    TuimailError,
)
from tuimail.text.safe import clean
from tuimail.text.words import decode_charset
from tuimail.trust import explain

_LONGEST_DETAIL: Final = 500
_LONGEST_WAIT: Final = 300.0  # seconds; more is asked for by mistake
_USUAL_WAIT: Final = 60.0
_THROTTLED: Final = re.compile(r"throttled|Suggested Backoff Time:?\s*\d", re.IGNORECASE)
_WAIT: Final = re.compile(r"Backoff Time:?\s*(\d{1,12})\s*(s(?:ec(?:ond)?s?)?\b)?", re.IGNORECASE)
_NOT_CONNECTED: Final = re.compile(r"authenticated but not connected", re.IGNORECASE)
_UNAVAILABLE: Final = re.compile(
    r"\bServer (?:is )?(?:Unavailable|busy)\b|\[UNAVAILABLE\]", re.IGNORECASE
)
# What only a sign-in that failed on its way says; most of it comes before "AUTHENTICATE failed."
_PASSING: Final = re.compile(
    r"proxy.?not.?authenticated|\[(?:INUSE|SERVERBUG|LIMIT)\]|\btemporar|try again|"
    r"timed? ?out|back-?end|internal (?:server )?error|unavailable|\bbusy\b|overload",
    re.IGNORECASE,
)
_BAD_CREDENTIALS: Final = re.compile(
    r"(?:AUTHENTICATE|AUTHENTICATION|LOGIN) failed|"
    r"\[(?:AUTHENTICATIONFAILED|AUTHORIZATIONFAILED|EXPIRED)\]|LogonDenied|BasicAuthBlocked|"
    r'"status" ?: ?"40[01]"',
    re.IGNORECASE,
)
_NO_FOLDER: Final = re.compile(
    r"(?:mailbox|folder)\b.*(?:does ?n[o']t exist|not found|unknown)|no such (?:mailbox|folder)",
    re.IGNORECASE,
)
_NO_FOLDER_CODES: Final = frozenset({"NONEXISTENT", "TRYCREATE"})
_FOLDER_VERBS: Final = frozenset({"SELECT", "EXAMINE", "STATUS", "APPEND", "COPY", "MOVE"})
_EXPIRED: Final = re.compile(r"AccessTokenExpired|Session invalidated", re.IGNORECASE)


def server_words(text: bytes | str) -> str:
    """The server's own words, safe to show and of bounded length."""
    decoded = decode_charset(text) if isinstance(text, bytes) else text
    return clean(decoded).strip()[:_LONGEST_DETAIL]


def connection_ended(detail: str = "") -> ConnectionLost:
    """The connection is at its end."""
    return ConnectionLost("The server closed the connection.", detail=detail)


def from_library(error: Exception, *, connecting: bool = False, host: str = "") -> TuimailError:
    """Translate what imaplib, imapclient, `ssl` or the socket raised.

    `imaplib.IMAP4.abort` is not an `OSError`, so callers catch both families.

    Args:
        connecting: There is no connection yet.
        host: Whom it was to lead to.
    """
    detail = server_words(str(error))
    if isinstance(error, ssl.SSLCertVerificationError):
        distrust = explain(error.verify_code, host or "the server")
        return CertificateInvalid(
            distrust.words, hint=distrust.hint, detail=server_words(error.verify_message)
        )
    if isinstance(error, TimeoutError):
        return ServerTimeout("The server does not answer.", detail=detail)
    if not isinstance(error, OSError):
        said = _said(detail)
        if said is not None:
            return said
    if connecting and not detail.startswith(("socket error", "command:")):
        return ConnectFailed("The server cannot be reached.", detail=detail)
    return ConnectionLost("The connection broke.", detail=detail)


def from_bye(text: str) -> TuimailError:
    """Translate `* BYE`. The token's end is routine on Exchange, about once an hour."""
    said = _said(text)
    if said is not None:
        return said
    if _EXPIRED.search(text):
        return ConnectionLost(
            "The server ended the session because its token expired.", detail=text
        )
    return connection_ended(text)


def from_reply(verb: str, status: str, code: str, text: str) -> TuimailError:
    """Translate a tagged NO or BAD.

    Args:
        verb: The command, "SELECT".
        status: "NO" or "BAD".
        code: Response code in upper case, may be empty.
        text: All that followed the status, code included.
    """
    text = server_words(text)
    said = _said(text)
    if said is not None:
        return said
    if verb == "AUTHENTICATE":
        return refused_sign_in(text)
    if status == "BAD":
        return CommandInvalid("The server does not understand a request.", detail=text)
    if verb in _FOLDER_VERBS and (code in _NO_FOLDER_CODES or _NO_FOLDER.search(text)):
        return FolderGone("The folder is not on the server any more.", detail=text)
    return CommandRejected("The server refuses a request.", code=code, detail=text)


def refused_sign_in(text: str) -> TuimailError:
    """Translate what AUTHENTICATE ended with, its challenge included.

    Only words that are known to speak of the credentials end a sign-in (exchange-online.md 2);
    anything else is the server's own trouble, which a new sign-in would not mend.
    """
    said = _said(text)
    if said is not None:
        return said
    if _BAD_CREDENTIALS.search(text) and not _PASSING.search(text):
        return SignInRequired("The mailbox does not accept the sign-in.", detail=text)
    return MailboxUnavailable("Exchange does not let us in at the moment.", detail=text)


def is_line_failure(error: TuimailError) -> bool:
    """Whether the connection behind it is of no use any more."""
    return isinstance(error, NetworkError | NotConnected)


def _said(text: str) -> TuimailError | None:
    """What is meant by texts that come with any status, or instead of one."""
    if _THROTTLED.search(text):
        return Throttled("The server asks to slow down.", retry_after=_seconds(text), detail=text)
    if _NOT_CONNECTED.search(text):
        return NotConnected(
            "The sign-in was accepted, but the mailbox stays closed.",
            hint="Too many connections, IMAP switched off for the mailbox, or a user name that "
            "does not belong to the token.",
            detail=text,
        )
    if _UNAVAILABLE.search(text):
        return MailboxUnavailable("The mailbox server is not available.", detail=text)
    return None


def _seconds(text: str) -> float:
    """The time asked for. The number counts milliseconds, with the word or without it."""
    found = _WAIT.search(text)
    if found is None:
        return _USUAL_WAIT
    number = int(found[1])
    return min(float(number) if found[2] else number / 1000, _LONGEST_WAIT)
