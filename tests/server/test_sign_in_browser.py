"""Signing in with a browser, on the sandbox's Entra ID: coming back, pasting, going wrong."""

from __future__ import annotations

import html
import re
import socket
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.server.ports import free_ports
from tests.server.signing_in import RememberingPrompt, got, provider_for, sandbox_account
from tests.waiting import wait_until
from tuimail.auth.attempt import SignInCancelled
from tuimail.auth.loopback import LoopbackListener
from tuimail.auth.provider import TokenProvider
from tuimail.errors import TokenUnavailable
from tuimail.model.sign_in import BrowserPage, SignInMethod
from tuimail.model.status import SignInOutcome
from tuimail.sandbox.sandbox import COLLEAGUE, OWNER, Sandbox

BROWSER = SignInMethod.BROWSER


def _has(things: list[str], count: int) -> bool:
    return len(things) == count


class Browser:
    """Opens pages as a browser does; the sandbox signs its owner in without asking."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._verify = str(sandbox.ca_file)

    def last_address(self, url: str) -> str:
        """Open a page that sends us back, and return where it sends us without going there."""
        answer = requests.get(url, verify=self._verify, allow_redirects=False, timeout=30)
        return answer.headers.get("Location", "")

    def open(self, url: str) -> requests.Response:
        """Open a page and follow it."""
        return requests.get(url, verify=self._verify, timeout=30)

    def send_form(self, page: requests.Response) -> requests.Response:
        """Send the form of a page, as its script does."""
        action = html.unescape(re.findall(r'action="([^"]+)"', page.text)[0])
        fields = re.findall(r'name="([^"]+)" value="([^"]*)"', page.text)
        form = {name: html.unescape(value) for name, value in fields}
        return requests.post(action, data=form, timeout=30)


@pytest.fixture
def browser(fresh_sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> Browser:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"):
        monkeypatch.delenv(name, raising=False)
    return Browser(fresh_sandbox)


def begun(
    provider: TokenProvider, method: SignInMethod = SignInMethod.PASTE
) -> tuple[RememberingPrompt, BrowserPage]:
    prompt = RememberingPrompt()
    provider.sign_in.begin(prompt, method)
    return prompt, prompt.wait_for_page()


def test_a_browser_on_this_computer_comes_back_by_itself(
    fresh_sandbox: Sandbox, provider: TokenProvider, browser: Browser
) -> None:
    """What the port hears is a form that the page sends by itself."""
    prompt, page = begun(provider, BROWSER)
    shown = browser.send_form(browser.open(page.url))
    assert shown.status_code == 200
    assert "You can close this page." in shown.text
    assert prompt.wait_for_end() == SignInOutcome(OWNER, None)
    token = got(provider)
    for scope in ("IMAP.AccessAsUser.All", "SMTP.Send"):
        assert fresh_sandbox.entra.verify(token.secret.reveal(), scope=scope)


def test_carried_to_another_computer_the_page_comes_back_by_itself_too(
    provider: TokenProvider, browser: Browser
) -> None:
    prompt, page = begun(provider)
    assert "You can close this page." in browser.open(page.url).text
    assert prompt.wait_for_end() == SignInOutcome(OWNER, None)


@pytest.mark.parametrize("length", ["", "x", "99999999"])
def test_a_form_of_no_or_endless_length_is_not_read(
    provider: TokenProvider, browser: Browser, length: str
) -> None:
    prompt, page = begun(provider, BROWSER)
    with socket.create_connection(("127.0.0.1", page.port), timeout=30) as connection:
        head = f"POST / HTTP/1.1\r\nHost: localhost:{page.port}\r\nContent-Length: {length}\r\n\r\n"
        connection.sendall(head.encode())
        assert b" 413 " in connection.recv(200)
    browser.send_form(browser.open(page.url))
    assert prompt.wait_for_end() == SignInOutcome(OWNER, None)


def test_the_page_carries_a_challenge_and_names_the_account(
    provider: TokenProvider, browser: Browser
) -> None:
    prompt, page = begun(provider)
    for part in ("code_challenge=", "code_challenge_method=S256", "login_hint=", "state="):
        assert part in page.url
    assert f"redirect_uri=http%3A%2F%2Flocalhost%3A{page.port}" in page.url
    provider.sign_in.cancel()
    prompt.wait_for_end()


def test_the_last_address_can_be_pasted_where_the_browser_is_elsewhere(
    provider: TokenProvider, browser: Browser
) -> None:
    prompt, page = begun(provider)
    address = browser.last_address(page.url)
    assert address.startswith(f"http://localhost:{page.port}")
    provider.sign_in.paste(f"  {address[:50]}\n{address[50:]}  ")
    assert prompt.wait_for_end() == SignInOutcome(OWNER, None)


def test_an_address_of_another_attempt_is_refused_and_the_right_one_still_taken(
    provider: TokenProvider, browser: Browser
) -> None:
    first, first_page = begun(provider)
    old = browser.last_address(first_page.url)
    second, page = begun(provider)
    assert first.wait_for_end().problem is not None
    for count, pasted in enumerate((old, "hello", page.url), start=1):
        provider.sign_in.paste(pasted)
        wait_until(partial(_has, second.refusals, count))
    others, no_address, no_answer = second.refusals
    assert "another attempt" in others
    assert "not an address" in no_address
    assert "no answer" in no_answer
    provider.sign_in.paste(browser.last_address(page.url))
    assert second.wait_for_end() == SignInOutcome(OWNER, None)


def test_an_address_with_an_error_in_it_ends_the_attempt_in_words(
    fresh_sandbox: Sandbox, provider: TokenProvider, browser: Browser
) -> None:
    prompt, page = begun(provider)
    state = page.url.partition("state=")[2].partition("&")[0]
    provider.sign_in.paste(
        "http://localhost/?error=access_denied&error_description=AADSTS65004%3A+User+declined"
        f"+to+consent+to+access+the+app.&state={state}"
    )
    problem = prompt.wait_for_end().problem
    assert problem is not None
    assert problem.short == "The permission was not given."


def test_a_code_that_was_used_already_asks_for_another_try(
    provider: TokenProvider, browser: Browser
) -> None:
    prompt, page = begun(provider)
    address = browser.last_address(page.url)
    state = address.partition("state=")[2].partition("&")[0]
    provider.sign_in.paste(f"http://localhost/?code=used-before&state={state}")
    problem = prompt.wait_for_end().problem
    assert problem is not None
    assert problem.you_can


@pytest.mark.parametrize(
    ("path", "host", "status"),
    [
        ("/?code=1&state=guessed", "localhost:{port}", 400),
        ("/?code=1&state={state}", "evil.example", 403),
        ("/favicon.ico", "localhost:{port}", 404),
        ("/?nothing", "localhost:{port}", 400),
    ],
)
def test_a_stranger_on_this_computer_is_turned_away_and_the_waiting_goes_on(
    provider: TokenProvider, browser: Browser, path: str, host: str, status: int
) -> None:
    prompt, page = begun(provider)
    state = page.url.partition("state=")[2].partition("&")[0]
    answer = requests.get(
        f"http://127.0.0.1:{page.port}{path.format(state=state)}",
        headers={"Host": host.format(port=page.port)},
        timeout=30,
    )
    assert answer.status_code == status
    assert not prompt.ended.is_set()
    browser.open(page.url)
    assert prompt.wait_for_end() == SignInOutcome(OWNER, None)


def test_a_connection_that_says_nothing_keeps_nobody_waiting(
    provider: TokenProvider, browser: Browser
) -> None:
    """Browsers open connections that they never use."""
    prompt, page = begun(provider)
    with socket.create_connection(("127.0.0.1", page.port)):
        browser.open(page.url)
        assert prompt.wait_for_end() == SignInOutcome(OWNER, None)


def test_it_listens_on_this_computer_alone_and_only_while_it_waits(
    provider: TokenProvider, browser: Browser
) -> None:
    heard: list[object] = []
    with LoopbackListener("state", heard.append) as listener:
        with socket.create_connection(("127.0.0.1", listener.port)) as connection:
            assert connection.getpeername()[0] == "127.0.0.1"
        with pytest.raises(TokenUnavailable, match="no port"):
            LoopbackListener("state", heard.append, port=listener.port)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", listener.port))


def test_cancelling_ends_the_wait_and_gives_the_port_back(provider: TokenProvider) -> None:
    others = set(threading.enumerate())  # those of a test before may be ending still
    prompt = RememberingPrompt()
    done = provider.sign_in.begin(prompt, BROWSER)
    page = prompt.wait_for_page()
    provider.sign_in.cancel()
    prompt.wait_for_end(timeout=30)
    assert isinstance(done.exception(timeout=30), SignInCancelled)
    with pytest.raises(OSError, match="refused"):
        socket.create_connection(("127.0.0.1", page.port))
    left = set(threading.enumerate()) - others
    assert [thread.name for thread in left if "loopback" in thread.name] == []


def test_nobody_coming_back_ends_with_a_way_on(
    provider: TokenProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tuimail.auth.browser.WAIT_SECONDS", 0.3)
    prompt, _ = begun(provider)
    problem = prompt.wait_for_end().problem
    assert problem is not None
    assert problem.short == "Nobody came back from the sign-in page in time."
    assert "device code" in problem.you_can


def test_another_account_in_the_browser_is_named(
    fresh_sandbox: Sandbox, provider: TokenProvider, browser: Browser
) -> None:
    prompt, page = begun(provider)
    hint = page.url.replace(OWNER.replace("@", "%40"), COLLEAGUE.replace("@", "%40"))
    assert hint != page.url
    browser.open(hint)
    problem = prompt.wait_for_end().problem
    assert problem is not None
    assert COLLEAGUE in problem.short


def test_a_line_that_breaks_while_the_code_is_redeemed_is_tried_again(
    fresh_sandbox: Sandbox, provider: TokenProvider, browser: Browser
) -> None:
    fresh_sandbox.entra.fail_next("drop", 1)
    prompt, page = begun(provider)
    browser.open(page.url)
    assert prompt.wait_for_end() == SignInOutcome(OWNER, None)


def test_no_network_at_the_start_is_one_sentence_and_nothing_is_stored(
    fresh_sandbox: Sandbox, token_file: Path
) -> None:
    nowhere = fresh_sandbox.authority.replace(
        str(urlsplit(fresh_sandbox.authority).port), str(free_ports(1)[0])
    )
    account = replace(sandbox_account(fresh_sandbox), authority=nowhere)
    with provider_for(account, token_file) as provider:
        prompt = RememberingPrompt()
        done = provider.sign_in.begin(prompt, BROWSER)
        problem = prompt.wait_for_end(timeout=60).problem
        assert problem is not None
        assert isinstance(done.exception(timeout=30), TokenUnavailable)
    assert not token_file.exists()


def test_consent_that_only_an_administrator_gives_stays_on_the_page_and_can_be_left(
    fresh_sandbox: Sandbox, provider: TokenProvider, browser: Browser
) -> None:
    fresh_sandbox.entra.set_consent("admin-required")
    prompt, page = begun(provider)
    shown = browser.open(page.url)
    assert "90094" in shown.text
    assert not prompt.ended.is_set()
    provider.sign_in.cancel()
    prompt.wait_for_end()
