"""What the directory knows, as data: tenants, registered clients, accounts and consent.

It answers one question, in the order in which Entra ID asks: may this account sign in to this
client, in this tenant, for these scopes? The answer is None or the name of an error of
`entra_errors`.
"""

from __future__ import annotations

import threading
import urllib.parse
from collections.abc import Collection, MutableMapping
from dataclasses import dataclass
from typing import Final, Literal, get_args

from tuimail.sandbox.entra_errors import error_named
from tuimail.sandbox.switches import Choices, choice_for
from tuimail.sandbox.tokens import AUDIENCE, TENANT

Consent = Literal["granted", "user-may-consent", "admin-required", "request-workflow", "declined"]
Flow = Literal["browser", "device", "refresh"]
Audience = Literal["everyone", "organizations", "consumers"]

CLIENT_ID = "22222222-2222-2222-2222-222222222222"
CONSUMERS = "9188040d-6c67-4c5b-b112-36a304b66dad"
GRAPH_AUDIENCE = "00000003-0000-0000-c000-000000000000"
GRAPH = "https://graph.microsoft.com"
RESOURCES: Final = {
    AUDIENCE: AUDIENCE,
    "https://outlook.office365.com": AUDIENCE,
    "https://outlook.office365.us": AUDIENCE,
    "https://partner.outlook.cn": AUDIENCE,
    GRAPH: GRAPH_AUDIENCE,
    GRAPH_AUDIENCE: GRAPH_AUDIENCE,
}
"""Resource in a scope -> audience of the token."""
NO_RESOURCE: Final = frozenset({"openid", "profile", "email", "offline_access"})
_SHARED_TENANTS: Final = ("common", "organizations", "consumers")
_PERSONAL_DOMAINS: Final = frozenset({"outlook.com", "hotmail.com", "live.com", "msn.com"})
# Microsoft's default policy of 2025: users may not consent to these themselves.
_ADMINS_ONLY: Final = frozenset(
    {"IMAP.AccessAsUser.All", "POP.AccessAsUser.All", "EWS.AccessAsUser.All", ".default"}
    | {"Mail.Read", "Mail.ReadWrite", "Mail.Read.Shared", "Mail.ReadWrite.Shared"}
)


@dataclass
class Tenant:
    """A directory; ``missing`` ones do not exist, ``elsewhere`` ones are in another cloud.

    ``region``, ``sub_region`` and ``cloud`` are what discovery says of where it is: ``USGov`` with
    ``DODCON`` or ``DOD``, or a cloud such as ``partner.microsoftonline.cn``.
    """

    id: str
    name: str
    domains: tuple[str, ...] = ()
    missing: bool = False
    elsewhere: bool = False
    region: str = "EU"
    sub_region: str = ""
    cloud: str = "microsoftonline.com"


@dataclass
class ClientApp:
    """An app registration.

    ``tenant`` is the home of a single-tenant app, empty for all others. A ``public`` client has no
    secret. ``resources`` are those listed under its API permissions.
    """

    id: str
    name: str = "tuimail"
    redirect_uris: tuple[str, ...] = ("http://localhost", "http://127.0.0.1")
    public: bool = True
    secret: str = ""
    secret_expired: bool = False
    disabled: bool = False
    tenant: str = ""
    audience: Audience = "everyone"
    resources: tuple[str, ...] = (AUDIENCE, GRAPH_AUDIENCE)

    def redirect_problem(self, redirect_uri: str) -> str | None:
        """What is wrong with a redirect URI; the port of a loopback one does not matter."""
        if not redirect_uri:
            return "no_redirect_given"
        if not self.redirect_uris:
            return "no_redirect_registered"
        known = {_portless(each) for each in self.redirect_uris}
        return None if _portless(redirect_uri) in known else "bad_redirect"

    def secret_problem(self, secret: str) -> str | None:
        """What is wrong with the secret that came, or did not come, with a token request."""
        if self.public:
            return "public_with_secret" if secret else None
        if not secret:
            return "not_public"
        if self.secret_expired:
            return "secret_expired"
        return None if secret == self.secret else "bad_secret"


class Directory:
    """Tenants, clients, accounts, consent; every attribute may be changed at any time."""

    def __init__(self, users: Collection[str], clients: Collection[str]) -> None:
        self.users = tuple(users)
        domains = {user.rpartition("@")[2].lower() for user in users} - _PERSONAL_DOMAINS
        self.tenants = {TENANT: Tenant(TENANT, "Contoso", tuple(sorted(domains)))}
        self.clients = {client: ClientApp(client) for client in clients}
        self.personal: set[str] = set()
        self.disabled: set[str] = set()
        self.refuse: MutableMapping[str, str] = Choices(_checked_refusal)
        self.consents: dict[tuple[str, str], Consent] = {}
        self.admins_only = set(_ADMINS_ONLY)
        # (user, client id) of the requests for approval that users sent.
        self.approval_requests: list[tuple[str, str]] = []
        self._consented: dict[tuple[str, str], set[str]] = {}
        self._directory_lock = threading.RLock()

    # Switches.

    def set_consent(self, state: Consent, client_id: str = "", tenant: str = "") -> None:
        """Set what a tenant thinks of a client, and forget what was consented to."""
        if state not in get_args(Consent):
            raise ValueError(f"unknown state of consent {state!r}")
        key = (tenant or TENANT, client_id or next(iter(self.clients)))
        with self._directory_lock:
            self.consents[key] = state
            self._consented.pop(key, None)

    def grant_consent(self, tenant: str, client_id: str, scope: str = "") -> None:
        """What an administrator's consent does: these scopes, or all without any."""
        key = (tenant, client_id)
        with self._directory_lock:
            if not _scopes(scope) or any(each.endswith("/.default") for each in _scopes(scope)):
                self.consents[key] = "granted"
            else:
                self._consented.setdefault(key, set()).update(_scopes(scope))

    # Questions.

    def tenant(self, segment: str) -> Tenant | None:
        """The tenant a path names by id or domain; None if there is none."""
        wanted = segment.lower()
        for tenant in self.tenants.values():
            if wanted == tenant.id.lower() or wanted in tenant.domains:
                return tenant
        return None

    def home(self, user: str) -> str:
        """The id of the tenant an account belongs to."""
        domain = user.lower().rpartition("@")[2]
        if user.lower() in self.personal or domain in _PERSONAL_DOMAINS:
            return CONSUMERS
        tenant = self.tenant(domain)
        return tenant.id if tenant is not None else TENANT

    def realm(self, domain: str) -> Tenant | str:
        """Who signs in the people of a domain: a tenant, ``personal``, or nobody (empty)."""
        domain = domain.lower()
        if domain in _PERSONAL_DOMAINS | {each.rpartition("@")[2] for each in self.personal}:
            return "personal"
        tenant = self.tenant(domain)
        return "" if tenant is None or tenant.missing else tenant

    def tenant_problem(self, segment: str) -> str | None:
        """What is wrong with the tenant in a path."""
        if segment.lower() in (*_SHARED_TENANTS, CONSUMERS):
            return None
        tenant = self.tenant(segment)
        if tenant is None or tenant.missing:
            return "unknown_tenant"
        return "other_cloud" if tenant.elsewhere else None

    def client_problem(self, segment: str, client_id: str) -> str | None:
        """What is wrong with a client at the endpoint of this tenant."""
        client = self.clients.get(client_id)
        if client is None:
            return "bad_client"
        if client.disabled:
            return "client_disabled"
        consumers = segment.lower() in ("consumers", CONSUMERS)
        if client.audience == "organizations" and consumers:
            return "organizations_only"
        if client.audience == "consumers" and not consumers and segment.lower() != "common":
            return "consumers_only"
        if client.tenant and segment.lower() in _SHARED_TENANTS:
            return "single_tenant"
        tenant = self.tenant(segment)
        return (
            "bad_client" if client.tenant and client.tenant != getattr(tenant, "id", "") else None
        )

    def account_problem(self, segment: str, user: str) -> str | None:
        """What is wrong with an account at the endpoint of this tenant."""
        place = segment.lower()
        personal = self.home(user) == CONSUMERS
        if place in ("consumers", CONSUMERS):
            return None if personal else "wrong_account_type"
        if personal and place != "common":
            return "wrong_account_type" if place == "organizations" else "not_in_tenant"
        tenant = self.tenant(segment)
        if tenant is not None and self.home(user) != tenant.id:
            return "unknown_user"
        return "disabled" if user.lower() in self.disabled else None

    def policy_problem(self, user: str, flow: Flow) -> str | None:
        """What `refuse` says about this account in this flow."""
        name, _, only = (choice_for(self.refuse, user) or "").partition("@")
        if not name or (only and only != flow):
            return None
        return error_named(name).name

    def consent_problem(self, client_id: str, user: str, scope: str, flow: Flow) -> str | None:
        """What is missing of consent; an interactive sign-in records the user's own."""
        key = (self.home(user), client_id)
        with self._directory_lock:
            state = self.consents.get(key, "granted")
            missing = _scopes(scope) - self._consented.get(key, set())
            if state == "granted" or not missing:
                return None
            if flow == "refresh":
                return "consent"
            if state == "declined":
                return "user_declined"
            if state != "user-may-consent" and self._for_admins(missing):
                return "admin_consent" if state == "admin-required" else "admin_consent_request"
            self._consented.setdefault(key, set()).update(missing)
            return None

    def resource_problem(self, client_id: str, scope: str, *, one: bool = True) -> str | None:
        """What is wrong with the resources of the scopes; ``one`` allows no more than one."""
        client = self.clients.get(client_id)
        scopes = _scopes(scope)
        resources = {each.rpartition("/")[0] for each in scopes}
        if not resources <= set(RESOURCES.values()) | {""}:
            return "resource_not_listed"
        if client is not None and not resources <= set(client.resources):
            return "resource_not_listed"
        if one and len(resources) > 1:
            return "multiple_resources"
        mixed = len(scopes) > 1 and any(each.endswith("/.default") for each in scopes)
        return "wrong_resource" if mixed else None

    def _for_admins(self, scopes: Collection[str]) -> bool:
        return any(each.rpartition("/")[2] in self.admins_only for each in scopes)


def audience_of(scope: str) -> str:
    """The audience of a token for these scopes: the first one's; a bare name is Graph's."""
    for each in scope.split():
        if each not in NO_RESOURCE:
            resource, slash, _name = each.rpartition("/")
            return RESOURCES.get(resource.rstrip("/"), resource) if slash else GRAPH_AUDIENCE
    return GRAPH_AUDIENCE


def _checked_refusal(choice: str) -> None:
    name, at, flow = choice.partition("@")
    error_named(name)
    if at and flow not in get_args(Flow):
        raise ValueError(f"unknown flow {flow!r}")


def _scopes(scope: str) -> set[str]:
    """The scopes with the audience in front of each: ``https://outlook.office.com/SMTP.Send``."""
    names = [each for each in scope.split() if each not in NO_RESOURCE]
    return {f"{audience_of(each)}/{each.rpartition('/')[2]}" for each in names}


def _portless(redirect_uri: str) -> str:
    parts = urllib.parse.urlsplit(redirect_uri)
    if parts.hostname not in ("localhost", "127.0.0.1"):
        return redirect_uri
    # A registration of http://localhost covers every port, as RFC 8252 asks, and no other path.
    return f"{parts.scheme}://{parts.hostname}{parts.path.rstrip('/')}"
