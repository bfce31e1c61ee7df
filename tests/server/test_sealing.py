"""Messages that are signed and encrypted by gpg, read back by tuimail's own reader and by gpg."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.server.keys import KIM, KeyRing, key_ring
from tuimail.errors import KeyLocked, MimeError
from tuimail.mime.attaching import FileToSend
from tuimail.mime.builder import Parts, build
from tuimail.mime.parser import parse
from tuimail.mime.sealed import open_sealed
from tuimail.mime.sealing import lack_of, unprotected
from tuimail.mime.smime_keys import SmimeKeys
from tuimail.model.account import AccountId
from tuimail.model.bodystructure import MultiPart, leaves
from tuimail.model.draft import Draft, DraftProtection
from tuimail.model.trust import SealState
from tuimail.text.address import make_address

ANNA = "Anna Lindqvist <anna@contoso.com>"
BEN = "Ben Okafor <ben@contoso.com>"
SENDER = make_address("Anna Lindqvist", "anna@contoso.com")
TEXT = (
    "Kim,\n\nthe figures for the quarter are below, as we said on the phone yesterday afternoon."
    "\nFrom here on they are final.\n-- \nAnna\n"
)
FORWARDED = b"From: ben@contoso.com\r\nSubject: Old\r\n\r\nblank at the end \r\n"
FILE = FileToSend("notes.eml", "message/rfc822", FORWARDED)

NO_KEYS = SmimeKeys(tuple)

pytestmark = pytest.mark.skipif(
    os.environ.get("TUIMAIL_REQUIRE_SERVERS") != "1" and not shutil.which("gpg"),
    reason="gpg is not installed",
)


@pytest.fixture(scope="module")
def ring() -> Iterator[KeyRing]:
    with key_ring() as made:
        for user in (ANNA, KIM, BEN):
            made.make(user)
        yield made


@pytest.fixture
def home(ring: KeyRing, monkeypatch: pytest.MonkeyPatch) -> KeyRing:
    monkeypatch.setenv("GNUPGHOME", str(ring.home))
    return ring


def written(protection: DraftProtection, **fields: str) -> bytes:
    draft = Draft(AccountId(1), to=KIM, subject="Figures", body=TEXT, protection=protection)
    return build(
        replace(draft, **fields),  # type: ignore[arg-type]
        sender=SENDER,
        message_id="<1@contoso.com>",
        date=datetime(2026, 11, 28, tzinfo=UTC),
        parts=Parts((FILE,)),
    ).raw


def texts(raw: bytes) -> list[bytes]:
    parsed = parse(raw)
    return [parsed.content(part) for part in leaves(parsed.structure)]


def test_what_is_signed_is_read_as_good_and_stands_octet_for_octet(
    home: KeyRing, tmp_path: Path
) -> None:
    """Mutation: `is_signed` left out of `_body`: blanks at the ends of lines stay."""
    raw = written(DraftProtection.PGP_SIGN)
    parsed = parse(raw)
    assert isinstance(parsed.structure, MultiPart)
    params = dict(parsed.structure.params)
    assert params["protocol"] == "application/pgp-signature"
    assert params["micalg"] in ("pgp-sha256", "pgp-sha512")
    opened = open_sealed(parsed, "anna@contoso.com")
    assert [(seal.state, seal.words) for seal in opened.seals] == [
        (SealState.GOOD, f"signed by {ANNA}")
    ]
    border = f"--{params['boundary']}\r\n".encode()
    _, entity, proof = raw.split(border)
    lines = entity.removesuffix(b"\r\n").split(b"\r\n")
    assert all(line == line.rstrip() and not line.startswith(b"From ") for line in lines)
    assert b"\n" not in b"".join(lines)
    path = tmp_path / "signature.asc"
    path.write_bytes(proof.partition(b"\r\n\r\n")[2].partition(b"\r\n--=_")[0])
    home.run("--verify", str(path), "-", data=entity.removesuffix(b"\r\n"))
    with pytest.raises(subprocess.CalledProcessError):
        home.run("--verify", str(path), "-", data=entity)
    text, file, _ = texts(raw)
    assert text.startswith(b"Kim,\r\n\r\nthe figures for the quarter are below, as we")
    assert b"afternoon.\r\n From here on" in text
    assert file == FORWARDED


def test_what_is_encrypted_is_read_by_its_readers_and_its_sender_alone(home: KeyRing) -> None:
    """Mutations: the sender left out of `_to`; `--hidden-recipient` made `--recipient`."""
    raw = written(DraftProtection.PGP_ENCRYPT, bcc=BEN)
    assert b"figures for" not in raw and b"notes.eml" not in raw
    opened = open_sealed(parse(raw), "anna@contoso.com")
    assert opened.is_decrypted
    assert [seal.words for seal in opened.seals] == ["was encrypted", f"signed by {ANNA}"]
    assert opened.parsed is not None
    inside = home.run("--decrypt", data=texts(raw)[1])
    assert inside == opened.parsed.raw
    assert texts(inside)[1].startswith(FORWARDED[:20])
    packets = home.run("--list-packets", data=texts(raw)[1]).decode()
    named = [line.split()[-1] for line in packets.splitlines() if line.startswith(":pubkey enc")]
    assert len(named) == 3
    assert sum(set(key) == {"0"} for key in named) == 1


@pytest.mark.parametrize("protection", [DraftProtection.PGP_SIGN, DraftProtection.PGP_ENCRYPT])
def test_it_is_taken_back_as_it_was_written(home: KeyRing, protection: DraftProtection) -> None:
    clear, how = unprotected(written(protection), "anna@contoso.com", NO_KEYS)
    assert how is protection
    assert b"Subject: Figures" in clear and b"PGP" not in clear
    parsed = parse(clear)
    assert next(iter(leaves(parsed.structure))).content_type == "text/plain"
    assert b"the figures for the quarter" in texts(clear)[0]
    plain = written(DraftProtection.NONE)
    assert unprotected(plain, "anna@contoso.com", NO_KEYS) == (plain, DraftProtection.NONE)


def test_each_failure_is_a_sentence_and_nothing_is_made(
    home: KeyRing, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    encrypt, sign = DraftProtection.PGP_ENCRYPT, DraftProtection.PGP_SIGN
    kim, nobody = (make_address("", f"{name}@fabrikam.example") for name in ("kim", "nobody"))
    assert lack_of(encrypt, SENDER, [kim], [], NO_KEYS) == ""
    assert (
        lack_of(encrypt, SENDER, [kim, nobody], [], NO_KEYS)
        == "There is no key for nobody@fabrikam.example."
    )
    with pytest.raises(MimeError, match=r"There is no key for nobody@fabrikam\.example\."):
        written(encrypt, to="nobody@fabrikam.example")
    assert (
        lack_of(sign, nobody, [], [], NO_KEYS)
        == "There is no secret key for nobody@fabrikam.example."
    )
    with key_ring() as other:
        other.make(ANNA, passphrase="secret")
        other.run("--import", data=home.run("--export", KIM))
        subprocess.run(["gpgconf", "--homedir", str(other.home), "--kill", "gpg-agent"], check=True)
        monkeypatch.setenv("GNUPGHOME", str(other.home))
        unconfirmed = "Nobody you trust has confirmed the key of kim@fabrikam.example."
        assert lack_of(encrypt, SENDER, [kim], [], NO_KEYS) == unconfirmed
        with pytest.raises(KeyLocked, match="asks for its passphrase"):
            written(sign)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert lack_of(sign, SENDER, [], [], NO_KEYS) == "gpg is not installed."
    with pytest.raises(MimeError, match="gpg is not installed"):
        written(encrypt)


def test_one_that_cannot_be_opened_is_not_taken_back_as_an_empty_draft(
    home: KeyRing, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw = written(DraftProtection.PGP_ENCRYPT)
    with key_ring() as other:
        monkeypatch.setenv("GNUPGHOME", str(other.home))
        with pytest.raises(MimeError, match="cannot be opened with the keys that are here"):
            unprotected(raw, "anna@contoso.com", NO_KEYS)
