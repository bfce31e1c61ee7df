"""Signing in with a device code (RFC 8628): the way that works over SSH.

The polling is tuimail's own so that it ends at once when the user cancels; msal's loop sleeps.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any, Final, Protocol

from tuimail.auth.attempt import Attempt
from tuimail.auth.outcome import error_from_answer
from tuimail.errors import NetworkError
from tuimail.exchange.diagnosis import Kind, diagnose
from tuimail.model.account import Account
from tuimail.model.status import DeviceCode
from tuimail.text.safe import clean

_WAITING: Final = frozenset({"authorization_pending", "slow_down"})
_LONGEST_INTERVAL: Final = 60
SECOND = 1.0
"""How long a second of the interval is; tests that approve at once have no time to lose."""


class DeviceCodeClient(Protocol):
    """The part of `msal.PublicClientApplication` that is used."""

    def initiate_device_flow(self, scopes: list[str]) -> dict[str, Any]:
        """Ask for a code."""

    def acquire_token_by_device_flow(self, flow: dict[str, Any], **options: Any) -> dict[str, Any]:
        """Ask once whether it was used."""


class CodeShown(Protocol):
    """Where the code goes."""

    def show_code(self, code: DeviceCode) -> None:
        """Show a code."""


def sign_in_by_device_code(
    app: DeviceCodeClient, account: Account, prompt: CodeShown, attempt: Attempt
) -> Mapping[str, Any]:
    """Get a code, show it at once, and wait until it was used.

    While waiting, a broken line is no failure: the code stays valid.

    Returns:
        msal's answer with the tokens.

    Raises:
        SignInCancelled: The user stopped it.
        SignInRequired: Declined, expired or blocked; `detail` has Entra ID's words.
        AuthError: Whatever else Entra ID refuses.
        NetworkError: No code could be had.
    """
    flow = app.initiate_device_flow(list(account.scopes))
    if "user_code" not in flow or "device_code" not in flow:
        raise error_from_answer(flow, account)
    prompt.show_code(
        DeviceCode(
            verification_uri=str(clean(str(flow.get("verification_uri", "")))),
            user_code=str(clean(str(flow["user_code"]))),
            expires_on=float(flow["expires_at"]),
        )
    )
    # Where it is 0, msal asks without a pause and never looks whether it may stop.
    flow["interval"] = max(int(flow.get("interval", 5)), 1)
    while True:
        pause = min(flow["interval"], _LONGEST_INTERVAL) * SECOND
        attempt.pause(min(pause, max(0.0, flow["expires_at"] - time.time())))
        if time.time() >= flow["expires_at"]:
            # The page may have said 53003 and nobody told us (Microsoft: device code flow).
            raise error_from_answer({"error": "expired_token"}, account)
        answer = _ask(app, flow)
        if "access_token" in answer:
            return answer
        if not _is_waiting(answer):
            raise error_from_answer(answer, account)


def _ask(app: DeviceCodeClient, flow: dict[str, Any]) -> dict[str, Any]:
    from msal.exceptions import MsalServiceError  # noqa: PLC0415 - see `EntraClient.application`

    try:
        return app.acquire_token_by_device_flow(flow, exit_condition=lambda _flow: True)
    except (NetworkError, MsalServiceError):
        return {"error": "authorization_pending"}


def _is_waiting(answer: Mapping[str, Any]) -> bool:
    if answer.get("error") in _WAITING:
        return True
    said = f"{answer.get('error', '')} {answer.get('error_description', '')}"
    found = diagnose(said, source="entra")
    return found is not None and found.kind is Kind.BUSY
