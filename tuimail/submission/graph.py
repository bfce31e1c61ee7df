"""Submission through Microsoft Graph `sendMail`: the same octets, where SMTP AUTH is switched off.

One POST with the message as base64 (exchange-online.md 6). Graph takes the recipients from the
header, so Bcc is added for it, which Exchange removes; and it cannot send again what somebody else
wrote (Resent-*), because those fields mean nothing to it. Its answer is 202 without a word: the
message was taken over, and what cannot be delivered comes back as mail.
"""

from __future__ import annotations

import asyncio
import base64
import json
from collections.abc import Awaitable, Callable, Sequence
from typing import Final
from urllib.parse import quote

from tuimail.errors import (
    ConsentRequired,
    GraphNotAllowed,
    MessageTooLarge,
    NetworkError,
    SignInRequired,
    SubmissionDeferred,
    SubmissionError,
    SubmissionRefused,
    SubmissionUncertain,
)
from tuimail.exchange.diagnosis import Kind, explain
from tuimail.http import HttpAnswer, HttpClient, MeteredBody, UnexpectedAnswer
from tuimail.model.account import Account, Token
from tuimail.model.outbox import GRAPH_RECEIPT
from tuimail.submission.graph_message import with_bcc
from tuimail.submission.replies import reply_text
from tuimail.submission.submitter import PLAIN, Options

LARGEST_REQUEST: Final = 4 * 1024 * 1024
"""Octets of one request. A larger message would need Mail.ReadWrite, which people cannot allow."""

_ANSWER_SECONDS: Final = 120.0
_DEFINITE: Final = (503, 507)
"""Of 5xx, those that say that nothing was done; after the others it may have been."""


class GraphSubmitter:
    """Fulfils `Submitter` by one request per message.

    Args:
        account: Whose Graph, and whose mailbox: of a shared one, `users/{address}` is asked.
        http: Closed by its owner.
        tokens: Gives a token for Graph; `True` forces a refresh. Raises `AuthError`.
    """

    def __init__(
        self, account: Account, http: HttpClient, tokens: Callable[[bool], Awaitable[Token]]
    ) -> None:
        self._account = account
        self._http = http
        self._tokens = tokens
        mailbox = f"users/{quote(account.address)}" if account.is_shared else "me"
        self._url = f"{account.graph}/{mailbox}/sendMail"

    async def submit(
        self,
        *,
        username: str,
        token: Token,
        mail_from: str,
        rcpt_to: Sequence[str],
        raw: bytes,
        before_data: Callable[[], Awaitable[None]],
        options: Options = PLAIN,
    ) -> str:
        """See `Submitter.submit`; `token` is of no use here, Graph wants its own."""
        body = base64.b64encode(with_bcc(raw, rcpt_to))
        if len(body) > LARGEST_REQUEST:
            raise MessageTooLarge(
                f"Microsoft Graph takes 3 MB, the message has {len(raw) / 1024 / 1024:.1f} MB.",
                hint="Remove attachments, or send it by SMTP, which takes larger messages.",
                detail=f"request of {len(body)} octets",
            )
        access = await self._token(False)
        await before_data()
        options.ends()  # a request cannot be called back
        for forced in (False, True):
            if forced:
                access = await self._token(True)
            answer = await self._post(access, body, len(raw), options.progress)
            if answer.status_code == 202:
                return GRAPH_RECEIPT
            if answer.status_code != 401:
                break
        raise self._refusal(answer)

    async def check(self) -> None:
        """See whether there is a token for it. Nothing is sent. Raises as `submit`."""
        await self._token(False)

    async def _token(self, forced: bool) -> Token:
        """Get a token. Nothing was taken over when it is asked for, whatever comes of it."""
        try:
            return await self._tokens(forced)
        except (SignInRequired, ConsentRequired) as error:
            title = "Sending through Microsoft Graph is not allowed yet."
            raise _not_allowed(title, error.detail, url=error.url) from None

    async def _post(
        self, access: Token, body: bytes, size: int, progress: Callable[[int], None]
    ) -> HttpAnswer:
        def taken(octets: int) -> None:
            progress(min(size, octets * size // max(1, len(body))))

        metered = MeteredBody(body, taken)
        failure: NetworkError
        try:
            return await asyncio.to_thread(
                self._http.post,
                self._url,
                data=metered,
                headers={
                    "Authorization": f"Bearer {access.secret.reveal()}",
                    "Content-Type": "text/plain",
                },
                read_seconds=_ANSWER_SECONDS,
            )
        except NetworkError as error:
            failure = error
        # Not chained: a frame below holds the token.
        if not metered.is_taken or _is_refusal(failure):
            raise failure
        raise SubmissionUncertain(
            "The connection broke while Microsoft Graph was answering.",
            hint="tuimail looks for the message in Sent Items.",
            detail=type(failure).__name__,
        )

    def _refusal(self, answer: HttpAnswer) -> SubmissionError | GraphNotAllowed:
        said = reply_text(answer.status_code, _error_words(answer.text))
        is_doubt = answer.status_code >= 500 and answer.status_code not in _DEFINITE
        if is_doubt or answer.status_code < 400:
            return SubmissionUncertain(
                "Microsoft Graph failed while it took the message.",
                hint="tuimail looks for the message in Sent Items.",
                detail=said,
            )
        found = explain(said, source="graph", address=self._account.address)
        if found.kind in (Kind.CONSENT, Kind.SIGN_IN):
            return _not_allowed(found.title, said)
        if found.id == "graph-too-large":
            return MessageTooLarge(found.title, hint=found.fix, detail=said)
        if found.kind is Kind.BUSY:
            wait = max(found.wait, _retry_after(answer))
            return SubmissionDeferred(
                found.title, hint=found.fix, detail=said, retry_after=wait, of_account=True
            )
        return SubmissionRefused(found.title, hint=found.fix, detail=said)


def _is_refusal(failure: NetworkError) -> bool:
    """Whether somebody before Graph answered, with a page that says no."""
    return isinstance(failure, UnexpectedAnswer) and failure.detail.startswith("HTTP 4")


def _not_allowed(message: str, detail: str, *, url: str = "") -> GraphNotAllowed:
    return GraphNotAllowed(
        message,
        hint=(
            "Send through Graph in the outbox asks for the permission Mail.Send. Where people may"
            " not allow it, an administrator grants it to the app in Entra ID."
        ),
        detail=detail,
        url=url,
    )


def _error_words(text: str) -> str:
    """Return code and words of Graph's error (`{"error": {"code", "message"}}`)."""
    try:
        error = json.loads(text)["error"]
        return f"{error['code']} {error['message']}"
    except (ValueError, KeyError, TypeError, RecursionError):
        return "no reason given"


def _retry_after(answer: HttpAnswer) -> float:
    """Return the seconds that Retry-After names (RFC 9110, 10.2.3), at most an hour."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    value = headers.get("retry-after", "")
    return min(3600.0, float(value)) if value.isascii() and value.isdigit() else 0.0
