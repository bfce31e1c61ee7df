"""Signed and encrypted messages as their structure tells of them (RFC 1847, RFC 3156, RFC 8551)."""

from __future__ import annotations

from typing import Final

from tuimail.model.bodystructure import BodyPart, BodyStructure, MultiPart, leaves

SMIME_SIGNATURES: Final = frozenset(
    {"application/pkcs7-signature", "application/x-pkcs7-signature"}
)
_PKCS7: Final = frozenset({"application/pkcs7-mime", "application/x-pkcs7-mime"})


def is_sealed(structure: BodyStructure | None) -> bool:
    """Whether a message is signed or encrypted as a whole, as far as its structure tells."""
    if isinstance(structure, MultiPart):
        kinds = {part.content_type for part in leaves(structure)}
        if structure.subtype == "signed":
            return bool(kinds & ({"application/pgp-signature"} | SMIME_SIGNATURES))
        return structure.subtype == "encrypted" and "application/pgp-encrypted" in kinds
    return isinstance(structure, BodyPart) and structure.content_type in _PKCS7


def is_encrypted(structure: BodyStructure | None) -> bool:
    """Whether nothing of a message can be read without a key, as far as its structure tells."""
    if isinstance(structure, MultiPart):
        return structure.subtype == "encrypted"
    return (
        is_sealed(structure) and isinstance(structure, BodyPart) and not is_signed_data(structure)
    )


def is_signed_data(part: BodyPart) -> bool:
    """Whether a structure of PKCS #7 is signed only, its text packed in it, and says so."""
    return (part.param("smime-type") or "enveloped-data").lower() == "signed-data"
