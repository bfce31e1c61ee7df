"""What a fresh token tells before a server refuses it without a reason."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import replace
from typing import Any

import pytest

from tests.unit.auth.test_cache import ACCOUNT
from tuimail.auth.outcome import (
    error_from_answer,
    notice_from,
    objection,
    signed_in_name,
    token_claims,
)
from tuimail.errors import ConsentRequired, SignInRequired, TokenUnavailable


def jwt(**claims: Any) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"eyJhbGciOiJub25lIn0.{payload}.c2ln"


GOOD = {
    "aud": "https://outlook.office.com",
    "scp": "IMAP.AccessAsUser.All SMTP.Send",
    "upn": ACCOUNT.username,
}


@pytest.mark.parametrize(
    "claims",
    [
        GOOD,
        GOOD | {"aud": "https://outlook.office365.com/"},
        GOOD | {"aud": "00000002-0000-0ff1-ce00-000000000000"},
        GOOD | {"scp": "IMAP.AccessAsUser.All"},
        GOOD | {"upn": ACCOUNT.username.upper()},
        {},
    ],
)
def test_a_token_for_this_mailbox_is_taken(claims: dict[str, str]) -> None:
    assert objection({"access_token": jwt(**claims)}, ACCOUNT) is None


def test_an_opaque_token_is_taken() -> None:
    assert objection({"access_token": "EwBAA8l6BAAU"}, ACCOUNT) is None


@pytest.mark.parametrize(
    ("claims", "words"),
    [
        (GOOD | {"upn": "bob@contoso.com"}, "You signed in as bob@contoso.com"),
        (GOOD | {"aud": "00000003-0000-0000-c000-000000000000"}, "another service"),
        (GOOD | {"aud": "https://graph.microsoft.com"}, "another service"),
        (GOOD | {"aud": "https://outlook.office365.us"}, "another service"),
        (GOOD | {"scp": "SMTP.Send User.Read"}, "Reading mail was not allowed"),
    ],
)
def test_a_token_for_something_else_is_explained(claims: dict[str, str], words: str) -> None:
    error = objection({"access_token": jwt(**claims)}, ACCOUNT)
    assert error is not None
    assert words in error.message
    assert error.hint


def test_a_cloud_of_its_own_has_its_own_audience() -> None:
    account = replace(ACCOUNT, scopes=("https://outlook.office365.us/IMAP.AccessAsUser.All",))
    token = jwt(**GOOD | {"aud": "https://outlook.office365.us"})
    assert objection({"access_token": token}, account) is None


def test_the_id_tokens_name_comes_first_and_is_clean() -> None:
    answer = {"id_token_claims": {"preferred_username": "a\x1b@b"}, "access_token": jwt(**GOOD)}
    assert signed_in_name(answer) == "a@b"


@pytest.mark.parametrize("token", ["", "a.b", "a.b.c", "a.!!.c", "a.e30.c.d", f"a.{'W10'}.c"])
def test_what_is_no_jwt_has_no_claims(token: str) -> None:
    assert token_claims(token) == {}


def test_errors_carry_entras_words_and_the_way_out() -> None:
    said = "AADSTS90094: Admin. Trace ID: t Correlation ID: c"
    error = error_from_answer({"error": "x", "error_description": said}, ACCOUNT)
    assert isinstance(error, ConsentRequired)
    assert error.url.startswith("https://login.microsoftonline.com/organizations/v2.0/adminconsent")
    assert "Correlation ID: c" in error.detail
    notice = notice_from(error, ACCOUNT)
    assert notice.url == error.url
    assert notice.you_can


def test_an_unknown_refusal_asks_for_a_sign_in_and_a_busy_service_does_not() -> None:
    unknown = error_from_answer({"error": "odd", "error_description": "\x1b[31mword"}, ACCOUNT)
    assert type(unknown) is SignInRequired
    assert unknown.detail == "odd [31mword"
    busy = error_from_answer({"error": "temporarily_unavailable"}, ACCOUNT)
    assert type(busy) is TokenUnavailable


def test_a_failed_line_is_told_in_its_own_words() -> None:
    notice = notice_from(TokenUnavailable("The line broke.", detail="reset"), ACCOUNT)
    assert notice.short == "The line broke."
    assert notice.detail == "reset"


def test_a_fresh_token_that_has_ended_already_tells_of_a_wrong_clock() -> None:
    """RFC 7519, 4.1.4: `exp` is compared with this computer's clock."""
    now = time.time()
    good = objection({"access_token": jwt(**GOOD, exp=int(now) + 3600)}, ACCOUNT)
    assert good is None
    ended = objection({"access_token": jwt(**GOOD, exp=int(now) - 1)}, ACCOUNT)
    assert ended is not None
    assert "clock" in ended.message
