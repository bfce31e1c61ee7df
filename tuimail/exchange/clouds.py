"""Microsoft's clouds: who signs people in, where the servers are, which scopes a token needs.

The hosts differ per cloud and an app is registered in one cloud only, so one word in the settings
picks a consistent set. Sources: Microsoft's page "Authenticate an IMAP, POP or SMTP connection
using OAuth" (global), "National clouds" (the others).
"""

from __future__ import annotations

import re
from typing import Final

from tuimail.model.account import Endpoint
from tuimail.records import record


@record
class Cloud:
    """One cloud.

    Attributes:
        name: The word in the settings.
        authority_host: Where Entra ID signs in.
        imap: Implicit TLS.
        smtp: STARTTLS; Microsoft does not serve port 465.
        scopes: Both scopes belong to one resource, so one token serves IMAP and SMTP. Full URLs:
            a bare scope name resolves to Graph and gives a token that IMAP refuses.
        graph: The host of Microsoft Graph there ("National clouds", Microsoft Graph).
        default_tenant: The tenant of the authority when the settings name none.
    """

    name: str
    authority_host: str
    imap: Endpoint
    smtp: Endpoint
    scopes: tuple[str, ...]
    graph: str = "graph.microsoft.com"
    default_tenant: str = "organizations"

    @property
    def graph_url(self) -> str:
        """The base URL of Graph."""
        return f"https://{self.graph}/v1.0"

    @property
    def graph_scope(self) -> str:
        """What sending through Graph needs; its token is for Graph and for nothing else."""
        return f"https://{self.graph}/Mail.Send"

    def authority(self, tenant: str | None = None) -> str:
        """Return the authority URL for a tenant: a GUID, a domain or a keyword."""
        return f"https://{self.authority_host}/{tenant or self.default_tenant}"


def _scopes(resource: str) -> tuple[str, ...]:
    return (f"{resource}/IMAP.AccessAsUser.All", f"{resource}/SMTP.Send")


CLOUDS: Final[dict[str, Cloud]] = {
    cloud.name: cloud
    for cloud in (
        Cloud(
            "global",
            "login.microsoftonline.com",
            Endpoint("outlook.office365.com", 993),
            Endpoint("smtp.office365.com", 587),
            _scopes("https://outlook.office.com"),
        ),
        Cloud(
            "gcc-high",
            "login.microsoftonline.us",
            Endpoint("outlook.office365.us", 993),
            Endpoint("smtp.office365.us", 587),
            _scopes("https://outlook.office365.us"),
            "graph.microsoft.us",
        ),
        Cloud(
            "dod",
            "login.microsoftonline.us",
            Endpoint("outlook-dod.office365.us", 993),
            Endpoint("outlook-dod.office365.us", 587),
            _scopes("https://outlook.office365.us"),
            "dod-graph.microsoft.us",
        ),
        Cloud(
            "china",
            "login.partner.microsoftonline.cn",
            Endpoint("partner.outlook.cn", 993),
            Endpoint("partner.outlook.cn", 587),
            _scopes("https://partner.outlook.cn"),
            "microsoftgraph.chinacloudapi.cn",
        ),
        Cloud(
            "personal",
            "login.microsoftonline.com",
            Endpoint("outlook.office365.com", 993),
            Endpoint("smtp-mail.outlook.com", 587),
            _scopes("https://outlook.office.com"),
            default_tenant="consumers",
        ),
    )
}

_OTHER_NAMES_OF_ENTRA: Final = frozenset({"login.microsoft.com", "login.windows.net"})
_OLD_HOSTS: Final = frozenset(
    {"imap.office365.com", "pod51000.outlook.com", "smtp-legacy.office365.com"}
)
_OLD_PERSONAL_HOSTS: Final = frozenset(
    {"imap-mail.outlook.com", "smtp.live.com", "imap.outlook.com", "smtp.outlook.com"}
)
_EXCHANGE_DOMAINS: Final = (
    "office365.com",
    "office365.us",
    "outlook.com",
    "partner.outlook.cn",
)


def is_known_authority_host(host: str) -> bool:
    """Tell whether Microsoft's instance discovery knows this authority host."""
    host = host.lower()
    return host in _OTHER_NAMES_OF_ENTRA or any(
        host == cloud.authority_host for cloud in CLOUDS.values()
    )


# The keyword, and the tenant that all personal accounts share (Microsoft: "ID token claims", tid).
_PERSONAL_TENANTS: Final = frozenset({"consumers", "9188040d-6c67-4c5b-b112-36a304b66dad"})
_PERSONAL_DOMAIN: Final = (
    r"(?:(?:outlook|hotmail|live)\.(?:[a-z]{2,3}|co\.[a-z]{2}|com\.[a-z]{2})"
    r"|(?:msn|windowslive|passport)\.com)\Z"
)


def is_personal_address(address: str) -> bool:
    """Tell whether an address is of Microsoft's own domains for people without an organisation.

    A personal account may have an address elsewhere too; that cannot be seen from outside.
    """
    local, _, domain = address.rpartition("@")
    return bool(local) and re.match(_PERSONAL_DOMAIN, domain, re.IGNORECASE) is not None


def is_personal_account(authority: str, address: str) -> bool:
    """Tell whether an account is a personal one: by where it signs in, or by its address.

    Args:
        authority: Full URL with tenant.
    """
    tenant = authority.rstrip("/").rpartition("/")[2].lower()
    return tenant in _PERSONAL_TENANTS or is_personal_address(address)


def cloud_of_host(host: str) -> str | None:
    """Return the word for the cloud that an IMAP or SMTP host of Exchange Online is in.

    Older names that other mail programs still have count too; None for any other host.
    """
    host = host.lower().rstrip(".")
    for cloud in CLOUDS.values():
        if host in (cloud.imap.host, cloud.smtp.host):
            return cloud.name
    if host in _OLD_PERSONAL_HOSTS:
        return "personal"
    return "global" if host in _OLD_HOSTS else None


def files_sent_copy(smtp_host: str) -> bool:
    """Tell whether the server behind this name puts sent mail into Sent Items by itself.

    Exchange Online does since September 2018 (`MessageCopyForSMTPClientSubmissionEnabled`, on by
    default), so an APPEND there would double every message.
    """
    host = smtp_host.lower().rstrip(".")
    return any(host == domain or host.endswith("." + domain) for domain in _EXCHANGE_DOMAINS)
