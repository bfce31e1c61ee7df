"""The set-up on the screen, with the real service on the sandbox."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import msgspec
import pytest
from textual.pilot import Pilot

from tests.ui.fake_engine import FakeEngine
from tests.ui.screen_text import assert_exact_rows, text
from tests.ui.stage import SIZES
from tests.waiting import until
from tuimail.cli.setting_up import new_set_up
from tuimail.config.schema import Settings
from tuimail.model.account import Account
from tuimail.model.setup import SetupAnswers
from tuimail.model.sign_in import SignInMethod
from tuimail.sandbox.personas import persona_named
from tuimail.sandbox.sandbox import Sandbox
from tuimail.store.store import Store
from tuimail.ui.app import TuimailApp
from tuimail.ui.screens.mailbox import MailboxScreen
from tuimail.ui.screens.setup import MAIL_FILE, SetupScreen

ANNA = "anna@contoso.example"


class Scene:
    """The application without an account, and the hands of the person before it."""

    def __init__(
        self, app: TuimailApp, pilot: Pilot[None], sandbox: Sandbox, adopted: list[Account]
    ) -> None:
        self.app, self.pilot, self.sandbox = app, pilot, sandbox
        self.adopted = adopted

    async def shows(self, words: str) -> None:
        await until(lambda: words in text(self.app), describe=f"{words!r} on the screen")
        await self.pilot.pause()

    async def press(self, *keys: str) -> None:
        await self.pilot.press(*keys)
        await self.pilot.pause()

    async def type(self, words: str) -> None:
        """Type into the field, and go on."""
        await self.press(*words, "enter")

    async def to_the_app(self, address: str = ANNA) -> None:
        await self.shows("Type the address")
        await self.type(address)
        await self.shows("Which one?")

    async def to_the_code(self) -> None:
        await self.to_the_app()
        await self.press("1")
        await self.shows("Client id")
        await self.type(self.sandbox.client_id)
        await self.shows("and type this code")

    async def approve(self) -> None:
        screen = self.app.screen
        assert isinstance(screen, SetupScreen)
        assert screen.state.code is not None
        assert self.sandbox.entra.approve(screen.state.code.user_code, ANNA)


@asynccontextmanager
async def first_run(
    sandbox: Sandbox,
    folder: Path,
    size: tuple[int, int] = (80, 24),
    accounts: Sequence[Account] = (),
    *,
    asks_keys: bool = False,
    settings: Settings | None = None,
) -> AsyncIterator[Scene]:
    """The application as it starts without settings, or with these accounts."""
    store = Store.open(folder / "data")
    adopted: list[Account] = []
    given = SetupAnswers(
        authority=f"{sandbox.entra.base}/organizations",
        imap="{}:{}".format(*sandbox.imap),
        smtp="{}:{}".format(*sandbox.smtp),
        ca_file=str(sandbox.ca_file),
    )

    def new_setup() -> object:
        return new_set_up(
            folder / "config.toml",
            store,
            adopted.append,
            method=SignInMethod.DEVICE_CODE,
            given=given,
            asks_keys=asks_keys,
        )

    app = TuimailApp(
        store,
        settings or msgspec.structs.replace(Settings(), glyphs="unicode"),
        {account.id: account for account in accounts},
        FakeEngine,
        settings_file=folder / "config.toml",
        new_setup=new_setup,  # type: ignore[arg-type] # the service, as the protocol sees it
    )
    try:
        async with app.run_test(size=size) as pilot:
            yield Scene(app, pilot, sandbox, adopted)
    finally:
        store.close()


async def test_the_first_run_begins_with_the_address_and_ends_in_the_mail(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    async with first_run(fresh_sandbox, tmp_path) as scene:
        await scene.to_the_code()
        assert "step 4 of 8" in text(scene.app)
        await scene.approve()
        await until(lambda: isinstance(scene.app.screen, MailboxScreen))
        await scene.shows(f"{ANNA} is set up")
        assert [account.address for account in scene.adopted] == [ANNA]
        assert list(scene.app.accounts.values()) == scene.adopted
        assert "[accounts.work]" in (tmp_path / "config.toml").read_text()


async def test_the_keys_are_asked_for_last_and_hold_at_once(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    async with first_run(fresh_sandbox, tmp_path, asks_keys=True) as scene:
        await scene.to_the_code()
        await scene.approve()
        await scene.shows("Which keys do your hands know?")
        await scene.shows("step 7 of 8")
        done = [row.split()[1] for row in text(scene.app).split("\n") if row.startswith(" √ ")]
        assert [done[0], done[-1], len(done)] == ["Address", "Sending", 6], "there is room for all"
        assert_exact_rows(scene.app)
        await scene.press("j")
        await scene.shows("▌ mutt")
        await scene.press("enter")
        await until(lambda: isinstance(scene.app.screen, MailboxScreen))
        assert scene.app.keys.preset == "mutt"
        assert 'preset = "mutt"' in (tmp_path / "config.toml").read_text()


@pytest.mark.parametrize("size", SIZES[::2])
async def test_every_row_is_exact_on_every_page(
    fresh_sandbox: Sandbox, tmp_path: Path, size: tuple[int, int]
) -> None:
    persona_named("smtp-off-mailbox").apply(fresh_sandbox)
    async with first_run(fresh_sandbox, tmp_path, size) as scene:
        await scene.shows("Type the address")
        assert_exact_rows(scene.app)
        await scene.type("anna")
        await scene.shows("is not a whole address")
        assert_exact_rows(scene.app)
        await scene.press(*["backspace"] * 4)
        await scene.type(ANNA)
        await scene.shows("Your organisation's own app")
        assert_exact_rows(scene.app)
        await scene.press("b")
        await scene.shows("21Vianet")
        assert_exact_rows(scene.app)
        await scene.press("1")
        await scene.shows("Your organisation's own app")
        await scene.press("1")
        await scene.shows("Client id")
        assert_exact_rows(scene.app)
        await scene.type(fresh_sandbox.client_id)
        await until(lambda: scene.app.screen.state.code)  # type: ignore[attr-defined]
        await scene.pilot.pause()
        assert_exact_rows(scene.app)
        await scene.press("a")
        await scene.shows("approval needed")
        assert_exact_rows(scene.app)
        await scene.press("r")
        await until(lambda: scene.app.screen.state.code)  # type: ignore[attr-defined]
        await scene.approve()
        await scene.shows("reading only")
        assert_exact_rows(scene.app)


async def test_a_client_id_that_is_none_is_said_and_typed_again(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    async with first_run(fresh_sandbox, tmp_path) as scene:
        await scene.to_the_app()
        await scene.press("1")
        await scene.shows("Client id")
        await scene.type("garbage")
        await scene.shows("“garbage” is not a client id")
        assert not (tmp_path / "config.toml").exists()
        await scene.press("escape", "escape")
        await scene.shows("in which cloud is your mailbox?")


async def test_a_step_that_is_told_late_closes_nothing_that_a_key_opened_in_it(
    fresh_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is also shown anew each second. Red when `on_setup_changed` alone follows the step.

    Mutation: `self.state` for `self._follow()` in `_show` and in `action_choose`.
    """
    tell, held = SetupScreen._changed, threading.Event()

    def tell_unless_held(screen: SetupScreen) -> None:
        if not held.is_set():
            tell(screen)

    monkeypatch.setattr(SetupScreen, "_changed", tell_unless_held)
    async with first_run(fresh_sandbox, tmp_path) as scene:
        await scene.shows("Type the address")
        held.set()
        await scene.to_the_app()
        await scene.press("1")
        await scene.shows("Client id")
        held.clear()
        screen = scene.app.screen
        assert isinstance(screen, SetupScreen)
        screen._changed()
        await scene.pilot.pause()
        assert "Client id" in text(scene.app)


async def test_neither_app_is_chosen_beforehand_and_each_has_its_sentence(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    async with first_run(fresh_sandbox, tmp_path) as scene:
        await scene.to_the_app()
        shown = text(scene.app)
        assert "Neither is chosen for you." in shown
        assert "logs will show Thunderbird" in shown
        assert "Your administrator gives you its client id." in shown
        await scene.press("2")
        await scene.shows("step 4 of 8")


async def test_the_consent_page_copies_saves_and_tries_again(
    fresh_sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "saved").mkdir()
    monkeypatch.setenv("XDG_DOWNLOAD_DIR", str(tmp_path / "saved"))
    persona_named("admin-consent").apply(fresh_sandbox)
    async with first_run(fresh_sandbox, tmp_path) as scene:
        await scene.to_the_code()
        await scene.press("a")
        await scene.shows("Contoso wants an administrator to allow tuimail first")
        await scene.press("y")
        assert "/contoso.example/v2.0/adminconsent" in scene.app.clipboard
        assert "-SmtpClientAuthenticationDisabled $false" in scene.app.clipboard
        await scene.press("s")
        await scene.shows("Saved as")
        assert (tmp_path / "saved" / MAIL_FILE).read_text() == scene.app.clipboard
        home = fresh_sandbox.entra.home(ANNA)
        fresh_sandbox.entra.grant_consent(home, fresh_sandbox.client_id)
        await scene.press("r")
        await scene.shows("and type this code")
        await scene.approve()
        await until(lambda: isinstance(scene.app.screen, MailboxScreen))


async def test_sending_that_is_off_shows_the_line_and_the_mail_opens_all_the_same(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    persona_named("smtp-off-mailbox").apply(fresh_sandbox)
    async with first_run(fresh_sandbox, tmp_path) as scene:
        await scene.to_the_code()
        await scene.approve()
        await scene.shows("SMTP AUTH is switched off for this mailbox")
        await scene.press("y")
        assert scene.app.clipboard == (
            f"Set-CASMailbox -Identity {ANNA} -SmtpClientAuthenticationDisabled $false"
        )
        await scene.shows("T send through Graph")
        await scene.press("T")
        await until(lambda: isinstance(scene.app.screen, MailboxScreen))
    assert 'send_via = "smtp-then-graph"' in (tmp_path / "config.toml").read_text()


async def test_leaving_the_first_run_ends_and_the_answers_stay(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    async with first_run(fresh_sandbox, tmp_path) as scene:
        await scene.to_the_app()
        await scene.press("q")
        await until(lambda: not scene.app.is_running)
    assert not (tmp_path / "config.toml").exists()
    async with first_run(fresh_sandbox, tmp_path) as scene:
        await scene.shows("Which one?")


async def test_p_goes_over_to_the_page_and_opens_the_field_by_itself(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Red when the field is closed while there is no page yet."""
    async with first_run(fresh_sandbox, tmp_path) as scene:
        await scene.to_the_code()
        await scene.press("p")
        await scene.shows("Enter go on")
        await scene.type("http://localhost:1/?code=of-another-attempt&state=nobody")
        screen = scene.app.screen
        assert isinstance(screen, SetupScreen)
        await until(lambda: screen.state.refused, describe="a refusal")
        await scene.shows(str(screen.state.refused).split(".")[0][:30])
        await scene.press("escape", "n")
        await scene.shows("and type this code")


async def test_an_account_is_added_from_inside_and_escape_leads_back_to_the_mail(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    async with first_run(fresh_sandbox, tmp_path) as scene:
        await scene.to_the_code()
        await scene.approve()
        await until(lambda: isinstance(scene.app.screen, MailboxScreen))
        await scene.press("g", "A")
        await scene.shows("Add an account")
        await scene.type(ANNA)
        await scene.shows("is set up already, as work")
        await scene.press("escape")
        await until(lambda: isinstance(scene.app.screen, MailboxScreen))


async def test_a_set_up_that_was_left_is_offered_at_the_start_beside_other_accounts(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Red when `SettingUp.offer` is not called, or takes an account that is there for one."""
    async with first_run(fresh_sandbox, tmp_path) as scene:
        await scene.to_the_code()
        await scene.approve()
        await until(lambda: scene.adopted)
    (anna,) = scene.adopted
    async with first_run(fresh_sandbox, tmp_path, accounts=[anna]) as scene:
        await scene.shows("? help")
        await scene.press("g", "A")
        await scene.to_the_app("ben@contoso.example")
        await scene.press("q")
        await until(lambda: isinstance(scene.app.screen, MailboxScreen))
    async with first_run(fresh_sandbox, tmp_path, accounts=[anna]) as scene:
        await scene.shows("ben@contoso.example is not set up yet: gA goes on there.")
        await scene.press("g", "A")
        await scene.shows("Which one?")
        await scene.press("b", "b")
        await scene.shows("Type the address")
        await scene.press("escape")
        await until(lambda: isinstance(scene.app.screen, MailboxScreen))
    async with first_run(fresh_sandbox, tmp_path, accounts=[anna]) as scene:
        await scene.shows("? help")
        assert "is not set up yet" not in text(scene.app)
