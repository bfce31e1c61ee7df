"""A certificate authority and one server certificate, made when the sandbox starts.

Nothing that could be trusted by accident is shipped: every sandbox has its own authority, which
exists in its directory only. The chain passes ``VERIFY_X509_STRICT`` (default since Python
3.13).
"""

from __future__ import annotations

import ipaddress
import ssl
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

_VALID = timedelta(days=800)
_PEM = serialization.Encoding.PEM


@dataclass(frozen=True)
class Certificates:
    """Where the PEM files of one sandbox lie."""

    ca_file: Path
    server_certificate: Path
    server_key: Path

    def server_context(self) -> ssl.SSLContext:
        """The TLS settings of every server of the sandbox."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.server_certificate, self.server_key)
        return context


def make_certificates(
    directory: Path,
    *,
    hosts: Sequence[str] = ("localhost",),
    authority_name: str = "tuimail sandbox authority",
) -> Certificates:
    """Write ``ca.pem``, ``server.pem`` (with chain) and ``server.key`` into ``directory``.

    ``hosts`` are the names the certificate is for, beside 127.0.0.1.
    """
    directory.mkdir(parents=True, exist_ok=True)
    not_before = datetime.now(UTC) - timedelta(days=1)
    authority_key = ec.generate_private_key(ec.SECP256R1())
    authority = _authority(authority_name, authority_key, not_before)
    server_key = ec.generate_private_key(ec.SECP256R1())
    server = _server(hosts, server_key, authority, authority_key, not_before)
    files = Certificates(
        ca_file=directory / "ca.pem",
        server_certificate=directory / "server.pem",
        server_key=directory / "server.key",
    )
    files.ca_file.write_bytes(authority.public_bytes(_PEM))
    files.server_certificate.write_bytes(server.public_bytes(_PEM) + authority.public_bytes(_PEM))
    files.server_key.touch(mode=0o600)
    files.server_key.write_bytes(
        server_key.private_bytes(
            _PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    return files


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=not signs_certificates,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _authority(
    common_name: str, key: ec.EllipticCurvePrivateKey, not_before: datetime
) -> x509.Certificate:
    name = _name(common_name)
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_before + _VALID)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )


def _server(
    hosts: Sequence[str],
    key: ec.EllipticCurvePrivateKey,
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    not_before: datetime,
) -> x509.Certificate:
    names = x509.SubjectAlternativeName(
        [*map(x509.DNSName, hosts), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    )
    issuer_key = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    return (
        x509.CertificateBuilder()
        .subject_name(_name(hosts[0]))
        .issuer_name(authority.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(not_before)
        .not_valid_after(not_before + _VALID)
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_key_usage(signs_certificates=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(issuer_key, critical=False)
        .sign(authority_key, hashes.SHA256())
    )
