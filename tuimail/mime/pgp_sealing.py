"""Signing and encrypting what is sent by PGP, that is by gpg (RFC 3156).

The message that is protected goes to gpg and comes back in memory. An encrypted one is signed too,
and encrypted to its sender as well, who reads it in Sent Items. Those in Bcc are not named in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from tuimail.errors import KeyLocked, MimeError
from tuimail.mime.attaching import Entity, two_parts
from tuimail.mime.encoding import CRLF, addr_spec
from tuimail.mime.openpgp import COMMON, status_of
from tuimail.mime.outside import Outcome, run
from tuimail.model.draft import DraftProtection
from tuimail.text.address import Address, make_address
from tuimail.text.safe import clean

_SECONDS: Final = 60.0
_LARGEST: Final = 256 * 1024 * 1024
"""Octets that may come back: more than any server takes."""
_GPG: Final = (*COMMON, "--max-output", str(_LARGEST))
_LINE_END: Final = re.compile(rb"\r\n|\r|\n")
_UNUSABLE: Final = frozenset("idren")
"""Validities of a key in a listing (doc/DETAILS, field 2): expired, revoked, disabled."""
_CAPABILITIES: Final = 11
_HASHES: Final = {
    "2": "sha1", "3": "ripemd160", "8": "sha256", "9": "sha384", "10": "sha512", "11": "sha224",
}  # fmt: skip
"""RFC 9580, 9.5, as micalg names them (RFC 3156, 5)."""
_REASONS: Final = {
    "1": "There is no key for {}.",
    "4": "The key of {} was withdrawn.",
    "5": "The key of {} has expired.",
    "10": "Nobody you trust has confirmed the key of {}.",
}
"""Why a recipient was refused, as gpg numbers it (doc/DETAILS, INV_RECP)."""
_UNUSED: Final = "The key of {} cannot be used."
_LONGEST_REASON: Final = 120


def lack_of(protection: DraftProtection, sender: Address, recipients: Iterable[Address]) -> str:
    """Return what keeps a message from being protected, a sentence; empty where nothing does.

    Args:
        recipients: Those who have an address; the others are not asked about yet.
    """
    found = run([*_GPG, "--with-colons", "--list-secret-keys", _exactly(sender)], b"")
    if found.code is None:
        return _why_not(found, sender).message
    if not _can_sign(found.output):
        return f"There is no secret key for {sender.address}."
    if not protection.encrypts:
        return ""
    # gpg itself says which keys it takes; the empty message that it makes is thrown away.
    tried = run([*_GPG, "--armor", "--encrypt", *_to([sender, *recipients], [])], b"")
    return "" if tried.code == 0 else _why_not(tried, sender).message


def sealed(
    entity: Entity,
    protection: DraftProtection,
    *,
    sender: Address,
    named: Sequence[Address],
    hidden: Sequence[Address],
) -> Entity:
    """Return the protected form of what a message consists of.

    Args:
        entity: Built with `body_of`, for signing with `is_signed`.
        sender: Whose key signs.
        named: To and Cc.
        hidden: Bcc: their keys are not named in what is encrypted.

    Raises:
        KeyLocked: The secret key asks for its passphrase.
        MimeError: A key is missing or cannot be used.
    """
    if protection.encrypts:
        to = _to([sender, *named], hidden)
        outcome = _made(["--sign", "--encrypt", *to], entity.octets, sender)
        return _encrypted(outcome.output)
    outcome = _made(["--detach-sign"], entity.octets, sender)
    created = status_of(outcome).get("SIG_CREATED", "").split(" ")
    digest = _HASHES.get(created[2] if len(created) > 2 else "", "")
    if not digest:
        raise MimeError("gpg signed in a way that tuimail does not know.")
    return _signed(entity, outcome.output, f"pgp-{digest}")


def _made(command: Sequence[str], data: bytes, sender: Address) -> Outcome:
    signer = ["--armor", "--local-user", _exactly(sender)]
    outcome = run([*_GPG, *signer, *command], data, seconds=_SECONDS, largest=_LARGEST)
    if outcome.code != 0 or not outcome.output:
        raise _why_not(outcome, sender)
    return outcome


def _exactly(address: Address) -> str:
    """Name the keys of one address and of no other that contains it."""
    return f"<{addr_spec(address)}>"


def _to(named: Iterable[Address], hidden: Iterable[Address]) -> list[str]:
    arguments = [part for one in named for part in ("--recipient", _exactly(one))]
    return arguments + [part for one in hidden for part in ("--hidden-recipient", _exactly(one))]


def _can_sign(listing: bytes) -> bool:
    """Whether a listing has a secret key that can sign; capitals stand for the whole key."""
    rows = [line.split(":") for line in listing.decode("utf-8", "replace").splitlines()]
    return any(
        row[0] == "sec" and row[1] not in _UNUSABLE and "S" in row[_CAPABILITIES]
        for row in rows
        if len(row) > _CAPABILITIES
    )


def _why_not(outcome: Outcome, sender: Address) -> MimeError:
    if outcome.is_missing:
        return MimeError("gpg is not installed.")
    if outcome.code is None:
        return MimeError("gpg did not answer in time.")
    status = status_of(outcome)
    if "INV_RECP" in status:
        reason, _, who = status["INV_RECP"].partition(" ")
        address = make_address("", who.strip("<>")).address
        # Without a reason it is a name that no key has.
        return MimeError(_REASONS.get("1" if reason == "0" else reason, _UNUSED).format(address))
    if "INV_SGNR" in status:
        return MimeError(f"There is no secret key for {sender.address}.")
    said = outcome.said.lower()
    if "cancel" in said or "pinentry" in said or "passphrase" in said:
        return KeyLocked(f"The secret key of {sender.address} asks for its passphrase.")
    words = [line[5:] for line in outcome.said.splitlines() if line.startswith("gpg: ")]
    reason = words[-1][:_LONGEST_REASON] if words else "it does not say why"
    return MimeError(f"gpg refused: {clean(reason)}.")


def _signed(entity: Entity, signature: bytes, micalg: str) -> Entity:
    """multipart/signed (RFC 3156, 5): what was signed stands in it octet for octet."""
    proof = Entity(
        f'Content-Type: application/pgp-signature; name="signature.asc"{CRLF}'
        f"Content-Description: OpenPGP signature{CRLF}",
        _LINE_END.sub(b"\r\n", signature),
    )
    kind = f'signed; micalg={micalg};{CRLF} protocol="application/pgp-signature"'
    return two_parts(kind, entity, proof)


def _encrypted(data: bytes) -> Entity:
    """multipart/encrypted (RFC 3156, 4)."""
    control = Entity(f"Content-Type: application/pgp-encrypted{CRLF}", b"Version: 1\r\n")
    content = Entity(
        f'Content-Type: application/octet-stream; name="encrypted.asc"{CRLF}'
        f'Content-Disposition: inline; filename="encrypted.asc"{CRLF}',
        _LINE_END.sub(b"\r\n", data),
    )
    return two_parts(f'encrypted;{CRLF} protocol="application/pgp-encrypted"', control, content)
