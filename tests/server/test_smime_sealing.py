"""What is signed and encrypted by S/MIME, read back by openssl, gpgsm and tuimail itself."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.server.authority import Authority
from tests.server.smime_mail import (
    ANNA,
    BEN,
    ENCRYPT,
    ENTITY,
    KIM_ADDRESS,
    SENDER,
    SIGN,
    keys_of,
    lines,
    mail,
    needs_openssl,
    seals,
    written,
)
from tuimail.errors import KeyLocked, MimeError
from tuimail.mime.parser import parse
from tuimail.mime.reading import Reading
from tuimail.mime.sealed import open_sealed
from tuimail.mime.sealing import lack_of, unprotected
from tuimail.mime.smime_keys import SmimeKeys
from tuimail.mime.unsealing import LOCKED, locked_in
from tuimail.model.bodystructure import leaves
from tuimail.model.secret import Secret
from tuimail.model.trust import SealState
from tuimail.text.address import make_address

pytestmark = needs_openssl


def test_what_is_signed_is_verified_by_openssl_and_survives_the_way(
    authority: Authority, keys: SmimeKeys, read: Callable[..., Reading]
) -> None:
    """Mutation: `stays_readable` without S/MIME: blanks at the ends of lines stay."""
    raw = written(keys, SIGN)
    assert b'micalg=sha-256;\r\n protocol="application/pkcs7-signature"' in raw
    assert raw.isascii() and raw.count(b"\n") == raw.count(b"\r\n")
    entity = raw.split(b"\r\n--=_", 2)[1].partition(b"\r\n")[2]
    for line in entity.split(b"\r\n"):
        assert line == line.rstrip() and not line.startswith(b"From ") and len(line) <= 998
    # A server may take blanks off the ends of lines and change their ends.
    for arrived in (raw, b"\n".join(line.rstrip() for line in raw.split(b"\r\n"))):
        out = authority.openssl(
            "cms", "-verify", "-CAfile", "ca.pem", "-purpose", "smimesign", data=arrived
        )
        assert "12 €".encode() in parse(out).content(next(iter(leaves(parse(out).structure))))
    found = read(raw, keys)
    assert seals(found) == [(SealState.GOOD, f"signed by Anna Lindqvist <{ANNA}>")]
    assert not found.is_decrypted
    assert [line for line in lines(found) if "afternoon" in line]


def test_what_is_encrypted_is_read_by_its_readers_and_its_sender_alone(
    authority: Authority, keys: SmimeKeys, read: Callable[..., Reading]
) -> None:
    """Mutation: `own` left out of the readers: the sent copy could never be read again."""
    raw = written(keys, ENCRYPT, cc=BEN)
    assert b"figures for" not in raw and b"notes.eml" not in raw
    assert b"smime-type=enveloped-data" in raw
    for name in ("anna", "kim", "ben"):
        inside = authority.openssl(
            "cms", "-decrypt", "-recip", f"{name}.pem", "-inkey", f"{name}.key", data=raw
        )
        checked = authority.openssl("cms", "-verify", "-CAfile", "ca.pem", data=inside)
        assert b"notes.eml" in checked
    data = parse(raw).content(next(iter(leaves(parse(raw).structure))))
    shown = authority.openssl("cms", "-cmsout", "-print", "-inform", "DER", data=data)
    assert shown.count(b"serialNumber") == 3
    assert b"aes-256-cbc" in shown
    found = read(raw, keys)
    assert [words for _, words in seals(found)] == [
        "was encrypted", f"signed by Anna Lindqvist <{ANNA}>",
    ]  # fmt: skip
    assert found.is_decrypted
    assert [file.filename for file in found.attachments] == ["notes.eml"]


def test_whoever_cannot_be_encrypted_to_is_named_and_nothing_is_made(
    authority: Authority, keys: SmimeKeys, tmp_path: Path
) -> None:
    """Mutation: `_refuse_hidden` left out: Bcc would be named to every reader."""
    kim, nobody = (make_address("", f"{name}@fabrikam.example") for name in ("kim", "nobody"))
    ben = make_address("", BEN)
    lack = (
        "There is no certificate of nobody@fabrikam.example. A signed mail from there brings one."
    )
    assert lack_of(ENCRYPT, SENDER, [kim, ben], [], keys) == ""
    assert lack_of(ENCRYPT, SENDER, [kim, nobody], [], keys) == lack
    with pytest.raises(MimeError, match=r"There is no certificate of nobody@"):
        written(keys, ENCRYPT, cc="nobody@fabrikam.example")
    hidden = "S/MIME names all who can read a message: write to those in Bcc on their own."
    assert lack_of(ENCRYPT, SENDER, [kim], [ben], keys) == hidden
    assert lack_of(ENCRYPT, SENDER, [kim], [SENDER], keys) == ""
    assert lack_of(SIGN, SENDER, [kim], [ben], keys) == ""
    with pytest.raises(MimeError, match="names all who can read"):
        written(keys, ENCRYPT, bcc=BEN)
    assert lack_of(SIGN, kim, [], [], keys) == (
        "There is no certificate of your own for kim@fabrikam.example."
    )
    folder = tmp_path / "old"
    folder.mkdir()
    authority.issue("old", "old@fabrikam.example", ends=-1, is_rsa=False)
    shutil.copy(authority.path("old.pem"), folder)
    late = keys_of(authority, "anna.pem", "anna.key", folder=folder)
    old = make_address("", "old@fabrikam.example")
    assert lack_of(ENCRYPT, SENDER, [old], [], late).startswith("The certificate of old@fabrikam")
    for name, words in (
        ("expired", "Your certificate for anna@contoso.com has expired."),
        ("unfit", "Your certificate for anna@contoso.com is not for signing."),
    ):
        fit = {"ends": -1} if name == "expired" else {"signs": False}
        authority.issue(name, ANNA, is_rsa=False, **fit)
        own = keys_of(authority, f"{name}.pem", f"{name}.key")
        assert lack_of(SIGN, SENDER, [], [], own) == words
    other = keys_of(authority, "anna.pem", "kim.key")
    assert lack_of(SIGN, SENDER, [], [], other) == (
        "kim.key: The certificate does not belong to the key."
    )
    gone = keys_of(authority, "gone.pem", "gone.pem")
    assert lack_of(SIGN, SENDER, [], [], gone) == (
        "gone.pem cannot be read: No such file or directory."
    )


def test_without_openssl_it_is_said(
    keys: SmimeKeys, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert lack_of(SIGN, SENDER, [], [], keys) == "openssl is not installed."
    with pytest.raises(MimeError, match="openssl is not installed"):
        written(keys, SIGN)


SPY = """#!/bin/sh
{ echo "$@"; env; cat /proc/$$/cmdline | tr '\\0' ' '; } >>"$SPIED"
exec %s "$@"
"""


@pytest.mark.parametrize(
    ("certificate", "key"), [("locked.pem", "locked.key"), ("locked.p12", "locked.p12")]
)
def test_a_key_with_a_passphrase_is_opened_once_and_nobody_sees_it(
    authority: Authority,
    vouched: Path,
    certificate: str,
    key: str,
    read: Callable[..., Reading],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Mutation: `-passin pass:` in the place of the pipe: the word is in openssl's arguments."""
    keys = keys_of(authority, certificate, key, folder=vouched)
    kim = make_address("", KIM_ADDRESS)
    assert lack_of(ENCRYPT, SENDER, [kim], [], keys) == ""
    with pytest.raises(KeyLocked, match=rf"The key in {key} asks for its passphrase\."):
        written(keys, SIGN)
    raw = mail(authority.encrypt(["locked"], ENTITY))
    closed = read(raw, keys)
    assert seals(closed) == [
        (SealState.LOCKED, "encrypted for you; its key asks for the passphrase")
    ]
    assert closed.notices == (LOCKED,)
    found = locked_in(raw, keys)
    assert found is not None and found.files is not None
    assert not keys.unlock(found.files, Secret("another"))
    spied, tool = tmp_path / "spied", tmp_path / "openssl"
    tool.write_text(SPY % shutil.which("openssl"))
    tool.chmod(0o755)
    monkeypatch.setenv("SPIED", str(spied))
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    assert keys.unlock(found.files, Secret("pass word é"))
    assert lines(read(raw, keys)) == ["The numbers are final."]
    sent = written(keys, ENCRYPT)
    assert seals(read(sent, keys))[0] == (SealState.GOOD, "was encrypted")
    assert locked_in(raw, keys) == replace(found, program="gpgsm", files=None)
    seen = spied.read_text()
    assert "-passin fd:" in seen
    assert "pass word" not in seen
    once = keys.identity(found.files).passphrase.reveal()
    assert once not in seen


def test_it_is_taken_back_as_it_was_written(authority: Authority, keys: SmimeKeys) -> None:
    for protection in (SIGN, ENCRYPT):
        clear, how = unprotected(written(keys, protection), ANNA, keys)
        assert how is protection
        assert b"Subject: Figures" in clear and b"pkcs7" not in clear
        assert next(iter(leaves(parse(clear).structure))).content_type == "text/plain"
    stranger = keys_of(authority, "kim.pem", "kim.key", address=KIM_ADDRESS)
    with pytest.raises(MimeError, match="cannot be opened with the keys that are here"):
        unprotected(written(keys, ENCRYPT, to=BEN), ANNA, stranger)


def test_gpgsm_checks_what_is_signed_too(
    authority: Authority, keys: SmimeKeys, tmp_path: Path
) -> None:
    if not shutil.which("gpgsm"):
        pytest.skip("gpgsm is not installed")
    raw = written(keys, SIGN)
    parsed = parse(raw)
    proof = list(leaves(parsed.structure))[-1]
    assert proof.content_type == "application/pkcs7-signature"
    opened = open_sealed(parsed, ANNA, keys).parsed
    assert opened is not None
    (tmp_path / "signature").write_bytes(parsed.content(proof))
    (tmp_path / "entity").write_bytes(opened.raw)
    home = tmp_path / "gnupg"
    home.mkdir(mode=0o700)
    run = ["gpgsm", "--homedir", str(home), "--batch", "--disable-dirmngr", "--disable-crl-checks"]
    for name in ("ca", "anna"):
        subprocess.run([*run, "--import", authority.path(f"{name}.pem")], check=True)
    # The signature fits; that nobody has told gpgsm to trust the authority is another matter.
    done = subprocess.run(
        [*run, "--status-fd", "1", "--verify", tmp_path / "signature", tmp_path / "entity"],
        capture_output=True,
        check=False,
    )
    assert b"GOODSIG" in done.stdout and b"BADSIG" not in done.stdout, done.stderr.decode()
