"""Refreshing, remembering refusals, sharing the cache: against the sandbox's Entra ID."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.server.signing_in import (
    answering_nobody,
    got,
    provider_for,
    refused,
    sandbox_account,
    seed,
    sign_in,
    token_requests,
)
from tuimail.auth.provider import TokenProvider
from tuimail.errors import AuthError, ConsentRequired, SignInRequired, TokenUnavailable
from tuimail.sandbox.sandbox import COLLEAGUE, OWNER, Sandbox


def test_without_a_sign_in_nobody_is_asked(fresh_sandbox: Sandbox, provider: TokenProvider) -> None:
    assert isinstance(refused(provider), SignInRequired)
    assert fresh_sandbox.entra.requests == []


def test_a_valid_token_is_handed_out_without_asking(
    fresh_sandbox: Sandbox, signed_in: TokenProvider
) -> None:
    before = len(fresh_sandbox.entra.requests)
    assert got(signed_in) == got(signed_in)
    assert len(fresh_sandbox.entra.requests) == before


def test_a_token_that_ends_soon_is_replaced(
    fresh_sandbox: Sandbox, signed_in: TokenProvider
) -> None:
    old = got(signed_in)
    new = got(signed_in, min_ttl=3700)
    assert new.secret != old.secret
    assert fresh_sandbox.entra.verify(new.secret.reveal(), scope="SMTP.Send")


def test_a_token_that_is_always_short_lived_is_handed_out_all_the_same(
    tmp_path: Path, token_file: Path
) -> None:
    with (
        Sandbox(tmp_path / "short", device_interval=1, token_lifetime=100) as sandbox,
        provider_for(sandbox_account(sandbox), token_file) as provider,
    ):
        assert sign_in(sandbox, provider).problem is None
        assert got(provider).expires_on <= time.time() + 100


def test_a_forced_refresh_asks_once_and_a_second_one_gets_its_result(
    fresh_sandbox: Sandbox, signed_in: TokenProvider
) -> None:
    old = got(signed_in)
    before = token_requests(fresh_sandbox)
    new = got(signed_in, force=True)
    assert new.secret != old.secret
    assert got(signed_in, force=True) == new
    assert got(signed_in) == new
    assert token_requests(fresh_sandbox) == before + 1


def test_callers_at_the_same_time_share_one_question(
    fresh_sandbox: Sandbox, signed_in: TokenProvider
) -> None:
    before = token_requests(fresh_sandbox)
    with answering_nobody(fresh_sandbox):
        futures = [signed_in.get(force_refresh=True) for _ in range(10)]
    tokens = {future.result(timeout=20).secret for future in futures}
    assert len(tokens) == 1
    assert token_requests(fresh_sandbox) == before + 1


def test_a_caller_that_gives_up_does_not_take_the_answer_from_the_others(
    fresh_sandbox: Sandbox, signed_in: TokenProvider
) -> None:
    with answering_nobody(fresh_sandbox):
        busy = signed_in.get(force_refresh=True)
        first, second = signed_in.get(min_ttl=9999), signed_in.get(min_ttl=9999)
        assert first.cancel()
    assert busy.result(timeout=20).username
    assert second.result(timeout=20).username


@pytest.mark.parametrize(
    ("failure", "kind", "words"),
    [
        ("revoked", SignInRequired, "Your sign-in ended"),
        ("refresh_expired", SignInRequired, "not used for long"),
        ("sign_in_frequency", SignInRequired, "Your sign-in ended"),
        ("mfa", SignInRequired, "second factor"),
        ("consent", SignInRequired, "may use this mailbox"),
        ("admin_consent", ConsentRequired, "administrator"),
        ("throttled", TokenUnavailable, "slow down"),
        ("unavailable", TokenUnavailable, "busy"),
        ("garbage", TokenUnavailable, "Something else than localhost answered"),
        ("drop", TokenUnavailable, "was lost"),
    ],
)
def test_a_failed_refresh_says_what_kind_of_failure_it_is(
    fresh_sandbox: Sandbox,
    signed_in: TokenProvider,
    failure: str,
    kind: type[AuthError],
    words: str,
) -> None:
    fresh_sandbox.entra.fail_next(failure, 2, "token")
    error = refused(signed_in, force=True)
    assert type(error) is kind
    assert words in error.message


@pytest.mark.parametrize("failure", ["revoked", "not_public"])
def test_a_refusal_is_remembered_so_that_nothing_asks_in_a_loop(
    fresh_sandbox: Sandbox, signed_in: TokenProvider, failure: str
) -> None:
    """Guards against AADSTS50196. msal remembers a 400 for a minute and a 401 not at all."""
    fresh_sandbox.entra.fail_next(failure, 50, "token")
    assert isinstance(refused(signed_in, force=True), SignInRequired)
    before = len(fresh_sandbox.entra.requests)
    for _ in range(20):
        assert isinstance(refused(signed_in, force=True), SignInRequired)
    assert len(fresh_sandbox.entra.requests) == before


def test_signing_in_again_after_a_revocation_goes_on(
    fresh_sandbox: Sandbox, signed_in: TokenProvider
) -> None:
    fresh_sandbox.entra.revoke_all()
    assert isinstance(refused(signed_in, force=True), SignInRequired)
    assert sign_in(fresh_sandbox, signed_in).problem is None
    token = got(signed_in, force=True)
    assert fresh_sandbox.entra.verify(token.secret.reveal(), scope="SMTP.Send")


@pytest.mark.parametrize("failure", ["unavailable", "consent"])
def test_the_users_retry_is_not_answered_from_memory(
    fresh_sandbox: Sandbox, signed_in: TokenProvider, failure: str
) -> None:
    """Guards against msal's memory: 60 s for a refusal, Retry-After for a busy service."""
    fresh_sandbox.entra.fail_next(failure, 1, "token", retry_after=600)
    assert isinstance(refused(signed_in, force=True), AuthError)
    signed_in.retry()
    assert got(signed_in, force=True).username


def test_a_start_without_a_network_has_its_token_at_once(
    fresh_sandbox: Sandbox, signed_in: TokenProvider, token_file: Path
) -> None:
    token = got(signed_in)
    fresh_sandbox.cut(sign_in=True)
    with provider_for(sandbox_account(fresh_sandbox), token_file) as second:
        assert got(second) == token


def test_without_a_network_an_old_token_is_a_passing_failure(
    fresh_sandbox: Sandbox, signed_in: TokenProvider, token_file: Path
) -> None:
    fresh_sandbox.cut(sign_in=True)
    with provider_for(sandbox_account(fresh_sandbox), token_file) as second:
        assert isinstance(refused(second, force=True), TokenUnavailable)
        assert got(second).username


def test_proxies_and_certificate_variables_do_not_reach_loopback(
    fresh_sandbox: Sandbox, token_file: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(empty))
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with provider_for(sandbox_account(fresh_sandbox), token_file) as provider:
        assert sign_in(fresh_sandbox, provider).problem is None
        assert got(provider, force=True).username


def test_a_certificate_that_does_not_verify_is_named(
    fresh_sandbox: Sandbox, signed_in: TokenProvider, token_file: Path
) -> None:
    account = replace(sandbox_account(fresh_sandbox), ca_file=None)
    with provider_for(account, token_file) as provider:
        error = refused(provider, force=True)
    assert isinstance(error, TokenUnavailable)
    assert "certificate" in error.message
    assert "ca_file" in error.hint


def test_signing_out_forgets_this_account_and_keeps_the_other(
    fresh_sandbox: Sandbox, signed_in: TokenProvider, token_file: Path
) -> None:
    with provider_for(sandbox_account(fresh_sandbox, COLLEAGUE, 2), token_file) as other:
        seed(fresh_sandbox, sandbox_account(fresh_sandbox, COLLEAGUE, 2), token_file)
        signed_in.sign_out().result(timeout=30)
        assert isinstance(refused(signed_in), SignInRequired)
        assert got(other).username == COLLEAGUE
    assert OWNER not in token_file.read_text("utf-8")


_REFRESHER = """
import sys
from pathlib import Path
from tuimail.auth.cache import TokenCache
from tuimail.auth.provider import TokenProvider
from tuimail.http import HttpClient
from tuimail.model.account import Account, AccountId, Endpoint
token_file, ca_file, client_id, authority, user = sys.argv[1:]
resource = "https://outlook.office.com"
account = Account(
    AccountId(1), "x", user, user, client_id, authority, False,
    (resource + "/IMAP.AccessAsUser.All", resource + "/SMTP.Send"),
    Endpoint("localhost", 1), Endpoint("localhost", 1), Path(ca_file),
)
http = HttpClient(account.ca_file)
for _ in range(10):
    # A new provider each time, so that every turn goes to the network and to the file.
    provider = TokenProvider(account, TokenCache.open(Path(token_file)), http)
    last = provider.get(min_ttl=9999).result(60)
print(last.secret.reveal())
"""


def test_two_processes_that_share_the_cache_do_not_undo_each_others_work(
    fresh_sandbox: Sandbox, signed_in: TokenProvider, token_file: Path
) -> None:
    with provider_for(sandbox_account(fresh_sandbox, COLLEAGUE, 2), token_file) as other:
        seed(fresh_sandbox, sandbox_account(fresh_sandbox, COLLEAGUE, 2), token_file)
        processes = [
            subprocess.Popen(
                [
                    *(
                        sys.executable,
                        "-c",
                        _REFRESHER,
                        str(token_file),
                        str(fresh_sandbox.ca_file),
                    ),
                    *(fresh_sandbox.client_id, fresh_sandbox.authority, user),
                ],
                stdout=subprocess.PIPE,
                text=True,
            )
            for user in (OWNER, COLLEAGUE)
        ]
        last = [process.communicate(timeout=60)[0].strip() for process in processes]
        assert [process.returncode for process in processes] == [0, 0]
        assert [got(each).secret.reveal() for each in (signed_in, other)] == last
    assert len(json.loads(token_file.read_text("utf-8"))["Account"]) == 2


def test_a_sign_in_of_another_process_is_noticed(
    fresh_sandbox: Sandbox, signed_in: TokenProvider, token_file: Path
) -> None:
    fresh_sandbox.entra.revoke_all()
    assert isinstance(refused(signed_in, force=True), SignInRequired)
    with provider_for(sandbox_account(fresh_sandbox), token_file) as other:
        assert sign_in(fresh_sandbox, other).problem is None
    token = got(signed_in, force=True)
    assert fresh_sandbox.entra.verify(token.secret.reveal(), scope="SMTP.Send")
