"""What sign-in tests share: an account of the sandbox, a prompt that remembers, a provider."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import msal
import pytest

from tests.waiting import wait_until
from tuimail.auth.cache import TokenCache
from tuimail.auth.provider import TokenProvider
from tuimail.errors import AuthError
from tuimail.http import HttpClient
from tuimail.model.account import Account, AccountId, Endpoint, Token
from tuimail.model.sign_in import BrowserPage
from tuimail.model.status import DeviceCode, SignInOutcome
from tuimail.sandbox.sandbox import Sandbox

RESOURCE = "https://outlook.office.com"


@dataclass
class RememberingPrompt:
    """Keeps what it was shown."""

    codes: list[DeviceCode] = field(default_factory=list)
    pages: list[BrowserPage] = field(default_factory=list)
    refusals: list[str] = field(default_factory=list)
    outcomes: list[SignInOutcome] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def show_code(self, code: DeviceCode) -> None:
        self.codes.append(code)

    def show_page(self, page: BrowserPage) -> None:
        self.pages.append(page)

    def answer_refused(self, words: str) -> None:
        self.refusals.append(words)

    def finished(self, outcome: SignInOutcome) -> None:
        self.outcomes.append(outcome)
        self.ended.set()

    def wait_for_code(self) -> DeviceCode:
        return wait_until(lambda: self.codes, describe="a code")[-1]

    def wait_for_page(self) -> BrowserPage:
        return wait_until(lambda: self.pages, describe="a page")[-1]

    def wait_for_end(self, timeout: float = 30.0) -> SignInOutcome:
        assert self.ended.wait(timeout), "the sign-in did not end"
        assert len(self.outcomes) == 1
        return self.outcomes[0]


def sandbox_account(sandbox: Sandbox, user: str | None = None, number: int = 1) -> Account:
    """Return an account of the sandbox as the settings would make it."""
    address = user or sandbox.accounts[0]
    return Account(
        id=AccountId(number),
        name=address.partition("@")[0],
        address=address,
        username=address,
        client_id=sandbox.client_id,
        authority=sandbox.authority,
        known_authority=False,
        scopes=(f"{RESOURCE}/IMAP.AccessAsUser.All", f"{RESOURCE}/SMTP.Send"),
        imap=Endpoint(*sandbox.imap),
        smtp=Endpoint(*sandbox.smtp),
        ca_file=sandbox.ca_file,
    )


@contextmanager
def provider_for(account: Account, cache: Path) -> Iterator[TokenProvider]:
    """A provider as a process makes one at its start."""
    http = HttpClient(account.ca_file)
    try:
        yield TokenProvider(account, TokenCache.open(cache), http)
    finally:
        http.close()


def seed(sandbox: Sandbox, account: Account, cache: Path) -> None:
    """Put tokens into the cache as a sign-in leaves them, without waiting for one."""
    scopes = list(account.scopes)
    tokens = msal.SerializableTokenCache()
    tokens.add(
        {
            "client_id": account.client_id,
            "scope": scopes,
            "token_endpoint": f"{account.authority}/oauth2/v2.0/token",
            "response": sandbox.entra.grant(
                account.username, account.client_id, " ".join([*scopes, "offline_access"])
            ),
        }
    )
    with TokenCache.open(cache).change() as content:
        for kind, entries in json.loads(tokens.serialize()).items():
            content.setdefault(kind, {}).update(entries)


def sign_in(sandbox: Sandbox, provider: TokenProvider, user: str | None = None) -> SignInOutcome:
    """Sign in, approving the code as `user`, and return how it ended."""
    prompt = RememberingPrompt()
    done = provider.sign_in.begin(prompt)
    assert sandbox.entra.approve(prompt.wait_for_code().user_code, user)
    outcome = prompt.wait_for_end()
    done.exception(timeout=30)
    return outcome


def got(provider: TokenProvider, *, force: bool = False, min_ttl: float = 300) -> Token:
    return provider.get(force_refresh=force, min_ttl=min_ttl).result(timeout=20)


def refused(provider: TokenProvider, *, force: bool = False) -> AuthError:
    error = provider.get(force_refresh=force).exception(timeout=20)
    assert isinstance(error, AuthError)
    return error


@contextmanager
def answering_nobody(sandbox: Sandbox) -> Iterator[None]:
    """Hold the sandbox's thread, so that whatever is asked of Entra ID inside waits for the end."""
    is_held, is_over = threading.Event(), threading.Event()

    def hold() -> None:
        is_held.set()
        is_over.wait(30.0)

    sandbox.later(0.0, hold)
    assert is_held.wait(30.0)
    try:
        yield
    finally:
        is_over.set()


def token_requests(sandbox: Sandbox) -> int:
    return sum(path.endswith("/token") for _, path in sandbox.entra.requests)


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "tokens.json"


@pytest.fixture
def provider(fresh_sandbox: Sandbox, token_file: Path) -> Iterator[TokenProvider]:
    with provider_for(sandbox_account(fresh_sandbox), token_file) as made:
        yield made


@pytest.fixture
def signed_in(fresh_sandbox: Sandbox, provider: TokenProvider, token_file: Path) -> TokenProvider:
    seed(fresh_sandbox, sandbox_account(fresh_sandbox), token_file)
    return provider
