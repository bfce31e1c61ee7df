"""Entra ID in a box: what the directory knows, and the switches with which a test drives it.

The protocol (paths, forms, bodies) is in `entra_endpoints` and `entra_browser`; who may sign in to
what is in `entra_directory`; this module holds the state: codes, grants, refresh tokens and the
failures that are to happen.

The switches; addresses are lower case, set from any thread at any time, names of errors are those
of ``entra_errors.toml`` or AADSTS numbers:

=========================== ============================== =========================================
attribute                   value                          meaning
=========================== ============================== =========================================
``refuse[address]``         ``"ca_blocked"``,              refuse this account at every sign-in and
                            ``"53003"``                    refresh; ``"*"`` is everybody
                            ``"ca_blocked@device"``        the same in one flow: ``browser``,
                                                           ``device``, ``refresh``. A device code
                                                           stays pending, the page tells
``set_consent(state, …)``   granted, user-may-consent,     what a tenant thinks of a client
                            admin-required,
                            request-workflow, declined
``clients[id]``             `ClientApp`                    disabled, not public, single tenant,
                                                           redirect URIs, work or personal only
``tenants[id]``             `Tenant`                       domains; missing; in another cloud;
                                                           name and place that discovery tells
``personal``                set of addresses               accounts of outlook.com and the like
``disabled``                set of addresses               accounts that are switched off
``outage``                  a name, ``drop``, ``garbage``  every request fails so, until None
``retry_after``             seconds or None                Retry-After of that outage
``fail_next(name, n, …)``                                  the next requests to one endpoint fail
``tokens.lifetime``         seconds                        of access tokens from now on
``refresh_lifetime``        seconds or None                700082 for a refresh token not used since
``sign_in_frequency``       seconds or None                70043 that long after the last sign-in
``device_code_lifetime``    seconds                        until ``expired_token``, of codes
                                                           that are out too
``device_interval``         seconds                        between polls
``revoke(user)``,                                          50173 at the next refresh
``revoke_all()``
``approval_requests``       list of (user, client)         what the request-workflow page collected
``latency``                 seconds                        before every answer
=========================== ============================== =========================================
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tuimail.sandbox.entra_directory import (
    CLIENT_ID,
    GRAPH_AUDIENCE,
    NO_RESOURCE,
    Directory,
    audience_of,
)
from tuimail.sandbox.entra_errors import error_named
from tuimail.sandbox.tokens import (
    AUDIENCE,
    SCOPES,
    TENANT,
    TokenClaims,
    TokenIssuer,
    base64url,
    object_id,
)

__all__ = ["CLIENT_ID", "GRAPH_AUDIENCE", "AuthorizationCode", "DeviceSignIn", "Entra"]

DEVICE_CODE_LIFETIME = 900
NOT_ERRORS: Final = ("drop", "garbage")
_USER_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789"
_EVERYTHING: Final = {AUDIENCE: SCOPES, GRAPH_AUDIENCE: "Mail.Send User.Read"}


@dataclass
class DeviceSignIn:
    """One device code and what became of it: ``pending``, ``approved`` or ``declined``."""

    user_code: str
    client_id: str
    scope: str
    began: float
    tenant: str
    state: str = "pending"
    user: str = ""


@dataclass(frozen=True)
class AuthorizationCode:
    """A code of the browser flow, waiting to be redeemed."""

    client_id: str
    redirect_uri: str
    scope: str
    challenge: str
    nonce: str
    user: str
    expires: float


@dataclass(frozen=True)
class RefreshGrant:
    """What a refresh token stands for."""

    user: str
    client_id: str
    scope: str
    signed_in: float
    used: float


class Entra(Directory):
    """The directory. Every method may be called from any thread."""

    def __init__(
        self,
        users: Collection[str],
        *,
        token_lifetime: int = 3600,
        device_interval: int = 5,
        clients: Collection[str] = (CLIENT_ID,),
    ) -> None:
        super().__init__(users, clients)
        self.device_interval = device_interval
        self.device_code_lifetime = DEVICE_CODE_LIFETIME
        self.latency = 0.0
        self.outage: str | None = None
        self.retry_after: int | None = None
        self.refresh_lifetime: float | None = None
        self.sign_in_frequency: float | None = None
        self.requests: list[tuple[str, str]] = []
        self.tokens = TokenIssuer(token_lifetime)
        self.base = ""
        self._lock = threading.RLock()
        self._devices: dict[str, DeviceSignIn] = {}
        self._codes: dict[str, AuthorizationCode] = {}
        self._redeemed: set[str] = set()
        self._refresh: dict[str, RefreshGrant] = {}
        self._failures: list[tuple[str, str, int | None]] = []

    def listen_at(self, base: str) -> None:
        """Tell the directory its own address, for example ``https://localhost:4443``."""
        self.base = base
        self.tokens.issuer = f"{base}/{TENANT}/v2.0"

    @property
    def authority(self) -> str:
        """The authority URL with the tenant, as a client is configured with it."""
        return f"{self.base}/{TENANT}"

    # Switches for tests and the demo.

    def mint(
        self, user: str, ttl: int | None = None, audience: str = AUDIENCE, scopes: str = SCOPES
    ) -> str:
        """An access token without any sign-in. A negative ``ttl`` makes an expired one."""
        return self.tokens.mint(user, ttl, audience, scopes)

    def write_dovecot_keys(self, directory: Path) -> Path:
        """Write the public key for Dovecot; see `TokenIssuer.write_dovecot_keys`."""
        return self.tokens.write_dovecot_keys(directory)

    def share(self, user: str, mailbox: str) -> None:
        """Let ``user`` open a shared mailbox with tokens minted from now on."""
        self.tokens.shared[user.lower()] = mailbox

    def approve(self, user_code: str, user: str | None = None, *, declined: bool = False) -> bool:
        """Answer a device code as the page would; False if that did not end in a sign-in."""
        return self.answer_device_code(user_code, user, declined=declined) is None

    def answer_device_code(
        self, user_code: str, user: str | None = None, *, declined: bool = False
    ) -> str | None:
        """Answer a device code on the page. None, or the name of the error the page shows.

        The client learns nothing of an error that only the page shows: it goes on polling.
        """
        wanted = user_code.strip().upper()
        account = user or self.users[0]
        with self._lock:
            for sign_in in self._devices.values():
                if sign_in.user_code == wanted and not self._is_over(sign_in):
                    break
            else:
                return "bad_verification_code"
            if declined:
                sign_in.state = "declined"
                return None
            problem = (
                self.account_problem(sign_in.tenant, account)
                or self.policy_problem(account, "device")
                or self.consent_problem(sign_in.client_id, account, sign_in.scope, "device")
            )
            if problem == "user_declined":
                sign_in.state = "declined"
            elif problem is None:
                sign_in.state = "approved"
            sign_in.user = account
            return problem

    def pending_user_codes(self) -> list[str]:
        """The user codes that wait for an answer, oldest first."""
        with self._lock:
            return [each.user_code for each in self._devices.values() if each.state == "pending"]

    def fail_next(
        self, name: str, n: int = 1, endpoint: str = "token", retry_after: int | None = None
    ) -> None:
        """Let the next ``n`` requests to ``endpoint`` fail.

        ``name`` is an error's, ``drop`` (the connection closes) or ``garbage`` (a captive portal's
        page). ``endpoint`` is the last part of the path: ``token``,
        ``devicecode``, ``authorize``, ``openid-configuration``.
        """
        if name not in NOT_ERRORS:
            name = error_named(name).name
        with self._lock:
            self._failures += [(endpoint, name, retry_after)] * n

    def revoke_all(self) -> None:
        """End every session: refresh tokens and access tokens given so far are refused."""
        with self._lock:
            self._refresh.clear()
        self.tokens.revoke_all()

    def revoke(self, user: str) -> None:
        """End one account's sessions: its refresh tokens are refused."""
        with self._lock:
            for secret, grant in list(self._refresh.items()):
                if grant.user.lower() == user.lower():
                    del self._refresh[secret]

    # What the endpoints ask.

    def next_failure(self, endpoint: str) -> tuple[str, int | None] | None:
        """The failure that is due at this endpoint: its name and Retry-After."""
        with self._lock:
            for failure in self._failures:
                if failure[0] == endpoint:
                    self._failures.remove(failure)
                    return failure[1], failure[2]
        return None if self.outage is None else (self.outage, self.retry_after)

    def verify(self, token: str, *, scope: str, audience: str = AUDIENCE) -> TokenClaims | None:
        """The claims of a living token with this scope for this audience, or None."""
        return self.tokens.verify(token, scope=scope, audience=audience)

    def start_device_sign_in(
        self, client_id: str, scope: str, tenant: str = "common"
    ) -> tuple[str, DeviceSignIn]:
        """A new device code and its sign-in."""
        device_code = secrets.token_urlsafe(48)
        user_code = "".join(secrets.choice(_USER_CODE_LETTERS) for _ in range(9))
        sign_in = DeviceSignIn(user_code, client_id, scope, time.time(), tenant)
        with self._lock:
            self._devices[device_code] = sign_in
        return device_code, sign_in

    def redeem_device_code(self, device_code: str) -> DeviceSignIn | str:
        """The approved sign-in, or the name of the error to answer."""
        with self._lock:
            sign_in = self._devices.get(device_code)
            if sign_in is None:
                return "bad_verification_code"
            if self._is_over(sign_in):
                return "code_expired"
            if sign_in.state == "pending":
                return "pending"
            if sign_in.state == "declined":
                return "declined"
            del self._devices[device_code]
            return sign_in

    def _is_over(self, sign_in: DeviceSignIn) -> bool:
        return time.time() - sign_in.began > self.device_code_lifetime

    def client_of_code(self, user_code: str) -> str:
        """The client that waits for a device code."""
        with self._lock:
            for sign_in in self._devices.values():
                if sign_in.user_code == user_code.strip().upper():
                    return sign_in.client_id
        return ""

    def about(
        self, client_id: str, user: str = "", redirect_uri: str = "", segment: str = ""
    ) -> dict[str, str]:
        """What the words of an error speak of."""
        client = self.clients.get(client_id)
        tenant = self.tenant(segment) if segment else self.tenants.get(TENANT)
        return {
            "client_id": client_id,
            "app": client.name if client is not None else "",
            "tenant": tenant.name if tenant is not None else segment,
            "user": user,
            "redirect_uri": redirect_uri,
        }

    def keep_code(self, code: AuthorizationCode) -> str:
        """Store an authorization code and return its secret."""
        secret = "0.AXoA" + secrets.token_urlsafe(120)
        with self._lock:
            self._codes[secret] = code
        return secret

    def take_code(self, secret: str) -> AuthorizationCode | str:
        """The authorization code, once; or the name of the error."""
        with self._lock:
            code = self._codes.pop(secret, None)
            if code is None:
                return "code_redeemed" if secret in self._redeemed else "bad_code"
            self._redeemed.add(secret)
        return code if code.expires > time.time() else "grant_expired"

    def use_refresh_token(self, refresh_token: str, client_id: str) -> RefreshGrant | str:
        """What the refresh token stands for, or the name of the error."""
        with self._lock:
            grant = self._refresh.get(refresh_token)
        if grant is None or grant.client_id != client_id:
            return "revoked"
        now = time.time()
        if self.refresh_lifetime is not None and now - grant.used > self.refresh_lifetime:
            return "refresh_expired"
        if self.sign_in_frequency is not None and now - grant.signed_in > self.sign_in_frequency:
            return "sign_in_frequency"
        return self.policy_problem(grant.user, "refresh") or grant

    def grant(
        self,
        user: str,
        client_id: str,
        scope: str,
        nonce: str = "",
        signed_in: float | None = None,
    ) -> dict[str, object]:
        """The success body of the token endpoint."""
        refresh_token = "0.AAAA-" + secrets.token_urlsafe(600)
        now = time.time()
        with self._lock:
            self._refresh[refresh_token] = RefreshGrant(
                user, client_id, scope, now if signed_in is None else signed_in, now
            )
        audience, tenant = audience_of(scope), self.home(user)
        granted = [each for each in scope.split() if each not in NO_RESOURCE]
        short = " ".join(each.rpartition("/")[2] for each in granted)
        short = _EVERYTHING.get(audience, "") if ".default" in short.split() else short
        client_info = json.dumps({"uid": object_id(user), "utid": tenant}).encode()
        return {
            "token_type": "Bearer",
            "scope": " ".join(granted),
            "expires_in": self.tokens.lifetime,
            "ext_expires_in": self.tokens.lifetime,
            "access_token": self.tokens.mint(user, None, audience, short, tid=tenant),
            "refresh_token": refresh_token,
            "id_token": self._id_token(user, client_id, nonce),
            "client_info": base64url(client_info),
        }

    def _id_token(self, user: str, client_id: str, nonce: str) -> str:
        now = int(time.time())
        claims: dict[str, object] = {
            "aud": client_id,
            "iss": self.tokens.issuer,
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
            "name": user.partition("@")[0].replace(".", " ").title(),
            "oid": object_id(user),
            "preferred_username": user,
            "sub": object_id(user),
            "tid": self.home(user),
            "ver": "2.0",
        }
        return self.tokens.sign({**claims, "nonce": nonce} if nonce else claims)
