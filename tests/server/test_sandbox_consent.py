"""What a tenant thinks of a client, in the sandbox: who may consent, who asks, who declines."""

from __future__ import annotations

import html
import re

import msal
import pytest
import requests

from tests.server.entra_client import (
    OUTLOOK_SCOPES,
    REDIRECT,
    SEND_BY_GRAPH,
    authorize,
    poll,
    post,
    posted,
    public_client,
    redirected,
    refresh,
)
from tuimail.sandbox.entra_directory import ClientApp
from tuimail.sandbox.sandbox import Sandbox
from tuimail.sandbox.tokens import TENANT

ANNA = "anna@contoso.example"
KIM = "kim@outlook.com"
OTHER_CLIENT = "55555555-5555-5555-5555-555555555555"
SMTP_ONLY = OUTLOOK_SCOPES[1]


def ask_admin(
    sandbox: Sandbox, http: requests.Session, scope: str = " ".join(OUTLOOK_SCOPES), **fields: str
) -> requests.Response:
    """An administrator opens the consent address that a client prints."""
    query = {
        "client_id": sandbox.client_id,
        "scope": scope,
        "redirect_uri": "http://localhost",
        "state": "s",
        **fields,
    }
    return http.get(
        f"{sandbox.entra.base}/organizations/v2.0/adminconsent",
        params=query,
        allow_redirects=False,
    )


@pytest.mark.parametrize(
    ("state", "number", "title"),
    [
        ("admin-required", 90094, "Need admin approval"),
        ("request-workflow", 90095, "Approval required"),
    ],
)
def test_a_tenant_that_wants_an_administrator_shows_a_page_with_a_way_back(
    fresh_sandbox: Sandbox, http: requests.Session, state: str, number: int, title: str
) -> None:
    fresh_sandbox.entra.set_consent(state)  # type: ignore[arg-type]
    page = authorize(fresh_sandbox, http)
    assert page.status_code == 200
    assert title in page.text
    assert f"Error Code: {number}" in page.text
    link = re.search(r'href="([^"]+)"', page.text)
    assert link is not None
    back = html.unescape(link[1])
    assert back.startswith(f"{REDIRECT}?error=consent_required&error_description=AADSTS{number}")
    assert back.endswith("&state=abc")


def test_the_blocked_scope_is_imap_and_not_sending(
    fresh_sandbox: Sandbox, http: requests.Session
) -> None:
    fresh_sandbox.entra.set_consent("admin-required")
    assert "code" in redirected(authorize(fresh_sandbox, http, scope=SMTP_ONLY))
    assert "code" in redirected(authorize(fresh_sandbox, http, scope=SEND_BY_GRAPH))
    assert refresh(fresh_sandbox, http, ANNA, SMTP_ONLY).status_code == 200
    assert refresh(fresh_sandbox, http, ANNA).json()["error_codes"] == [65001]


def test_with_a_device_code_only_the_page_tells_of_the_administrator(
    fresh_sandbox: Sandbox, http: requests.Session
) -> None:
    fresh_sandbox.entra.set_consent("admin-required")
    flow = post(fresh_sandbox, http, "devicecode").json()
    form = {"user_code": flow["user_code"], "user": ANNA, "answer": "approve"}
    assert "Need admin approval" in http.post(flow["verification_uri"], data=form).text
    assert poll(fresh_sandbox, http, flow["device_code"]).json()["error_codes"] == [70016]


def test_after_the_administrators_consent_everything_works(
    fresh_sandbox: Sandbox, http: requests.Session
) -> None:
    fresh_sandbox.entra.set_consent("admin-required")
    answer = redirected(ask_admin(fresh_sandbox, http))
    assert answer == {
        "admin_consent": "True",
        "tenant": TENANT,
        "scope": " ".join(OUTLOOK_SCOPES),
        "state": "s",
    }
    assert "code" in redirected(authorize(fresh_sandbox, http))
    assert refresh(fresh_sandbox, http, ANNA).status_code == 200
    more = f"{OUTLOOK_SCOPES[0]} https://graph.microsoft.com/Mail.Read"
    assert "Need admin approval" in authorize(fresh_sandbox, http, scope=more).text


@pytest.mark.parametrize("scope", ["", "https://outlook.office.com/.default"])
def test_consent_to_what_the_registration_lists(
    fresh_sandbox: Sandbox, http: requests.Session, scope: str
) -> None:
    fresh_sandbox.entra.set_consent("admin-required")
    assert redirected(ask_admin(fresh_sandbox, http, scope))["admin_consent"] == "True"
    assert "code" in redirected(authorize(fresh_sandbox, http))


def test_the_first_version_of_the_endpoint_and_the_prompt_consent_too(
    fresh_sandbox: Sandbox, http: requests.Session
) -> None:
    fresh_sandbox.entra.set_consent("admin-required")
    query = {"client_id": fresh_sandbox.client_id, "redirect_uri": "http://localhost"}
    url = f"{fresh_sandbox.authority}/adminconsent"
    assert http.get(url, params=query, allow_redirects=False).status_code == 302
    assert "code" in redirected(authorize(fresh_sandbox, http))
    fresh_sandbox.entra.set_consent("admin-required")
    assert "code" in redirected(authorize(fresh_sandbox, http, prompt="admin_consent"))


def test_an_administrator_may_decline(fresh_sandbox: Sandbox, http: requests.Session) -> None:
    fresh_sandbox.entra.set_consent("admin-required")
    answer = redirected(ask_admin(fresh_sandbox, http, prompt="decline"))
    assert answer["error"] == "consent_required"
    assert answer["error_description"].startswith("AADSTS65004: ")
    assert "Need admin approval" in authorize(fresh_sandbox, http).text


def test_consent_counts_even_where_no_address_leads_back(
    fresh_sandbox: Sandbox, http: requests.Session
) -> None:
    entra = fresh_sandbox.entra
    entra.set_consent("admin-required")
    entra.clients[fresh_sandbox.client_id].redirect_uris = ()
    assert "AADSTS500113" in ask_admin(fresh_sandbox, http).text
    entra.clients[fresh_sandbox.client_id].redirect_uris = ("http://localhost",)
    assert "code" in redirected(authorize(fresh_sandbox, http))


def test_a_request_for_approval_waits_for_the_administrator(
    fresh_sandbox: Sandbox, http: requests.Session
) -> None:
    entra = fresh_sandbox.entra
    entra.set_consent("request-workflow")
    page = authorize(fresh_sandbox, http)
    fields = posted(page)
    assert "Request sent" in http.post(f"{entra.base}/consentrequest", data=fields).text
    assert entra.approval_requests == [(ANNA, fresh_sandbox.client_id)]
    assert "Approval required" in authorize(fresh_sandbox, http).text
    entra.set_consent("granted")
    assert "code" in redirected(authorize(fresh_sandbox, http))


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_a_user_who_presses_cancel_sends_the_refusal_back(
    fresh_sandbox: Sandbox, http: requests.Session, mode: str
) -> None:
    fresh_sandbox.entra.set_consent("declined")
    response = authorize(fresh_sandbox, http, response_mode=mode)
    answer = posted(response) if mode == "form_post" else redirected(response)
    assert answer["error"] == "access_denied"
    assert answer["error_subcode"] == "cancel"
    assert answer["error_description"].startswith("AADSTS65004: User declined to consent")
    assert answer["state"] == "abc"


def test_a_user_who_presses_cancel_on_the_device_page_declines_the_code(
    fresh_sandbox: Sandbox, http: requests.Session
) -> None:
    fresh_sandbox.entra.set_consent("declined")
    flow = post(fresh_sandbox, http, "devicecode").json()
    assert not fresh_sandbox.entra.approve(flow["user_code"])
    answer = poll(fresh_sandbox, http, flow["device_code"]).json()
    assert answer["error"] == "authorization_declined"


def test_where_users_may_consent_a_new_resource_needs_one_sign_in(
    fresh_sandbox: Sandbox, http: requests.Session
) -> None:
    fresh_sandbox.entra.set_consent("user-may-consent")
    cache = msal.TokenCache()
    app = public_client(fresh_sandbox, http, cache)
    flow = app.initiate_auth_code_flow(
        list(OUTLOOK_SCOPES), redirect_uri=REDIRECT, login_hint=ANNA, response_mode="form_post"
    )
    result = app.acquire_token_by_auth_code_flow(flow, posted(http.get(flow["auth_uri"])))
    assert "access_token" in result
    (account,) = app.get_accounts()
    refused = app.acquire_token_silent_with_error([SEND_BY_GRAPH], account)
    assert refused["error_codes"] == [65001]
    assert refused["suberror"] == "consent_required"
    both = " ".join([*OUTLOOK_SCOPES, SEND_BY_GRAPH])
    assert "code" in redirected(authorize(fresh_sandbox, http, scope=both))
    # A new client: msal remembers a refusal for a minute.
    granted = public_client(fresh_sandbox, http, cache).acquire_token_silent_with_error(
        [SEND_BY_GRAPH], account, force_refresh=True
    )
    token = granted["access_token"]
    assert fresh_sandbox.entra.verify(token, scope="Mail.Send") is None
    assert fresh_sandbox.entra.tokens.problem(token, "00000003-0000-0000-c000-000000000000") is None


def test_consent_belongs_to_a_client_and_a_tenant(
    fresh_sandbox: Sandbox, http: requests.Session
) -> None:
    entra = fresh_sandbox.entra
    entra.clients[OTHER_CLIENT] = ClientApp(OTHER_CLIENT, "Another mail client")
    entra.set_consent("admin-required", OTHER_CLIENT)
    assert "code" in redirected(authorize(fresh_sandbox, http))
    refused = authorize(fresh_sandbox, http, client_id=OTHER_CLIENT)
    assert "Another mail client" in refused.text
    personal = authorize(fresh_sandbox, http, "common", client_id=OTHER_CLIENT, login_hint=KIM)
    assert "code" in redirected(personal)


def test_a_state_of_consent_that_does_not_exist_is_refused(fresh_sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="unknown state"):
        fresh_sandbox.entra.set_consent("perhaps")  # type: ignore[arg-type]
