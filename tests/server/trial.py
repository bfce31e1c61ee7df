"""A set-up on a sandbox, with the hands of the person who does it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import requests
from rich.cells import cell_len

from tests.waiting import NeverHappenedError, wait_until
from tuimail.cli.setting_up import new_set_up
from tuimail.model.account import Account
from tuimail.model.setup import SetupAnswers, SetupState, SetupStep, StepState
from tuimail.model.sign_in import SignInMethod
from tuimail.sandbox.sandbox import Sandbox
from tuimail.store.store import Store
from tuimail.sync.setup import SetUp
from tuimail.ui.bindings import Keys
from tuimail.ui.drawing.glyphs import UNICODE
from tuimail.ui.drawing.rows import plain_text
from tuimail.ui.setup.hints import hints_for, situation_of
from tuimail.ui.setup.page_keys import setup_keys
from tuimail.ui.setup.words import SetupFacts, setup_page

ANNA = "anna@contoso.example"
WIDTH, HEIGHT = 80, 22


class Trial:
    """A set-up on a sandbox, with the hands of the person who does it."""

    def __init__(self, sandbox: Sandbox, folder: Path) -> None:
        self.sandbox = sandbox
        self.settings = folder / "config.toml"
        self.store = Store.open(folder / "data")
        self.adopted: list[Account] = []
        self.made: list[SetUp] = []
        self.set_up = self.fresh()

    def fresh(self, **given: str) -> SetUp:
        """Make another, as the next start does."""
        answers = None
        stored = bool(self.store.read.meta("setup"))
        if given or not stored:
            places = {
                "authority": f"{self.sandbox.entra.base}/organizations",
                "imap": "{}:{}".format(*self.sandbox.imap),
                "smtp": "{}:{}".format(*self.sandbox.smtp),
                "ca_file": str(self.sandbox.ca_file),
            }
            answers = SetupAnswers(**{**places, **given})
        self.set_up = new_set_up(
            self.settings,
            self.store,
            self.adopted.append,
            method=SignInMethod.DEVICE_CODE,
            given=answers,
        )
        self.made.append(self.set_up)
        return self.set_up

    def close(self) -> None:
        for each in self.made:
            each.leave()
        self.store.close()

    @property
    def state(self) -> SetupState:
        return self.set_up.state

    @property
    def tokens(self) -> bool:
        """Whether any sign-in is kept."""
        file = self.store.directory / "tokens.json"
        return file.exists() and "RefreshToken" in file.read_text() and "secret" in file.read_text()

    def accounts(self) -> dict[str, Any]:
        if not self.settings.exists():
            return {}
        found: dict[str, Any] = tomllib.loads(self.settings.read_text()).get("accounts", {})
        return found

    def waits_at(self, step: SetupStep, state: StepState = StepState.NOW) -> SetupState:
        """Wait until this step stands so, with nothing being worked on."""

        def there() -> SetupState | None:
            whole = self.state
            now = whole.now
            idle = now.asks or now.state is not StepState.NOW
            return whole if whole.step is step and now.state is state and idle else None

        try:
            return wait_until(there, 30.0, f"{step}: {state}")
        except NeverHappenedError as error:
            error.add_note(f"the set-up: {self.state.step}: {self.state.now}")
            raise

    def to_sign_in(
        self, address: str = ANNA, app: str = "", state: StepState = StepState.NOW
    ) -> SetupState:
        """Answer the first steps, until the sign-in stands so: its code may be refused at once."""
        self.set_up.start()
        self.set_up.give_address(address)
        self.waits_at(SetupStep.APP)
        self.set_up.choose_app(app or self.sandbox.client_id)
        return self.waits_at(SetupStep.SIGN_IN, state)

    def approve(self, user: str = ANNA) -> None:
        code = wait_until(lambda: self.state.code, 30.0, "a code")
        assert self.sandbox.entra.approve(code.user_code, user)

    def screen(self) -> str:
        """What a terminal of 80 by 24 shows: between the bars, and the last row's words."""
        page = setup_page(SetupFacts(self.state, setup_keys(Keys())), WIDTH, HEIGHT, UNICODE)
        rows = [plain_text(row).rstrip() for row in page.rows]
        assert len(rows) <= HEIGHT
        assert all(cell_len(row) <= WIDTH for row in rows)
        hints = hints_for(situation_of(self.state, types=False), self.state, is_first=True)
        return "\n".join([*rows, "  ".join(words for _, words in hints)])

    def last_address(self, page: str) -> str:
        """Open the sign-in's page as a browser elsewhere does; return where it ends."""
        here = urlsplit(page)._replace(netloc=f"localhost:{urlsplit(page).port}").geturl()
        with requests.Session() as browser:
            browser.trust_env = False  # no proxy
            answer = browser.get(
                here, verify=str(self.sandbox.ca_file), allow_redirects=False, timeout=30
            )
        return answer.headers["Location"]
