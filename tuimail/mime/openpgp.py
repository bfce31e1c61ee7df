"""OpenPGP by gpg: signatures checked, messages decrypted (RFC 3156, RFC 9580).

gpg runs in its own process with the user's own keys. It fetches no key from anywhere, and
never asks for a passphrase while mail is read: what needs one stays locked until the user asks.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tuimail.mime.outside import LARGEST, Outcome, room_for, run
from tuimail.model.trust import Protection, Seal, SealState
from tuimail.text.address import make_address
from tuimail.text.safe import SafeText, clean

COMMON: Final = (
    "gpg", "--batch", "--no-tty", "--quiet", "--status-fd", "2", "--disable-dirmngr",
    "--no-auto-key-retrieve", "--auto-key-locate", "clear,local",
    "--max-output", str(LARGEST), "--pinentry-mode", "cancel",
)  # fmt: skip
_STATUS: Final = re.compile(r"^\[GNUPG:\] (\w+) ?(.*)$", re.MULTILINE)
_NEW_SIGNATURE: Final = re.compile(r"^\[GNUPG:\] NEWSIG\b.*$", re.MULTILINE)
_ENCRYPTED_TO: Final = re.compile(r"^\[GNUPG:\] ENC_TO (?!0{16})([0-9A-F]{16}) ", re.MULTILINE)
_MOST_KEYS: Final = 5
_TRUSTED: Final = frozenset({"TRUST_ULTIMATE", "TRUST_FULLY"})
_LONGEST_NAME: Final = 200


def verify(signed: bytes, signature: bytes, sender: str) -> Seal:
    """Check a detached signature.

    Args:
        signed: The entity that was signed, its header included, with CRLF (RFC 3156, 5).
        signature: Armored or not.
        sender: The address in From.
    """
    with tempfile.TemporaryDirectory(prefix="tuimail-") as directory:
        path = Path(directory) / "signature"
        path.write_bytes(signature)
        outcome = run([*COMMON, "--verify", str(path), "-"], signed)
    return _seal_of(outcome, sender) or _unchecked(outcome)


def open_message(data: bytes, sender: str) -> tuple[tuple[Seal, ...], bytes | None]:
    """Decrypt a message, or take the text out of a signed one.

    Args:
        data: Armored or not.
        sender: The address in From.

    Returns:
        What is to be said of it, and its content; None where it could not be opened.
    """
    room = room_for(data)
    command = [*COMMON, "--max-output", str(room), "--decrypt"]
    outcome = run(command, data, largest=room)
    status = status_of(outcome)
    signature = _seal_of(outcome, sender)
    seals = () if signature is None else (signature,)
    if "BEGIN_DECRYPTION" not in status and "ENC_TO" not in status:
        opened = outcome.output if signature is not None and outcome.output else None
        return seals or (_unchecked(outcome),), opened
    # Without DECRYPTION_OKAY somebody may have changed what comes out.
    if "DECRYPTION_OKAY" in status and outcome.code is not None:
        sealed = Seal(Protection.PGP, SealState.GOOD, SafeText("was encrypted"), is_encrypted=True)
        return (sealed, *seals), outcome.output
    return (_closed(outcome, status),), None


def _closed(outcome: Outcome, status: Mapping[str, str]) -> Seal:
    state, words = SealState.UNCHECKED, "encrypted for a key that is not here"
    if outcome.code is None:
        words = "encrypted; gpg did not answer in time"
    elif "DECRYPTION_KEY" in status:
        words = "encrypted, and cannot be decrypted: it is damaged"
    elif any(map(_is_own, _ENCRYPTED_TO.findall(outcome.said)[:_MOST_KEYS])):
        state, words = SealState.LOCKED, "encrypted for you; its key asks for the passphrase"
    return Seal(Protection.PGP, state, SafeText(words), is_encrypted=True)


def _is_own(key: str) -> bool:
    """Whether the secret part of a key is here; gpg says the same of a locked one and of none."""
    return b"sec" in run([*COMMON, "--with-colons", "--list-secret-keys", key], b"").output


def _seal_of(outcome: Outcome, sender: str) -> Seal | None:
    """Return what is to be said of a signature; None where there is none."""
    status = status_of(outcome)
    if "BADSIG" in status:
        return _seal(SealState.BAD, "changed after it was signed")
    if "NO_PUBKEY" in status or "ERRSIG" in status:
        key = (status.get("NO_PUBKEY") or status.get("ERRSIG", "")).partition(" ")[0]
        return _seal(SealState.UNCHECKED, f"signed with a key that is not here ({key[-16:]})")
    found = [
        _signed(said, one, sender)
        for one in _signatures(outcome)
        if (said := next((kind for kind in _KINDS if kind in one), None)) is not None
    ]
    good = (seal for seal in found if seal.state is SealState.GOOD)
    return next(good, found[0] if found else None)


def _signatures(outcome: Outcome) -> list[dict[str, str]]:
    """Return the status of each signature by itself: one may be trusted and another not."""
    return [_by_keyword(said) for said in _NEW_SIGNATURE.split(outcome.said)]


def _signed(said: str, status: Mapping[str, str], sender: str) -> Seal:
    signer = clean(status[said].partition(" ")[2][:_LONGEST_NAME])
    if said != "GOODSIG":
        return _seal(SealState.UNSURE, f"signed by {signer}, {_KINDS[said]}")
    if not _TRUSTED & status.keys():
        return _seal(SealState.UNSURE, f"signed by {signer}, a key nobody you trust has confirmed")
    if not _is_of(signer, sender):
        return _seal(SealState.UNSURE, f"signed by {signer}, who is not the sender")
    return _seal(SealState.GOOD, f"signed by {signer}")


_KINDS: Final = {
    "GOODSIG": "",
    "EXPSIG": "but the signature has expired",
    "EXPKEYSIG": "with a key that has expired",
    "REVKEYSIG": "with a key that was withdrawn",
}


def _is_of(signer: str, sender: str) -> bool:
    address = signer.rpartition("<")[2].rstrip(">").strip()
    return make_address("", address).address.lower() == sender.lower()


def _unchecked(outcome: Outcome) -> Seal:
    if outcome.is_missing:
        return _seal(SealState.UNCHECKED, "not checked: gpg is not installed")
    if outcome.code is None:
        return _seal(SealState.UNCHECKED, "not checked: gpg did not answer in time")
    return _seal(SealState.UNCHECKED, "not checked: the signature cannot be read")


def _seal(state: SealState, words: str) -> Seal:
    return Seal(Protection.PGP, state, clean(words))


def status_of(outcome: Outcome) -> dict[str, str]:
    """Return gpg's status lines by keyword (doc/DETAILS), the first of each."""
    return _by_keyword(outcome.said)


def _by_keyword(said: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for keyword, rest in _STATUS.findall(said):
        found.setdefault(keyword, rest)
    return found
