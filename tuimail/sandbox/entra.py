"""Entra ID in a box: what the directory knows, and the switches with which a test drives it.

The protocol (paths, forms, bodies) is in `entra_endpoints`; this module holds the state: codes,
grants, refresh tokens and the failures that are to happen next.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from tuimail.sandbox.entra_errors import ERRORS
from tuimail.sandbox.tokens import (
    AUDIENCE,
    SCOPES,
    TENANT,
    TokenClaims,
    TokenIssuer,
    base64url,
    object_id,
)

CLIENT_ID = "22222222-2222-2222-2222-222222222222"
GRAPH_AUDIENCE = "00000003-0000-0000-c000-000000000000"
DEVICE_CODE_LIFETIME = 900
_USER_CODE_LETTERS = "BCDFGHJKLMNPQRSTVWXZ23456789"
_INJECTED = frozenset({*ERRORS, "drop", "garbage"})
_NOT_RESOURCES = frozenset({"openid", "profile", "email", "offline_access"})


@dataclass
class DeviceSignIn:
    """One device code and what became of it: ``pending``, ``approved`` or ``declined``."""

    user_code: str
    client_id: str
    scope: str
    expires: float
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


class Entra:
    """The directory. Every method may be called from any thread."""

    def __init__(
        self,
        users: Collection[str],
        *,
        token_lifetime: int = 3600,
        device_interval: int = 5,
        clients: Collection[str] = (CLIENT_ID,),
    ) -> None:
        self.users = tuple(users)
        self.clients = set(clients)
        self.device_interval = device_interval
        self.device_code_lifetime = DEVICE_CODE_LIFETIME
        self.latency = 0.0
        self.requests: list[tuple[str, str]] = []
        self.tokens = TokenIssuer(token_lifetime)
        self.base = ""
        self._lock = threading.RLock()
        self._devices: dict[str, DeviceSignIn] = {}
        self._codes: dict[str, AuthorizationCode] = {}
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
        """Answer a device code as the page would; False if no such code waits."""
        wanted = user_code.strip().upper()
        with self._lock:
            for sign_in in self._devices.values():
                if sign_in.user_code == wanted and sign_in.expires > time.time():
                    sign_in.state = "declined" if declined else "approved"
                    sign_in.user = user or self.users[0]
                    return True
        return False

    def pending_user_codes(self) -> list[str]:
        """The user codes that wait for an answer, oldest first."""
        with self._lock:
            return [each.user_code for each in self._devices.values() if each.state == "pending"]

    def fail_next(
        self, name: str, n: int = 1, endpoint: str = "token", retry_after: int | None = None
    ) -> None:
        """Let the next ``n`` requests to ``endpoint`` fail.

        ``name`` is a key of `entra_errors.ERRORS`, ``drop`` (the connection closes) or ``garbage``
        (a captive portal's page). ``endpoint`` is the last part of the path: ``token``,
        ``devicecode``, ``authorize``, ``openid-configuration``.
        """
        if name not in _INJECTED:
            raise ValueError(f"unknown failure {name!r}")
        with self._lock:
            self._failures += [(endpoint, name, retry_after)] * n

    def revoke_all(self) -> None:
        """End every session: refresh tokens and access tokens given so far are refused."""
        with self._lock:
            self._refresh.clear()
        self.tokens.revoke_all()

    # What the endpoints ask.

    def next_failure(self, endpoint: str) -> tuple[str, int | None] | None:
        """Take the failure that is due at this endpoint: its name and Retry-After."""
        with self._lock:
            for failure in self._failures:
                if failure[0] == endpoint:
                    self._failures.remove(failure)
                    return failure[1], failure[2]
        return None

    def verify(self, token: str, *, scope: str) -> TokenClaims | None:
        """The claims of a living token with this scope, or None."""
        return self.tokens.verify(token, scope=scope)

    def start_device_sign_in(self, client_id: str, scope: str) -> tuple[str, DeviceSignIn]:
        """A new device code and its sign-in."""
        device_code = secrets.token_urlsafe(48)
        user_code = "".join(secrets.choice(_USER_CODE_LETTERS) for _ in range(9))
        sign_in = DeviceSignIn(user_code, client_id, scope, time.time() + self.device_code_lifetime)
        with self._lock:
            self._devices[device_code] = sign_in
        return device_code, sign_in

    def redeem_device_code(self, device_code: str) -> DeviceSignIn | str:
        """The approved sign-in, or the name of the error to answer."""
        with self._lock:
            sign_in = self._devices.get(device_code)
            if sign_in is None or sign_in.expires < time.time():
                return "code_expired"
            if sign_in.state == "pending":
                return "pending"
            if sign_in.state == "declined":
                return "declined"
            del self._devices[device_code]
            return sign_in

    def keep_code(self, code: AuthorizationCode) -> str:
        """Store an authorization code and return its secret."""
        secret = "0.AXoA" + secrets.token_urlsafe(120)
        with self._lock:
            self._codes[secret] = code
        return secret

    def take_code(self, secret: str) -> AuthorizationCode | None:
        """The authorization code, once."""
        with self._lock:
            return self._codes.pop(secret, None)

    def refresh_grant(self, refresh_token: str) -> RefreshGrant | None:
        """What the refresh token stands for, None when it was revoked."""
        with self._lock:
            return self._refresh.get(refresh_token)

    def grant(self, user: str, client_id: str, scope: str, nonce: str = "") -> dict[str, object]:
        """The success body of the token endpoint."""
        refresh_token = "0.AAAA-" + secrets.token_urlsafe(600)
        with self._lock:
            self._refresh[refresh_token] = RefreshGrant(user, client_id, scope)
        granted = [each for each in scope.split() if each not in _NOT_RESOURCES]
        short = " ".join(each.rpartition("/")[2] for each in granted)
        audience = AUDIENCE if any(AUDIENCE in each for each in granted) else GRAPH_AUDIENCE
        client_info = json.dumps({"uid": object_id(user), "utid": TENANT}).encode()
        return {
            "token_type": "Bearer",
            "scope": " ".join(granted),
            "expires_in": self.tokens.lifetime,
            "ext_expires_in": self.tokens.lifetime,
            "access_token": self.mint(user, audience=audience, scopes=short),
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
            "tid": TENANT,
            "ver": "2.0",
        }
        return self.tokens.sign({**claims, "nonce": nonce} if nonce else claims)
