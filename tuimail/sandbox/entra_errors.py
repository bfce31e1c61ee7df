"""The error bodies of Entra ID that the sandbox can give, by a short name or the AADSTS number.

The words are data, in ``entra_errors.toml`` beside this module.
"""

from __future__ import annotations

import time
import tomllib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

OUTLOOK_APP_ID = "00000002-0000-0ff1-ce00-000000000000"
_UNKNOWN: Final = {
    "client_id": "",
    "app": "tuimail",
    "tenant": "Contoso",
    "user": "",
    "redirect_uri": "",
    "resource": OUTLOOK_APP_ID,
}


@dataclass(frozen=True)
class EntraError:
    """One error: the AADSTS number, the OAuth error, the HTTP status and the words.

    ``redirect`` is the OAuth error with which the browser returns to the client; empty if it stays
    on a page, whose title is ``page``.
    """

    name: str
    number: int
    error: str
    text: str
    status: int = 400
    suberror: str = ""
    redirect: str = ""
    page: str = "Sign in: something went wrong"

    def body(self, about: Mapping[str, str]) -> dict[str, object]:
        """The JSON body as the token endpoint answers it; ``about`` fills the placeholders."""
        timestamp = time.strftime("%Y-%m-%d %H:%M:%SZ", time.gmtime())
        trace, correlation = str(uuid.uuid4()), str(uuid.uuid4())
        description = (
            f"AADSTS{self.number}: {self.words(about)} "
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

    def words(self, about: Mapping[str, str]) -> str:
        """The sentence behind the number."""
        words = self.text
        for placeholder, unknown in _UNKNOWN.items():
            words = words.replace(f"{{{placeholder}}}", about.get(placeholder) or unknown)
        return words


def _read() -> dict[str, EntraError]:
    tables = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return {
        name: EntraError(name=name, number=table.pop("code"), **table)
        for name, table in tables.items()
    }


ERRORS: Final = _read()
_BY_NUMBER: Final = {str(error.number): error for error in ERRORS.values()}


def error_named(name: str) -> EntraError:
    """The error of this name (``ca_blocked``) or number (``53003``), or ValueError."""
    error = ERRORS.get(name) or _BY_NUMBER.get(name)
    if error is None:
        raise ValueError(f"unknown failure {name!r}")
    return error
