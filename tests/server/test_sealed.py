"""Signed and encrypted mail, checked by gpg and openssl with keys made on the spot."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.server.keys import KIM, KeyRing, key_ring, pgp_encrypted, pgp_signed
from tests.unit.mime.odd_mail import stored
from tuimail.mime import openpgp, outside
from tuimail.mime.reading import Reading, read_message
from tuimail.mime.render import Renderer
from tuimail.mime.smime_keys import SmimeKeys
from tuimail.mime.unsealing import CLOSED, LOCKED, locked_in
from tuimail.model.trust import SealState
from tuimail.ui.terminal.unlocking import unlock

ENTITY = b"Content-Type: text/plain; charset=utf-8\r\n\r\nThe numbers are final.\r\nKim\r\n"
OLD = "Old Key <old@fabrikam.example>"
ANNA = "Anna <anna@contoso.example>"


@pytest.fixture(scope="module")
def ring() -> Iterator[KeyRing]:
    with key_ring() as made:
        made.make(KIM)
        yield made


@pytest.fixture
def home(ring: KeyRing, monkeypatch: pytest.MonkeyPatch) -> KeyRing:
    monkeypatch.setenv("GNUPGHOME", str(ring.home))
    return ring


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer(limit=60) as found:
        yield found


@pytest.fixture
def read(renderer: Renderer) -> Callable[[bytes], Reading]:
    def read(raw: bytes) -> Reading:
        message, part = stored(raw)
        return read_message(message, lambda name: raw if name == "" else part(name), renderer)

    return read


def seals(reading: Reading) -> list[tuple[SealState, str]]:
    assert reading.trust is not None
    return [(seal.state, seal.words) for seal in reading.trust.seals]


pytestmark = pytest.mark.skipif(
    os.environ.get("TUIMAIL_REQUIRE_SERVERS") != "1"
    and not (shutil.which("gpg") and shutil.which("openssl")),
    reason="gpg or openssl is not installed",
)
Read = Callable[[bytes], Reading]


def test_a_pgp_signature_is_good_changed_or_of_somebody_else(home: KeyRing, read: Read) -> None:
    good = pgp_signed(ENTITY, home.sign(ENTITY))
    found = read(good)
    assert seals(found) == [(SealState.GOOD, f"signed by {KIM}")]
    assert [line.text for line in found.lines] == ["The numbers are final.", "Kim"]
    assert not found.is_decrypted
    changed = read(good.replace(b"final", b"wrong"))
    assert seals(changed) == [(SealState.BAD, "changed after it was signed")]
    other = read(good.replace(b"From: Kim Chu <kim@", b"From: Kim Chu <kim.chu@"))
    assert seals(other) == [(SealState.UNSURE, f"signed by {KIM}, who is not the sender")]
    broken = read(good.replace(b"-----BEGIN PGP", b"-----BEGIN"))
    assert seals(broken) == [(SealState.UNCHECKED, "not checked: the signature cannot be read")]


def test_a_key_that_is_not_here_not_confirmed_or_expired_is_said(
    home: KeyRing, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    signature = home.sign(ENTITY)
    with key_ring() as other:
        monkeypatch.setenv("GNUPGHOME", str(other.home))
        ((state, words),) = seals(read(pgp_signed(ENTITY, signature)))
        assert state is SealState.UNCHECKED
        assert words.startswith("signed with a key that is not here (")
        other.run("--import", data=home.run("--export", KIM))
        assert seals(read(pgp_signed(ENTITY, signature))) == [
            (SealState.UNSURE, f"signed by {KIM}, a key nobody you trust has confirmed")
        ]
        monkeypatch.setenv("GNUPGHOME", str(home.home))
        home.make(OLD, expires="2020-01-02")
        old = home.sign(ENTITY, OLD)
        assert seals(read(pgp_signed(ENTITY, old, OLD))) == [
            (SealState.UNSURE, f"signed by {OLD}, with a key that has expired")
        ]


@pytest.mark.parametrize("is_first", [True, False])
def test_the_trust_in_one_signer_is_not_lent_to_another(
    read: Read, monkeypatch: pytest.MonkeyPatch, is_first: bool
) -> None:
    """Somebody one trusts signs beside a key in which he wrote another's name.

    All of gpg's words taken for those of one signature turns it red.
    """
    mallory = "Mallory <mallory@fabrikam.example>"
    with key_ring() as theirs, key_ring() as own:
        theirs.make(KIM)
        theirs.make(mallory)
        own.run("--import", data=theirs.run("--export"))
        listed = theirs.run("--with-colons", "--list-keys", mallory).decode()
        fingerprint = re.search(r"\b[0-9A-F]{40}\b", listed)
        assert fingerprint is not None
        own.run("--import-ownertrust", data=f"{fingerprint[0]}:6:\n".encode())
        monkeypatch.setenv("GNUPGHOME", str(own.home))
        one, other = (KIM, mallory) if is_first else (mallory, KIM)
        both = theirs.run(
            *("--local-user", one, "--local-user", other, "--armor", "--detach-sign"), data=ENTITY
        )
        ((state, _),) = seals(read(pgp_signed(ENTITY, both)))
        assert state is SealState.UNSURE
        assert seals(read(pgp_signed(ENTITY, both, mallory))) == [
            (SealState.GOOD, f"signed by {mallory}")
        ]


def test_an_encrypted_message_is_read_and_kept_nowhere(home: KeyRing, read: Read) -> None:
    inner = pgp_signed(ENTITY, home.sign(ENTITY))
    inner = inner[inner.index(b"Content-Type: multipart/signed") :]
    for data in (ENTITY, inner):
        sealed = home.run("--armor", "--encrypt", "--recipient", KIM, data=data)
        found = read(pgp_encrypted(sealed))
        assert [line.text for line in found.lines] == ["The numbers are final.", "Kim"]
        assert found.is_decrypted
        assert seals(found)[0] == (SealState.GOOD, "was encrypted")
    assert seals(found)[1] == (SealState.GOOD, f"signed by {KIM}")
    damaged = read(pgp_encrypted(sealed.replace(b"A", b"B")))
    assert damaged.lines == ()
    assert damaged.notices == (CLOSED,)


def test_what_cannot_be_opened_says_why(
    home: KeyRing, read: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    with key_ring() as other:
        other.make(ANNA, passphrase="secret")
        sealed = other.run(
            "--trust-model", "always", "--armor", "--encrypt", "--recipient", ANNA, data=ENTITY
        )
        found = read(pgp_encrypted(sealed))
        assert seals(found) == [(SealState.UNCHECKED, "encrypted for a key that is not here")]
        assert found.notices == (CLOSED,)
        monkeypatch.setenv("GNUPGHOME", str(other.home))
        subprocess.run(["gpgconf", "--homedir", str(other.home), "--kill", "gpg-agent"], check=True)
        locked = read(pgp_encrypted(sealed))
        assert seals(locked) == [
            (SealState.LOCKED, "encrypted for you; its key asks for the passphrase")
        ]
        assert locked.notices == (LOCKED,)


PINENTRY = """#!/bin/sh
echo OK
while read -r line; do
  case "$line" in
    GETPIN*) echo "D secret"; echo OK ;;
    BYE*) echo OK; exit 0 ;;
    *) echo OK ;;
  esac
done
"""


def test_gpg_asks_for_the_passphrase_itself_and_the_mail_is_read_then(
    read: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Taken as damaged, a locked message would never be asked for."""
    pinentry = tmp_path / "pinentry"
    pinentry.write_text(PINENTRY)
    pinentry.chmod(0o755)
    with key_ring() as ring:
        settings = ring.home / "gpg-agent.conf"
        settings.write_text(f"{settings.read_text()}pinentry-program {pinentry}\n")
        monkeypatch.setenv("GNUPGHOME", str(ring.home))
        ring.make(KIM, passphrase="secret")
        sealed = ring.run("--armor", "--encrypt", "--recipient", KIM, data=ENTITY)
        subprocess.run(["gpgconf", "--homedir", str(ring.home), "--kill", "gpg-agent"], check=True)
        raw = pgp_encrypted(sealed)
        assert seals(read(raw))[0][0] is SealState.LOCKED
        found = locked_in(raw)
        assert found is not None
        app = SimpleNamespace(is_headless=True)
        assert asyncio.run(unlock(app, found, SmimeKeys(tuple)))  # type: ignore[arg-type]
        opened = read(raw)
        assert [line.text for line in opened.lines] == ["The numbers are final.", "Kim"]
        assert opened.is_decrypted
    assert not asyncio.run(unlock(app, found, SmimeKeys(tuple)))  # type: ignore[arg-type]


def test_pgp_inside_a_text_is_opened_where_it_stands(home: KeyRing, read: Read) -> None:
    head = f"From: {KIM}\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n".encode()
    block = home.run("--clear-sign", data=b"Inline words.\n")
    found = read(head + block.replace(b"\n", b"\r\n"))
    assert seals(found) == [(SealState.GOOD, f"signed by {KIM}")]
    assert [line.text for line in found.lines] == ["Inline words."]
    assert found.notices == ()
    beside = read(head + b"Hello,\r\n\r\n" + block + b"\r\nunsigned\r\n")
    assert "Only a part of the text" in beside.notices[0]
    sealed = home.run("--armor", "--encrypt", "--recipient", KIM, data=b"Secret words.\n")
    found = read(head + sealed)
    assert [line.text for line in found.lines] == ["Secret words."]
    assert found.is_decrypted


def test_a_program_that_is_missing_or_never_ends_costs_a_sentence(
    read: Read, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    raw = pgp_signed(ENTITY, b"-----BEGIN PGP SIGNATURE-----\n")
    monkeypatch.setenv("PATH", str(tmp_path))
    assert seals(read(raw)) == [(SealState.UNCHECKED, "not checked: gpg is not installed")]
    slow = tmp_path / "gpg"
    slow.write_text("#!/bin/sh\nexec /bin/sleep 60\n")
    slow.chmod(0o755)
    monkeypatch.setattr(outside, "SECONDS", 0.05)
    monkeypatch.setattr(
        openpgp, "run", lambda command, data: outside.run(command, data, seconds=0.05)
    )
    assert seals(read(raw)) == [(SealState.UNCHECKED, "not checked: gpg did not answer in time")]


class Authority:
    """A certificate of Kim's and what is signed with it."""

    def __init__(self, directory: Path, *, days: int = 30) -> None:
        self.directory = directory
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "Kim Chu")])
        now = datetime.now(UTC)
        certificate = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(7)
            .not_valid_before(now - timedelta(days=60))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(
                x509.SubjectAlternativeName([x509.RFC822Name("kim@fabrikam.example")]),
                critical=False,
            )
            .sign(key, hashes.SHA256())
        )
        (directory / "kim.pem").write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )

    def sign(self, *arguments: str) -> bytes:
        command = ["openssl", "cms", "-sign", "-signer", "kim.pem", "-binary", *arguments]
        made = subprocess.run(
            command, input=ENTITY, capture_output=True, check=True, cwd=self.directory
        ).stdout
        head = f"From: {KIM}\r\nSubject: Signed\r\n".encode()
        return head + made.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


@pytest.mark.parametrize("opaque", [False, True])
def test_an_smime_signature_is_good_unknown_or_changed(
    tmp_path: Path, read: Read, monkeypatch: pytest.MonkeyPatch, opaque: bool
) -> None:
    raw = Authority(tmp_path).sign(*(["-nodetach"] if opaque else []))
    signer = "signed by Kim Chu <kim@fabrikam.example>"
    unknown = f"{signer}, whose certificate nobody this computer trusts has issued"
    found = read(raw)
    assert seals(found) == [(SealState.UNSURE, unknown)]
    assert [line.text for line in found.lines] == ["The numbers are final.", "Kim"]
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "kim.pem"))
    assert seals(read(raw)) == [(SealState.GOOD, signer)]
    other = read(raw.replace(b"From: Kim Chu <kim@", b"From: Kim Chu <kim.chu@"))
    assert seals(other) == [(SealState.UNSURE, f"{signer}, who is not the sender")]
    if not opaque:
        changed = read(raw.replace(b"final", b"wrong"))
        assert seals(changed) == [(SealState.BAD, "changed after it was signed, or damaged")]


def test_an_expired_certificate_is_said(tmp_path: Path, read: Read) -> None:
    raw = Authority(tmp_path, days=-1).sign()
    ((state, words),) = seals(read(raw))
    assert state is SealState.UNSURE
    assert words.endswith("with a certificate that has expired")


def test_smime_that_is_encrypted_for_somebody_else_stays_closed(
    tmp_path: Path, read: Read, home: KeyRing
) -> None:
    Authority(tmp_path)
    sealed = subprocess.run(
        ["openssl", "cms", "-encrypt", "-aes256", "kim.pem"],
        input=ENTITY, capture_output=True, check=True, cwd=tmp_path,
    ).stdout  # fmt: skip
    found = read(f"From: {KIM}\r\n".encode() + sealed.replace(b"\n", b"\r\n"))
    ((state, words),) = seals(found)
    assert (state, words.startswith("encrypted")) == (SealState.UNCHECKED, True)
    assert found.notices == (CLOSED,)
