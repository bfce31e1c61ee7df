"""Keys and certificates made for a test, and what is signed and encrypted with them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_BEFORE = "20200101T120000"
"""When keys that have expired since were made, and made their signatures."""
KIM = "Kim Chu <kim@fabrikam.example>"


class KeyRing:
    """A home of gpg with keys of its own.

    Attributes:
        home: GNUPGHOME; short, because its socket's path has to be.
    """

    def __init__(self, home: Path) -> None:
        self.home = home

    def run(self, *arguments: str, data: bytes = b"") -> bytes:
        command = ["gpg", "--homedir", str(self.home), "--batch", "--quiet", *arguments]
        return subprocess.run(command, input=data, capture_output=True, check=True).stdout

    def make(self, user: str, *, expires: str = "never", passphrase: str = "") -> None:
        protection = ["--pinentry-mode", "loopback", "--passphrase", passphrase]
        clock = ["--faked-system-time", _BEFORE] if expires != "never" else []
        make = ["--quick-generate-key", user, "future-default", "default", expires]
        self.run(*clock, *protection, *make)

    def sign(self, data: bytes, user: str = KIM, *arguments: str) -> bytes:
        clock = ["--faked-system-time", _BEFORE] if user != KIM else []
        sign = ["--local-user", user, *arguments, "--armor", "--detach-sign"]
        return self.run(*clock, *sign, data=data)


@contextmanager
def key_ring() -> Iterator[KeyRing]:
    """Make an empty ring; its agent ends with it."""
    home = Path(tempfile.mkdtemp(prefix="tm", dir="/tmp"))
    home.chmod(0o700)
    # A passphrase is worked over for a tenth of a second by design; a busy machine takes minutes.
    (home / "gpg-agent.conf").write_text("s2k-count 65536\n")
    try:
        yield KeyRing(home)
    finally:
        subprocess.run(["gpgconf", "--homedir", str(home), "--kill", "all"], check=False)
        shutil.rmtree(home, ignore_errors=True)


def pgp_signed(entity: bytes, signature: bytes, sender: str = KIM) -> bytes:
    """A message as RFC 3156, 5 has it."""
    return (
        f"From: {sender}\r\nSubject: Signed\r\nMIME-Version: 1.0\r\nContent-Type: multipart/signed;"
        ' boundary="s"; protocol="application/pgp-signature"; micalg=pgp-sha512\r\n\r\n'
        "--s\r\n".encode()
        + entity
        + b"\r\n--s\r\nContent-Type: application/pgp-signature\r\n\r\n"
        + signature.replace(b"\n", b"\r\n")
        + b"\r\n--s--\r\n"
    )


def pgp_encrypted(data: bytes, sender: str = KIM) -> bytes:
    """A message as RFC 3156, 4 has it."""
    return (
        f"From: {sender}\r\nSubject: ...\r\nMIME-Version: 1.0\r\nContent-Type: multipart/encrypted;"
        ' boundary="e"; protocol="application/pgp-encrypted"\r\n\r\n'
        "--e\r\nContent-Type: application/pgp-encrypted\r\n\r\nVersion: 1\r\n\r\n"
        "--e\r\nContent-Type: application/octet-stream\r\n\r\n".encode()
        + data.replace(b"\n", b"\r\n")
        + b"\r\n--e--\r\n"
    )
