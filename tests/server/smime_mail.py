"""What the tests of S/MIME have in common: an authority, the user's keys, and mail both ways."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.server.authority import Authority
from tests.server.keys import KIM
from tests.unit.mime.odd_mail import stored
from tuimail.mime.attaching import FileToSend
from tuimail.mime.builder import Parts, build
from tuimail.mime.reading import Reading, read_message
from tuimail.mime.render import Renderer
from tuimail.mime.smime_keys import SmimeKeys
from tuimail.model.account import AccountId, KeyFiles
from tuimail.model.draft import Draft, DraftProtection
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

needs_openssl = pytest.mark.skipif(
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
