"""The part of Entra ID that happens in a browser: sign-in, device code page, consent."""

from __future__ import annotations

import time
import uuid

from tuimail.sandbox.entra import AuthorizationCode, Entra
from tuimail.sandbox.entra_errors import error_named
from tuimail.sandbox.entra_pages import back_to, code_page, error_page, page, with_query
from tuimail.sandbox.http_server import HttpRequest, HttpResponse
from tuimail.sandbox.tokens import TENANT

# Errors of the request itself: there is nobody to send the browser back to.
_NEVER_REDIRECTED = frozenset(
    {"bad_client", "bad_redirect", "no_redirect_registered", "no_redirect_given"}
)


class BrowserSignIn:
    """Answers the requests of browsers on behalf of an `Entra`."""

    def __init__(self, entra: Entra) -> None:
        self._entra = entra

    def device_login(self, request: HttpRequest) -> HttpResponse:
        """The page on which a person types the code of a device."""
        entra, form = self._entra, request.form
        if request.method != "POST":
            return code_page(request.query.get("user_code", ""), entra.users, TENANT)
        user = form.get("user") or entra.users[0]
        declined = form.get("answer") == "decline"
        problem = entra.answer_device_code(form.get("user_code", ""), user, declined=declined)
        if problem == "bad_verification_code":
            content = "<p>That code is not known, or it has expired. Check it and try again.</p>"
            return page("Enter code", content, 404)
        if problem is not None:
            about = self._about(entra.client_of_code(form["user_code"]), user)
            return error_page(error_named(problem), about)
        content = "<p>You can close this window and return to tuimail.</p>"
        return page("You are signed in", content)

    def authorize(self, request: HttpRequest) -> HttpResponse:
        """Sign-in in the browser: a code goes back to the client, or an error, or a page stays."""
        entra, query = self._entra, request.query or request.form
        client_id, scope = query.get("client_id", ""), query.get("scope", "")
        user = query.get("login_hint") or entra.users[0]
        segment = request.root
        client = entra.clients[client_id]
        if query.get("prompt") == "admin_consent":
            entra.grant_consent(entra.home(user), client_id, scope)
        problem = client.redirect_problem(query.get("redirect_uri", ""))
        if problem is None and query.get("prompt") == "none":
            problem = "not_signed_in"
        problem = (
            problem
            or entra.resource_problem(client_id, scope, one=False)
            or entra.account_problem(segment, user)
            or entra.policy_problem(user, "browser")
            or entra.consent_problem(client_id, user, scope, "browser")
        )
        if problem is not None:
            return self.refused(request, problem)
        code = entra.keep_code(
            AuthorizationCode(
                client_id=client_id,
                redirect_uri=query["redirect_uri"],
                scope=scope,
                challenge=query.get("code_challenge", ""),
                nonce=query.get("nonce", ""),
                user=user,
                expires=time.time() + 600,
            )
        )
        answer = {
            "code": code,
            "state": query.get("state", ""),
            "session_state": str(uuid.uuid4()),
        }
        return back_to(query["redirect_uri"], answer, query.get("response_mode", "query"))

    def refused(self, request: HttpRequest, problem: str) -> HttpResponse:
        """What a browser gets for an error: the way back to the client, or a page."""
        query = request.query or request.form
        error = error_named(problem)
        about = self._about(
            query.get("client_id", ""),
            query.get("login_hint") or self._entra.users[0],
            query.get("redirect_uri", ""),
            request.root,
        )
        redirect = "" if problem in _NEVER_REDIRECTED else query.get("redirect_uri", "")
        body = error.body(about)
        answer = {
            "error": error.redirect or error.error,
            "error_description": str(body["error_description"]),
            "error_uri": str(body["error_uri"]),
            "state": query.get("state", ""),
        }
        if error.redirect and redirect:
            if problem == "user_declined":
                answer["error_subcode"] = "cancel"
            return back_to(redirect, answer, query.get("response_mode", "query"))
        consent = problem in ("admin_consent", "admin_consent_request")
        return error_page(error, about, with_query(redirect, answer) if consent else "")

    def admin_consent(self, request: HttpRequest) -> HttpResponse:
        """An administrator's consent: granted by opening the page (an admin is signed in here).

        v2.0 takes the scopes, v1 grants what the registration lists. ``prompt=decline`` is the
        administrator who presses Cancel.
        """
        entra, query = self._entra, request.query or request.form
        segment, client_id = request.root, query.get("client_id", "")
        if segment == "common" and "/v2.0/" in request.path:
            return self.refused(request, "unknown_tenant")
        tenant = entra.tenant(segment)
        home = tenant.id if tenant is not None else TENANT
        state = {"state": query["state"]} if "state" in query else {}
        redirect = query.get("redirect_uri", "")
        if query.get("prompt") == "decline":
            description = error_named("user_declined").body({})["error_description"]
            refusal = {"error": "consent_required", "error_description": str(description)}
            return back_to(redirect, {"admin_consent": "True", "tenant": home, **refusal, **state})
        entra.grant_consent(home, client_id, query.get("scope", ""))
        # Consent is recorded even where no redirect URI leads back.
        problem = entra.clients[client_id].redirect_problem(redirect)
        if problem is not None:
            return self.refused(request, problem)
        answer = {"admin_consent": "True", "tenant": home, "scope": query.get("scope", "")}
        return back_to(redirect, {**answer, **state})

    def consent_request(self, request: HttpRequest) -> HttpResponse:
        """The approval workflow: a user asks, the request waits in `approval_requests`."""
        form = request.form
        self._entra.approval_requests.append((form.get("user", ""), form.get("client_id", "")))
        return page("Request sent", "<p>You will be notified when an admin has reviewed it.</p>")

    def _about(
        self, client_id: str, user: str = "", redirect_uri: str = "", segment: str = ""
    ) -> dict[str, str]:
        return self._entra.about(client_id, user, redirect_uri, segment)
