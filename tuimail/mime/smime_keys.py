"""The certificates that S/MIME is done with: the user's own with their keys, and those of others.

Those of others come from a folder of the user's, who vouches for what is in it, and from signed
mail whose signature was found good. They are files: what is public needs no database, and other
programs can read them.

A key that was opened with a passphrase stays open in memory, as gpg's agent keeps one, for ten
minutes after it was used last. The passphrase itself is not kept.
"""

from __future__ import annotations

import contextlib
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from tuimail.errors import KeyLocked, MimeError
from tuimail.model.account import KeyFiles
from tuimail.model.secret import Secret

if TYPE_CHECKING:
    from tuimail.mime.certificates import Certificate, Identity

OPEN_SECONDS: Final = 600.0
"""How long a key stays open after it was used last: gpg's default."""
_ENDINGS: Final = frozenset({".pem", ".crt", ".cer", ".der", ".p7b", ".p7c"})
_LARGEST: Final = 1_000_000
"""Octets of a file that is read for certificates or a key."""
_LONGEST_NAME: Final = 200


class SmimeKeys:
    """Finds certificates and opens keys; for several threads.

    Args:
        own: Returns the files of the user's own.
        folder: Returns the folder of those the user vouches for; None for none.
        kept: The folder for those that came with signed mail; made when there is one.
    """

    def __init__(
        self,
        own: Callable[[], Iterable[KeyFiles]],
        folder: Callable[[], Path | None] = lambda: None,
        kept: Path | None = None,
    ) -> None:
        self._own, self._folder, self._kept = own, folder, kept
        self._lock = threading.Lock()
        self._open: dict[KeyFiles, tuple[Identity, float]] = {}
        self._seen: dict[KeyFiles, Certificate] = {}

    # -- the user's own ------------------------------------------------------------------------

    @property
    def files(self) -> tuple[KeyFiles, ...]:
        """The files of the user's own, those to sign with first."""
        return tuple(sorted(dict.fromkeys(self._own()), key=lambda one: one.is_earlier))

    def certificate(self, files: KeyFiles) -> Certificate | None:
        """Return the certificate of own files as far as that takes no passphrase."""
        with self._lock:
            known = self._seen.get(files)
        if known is not None:
            return known
        found = _certificates_in(files.certificate)
        # Without the key it cannot be told which one is the user's; an issuer has no address.
        return next((one for one in found if one.addresses), next(iter(found), None))

    def identity(self, files: KeyFiles) -> Identity:
        """Open a key.

        Raises:
            KeyLocked: It asks for its passphrase.
            MimeError: The files cannot be used.
        """
        with self._lock:
            opened, until = self._open.get(files, (None, 0.0))
            if opened is not None and time.monotonic() < until:
                self._open[files] = (opened, time.monotonic() + OPEN_SECONDS)
                return opened
            self._open.pop(files, None)
        return self._opened(files, None)

    def unlock(self, files: KeyFiles, passphrase: Secret) -> bool:
        """Open a key with its passphrase; return whether it was the right one.

        Raises:
            MimeError: The files cannot be used.
        """
        try:
            identity = self._opened(files, passphrase)
        except KeyLocked:
            return False
        with self._lock:
            self._open[files] = (identity, time.monotonic() + OPEN_SECONDS)
        return True

    def _opened(self, files: KeyFiles, passphrase: Secret | None) -> Identity:
        from tuimail.mime.certificates import identity_in  # noqa: PLC0415 - see `_certificates_in`

        try:
            identity = identity_in(_read(files.certificate), _read(files.key), passphrase)
        except KeyLocked as error:
            raise KeyLocked(f"The key in {files.key.name} asks for its passphrase.") from error
        except MimeError as error:
            raise MimeError(f"{files.key.name}: {error.message}") from error
        with self._lock:
            self._seen[files] = identity.certificate
        return identity

    def signing(self, address: str) -> KeyFiles:
        """Return the files that sign what is sent from an address.

        Raises:
            MimeError: There are none.
        """
        wanted, problem = address.lower(), ""
        for files in self.files:
            if files.is_earlier:
                continue
            certificate = self.certificate(files)
            if certificate is None:
                problem = problem or _unreadable(files)
                if not problem and files.address.lower() == wanted:
                    return files  # PKCS #12 says what is in it only to who has the passphrase
            elif wanted in certificate.addresses:
                problem = _unfit(certificate, wanted)
                if not problem:
                    return files
        if problem:
            raise MimeError(problem)
        raise MimeError(f"There is no certificate of your own for {address}.")

    # -- those of others -----------------------------------------------------------------------

    def certificate_of(self, address: str) -> Certificate | None:
        """Return the certificate with which mail to an address is encrypted; None for none."""
        wanted = address.lower()
        own = (self.certificate(files) for files in self.files if not files.is_earlier)
        for found in ([one for one in own if one], self._vouched(), self._received(wanted)):
            fitting = [one for one in found if wanted in one.addresses and one.can_encrypt]
            valid = (one for one in fitting if one.is_valid)
            best = max(valid, key=lambda one: one.begins, default=None)
            if best is not None:
                return best
        return None

    def is_expired_of(self, address: str) -> bool:
        """Whether there was a certificate of an address that was valid once."""
        wanted = address.lower()
        known = (*self._vouched(), *self._received(wanted))
        return any(wanted in one.addresses and one.is_expired for one in known)

    @property
    def anchors(self) -> bytes:
        """What the user vouches for, as one file of PEM: signers, and authorities."""
        return b"".join(one.pem for one in self._vouched())

    def keep(self, certificates: Iterable[Certificate]) -> None:
        """Keep what came with a signature that was found good, for mail to its owner."""
        if self._kept is None:
            return
        for one in certificates:
            for address in one.addresses:
                name = f"{_file_part(address)}.{sha256(one.pem).hexdigest()[:16]}.pem"
                if len(name) <= _LONGEST_NAME:
                    # A full disk costs no more than the convenience.
                    with contextlib.suppress(OSError):
                        _write(self._kept / name, one.pem)

    def _vouched(self) -> Iterator[Certificate]:
        folder = self._folder()
        if folder is not None:
            yield from _in_folder(folder, "*")

    def _received(self, address: str) -> Iterator[Certificate]:
        if self._kept is not None:
            yield from _in_folder(self._kept, f"{_file_part(address)}.*")


def _unreadable(files: KeyFiles) -> str:
    for path in (files.certificate, files.key):
        try:
            with path.open("rb"):
                pass
        except OSError as error:
            return f"{path.name} cannot be read: {error.strerror or 'the disk refuses it'}."
    return ""


def _unfit(certificate: Certificate, address: str) -> str:
    if certificate.is_expired:
        return f"Your certificate for {address} has expired."
    if not certificate.is_valid:
        return f"Your certificate for {address} is not valid yet."
    return "" if certificate.can_sign else f"Your certificate for {address} is not for signing."


def _in_folder(folder: Path, pattern: str) -> Iterator[Certificate]:
    try:
        paths = sorted(folder.glob(pattern))
    except OSError:
        return
    for path in paths:
        if path.suffix.lower() in _ENDINGS:
            yield from _certificates_in(path)


def _certificates_in(path: Path) -> tuple[Certificate, ...]:
    # Importing cryptography takes longer than a key may: it is left to the threads that read files.
    from tuimail.mime.certificates import certificates_in  # noqa: PLC0415

    return certificates_in(_read(path))


def _read(path: Path) -> bytes:
    """Return a file's octets; none where it cannot be read or is no certificate by its size."""
    try:
        with path.open("rb") as file:
            return file.read(_LARGEST)
    except OSError:
        return b""


def _file_part(address: str) -> str:
    """Return an address as a name without anything that means something in a path or a pattern."""
    return quote(address.lower(), safe="@+=")


def _write(path: Path, data: bytes) -> None:
    if path.exists():
        return
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(temporary).replace(path)
    except OSError:
        Path(temporary).unlink(missing_ok=True)
        raise
