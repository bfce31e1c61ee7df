"""The pages and endpoints of Entra ID that a mail client meets (v2.0 paths).

Discovery, device code, browser sign-in with PKCE, token, and the page on which a person types the
code. Bodies follow Microsoft's documentation of the OAuth 2.0 device and authorization code flows.
"""

from __future__ import annotations

import asyncio
import hashlib
import html
import time
import urllib.parse
import uuid

from tuimail.sandbox.entra import AuthorizationCode, DeviceSignIn, Entra
from tuimail.sandbox.entra_errors import ERRORS
from tuimail.sandbox.http_server import HttpRequest, HttpResponse
from tuimail.sandbox.tokens import TENANT, base64url

_DEVICE_GRANTS = ("urn:ietf:params:oauth:grant-type:device_code", "device_code")
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>
<style>body{{font-family:sans-serif;max-width:32em;margin:4em auto;line-height:1.5}}
input,select,button{{font-size:1.1em;padding:.3em .6em;margin:.2em 0}}</style></head>
<body><h1>{title}</h1>{content}</body></html>"""


class EntraEndpoints:
    """Answers HTTP requests on behalf of an `Entra`."""

    def __init__(self, entra: Entra) -> None:
        self._entra = entra

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer to one request."""
        entra = self._entra
        entra.requests.append((request.method, request.path))
        if entra.latency:
            await asyncio.sleep(entra.latency)
        endpoint = request.path.rpartition("/")[2]
        client_id = request.form.get("client_id", request.query.get("client_id", ""))
        failure = entra.next_failure(endpoint)
        if failure is not None:
            return _failure(*failure, client_id)
        if endpoint in ("devicecode", "token", "authorize") and client_id not in entra.clients:
            return _error("bad_client", client_id)
        answers = {
            "openid-configuration": self._openid_configuration,
            "instance": self._instance,
            "keys": self._keys,
            "devicecode": self._device_code,
            "devicelogin": self._device_login,
            "authorize": self._authorize,
            "token": self._token,
        }
        answer = answers.get(endpoint)
        if answer is None:
            return HttpResponse.json({"error": "not_found"}, 404)
        return answer(request)

    def _openid_configuration(self, request: HttpRequest) -> HttpResponse:
        entra = self._entra
        tenant = request.path.split("/")[1]
        root = f"{entra.base}/{tenant}"
        return HttpResponse.json(
            {
                "issuer": entra.tokens.issuer,
                "authorization_endpoint": f"{root}/oauth2/v2.0/authorize",
                "token_endpoint": f"{root}/oauth2/v2.0/token",
                "device_authorization_endpoint": f"{root}/oauth2/v2.0/devicecode",
                "jwks_uri": f"{root}/discovery/v2.0/keys",
                "userinfo_endpoint": f"{entra.base}/oidc/userinfo",
                "end_session_endpoint": f"{root}/oauth2/v2.0/logout",
                "response_types_supported": ["code"],
                "response_modes_supported": ["query", "form_post"],
                "subject_types_supported": ["pairwise"],
                "id_token_signing_alg_values_supported": ["RS256"],
                "scopes_supported": ["openid", "profile", "email", "offline_access"],
                "tenant_region_scope": None,
                "cloud_instance_name": "microsoftonline.com",
            }
        )

    def _instance(self, _request: HttpRequest) -> HttpResponse:
        configuration = f"{self._entra.authority}/v2.0/.well-known/openid-configuration"
        names = {
            "preferred_network": "localhost",
            "preferred_cache": "localhost",
            "aliases": ["localhost"],
        }
        return HttpResponse.json(
            {
                "tenant_discovery_endpoint": configuration,
                "api-version": "1.1",
                "metadata": [names],
            }
        )

    def _keys(self, _request: HttpRequest) -> HttpResponse:
        return HttpResponse.json({"keys": [self._entra.tokens.public_jwk()]})

    def _device_code(self, request: HttpRequest) -> HttpResponse:
        entra = self._entra
        device_code, sign_in = entra.start_device_sign_in(
            request.form.get("client_id", ""), request.form.get("scope", "")
        )
        page = f"{entra.base}/devicelogin"
        return HttpResponse.json(
            {
                "user_code": sign_in.user_code,
                "device_code": device_code,
                "verification_uri": page,
                "expires_in": entra.device_code_lifetime,
                "interval": entra.device_interval,
                "message": f"To sign in, use a web browser to open the page {page} and enter the "
                f"code {sign_in.user_code} to authenticate.",
            }
        )

    def _device_login(self, request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return HttpResponse.html(_code_page(request.query.get("user_code", ""), self._entra))
        approved = self._entra.approve(
            request.form.get("user_code", ""),
            request.form.get("user") or None,
            declined=request.form.get("answer") == "decline",
        )
        if not approved:
            content = "<p>That code is not known, or it has expired. Check it and try again.</p>"
            return HttpResponse.html(_PAGE.format(title="Enter code", content=content), 404)
        content = "<p>You can close this window and return to tuimail.</p>"
        return HttpResponse.html(_PAGE.format(title="You are signed in", content=content))

    def _authorize(self, request: HttpRequest) -> HttpResponse:
        query = request.query
        redirect = query.get("redirect_uri", "")
        if urllib.parse.urlsplit(redirect).hostname not in ("localhost", "127.0.0.1"):
            return _error("bad_redirect", query.get("client_id", ""))
        code = self._entra.keep_code(
            AuthorizationCode(
                client_id=query.get("client_id", ""),
                redirect_uri=redirect,
                scope=query.get("scope", ""),
                challenge=query.get("code_challenge", ""),
                nonce=query.get("nonce", ""),
                user=query.get("login_hint") or self._entra.users[0],
                expires=time.time() + 600,
            )
        )
        answer = {
            "code": code,
            "state": query.get("state", ""),
            "session_state": str(uuid.uuid4()),
        }
        if query.get("response_mode") == "form_post":
            return HttpResponse.html(_form_post(redirect, answer))
        separator = "&" if "?" in redirect else "?"
        location = redirect + separator + urllib.parse.urlencode(answer)
        return HttpResponse(302, headers={"Location": location})

    def _token(self, request: HttpRequest) -> HttpResponse:
        grant_type = request.form.get("grant_type", "")
        if grant_type in _DEVICE_GRANTS:
            return self._token_for_device(request)
        if grant_type == "refresh_token":
            return self._token_for_refresh(request)
        if grant_type == "authorization_code":
            return self._token_for_code(request)
        return _error("unsupported_grant", request.form.get("client_id", ""))

    def _token_for_device(self, request: HttpRequest) -> HttpResponse:
        client_id = request.form.get("client_id", "")
        redeemed = self._entra.redeem_device_code(request.form.get("device_code", ""))
        if not isinstance(redeemed, DeviceSignIn):
            return _error(redeemed, client_id)
        return HttpResponse.json(self._entra.grant(redeemed.user, client_id, redeemed.scope))

    def _token_for_refresh(self, request: HttpRequest) -> HttpResponse:
        client_id = request.form.get("client_id", "")
        grant = self._entra.refresh_grant(request.form.get("refresh_token", ""))
        if grant is None or grant.client_id != client_id:
            return _error("revoked", client_id)
        scope = request.form.get("scope") or grant.scope
        return HttpResponse.json(self._entra.grant(grant.user, client_id, scope))

    def _token_for_code(self, request: HttpRequest) -> HttpResponse:
        form = request.form
        client_id = form.get("client_id", "")
        code = self._entra.take_code(form.get("code", ""))
        if code is None or code.client_id != client_id or code.expires < time.time():
            return _error("bad_code", client_id)
        if code.redirect_uri != form.get("redirect_uri"):
            return _error("bad_redirect", client_id)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if code.challenge and base64url(verifier) != code.challenge:
            return _error("pkce", client_id)
        return HttpResponse.json(self._entra.grant(code.user, client_id, code.scope, code.nonce))


def _error(name: str, client_id: str, retry_after: int | None = None) -> HttpResponse:
    error = ERRORS[name]
    headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
    return HttpResponse.json(error.body(client_id), error.status, headers)


def _failure(name: str, retry_after: int | None, client_id: str) -> HttpResponse:
    if name == "drop":
        return HttpResponse(drop=True)
    if name == "garbage":
        return HttpResponse.html("<html>captive portal</html>")
    return _error(name, client_id, retry_after)


def _code_page(user_code: str, entra: Entra) -> str:
    options = "".join(f"<option>{html.escape(user)}</option>" for user in entra.users)
    content = (
        "<p>Enter the code that tuimail shows.</p>"
        '<form method="post" action="/devicelogin">'
        f'<p><input name="user_code" value="{html.escape(user_code)}" autofocus></p>'
        f'<p><select name="user">{options}</select></p>'
        '<p><button name="answer" value="approve">Sign in</button> '
        '<button name="answer" value="decline">Cancel</button></p></form>'
        f"<p><small>The tuimail sandbox, tenant {TENANT}.</small></p>"
    )
    return _PAGE.format(title="Enter code", content=content)


def _form_post(redirect: str, answer: dict[str, str]) -> str:
    fields = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value)}"/>'
        for name, value in answer.items()
    )
    return (
        '<html><body onload="document.forms[0].submit()">'
        f'<form method="POST" action="{html.escape(redirect)}">{fields}'
        "<noscript><button>Continue</button></noscript></form></body></html>"
    )
