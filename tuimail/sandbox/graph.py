"""Microsoft Graph in a box: ``sendMail``, the second way out where SMTP submission is off.

``POST /v1.0/me/sendMail`` and ``/v1.0/users/{address}/sendMail`` with the whole message as base64
(``Content-Type: text/plain``); 202 and an empty body. What it takes over goes the same way as mail
submitted by SMTP, and a copy is always filed. A message as JSON is not understood here.

Switches, set from any thread at any time; names are those of `GRAPH_ERRORS`, ``drop`` (the
connection closes) or ``garbage`` (a captive portal's page):

====================== =============== ============================================================
attribute              value           meaning
====================== =============== ============================================================
``refuse[address]``    ``"throttled"`` refuse this account until removed; ``"*"`` is everybody
``fail_next(name, n)``                 the next ``n`` requests fail
``retry_after``        10              seconds in Retry-After of 429 and 503
``largest``            4 MB            of the request, in octets
``requests``           list            (method, path) of every request
====================== =============== ============================================================
"""

from __future__ import annotations

import base64
import binascii
import threading
import time
import uuid
from collections.abc import MutableMapping
from dataclasses import dataclass
from typing import Final

from tuimail.sandbox.client_submission import ClientSubmission, SentMessage, addresses_in
from tuimail.sandbox.entra_directory import GRAPH_AUDIENCE
from tuimail.sandbox.http_server import HttpRequest, HttpResponse
from tuimail.sandbox.mailbox import with_crlf
from tuimail.sandbox.mime_structure import Part
from tuimail.sandbox.switches import Choices, choice_for
from tuimail.sandbox.tokens import TokenClaims, TokenIssuer, object_id

_LARGEST: Final = 4 << 20
_NOT_ERRORS: Final = ("drop", "garbage")


@dataclass(frozen=True)
class GraphError:
    """A refusal of Graph: HTTP status, code and words."""

    status: int
    code: str
    message: str


GRAPH_ERRORS: Final = {
    "bad_base64": GraphError(
        400, "ErrorMimeContentInvalidBase64String", "Invalid base64 string for MIME content."
    ),
    "bad_request": GraphError(400, "ErrorInvalidRequest", "The request is invalid."),
    "no_recipients": GraphError(
        400,
        "ErrorInvalidRecipients",
        "At least one recipient isn't valid., A message can't be "
        "sent because it contains no recipients.",
    ),
    "no_token": GraphError(401, "InvalidAuthenticationToken", "Access token is empty."),
    "malformed": GraphError(
        401,
        "InvalidAuthenticationToken",
        "IDX14100: JWT is not well formed, there are no dots (.).",
    ),
    "audience": GraphError(
        401, "InvalidAuthenticationToken", "Access token validation failure. Invalid audience."
    ),
    "expired": GraphError(
        401,
        "InvalidAuthenticationToken",
        "Lifetime validation failed, the token is expired.",
    ),
    "revoked": GraphError(
        401,
        "InvalidAuthenticationToken",
        "Continuous access evaluation resulted in challenge "
        "with result: InteractionRequired and code: TokenIssuedBeforeRevocationTimestamp",
    ),
    "access_denied": GraphError(
        403, "ErrorAccessDenied", "Access is denied. Check credentials and try again."
    ),
    "send_as_denied": GraphError(
        403,
        "ErrorSendAsDenied",
        "The user account which was used to submit this request does "
        "not have the right to send mail on behalf of the specified sending account., Cannot "
        "submit message.",
    ),
    "not_found": GraphError(404, "ErrorInvalidUser", "The requested user is invalid."),
    "no_mailbox": GraphError(
        404,
        "MailboxNotEnabledForRESTAPI",
        "The mailbox is either inactive, soft-deleted, or is hosted on-premise.",
    ),
    "too_large": GraphError(
        413, "ErrorMessageSizeExceeded", "The message exceeds the maximum supported size."
    ),
    "request_too_large": GraphError(
        413, "RequestEntityTooLarge", "The request body is larger than the permitted size."
    ),
    "throttled": GraphError(
        429, "ApplicationThrottled", "Application is over its MailboxConcurrency limit."
    ),
    "submission_quota": GraphError(
        429, "ErrorExceededMessageLimit", "The daily limit of recipients is exceeded."
    ),
    "quota": GraphError(507, "ErrorQuotaExceeded", "Cannot submit message: the mailbox is full."),
    "server_error": GraphError(
        500, "ErrorInternalServerError", "An internal server error occurred. The operation failed."
    ),
    "unavailable": GraphError(
        503, "ServiceUnavailable", "The service is temporarily unavailable. Please try again."
    ),
}
_OF_RULE: Final = {
    "too-large-for-mailbox": "too_large",
    "send-as-denied": "send_as_denied",
    "recipient-quota": "submission_quota",
}


class Graph:
    """Answers the requests to ``/v1.0``."""

    def __init__(self, submission: ClientSubmission, tokens: TokenIssuer) -> None:
        self._submission = submission
        self._tokens = tokens
        self.refuse: MutableMapping[str, str] = Choices(_known)
        self.retry_after = 10
        self.largest = _LARGEST
        self.requests: list[tuple[str, str]] = []
        self._failures: list[str] = []
        self._lock = threading.Lock()

    def fail_next(self, name: str, n: int = 1) -> None:
        """Let the next ``n`` requests fail."""
        _known(name)
        with self._lock:
            self._failures += [name] * n

    async def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer to one request."""
        self.requests.append((request.method, request.path))
        with self._lock:
            failure = self._failures.pop(0) if self._failures else None
        if failure is not None:
            return self._refused(failure)
        segments = request.path.lower().split("/")[2:]
        if request.method != "POST" or not segments or segments[-1] != "sendmail":
            return self._refused("bad_request")
        token = request.headers.get("authorization", "").removeprefix("Bearer ")
        problem = self._tokens.problem(token, GRAPH_AUDIENCE) if token else "no_token"
        if problem is not None:
            return self._refused(problem)
        claims = self._tokens.verify(token, scope="", audience=GRAPH_AUDIENCE)
        if claims is None:
            return self._refused("expired")
        owner = self._owner(segments, claims)
        problem = choice_for(self.refuse, claims.user) or self._right(claims, owner)
        if problem is None:
            problem = self._send(request, claims, owner)
        return (
            HttpResponse(202, content_type="text/plain")
            if problem is None
            else self._refused(problem)
        )

    def _owner(self, segments: list[str], claims: TokenClaims) -> str:
        """The mailbox that a path names, by address or id."""
        if segments[0] != "users" or len(segments) != 3:
            return claims.user.lower()
        return claims.user.lower() if segments[1] == object_id(claims.user) else segments[1]

    def _right(self, claims: TokenClaims, owner: str) -> str | None:
        """What forbids this account to send from this mailbox."""
        own = owner == claims.user.lower()
        if ("Mail.Send" if own else "Mail.Send.Shared") not in claims.scopes:
            return "access_denied"
        if self._submission.office.mailbox(owner) is None:
            return "no_mailbox" if own else "not_found"
        return None

    def _send(self, request: HttpRequest, claims: TokenClaims, owner: str) -> str | None:
        if request.length > self.largest:
            return "request_too_large"
        if not request.headers.get("content-type", "text/plain").startswith("text/plain"):
            return "bad_request"
        try:
            raw = with_crlf(base64.b64decode(b"".join(request.body.split()), validate=True))
        except binascii.Error:
            return "bad_base64"
        recipients = _recipients(raw)
        if not raw or not recipients:
            return "no_recipients" if raw else "bad_base64"
        message = SentMessage(claims.user, owner, recipients, raw)
        broken = self._submission.broken_rule(message)
        if broken is not None:
            return _OF_RULE[broken[0]]
        self._submission.take_over(message, copy_to=owner)
        return None

    def _refused(self, name: str) -> HttpResponse:
        if name == "drop":
            return HttpResponse(drop=True)
        if name == "garbage":
            return HttpResponse.html("<html>captive portal</html>")
        error = GRAPH_ERRORS[name]
        headers = {"request-id": str(uuid.uuid4())}
        if error.status in (429, 503):
            headers["Retry-After"] = str(self.retry_after)
        if error.status == 401:
            headers["WWW-Authenticate"] = (
                'Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/'
                f'oauth2/authorize", client_id="{GRAPH_AUDIENCE}"'
            )
        inner = {
            "date": time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime()),
            "request-id": headers["request-id"],
            "client-request-id": headers["request-id"],
        }
        body = {"error": {"code": error.code, "message": error.message, "innerError": inner}}
        return HttpResponse.json(body, error.status, headers)


def _known(name: str) -> None:
    if name not in GRAPH_ERRORS and name not in _NOT_ERRORS:
        raise ValueError(f"unknown failure {name!r}")


def _recipients(raw: bytes) -> tuple[str, ...]:
    """The addresses in To, Cc and Bcc, each once."""
    part = Part.of(raw)
    fields = [part.field(name) for name in (b"to", b"cc", b"bcc")]
    return tuple(dict.fromkeys(each for field in fields for each in addresses_in(field)))
