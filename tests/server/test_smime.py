"""S/MIME as other programs make it, opened and checked with a little authority."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.server.authority import Authority
from tests.server.smime_mail import (
    BEN,
    ENTITY,
    KIM_ADDRESS,
    keys_of,
    lines,
    mail,
    needs_openssl,
    seals,
)
from tests.unit.mime.odd_mail import stored
from tuimail.mime.certificates import certificates_in
from tuimail.mime.parser import parse
from tuimail.mime.reading import Reading, attachment_content, read_message
from tuimail.mime.render import Renderer
from tuimail.mime.smime_keys import SmimeKeys
from tuimail.mime.unsealing import LARGE_CLOSED, opened_whole
from tuimail.model.sealing import is_encrypted
from tuimail.model.trust import SealState

pytestmark = needs_openssl


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


def test_nothing_else_is_shown_than_what_was_found_to_be_signed(
    authority: Authority, keys: SmimeKeys, read: Callable[..., Reading]
) -> None:
    """For openssl a part ends at any line that begins as its border does; for the reader not.

    `entity` shown whatever openssl found, in `sealed._open_one`, turns it red.
    """
    head, _, signed = authority.sign("kim", ENTITY).partition(b"\r\n\r\n")
    border = re.search(rb'boundary="([^"]+)"', head)
    assert border is not None
    mark = b"--" + border[1]
    unseen = signed.replace(mark + b"--", mark + b"--x").replace(mark + b"\r\n", mark + b"x\r\n")
    forged = (
        b"%s\r\nContent-Type: text/plain\r\n\r\nPay to this account.\r\n%s\r\n"
        b"Content-Type: application/pkcs7-signature\r\n\r\nAAAA\r\n%s--\r\n"
    ) % (mark, mark, mark)
    found = read(mail(head + b"\r\n\r\n" + unseen.rstrip() + b"\r\n" + forged), keys)
    assert seals(found) == [(SealState.GOOD, f"signed by Kim Chu <{KIM_ADDRESS}>")]
    assert lines(found) == ["The numbers are final."]


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
    """Mutation: `_is_issued` taken for true: a stranger's could take the place of Eva's."""
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


def test_certificates_that_contradict_their_format_are_none(authority: Authority) -> None:
    """They come with mail, and anybody can send them. Mutation: `_ODD` with ValueError alone."""
    der = authority.openssl("x509", "-in", "kim.pem", "-outform", "DER")
    (kim,) = certificates_in(der)
    assert kim.addresses == {KIM_ADDRESS}
    usage, purpose = bytes.fromhex("0603551d0f"), bytes.fromhex("0603551d25")
    for odd in (
        der.replace(bytes.fromhex("a003020102"), bytes.fromhex("a003020107"), 1),
        der.replace(usage, purpose, 1),
        der[:-200],
        b"",
    ):
        assert odd != der
        assert certificates_in(odd) == ()
