"""Signing in against the sandbox's Entra ID, over real TLS."""

from __future__ import annotations

import json
import logging
import stat
import time
from dataclasses import replace
from pathlib import Path

import pytest

from tests.server.signing_in import (
    RememberingPrompt,
    got,
    provider_for,
    refused,
    sandbox_account,
    sign_in,
    token_requests,
)
from tests.waiting import wait_until
from tuimail.auth.attempt import SignInCancelled
from tuimail.auth.provider import TokenProvider
from tuimail.errors import ConsentRequired, SignInRequired, TokenUnavailable
from tuimail.model.notice import Severity
from tuimail.sandbox.sandbox import COLLEAGUE, OWNER, Sandbox


def test_a_device_code_is_shown_at_once_and_leads_to_a_token_both_servers_take(
    fresh_sandbox: Sandbox, provider: TokenProvider
) -> None:
    prompt = RememberingPrompt()
    done = provider.sign_in.begin(prompt)
    code = prompt.wait_for_code()
    assert code.verification_uri.startswith("https://")
    assert time.time() < code.expires_on <= time.time() + 900
    assert not done.done()
    fresh_sandbox.entra.approve(code.user_code)
    outcome = prompt.wait_for_end()
    assert (outcome.username, outcome.problem) == (OWNER, None)
    assert done.result(timeout=30) is None
    token = got(provider)
    assert token.username == OWNER
    for scope in ("IMAP.AccessAsUser.All", "SMTP.Send"):
        assert fresh_sandbox.entra.verify(token.secret.reveal(), scope=scope)


def test_the_cache_file_and_its_directory_are_the_owners_alone(
    signed_in: TokenProvider, token_file: Path
) -> None:
    assert got(signed_in).username
    assert stat.S_IMODE(token_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(token_file.parent.stat().st_mode) == 0o700
    assert {path.name for path in token_file.parent.iterdir()} == {
        "tokens.json",
        "tokens.json.lock",
    }


def test_a_declined_code_says_so(fresh_sandbox: Sandbox, provider: TokenProvider) -> None:
    prompt = RememberingPrompt()
    done = provider.sign_in.begin(prompt)
    fresh_sandbox.entra.approve(prompt.wait_for_code().user_code, declined=True)
    problem = prompt.wait_for_end().problem
    assert problem is not None
    assert problem.short == "The sign-in was declined."
    assert isinstance(done.exception(timeout=30), SignInRequired)


def test_an_unused_code_ends_with_the_hint_at_blocked_device_codes(
    fresh_sandbox: Sandbox, provider: TokenProvider
) -> None:
    fresh_sandbox.entra.device_code_lifetime = 2
    prompt = RememberingPrompt()
    provider.sign_in.begin(prompt)
    problem = prompt.wait_for_end().problem
    assert problem is not None
    assert problem.short == "The code was not used in time."
    assert "53003" in problem.happened


def test_cancelling_ends_the_wait_at_once(tmp_path: Path, token_file: Path) -> None:
    with (
        Sandbox(tmp_path / "slow", device_interval=60) as sandbox,
        provider_for(sandbox_account(sandbox), token_file) as provider,
    ):
        prompt = RememberingPrompt()
        done = provider.sign_in.begin(prompt)
        prompt.wait_for_code()
        provider.sign_in.cancel()
        outcome = prompt.wait_for_end(timeout=30)
        assert outcome.problem is not None
        assert outcome.problem.severity is Severity.INFO
        assert isinstance(done.exception(timeout=30), SignInCancelled)


def test_a_new_code_ends_the_wait_for_the_old_one(
    fresh_sandbox: Sandbox, provider: TokenProvider
) -> None:
    first, second = RememberingPrompt(), RememberingPrompt()
    provider.sign_in.begin(first)
    first.wait_for_code()
    provider.sign_in.begin(second)
    assert first.wait_for_end(timeout=30).problem is not None
    fresh_sandbox.entra.approve(second.wait_for_code().user_code)
    assert second.wait_for_end().problem is None


def test_the_wrong_person_is_named_and_leaves_no_token(
    fresh_sandbox: Sandbox, provider: TokenProvider, token_file: Path
) -> None:
    outcome = sign_in(fresh_sandbox, provider, COLLEAGUE)
    assert outcome.problem is not None
    assert outcome.problem.short == f"You signed in as {COLLEAGUE}; this account is {OWNER}."
    assert f'username = "{COLLEAGUE}"' in outcome.problem.you_can
    assert not token_file.exists()
    assert isinstance(refused(provider), SignInRequired)


def test_the_case_of_the_username_does_not_matter(fresh_sandbox: Sandbox, token_file: Path) -> None:
    account = replace(sandbox_account(fresh_sandbox), username=OWNER.upper())
    with provider_for(account, token_file) as provider:
        assert sign_in(fresh_sandbox, provider).problem is None
        assert got(provider).username


@pytest.mark.parametrize("failure", ["drop", "unavailable", "garbage"])
def test_a_broken_line_while_waiting_costs_nothing(
    fresh_sandbox: Sandbox, provider: TokenProvider, failure: str
) -> None:
    prompt = RememberingPrompt()
    provider.sign_in.begin(prompt)
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
    done = provider.sign_in.begin(prompt)
    problem = prompt.wait_for_end().problem
    assert problem is not None
    assert "administrator" in problem.short
    assert "/v2.0/adminconsent?client_id=" in problem.url
    assert isinstance(done.exception(timeout=30), ConsentRequired)


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
    provider.sign_in.begin(prompt)
    problem = prompt.wait_for_end().problem
    assert problem is not None
    assert words in problem.short
    assert "AADSTS" in problem.detail


def test_signing_in_without_a_network_says_so_and_works_later(
    fresh_sandbox: Sandbox, provider: TokenProvider
) -> None:
    fresh_sandbox.cut(sign_in=True)
    prompt = RememberingPrompt()
    done = provider.sign_in.begin(prompt)
    problem = prompt.wait_for_end().problem
    assert problem is not None
    assert "localhost" in problem.short
    assert isinstance(done.exception(timeout=30), TokenUnavailable)
    fresh_sandbox.restore()
    assert sign_in(fresh_sandbox, provider).problem is None


def test_an_unknown_tenant_is_a_matter_of_the_settings(
    fresh_sandbox: Sandbox, provider: TokenProvider
) -> None:
    fresh_sandbox.entra.fail_next("bad_client", 1, "openid-configuration")
    prompt = RememberingPrompt()
    provider.sign_in.begin(prompt)
    problem = prompt.wait_for_end().problem
    assert problem is not None
    assert "client_id" in problem.you_can


def test_no_log_line_exception_or_repr_holds_a_secret(
    fresh_sandbox: Sandbox,
    provider: TokenProvider,
    token_file: Path,
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
    entries = json.loads(token_file.read_text("utf-8"))
    secrets = [
        entry["secret"]
        for kind in ("AccessToken", "RefreshToken", "IdToken")
        for entry in entries[kind].values()
    ]
    assert len(secrets) == 3
    for secret in secrets:
        assert not any(secret[:40] in text for text in shown)
    assert not any(record.name.split(".")[0] in ("msal", "urllib3") for record in caplog.records)
