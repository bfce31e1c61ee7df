"""Signing in: the code in every form, how it ends, and leaving."""

from __future__ import annotations

import re
import threading
import time
from pathlib import Path

import pytest
import segno
from textual import events

from tests.ui.fake_engine import FakeEngine
from tests.ui.sample_mail import NOW, sample_account
from tests.ui.screen_text import assert_exact_rows, rows, text
from tests.ui.stage import SIZES, Stage, open_stage
from tests.waiting import until
from tuimail.config.schema import Settings
from tuimail.model.notice import Notice, Severity
from tuimail.model.sign_in import BrowserPage, SignInMethod
from tuimail.model.status import Connectivity, DeviceCode, SignInOutcome, SignInPrompt
from tuimail.store.store import Store
from tuimail.ui.app import TuimailApp
from tuimail.ui.drawing.big_code import big_code
from tuimail.ui.drawing.qr_code import qr_code
from tuimail.ui.screens.sign_in import SignInScreen

CODE = "F7KQ2M9XR"
PROBLEM = Notice(
    Severity.ERROR,
    "Contoso AB wants an administrator to allow tuimail first.",
    happened="Your organisation does not let people allow mail programs (AADSTS90094).",
    now="tuimail keeps this page.",
    you_can="One approval by an administrator is enough.",
    url="https://login.microsoftonline.com/contoso.com/v2.0/adminconsent?client_id=0",
    detail="AADSTS90094: a\x1b[31m line",
)


async def open_sign_in(stage: Stage) -> SignInPrompt:
    stage.app.open_sign_in(stage.account)
    await until(lambda: isinstance(stage.app.screen, SignInScreen))
    await until(lambda: stage.engine.sign_ins)
    await stage.pilot.pause()
    return stage.engine.sign_ins[-1][1]


def from_another_thread(call: object) -> None:
    """The engine calls from its own threads."""
    thread = threading.Thread(target=call)  # type: ignore[arg-type]
    thread.start()
    thread.join()


def show(prompt: SignInPrompt, uri: str = "https://microsoft.com/devicelogin") -> None:
    code = DeviceCode(uri, CODE, time.time() + 861.5)
    from_another_thread(lambda: prompt.show_code(code))


def finish(prompt: SignInPrompt, problem: Notice | None) -> None:
    outcome = SignInOutcome("anna@contoso.com", problem)
    from_another_thread(lambda: prompt.finished(outcome))


@pytest.mark.parametrize("size", SIZES)
async def test_every_row_is_exact_and_the_code_is_there_at_every_size(
    tmp_path: Path, size: tuple[int, int]
) -> None:
    async with open_stage(tmp_path, size, approve_demo=lambda _: None) as stage:
        prompt = await open_sign_in(stage)
        assert_exact_rows(stage.app)
        show(prompt, "https://127.0.0.1:40000/device\x1b[2J")
        await stage.shows(CODE)
        await stage.shows("This is the demo: press Enter to")
        assert "https://127.0.0.1:40000/device" in text(stage.app)
        assert_exact_rows(stage.app)
        finish(prompt, PROBLEM)
        await stage.shows("not signed in")
        assert_exact_rows(stage.app)


async def test_it_looks_like_the_design(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        show(await open_sign_in(stage))
        await stage.shows(CODE)
        left = [row[:45].rstrip() for row in text(stage.app).split("\n")]
        waits, _, minutes = left[3].rpartition(" ")
        assert re.fullmatch(r"1[0-4]:\d\d", minutes)  # how much of them has passed is chance
        left[3] = waits.rstrip()
        assert left[:1] + left[1:16] == [
            " Sign in  work",
            "",
            " √ Address       anna@contoso.com",
            " ► Sign-in       waiting for you",
            "",
            " On any phone or computer, open",
            " microsoft.com/devicelogin",
            "",
            " and type this code:",
            "",
            "  █▀▀ ▀▀█ █ █ ▄▀▀▄ ▀▀▄ █▄ ▄█ ▄▀▄ █ █ █▀▄",
            "  █▀   █  █▀▄ █ ▄█ ▄▀  █ ▀ █  ▀█ ▄▀▄ █▀▄",
            "  ▀    ▀  ▀ ▀  ▀▀▀ ▀▀▀ ▀   ▀ ▀▀  ▀ ▀ ▀ ▀",
            "",
            "  F7KQ2M9XR   the same, for copying",
            "",
        ]


async def test_y_copies_the_code(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        prompt = await open_sign_in(stage)
        await stage.press("y")
        assert "There is nothing to copy yet." in text(stage.app)
        show(prompt)
        await stage.shows(CODE)
        await stage.press("y")
        assert stage.app.clipboard == CODE


async def test_success_goes_back_to_the_mail_and_says_so(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        prompt = await open_sign_in(stage)
        show(prompt)
        finish(prompt, None)
        await stage.shows("√ Signed in as anna@contoso.com")
        assert not isinstance(stage.app.screen, SignInScreen)
        assert stage.engine.cancelled_sign_ins == []


async def test_a_problem_is_told_in_three_parts_and_can_be_tried_again(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        finish(await open_sign_in(stage), PROBLEM)
        await stage.shows("× Sign-in       Contoso AB wants an administrator")
        for words in (PROBLEM.happened, PROBLEM.now, PROBLEM.you_can, "The server said: AADSTS"):
            assert words in text(stage.app)
        await stage.press("y")
        assert stage.app.clipboard == PROBLEM.url
        await stage.press("r")
        await until(lambda: len(stage.engine.sign_ins) == 2)
        show(stage.engine.sign_ins[1][1])
        await stage.shows(CODE)


async def test_a_rule_that_an_administrator_made_is_told_before_another_code(
    tmp_path: Path,
) -> None:
    """Red when the sign-in always begins with a code: it would be refused again."""
    said = (
        "invalid_grant AADSTS53003: Access has been blocked. Trace ID: t Correlation ID: "
        "26c488eb-38a0-42db-ba78-74f6e85e2aae Timestamp: 2026-11-28 20:00:24Z"
    )
    refused = Notice(Severity.ERROR, "A rule.", detail=said)
    async with open_stage(tmp_path) as stage:
        await until(lambda: stage.app.engine, describe="the engine")
        stage.engine.set_status(
            stage.account, Connectivity.SIGN_IN_REQUIRED, since=NOW, problem=refused
        )
        stage.app.open_sign_in(stage.account)
        await stage.shows("× Sign-in       A rule of your organisation blocks this sign-in.")
        for words in (
            "Conditional Access does not allow it",
            "ask your administrator, who needs the ids below",
            "26c488eb-38a0-42db-ba78-74f6e85e2aae",
            "y copy it  o try with a browser  n try with a code",
        ):
            assert words in text(stage.app)
        assert_exact_rows(stage.app)
        assert stage.engine.sign_ins == []
        await stage.press("y")
        assert stage.app.clipboard == said
        await stage.press("n")
        await until(lambda: stage.engine.sign_ins, describe="an attempt")


async def test_wide_letters_give_way_to_the_qr_code(tmp_path: Path) -> None:
    """Red when they may be wider than the left half: the last one touched the QR code."""
    async with open_stage(tmp_path) as stage:
        prompt = await open_sign_in(stage)
        code = DeviceCode("https://microsoft.com/devicelogin", "MWMWMWMWM", time.time() + 800)
        from_another_thread(lambda: prompt.show_code(code))
        await stage.shows("MWMWMWMWM")
        assert all(row[43:45] == "  " for row in rows(stage.app)[4:18])


async def test_leaving_ends_the_waiting(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        prompt = await open_sign_in(stage)
        show(prompt)
        await stage.shows(CODE)
        await stage.press("escape")
        await until(lambda: stage.engine.cancelled_sign_ins == [stage.account])
        assert not isinstance(stage.app.screen, SignInScreen)
        finish(prompt, PROBLEM)
        await stage.pilot.pause()
        assert PROBLEM.short not in text(stage.app)


async def test_a_new_code_replaces_the_old_attempt(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        first = await open_sign_in(stage)
        show(first)
        await stage.shows(CODE)
        await stage.press("n")
        await until(lambda: stage.engine.cancelled_sign_ins)
        finish(first, PROBLEM)
        await until(lambda: len(stage.engine.sign_ins) == 2)
        assert PROBLEM.short not in text(stage.app)


async def test_enter_approves_in_the_demo(tmp_path: Path) -> None:
    approved: list[str] = []
    async with open_stage(tmp_path, approve_demo=approved.append) as stage:
        show(await open_sign_in(stage))
        await stage.shows("press Enter to approve")
        await stage.press("enter")
        assert approved == [CODE]


async def test_hints_are_in_the_last_row(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        await open_sign_in(stage)
        assert rows(stage.app)[-1].startswith(
            " ? help  y copy the code  o browser here  p paste URL  n new code  b back"
        )


def test_big_letters_are_three_rows_and_unknown_ones_are_left_to_the_plain_text() -> None:
    letters = big_code("ABCDEFGHJKLMNPQRSTUVWXYZ23456789")
    assert len(letters) == 3
    assert big_code("é") == []
    assert big_code("") == []


async def test_an_empty_mailbox_begins_with_its_sign_in_and_leaving_it_is_respected(
    tmp_path: Path,
) -> None:
    store = Store.open(tmp_path)
    account = store.write(lambda tx: tx.ensure_account("work")).result()
    engine = FakeEngine()
    engine.set_status(account, Connectivity.SIGN_IN_REQUIRED, since=NOW)
    app = TuimailApp(store, Settings(), {account: sample_account(account)}, lambda: engine)
    async with app.run_test() as pilot:
        await until(lambda: isinstance(app.screen, SignInScreen))
        await until(lambda: engine.sign_ins)
        await pilot.press("escape")
        await until(lambda: not isinstance(app.screen, SignInScreen))
        engine.set_status(account, Connectivity.SIGN_IN_REQUIRED, since=NOW)
        await pilot.pause()
        assert not isinstance(app.screen, SignInScreen)
    store.close()


async def test_a_code_that_the_page_refuses_has_a_way_on(tmp_path: Path) -> None:
    """Entra ID tells the page alone that codes are blocked; whoever waits has to know."""
    async with open_stage(tmp_path) as stage:
        show(await open_sign_in(stage))
        await stage.shows(CODE)
        assert "Does the page say 53003, no access?" in text(stage.app)


async def test_a_telephone_finds_the_page_in_the_qr_code(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        show(await open_sign_in(stage))
        await stage.shows(CODE)
        drawn = [row[45:].rstrip() for row in text(stage.app).split("\n")[2:19]]
        assert drawn == list(qr_code("https://microsoft.com/devicelogin"))


def test_the_qr_code_has_the_modules_of_the_standard_and_a_quiet_zone() -> None:
    shown = qr_code("https://microsoft.com/devicelogin")
    modules = [[half[cell] for cell in row] for row in shown for half in (_UPPER_DARK, _LOWER_DARK)]
    wanted = segno.make("https://microsoft.com/devicelogin", error="l", boost_error=False)
    light = [[False] * len(modules[0])] * 2
    assert modules[:2] == light
    core = [row[2:-2] for row in modules[2 : 2 + len(wanted.matrix)]]
    assert core == [[bool(module) for module in row] for row in wanted.matrix]
    assert all(not row[0] and not row[1] and not row[-1] and not row[-2] for row in modules)


_UPPER_DARK = {" ": True, "▄": True, "▀": False, "█": False}
_LOWER_DARK = {" ": True, "▄": False, "▀": True, "█": False}


PAGE_URL = "https://login.microsoftonline.com/common/oauth2/v2.0/authorize?" + "x" * 400


def show_page(prompt: SignInPrompt) -> None:
    page = BrowserPage(PAGE_URL, 40001, time.time() + 861.5)
    from_another_thread(lambda: prompt.show_page(page))


async def go_over(stage: Stage, key: str, method: SignInMethod) -> SignInPrompt:
    """Press the key of another way; the attempt that was left ends first."""
    before = len(stage.engine.sign_ins)
    await stage.press(key)
    assert stage.engine.cancelled_sign_ins
    finish(stage.engine.sign_ins[-1][1], Notice(Severity.INFO, "The sign-in was cancelled."))
    await until(lambda: len(stage.engine.sign_ins) > before)
    assert stage.engine.methods[-1] is method
    return stage.engine.sign_ins[-1][1]


@pytest.fixture
def over_ssh(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "198.51.100.7 50000 203.0.113.9 22")
    monkeypatch.setenv("USER", "anna")


@pytest.mark.parametrize("size", SIZES)
async def test_over_ssh_the_page_has_the_line_to_run_and_the_way_to_paste(
    tmp_path: Path, size: tuple[int, int], over_ssh: None
) -> None:
    async with open_stage(tmp_path, size) as stage:
        await open_sign_in(stage)
        show_page(await go_over(stage, "o", SignInMethod.PASTE))
        await stage.shows("in your browser")
        assert_exact_rows(stage.app)
        if size[0] >= 80 and size[1] >= 24:
            shown = text(stage.app)
            assert "ssh -L 40001:localhost:40001 anna@203.0.113.9" in shown
            assert PAGE_URL in "".join(row.strip() for row in rows(stage.app))
            assert "p paste the address of the last page" in shown
            await stage.press("y")
            assert stage.app.clipboard == PAGE_URL


async def test_a_pasted_address_goes_to_the_engine_and_a_refusal_is_said(
    tmp_path: Path, over_ssh: None
) -> None:
    async with open_stage(tmp_path) as stage:
        await open_sign_in(stage)
        prompt = await go_over(stage, "p", SignInMethod.PASTE)  # straight to pasting
        show_page(prompt)
        await stage.shows("in your browser")
        await stage.press(*"http", "enter")
        assert stage.engine.pasted[-1] == (stage.account, "http")
        from_another_thread(lambda: prompt.answer_refused("That is not an address."))
        await stage.shows("That is not an address.")
        stage.app.post_message(events.Paste("http://localhost:40001/?code=1&state=2"))
        await until(lambda: len(stage.engine.pasted) == 2)
        assert stage.engine.pasted[-1][1] == "http://localhost:40001/?code=1&state=2"
        await go_over(stage, "n", SignInMethod.DEVICE_CODE)  # and back to a code


async def test_escape_leaves_the_field_first(tmp_path: Path) -> None:
    async with open_stage(tmp_path) as stage:
        await open_sign_in(stage)
        show_page(await go_over(stage, "p", SignInMethod.PASTE))
        await stage.shows("in your browser")
        await stage.press("escape")
        assert isinstance(stage.app.screen, SignInScreen)
        await stage.press("escape")
        assert not isinstance(stage.app.screen, SignInScreen)


async def test_a_page_is_opened_where_there_is_a_screen_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A real program is started: a script that stands in for the desktop's opener."""
    for name in ("SSH_CONNECTION", "SSH_CLIENT", "SSH_TTY"):
        monkeypatch.delenv(name, raising=False)
    opened = tmp_path / "opened"
    opener = tmp_path / "xdg-open"
    opener.write_text(f'#!/bin/sh\nprintf %s "$1" > {opened}.new && mv {opened}.new {opened}\n')
    opener.chmod(0o700)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.setenv("DISPLAY", ":9")
    async with open_stage(tmp_path / "mail") as stage:
        await open_sign_in(stage)
        show_page(await go_over(stage, "o", SignInMethod.BROWSER))
        await stage.shows("The page was opened in your browser.")
        await until(opened.exists)
        assert opened.read_text() == PAGE_URL
