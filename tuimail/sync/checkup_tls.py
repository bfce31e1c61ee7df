"""TLS as a server speaks it: the version, and who issued its certificate.

A certificate that does not verify is read once more without being trusted, only to name who
issued it: that is whoever looks into the connection. Nothing is said on such a connection.
"""

from __future__ import annotations

import socket
import ssl
from enum import Enum, auto
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.x509.oid import NameOID

from tuimail.errors import NetworkError
from tuimail.http import open_tunnel
from tuimail.model.account import Endpoint
from tuimail.model.checkup import Found, Private, failed, passed
from tuimail.text.safe import clean
from tuimail.trust import client_context, explain

_SECONDS: Final = 10.0
_LONGEST_REPLY: Final = 64 * 1024
_PUBLIC: Final = ("DigiCert", "Microsoft", "Let's Encrypt")
"""Issuers whose names tell nothing of an organisation."""


class _NoStartTls(Exception):
    """The server does not offer it."""


class Way(Enum):
    """How a server is reached, and what is said before TLS."""

    DIRECT = auto()
    STARTTLS = auto()
    """SMTP (RFC 3207)."""
    PROXY = auto()
    """As requests go: through the proxy of the environment, if there is one."""


def look_at_tls(endpoint: Endpoint, ca_file: Path | None, way: Way = Way.DIRECT) -> Found:
    """Make a TLS connection and leave.

    Raises:
        ConfigError: `ca_file` cannot be read.
        NetworkError: The proxy does not connect.
    """
    context = client_context(ca_file)
    try:
        with _encrypted(endpoint, context, way) as line:
            version = line.version() or "TLS"
            issuer = _issuer(line)
    except ssl.SSLCertVerificationError as error:
        return _distrusted(endpoint, error.verify_code, way)
    except _NoStartTls:
        return failed(
            f"{endpoint.host} offers no encryption",
            "Something may stand in between: check the network, and smtp in the settings.",
        )
    except ssl.SSLError as error:
        return failed(
            f"no secure connection could be made ({clean(error.reason or 'TLS')})",
            "Check the port in the settings. A firewall that meddles with TLS does this too.",
        )
    except OSError as error:
        reason: str = (
            "no answer" if isinstance(error, TimeoutError) else clean(error.strerror or "")
        )
        return failed(
            f"no connection could be made ({reason or 'failed'})",
            "Check the network, and whether a firewall closes the port.",
        )
    return passed(f"{version}, certificate by {issuer}", *_private(issuer))


def _distrusted(endpoint: Endpoint, code: int, way: Way) -> Found:
    distrust = explain(code, endpoint.host)
    issuer = _stranger(endpoint, way)
    says = distrust.words.removesuffix(".")
    if issuer:
        says += f"; it was issued by {issuer}"
    return failed(says, distrust.hint, "", *_private(issuer))


def _stranger(endpoint: Endpoint, way: Way) -> str:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        with _encrypted(endpoint, context, way) as line:
            return _issuer(line)
    except (OSError, NetworkError, _NoStartTls):
        return ""


def _encrypted(endpoint: Endpoint, context: ssl.SSLContext, way: Way) -> ssl.SSLSocket:
    if way is Way.PROXY:
        plain = open_tunnel(endpoint.host, endpoint.port, _SECONDS)
    else:
        plain = socket.create_connection((endpoint.host, endpoint.port), _SECONDS)
    try:
        if way is Way.STARTTLS:
            _ask_for_tls(plain)
        return context.wrap_socket(plain, server_hostname=endpoint.host)
    except BaseException:
        plain.close()
        raise


def _ask_for_tls(plain: socket.socket) -> None:
    """RFC 3207: greeting, EHLO, STARTTLS."""
    # Unbuffered, so that nothing of the TLS handshake is taken.
    with plain.makefile("rb", buffering=0) as replies:
        _demand(_reply(replies), b"220")
        plain.sendall(b"EHLO [127.0.0.1]\r\n")
        _demand(_reply(replies), b"250")
        plain.sendall(b"STARTTLS\r\n")
        _demand(_reply(replies), b"220")


def _demand(reply: bytes, code: bytes) -> None:
    if not reply.startswith(code):
        raise _NoStartTls


def _reply(replies: socket.SocketIO) -> bytes:
    """Return the last line of a reply (RFC 5321, 4.2.1); empty when the server closed."""
    taken = 0
    while taken < _LONGEST_REPLY:
        line = replies.readline(4096)
        taken += len(line)
        if not line or line[3:4] != b"-":
            return line
    return b""


def _issuer(line: ssl.SSLSocket) -> str:
    encoded = line.getpeercert(binary_form=True)
    if not encoded:
        return ""
    try:
        name = x509.load_der_x509_certificate(encoded).issuer
    except ValueError:
        return "somebody whose name cannot be read"
    for kind in (NameOID.ORGANIZATION_NAME, NameOID.COMMON_NAME):
        found = name.get_attributes_for_oid(kind)
        if found:
            return clean(str(found[0].value))[:80]
    return "somebody without a name"


def _private(issuer: str) -> tuple[Private, ...]:
    if not issuer or issuer.startswith(_PUBLIC):
        return ()
    return (Private("issuer", issuer),)
