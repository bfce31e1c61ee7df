"""Signing and encrypting what is sent, by PGP or S/MIME, and taking that off again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tuimail.errors import MimeError
from tuimail.mime import pgp_sealing
from tuimail.mime.attaching import Entity
from tuimail.mime.encoding import CRLF
from tuimail.mime.parser import parse
from tuimail.mime.sealed import open_sealed
from tuimail.mime.smime_keys import SmimeKeys
from tuimail.model.draft import DraftProtection
from tuimail.model.sealing import is_encrypted, is_sealed
from tuimail.model.trust import Protection
from tuimail.text.address import Address

_MIME: Final = f"MIME-Version: 1.0{CRLF}".encode()


def lack_of(
    protection: DraftProtection,
    sender: Address,
    named: Sequence[Address],
    hidden: Sequence[Address],
    keys: SmimeKeys,
) -> str:
    """Return what keeps a message from being protected, a sentence; empty where nothing does.

    Args:
        named: To and Cc, those who have an address; the others are not asked about yet.
        hidden: Bcc, likewise.
        keys: The certificates.
    """
    if protection is DraftProtection.NONE:
        return ""
    if protection.is_smime:
        from tuimail.mime import smime_sealing  # noqa: PLC0415 - most have no certificate

        return smime_sealing.lack_of(protection, sender, named, hidden, keys)
    return pgp_sealing.lack_of(protection, sender, [*named, *hidden])


def sealed(
    entity: Entity,
    protection: DraftProtection,
    *,
    sender: Address,
    named: Sequence[Address],
    hidden: Sequence[Address],
    keys: SmimeKeys | None,
) -> Entity:
    """Return the protected form of what a message consists of.

    Args:
        entity: Built with `body_of`, with `is_signed` where `stays_readable` says so.
        sender: Whose key signs.
        named: To and Cc.
        hidden: Bcc.
        keys: The certificates; PGP does without.

    Raises:
        KeyLocked: The secret key asks for its passphrase.
        MimeError: A key is missing or cannot be used.
    """
    if protection is DraftProtection.NONE:
        return entity
    if protection.is_smime:
        if keys is None:
            raise MimeError("There is no certificate here to sign with.")
        from tuimail.mime import smime_sealing  # noqa: PLC0415 - as above

        return smime_sealing.sealed(
            entity, protection, sender=sender, named=named, hidden=hidden, keys=keys
        )
    return pgp_sealing.sealed(entity, protection, sender=sender, named=named, hidden=hidden)


def unprotected(raw: bytes, sender: str, keys: SmimeKeys) -> tuple[bytes, DraftProtection]:
    """Return a message of the user's own as it was before `sealed`, and how it was protected.

    Args:
        raw: As it was built.
        sender: The address in From.
        keys: The certificates.

    Raises:
        MimeError: It cannot be opened with the keys that are here.
    """
    parsed = parse(raw)
    head, marker, _ = raw.partition(_MIME)
    if not (is_sealed(parsed.structure) and marker):
        return raw, DraftProtection.NONE
    opened = open_sealed(parsed, sender, keys)
    if opened.parsed is None or opened.parsed is parsed:
        raise MimeError("It is encrypted and cannot be opened with the keys that are here.")
    is_smime = any(one.protection is Protection.SMIME for one in opened.seals)
    means = Protection.SMIME if is_smime else Protection.PGP
    protection = DraftProtection.encrypting(means)
    if not is_encrypted(parsed.structure):
        protection = DraftProtection.SMIME_SIGN if is_smime else DraftProtection.PGP_SIGN
    return head + marker + opened.parsed.raw, protection
