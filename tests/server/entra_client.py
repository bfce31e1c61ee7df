"""A plain HTTP client and msal for looking at the sandbox's Entra ID."""

from __future__ import annotations

import re
import urllib.parse
from collections.abc import Iterator

import msal
import pytest
import requests

from tuimail.sandbox.sandbox import Sandbox

OUTLOOK_SCOPES = (
    "https://outlook.office.com/IMAP.AccessAsUser.All",
    "https://outlook.office.com/SMTP.Send",
)
SEND_BY_GRAPH = "https://graph.microsoft.com/Mail.Send"
REDIRECT = "http://localhost:5000"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


@pytest.fixture
def http(fresh_sandbox: Sandbox) -> Iterator[requests.Session]:
    """An HTTP client that trusts the sandbox and nothing else."""
    with requests.Session() as session:
        session.trust_env = False
        session.verify = str(fresh_sandbox.ca_file)
        yield session


def public_client(
    sandbox: Sandbox, http: requests.Session, cache: msal.TokenCache | None = None
) -> msal.PublicClientApplication:
    """msal as a mail client uses it."""
    return msal.PublicClientApplication(
        sandbox.client_id,
        authority=sandbox.authority,
        instance_discovery=False,
        http_client=http,
        token_cache=cache or msal.TokenCache(),
    )


def post(
    sandbox: Sandbox, http: requests.Session, endpoint: str, tenant: str = "", **fields: str
) -> requests.Response:
    """A POST to ``token`` or ``devicecode``, with the usual client unless another is named."""
    root = f"{sandbox.entra.base}/{tenant}" if tenant else sandbox.authority
    form = {"client_id": sandbox.client_id, "scope": " ".join(OUTLOOK_SCOPES), **fields}
    return http.post(f"{root}/oauth2/v2.0/{endpoint}", data=form)


def authorize(
    sandbox: Sandbox, http: requests.Session, tenant: str = "", **fields: str
) -> requests.Response:
    """What the browser gets when a sign-in starts; redirects are not followed."""
    root = f"{sandbox.entra.base}/{tenant}" if tenant else sandbox.authority
    query = {
        "client_id": sandbox.client_id,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": " ".join(OUTLOOK_SCOPES),
        "state": "abc",
        **fields,
    }
    return http.get(f"{root}/oauth2/v2.0/authorize", params=query, allow_redirects=False)


def redirected(response: requests.Response) -> dict[str, str]:
    """The fields with which the browser returns to the client."""
    assert response.status_code == 302
    location = urllib.parse.urlsplit(response.headers["Location"])
    return dict(urllib.parse.parse_qsl(location.query))


def posted(response: requests.Response) -> dict[str, str]:
    """The fields of a ``form_post`` page."""
    return dict(re.findall(r'name="([^"]+)" value="([^"]*)"', response.text))


def refresh(
    sandbox: Sandbox, http: requests.Session, user: str, scope: str = "", **fields: str
) -> requests.Response:
    """Use a refresh token that a sign-in of the past left behind."""
    scopes = " ".join(OUTLOOK_SCOPES)
    token = str(sandbox.entra.grant(user, sandbox.client_id, scopes)["refresh_token"])
    form = {"grant_type": "refresh_token", "refresh_token": token, "scope": scope or scopes}
    return post(sandbox, http, "token", **{**form, **fields})


def poll(sandbox: Sandbox, http: requests.Session, device_code: str) -> requests.Response:
    """Ask once whether a device code was used."""
    return post(sandbox, http, "token", grant_type=DEVICE_GRANT, device_code=device_code)
