"""Every error of the sandbox's Entra ID: its body, and the endpoint and situation it belongs to."""

from __future__ import annotations

import re
import socket
from collections.abc import Callable

import pytest
import requests

from tests.server.entra_client import (
    DEVICE_GRANT,
    OUTLOOK_SCOPES,
    REDIRECT,
    SEND_BY_GRAPH,
    authorize,
    poll,
    post,
    posted,
    redirected,
    refresh,
)
from tests.server.sandbox_fixture import tls_context
from tuimail.sandbox.entra_directory import CONSUMERS, Tenant
from tuimail.sandbox.entra_errors import ERRORS, error_named
from tuimail.sandbox.sandbox import Sandbox

ANNA = "anna@contoso.example"
BEN = "ben@contoso.example"
KIM = "kim@outlook.com"
OTHER_TENANT = "44444444-4444-4444-4444-444444444444"
CATALOGUE = {
    *(65001, 90094, 90095, 65004, 65005, 650056, 650057, 700016, 7000112, 70001, 700011, 7000218),
    *(7000215, 7000222, 700025, 50011, 500113, 900971, 50194, 50020, 16000, 50034, 51004, 500208),
    *(90072, 9002332, 90002, 90038, 50105, 50076, 50079, 50072, 50074, 50078, 50158, 53000, 53001),
    *(53002, 530003, 53003, 530032, 530035, 50005, 50097, 50053, 50055, 50057, 50126, 50058, 70016),
    *(70018, 70019, 70008, 700082, 70043, 50173, 50132, 50133, 50089, 54005, 50196, 90055, 50087),
    *(90033, 50033, 90024, 50199, 65006, 700022, 70011),
}


def check_body(body: dict[str, object], name: str) -> None:
    """The shape of an error body, and that it is this error's."""
    error = ERRORS[name]
    assert body["error"] == error.error
    assert body["error_codes"] == [error.number]
    assert body.get("suberror", "") == error.suberror
    assert body["error_uri"] == f"https://login.microsoftonline.com/error?code={error.number}"
    assert re.fullmatch(
        rf"AADSTS{error.number}: [^{{}}]+ Trace ID: {body['trace_id']} Correlation ID: "
        rf"{body['correlation_id']} Timestamp: \d{{4}}-\d\d-\d\d \d\d:\d\d:\d\dZ",
        str(body["error_description"]),
    )
    assert str(body["error_description"]).endswith(str(body["timestamp"]))


def test_every_number_of_the_catalogue_has_its_error() -> None:
    assert {error.number for error in ERRORS.values()} >= CATALOGUE
    assert all(error_named(str(error.number)).number == error.number for error in ERRORS.values())


@pytest.mark.parametrize("name", ERRORS)
def test_every_error_has_its_body_at_refresh(
    fresh_sandbox: Sandbox, http: requests.Session, name: str
) -> None:
    fresh_sandbox.entra.fail_next(name)
    response = refresh(fresh_sandbox, http, ANNA)
    assert response.status_code == ERRORS[name].status
    check_body(response.json(), name)


@pytest.mark.parametrize("endpoint", ["devicecode", "token"])
@pytest.mark.parametrize("number", ["53003", "700016", "50196"])
def test_an_error_can_be_asked_for_by_number_at_any_endpoint(
    fresh_sandbox: Sandbox, http: requests.Session, number: str, endpoint: str
) -> None:
    fresh_sandbox.entra.fail_next(number, endpoint=endpoint)
    check_body(post(fresh_sandbox, http, endpoint).json(), error_named(number).name)


@pytest.mark.parametrize("name", [name for name, error in ERRORS.items() if error.status < 429])
def test_every_error_ends_a_browser_sign_in_on_a_page_or_back_at_the_client(
    fresh_sandbox: Sandbox, http: requests.Session, name: str
) -> None:
    fresh_sandbox.entra.refuse[ANNA] = f"{name}@browser"
    response = authorize(fresh_sandbox, http)
    error = ERRORS[name]
    if error.redirect:
        answer = redirected(response)
        assert answer["error"] == error.redirect
        assert answer["error_description"].startswith(f"AADSTS{error.number}: ")
        assert answer["state"] == "abc"
    else:
        assert response.status_code == 200
        assert f"Error Code: {error.number}" in response.text
        assert error.page.partition("'")[0] in response.text
    form = authorize(fresh_sandbox, http, response_mode="form_post", login_hint=BEN)
    assert "code" in posted(form)


def test_a_device_code_that_a_policy_blocks_stays_pending_until_it_expires(
    fresh_sandbox: Sandbox, http: requests.Session
) -> None:
    entra = fresh_sandbox.entra
    entra.refuse[ANNA] = "ca_blocked@device"
    flow = post(fresh_sandbox, http, "devicecode").json()
    form = {"user_code": flow["user_code"], "user": ANNA, "answer": "approve"}
    page = http.post(flow["verification_uri"], data=form)
    assert "Error Code: 53003" in page.text
    assert "does not meet the criteria to access this resource" in page.text
    assert poll(fresh_sandbox, http, flow["device_code"]).json()["error"] == "authorization_pending"
    entra.device_code_lifetime = -1
    assert poll(fresh_sandbox, http, flow["device_code"]).json()["error"] == "expired_token"
    assert "code" in redirected(authorize(fresh_sandbox, http))
    assert refresh(fresh_sandbox, http, ANNA).status_code == 200


@pytest.mark.parametrize("choice", ["mfa", "50076", "mfa@refresh"])
def test_an_account_is_refused_until_the_switch_is_reset(
    fresh_sandbox: Sandbox, http: requests.Session, choice: str
) -> None:
    fresh_sandbox.entra.refuse[ANNA] = choice
    for _ in range(2):
        check_body(refresh(fresh_sandbox, http, ANNA).json(), "mfa")
    assert refresh(fresh_sandbox, http, BEN).status_code == 200
    del fresh_sandbox.entra.refuse[ANNA]
    assert refresh(fresh_sandbox, http, ANNA).status_code == 200
    fresh_sandbox.entra.refuse["*"] = choice
    assert refresh(fresh_sandbox, http, BEN).status_code == 400


@pytest.mark.parametrize("choice", ["no such error", "53003@desk"])
def test_a_refusal_that_does_not_exist_is_refused_when_it_is_set(
    fresh_sandbox: Sandbox, choice: str
) -> None:
    with pytest.raises(ValueError, match="unknown"):
        fresh_sandbox.entra.refuse[ANNA] = choice


Change = Callable[[Sandbox], object]


def change(**attributes: object) -> Change:
    """Change the registration of the usual client."""

    def apply(sandbox: Sandbox) -> None:
        for name, value in attributes.items():
            setattr(sandbox.entra.clients[sandbox.client_id], name, value)

    return apply


@pytest.mark.parametrize(
    ("prepare", "tenant", "fields", "name"),
    [
        (change(), "", {"client_id": "33333333-3333-3333-3333-333333333333"}, "bad_client"),
        (change(disabled=True), "", {}, "client_disabled"),
        (change(tenant=OTHER_TENANT), "common", {}, "single_tenant"),
        (change(tenant=OTHER_TENANT), "", {}, "bad_client"),
        (change(audience="organizations"), "consumers", {}, "organizations_only"),
        (change(audience="consumers"), "organizations", {}, "consumers_only"),
        (change(), "nowhere.example", {}, "unknown_tenant"),
        (change(), OTHER_TENANT, {}, "other_cloud"),
        (change(), "", {"scope": f"{OUTLOOK_SCOPES[1]} {SEND_BY_GRAPH}"}, "multiple_resources"),
        (change(), "", {"scope": "https://vault.example/Read"}, "resource_not_listed"),
        (change(resources=()), "", {}, "resource_not_listed"),
        (
            change(),
            "",
            {"scope": f"https://outlook.office.com/.default {OUTLOOK_SCOPES[1]}"},
            "wrong_resource",
        ),
    ],
)
def test_what_is_wrong_with_a_device_code_request(
    fresh_sandbox: Sandbox,
    http: requests.Session,
    prepare: Change,
    tenant: str,
    fields: dict[str, str],
    name: str,
) -> None:
    elsewhere = Tenant(OTHER_TENANT, "Fabrikam", ("fabrikam.example",), elsewhere=True)
    fresh_sandbox.entra.tenants[OTHER_TENANT] = elsewhere
    prepare(fresh_sandbox)
    response = post(fresh_sandbox, http, "devicecode", tenant, **fields)
    assert response.status_code == 400
    check_body(response.json(), name)


@pytest.mark.parametrize(
    ("prepare", "fields", "name"),
    [
        (change(public=False, secret="s"), {}, "not_public"),
        (change(public=False, secret="s"), {"client_secret": "x"}, "bad_secret"),
        (
            change(public=False, secret="s", secret_expired=True),
            {"client_secret": "s"},
            "secret_expired",
        ),
        (change(), {"client_secret": "s"}, "public_with_secret"),
        (change(), {"grant_type": "password"}, "unsupported_grant"),
        (change(), {"grant_type": "authorization_code", "code": "x"}, "bad_code"),
        (change(), {"grant_type": DEVICE_GRANT, "device_code": "x"}, "bad_verification_code"),
        (change(), {"refresh_token": "x"}, "revoked"),
        (change(disabled=True), {}, "client_disabled"),
    ],
)
def test_what_is_wrong_with_a_token_request(
    fresh_sandbox: Sandbox,
    http: requests.Session,
    prepare: Change,
    fields: dict[str, str],
    name: str,
) -> None:
    prepare(fresh_sandbox)
    response = refresh(fresh_sandbox, http, ANNA, **fields)
    assert response.status_code == ERRORS[name].status
    check_body(response.json(), name)


@pytest.mark.parametrize(
    ("prepare", "tenant", "fields", "number"),
    [
        (change(), "", {"redirect_uri": "https://evil.example/"}, 50011),
        (change(), "", {"redirect_uri": f"{REDIRECT}/deep"}, 50011),
        (change(redirect_uris=()), "", {}, 500113),
        (change(), "", {"redirect_uri": ""}, 900971),
        (change(), "", {"client_id": "unknown"}, 700016),
        (change(), "", {"login_hint": KIM}, 50020),
        (change(), "organizations", {"login_hint": KIM}, 500208),
        (change(), "consumers", {"login_hint": ANNA}, 500208),
        (change(audience="organizations"), "consumers", {"login_hint": KIM}, 9002332),
        (change(tenant=OTHER_TENANT), "common", {}, 50194),
        (lambda sandbox: sandbox.entra.disabled.add(ANNA), "", {}, 50057),
        (change(), OTHER_TENANT, {}, 50034),
    ],
)
def test_what_ends_a_browser_sign_in_on_a_page(
    fresh_sandbox: Sandbox,
    http: requests.Session,
    prepare: Change,
    tenant: str,
    fields: dict[str, str],
    number: int,
) -> None:
    fresh_sandbox.entra.tenants[OTHER_TENANT] = Tenant(OTHER_TENANT, "Fabrikam")
    prepare(fresh_sandbox)
    response = authorize(fresh_sandbox, http, tenant, **fields)
    assert response.status_code == 200
    assert f"AADSTS{number}" in response.text


def test_a_silent_browser_sign_in_comes_back_with_login_required(
    fresh_sandbox: Sandbox, http: requests.Session
) -> None:
    answer = redirected(authorize(fresh_sandbox, http, prompt="none"))
    assert answer["error"] == "login_required"
    assert answer["error_description"].startswith("AADSTS50058: ")


@pytest.mark.parametrize("tenant", ["common", "consumers", CONSUMERS])
def test_a_personal_account_signs_in_where_it_belongs(
    fresh_sandbox: Sandbox, http: requests.Session, tenant: str
) -> None:
    answer = redirected(authorize(fresh_sandbox, http, tenant, login_hint=KIM))
    form = {"grant_type": "authorization_code", "code": answer["code"], "redirect_uri": REDIRECT}
    assert post(fresh_sandbox, http, "token", tenant, **form).status_code == 200
    again = post(fresh_sandbox, http, "token", tenant, **form)
    check_body(again.json(), "code_redeemed")


@pytest.mark.parametrize(
    ("switch", "name"),
    [("refresh_lifetime", "refresh_expired"), ("sign_in_frequency", "sign_in_frequency")],
)
def test_refresh_tokens_age(
    fresh_sandbox: Sandbox, http: requests.Session, switch: str, name: str
) -> None:
    setattr(fresh_sandbox.entra, switch, 3600.0)
    assert refresh(fresh_sandbox, http, ANNA).status_code == 200
    setattr(fresh_sandbox.entra, switch, -1.0)
    check_body(refresh(fresh_sandbox, http, ANNA).json(), name)


def test_one_account_can_be_revoked(fresh_sandbox: Sandbox, http: requests.Session) -> None:
    grants = {
        user: str(fresh_sandbox.entra.grant(user, fresh_sandbox.client_id, "x/y")["refresh_token"])
        for user in (ANNA, BEN)
    }
    fresh_sandbox.entra.revoke(ANNA)
    gone = refresh(fresh_sandbox, http, ANNA, refresh_token=grants[ANNA])
    check_body(gone.json(), "revoked")
    assert refresh(fresh_sandbox, http, BEN, refresh_token=grants[BEN]).status_code == 200


@pytest.mark.parametrize(("name", "status"), [("unavailable", 503), ("tenant_throttled", 429)])
def test_an_outage_lasts_until_it_is_over_and_says_when_to_come_back(
    fresh_sandbox: Sandbox, http: requests.Session, name: str, status: int
) -> None:
    entra = fresh_sandbox.entra
    entra.outage, entra.retry_after = name, 17
    for response in (
        refresh(fresh_sandbox, http, ANNA),
        post(fresh_sandbox, http, "devicecode"),
        authorize(fresh_sandbox, http),
    ):
        assert (response.status_code, response.headers["Retry-After"]) == (status, "17")
    entra.outage = None
    assert refresh(fresh_sandbox, http, ANNA).status_code == 200


def test_a_captive_portal_and_a_dropped_connection(
    fresh_sandbox: Sandbox, http: requests.Session
) -> None:
    fresh_sandbox.entra.outage = "garbage"
    portal = refresh(fresh_sandbox, http, ANNA)
    assert portal.headers["Content-Type"].startswith("text/html")
    fresh_sandbox.entra.outage = "drop"
    with pytest.raises(requests.ConnectionError):
        refresh(fresh_sandbox, http, ANNA)


@pytest.mark.parametrize(
    "target", ["/", "token", "/token", "//", "/v1.0", "/v1.0/", "/%00/oauth2/v2.0/token", "*"]
)
def test_odd_paths_get_an_answer(fresh_sandbox: Sandbox, target: str) -> None:
    place = ("localhost", int(fresh_sandbox.entra.base.rpartition(":")[2]))
    with (
        socket.create_connection(place, timeout=30) as plain,
        tls_context(fresh_sandbox).wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        secure.sendall(f"POST {target} HTTP/1.1\r\n\r\n".encode())
        assert re.match(rb"HTTP/1\.1 4\d\d ", secure.recv(1000))


@pytest.mark.parametrize(
    "words",
    [
        b"\r\n",
        b"\x00\xff\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: -5\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: many\r\n\r\n",
        b"GET / HTTP/1.1\r\nContent-Length: 99999999999\r\n\r\n",
        b"A" * 200_000,
    ],
)
def test_what_is_no_request_ends_the_connection_and_nothing_else(
    fresh_sandbox: Sandbox, http: requests.Session, words: bytes
) -> None:
    place = ("localhost", int(fresh_sandbox.entra.base.rpartition(":")[2]))
    with (
        socket.create_connection(place, timeout=30) as plain,
        tls_context(fresh_sandbox).wrap_socket(plain, server_hostname="localhost") as secure,
    ):
        try:
            secure.sendall(words)
            assert secure.recv(1000) == b""
        except OSError:
            pass  # closed before everything was sent
    assert refresh(fresh_sandbox, http, ANNA).status_code == 200
