"""What Microsoft says of an organisation before anybody signs in: its cloud, tenant and name.

Two public addresses of Entra ID are asked: the OpenID Connect configuration of the domain
(OpenID Connect Discovery 1.0, 4) and the realm of the domain. Only the domain is sent, never who
asks: the realm's question has a local part that is always the same.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from urllib.parse import quote, urlsplit

from tuimail.errors import NetworkError
from tuimail.exchange.clouds import CLOUDS, is_personal_address
from tuimail.http import HttpAnswer, HttpClient
from tuimail.text.safe import clean

_NOBODY: Final = "anybody"
_NO_SUCH_TENANT: Final = 90002
_OTHER_CLOUD: Final = 90038
_TENANT: Final = re.compile(r"/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})/", re.IGNORECASE)
_LONGEST: Final = 240


class Found(StrEnum):
    """What is known of a domain."""

    ORGANISATION = "organisation"
    PERSONAL = "personal"
    NOBODY = "nobody"
    """Microsoft knows no organisation of that domain: the address may be mistyped."""
    UNCLEAR = "unclear"
    """Nobody could be asked, or the answer makes no sense."""


@dataclass(frozen=True, slots=True)
class Organisation:
    """What was found. All text is clean.

    Attributes:
        cloud: A name of `CLOUDS`; empty when it is not known.
        tenant: The tenant's id; empty when it is not known.
        name: As the organisation calls itself, `Contoso AB`; may be empty.
        problem: Why it is unclear, in a sentence; empty when it is not.
    """

    found: Found
    cloud: str = ""
    tenant: str = ""
    name: str = ""
    problem: str = ""


def discover(address: str, http: HttpClient, authority: str = "") -> Organisation:
    """Ask who signs in the people of an address's domain. It blocks; it raises nothing.

    Args:
        address: A usable address.
        authority: Who is asked instead of Microsoft's worldwide cloud; its tenant does not matter.
    """
    if is_personal_address(address):
        return Organisation(Found.PERSONAL, "personal")
    domain = address.rpartition("@")[2].lower()
    try:
        host = urlsplit(authority).netloc or CLOUDS["global"].authority_host
    except ValueError:
        return Organisation(Found.UNCLEAR, problem="The authority is no URL.")
    try:
        return _ask(domain, host, http) or _ask_elsewhere(domain, http)
    except NetworkError as error:
        return Organisation(Found.UNCLEAR, problem=error.message)


def _ask(domain: str, host: str, http: HttpClient) -> Organisation | None:
    """Ask one cloud; None when it says that another has the tenant."""
    answer = _json(
        http.get(f"https://{host}/{quote(domain, safe='')}/v2.0/.well-known/openid-configuration")
    )
    codes = answer.get("error_codes")
    codes = codes if isinstance(codes, list) else []
    if _OTHER_CLOUD in codes:
        return None
    realm = _realm(domain, host, http)
    if _is_personal(realm):
        return Organisation(Found.PERSONAL, "personal")
    if _NO_SUCH_TENANT in codes:
        return Organisation(Found.NOBODY)
    tenant = _TENANT.search(_text(answer, "issuer") + "/")
    if tenant is None:
        return Organisation(Found.UNCLEAR, problem="Microsoft's answer makes no sense.")
    return Organisation(
        Found.ORGANISATION, _cloud(answer), tenant[1].lower(), _text(realm, "FederationBrandName")
    )


def _ask_elsewhere(domain: str, http: HttpClient) -> Organisation:
    for name in ("gcc-high", "china"):
        found = _ask(domain, CLOUDS[name].authority_host, http)
        if found is not None and found.found is Found.ORGANISATION:
            return found
    return Organisation(Found.UNCLEAR, problem="The organisation is in another of the clouds.")


def _realm(domain: str, host: str, http: HttpClient) -> Mapping[str, Any]:
    """Ask for the realm; the name is a courtesy, so it may fail."""
    url = f"https://{host}/getuserrealm.srf"
    try:
        return _json(http.get(url, params={"login": f"{_NOBODY}@{domain}", "json": "1"}))
    except NetworkError:
        return {}


def _is_personal(realm: Mapping[str, Any]) -> bool:
    """Tell whether the domain's people are signed in as consumers, wherever the domain is."""
    return urlsplit(_text(realm, "AuthURL")).hostname == "login.live.com"


def _cloud(answer: Mapping[str, Any]) -> str:
    """Return the cloud, by the instance and the region that the configuration names.

    GCC is in the worldwide cloud. GCC High and DoD share an instance; the sub-scope tells them
    apart (Microsoft: "National clouds").
    """
    region, sub = _text(answer, "tenant_region_scope"), _text(answer, "tenant_region_sub_scope")
    instance = _text(answer, "cloud_instance_name")
    if instance.endswith("microsoftonline.cn"):
        return "china"
    if region.startswith("USG") or instance.endswith("microsoftonline.us"):
        return "dod" if sub == "DOD" else "gcc-high" if sub in ("DODCON", "") else "global"
    return "global"


def _json(answer: HttpAnswer) -> Mapping[str, Any]:
    try:
        found = json.loads(answer.text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _text(answer: Mapping[str, Any], key: str) -> str:
    value = answer.get(key)
    return str(clean(value))[:_LONGEST] if isinstance(value, str) else ""
