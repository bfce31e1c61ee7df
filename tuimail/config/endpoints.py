"""What a token or sign-in address of Entra ID says of the organisation."""

from __future__ import annotations

import re
from typing import Final

_TENANT: Final = re.compile(
    r"https://login\.(?:microsoftonline\.(?:com|us)|partner\.microsoftonline\.cn)/"
    r"([A-Za-z0-9][A-Za-z0-9.-]*)/"
)


def tenant_of(text: str) -> str:
    """Return the tenant in the first address of Entra ID's; empty when there is none.

    `https://login.microsoftonline.com/contoso.com/oauth2/v2.0/token` gives `contoso.com`.
    """
    match = _TENANT.search(text)
    return match[1] if match else ""
