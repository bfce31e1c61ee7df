"""Which app asks Microsoft for the mail: client id presets and the page for an administrator.

There is no silent default. The client id is the organisation's own registration or a preset that
the user names, because the organisation's logs show the name of whoever owns the id.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import quote, urlsplit

PRESETS: Final[dict[str, str]] = {
    "thunderbird": "9e5f94bc-e8a4-4e73-b8be-63364c29d753",
}
"""Names that stand for the public client ids of other mail programs.

`thunderbird` is one of the few ids that Microsoft's default consent policy lets people allow by
themselves (Microsoft: "Manage app consent policies").
"""

_GUID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\Z", re.IGNORECASE)


_CONSENT_PATH: Final = "/v2.0/adminconsent"


def resolve_client_id(value: str) -> str | None:
    """Return the client id for a preset's name or a GUID, None when it is neither."""
    value = value.strip()
    preset = PRESETS.get(value.lower())
    if preset is not None:
        return preset
    return value.lower() if _GUID.match(value) else None


def admin_consent_url(authority: str, client_id: str, scopes: tuple[str, ...]) -> str:
    """Return the page on which an administrator allows the app (Microsoft: v2 admin consent).

    The v2 endpoint does not take `common`; it then ends in `organizations`. The page lands on
    `http://localhost`, which is expected.
    """
    parts = urlsplit(authority)
    tenant = parts.path.strip("/").split("/", 1)[0]
    if tenant in ("", "common", "consumers"):
        tenant = "organizations"
    scope = "%20".join(quote(scope, safe=":/") for scope in scopes)
    return (
        f"https://{parts.netloc}/{tenant}{_CONSENT_PATH}?client_id={quote(client_id)}"
        f"&scope={scope}&redirect_uri=http://localhost"
    )


def is_admin_consent_url(url: str) -> bool:
    """Tell whether a page is one on which an administrator allows the app."""
    return urlsplit(url).path.endswith(_CONSENT_PATH)
