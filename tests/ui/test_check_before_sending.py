"""Something unusual is asked about on one screen; and what is put around a text."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
from textual import events

from tests.ui.screen_text import assert_exact_rows, rows
from tests.ui.stage import open_stage, record
from tests.ui.test_compose import INSIDE, settings, write
from tests.waiting import until
from tuimail.config.schema import AccountSettings, SendSettings
from tuimail.model.draft import TextFormat
from tuimail.model.status import Connectivity
from tuimail.ui.screens.check import CheckScreen
from tuimail.ui.screens.compose import ComposeScreen
from tuimail.ui.screens.mailbox import MailboxScreen
from tuimail.ui.screens.preview import PreviewScreen
from tuimail.ui.widgets.bottom_bar import BottomBar

FORGOTTEN = "Ben,\n\nthe contract is attached.\n\nOn Mon Ben Okafor wrote:\n> Where is it?\n"


async def test_what_is_unusual_is_shown_and_only_one_key_sends(tmp_path: Path) -> None:
    """Turned red by: `reasons` not asked for in `ComposeSending._check`."""
    async with open_stage(tmp_path, settings=settings()) as stage:
        await write(stage, to=INSIDE, subject="", body=FORGOTTEN)
        await stage.press("ctrl+s")
        await stage.shows("Before this goes out: two things look unusual")
        assert_exact_rows(stage.app)
        assert rows(stage.app)[0].rstrip().endswith("online")
        stage.connectivity(Connectivity.SIGN_IN_REQUIRED)
        await until(lambda: rows(stage.app)[0].rstrip().endswith("sign-in needed"))
        await stage.shows("You mention an attachment, there is none")
        await stage.shows("“the contract is attached.”")
        await stage.shows("No subject")
        assert "keep as draft" in rows(stage.app)[-1]
        assert "never for this domain" not in rows(stage.app)[-1]  # none is asked about
        await stage.press("enter", "space", "o")
        assert isinstance(stage.app.screen, CheckScreen)
        assert stage.store.read.outbox() == []
        await stage.press("x")
        screen = await stage.composer()
        await until(
            lambda: screen.current().body == "Ben,\n\nthe contract is attached.\n",
            describe="the text without the quote",
        )
        await stage.press("ctrl+s")
        await stage.shows("y send anyway")
        await stage.press("escape")
        await stage.composer()
        await stage.press("ctrl+s")
        await stage.shows("l send later …")
        await stage.press("l")
        await stage.shows("Send later")
        await stage.press(*"tomorrow", "space", "9", ":", "0", "0")
        await stage.shows("It goes out Tue 24 Nov 09:00 UTC")
        await stage.press("escape")  # no time: nothing is sent
        await until(lambda: isinstance(stage.app.screen, ComposeScreen))
        assert stage.store.read.outbox() == []
        await stage.press("ctrl+s")
        await stage.shows("l send later …")
        await stage.press("l")
        await stage.shows("Send later")
        await stage.press(*"tomorrow", "space", "9", ":", "0", "0", "enter")
        (item,) = await until(stage.store.read.outbox, describe="the outbox")
        await until(lambda: isinstance(stage.app.screen, MailboxScreen), describe="the mail")
        await stage.shows("It goes out Tue 24 Nov 09:00 UTC")
        assert item.is_timed
        assert item.not_before == datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
        await stage.press("g", "o")
        await stage.shows("Tue 09:00")
        await stage.shows("It goes out Tue 24 Nov 09:00 UTC")


async def test_a_domain_is_not_asked_about_again(tmp_path: Path) -> None:
    """Turned red by: `send.trusted` not among the settings that `action_trust` changes."""
    async with open_stage(tmp_path, settings=settings()) as stage:
        key = record(stage.store, stage.account, 9001)
        new = "Zoe <zoe@northwind.example>"
        await write(stage, to=new, subject="Plan", body="Hi", in_reply_to_key=key)
        await stage.press("ctrl+s")
        await stage.shows("New domain in this conversation")
        assert "o never for this domain" in rows(stage.app)[-1]
        await stage.press("o")
        await stage.asks()  # nothing is unusual any more: the question that every message has
        assert stage.app.settings.send.trusted == ("northwind.example",)
        await stage.press("escape")
        await until(lambda: not stage.app.screen.query_one(BottomBar).asking)
        await stage.press("ctrl+s")
        await stage.asks()


async def test_it_is_kept_as_a_draft_and_a_check_can_be_switched_off(tmp_path: Path) -> None:
    silent = msgspec.structs.replace(settings(), send=SendSettings(check=("attachment",)))
    async with open_stage(tmp_path, settings=silent) as stage:
        await write(stage, to=INSIDE, subject="", body=FORGOTTEN)
        await stage.press("ctrl+s")
        await stage.shows("one thing looks unusual")
        await stage.press("k")
        await stage.shows("kept. go shows the outbox")
        assert len(stage.store.read.drafts()) == 1
    none = msgspec.structs.replace(settings(), send=SendSettings(check=()))
    async with open_stage(tmp_path / "other", settings=none) as stage:
        await write(stage, to=INSIDE, subject="", body=FORGOTTEN)
        await stage.press("ctrl+s")
        await stage.asks()


async def test_text_format_template_signature_and_preview(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "config" / "tuimail" / "templates"
    folder.mkdir(parents=True)
    (folder / "thanks.md").write_text("Subject: Thanks\n\nDear {first},\n\n**thank you**.\n")
    account = AccountSettings(
        address="anna@contoso.com", client_id="thunderbird", signature="Anna Lindqvist\nContoso"
    )
    signed = msgspec.structs.replace(settings(), accounts={"work": account})
    async with open_stage(tmp_path / "data", settings=signed) as stage:
        screen = await write(stage, to=INSIDE)
        assert screen.current().body == "\n\n-- \nAnna Lindqvist\nContoso\n"
        await stage.press("f2")
        await stage.shows("thanks")
        await stage.press("enter")
        await until(lambda: screen.current().subject == "Thanks")
        draft = screen.current()
        assert draft.body == ("Dear Ben,\n\n**thank you**.\n\n-- \nAnna Lindqvist\nContoso\n")
        assert draft.format is TextFormat.MARKDOWN
        await stage.press("f4")
        await until(lambda: isinstance(stage.app.screen, PreviewScreen))
        await stage.shows("thank you")
        assert_exact_rows(stage.app)
        assert rows(stage.app)[0].rstrip().endswith("online")
        await stage.shows("Ben Okafor <ben@contoso.com>")
        await stage.press("q")
        await until(lambda: stage.app.screen is screen)
        await stage.press("f3")
        await stage.shows("Text: it is sent as it is.")
        assert screen.current().format is TextFormat.TEXT


async def test_what_is_typed_behind_the_key_that_sends_is_in_no_text(tmp_path: Path) -> None:
    """It meant the question, which comes a moment later; and nothing is sent that was not asked.

    Turned red by: `BottomBar.take_key` that returns False where nothing is asked, and by
    `current() != draft` left out of `ComposeSending`.
    """
    async with open_stage(tmp_path, settings=settings()) as stage:
        screen = await write(stage, to=INSIDE, subject="Plan", body="Hi")
        for key in ("ctrl+s", "z", "z"):
            stage.app.post_message(events.Key(key, key if key == "z" else None))
        await stage.asks()
        assert screen.current().body == "Hi"
        stage.app.post_message(events.Paste("more"))
        await until(lambda: screen.current().body != "Hi", describe="what was pasted meanwhile")
        await stage.press("y")
        await stage.shows("It was changed meanwhile. ^s asks again.")
        assert stage.store.read.outbox() == []
        await stage.press("ctrl+s")
        await stage.asks()
        await stage.press("y")
        await until(lambda: len(stage.store.read.outbox()) == 1)
        assert stage.store.read.drafts() == []
