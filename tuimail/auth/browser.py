"""Signing in with a browser: authorization code with PKCE (RFC 8252, RFC 7636).

A browser on this computer brings the answer to a port on 127.0.0.1, as a form: an address would
stay in its history (RFC 9700, 4.3.1). A browser elsewhere gets it in the address of its last page,
which cannot be reached from there and is pasted; where `ssh -L` carries the port there, it comes
back by itself. PKCE makes the code worthless to whoever else may hear it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final, Protocol

from tuimail.auth.answers import Refused, answer_for
from tuimail.auth.attempt import Attempt
from tuimail.auth.loopback import LoopbackListener
from tuimail.auth.outcome import error_from_answer
from tuimail.errors import NetworkError, SignInRequired
from tuimail.model.account import Account
from tuimail.model.sign_in import BrowserPage

WAIT_SECONDS: Final = 900.0
"""How long tuimail waits for the browser."""

_REDEEM_TRIES: Final = 3


class AuthCodeClient(Protocol):
    """The part of `msal.PublicClientApplication` that is used."""

    def initiate_auth_code_flow(self, scopes: list[str], **options: Any) -> dict[str, Any]:
        """Make the address of the page, with state, nonce and PKCE challenge."""

    def acquire_token_by_auth_code_flow(
        self, flow: dict[str, Any], answer: Mapping[str, str]
    ) -> dict[str, Any]:
        """Redeem the code."""


class BrowserPrompt(Protocol):
    """Where the page's address goes."""

    def show_page(self, page: BrowserPage) -> None:
        """Show the address."""

    def answer_refused(self, words: str) -> None:
        """Say why a pasted address will not do; the waiting goes on."""


def sign_in_by_browser(
    app: AuthCodeClient,
    account: Account,
    prompt: BrowserPrompt,
    attempt: Attempt,
    *,
    can_paste: bool,
) -> Mapping[str, Any]:
    """Show the page's address and wait until the browser or the person brings the answer.

    Args:
        can_paste: The answer comes in the last page's address, not in a form.

    Returns:
        msal's answer with the tokens.

    Raises:
        SignInCancelled: The user stopped it.
        SignInRequired: Declined, refused, or nobody came back in time.
        AuthError: Whatever else Entra ID refuses.
        NetworkError: The code could not be redeemed.
    """
    flow: dict[str, Any] = {}

    def heard(answer: Mapping[str, str]) -> None:
        attempt.hear(dict(answer))

    expires_on = time.time() + WAIT_SECONDS
    state = attempt.state
    with LoopbackListener(state, heard) as listener:
        flow = app.initiate_auth_code_flow(
            list(account.scopes),
            redirect_uri=f"http://localhost:{listener.port}",
            state=state,
            login_hint=account.username,
            response_mode="query" if can_paste else "form_post",
        )
        page = BrowserPage(str(flow["auth_uri"]), listener.port, expires_on, can_paste)
        prompt.show_page(page)
        answer = _wait(attempt, prompt, expires_on)
    if "error" in answer:
        raise error_from_answer(answer, account)
    result = _redeem(app, flow, answer, attempt)
    if "access_token" not in result:
        raise error_from_answer(result, account)
    return result


def _wait(attempt: Attempt, prompt: BrowserPrompt, expires_on: float) -> Mapping[str, str]:
    while True:
        heard = attempt.next_heard(max(0.0, expires_on - time.time()))
        if heard is None:
            raise SignInRequired(
                "Nobody came back from the sign-in page in time.",
                hint="Try again, or sign in with a device code.",
            )
        if isinstance(heard, dict):
            return heard
        answer = answer_for(heard, attempt.state)
        if not isinstance(answer, Refused):
            return answer
        prompt.answer_refused(answer.words)


def _redeem(
    app: AuthCodeClient, flow: dict[str, Any], answer: Mapping[str, str], attempt: Attempt
) -> dict[str, Any]:
    """A line that breaks is tried again: the code stays good for some minutes."""
    for tried in range(1, _REDEEM_TRIES + 1):
        try:
            return app.acquire_token_by_auth_code_flow(flow, answer)
        except NetworkError:
            if tried == _REDEEM_TRIES:
                raise
            attempt.pause(tried)
    raise AssertionError("the loop returns or raises")
