"""The replies of Exchange's submission service, word for word.

``{stamp}`` stands for the trailing bracket with host, time and connection. Sources: the dialogue
and the catalogue of replies in Microsoft's documents and in public logs of many clients.
"""

from __future__ import annotations

import time
import uuid

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
SEND_AS_DENIED = (
    "554 5.2.252 SendAsDenied; {user} not allowed to send as {sender}; "
    "STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to "
    "process message due to a permanent exception with message [BeginDiagnosticData]Cannot submit "
    "message.[EndDiagnosticData] {stamp}"
)
TOO_LARGE = "552 5.3.4 Message size exceeds fixed maximum message size"
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
