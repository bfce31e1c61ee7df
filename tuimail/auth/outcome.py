"""From msal's answers and failures to tuimail's errors, without anything secret in them."""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Mapping
from typing import Any, Final

from tuimail.errors import (
    AuthError,
    ConsentRequired,
    SignInRequired,
    TokenUnavailable,
    TuimailError,
)
from tuimail.exchange.clients import admin_consent_url
from tuimail.exchange.diagnosis import Diagnosis, Kind, diagnose, explain
from tuimail.model.account import Account
from tuimail.model.notice import Notice, Severity
from tuimail.text.safe import clean

_GRAPH: Final = frozenset({"00000003-0000-0000-c000-000000000000", "https://graph.microsoft.com"})
_OUTLOOK: Final = frozenset({"https://outlook.office.com", "https://outlook.office365.com"})
_REFUSED: Final = {"IMAP.AccessAsUser.All": "Reading mail was not allowed."}
_NAMES: Final = ("preferred_username", "upn", "unique_name")


def error_from_answer(answer: Mapping[str, Any], account: Account) -> AuthError:
    """Translate Entra ID's error body (RFC 6749, 5.2; Microsoft: AADSTS codes)."""
    said = f"{answer.get('error', '')} {answer.get('error_description', '')}".strip()
    return error_from_words(said, account)


def error_from_words(said: str, account: Account) -> AuthError:
    """Translate Entra ID's words."""
    found = explain(said, source="entra", address=account.username)
    if found.kind is Kind.CONSENT:
        url = admin_consent_url(account.authority, account.client_id, account.scopes)
        return ConsentRequired(found.title, hint=found.fix, detail=found.raw, url=url)
    kind = TokenUnavailable if found.kind is Kind.BUSY else SignInRequired
    return kind(found.title, hint=found.fix, detail=found.raw, url=found.url)


def notice_from(error: TuimailError, account: Account) -> Notice:
    """Return what a person is told about a failed sign-in."""
    found = _entras_words(error.detail, account)
    if found is not None:
        notice = found.notice(Severity.ERROR)
        return Notice(
            notice.severity,
            notice.short,
            notice.happened,
            notice.now,
            notice.you_can,
            command=notice.command,
            url=error.url or notice.url,
            detail=notice.detail,
        )
    return Notice(
        Severity.ERROR,
        short=error.message,
        happened=error.message,
        now="Keeps everything; changes wait.",
        you_can=error.hint or "Sign in again.",
        url=error.url,
        detail=error.detail,
    )


def _entras_words(detail: str, account: Account) -> Diagnosis | None:
    """Recognise Entra ID's words; a detail may be somebody else's."""
    recognise = explain if "AADSTS" in detail else diagnose
    return recognise(detail, source="entra", address=account.username)


def token_claims(token: str) -> Mapping[str, Any]:
    """Read the claims of a JWT (RFC 7519), unverified; empty when the token is opaque.

    Only for telling the user early what a server would refuse without a reason.
    """
    parts = token.split(".")
    if len(parts) != 3:
        return {}
    try:
        payload = base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4))
        claims = json.loads(payload)
    except (binascii.Error, ValueError, RecursionError):
        return {}
    return claims if isinstance(claims, dict) else {}


def signed_in_name(answer: Mapping[str, Any]) -> str:
    """Return who signed in, as far as the ID token or the access token says."""
    for claims in (answer.get("id_token_claims"), token_claims(str(answer.get("access_token")))):
        for name in _NAMES:
            value = (claims or {}).get(name)
            if isinstance(value, str) and value:
                return str(clean(value))
    return ""


def foreign_audience(claims: Mapping[str, Any], account: Account) -> str:
    """Return whom a token is for when that is not the mail of this account's cloud; else empty.

    An id that is not Graph's is taken: Exchange has several, and accepts its own alone.
    """
    audience = str(claims.get("aud", "")).rstrip("/")
    resources = {scope.rpartition("/")[0].rstrip("/") for scope in account.scopes}
    # One worldwide service under two names; the other clouds' names are theirs alone.
    if resources & _OUTLOOK:
        resources |= _OUTLOOK
    if resources == {account.graph_scope.rpartition("/")[0]}:
        resources |= _GRAPH
    is_foreign = "://" in audience or audience in _GRAPH
    return str(clean(audience))[:240] if is_foreign and audience not in resources else ""


def objection(answer: Mapping[str, Any], account: Account) -> SignInRequired | None:
    """Find what makes a fresh token useless for this account, while it can still be explained."""
    name = signed_in_name(answer)
    if name and name.casefold() != account.username.casefold():
        return SignInRequired(
            f"You signed in as {name}; this account is {account.username}.",
            hint=(
                f"Sign in as {account.username}. If {name} is the name that opens this mailbox, "
                f'set username = "{name}" in the settings.'
            ),
        )
    claims = token_claims(str(answer.get("access_token", "")))
    audience = foreign_audience(claims, account)
    if audience:
        return SignInRequired(
            "The token is for another service than mail.",
            hint="Check cloud and authority in the settings.",
            detail=f"aud={audience}",
        )
    granted = str(claims.get("scp", "")).split()
    wanted = account.scopes[0].rpartition("/")[2]
    if granted and wanted not in granted:
        return SignInRequired(
            _REFUSED.get(wanted, "Sending through Microsoft Graph was not allowed."),
            hint="Sign in again and accept every permission, or ask your administrator.",
            detail=str(clean(f"scp={' '.join(granted)}")),
        )
    ends = claims.get("exp")
    if isinstance(ends, int | float) and ends <= time.time():
        return SignInRequired(
            "The fresh token has ended already, as this computer's clock has it.",
            hint="Set the clock of this computer, then sign in again.",
        )
    return None
