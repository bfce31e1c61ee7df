"""Mailboxes of himalaya: `config.toml`, in the shapes of its versions 1 and 2."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from tuimail.config.elsewhere import Found, Sketch, read_text
from tuimail.config.endpoints import tenant_of

FILES: Final = (".config/himalaya/config.toml", ".himalayarc")


def find(home: Path) -> Iterator[Found]:
    """Yield the mailboxes."""
    for file in (home / name for name in FILES):
        try:
            tables = tomllib.loads(read_text(file)).get("accounts", {})
        except (tomllib.TOMLDecodeError, AttributeError):
            continue
        if not isinstance(tables, dict):
            continue
        for name, table in tables.items():
            if isinstance(table, dict):
                found = _sketch(name, _flat(table)).found("himalaya", file)
                if found is not None:
                    yield found


def _flat(table: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    """Return every value by its dotted key: `backend.auth.client-id`."""
    values: dict[str, str] = {}
    for key, value in table.items():
        if isinstance(value, dict):
            values |= _flat(value, f"{prefix}{key}.")
        else:
            values[f"{prefix}{key}"] = str(value)
    return values


def _sketch(name: str, values: Mapping[str, str]) -> Sketch:
    def first(*endings: str) -> str:
        for ending in endings:
            for key, value in values.items():
                if key == ending or key.endswith(f".{ending}"):
                    return value
        return ""

    mechanism = first("auth.type", "auth.mechanism", "imap-auth")
    sketch = Sketch(
        label=name,
        address=first("email"),
        username=first("imap.login", "backend.login", "imap-login", "login"),
        host=first("imap.host", "backend.host", "imap-host", "host"),
        client_id=first("auth.client-id", "client-id"),
        tenant=tenant_of(first("auth.token-url", "auth.auth-url", "token-url", "auth-url")),
        uses_password="oauth" not in mechanism.lower(),
    )
    for key in values:
        if any(word in key for word in ("password", "passwd", "secret", "token.", "raw", "cmd")):
            sketch.leave(key)
    return sketch
