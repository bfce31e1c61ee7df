"""A little authority and the certificates it gives, in files as openssl and people keep them."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID as Usage
from cryptography.x509.oid import NameOID

_NOW = datetime.now(UTC)
_Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


class Authority:
    """Issues certificates for mail into a directory; `ca.pem` there is its own.

    Attributes:
        directory: Where NAME.pem, NAME.key, and after `packed` NAME.p12 are.
    """

    def __init__(self, directory: Path, name: str = "Test Authority") -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._serial = 100
        own = self._builder(self._name, self._key, -1000, 1000).add_extension(
            x509.BasicConstraints(ca=True, path_length=None), critical=True
        )
        self._write("ca", own.sign(self._key, hashes.SHA256()))

    def _builder(
        self, subject: x509.Name, key: _Key, begins: float, ends: float
    ) -> x509.CertificateBuilder:
        self._serial += 1
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(self._serial)
            .not_valid_before(_NOW + timedelta(days=begins))
            .not_valid_after(_NOW + timedelta(days=ends))
        )

    def _write(self, name: str, certificate: x509.Certificate) -> None:
        pem = certificate.public_bytes(serialization.Encoding.PEM)
        (self.directory / f"{name}.pem").write_bytes(pem)

    def issue(
        self,
        name: str,
        address: str,
        *,
        common: str = "Kim Chu",
        begins: float = -60,
        ends: float = 30,
        signs: bool = True,
        encrypts: bool = True,
        is_for_mail: bool = True,
        is_rsa: bool = True,
        passphrase: str = "",
    ) -> None:
        """Write NAME.pem and NAME.key.

        Args:
            begins: Days from now.
            ends: Days from now.
            passphrase: Of the key; empty for none.
        """
        key: _Key = (
            rsa.generate_private_key(65537, 2048)
            if is_rsa
            else ec.generate_private_key(ec.SECP256R1())
        )
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
        usage = x509.KeyUsage(
            digital_signature=signs, content_commitment=False,
            key_encipherment=encrypts and is_rsa, data_encipherment=False,
            key_agreement=encrypts and not is_rsa, key_cert_sign=False, crl_sign=False,
            encipher_only=False, decipher_only=False,
        )  # fmt: skip
        purpose = Usage.EMAIL_PROTECTION if is_for_mail else Usage.SERVER_AUTH
        names = x509.SubjectAlternativeName([x509.RFC822Name(address)])
        made = (
            self._builder(subject, key, begins, ends)
            .add_extension(names, critical=False)
            .add_extension(usage, critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .sign(self._key, hashes.SHA256())
        )
        self._write(name, made)
        sealed: serialization.KeySerializationEncryption = serialization.NoEncryption()
        if passphrase:
            sealed = serialization.BestAvailableEncryption(passphrase.encode())
        (self.directory / f"{name}.key").write_bytes(
            key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, sealed)
        )
        packed = pkcs12.serialize_key_and_certificates(name.encode(), key, made, None, sealed)
        (self.directory / f"{name}.p12").write_bytes(packed)

    def path(self, name: str) -> Path:
        """Return a file of the directory."""
        return self.directory / name

    def openssl(self, *arguments: str, data: bytes = b"") -> bytes:
        """Run openssl in the directory."""
        command = ["openssl", *arguments]
        return subprocess.run(
            command, input=data, capture_output=True, check=True, cwd=self.directory
        ).stdout

    def sign(self, name: str, entity: bytes, *arguments: str) -> bytes:
        """Sign as other programs do; the entity's lines end with CRLF, those of the answer too."""
        made = self.openssl(
            "cms", "-sign", "-binary", "-signer", f"{name}.pem", "-inkey", f"{name}.key",
            *arguments, data=entity,
        )  # fmt: skip
        return made.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")

    def encrypt(self, names: Sequence[str], entity: bytes, cipher: str = "-aes256") -> bytes:
        """Encrypt as other programs do."""
        made = self.openssl(
            "cms", "-encrypt", "-binary", cipher, *(f"{name}.pem" for name in names), data=entity
        )
        return made.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
