"""Signing in and refreshing against the sandbox's Entra ID, over real TLS."""

from __future__ import annotations

import json
import logging
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.server.signing_in import RememberingPrompt, provider_for, sandbox_account, seed, sign_in
from tests.waiting import wait_until
from tuimail.auth.flow import SignInCancelled
from tuimail.auth.provider import TokenProvider
from tuimail.errors import AuthError, ConsentRequired, SignInRequired, TokenUnavailable
from tuimail.model.account import Token
from tuimail.model.notice import Severity
from tuimail.sandbox.sandbox import COLLEAGUE, OWNER, Sandbox


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "data" / "tokens.json"


@pytest.fixture
def provider(fresh_sandbox: Sandbox, cache: Path) -> Iterator[TokenProvider]:
    with provider_for(sandbox_account(fresh_sandbox), cache) as made:
        yield made


@pytest.fixture
def signed_in(fresh_sandbox: Sandbox, provider: TokenProvider, cache: Path) -> TokenProvider:
    seed(fresh_sandbox, sandbox_account(fresh_sandbox), cache)
    return provider


def got(provider: TokenProvider, *, force: bool = False, min_ttl: float = 300) -> Token:
    return provider.get(force_refresh=force, min_ttl=min_ttl).result(timeout=20)


def refused(provider: TokenProvider, *, force: bool = False) -> AuthError:
    error = provider.get(force_refresh=force).exception(timeout=20)
    assert isinstance(error, AuthError)
    return error


def token_requests(sandbox: Sandbox) -> int:
    return sum(path.endswith("/token") for _, path in sandbox.entra.requests)


# ------------------------------------------------------------------------------------ signing in


def test_a_device_code_is_shown_at_once_and_leads_to_a_token_both_servers_take(
    fresh_sandbox: Sandbox, provider: TokenProvider
) -> None:
    prompt = RememberingPrompt()
    done = provider.sign_in(prompt)
    code = prompt.wait_for_code()
    assert code.verification_uri.startswith("https://")
    assert time.time() < code.expires_on <= time.time() + 900
    assert not done.done()
    fresh_sandbox.entra.approve(code.user_code)
    outcome = prompt.wait_for_end()
    assert (outcome.username, outcome.problem) == (OWNER, None)
    assert done.result(timeout=5) is None
    token = got(provider)
    assert token.username == OWNER
    for scope in ("IMAP.AccessAsUser.All", "SMTP.Send"):
        assert fresh_sandbox.entra.verify(token.secret.reveal(), scope=scope)


def test_the_cache_file_and_its_directory_are_the_owners_alone(
    signed_in: TokenProvider, cache: Path
) -> None:
    assert got(signed_in).username
    assert stat.S_IMODE(cache.stat().st_mode) == 0o600
    assert stat.S_IMODE(cache.parent.stat().st_mode) == 0o700
    assert {path.name for path in cache.parent.iterdir()} == {"tokens.json", "tokens.json.lock"}


def test_a_declined_code_says_so(fresh_sandbox: Sandbox, provider: TokenProvider) -> None:
    prompt = RememberingPrompt()
    done = provider.sign_in(prompt)
    fresh_sandbox.entra.approve(prompt.wait_for_code().user_code, declined=True)
    problem = prompt.wait_for_end().problem
    assert problem is not None
    assert problem.short == "The sign-in was declined."
    assert isinstance(done.exception(timeout=5), SignInRequired)


def test_an_unused_code_ends_with_the_hint_at_blocked_device_codes(
    fresh_sandbox: Sandbox, provider: TokenProvider
) -> None:
    fresh_sandbox.entra.device_code_lifetime = 2
    prompt = RememberingPrompt()
    provider.sign_in(prompt)
    problem = prompt.wait_for_end().problem
    assert problem is not None
    assert problem.short == "The code was not used in time."
    assert "53003" in problem.happened


def test_cancelling_ends_the_wait_at_once(tmp_path: Path, cache: Path) -> None:
    with (
        Sandbox(tmp_path / "slow", device_interval=60) as sandbox,
        provider_for(sandbox_account(sandbox), cache) as provider,
    ):
        prompt = RememberingPrompt()
        done = provider.sign_in(prompt)
        prompt.wait_for_code()
        provider.cancel_sign_in()
        outcome = prompt.wait_for_end(timeout=2)
        assert outcome.problem is not None
        assert outcome.problem.severity is Severity.INFO
        assert isinstance(done.exception(timeout=2), SignInCancelled)


def test_a_new_code_ends_the_wait_for_the_old_one(
    fresh_sandbox: Sandbox, provider: TokenProvider
) -> None:
    first, second = RememberingPrompt(), RememberingPrompt()
    provider.sign_in(first)
    first.wait_for_code()
    provider.sign_in(second)
    assert first.wait_for_end(timeout=5).problem is not None
    fresh_sandbox.entra.approve(second.wait_for_code().user_code)
    assert second.wait_for_end().problem is None


def test_the_wrong_person_is_named_and_leaves_no_token(
    fresh_sandbox: Sandbox, provider: TokenProvider, cache: Path
) -> None:
    outcome = sign_in(fresh_sandbox, provider, COLLEAGUE)
    assert outcome.problem is not None
    assert outcome.problem.short == f"You signed in as {COLLEAGUE}; this account is {OWNER}."
    assert f'username = "{COLLEAGUE}"' in outcome.problem.you_can
    assert not cache.exists()
    assert isinstance(refused(provider), SignInRequired)


def test_the_case_of_the_username_does_not_matter(fresh_sandbox: Sandbox, cache: Path) -> None:
    account = replace(sandbox_account(fresh_sandbox), username=OWNER.upper())
    with provider_for(account, cache) as provider:
        assert sign_in(fresh_sandbox, provider).problem is None
        assert got(provider).username


@pytest.mark.parametrize("failure", ["drop", "unavailable", "garbage"])
def test_a_broken_line_while_waiting_costs_nothing(
    fresh_sandbox: Sandbox, provider: TokenProvider, failure: str
) -> None:
    prompt = RememberingPrompt()
    provider.sign_in(prompt)
    code = prompt.wait_for_code()
    fresh_sandbox.entra.fail_next(failure, 1, "token", retry_after=1)
    before = token_requests(fresh_sandbox)
    wait_until(lambda: token_requests(fresh_sandbox) > before)
    fresh_sandbox.entra.approve(code.user_code)
    assert prompt.wait_for_end().problem is None


def test_a_tenant_that_wants_an_administrator_gets_the_approval_page(
    fresh_sandbox: Sandbox, provider: TokenProvider
) -> None:
    fresh_sandbox.entra.fail_next("admin_consent", 1, "devicecode")
    prompt = RememberingPrompt()
    done = provider.sign_in(prompt)
    problem = prompt.wait_for_end().problem
    assert problem is not None
    assert "administrator" in problem.short
    assert "/v2.0/adminconsent?client_id=" in problem.url
    assert isinstance(done.exception(timeout=5), ConsentRequired)


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        ("ca_blocked", "blocks this sign-in"),
        ("bad_client", "does not know this client id"),
        ("not_public", "public client flows"),
        ("mfa", "second factor"),
    ],
)
def test_a_refusal_while_waiting_is_explained(
    fresh_sandbox: Sandbox, provider: TokenProvider, failure: str, words: str
) -> None:
    fresh_sandbox.entra.fail_next(failure, 1, "token")
    prompt = RememberingPrompt()
    provider.sign_in(prompt)
    problem = prompt.wait_for_end().problem
    assert problem is not None
    assert words in problem.short
    assert "AADSTS" in problem.detail


def test_signing_in_without_a_network_says_so_and_works_later(
    fresh_sandbox: Sandbox, provider: TokenProvider
) -> None:
    fresh_sandbox.cut(sign_in=True)
    prompt = RememberingPrompt()
    done = provider.sign_in(prompt)
    problem = prompt.wait_for_end().problem
    assert problem is not None
    assert "localhost" in problem.short
    assert isinstance(done.exception(timeout=5), TokenUnavailable)
    fresh_sandbox.restore()
    assert sign_in(fresh_sandbox, provider).problem is None


def test_an_unknown_tenant_is_a_matter_of_the_settings(
    fresh_sandbox: Sandbox, provider: TokenProvider
) -> None:
    fresh_sandbox.entra.fail_next("bad_client", 1, "openid-configuration")
    prompt = RememberingPrompt()
    provider.sign_in(prompt)
    problem = prompt.wait_for_end().problem
    assert problem is not None
    assert "client_id" in problem.you_can


# ------------------------------------------------------------------------------------ refreshing


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
    tmp_path: Path, cache: Path
) -> None:
    with (
        Sandbox(tmp_path / "short", device_interval=1, token_lifetime=100) as sandbox,
        provider_for(sandbox_account(sandbox), cache) as provider,
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
    fresh_sandbox.entra.latency = 0.3
    futures = [signed_in.get(force_refresh=True) for _ in range(10)]
    tokens = {future.result(timeout=20).secret for future in futures}
    assert len(tokens) == 1
    assert token_requests(fresh_sandbox) == before + 1


def test_a_caller_that_gives_up_does_not_take_the_answer_from_the_others(
    fresh_sandbox: Sandbox, signed_in: TokenProvider
) -> None:
    fresh_sandbox.entra.latency = 0.3
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


def test_a_refusal_is_remembered_so_that_nothing_asks_in_a_loop(
    fresh_sandbox: Sandbox, signed_in: TokenProvider
) -> None:
    fresh_sandbox.entra.revoke_all()
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
    fresh_sandbox: Sandbox, signed_in: TokenProvider, cache: Path
) -> None:
    token = got(signed_in)
    fresh_sandbox.cut(sign_in=True)
    with provider_for(sandbox_account(fresh_sandbox), cache) as second:
        started = time.monotonic()
        assert got(second) == token
        assert time.monotonic() - started < 1


def test_without_a_network_an_old_token_is_a_passing_failure(
    fresh_sandbox: Sandbox, signed_in: TokenProvider, cache: Path
) -> None:
    fresh_sandbox.cut(sign_in=True)
    with provider_for(sandbox_account(fresh_sandbox), cache) as second:
        assert isinstance(refused(second, force=True), TokenUnavailable)
        assert got(second).username


def test_proxies_and_certificate_variables_do_not_reach_loopback(
    fresh_sandbox: Sandbox, cache: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    empty = tmp_path / "empty.pem"
    empty.write_text("")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, str(empty))
    for name in ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with provider_for(sandbox_account(fresh_sandbox), cache) as provider:
        assert sign_in(fresh_sandbox, provider).problem is None
        assert got(provider, force=True).username


def test_a_certificate_that_does_not_verify_is_named(
    fresh_sandbox: Sandbox, signed_in: TokenProvider, cache: Path
) -> None:
    account = replace(sandbox_account(fresh_sandbox), ca_file=None)
    with provider_for(account, cache) as provider:
        error = refused(provider, force=True)
    assert isinstance(error, TokenUnavailable)
    assert "certificate" in error.message
    assert "ca_file" in error.hint


# --------------------------------------------------------------------------------- more than one


def test_signing_out_forgets_this_account_and_keeps_the_other(
    fresh_sandbox: Sandbox, signed_in: TokenProvider, cache: Path
) -> None:
    with provider_for(sandbox_account(fresh_sandbox, COLLEAGUE, 2), cache) as other:
        seed(fresh_sandbox, sandbox_account(fresh_sandbox, COLLEAGUE, 2), cache)
        signed_in.sign_out().result(timeout=10)
        assert isinstance(refused(signed_in), SignInRequired)
        assert got(other).username == COLLEAGUE
    assert OWNER not in cache.read_text("utf-8")


_REFRESHER = """
import sys
from pathlib import Path
from tuimail.auth.cache import TokenCache
from tuimail.auth.provider import TokenProvider
from tuimail.http import HttpClient
from tuimail.model.account import Account, AccountId, Endpoint
cache, ca_file, client_id, authority, user = sys.argv[1:]
resource = "https://outlook.office.com"
account = Account(
    AccountId(1), "x", user, user, client_id, authority, False,
    (resource + "/IMAP.AccessAsUser.All", resource + "/SMTP.Send"),
    Endpoint("localhost", 1), Endpoint("localhost", 1), Path(ca_file),
)
http = HttpClient(account.ca_file)
for _ in range(10):
    # A new provider each time, so that every turn goes to the network and to the file.
    provider = TokenProvider(account, TokenCache.open(Path(cache)), http)
    last = provider.get(min_ttl=9999).result(60)
print(last.secret.reveal())
"""


def test_two_processes_that_share_the_cache_do_not_undo_each_others_work(
    fresh_sandbox: Sandbox, signed_in: TokenProvider, cache: Path
) -> None:
    with provider_for(sandbox_account(fresh_sandbox, COLLEAGUE, 2), cache) as other:
        seed(fresh_sandbox, sandbox_account(fresh_sandbox, COLLEAGUE, 2), cache)
        processes = [
            subprocess.Popen(
                [
                    *(sys.executable, "-c", _REFRESHER, str(cache), str(fresh_sandbox.ca_file)),
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
    assert len(json.loads(cache.read_text("utf-8"))["Account"]) == 2


def test_a_sign_in_of_another_process_is_noticed(
    fresh_sandbox: Sandbox, signed_in: TokenProvider, cache: Path
) -> None:
    fresh_sandbox.entra.revoke_all()
    assert isinstance(refused(signed_in, force=True), SignInRequired)
    with provider_for(sandbox_account(fresh_sandbox), cache) as other:
        assert sign_in(fresh_sandbox, other).problem is None
    token = got(signed_in, force=True)
    assert fresh_sandbox.entra.verify(token.secret.reveal(), scope="SMTP.Send")


# -------------------------------------------------------------------------------------- secrets


def test_no_log_line_exception_or_repr_holds_a_secret(
    fresh_sandbox: Sandbox,
    provider: TokenProvider,
    cache: Path,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    assert sign_in(fresh_sandbox, provider).problem is None
    shown = [repr(got(provider))]
    for failure in ("garbage", "revoked", "drop", "unavailable"):
        fresh_sandbox.entra.fail_next(failure, 2, "token")
        provider.retry()
        error = refused(provider, force=True)
        shown += [repr(error), error.hint, error.detail]
        assert error.__cause__ is None
        assert error.__context__ is None
    shown += [record.getMessage() for record in caplog.records]
    entries = json.loads(cache.read_text("utf-8"))
    secrets = [
        entry["secret"]
        for kind in ("AccessToken", "RefreshToken", "IdToken")
        for entry in entries[kind].values()
    ]
    assert len(secrets) == 3
    for secret in secrets:
        assert not any(secret[:40] in text for text in shown)
    assert not any(record.name.split(".")[0] in ("msal", "urllib3") for record in caplog.records)
