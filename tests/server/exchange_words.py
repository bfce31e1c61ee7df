"""Exchange Online's words over Dovecot's deeds, for a fault proxy that reads text.

Dovecot answers in its own words and can do more than Exchange admits to; a client is right only
when it also copes with these. They were seen in public protocol logs, named beside each.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from tests.server.faults import Answer, Faults, Replacement, Rule

_BEFORE_SIGN_IN: Final = (
    b"IMAP4 IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE "
    b"NAMESPACE LITERAL+"
)
_AFTER_SIGN_IN: Final = (
    b"IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT "
    b"CLIENTACCESSRULES CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE "
    b"NAMESPACE LITERAL+"
)
_UNKNOWN_COMMANDS: Final = (
    b"SORT",
    b"THREAD",
    b"ENABLE",
    b"COMPRESS",
    b"NOTIFY",
    b"GETQUOTAROOT",
    b"GETACL",
    b"GETMETADATA",
)
_NEED_A_MAILBOX: Final = (
    b"SELECT",
    b"EXAMINE",
    b"LIST",
    b"LSUB",
    b"STATUS",
    b"NAMESPACE",
    b"EXPUNGE",
)

NOT_CONNECTED: Final = b"BAD User is authenticated but not connected."
"""To every command after a good token of somebody without rights to the mailbox; in public logs
of email-oauth2-proxy (issues 74, 275) and MailKit (1494)."""

THROTTLED: Final = b"BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds"
"""imapsync's FAQ, imapflow (issue 142); also seen with NO and without the unit."""

TOKEN_EXPIRED: Final = b"* BYE Session invalidated - AccessTokenExpired"
"""Untagged, about an hour after sign-in; aioimaplib (issue 83). The connection ends after it."""

CLOSED: Final = b"* BYE Connection closed. 14"
"""After one refused command too many; email-oauth2-proxy (issue 74)."""


def speak_exchange(faults: Faults) -> None:
    """Make a proxy that reads text answer in Exchange's words."""
    faults.rules += exchange_words()
    faults.deny |= exchange_refusals()


def refuse_mailbox(faults: Faults, words: bytes = NOT_CONNECTED) -> None:
    """Let sign-in pass and refuse everything that needs the mailbox."""
    faults.deny |= dict.fromkeys(_NEED_A_MAILBOX, words)


def exchange_words() -> list[Rule]:
    """Return rules from what Dovecot says to what Exchange Online was seen to say."""
    table: Mapping[bytes, Replacement] = {
        rb"^\* OK \[CAPABILITY [^\]]*\] ": rb"* OK ",
        rb"^(\S+ OK) \[CAPABILITY [^\]]*\] ": rb"\1 ",
        rb"^\* CAPABILITY .*?(?=\r\n)": _capability,
        rb"^(\S+ NO) \[AUTHENTICATIONFAILED\] .*?(?=\r\n)": rb"\1 AUTHENTICATE failed.",
        rb" \\\*\)\] Flags permitted\.": rb" $MDNSent)] Permanent flags",
        rb"^\+ idling": rb"+ IDLE accepted, awaiting DONE command.",
        rb" \(\d\.\d+ \+ [^)]*\)\.": rb".",
        rb"^(\S+ OK) Logged in": rb"\1 AUTHENTICATE completed.",
    }
    return [Rule(re.compile(pattern), replacement) for pattern, replacement in table.items()]


def exchange_refusals() -> dict[bytes, Answer]:
    """Return what Exchange Online refuses although Dovecot would do it."""
    refusals: dict[bytes, Answer] = dict.fromkeys(_UNKNOWN_COMMANDS, b"BAD Command Error. 12")
    refusals[b"SEARCH"] = _search
    refusals[b"LOGIN"] = b"NO LOGIN failed."
    return refusals


def _capability(match: re.Match[bytes]) -> bytes:
    return b"* CAPABILITY " + (_BEFORE_SIGN_IN if b"AUTH=" in match[0] else _AFTER_SIGN_IN)


def _search(command: bytes) -> bytes | None:
    """Only US-ASCII is searched (angus-mail, issue 145)."""
    if re.search(rb"CHARSET (?!US-ASCII)", command, re.IGNORECASE):
        return b"NO [BADCHARSET (US-ASCII)] The specified charset is not supported."
    return None
