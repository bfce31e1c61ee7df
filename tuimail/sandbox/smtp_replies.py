"""The replies of Exchange's submission service, word for word.

`REPLIES` holds every one by name with the stage at which Exchange gives it; the switch that gives
one is `ClientSubmission.refuse`. ``{stamp}`` stands for the trailing bracket with host, time and
connection, ``{user}`` for the mailbox, ``{sender}`` for the address in From, ``{host}`` for the
server. Sources: the dialogue and the catalogue of replies in Microsoft's documents and in public
logs of many clients.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from typing import Final, Literal, get_args

Stage = Literal["EHLO", "STARTTLS", "AUTH", "MAIL", "RCPT", "DATA", "final"]
"""Where a reply is given: to a command, or ``final`` to the message after its last line."""

STAGES: Final = get_args(Stage)
HOST = "AM0PR01CA0001.eurprd01.prod.exchangelabs.com"
INBOUND_HOST = "AM0PR01FT0001.mail.protection.exchangelabs.com"
AUTH_FAILED = "535 5.7.3 Authentication unsuccessful {stamp}"
AUTH_DISABLED_FOR_TENANT = (
    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. "
    "Visit https://aka.ms/smtp_auth_disabled for more information. {stamp}"
)
AUTH_DISABLED_FOR_MAILBOX = (
    "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the "
    "Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information. {stamp}"
)
SECURITY_DEFAULTS = (
    "535 5.7.139 Authentication unsuccessful, user is locked by your organization's security "
    "defaults policy. Contact your administrator. {stamp}"
)
BASIC_AUTH_DISABLED = (
    "535 5.7.139 Authentication unsuccessful, basic authentication is disabled. {stamp}"
)
SEND_AS_DENIED = (
    "554 5.2.252 SendAsDenied; {user} not allowed to send as {sender}; "
    "STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to "
    "process message due to a permanent exception with message [BeginDiagnosticData]Cannot submit "
    "message.[EndDiagnosticData] {stamp}"
)
TOO_LARGE = "552 5.3.4 Message size exceeds fixed maximum message size"
_VISIT = "Visit https://aka.ms/concurrent_sending for more information. [Hostname={host}]"
_STOREDRV = "STOREDRV.Submission.Exception"


@dataclass(frozen=True)
class SubmissionReply:
    """A reply and the stage at which it belongs."""

    text: str
    stage: Stage


REPLIES: Final = {
    # Sign-in.
    "auth-failed": SubmissionReply(AUTH_FAILED, "AUTH"),
    "smtp-off-tenant": SubmissionReply(AUTH_DISABLED_FOR_TENANT, "AUTH"),
    "smtp-off-mailbox": SubmissionReply(AUTH_DISABLED_FOR_MAILBOX, "AUTH"),
    "basic-auth-disabled": SubmissionReply(BASIC_AUTH_DISABLED, "AUTH"),
    "security-defaults": SubmissionReply(SECURITY_DEFAULTS, "AUTH"),
    "basic-auth-retired": SubmissionReply(
        "550 5.7.30 Basic authentication is not supported for Client Submission. {stamp}", "AUTH"
    ),
    "bad-sasl": SubmissionReply("501 5.5.124 Invalid XOAUTH2 auth data", "AUTH"),
    "not-authenticated": SubmissionReply(
        "530 5.7.57 Client not authenticated to send mail. Error: 535 5.7.3 Authentication "
        "unsuccessful {stamp}",
        "MAIL",
    ),
    # Rights.
    "send-as-denied": SubmissionReply(SEND_AS_DENIED, "final"),
    "send-as-denied-old": SubmissionReply(
        f"554 5.2.0 {_STOREDRV}:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to "
        "process message due to a permanent exception with message Cannot submit message. "
        "[Hostname={host}]",
        "final",
    ),
    "send-as-denied-sender": SubmissionReply(
        "550 5.7.60 SMTP; Client does not have permissions to send as this sender {stamp}", "MAIL"
    ),
    # Reputation.
    "outbound-spam": SubmissionReply(
        f"554 5.2.0 {_STOREDRV}:OutboundSpamException; Failed to process message due to a "
        "permanent exception with message WASCL UserAction verdict is not None. Actual verdict is "
        "RefuseQuota, ShowTierUpgrade. OutboundSpamException: WASCL UserAction verdict is not "
        "None. Actual verdict is RefuseQuota, ShowTierUpgrade. [Hostname={host}]",
        "final",
    ),
    "bad-outbound-sender": SubmissionReply(
        "550 5.1.8 Access denied, bad outbound sender AS(42004) {stamp}", "final"
    ),
    "spam-abuse": SubmissionReply(
        "550 5.7.501 Service unavailable. Spam abuse detected from IP range. {stamp}", "MAIL"
    ),
    "banned-sender": SubmissionReply(
        "550 5.7.502 Access denied, banned sender [{user}]. {stamp}", "MAIL"
    ),
    "tenant-threshold": SubmissionReply(
        "550 5.7.705 Access denied, tenant has exceeded threshold {stamp}", "RCPT"
    ),
    "ip-refused": SubmissionReply(
        "550 5.7.708 Service unavailable. Access denied, traffic not accepted from this IP. "
        "For more information please go to http://go.microsoft.com/fwlink/?LinkId=526655 "
        "AS(7230) {stamp}",
        "RCPT",
    ),
    # Too much at once, and trouble that passes.
    "sender-threads": SubmissionReply(
        "432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded [Hostname={host}]", "final"
    ),
    "concurrent-connections": SubmissionReply(
        f"432 4.3.2 Concurrent connections limit exceeded. {_VISIT}", "final"
    ),
    "server-busy": SubmissionReply(
        "451 4.7.500 Server busy. Please try again later from [127.0.0.1]. (AS77713) {stamp}",
        "MAIL",
    ),
    "try-later": SubmissionReply(
        "450 4.7.501 Access denied, please try again later. {stamp}", "RCPT"
    ),
    "timed-out": SubmissionReply("421 4.4.2 Connection dropped due to SocketError {stamp}", "MAIL"),
    "proxy-failure": SubmissionReply(
        "451 4.7.0 Temporary server error. Please try again later. PRX2 {stamp}", "DATA"
    ),
    # Quotas and sizes.
    "submission-quota": SubmissionReply(
        f"554 5.2.0 {_STOREDRV}:SubmissionQuotaExceededException; Failed to process message due "
        "to a permanent exception with message The message can't be submitted because the "
        "sender's submission quota was exceeded. [Hostname={host}]",
        "final",
    ),
    "recipient-quota": SubmissionReply(
        "550 5.1.90 Your message can't be sent because you've reached your daily limit for "
        "message recipients {stamp}",
        "final",
    ),
    "mailbox-full": SubmissionReply(
        f"554 5.2.2 mailbox full; {_STOREDRV}:QuotaExceededException."
        "MapiExceptionShutoffQuotaExceeded; Failed to process message due to a permanent "
        "exception with message Cannot submit message. [Hostname={host}]",
        "final",
    ),
    "mailbox-over-quota": SubmissionReply(
        f"554 5.2.2 mailbox full; {_STOREDRV}:QuotaExceededException."
        "MapiExceptionQuotaExceeded; Failed to process message due to a permanent exception with "
        "message Cannot submit message. [Hostname={host}]",
        "final",
    ),
    "too-large": SubmissionReply(TOO_LARGE, "MAIL"),
    "too-large-for-mailbox": SubmissionReply(
        "552 5.2.3 Message size exceeds the maximum size for this mailbox [Hostname={host}]",
        "final",
    ),
    "too-many-recipients": SubmissionReply("452 4.5.3 Too many recipients {stamp}", "RCPT"),
    "too-many-recipients-for-good": SubmissionReply(
        "550 5.5.3 Too many recipients {stamp}", "RCPT"
    ),
    "recipient-unknown": SubmissionReply(
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup "
        "{stamp}",
        "RCPT",
    ),
}
"""Every reply of the catalogue: the name a switch takes, the words and the stage."""


def chosen_reply(choice: str) -> SubmissionReply:
    """The reply a switch names: ``name``, or ``name@STAGE`` to give it at another stage.

    ValueError if there is no such name or stage.
    """
    name, _, stage = choice.partition("@")
    if name not in REPLIES:
        raise ValueError(f"unknown reply {name!r}")
    if not stage:
        return REPLIES[name]
    for known in STAGES:
        if known.lower() == stage.lower():
            return SubmissionReply(REPLIES[name].text, known)
    raise ValueError(f"unknown stage {stage!r}")


# What aiosmtpd says by itself -> what Exchange says.
OWN_WORDS = {
    "220 Ready to start TLS": "220 2.0.0 SMTP server ready",
    "354 End data with <CR><LF>.<CR><LF>": "354 Start mail input; end with <CRLF>.<CRLF>",
    "221 Bye": "221 2.0.0 Service closing transmission channel",
    "501 5.7.0 Auth aborted": AUTH_FAILED,
    "501 5.5.2 Can't decode base64": "501 5.5.124 Invalid XOAUTH2 auth data",
    "552 Error: Too much mail data": TOO_LARGE,
    "552 Error: message size exceeds fixed maximum message size": TOO_LARGE,
    "530 Must issue a STARTTLS command first": "530 5.7.57 Client not authenticated to send mail. "
    "{stamp}",
}


def stamp(host: str = HOST) -> str:
    """The trailing bracket of Exchange's replies: host, time, connection."""
    now = time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime())
    return f"[{host} {now} {uuid.uuid4().hex[:16].upper()}]"
