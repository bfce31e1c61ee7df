"""The error bodies of Entra ID that the sandbox can give, by a short name.

Texts are Microsoft's (Entra authentication and authorization error codes); `text` may hold
``{client_id}``.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass


@dataclass(frozen=True)
class EntraError:
    """One error: the AADSTS number, the OAuth error, the HTTP status and the words."""

    number: int
    error: str
    status: int
    text: str
    suberror: str | None = None

    def body(self, client_id: str) -> dict[str, object]:
        """The JSON body as the token endpoint answers it."""
        timestamp = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        description = (
            f"AADSTS{self.number}: {self.text.format(client_id=client_id)} "
            f"Trace ID: {trace} Correlation ID: {correlation} Timestamp: {timestamp}"
        )
        body: dict[str, object] = {
            "error": self.error,
            "error_description": description,
            "error_codes": [self.number],
            "timestamp": timestamp,
            "trace_id": trace,
            "correlation_id": correlation,
            "error_uri": f"https://login.microsoftonline.com/error?code={self.number}",
        }
        if self.suberror:
            body["suberror"] = self.suberror
        return body


ERRORS = {
    "refresh_expired": EntraError(
        700082,
        "invalid_grant",
        400,
        "The refresh token has expired due to inactivity. The token was issued on "
        "2026-06-01T08:00:00.0000000Z and was inactive for 90.00:00:00.",
    ),
    "sign_in_frequency": EntraError(
        70043,
        "invalid_grant",
        400,
        "The refresh token has expired or is invalid due to sign-in frequency checks by "
        "conditional access. The token was issued on 2026-11-22T08:00:00.0000000Z and the maximum "
        "allowed lifetime for this request is 86400.",
        "bad_token",
    ),
    "revoked": EntraError(
        50173,
        "invalid_grant",
        400,
        "The provided grant has expired due to it being revoked, a fresh auth token is needed. "
        "The user might have changed or reset their password.",
        "bad_token",
    ),
    "mfa": EntraError(
        50076,
        "invalid_grant",
        400,
        "Due to a configuration change made by your administrator, or because you moved to a new "
        "location, you must use multi-factor authentication to access "
        "'00000002-0000-0ff1-ce00-000000000000'.",
        "basic_action",
    ),
    "ca_blocked": EntraError(
        53003,
        "invalid_grant",
        400,
        "Access has been blocked by Conditional Access policies. The access policy does not allow "
        "token issuance.",
        "message_only",
    ),
    "consent": EntraError(
        65001,
        "invalid_grant",
        400,
        "The user or administrator has not consented to use the application with ID "
        "'{client_id}' named 'tuimail'. Send an interactive authorization request for this user "
        "and resource.",
        "consent_required",
    ),
    "admin_consent": EntraError(
        90094,
        "consent_required",
        400,
        "An administrator of Contoso has set a policy that prevents you from granting the "
        "application 'tuimail' the permissions it is requesting. Contact an administrator of "
        "Contoso, who can grant permissions to this application on your behalf.",
    ),
    "bad_client": EntraError(
        700016,
        "unauthorized_client",
        400,
        "Application with identifier '{client_id}' was not found in the directory 'Contoso'. This "
        "can happen if the application has not been installed by the administrator of the tenant "
        "or consented to by any user in the tenant. You may have sent your authentication request "
        "to the wrong tenant.",
    ),
    "not_public": EntraError(
        7000218,
        "invalid_client",
        401,
        "The request body must contain the following parameter: 'client_assertion' or "
        "'client_secret'.",
    ),
    "wrong_resource": EntraError(
        70011,
        "invalid_scope",
        400,
        "The provided request must include a 'scope' input parameter. The provided value for the "
        "input parameter 'scope' is not valid.",
    ),
    "pending": EntraError(
        70016,
        "authorization_pending",
        400,
        "OAuth 2.0 device flow error. Authorization is pending. Continue polling.",
    ),
    "declined": EntraError(
        70000, "authorization_declined", 400, "The end user denied the authorization request."
    ),
    "code_expired": EntraError(
        70019,
        "expired_token",
        400,
        "Verification code expired. Have the user retry the sign-in.",
    ),
    "bad_code": EntraError(
        9002313, "invalid_grant", 400, "Invalid request. Request is malformed or invalid."
    ),
    "bad_redirect": EntraError(
        50011,
        "invalid_request",
        400,
        "The redirect URI specified in the request does not match the redirect URIs configured "
        "for the application '{client_id}'.",
    ),
    "pkce": EntraError(
        501481,
        "invalid_grant",
        400,
        "The Code_Verifier does not match the code_challenge supplied in the authorization "
        "request.",
    ),
    "unsupported_grant": EntraError(
        70003, "unsupported_grant_type", 400, "The app requested an unsupported grant type."
    ),
    "unavailable": EntraError(
        90033, "temporarily_unavailable", 503, "A transient error has occurred. Please try again."
    ),
    "throttled": EntraError(
        50196,
        "temporarily_unavailable",
        429,
        "The server terminated an operation because it encountered a client request loop. Please "
        "contact your app vendor.",
    ),
}
