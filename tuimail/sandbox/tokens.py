"""The access tokens of the sandbox: RS256 JWTs with the claims Exchange Online looks at.

They are real signatures, so that an independent server (Dovecot) can check the same tokens with
the public key that `TokenIssuer.write_dovecot_keys` writes.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import json
import threading
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

TENANT = "11111111-1111-1111-1111-111111111111"
AUDIENCE = "https://outlook.office.com"
SCOPES = "IMAP.AccessAsUser.All SMTP.Send"
KEY_ID = "k1"


def base64url(data: bytes) -> str:
    """Base64 in the URL alphabet without padding (RFC 7515, section 2)."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def object_id(user: str) -> str:
    """The directory's id of a user: the same for the same address."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, user.lower()))


@dataclass(frozen=True)
class TokenClaims:
    """What a server needs to know of an access token."""

    user: str
    audience: str
    scopes: frozenset[str]
    expires_on: float
    shared_mailbox: str

    def may_open(self, mailbox: str) -> bool:
        """True for the user's own mailbox and the one shared with them."""
        return mailbox.lower() in (self.user.lower(), self.shared_mailbox.lower())


@functools.cache
def _signing_key() -> rsa.RSAPrivateKey:
    """The key of this process: making one takes as long as starting a whole sandbox."""
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class TokenIssuer:
    """Signs and checks tokens. `shared` maps a user to the shared mailbox they may open."""

    def __init__(self, lifetime: int) -> None:
        self.lifetime = lifetime
        self.issuer = ""
        self.shared: dict[str, str] = {}
        self._lock = threading.Lock()
        self._revoked_before = 0
        self._serial = 0
        self._key = _signing_key()

    def mint(
        self,
        user: str,
        ttl: int | None = None,
        audience: str = AUDIENCE,
        scopes: str = SCOPES,
        **extra: object,
    ) -> str:
        """An access token for ``user``, valid for ``ttl`` seconds (negative: already expired).

        ``extra`` claims replace those of the same name.
        """
        lifetime = self.lifetime if ttl is None else ttl
        now = int(time.time())
        issued = now - 5 if lifetime >= 0 else now + lifetime - 3600
        claims: dict[str, object] = {
            "aud": audience,
            "iss": self.issuer,
            "iat": issued,
            "nbf": issued,
            "exp": now + lifetime,
            "sub": hashlib.sha256(user.lower().encode()).hexdigest()[:32],
            "oid": object_id(user),
            "tid": TENANT,
            "preferred_username": user,
            "upn": user,
            "scp": scopes,
            "ver": "2.0",
            "shared_mailbox": self.shared.get(user.lower(), "-"),
            "serial": self._next_serial(),
        }
        return self.sign({**claims, **extra})

    def sign(self, claims: Mapping[str, object]) -> str:
        """A JWT (RFC 7519) of the claims."""
        header = base64url(json.dumps({"typ": "JWT", "alg": "RS256", "kid": KEY_ID}).encode())
        payload = base64url(json.dumps(claims).encode())
        signed = f"{header}.{payload}"
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{base64url(signature)}"

    def verify(self, token: str, *, scope: str, audience: str = AUDIENCE) -> TokenClaims | None:
        """The claims of a living token of ours for ``audience`` with ``scope``; None otherwise.

        An empty ``scope`` accepts any.
        """
        claims = self._signed_claims(token)
        if claims is None:
            return None
        checked = TokenClaims(
            user=str(claims["preferred_username"]),
            audience=str(claims["aud"]),
            scopes=frozenset(str(claims["scp"]).split()),
            expires_on=float(str(claims["exp"])),
            shared_mailbox=str(claims.get("shared_mailbox", "-")),
        )
        living = checked.expires_on > time.time()
        granted = checked.audience == audience and (not scope or scope in checked.scopes)
        unrevoked = int(str(claims.get("serial", 0))) > self._revoked_before
        return checked if living and granted and unrevoked else None

    def problem(self, token: str, audience: str) -> str | None:
        """Why a token opens nothing here: malformed, audience, expired or revoked; or None."""
        claims = self._signed_claims(token)
        if claims is None:
            return "malformed"
        if claims["aud"] != audience:
            return "audience"
        if float(str(claims["exp"])) <= time.time():
            return "expired"
        return None if int(str(claims.get("serial", 0))) > self._revoked_before else "revoked"

    def revoke_all(self) -> None:
        """Refuse every token minted so far."""
        with self._lock:
            self._revoked_before = self._serial

    def write_dovecot_keys(self, directory: Path) -> Path:
        """Write the public key where Dovecot's ``oauth2_jwt`` looks for it.

        Dovecot reads ``<prefix>/<azp or "default">/<alg>/<kid>`` from its ``fs:posix`` dictionary.
        Returns the prefix.
        """
        keys = directory / "default" / "RS256"
        keys.mkdir(parents=True, exist_ok=True)
        (keys / KEY_ID).write_bytes(
            self._key.public_key().public_bytes(
                serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
            )
        )
        return directory

    def public_jwk(self) -> dict[str, str]:
        """The public key as the key discovery page shows it (RFC 7517)."""
        numbers = self._key.public_key().public_numbers()

        def encoded(number: int) -> str:
            return base64url(number.to_bytes((number.bit_length() + 7) // 8, "big"))

        return {
            "kty": "RSA",
            "use": "sig",
            "kid": KEY_ID,
            "n": encoded(numbers.n),
            "e": encoded(numbers.e),
        }

    def _next_serial(self) -> int:
        with self._lock:
            self._serial += 1
            return self._serial

    def _signed_claims(self, token: str) -> dict[str, object] | None:
        try:
            header, payload, signature = token.split(".")
            self._key.public_key().verify(
                base64.urlsafe_b64decode(signature + "=="),
                f"{header}.{payload}".encode(),
                padding.PKCS1v15(),
                hashes.SHA256(),
            )
            claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
        except (ValueError, InvalidSignature):
            return None
        return claims if isinstance(claims, dict) else None
