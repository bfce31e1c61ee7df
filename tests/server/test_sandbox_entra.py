"""The sandbox's Entra ID, used by msal and by plain HTTP."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path

import msal
import pytest
import requests
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.server.entra_client import OUTLOOK_SCOPES, poll, public_client
from tuimail.sandbox.sandbox import Sandbox

ANNA = "anna@contoso.example"
BEN = "ben@contoso.example"
SCOPES = list(OUTLOOK_SCOPES)


def test_device_code_sign_in(fresh_sandbox: Sandbox, http: requests.Session) -> None:
    app = public_client(fresh_sandbox, http)
    flow = app.initiate_device_flow(SCOPES)
    assert flow["interval"] == 1
    assert fresh_sandbox.entra.pending_user_codes() == [flow["user_code"]]
    page = http.get(flow["verification_uri"])
    assert page.headers["Content-Type"].startswith("text/html")
    assert "Enter the code that tuimail shows." in page.text
    assert f"<option>{BEN}</option>" in page.text
    form = {"user_code": flow["user_code"].lower(), "user": BEN, "answer": "approve"}
    assert http.post(flow["verification_uri"], data=form).status_code == 200
    result = app.acquire_token_by_device_flow(flow)
    claims = fresh_sandbox.entra.verify(result["access_token"], scope="SMTP.Send")
    assert claims is not None
    assert claims.user == BEN
    assert result["id_token_claims"]["preferred_username"] == BEN
    assert fresh_sandbox.entra.pending_user_codes() == []


def test_a_code_can_be_declined_or_unknown(fresh_sandbox: Sandbox, http: requests.Session) -> None:
    app = public_client(fresh_sandbox, http)
    flow = app.initiate_device_flow(SCOPES)
    unknown = http.post(flow["verification_uri"], data={"user_code": "WRONG"})
    assert unknown.status_code == 404
    http.post(flow["verification_uri"], data={"user_code": flow["user_code"], "answer": "decline"})
    result = app.acquire_token_by_device_flow(flow)
    assert result["error"] == "authorization_declined"


def test_polling_too_early_or_too_late(fresh_sandbox: Sandbox, http: requests.Session) -> None:
    app = public_client(fresh_sandbox, http)
    flow = app.initiate_device_flow(SCOPES)
    pending = poll(fresh_sandbox, http, flow["device_code"]).json()
    assert pending["error"] == "authorization_pending"
    assert pending["error_codes"] == [70016]
    assert re.match(
        r"AADSTS70016: OAuth 2\.0 device flow error\. Authorization is pending\. Continue "
        r"polling\. Trace ID: \S+ Correlation ID: \S+ Timestamp: ",
        str(pending["error_description"]),
    )
    fresh_sandbox.entra.device_code_lifetime = -1
    late = app.initiate_device_flow(SCOPES)
    assert poll(fresh_sandbox, http, late["device_code"]).json()["error"] == "expired_token"


def sign_in(sandbox: Sandbox, http: requests.Session, cache: msal.TokenCache) -> None:
    app = public_client(sandbox, http, cache)
    flow = app.initiate_device_flow(SCOPES)
    sandbox.entra.approve(flow["user_code"], ANNA)
    assert "access_token" in app.acquire_token_by_device_flow(flow)


def refresh(sandbox: Sandbox, http: requests.Session, cache: msal.TokenCache) -> dict[str, object]:
    app = public_client(sandbox, http, cache)
    (account,) = app.get_accounts()
    result: dict[str, object] = app.acquire_token_silent_with_error(
        SCOPES, account, force_refresh=True
    )
    return result


def test_refresh_gives_a_new_token_and_failures_come_with_their_bodies(
    fresh_sandbox: Sandbox, http: requests.Session
) -> None:
    cache = msal.TokenCache()
    sign_in(fresh_sandbox, http, cache)
    first = refresh(fresh_sandbox, http, cache)
    assert first["access_token"] != refresh(fresh_sandbox, http, cache)["access_token"]
    expected = {
        "refresh_expired": ("invalid_grant", 700082),
        "sign_in_frequency": ("invalid_grant", 70043),
        "mfa": ("invalid_grant", 50076),
        "ca_blocked": ("invalid_grant", 53003),
        "consent": ("invalid_grant", 65001),
        "admin_consent": ("consent_required", 90094),
        "not_public": ("invalid_client", 7000218),
    }
    for name, (error, number) in expected.items():
        fresh_sandbox.entra.fail_next(name)
        result = refresh(fresh_sandbox, http, cache)
        assert (result["error"], result["error_codes"]) == (error, [number])
    assert "access_token" in refresh(fresh_sandbox, http, cache)


def test_revoking_ends_refresh_tokens(fresh_sandbox: Sandbox, http: requests.Session) -> None:
    cache = msal.TokenCache()
    sign_in(fresh_sandbox, http, cache)
    fresh_sandbox.entra.revoke_all()
    assert refresh(fresh_sandbox, http, cache)["error_codes"] == [50173]


def test_an_unknown_client_is_refused(fresh_sandbox: Sandbox, http: requests.Session) -> None:
    app = msal.PublicClientApplication(
        "33333333-3333-3333-3333-333333333333",
        authority=fresh_sandbox.authority,
        instance_discovery=False,
        http_client=http,
    )
    assert app.initiate_device_flow(SCOPES)["error_codes"] == [700016]


def test_outages_throttles_drops_and_captive_portals(
    fresh_sandbox: Sandbox, http: requests.Session
) -> None:
    entra = fresh_sandbox.entra
    url = f"{fresh_sandbox.authority}/oauth2/v2.0/devicecode"
    body = {"client_id": fresh_sandbox.client_id, "scope": " ".join(SCOPES)}
    entra.fail_next("unavailable", 2, "devicecode")
    assert [http.post(url, data=body).status_code for _ in range(3)] == [503, 503, 200]
    entra.fail_next("throttled", endpoint="devicecode", retry_after=7)
    throttled = http.post(url, data=body)
    assert (throttled.status_code, throttled.headers["Retry-After"]) == (429, "7")
    entra.fail_next("garbage", endpoint="devicecode")
    assert http.post(url, data=body).text == "<html>captive portal</html>"
    entra.fail_next("drop", endpoint="devicecode")
    with pytest.raises(requests.ConnectionError):
        http.post(url, data=body)
    with pytest.raises(ValueError, match="unknown failure"):
        entra.fail_next("no such failure")


def test_browser_sign_in_with_pkce(fresh_sandbox: Sandbox, http: requests.Session) -> None:
    app = public_client(fresh_sandbox, http)
    flow = app.initiate_auth_code_flow(
        SCOPES, redirect_uri="http://localhost:1", login_hint=BEN, response_mode="form_post"
    )
    page = http.get(flow["auth_uri"]).text
    fields = dict(re.findall(r'name="([^"]+)" value="([^"]*)"', page))
    assert fields["state"] == flow["state"]
    result = app.acquire_token_by_auth_code_flow(flow, fields)
    assert result["id_token_claims"]["preferred_username"] == BEN
    again = app.acquire_token_by_auth_code_flow(flow, fields)
    assert again["error"] == "invalid_grant"


def test_a_token_for_another_resource_does_not_open_the_mailbox(
    fresh_sandbox: Sandbox, http: requests.Session
) -> None:
    app = public_client(fresh_sandbox, http)
    flow = app.initiate_device_flow(["IMAP.AccessAsUser.All"])
    fresh_sandbox.entra.approve(flow["user_code"])
    token = app.acquire_token_by_device_flow(flow)["access_token"]
    assert fresh_sandbox.entra.verify(token, scope="IMAP.AccessAsUser.All") is None


def test_the_public_key_for_dovecot_verifies_the_token(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    prefix = fresh_sandbox.entra.write_dovecot_keys(tmp_path / "keys")
    pem = (prefix / "default" / "RS256" / "k1").read_bytes()
    key = serialization.load_pem_public_key(pem)
    assert isinstance(key, rsa.RSAPublicKey)
    header, payload, signature = fresh_sandbox.entra.mint(ANNA).split(".")
    key.verify(
        base64.urlsafe_b64decode(signature + "=="),
        f"{header}.{payload}".encode(),
        padding.PKCS1v15(),
        hashes.SHA256(),
    )
    claims = json.loads(base64.urlsafe_b64decode(payload + "=="))
    assert claims["aud"] == "https://outlook.office.com"
    assert claims["preferred_username"] == claims["upn"] == ANNA
    assert claims["exp"] - claims["nbf"] >= 3600
    assert {"iat", "sub", "tid", "ver", "scp", "shared_mailbox"} <= set(claims)
