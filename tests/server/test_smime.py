"""S/MIME between tuimail and openssl, both ways, with the certificates of a little authority."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.server.authority import Authority
from tests.server.keys import KIM
from tests.unit.mime.odd_mail import stored
from tuimail.errors import KeyLocked, MimeError
from tuimail.mime.attaching import FileToSend
from tuimail.mime.builder import Parts, build
from tuimail.mime.parser import parse
from tuimail.mime.reading import Reading, attachment_content, read_message
from tuimail.mime.render import Renderer
from tuimail.mime.sealed import is_encrypted, open_sealed
from tuimail.mime.sealing import lack_of, unprotected
from tuimail.mime.smime_keys import SmimeKeys
from tuimail.mime.unsealing import LARGE_CLOSED, LOCKED, locked_in, opened_whole
from tuimail.model.account import AccountId, KeyFiles
from tuimail.model.bodystructure import leaves
from tuimail.model.draft import Draft, DraftProtection
from tuimail.model.secret import Secret
from tuimail.model.trust import SealState
from tuimail.text.address import make_address

ANNA, BEN = "anna@contoso.com", "ben@contoso.com"
SENDER = make_address("Anna Lindqvist", ANNA)
KIM_ADDRESS = "kim@fabrikam.example"
ENTITY = (
    b'Content-Type: multipart/mixed; boundary="m"\r\n\r\n--m\r\n'
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nThe numbers are final.\r\n--m\r\n"
    b'Content-Type: text/csv; name="numbers.csv"\r\nContent-Transfer-Encoding: base64\r\n'
    b'Content-Disposition: attachment; filename="numbers.csv"\r\n\r\nYSxiCjEsMgo=\r\n--m--\r\n'
)
TEXT = (
    "Kim,\n\nthe figures for the quarter are below, as we said on the phone yesterday afternoon."
    "\nFrom here on they are final: 12 €.\n-- \nAnna\n"
)
FORWARDED = b"From: ben@contoso.com\r\nSubject: Old\r\n\r\nblank at the end \r\n"
SIGN, ENCRYPT = DraftProtection.SMIME_SIGN, DraftProtection.SMIME_ENCRYPT

pytestmark = pytest.mark.skipif(
    os.environ.get("TUIMAIL_REQUIRE_SERVERS") != "1" and not shutil.which("openssl"),
    reason="openssl is not installed",
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made = Authority(tmp_path_factory.mktemp("authority"))
    made.issue("anna", ANNA, common="Anna Lindqvist")
    made.issue("ben", BEN, common="Ben Okafor", is_rsa=False)
    made.issue("kim", KIM_ADDRESS)
    made.issue("locked", ANNA, common="Anna Lindqvist", is_rsa=False, passphrase="pass word é")
    return made


@pytest.fixture(scope="module")
def vouched(authority: Authority, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The user's folder: the authority, Kim, and Ben."""
    folder = tmp_path_factory.mktemp("vouched")
    for name in ("ca", "kim", "ben"):
        shutil.copy(authority.path(f"{name}.pem"), folder)
    return folder


@pytest.fixture
def keys(authority: Authority, vouched: Path, tmp_path: Path) -> SmimeKeys:
    return keys_of(authority, "anna.pem", "anna.key", folder=vouched, kept=tmp_path / "kept")


def keys_of(
    authority: Authority,
    certificate: str,
    key: str,
    *,
    folder: Path | None = None,
    kept: Path | None = None,
    address: str = ANNA,
) -> SmimeKeys:
    files = KeyFiles(address, authority.path(certificate), authority.path(key))
    return SmimeKeys(lambda: [files], lambda: folder, kept)


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with Renderer(limit=60) as found:
        yield found


@pytest.fixture
def read(renderer: Renderer) -> Callable[..., Reading]:
    def read(raw: bytes, keys: SmimeKeys | None = None) -> Reading:
        message, part = stored(raw)
        return read_message(
            message, lambda name: raw if name == "" else part(name), renderer, keys=keys
        )

    return read


def mail(entity: bytes, sender: str = KIM) -> bytes:
    return f"From: {sender}\r\nSubject: Sealed\r\n".encode() + entity


def written(keys: SmimeKeys, protection: DraftProtection, **fields: str) -> bytes:
    draft = Draft(AccountId(1), to=KIM, subject="Figures", body=TEXT, protection=protection)
    return build(
        replace(draft, **fields),  # type: ignore[arg-type]
        sender=SENDER,
        message_id="<1@contoso.com>",
        date=datetime(2026, 11, 28, tzinfo=UTC),
        parts=Parts((FileToSend("notes.eml", "message/rfc822", FORWARDED),)),
        keys=keys,
    ).raw


def seals(reading: Reading) -> list[tuple[SealState, str]]:
    assert reading.trust is not None
    return [(seal.state, seal.words) for seal in reading.trust.seals]


def lines(reading: Reading) -> list[str]:
    return [line.text for line in reading.lines]


# -- written --------------------------------------------------------------------------------------


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


# -- read -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("cipher", ["-aes256", "-aes-256-gcm", "-des3"])
def test_what_others_encrypt_is_read_with_its_files(
    authority: Authority, keys: SmimeKeys, read: Callable[..., Reading], cipher: str
) -> None:
    """Mutation: `inner` left out of `Reading`: the file would be looked for in what is closed."""
    raw = mail(authority.encrypt(["kim", "anna"], ENTITY, cipher))
    found = read(raw, keys)
    assert seals(found) == [(SealState.GOOD, "was encrypted")]
    assert lines(found) == ["The numbers are final."]
    assert found.is_decrypted and found.inner is not None
    (file,) = found.attachments
    assert file.filename == "numbers.csv"
    message, _ = stored(raw)
    inside = found.inner.of_message(message)
    assert attachment_content(inside, file, found.inner.sections.get) == b"a,b\n1,2\n"


def test_an_elliptic_key_opens_too_and_damage_is_said(
    authority: Authority, vouched: Path, read: Callable[..., Reading]
) -> None:
    keys = keys_of(authority, "ben.pem", "ben.key", folder=vouched, address=BEN)
    entity = authority.encrypt(["ben", "kim"], ENTITY)
    assert lines(read(mail(entity), keys)) == ["The numbers are final."]
    head, _, body = entity.partition(b"\r\n\r\n")
    middle = len(body) - 400
    damaged = head + b"\r\n\r\n" + body[:middle] + body[middle:].swapcase()
    assert seals(read(mail(damaged), keys)) == [
        (SealState.UNCHECKED, "encrypted, and cannot be decrypted: it is damaged")
    ]
    other = authority.encrypt(["kim"], ENTITY)
    assert seals(read(mail(other), keys)) == [
        (SealState.UNCHECKED, "encrypted for a certificate that is not here")
    ]


def test_signed_and_encrypted_in_each_way_is_opened_from_the_outside_in(
    authority: Authority, keys: SmimeKeys, read: Callable[..., Reading]
) -> None:
    signed = (SealState.GOOD, f"signed by Kim Chu <{KIM_ADDRESS}>")
    was_encrypted = (SealState.GOOD, "was encrypted")
    clear = authority.sign("kim", ENTITY)
    opaque = authority.sign("kim", ENTITY, "-nodetach")
    unnamed = opaque.replace(b"smime-type=signed-data; ", b"")
    assert unnamed != opaque
    for entity, expected in (
        (clear, [signed]),
        (opaque, [signed]),
        (unnamed, [signed]),
        (authority.encrypt(["anna"], clear), [was_encrypted, signed]),
        (authority.encrypt(["anna"], opaque), [was_encrypted, signed]),
        (authority.sign("kim", authority.encrypt(["anna"], clear)),
         [signed, was_encrypted, signed]),
    ):  # fmt: skip
        found = read(mail(entity), keys)
        assert seals(found) == expected
        assert lines(found) == ["The numbers are final."]
        assert found.is_decrypted == (was_encrypted in expected)
        (file,) = found.attachments
        message, _ = stored(mail(entity))
        assert found.inner is not None
        lookup = found.inner.sections.get
        assert attachment_content(found.inner.of_message(message), file, lookup) == b"a,b\n1,2\n"
    assert [is_encrypted(parse(mail(entity)).structure) for entity in (clear, opaque)] == [
        False
    ] * 2
    whole, _ = opened_whole(mail(authority.encrypt(["anna"], clear)), KIM_ADDRESS, keys)
    assert whole == mail(b"MIME-Version: 1.0\r\n") + ENTITY


def test_the_words_about_a_signer_are_true(
    authority: Authority,
    vouched: Path,
    read: Callable[..., Reading],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Mutation: `_REASONS` empty: each would be an unknown issuer's."""
    who = f"signed by Kim Chu <{KIM_ADDRESS}>"
    authority.issue("late", KIM_ADDRESS, ends=-1, is_rsa=False)
    authority.issue("early", KIM_ADDRESS, begins=1, is_rsa=False)
    authority.issue("server", KIM_ADDRESS, is_for_mail=False, is_rsa=False)
    stranger = Authority(tmp_path / "stranger", "Somebody")
    stranger.issue("kim", KIM_ADDRESS, is_rsa=False)
    keys = keys_of(authority, "anna.pem", "anna.key", folder=vouched, kept=tmp_path / "kept")
    unsure, unknown = SealState.UNSURE, "whose certificate nobody this computer trusts has issued"
    for by, name, state, words in (
        (authority, "kim", SealState.GOOD, who),
        (authority, "late", unsure, f"{who}, with a certificate that has expired"),
        (authority, "early", unsure, f"{who}, with a certificate that is not valid yet"),
        (authority, "server", unsure, f"{who}, with a certificate that is not for mail"),
        (stranger, "kim", unsure, f"{who}, {unknown}"),
    ):
        assert seals(read(mail(by.sign(name, ENTITY)), keys)) == [(state, words)]
    stranger_entity = stranger.sign("kim", ENTITY)
    other = mail(stranger_entity, "Kim Chu <kim.chu@fabrikam.example>")
    assert seals(read(other, keys)) == [(unsure, f"{who}, who is not the sender")]
    changed = mail(authority.sign("kim", ENTITY).replace(b"final", b"wrong"))
    assert seals(read(changed, keys)) == [
        (SealState.BAD, "changed after it was signed, or damaged")
    ]
    # What the computer trusts needs nobody's word, and without both nobody is believed.
    plain = SmimeKeys(tuple)
    good = mail(authority.sign("kim", ENTITY))
    assert seals(read(good, plain)) == [(unsure, f"{who}, {unknown}")]
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.path("ca.pem")))
    assert seals(read(good, plain)) == [(SealState.GOOD, who)]
    # One whom the user vouches for himself is believed without his authority.
    monkeypatch.delenv("SSL_CERT_FILE")
    alone = tmp_path / "alone"
    alone.mkdir()
    shutil.copy(stranger.path("kim.pem"), alone)
    trusting = keys_of(authority, "anna.pem", "anna.key", folder=alone)
    assert seals(read(mail(stranger_entity), trusting)) == [(SealState.GOOD, who)]


def test_a_good_signature_brings_a_certificate_and_no_other_does(
    authority: Authority, vouched: Path, read: Callable[..., Reading], tmp_path: Path
) -> None:
    """Mutation: kept whatever the seal's state is: a stranger's could take the place of Kim's."""
    ca = tmp_path / "ca"
    ca.mkdir()
    shutil.copy(vouched / "ca.pem", ca)
    kept = tmp_path / "kept"
    keys = keys_of(authority, "anna.pem", "anna.key", folder=ca, kept=kept)
    stranger = Authority(tmp_path / "stranger", "Somebody")
    stranger.issue("kim", KIM_ADDRESS, is_rsa=False)
    read(mail(stranger.sign("kim", ENTITY)), keys)
    read(mail(authority.sign("kim", ENTITY), "Ben <ben@contoso.com>"), keys)
    assert keys.certificate_of(KIM_ADDRESS) is None
    assert not kept.exists()
    read(mail(authority.sign("kim", ENTITY)), keys)
    found = keys.certificate_of("KIM@fabrikam.example")
    assert found is not None and found.pem == authority.path("kim.pem").read_bytes()
    (path,) = kept.iterdir()
    assert path.name.startswith("kim@fabrikam.example.")
    # Many sign with one certificate and are written to with another.
    authority.issue("signs", "eva@fabrikam.example", encrypts=False, is_rsa=False)
    authority.issue("takes", "eva@fabrikam.example", signs=False, is_rsa=False)
    entity = authority.sign("signs", ENTITY, "-certfile", "takes.pem")
    read(mail(entity, "Eva <eva@fabrikam.example>"), keys)
    eva = keys.certificate_of("eva@fabrikam.example")
    assert eva is not None and eva.pem == authority.path("takes.pem").read_bytes()
    stranger.issue("takes", "eva@fabrikam.example", signs=False, is_rsa=False)
    shutil.rmtree(kept)
    strange = str(stranger.path("takes.pem"))
    read(
        mail(authority.sign("signs", ENTITY, "-certfile", strange), "<eva@fabrikam.example>"), keys
    )
    assert keys.certificate_of("eva@fabrikam.example") is None


def test_a_large_one_waits_for_the_users_word_and_is_opened_then(
    authority: Authority, keys: SmimeKeys, renderer: Renderer
) -> None:
    large = b"\r\n".join([b"QUJD" * 19] * 16_000)
    raw = mail(authority.encrypt(["anna"], ENTITY.replace(b"YSxiCjEsMgo=", large)))
    message, _ = stored(raw)
    assert message.summary.size > 1_500_000
    waiting = read_message(message, lambda _: None, renderer, keys=keys)
    assert waiting.is_large and waiting.notices == (LARGE_CLOSED,)
    found = read_message(message, {"": raw}.get, renderer, keys=keys)
    assert not found.is_large
    assert seals(found) == [(SealState.GOOD, "was encrypted")]
    (file,) = found.attachments
    assert file.size > 1_000_000


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
