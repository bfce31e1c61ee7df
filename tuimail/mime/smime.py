"""S/MIME by openssl, and by gpgsm for what is encrypted (RFC 8551).

A signature is checked twice at most: with the authorities that this computer trusts, and where that
fails once more without, to tell a message that was changed from a signer nobody knows.
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tuimail.mime.outside import Outcome, run
from tuimail.model.trust import Protection, Seal, SealState
from tuimail.records import record
from tuimail.text.safe import SafeText, clean

_VERIFY: Final = ("openssl", "cms", "-verify", "-inform")
_LONGEST_NAME: Final = 200


@record
class _Signer:
    """Who signed, as the certificate says."""

    name: str
    addresses: frozenset[str]
    is_expired: bool


def verify(data: bytes, sender: str, *, is_der: bool = False) -> tuple[Seal, bytes | None]:
    """Check a signature; return what is to be said, and the entity that was signed.

    Args:
        data: The whole message with CRLF; or the structure itself, then `is_der`.
        sender: The address in From.
        is_der: It is the PKCS #7 structure that carries its content.
    """
    form = "DER" if is_der else "SMIME"
    with tempfile.TemporaryDirectory(prefix="tuimail-") as directory:
        path = Path(directory) / "signer.pem"
        command = [*_VERIFY, form, "-purpose", "smimesign", "-signer", str(path)]
        trusted = run(command, data)
        if trusted.code == 0:
            return _good(_signer(path), sender), trusted.output
        if trusted.code is None:
            return _unchecked(trusted), None
        unknown = run([*command, "-noverify"], data)
        if unknown.code == 0:
            return _unsure(_signer(path)), unknown.output
    return _seal(SealState.BAD, "changed after it was signed, or damaged"), None


def decrypt(structure: bytes) -> tuple[Seal, bytes | None]:
    """Decrypt with the user's own certificates in gpgsm.

    Args:
        structure: PKCS #7, DER.
    """
    outcome = run(
        ["gpgsm", "--batch", "--no-tty", "--quiet", "--disable-dirmngr", "--pinentry-mode",
         "cancel", "--assume-binary", "--decrypt"], structure,
    )  # fmt: skip
    if outcome.code == 0 and outcome.output:
        seal = Seal(Protection.SMIME, SealState.GOOD, SafeText("was encrypted"), is_encrypted=True)
        return seal, outcome.output
    words = "encrypted for a certificate that is not here"
    state = SealState.UNCHECKED
    said = outcome.said.lower()
    if outcome.is_missing:
        words = "encrypted; decrypting it takes gpgsm, which is not installed"
    elif outcome.code is None:
        words = "encrypted; gpgsm did not answer in time"
    elif "cancel" in said or "pinentry" in said or "passphrase" in said:
        state, words = SealState.LOCKED, "encrypted for you; its key asks for the passphrase"
    return Seal(Protection.SMIME, state, SafeText(words), is_encrypted=True), None


def _good(signer: _Signer | None, sender: str) -> Seal:
    if signer is None:
        return _seal(SealState.UNSURE, "signed, by whom is not said")
    if sender.lower() not in signer.addresses:
        return _seal(SealState.UNSURE, f"signed by {signer.name}, who is not the sender")
    return _seal(SealState.GOOD, f"signed by {signer.name}")


def _unsure(signer: _Signer | None) -> Seal:
    if signer is None:
        return _seal(SealState.UNSURE, "signed, by whom is not said")
    if signer.is_expired:
        why = "with a certificate that has expired"
    else:
        why = "whose certificate nobody this computer trusts has issued"
    return _seal(SealState.UNSURE, f"signed by {signer.name}, {why}")


def _signer(path: Path) -> _Signer | None:
    from cryptography import x509  # noqa: PLC0415 - few mails are signed

    try:
        certificate = x509.load_pem_x509_certificate(path.read_bytes())
        expires = certificate.not_valid_after_utc
        names = certificate.subject.get_attributes_for_oid(x509.NameOID.COMMON_NAME)
        mails = {
            str(one.value)
            for one in certificate.subject.get_attributes_for_oid(x509.NameOID.EMAIL_ADDRESS)
        }
        try:
            also = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName)
            mails |= set(also.value.get_values_for_type(x509.RFC822Name))
        except x509.ExtensionNotFound:
            pass
    except (OSError, ValueError):
        return None
    name = str(names[0].value) if names else next(iter(sorted(mails)), "")
    shown = f"{name} <{sorted(mails)[0]}>" if mails and name not in mails else name
    addresses = frozenset(mail.lower() for mail in mails)
    return _Signer(clean(shown[:_LONGEST_NAME]), addresses, expires < datetime.now(UTC))


def _unchecked(outcome: Outcome) -> Seal:
    why = "openssl is not installed" if outcome.is_missing else "openssl did not answer in time"
    return _seal(SealState.UNCHECKED, f"not checked: {why}")


def _seal(state: SealState, words: str) -> Seal:
    return Seal(Protection.SMIME, state, clean(words))
