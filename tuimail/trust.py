"""Whom TLS trusts, the same for every connection, and what a refused certificate means.

The system's certificates are asked through `truststore`, which finds them where OpenSSL's own
defaults lead nowhere, as in a Python that was not built for this system. A `ca_file` replaces
them. Verification is never switched off.
"""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import truststore

from tuimail.errors import ConfigError

# X509_V_ERR_ codes of OpenSSL (x509_vfy.h).
_NOT_YET_VALID: Final = 9
_EXPIRED: Final = 10
_UNKNOWN_ISSUER: Final = frozenset({2, 18, 19, 20, 21})
_WRONG_NAME: Final = frozenset({62, 63, 64})


@dataclass(frozen=True, slots=True)
class Distrust:
    """Why a certificate was refused: one sentence, and what the user can do."""

    words: str
    hint: str


def client_context(ca_file: Path | None = None) -> ssl.SSLContext:
    """Return a context that verifies the server's certificate and name.

    Args:
        ca_file: A PEM file trusted instead of the system's certificates.

    Raises:
        ConfigError: The file cannot be read.
    """
    if ca_file is None:
        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        return ssl.create_default_context(cafile=ca_file)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not a PEM file"
        raise ConfigError(f"ca_file {ca_file}: {reason}.", key="ca_file") from error


def explain(code: int | None, host: str, now: datetime | None = None) -> Distrust:
    """Say what a refused certificate most likely means.

    Args:
        code: `ssl.SSLCertVerificationError.verify_code`, None when it is not known.
        host: Whose certificate it is.
        now: This computer's clock, UTC.
    """
    today = (now or datetime.now(UTC)).astimezone()
    clock = f"This computer's clock says {today.day} {today:%b %Y, %H:%M}"
    if code == _NOT_YET_VALID:
        return Distrust(
            f"The certificate of {host} is not valid yet.",
            f"{clock}. If that is wrong, set it right.",
        )
    if code == _EXPIRED:
        return Distrust(
            f"The certificate of {host} has expired.",
            f"{clock}. If that is wrong, set it right; if not, something else than {host} answers.",
        )
    if code in _UNKNOWN_ISSUER:
        return Distrust(
            f"The certificate of {host} comes from somebody this computer does not trust.",
            "A proxy or virus scanner that looks into TLS does this. If your organisation runs "
            "one, give tuimail its certificate: ca_file in the settings, or "
            "`tuimail account add --ca-file FILE`.",
        )
    if code in _WRONG_NAME:
        return Distrust(
            f"The certificate is not that of {host}.",
            "Something else answers there: check the network you are in, and the settings.",
        )
    return Distrust(
        f"The certificate of {host} does not verify.",
        "If your organisation looks into TLS, set ca_file to its certificate.",
    )
