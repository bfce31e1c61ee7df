"""Mailboxes of aerc: `accounts.conf` (aerc-accounts(5))."""

from __future__ import annotations

import configparser
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, unquote, urlsplit

from tuimail.config.elsewhere import Found, Sketch, read_text
from tuimail.config.endpoints import tenant_of

FILES: Final = (".config/aerc/accounts.conf",)
_TAKEN: Final = frozenset({"source", "outgoing", "from"})


def find(home: Path) -> Iterator[Found]:
    """Yield the mailboxes."""
    for file in (home / name for name in FILES):
        parser = configparser.ConfigParser(
            interpolation=None, strict=False, delimiters=("=",), comment_prefixes=("#", ";")
        )
        try:
            parser.read_string(read_text(file))
        except configparser.Error:
            continue
        for name in parser.sections():
            found = _sketch(name, dict(parser[name])).found("aerc", file)
            if found is not None:
                yield found


def _sketch(name: str, table: dict[str, str]) -> Sketch:
    sketch = Sketch(label=name, address=table.get("from", ""))
    try:
        source = urlsplit(table.get("source", ""))
        query = parse_qs(source.query)
    except ValueError:
        return sketch
    scheme, _, mechanism = source.scheme.partition("+")
    if scheme not in ("imap", "imaps"):
        return sketch
    user, _, rest = source.netloc.rpartition("@")
    sketch.username = unquote(user.partition(":")[0])
    sketch.host = rest.partition(":")[0]
    sketch.uses_password = mechanism not in ("xoauth2", "oauthbearer")
    sketch.client_id = query.get("client_id", [""])[0]
    sketch.tenant = tenant_of(query.get("token_endpoint", [""])[0])
    for key in table:
        if key not in _TAKEN:
            sketch.leave(key)
    return sketch
