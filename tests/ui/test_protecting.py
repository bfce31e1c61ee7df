"""F5 chooses what is done with a message, among what is possible with the keys that are here."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import msgspec
import pytest

from tests.server.keys import KIM, key_ring
from tests.ui.screen_text import rows
from tests.ui.stage import open_stage
from tests.ui.test_compose import INSIDE, settings, write
from tests.waiting import until
from tuimail.config.schema import SendSettings
from tuimail.mime.parser import parse
from tuimail.mime.sealed import open_sealed
from tuimail.model.draft import DraftProtection
from tuimail.ui.screens.mailbox import MailboxScreen

pytestmark = pytest.mark.skipif(
    os.environ.get("TUIMAIL_REQUIRE_SERVERS") != "1" and not shutil.which("gpg"),
    reason="gpg is not installed",
)


async def test_only_what_is_possible_is_offered_and_it_is_sent_like_that(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutation: the lack of keys not asked for in `problems_of`."""
    with key_ring() as ring:
        monkeypatch.setenv("GNUPGHOME", str(ring.home))
        none = msgspec.structs.replace(settings(), send=SendSettings(check=()))
        async with open_stage(tmp_path, settings=none) as stage:
            screen = await write(stage, to=KIM, subject="Figures", body="The figures.\n")
            await stage.press("f5")
            await stage.shows("sent neither signed nor encrypted. There is no secret key for anna@")
            ring.make("Anna <anna@contoso.com>")
            await stage.press("f5")
            await stage.shows("It is signed with your PGP key.")
            assert rows(stage.app)[0].startswith(" Write to Kim Chu, signed")
            await stage.press("f5")
            await stage.shows("neither signed nor encrypted. There is no key for kim@")
            ring.make(KIM)
            await stage.press("f5")
            await stage.shows("It is signed with")
            await stage.press("f5")
            await stage.shows("It is encrypted and signed with PGP; its subject is not.")
            await until(stage.store.read.drafts)
            assert screen.current().protection is DraftProtection.PGP_ENCRYPT
            screen._lines["to"].value = f"{KIM}, {INSIDE}"
            await stage.press("ctrl+s")
            await stage.shows("Nothing was sent: There is no key for ben@contoso.com.")
            screen._lines["to"].value = KIM
            await stage.press("ctrl+s")
            await stage.shows("Send encrypted to 1, 1 outside")
            await stage.press("y")
            (item,) = await until(stage.store.read.outbox)
            raw = stage.store.read.outbox_raw(item.id)
            assert b"The figures" not in raw
            assert open_sealed(parse(raw), "anna@contoso.com").is_decrypted
            await until(lambda: isinstance(stage.app.screen, MailboxScreen))
            await stage.press("g", "o", "e")
            await stage.shows("Write to Kim Chu, encrypted")
            await stage.shows("The figures.")
