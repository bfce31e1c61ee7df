"""Questions to Entra ID that are under way while something changes: nobody gets a stale answer."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.server.signing_in import (
    RememberingPrompt,
    provider_for,
    sandbox_account,
    seed,
    sign_in,
    token_requests,
)
from tuimail.auth.attempt import SignInCancelled
from tuimail.auth.cache import Content, TokenCache
from tuimail.auth.provider import TokenProvider
from tuimail.auth.vault import Vault
from tuimail.errors import SignInRequired
from tuimail.http import HttpAnswer, HttpClient
from tuimail.model.account import Account
from tuimail.sandbox.sandbox import Sandbox


class SlowLine(HttpClient):
    """Holds back the first answer to a question for a token until `go_on`."""

    def __init__(self, ca_file: Path | None) -> None:
        super().__init__(ca_file)
        self.answered, self.go_on = threading.Event(), threading.Event()

    def post(self, url: str, **options: Any) -> HttpAnswer:
        """Ask at once; the answer is old when it comes."""
        answer = super().post(url, **options)
        if url.endswith("/token") and not self.answered.is_set():
            self.answered.set()
            assert self.go_on.wait(60)
        return answer


class BusyCache(TokenCache):
    """A cache that somebody else has locked until `go_on`."""

    def __init__(self, path: Path, vault: Vault | None = None) -> None:
        super().__init__(path, vault)
        self.wanted, self.go_on = threading.Event(), threading.Event()

    @contextmanager
    def change(self) -> Iterator[Content]:
        """Wait for the lock."""
        self.wanted.set()
        assert self.go_on.wait(60)
        with super().change() as content:
            yield content


@pytest.fixture
def account(fresh_sandbox: Sandbox, token_file: Path) -> Account:
    """Signed in."""
    account = sandbox_account(fresh_sandbox)
    seed(fresh_sandbox, account, token_file)
    return account


@pytest.fixture
def line(account: Account) -> Iterator[SlowLine]:
    line = SlowLine(account.ca_file)
    yield line
    line.go_on.set()
    line.close()


@pytest.fixture
def provider(account: Account, token_file: Path, line: SlowLine) -> TokenProvider:
    return TokenProvider(account, TokenCache.open(token_file), line)


@pytest.mark.parametrize("failure", ["consent", "not_public"])
def test_a_question_after_a_retry_does_not_get_the_answer_to_one_before(
    fresh_sandbox: Sandbox, provider: TokenProvider, line: SlowLine, failure: str
) -> None:
    """Mutations that turn it red: `get` that joins whatever the era; `_token` that remembers
    whatever the era; `forget_answers` that clears the memory others write to.
    """
    fresh_sandbox.entra.fail_next(failure, 1, "token")
    before = provider.get(force_refresh=True)
    assert line.answered.wait(60)
    provider.retry()
    after = provider.get(force_refresh=True)
    line.go_on.set()

    with pytest.raises(SignInRequired):
        before.result(60)
    assert after.result(60).username


@pytest.mark.parametrize("failure", ["consent", "not_public"])
def test_a_refusal_from_before_a_retry_is_not_remembered_after_it(
    fresh_sandbox: Sandbox, provider: TokenProvider, line: SlowLine, failure: str
) -> None:
    """Mutations that turn it red: the last two of the test before."""
    fresh_sandbox.entra.fail_next(failure, 1, "token")
    before = provider.get(force_refresh=True)
    assert line.answered.wait(60)
    provider.retry()
    line.go_on.set()
    with pytest.raises(SignInRequired):
        before.result(60)

    assert provider.get(force_refresh=True).result(60).username


def test_a_sign_in_of_another_process_right_behind_a_refusal_counts(
    fresh_sandbox: Sandbox, account: Account, token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Mutation that turns it red: a refusal that is remembered with the version of now."""
    with provider_for(account, token_file) as provider:
        fresh_sandbox.entra.fail_next("not_public", 1, "token")
        real = TokenProvider._refresh

        def refresh(self: TokenProvider, min_ttl: float, *, force: bool) -> Any:
            try:
                return real(self, min_ttl, force=force)
            except SignInRequired:
                seed(fresh_sandbox, account, token_file)
                raise

        monkeypatch.setattr(TokenProvider, "_refresh", refresh)
        with pytest.raises(SignInRequired):
            provider.get(min_ttl=9999).result(60)
        assert provider.get(min_ttl=9999).result(60).username


def test_a_sign_in_that_is_given_up_while_its_tokens_are_to_be_kept_leaves_none(
    fresh_sandbox: Sandbox, token_file: Path
) -> None:
    """Mutation that turns it red: `check` before the lock in `TokenProvider._keep`."""
    account, prompt = sandbox_account(fresh_sandbox), RememberingPrompt()
    cache, http = BusyCache.open(token_file), HttpClient(account.ca_file)
    provider = TokenProvider(account, cache, http)
    done = provider.sign_in.begin(prompt)
    assert fresh_sandbox.entra.approve(prompt.wait_for_code().user_code)
    assert cache.wanted.wait(60)
    provider.sign_in.cancel()
    cache.go_on.set()
    with pytest.raises(SignInCancelled):
        done.result(60)
    http.close()
    assert cache.read() == {}


def test_questions_of_one_era_are_still_one(
    fresh_sandbox: Sandbox, provider: TokenProvider, line: SlowLine
) -> None:
    provider.retry()
    first = provider.get(force_refresh=True)
    assert line.answered.wait(60)
    others = [provider.get(force_refresh=True) for _ in range(5)]
    asked = token_requests(fresh_sandbox)
    line.go_on.set()
    assert {one.result(60).secret for one in (first, *others)} == {first.result(60).secret}
    assert token_requests(fresh_sandbox) == asked
    assert sign_in(fresh_sandbox, provider).problem is None
