"""S/MIME read: signatures checked by openssl, what is encrypted opened by it or gpgsm (RFC 8551).

A signature is checked with the authorities that this computer trusts, then with what the user
vouches for, and where that fails once more without, to tell a message that was changed from a
signer nobody knows. Whether a certificate was withdrawn is not asked: that would tell its issuer
who reads what.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from tuimail.errors import KeyLocked, MimeError
from tuimail.mime.certificates import Certificate, Identity, certificates_in
from tuimail.mime.outside import Outcome, room_for, run
from tuimail.mime.smime_keys import SmimeKeys
from tuimail.model.account import KeyFiles
from tuimail.model.trust import Protection, Seal, SealState
from tuimail.text.safe import SafeText, clean

_VERIFY: Final = ("openssl", "cms", "-verify", "-inform")
_REASONS: Final = {
    "certificate has expired": "whose issuer's certificate has expired",
    "not yet valid": "with a certificate that is not valid yet",
    "certificate purpose": "with a certificate that is not for mail",
}
"""What openssl finds about a certificate, and how it is said."""
_ASKS: Final = "encrypted for you; its key asks for the passphrase"
_OPENED: Final = Seal(
    Protection.SMIME, SealState.GOOD, SafeText("was encrypted"), is_encrypted=True
)
_UNKNOWN: Final = "whose certificate nobody this computer trusts has issued"
_EXPIRED: Final = "with a certificate that has expired"


def verify(
    data: bytes, sender: str, keys: SmimeKeys | None = None, *, is_der: bool = False
) -> tuple[Seal, bytes | None]:
    """Check a signature; return what is to be said, and the entity that was signed.

    Args:
        data: The whole message with CRLF; or the structure itself, then `is_der`.
        sender: The address in From.
        keys: What the user vouches for; the certificates of a good signature are kept there.
        is_der: It is the PKCS #7 structure that carries its content.
    """
    anchors = b"" if keys is None else keys.anchors
    with tempfile.TemporaryDirectory(prefix="tuimail-") as directory:
        signer, others, trusted = (Path(directory) / name for name in ("signer", "all", "trusted"))
        command = [
            *_VERIFY, "DER" if is_der else "SMIME", "-purpose", "smimesign",
            "-signer", str(signer), "-certsout", str(others),
        ]  # fmt: skip
        outcome = run(command, data, largest=room_for(data))
        if outcome.code and anchors:
            trusted.write_bytes(anchors)
            vouched = ("-partial_chain", "-CAfile", str(trusted))
            outcome = run([*command, *vouched], data, largest=room_for(data))
        if outcome.code is None:
            return _unchecked(outcome), None
        if outcome.code == 0:
            seal = _good(_signer(signer), sender)
            if keys is not None and seal.state is SealState.GOOD:
                keys.keep(_for_answers(signer, others, trusted, sender))
            return seal, outcome.output
        unknown = run([*command, "-noverify"], data, largest=room_for(data))
        if unknown.code == 0:
            return _unsure(_signer(signer), sender, outcome.said), unknown.output
    return _seal(SealState.BAD, "changed after it was signed, or damaged"), None


def decrypt(structure: bytes, keys: SmimeKeys | None = None) -> tuple[Seal, bytes | None]:
    """Decrypt with the certificates that the settings name, then with those in gpgsm.

    Args:
        structure: PKCS #7, DER.
    """
    locked = False
    for _, identity in () if keys is None else _fitting(structure, keys):
        if identity is None:
            locked = True
            continue
        content = _opened(structure, identity)
        if content is None:
            return _closed(SealState.UNCHECKED, "encrypted, and cannot be decrypted: it is damaged")
        return _OPENED, content
    if locked:
        return _closed(SealState.LOCKED, _ASKS)
    return _by_gpgsm(structure)


def locked_for(structure: bytes, keys: SmimeKeys) -> KeyFiles | None:
    """Return the files of the user's own whose key opens a message once it has its passphrase."""
    fitting = _fitting(structure, keys)
    return next((files for files, identity in fitting if identity is None), None)


def _fitting(structure: bytes, keys: SmimeKeys) -> Iterator[tuple[KeyFiles, Identity | None]]:
    """Go through the user's own that a message is encrypted for; None stands for a locked key.

    PKCS #12 that is locked does not tell whose it is, so it may be for that.
    """
    for files in keys.files:
        certificate = keys.certificate(files)
        if certificate is not None and not certificate.is_named_in(structure):
            continue
        try:
            identity = keys.identity(files)
        except KeyLocked:
            yield files, None
        except MimeError:
            continue
        else:
            if identity.certificate.is_named_in(structure):
                yield files, identity


def _opened(structure: bytes, identity: Identity) -> bytes | None:
    with tempfile.TemporaryDirectory(prefix="tuimail-") as directory:
        own, key = Path(directory) / "own", Path(directory) / "key"
        own.write_bytes(identity.certificate.pem)
        key.write_bytes(identity.key)
        command = ["openssl", "cms", "-decrypt", "-inform", "DER", "-binary"]
        command += ["-recip", str(own), "-inkey", str(key)]
        outcome = run(command, structure, largest=room_for(structure), secret=identity.passphrase)
    return outcome.output if outcome.code == 0 and outcome.output else None


def _by_gpgsm(structure: bytes) -> tuple[Seal, bytes | None]:
    outcome = run(
        ["gpgsm", "--batch", "--no-tty", "--quiet", "--disable-dirmngr", "--pinentry-mode",
         "cancel", "--assume-binary", "--decrypt"], structure, largest=room_for(structure),
    )  # fmt: skip
    if outcome.code == 0 and outcome.output:
        return _OPENED, outcome.output
    said = outcome.said.lower()
    if outcome.code is None and not outcome.is_missing:
        return _closed(SealState.UNCHECKED, "encrypted; gpgsm did not answer in time")
    if "cancel" in said or "pinentry" in said or "passphrase" in said:
        return _closed(SealState.LOCKED, _ASKS)
    return _closed(SealState.UNCHECKED, "encrypted for a certificate that is not here")


def _closed(state: SealState, words: str) -> tuple[Seal, None]:
    return Seal(Protection.SMIME, state, SafeText(words), is_encrypted=True), None


def _for_answers(signer: Path, others: Path, trusted: Path, sender: str) -> Iterable[Certificate]:
    """Choose what mail to the signer can be encrypted with: his own, or one that came beside it.

    Many sign with one certificate and are written to with another; that one is checked too.
    """
    for one in certificates_in(_read(others)):
        if sender.lower() not in one.addresses or not one.can_encrypt:
            continue
        if one.pem.strip() in _read(signer) or _is_issued(one, others, trusted):
            yield one


def _is_issued(certificate: Certificate, others: Path, trusted: Path) -> bool:
    path = others.with_name("candidate")
    path.write_bytes(certificate.pem)
    # Without a purpose: openssl's for encrypting knows no elliptic keys. `can_encrypt` is that.
    command = ["openssl", "verify", "-untrusted", str(others)]
    if trusted.exists():
        command += ["-partial_chain", "-CAfile", str(trusted)]
    return run([*command, str(path)], b"").code == 0


def _good(signer: Certificate | None, sender: str) -> Seal:
    if signer is None:
        return _seal(SealState.UNSURE, "signed, by whom is not said")
    if sender.lower() not in signer.addresses:
        return _seal(SealState.UNSURE, f"signed by {signer.owner}, who is not the sender")
    return _seal(SealState.GOOD, f"signed by {signer.owner}")


def _unsure(signer: Certificate | None, sender: str, said: str) -> Seal:
    """Say why a signature that fits is not believed; another signer than the sender before all."""
    if signer is None or (signer.addresses and sender.lower() not in signer.addresses):
        return _good(signer, sender)
    found = next((words for reason, words in _REASONS.items() if reason in said), _UNKNOWN)
    why = _EXPIRED if signer.is_expired else found
    return _seal(SealState.UNSURE, f"signed by {signer.owner}, {why}")


def _signer(path: Path) -> Certificate | None:
    return next(iter(certificates_in(_read(path))), None)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _unchecked(outcome: Outcome) -> Seal:
    why = "openssl is not installed" if outcome.is_missing else "openssl did not answer in time"
    return _seal(SealState.UNCHECKED, f"not checked: {why}")


def _seal(state: SealState, words: str) -> Seal:
    return Seal(Protection.SMIME, state, clean(words))
