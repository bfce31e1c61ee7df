"""The pages and endpoints of Entra ID that a mail client meets (v2.0 paths).

Discovery of the tenant and of a domain's realm, device code, browser sign-in with PKCE, token, and
the page on which a person types the code. Bodies follow Microsoft's documentation of the OAuth 2.0
device and authorization code flows.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Mapping

from tuimail.sandbox.entra import NOT_ERRORS, DeviceSignIn, Entra
from tuimail.sandbox.entra_browser import BrowserSignIn
from tuimail.sandbox.entra_directory import Tenant
from tuimail.sandbox.entra_errors import error_named
from tuimail.sandbox.http_server import HttpRequest, HttpResponse
from tuimail.sandbox.tokens import base64url

_DEVICE_GRANTS = ("urn:ietf:params:oauth:grant-type:device_code", "device_code")
_WITH_CLIENT = ("devicecode", "token", "authorize", "adminconsent")
_BROWSER = ("authorize", "adminconsent")


class EntraEndpoints:
    """Answers HTTP requests on behalf of an `Entra`."""

    def __init__(self, entra: Entra) -> None:
        self._entra = entra
        self._browser = BrowserSignIn(entra)

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer to one request."""
        entra = self._entra
        entra.requests.append((request.method, request.path))
        if entra.latency:
            await asyncio.sleep(entra.latency)
        endpoint = request.path.rpartition("/")[2]
        failure = entra.next_failure(endpoint)
        if failure is not None and failure[0] in NOT_ERRORS:
            captive = HttpResponse.html("<html>captive portal</html>")
            return HttpResponse(drop=True) if failure[0] == "drop" else captive
        if failure is None:
            problem, retry_after = self._problem(request, endpoint), None
        else:
            problem, retry_after = failure
        if problem is not None:
            if endpoint in _BROWSER and error_named(problem).status < 429:
                return self._browser.refused(request, problem)
            return self._error(problem, request, retry_after=retry_after)
        answers = {
            "openid-configuration": self._openid_configuration,
            "instance": self._instance,
            "getuserrealm.srf": self._realm,
            "keys": self._keys,
            "devicecode": self._device_code,
            "devicelogin": self._browser.device_login,
            "authorize": self._browser.authorize,
            "adminconsent": self._browser.admin_consent,
            "consentrequest": self._browser.consent_request,
            "token": self._token,
        }
        answer = answers.get(endpoint)
        if answer is None:
            return HttpResponse.json({"error": "not_found"}, 404)
        return answer(request)

    def _problem(self, request: HttpRequest, endpoint: str) -> str | None:
        """What is wrong with the tenant and the client of a request."""
        segment = request.root
        if endpoint not in (*_WITH_CLIENT, "openid-configuration"):
            return None
        problem = self._entra.tenant_problem(segment)
        if problem is not None or endpoint == "openid-configuration":
            return problem
        client_id = request.form.get("client_id", request.query.get("client_id", ""))
        return self._entra.client_problem(segment, client_id)

    def _openid_configuration(self, request: HttpRequest) -> HttpResponse:
        entra = self._entra
        root = f"{entra.base}/{request.root}"
        tenant = entra.tenant(request.root)
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
                "tenant_region_scope": tenant.region if tenant is not None else None,
                **_sub_region(tenant),
                "cloud_instance_name": tenant.cloud if tenant else "microsoftonline.com",
            }
        )

    def _realm(self, request: HttpRequest) -> HttpResponse:
        """Who signs in the people of a domain; the local part does not matter."""
        login = request.query.get("login", "")
        domain = login.rpartition("@")[2]
        realm = self._entra.realm(domain)
        answer: dict[str, object] = {"State": 4, "UserState": 1, "Login": login}
        if realm == "":
            answer |= {"NameSpaceType": "Unknown"}
        elif isinstance(realm, str):
            answer |= {
                "State": 3,
                "NameSpaceType": "Federated",
                "DomainName": domain,
                "AuthURL": "https://login.live.com/login.srf?username=anybody",
                "FederationBrandName": "MSA Realms",
            }
        else:
            answer |= {
                "NameSpaceType": "Managed",
                "DomainName": domain,
                "FederationBrandName": realm.name,
                "CloudInstanceName": realm.cloud,
            }
        return HttpResponse.json(answer)

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
        entra, form = self._entra, request.form
        client_id, scope = form.get("client_id", ""), form.get("scope", "")
        problem = entra.resource_problem(client_id, scope)
        if problem is not None:
            return self._error(problem, request)
        device_code, sign_in = entra.start_device_sign_in(client_id, scope, request.root)
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

    def _token(self, request: HttpRequest) -> HttpResponse:
        client = self._entra.clients[request.form.get("client_id", "")]
        problem = client.secret_problem(request.form.get("client_secret", ""))
        if problem is not None:
            return self._error(problem, request)
        grants = {
            "refresh_token": self._token_for_refresh,
            "authorization_code": self._token_for_code,
            **dict.fromkeys(_DEVICE_GRANTS, self._token_for_device),
        }
        answer = grants.get(request.form.get("grant_type", ""))
        return self._error("unsupported_grant", request) if answer is None else answer(request)

    def _token_for_device(self, request: HttpRequest) -> HttpResponse:
        redeemed = self._entra.redeem_device_code(request.form.get("device_code", ""))
        if not isinstance(redeemed, DeviceSignIn):
            return self._error(redeemed, request)
        return HttpResponse.json(
            self._entra.grant(redeemed.user, redeemed.client_id, redeemed.scope)
        )

    def _token_for_refresh(self, request: HttpRequest) -> HttpResponse:
        entra, client_id = self._entra, request.form.get("client_id", "")
        grant = entra.use_refresh_token(request.form.get("refresh_token", ""), client_id)
        if isinstance(grant, str):
            return self._error(grant, request)
        scope = request.form.get("scope") or grant.scope
        problem = entra.resource_problem(client_id, scope) or entra.consent_problem(
            client_id, grant.user, scope, "refresh"
        )
        if problem is not None:
            return self._error(problem, request, grant.user)
        tokens = entra.grant(grant.user, client_id, scope, signed_in=grant.signed_in)
        return HttpResponse.json(tokens)

    def _token_for_code(self, request: HttpRequest) -> HttpResponse:
        form = request.form
        client_id = form.get("client_id", "")
        code = self._entra.take_code(form.get("code", ""))
        if isinstance(code, str):
            return self._error(code, request)
        if code.client_id != client_id:
            return self._error("bad_code", request)
        if code.redirect_uri != form.get("redirect_uri"):
            return self._error("bad_redirect", request)
        verifier = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if code.challenge and base64url(verifier) != code.challenge:
            return self._error("pkce", request)
        # The sign-in may have asked for consent to more than the one resource of this token.
        scope = form.get("scope") or code.scope
        problem = self._entra.resource_problem(client_id, scope)
        if problem is not None:
            return self._error(problem, request)
        return HttpResponse.json(self._entra.grant(code.user, client_id, scope, code.nonce))

    def _error(
        self, name: str, request: HttpRequest, user: str = "", *, retry_after: int | None = None
    ) -> HttpResponse:
        error = error_named(name)
        fields: Mapping[str, str] = request.form or request.query
        about = self._entra.about(
            fields.get("client_id", ""),
            user or fields.get("login_hint", self._entra.users[0]),
            fields.get("redirect_uri", ""),
            request.root,
        )
        headers = {"Retry-After": str(retry_after)} if retry_after is not None else {}
        return HttpResponse.json(error.body(about), error.status, headers)


def _sub_region(tenant: Tenant | None) -> dict[str, str]:
    """The field that only some tenants have."""
    if tenant is None or not tenant.sub_region:
        return {}
    return {"tenant_region_sub_scope": tenant.sub_region}
