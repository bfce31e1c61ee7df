"""Signing and encrypting what is sent by S/MIME, that is by openssl (RFC 8551).

What is signed stays readable to everybody (multipart/signed). What is encrypted is signed first,
and encrypted to its sender as well, who reads it in Sent Items: with AES-256 in CBC, which Outlook
reads; authenticated ciphers it does not. An encrypted message names all who can read it, so none
has anybody in Bcc.
"""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from tuimail.errors import KeyLocked, MimeError
from tuimail.mime.attaching import Entity, base64_lines, two_parts
from tuimail.mime.certificates import Certificate, Identity
from tuimail.mime.encoding import CRLF
from tuimail.mime.outside import Outcome, is_installed, run
from tuimail.mime.smime_keys import SmimeKeys
from tuimail.model.draft import DraftProtection
from tuimail.model.secret import Secret
from tuimail.text.address import Address
from tuimail.text.safe import clean

_SECONDS: Final = 60.0
_LARGEST: Final = 256 * 1024 * 1024
"""Octets that may come back: more than any server takes."""
_DER: Final = ("-binary", "-outform", "DER")
_SIGN: Final = ("openssl", "cms", "-sign", *_DER, "-md", "sha256")
_ENCRYPT: Final = ("openssl", "cms", "-encrypt", *_DER, "-aes-256-cbc")
_LONGEST_REASON: Final = 120
_NO_TOOL: Final = "openssl is not installed."


def lack_of(
    protection: DraftProtection,
    sender: Address,
    named: Sequence[Address],
    hidden: Sequence[Address],
    keys: SmimeKeys,
) -> str:
    """Return what keeps a message from being protected, a sentence; empty where nothing does."""
    if not is_installed("openssl"):
        return _NO_TOOL
    try:
        files = keys.signing(sender.address)
        with contextlib.suppress(KeyLocked):  # it is asked for when the message is sent
            keys.identity(files)
        if protection.encrypts:
            _refuse_hidden(sender, hidden)
            _own(sender, keys.certificate(files), keys)
            for one in named:
                _certificate_of(one, keys)
    except MimeError as error:
        return error.message
    return ""


def sealed(
    entity: Entity,
    protection: DraftProtection,
    *,
    sender: Address,
    named: Sequence[Address],
    hidden: Sequence[Address],
    keys: SmimeKeys,
) -> Entity:
    """Return the protected form of what a message consists of; see `sealing.sealed`.

    Raises:
        KeyLocked: The key asks for its passphrase.
        MimeError: A certificate is missing or cannot be used.
    """
    identity = keys.identity(keys.signing(sender.address))
    readers = []
    if protection.encrypts:
        _refuse_hidden(sender, hidden)
        own = _own(sender, identity.certificate, keys)
        readers = [*own, *(_certificate_of(one, keys) for one in named)]
    signed = _signed(entity, identity)
    return _encrypted(signed, readers) if readers else signed


def _own(sender: Address, signs: Certificate | None, keys: SmimeKeys) -> list[Certificate]:
    """Return the sender's own to encrypt to; none while PKCS #12 does not show what is in it."""
    found = keys.certificate_of(sender.address)
    if found is None and signs is not None:
        raise MimeError(f"Your certificate for {sender.address} is not for encrypting.")
    return [] if found is None else [found]


def _refuse_hidden(sender: Address, hidden: Sequence[Address]) -> None:
    """A message names everybody it is encrypted to; that the sender is among them is no secret."""
    others = [one for one in hidden if one.address.lower() != sender.address.lower()]
    if others:
        raise MimeError(
            "S/MIME names all who can read a message: write to those in Bcc on their own."
        )


def _certificate_of(person: Address, keys: SmimeKeys) -> Certificate:
    found = keys.certificate_of(person.address)
    if found is not None:
        return found
    if keys.is_expired_of(person.address):
        what = f"The certificate of {person.address} has expired."
    else:
        what = f"There is no certificate of {person.address}."
    raise MimeError(f"{what} A signed mail from there brings one.")


def _signed(entity: Entity, identity: Identity) -> Entity:
    """multipart/signed (RFC 8551, 3.5.3): what was signed stands in it octet for octet."""
    with tempfile.TemporaryDirectory(prefix="tuimail-") as directory:
        own, key, issuers = (Path(directory) / name for name in ("own", "key", "issuers"))
        own.write_bytes(identity.certificate.pem)
        key.write_bytes(identity.key)
        command = [*_SIGN, "-signer", str(own), "-inkey", str(key)]
        if identity.issuers:
            issuers.write_bytes(b"".join(one.pem for one in identity.issuers))
            command += ["-certfile", str(issuers)]
        signature = _made(command, entity.octets, identity.passphrase)
    proof = Entity(
        f'Content-Type: application/pkcs7-signature; name="smime.p7s"{CRLF}'
        f"Content-Transfer-Encoding: base64{CRLF}"
        f'Content-Disposition: attachment; filename="smime.p7s"{CRLF}',
        base64_lines(signature),
    )
    kind = f'signed; micalg=sha-256;{CRLF} protocol="application/pkcs7-signature"'
    return two_parts(kind, entity, proof)


def _encrypted(entity: Entity, readers: Sequence[Certificate]) -> Entity:
    """application/pkcs7-mime (RFC 8551, 3.3)."""
    with tempfile.TemporaryDirectory(prefix="tuimail-") as directory:
        paths = []
        for number, one in enumerate(dict.fromkeys(reader.pem for reader in readers)):
            path = Path(directory) / f"{number}.pem"
            path.write_bytes(one)
            paths.append(str(path))
        data = _made([*_ENCRYPT, *paths], entity.octets, None)
    return Entity(
        f'Content-Type: application/pkcs7-mime; smime-type=enveloped-data;{CRLF} name="smime.p7m"'
        f"{CRLF}Content-Transfer-Encoding: base64{CRLF}"
        f'Content-Disposition: attachment; filename="smime.p7m"{CRLF}',
        base64_lines(data),
    )


def _made(command: Sequence[str], data: bytes, passphrase: Secret | None) -> bytes:
    outcome = run(command, data, seconds=_SECONDS, largest=_LARGEST, secret=passphrase)
    if outcome.code == 0 and outcome.output:
        return outcome.output
    raise _why_not(outcome)


def _why_not(outcome: Outcome) -> MimeError:
    if outcome.is_missing:
        return MimeError(_NO_TOOL)
    if outcome.code is None:
        return MimeError("openssl did not answer in time.")
    words = [line.rpartition(":")[2] or line for line in outcome.said.strip().splitlines()]
    reason = words[-1][:_LONGEST_REASON] if words else "it does not say why"
    return MimeError(f"openssl refused: {clean(reason)}.")
