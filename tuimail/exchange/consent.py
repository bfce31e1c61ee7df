"""The mail in which an administrator is asked to allow the program: what, why, and how."""

from __future__ import annotations

from typing import Final

from tuimail.exchange.clients import PRESETS
from tuimail.exchange.diagnosis import powershell_address

ASKED: Final = ("IMAP.AccessAsUser.All", "SMTP.Send", "offline_access", "User.Read")
"""The delegated permissions, as the page for administrators names them."""

INTRODUCTION: Final = (
    "Please allow the mail program tuimail for our organisation. It needs four delegated "
    "permissions and acts only as the person signed in:"
)
WHERE: Final = "Approve here (the page ends on http://localhost, which is expected):"

_WHY: Final = (
    "IMAP.AccessAsUser.All reads and files the mail of the person signed in, SMTP.Send sends as "
    "them, offline_access keeps them signed in, User.Read tells their name. It sees nobody "
    "else's mail, and keeps mail and tokens on that person's computer alone."
)
_SWITCHES: Final = (
    "If reading (IMAP) or sending (SMTP AUTH) is switched off for the mailbox, these lines for "
    "Exchange Online PowerShell switch them on:"
)


def consent_mail(address: str, client_id: str, url: str) -> str:
    """Return the mail, its lines as an editor of mail wraps them: not at all.

    Args:
        address: The mailbox; a usable address.
        client_id: Who asks for it.
        url: The page for administrators; see `clients.admin_consent_url`.
    """
    mailbox = powershell_address(address)
    names = [name for name, value in PRESETS.items() if value == client_id]
    known = f"It signs in with the client id of {names[0].capitalize()}, " if names else "It has "
    return "\n".join(
        [
            "Subject: Please allow the mail program tuimail",
            "",
            INTRODUCTION,
            f"  {', '.join(ASKED)}",
            "",
            _WHY,
            f"{known}{'' if names else 'the client id '}{client_id}.",
            "",
            WHERE,
            f"  {url}",
            "",
            _SWITCHES,
            f"  Set-CASMailbox -Identity {mailbox} -ImapEnabled $true",
            f"  Set-CASMailbox -Identity {mailbox} -SmtpClientAuthenticationDisabled $false",
            "",
        ]
    )
