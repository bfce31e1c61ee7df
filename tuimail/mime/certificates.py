"""Certificates for mail and the keys that belong to them, as files hold them (RFC 8550, RFC 7292).

Whose a certificate is and what it may be used for is read here; whether somebody who is trusted
has issued it is openssl's business.
"""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from typing import Final

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import pkcs7, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tuimail.errors import KeyLocked, MimeError
from tuimail.model.secret import Secret
from tuimail.records import record
from tuimail.text.safe import SafeText, clean

_PEM_CERTIFICATE: Final = re.compile(
    rb"-----BEGIN (?P<kind>(?:X509 )?CERTIFICATE)-----.+?-----END (?P=kind)-----", re.DOTALL
)
_PEM_KEY: Final = re.compile(
    rb"-----BEGIN (?P<kind>[A-Z ]*PRIVATE KEY)-----.+?-----END (?P=kind)-----", re.DOTALL
)
_LONGEST_NAME: Final = 200
_FOR_MAIL: Final = frozenset(
    {ExtendedKeyUsageOID.EMAIL_PROTECTION, ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE}
)
_ODD: Final = (
    ValueError, TypeError, UnsupportedAlgorithm,
    x509.InvalidVersion, x509.DuplicateExtension, x509.UnsupportedGeneralNameType,
)  # fmt: skip
"""What cryptography raises for what contradicts its own format; anybody can send that."""
_LOCKED: Final = "It asks for its passphrase."
_NO_KEY: Final = "It holds no key that tuimail can read."


@record
class Certificate:
    """Whose a key is, as its issuer says.

    Attributes:
        pem: As openssl reads it.
        name: The subject's common name; empty where it has none.
        addresses: In lower case.
        begins: From when it is valid.
        ends: Until when.
        can_sign: It is for signing mail.
        can_encrypt: It is for encrypting mail to its owner.
        marks: How an encrypted message may name it (RFC 5652, 6.2.1), as octets of DER.
    """

    pem: bytes
    name: str
    addresses: frozenset[str]
    begins: datetime
    ends: datetime
    can_sign: bool
    can_encrypt: bool
    marks: tuple[bytes, ...]

    @property
    def is_expired(self) -> bool:
        """Whether it was valid once and is not any more."""
        return self.ends < datetime.now(UTC)

    @property
    def is_valid(self) -> bool:
        """Whether it is valid now."""
        return self.begins <= datetime.now(UTC) <= self.ends

    @property
    def owner(self) -> SafeText:
        """`Kim Chu <kim@fabrikam.example>`, as far as it says."""
        mails = sorted(self.addresses)
        name = self.name or next(iter(mails), "")
        shown = f"{name} <{mails[0]}>" if mails and name.lower() not in mails else name
        return clean(shown[:_LONGEST_NAME])

    def is_named_in(self, structure: bytes) -> bool:
        """Whether an enveloped structure is encrypted for it."""
        return any(mark in structure for mark in self.marks)


@record
class Identity:
    """A certificate with its key, ready for openssl.

    Attributes:
        certificate: The one the key belongs to.
        issuers: What stood beside it, for those who check a signature.
        key: PKCS #8 in PEM, sealed with `passphrase`, which was made for this run alone.
    """

    certificate: Certificate
    issuers: tuple[Certificate, ...]
    key: bytes
    passphrase: Secret


def certificates_in(data: bytes) -> tuple[Certificate, ...]:
    """Return the certificates of a file that asks for no passphrase; nothing where it has none.

    Args:
        data: PEM, several in a row too, DER, or PKCS #7 (`.p7b`, `.p7c`).
    """
    return tuple(found for one in _loaded(data) if (found := _described(one)) is not None)


def identity_in(certificate: bytes, key: bytes, passphrase: Secret | None) -> Identity:
    """Return what two files hold, or one that is given twice.

    Args:
        certificate: PEM or DER with the certificate, those of its issuers beside it; or PKCS #12.
        key: PEM with the key, or the same PKCS #12.
        passphrase: None asks for none.

    Raises:
        KeyLocked: The key asks for a passphrase, or for another one.
        MimeError: There is no key, no certificate, or they do not belong together.
    """
    word = None if passphrase is None else passphrase.reveal().encode()
    found = _PEM_KEY.search(key)
    if found is not None:
        private, certificates = _pem_key(found[0], word), _loaded(certificate)
    else:
        private, certificates = _packed_key(key, word)
        certificates = certificates or _loaded(certificate)
    public = _spki(private.public_key())
    own = next((one for one in certificates if _public(one) == public), None)
    described = None if own is None else _described(own)
    if described is None:
        raise MimeError("The certificate does not belong to the key.")
    others = (_described(one) for one in certificates if one is not own)
    once = secrets.token_urlsafe(24)
    sealed = private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.BestAvailableEncryption(once.encode()),
    )
    return Identity(described, tuple(one for one in others if one), sealed, Secret(once))


def _loaded(data: bytes) -> list[x509.Certificate]:
    blocks = [found[0] for found in _PEM_CERTIFICATE.finditer(data)]
    try:
        if blocks:
            return [x509.load_pem_x509_certificate(block) for block in blocks]
        if b"-----BEGIN PKCS7-----" in data:
            return pkcs7.load_pem_pkcs7_certificates(data)
        return [x509.load_der_x509_certificate(data)]
    except _ODD:
        pass
    try:
        return pkcs7.load_der_pkcs7_certificates(data)
    except _ODD:
        return []


def _described(certificate: x509.Certificate) -> Certificate | None:
    """Read a certificate; None for one that contradicts its own format."""
    try:
        names = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        is_for_mail = _is_for_mail(certificate)
        signs, encrypts = _usage(certificate)
        return Certificate(
            pem=certificate.public_bytes(serialization.Encoding.PEM),
            name=str(names[0].value) if names else "",
            addresses=_addresses(certificate),
            begins=certificate.not_valid_before_utc,
            ends=certificate.not_valid_after_utc,
            can_sign=is_for_mail and signs,
            can_encrypt=is_for_mail and encrypts,
            marks=_marks(certificate),
        )
    except _ODD:
        return None


def _addresses(certificate: x509.Certificate) -> frozenset[str]:
    subject = certificate.subject.get_attributes_for_oid(NameOID.EMAIL_ADDRESS)
    found = {str(one.value) for one in subject}
    try:
        also = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
        found |= set(also.value.get_values_for_type(x509.RFC822Name))
    except x509.ExtensionNotFound:
        pass
    return frozenset(address.lower() for address in found)


def _is_for_mail(certificate: x509.Certificate) -> bool:
    try:
        usage = certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return True
    return bool(_FOR_MAIL & set(usage))


def _usage(certificate: x509.Certificate) -> tuple[bool, bool]:
    """Whether its key signs, and whether it encrypts (RFC 8550, 4.4.2); without a word it does."""
    try:
        usage = certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    except x509.ExtensionNotFound:
        return True, True
    return (
        usage.digital_signature or usage.content_commitment,
        usage.key_encipherment or usage.key_agreement,
    )


def _marks(certificate: x509.Certificate) -> tuple[bytes, ...]:
    serial = certificate.serial_number
    octets = serial.to_bytes(serial.bit_length() // 8 + 1, "big", signed=True)
    issuer = certificate.issuer.public_bytes()
    marks = [issuer + b"\x02" + bytes([len(octets)]) + octets]
    try:
        known_as = certificate.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
        digest = known_as.value.digest
        marks.append(b"\x80" + bytes([len(digest)]) + digest)
    except x509.ExtensionNotFound:
        pass
    return tuple(marks)


def _public(certificate: x509.Certificate) -> bytes:
    try:
        return _spki(certificate.public_key())
    except _ODD:
        return b""


def _spki(key: object) -> bytes:
    public_bytes = getattr(key, "public_bytes", None)
    if public_bytes is None:
        return b""
    made: bytes = public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return made


_Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def _pem_key(block: bytes, passphrase: bytes | None) -> _Key:
    is_locked = b"ENCRYPTED" in block
    if is_locked and passphrase is None:
        raise KeyLocked(_LOCKED)
    try:
        key = serialization.load_pem_private_key(block, passphrase if is_locked else None)
    except _ODD as error:
        # A wrong passphrase and a damaged key cannot be told apart.
        raise KeyLocked(_LOCKED) if is_locked else MimeError(_NO_KEY) from error
    if not isinstance(key, _Key):
        raise MimeError(_NO_KEY)
    return key


def _packed_key(data: bytes, passphrase: bytes | None) -> tuple[_Key, list[x509.Certificate]]:
    if b"-----BEGIN" in data[:200] or not data.startswith(b"\x30"):
        raise MimeError(_NO_KEY)
    found = None
    for word in (passphrase,) if passphrase is not None else (None, b""):
        try:
            found = pkcs12.load_pkcs12(data, word)
            break
        except _ODD:
            continue
    if found is None:
        raise KeyLocked(_LOCKED)
    if not isinstance(found.key, _Key):
        raise MimeError(_NO_KEY)
    own = [] if found.cert is None else [found.cert.certificate]
    return found.key, [*own, *(one.certificate for one in found.additional_certs)]
