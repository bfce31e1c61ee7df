"""Encrypted mail on the screen: its files, its answers, and large ones on the user's word."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from tests.server.authority import Authority
from tests.server.keys import KIM
from tests.ui.fake_engine import FakeEngine
from tests.ui.sample_mail import NOW
from tests.ui.screen_text import rows
from tests.ui.stage import Stage, open_stage
from tests.ui.test_compose import settings
from tests.ui.test_reader import read
from tests.waiting import until
from tuimail.config.schema import ComposeSettings, SendSettings
from tuimail.mime.parser import parse
from tuimail.model.account import KeyFiles
from tuimail.model.draft import DraftProtection
from tuimail.model.flags import SEEN
from tuimail.model.folder import UID
from tuimail.model.message import BodyState, FetchedMessage, MessageKey
from tuimail.model.status import EngineStatus, Fetching
from tuimail.store.writer import Writer
from tuimail.text.safe import clean
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.screens.mailbox import MailboxScreen
from tuimail.ui.widgets.line_sheet import LineSheet

ANNA = "anna@contoso.com"
ENTITY = (
    b'Content-Type: multipart/mixed; boundary="m"\r\n\r\n--m\r\n'
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nThe secret numbers are final.\r\n--m\r\n"
    b'Content-Type: text/csv; name="numbers.csv"\r\nContent-Transfer-Encoding: base64\r\n'
    b'Content-Disposition: attachment; filename="numbers.csv"\r\n\r\nTmFtZSxTdW0KS2ltLDEyCg==\r\n'
    b"--m--\r\n"
)
LARGE = (
    b'Content-Type: multipart/mixed; boundary="m"\r\n\r\n--m\r\n'
    b"Content-Type: text/plain; charset=utf-8\r\n\r\nAll of it.\r\n--m\r\n"
    b"Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
    b'Content-Disposition: attachment; filename="large.bin"\r\n\r\n'
    + b"\r\n".join([b"QUJD" * 19] * 16_000)
    + b"\r\n--m--\r\n"
)

pytestmark = pytest.mark.skipif(
    os.environ.get("TUIMAIL_REQUIRE_SERVERS") != "1" and not shutil.which("openssl"),
    reason="openssl is not installed",
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    made = Authority(tmp_path_factory.mktemp("authority"))
    made.issue("anna", ANNA, common="Anna Lindqvist", is_rsa=False)
    made.issue("kim", "kim@fabrikam.example", is_rsa=False)
    (made.directory / "folder").mkdir()
    shutil.copy(made.path("ca.pem"), made.path("folder"))
    return made


def trusting(stage: Stage, authority: Authority) -> None:
    """Give the mailbox its certificate, as the settings would have at the start."""
    files = KeyFiles(ANNA, authority.path("anna.pem"), authority.path("anna.key"))
    account = stage.app.accounts[stage.account]
    stage.app.accounts = {stage.account: replace(account, key_files=(files,))}


def received(stage: Stage, uid: int, entity: bytes, *, here: bool = True) -> MessageKey:
    """Put a message with this body into the inbox, fetched whole or not at all."""
    head = f"From: {KIM}\r\nTo: {ANNA}\r\nSubject: Sealed\r\nMessage-ID: <{uid}@x>\r\n"
    raw = f"{head}MIME-Version: 1.0\r\n".encode() + entity
    parsed = parse(raw)
    inbox = stage.store.read.folder_at_path(stage.account, "INBOX")
    assert inbox is not None
    message = FetchedMessage(
        uid=UID(uid),
        flags=SEEN,
        internaldate=datetime(2026, 11, 23, 9, 43, uid % 60, tzinfo=UTC),
        size=len(raw),
        envelope=parsed.envelope,
        structure=parsed.structure,
    )
    key = stage.store.write(lambda tx: tx.record_messages(inbox.id, [message])).result()[0]

    def keep(tx: Writer) -> None:
        if here:
            tx.store_part(key, "", raw)
        tx.set_body(key, BodyState.COMPLETE, clean("") if here else None)

    stage.store.write(keep).result()
    return key


async def composer(stage: Stage) -> ComposeScreen:
    await until(lambda: isinstance(stage.app.screen, ComposeScreen) and stage.app.focused)
    await stage.pilot.pause()
    assert isinstance(stage.app.screen, ComposeScreen)
    return stage.app.screen


async def test_files_in_encrypted_mail_are_like_others_and_its_answer_is_encrypted(
    tmp_path: Path, authority: Authority, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutations: `FileSource.read` without `inner`; `_encrypted_like` giving the draft back."""
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(tmp_path / "downloads"))
    monkeypatch.setenv("P", str(tmp_path / "piped"))
    (tmp_path / "downloads").mkdir()
    chosen = msgspec.structs.replace(
        settings(),
        send=SendSettings(check=("encryption",)),
        compose=ComposeSettings(certificates=str(authority.path("folder"))),
    )
    async with open_stage(tmp_path / "data", settings=chosen) as stage:
        trusting(stage, authority)
        inside = authority.sign("kim", ENTITY)
        key = received(stage, 900, authority.encrypt(["anna"], inside))
        await read(stage, key)
        await stage.shows("√ S/MIME: signed by Kim Chu <kim@fabrikam.example>")
        await stage.shows("The secret numbers are final.")
        await stage.press("v")
        await stage.shows("── Attachments ──")
        await stage.press("1")
        await stage.shows("Name  Sum")
        await stage.press("s")
        saved = tmp_path / "downloads" / "numbers.csv"
        await until(saved.exists, describe="the saved file")
        await until(lambda: saved.read_bytes() == b"Name,Sum\nKim,12\n")
        await stage.press("q")
        await until(lambda: isinstance(stage.app.screen, MailboxScreen), describe="the reader")
        await stage.press("v")
        await stage.shows("── Attachments ──")
        await stage.press("vertical_line")
        await until(lambda: isinstance(stage.app.screen, LineSheet), describe="the line")
        await stage.press(*"cat>", "dollar_sign", "P", "enter")
        await until((tmp_path / "piped").exists, describe="the piped file")
        await until(lambda: (tmp_path / "piped").read_bytes() == saved.read_bytes())
        assert set(stage.store.read.sections(key)) == {""}, "nothing decrypted is kept"

        await _answered(stage)

        # Forwarded, its files go along, decrypted and to be encrypted anew.
        await stage.press("f")
        draft = (await composer(stage)).current()
        assert draft.protection is DraftProtection.SMIME_ENCRYPT
        assert "The secret numbers are final." in draft.body
        assert [(file.name, file.size) for file in draft.files] == [("numbers.csv", 16)]


BLOCK = (
    b"Content-Type: text/plain; charset=utf-8\r\n\r\n-----BEGIN PGP MESSAGE-----\r\n\r\n"
    b"hQEMA1k2XbZ1n0d2AQf/aGVsbG8=\r\n=abcd\r\n-----END PGP MESSAGE-----\r\n"
)


async def test_an_answer_to_a_pgp_block_in_a_text_is_asked_about_and_stays_here(
    tmp_path: Path,
) -> None:
    """Its structure is that of any text; opened or not, what is written to it is as confidential.

    Turned red by: `of_encrypted` left out of `_circumstances`, or of `stays_here`.
    """
    chosen = msgspec.structs.replace(settings(), send=SendSettings(check=("encryption",)))
    async with open_stage(tmp_path, settings=chosen) as stage:
        await read(stage, received(stage, 901, BLOCK))
        await stage.shows("PGP")
        await stage.press("r")
        screen = await composer(stage)
        await stage.press(*"words")
        await until(lambda: screen.current().body.startswith("words"))
        await stage.press("ctrl+s")
        await stage.shows("Not encrypted, unlike the mail it comes from")
        await stage.press("escape")
        await composer(stage)
        (draft,) = await until(stage.store.read.drafts)
        assert draft.of_encrypted
        assert stage.store.read.draft_stays_here(draft)


async def _answered(stage: Stage) -> None:
    """Answer, in the clear at first, then encrypted, and take it back from the outbox."""
    await stage.press("r")
    screen = await composer(stage)
    assert rows(stage.app)[0].startswith(" Reply to Kim Chu, encrypted by S/MIME")
    assert "> The secret numbers are final." in screen.current().body
    await stage.press("f5")
    await stage.shows("It is sent neither signed nor encrypted.")
    await stage.press("ctrl+s")
    await stage.shows("Not encrypted, unlike the mail it comes from")
    await stage.press("escape")
    await composer(stage)
    await stage.press("f5")
    await stage.shows("It is signed with your S/MIME certificate.")
    await stage.press("f5")
    await stage.shows("It is encrypted and signed by S/MIME; its subject is not.")
    await stage.press("ctrl+s")
    await stage.shows("Send encrypted to 1, 1 outside")
    await stage.press("y")
    (item,) = await until(stage.store.read.outbox)
    raw = stage.store.read.outbox_raw(item.id)
    assert b"secret numbers" not in raw and b"smime-type=enveloped-data" in raw
    await until(lambda: isinstance(stage.app.screen, MailboxScreen))
    await stage.press("g", "o", "e")
    await composer(stage)
    await stage.shows("Reply to Kim Chu, encrypted by S/MIME")
    await stage.shows("> The secret numbers are final.")
    await stage.press("escape")
    await until(lambda: not isinstance(stage.app.screen, ComposeScreen))
    await stage.press("q")
    await until(lambda: isinstance(stage.app.screen, MailboxScreen))


async def test_a_large_one_is_fetched_with_progress_and_opened_on_the_users_word(
    tmp_path: Path, authority: Authority
) -> None:
    """Mutation: `is_large` left out of `action_load_all`: there is nothing to load."""
    chosen = msgspec.structs.replace(settings(), glyphs="unicode")
    async with open_stage(tmp_path / "data", settings=chosen) as stage:
        trusting(stage, authority)
        entity = authority.encrypt(["anna"], LARGE)
        key = received(stage, 901, entity, here=False)
        await read(stage, key)
        await stage.shows("The message is encrypted and large: it is opened once all is here.")
        await stage.shows("fetch and open it")
        await stage.press("L")
        await until(lambda: (key, "") in stage.engine.wanted, describe="all of it is asked for")
        arriving(stage.engine, stage, Fetching(key, "", 1 << 20, 2 << 20))
        await stage.shows("Fetching the message: 1.0 of 2.0 MB")
        stage.store.write(lambda tx: tx.store_part(key, "", b"From: x\r\n", cut=True)).result()
        await stage.shows("large: it is opened once all is here.")
        arriving(stage.engine, stage, None)
        received(stage, 901, entity)
        await stage.shows("All of it.")
        await stage.shows("√ S/MIME: was encrypted")


def arriving(engine: FakeEngine, stage: Stage, fetching: Fetching | None) -> None:
    """Say how far it is, as the engine does."""
    status: EngineStatus = engine.statuses[stage.account]
    engine.statuses[stage.account] = replace(status, since=NOW, fetching=fetching)
    for listener in list(engine.listeners):
        listener()
