"""What the doctor says of each token that will not do."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from tests.unit.auth.test_cache import ACCOUNT
from tests.unit.auth.test_outcome import jwt
from tuimail.model.account import Token
from tuimail.model.finding import Verdict
from tuimail.model.secret import Secret
from tuimail.sync.checkup_mailbox import judge_token

NOW = 1_764_000_000.0
GOOD: dict[str, Any] = {
    "aud": "https://outlook.office.com",
    "scp": "IMAP.AccessAsUser.All SMTP.Send",
    "upn": ACCOUNT.username,
    "iat": NOW - 60,
    "exp": NOW + 3600,
}


def token(claims: dict[str, Any], ends: float = NOW + 3600) -> Token:
    return Token(Secret(jwt(**claims)), ends, ACCOUNT.username)


@pytest.mark.parametrize(
    ("claims", "verdict", "says"),
    [
        ({}, Verdict.OK, f"a token for {ACCOUNT.username}, good until "),
        ({"aud": "https://outlook.office365.com/"}, Verdict.OK, "a token for "),
        (
            {"aud": "https://graph.microsoft.com"},
            Verdict.FAIL,
            "the token is for another service than mail (https://graph.microsoft.com)",
        ),
        ({"aud": "00000003-0000-0000-c000-000000000000"}, Verdict.FAIL, "another service"),
        ({"aud": "https://outlook.office365.us"}, Verdict.FAIL, "another service"),
        ({"scp": "SMTP.Send"}, Verdict.FAIL, "the token is not for reading"),
        ({"scp": "IMAP.AccessAsUser.All"}, Verdict.WARN, "the token is not for sending"),
        ({"scp": "User.Read"}, Verdict.FAIL, "the token is not for reading and sending"),
        (
            {"upn": "ben@contoso.com"},
            Verdict.WARN,
            f"the sign-in is for ben@contoso.com, the mailbox is {ACCOUNT.username}",
        ),
        ({"exp": NOW - 1}, Verdict.FAIL, "as the server reckons"),
        ({"iat": NOW + 3600, "exp": NOW + 7200}, Verdict.FAIL, "which is later than now"),
        ({"iat": NOW + 200}, Verdict.OK, "a token for "),
    ],
)
def test_a_token_is_judged_by_its_claims(
    claims: dict[str, Any], verdict: Verdict, says: str
) -> None:
    found = judge_token(token(GOOD | claims), ACCOUNT, NOW)
    assert (found.verdict, says in found.says) == (verdict, True), found.says
    if verdict is not Verdict.OK:
        assert found.problem is not None
        assert found.problem.you_can
        is_a_matter_of_the_clock = "exp" in claims or "iat" in claims
        assert ("clock" in found.problem.you_can) is is_a_matter_of_the_clock
        line = "" if is_a_matter_of_the_clock else f"tuimail --account {ACCOUNT.name} login"
        assert found.problem.command == line


def test_a_token_that_has_ended_here_tells_of_the_clock() -> None:
    found = judge_token(token(GOOD, ends=NOW), ACCOUNT, NOW)
    assert found.verdict is Verdict.FAIL
    assert "the token ended at " in found.says


def test_a_cloud_of_its_own_does_not_take_the_worldwide_clouds_token() -> None:
    """Red when every cloud takes the names of the worldwide one."""
    scopes = tuple(f"https://outlook.office365.us/{name}" for name in ("IMAP.AccessAsUser.All",))
    account = replace(ACCOUNT, scopes=scopes)
    assert judge_token(token(GOOD), account, NOW).verdict is Verdict.FAIL
    own = GOOD | {"aud": "https://outlook.office365.us"}
    assert judge_token(token(own), account, NOW).verdict is Verdict.OK


def test_an_opaque_token_is_taken_as_it_is() -> None:
    opaque = Token(Secret("EwBAA8l6BAAU"), NOW + 3600, ACCOUNT.username)
    found = judge_token(opaque, ACCOUNT, NOW)
    assert found.verdict is Verdict.OK
    assert found.says.startswith("a token is here, good until ")
