"""Mailboxes of Thunderbird: `prefs.js` of every profile that `profiles.ini` names."""

from __future__ import annotations

import configparser
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tuimail.config.elsewhere import Found, Sketch, read_text
from tuimail.exchange.clients import PRESETS

_PREF: Final = re.compile(r'^user_pref\("([^"]+)", (.+)\);\s*$', re.MULTILINE)
_OAUTH2: Final = "10"
"""`nsMsgAuthMethod::OAuth2`."""

HOMES: Final = (".thunderbird", ".mozilla-thunderbird", "snap/thunderbird/common/.thunderbird")


def find(home: Path) -> Iterator[Found]:
    """Yield the mailboxes of all profiles."""
    for folder in (home / name for name in HOMES):
        for profile in _profiles(folder):
            yield from _mailboxes(profile / "prefs.js")


def _profiles(folder: Path) -> list[Path]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    try:
        parser.read_string(read_text(folder / "profiles.ini"))
    except configparser.Error:
        return []
    found = []
    for section in parser.sections():
        path = parser.get(section, "Path", fallback="")
        if section.startswith("Profile") and path:
            is_relative = parser.get(section, "IsRelative", fallback="1") == "1"
            found.append(folder / path if is_relative else Path(path))
    return found


def _mailboxes(file: Path) -> Iterator[Found]:
    prefs = _prefs(read_text(file))
    for account in prefs.get("mail.accountmanager.accounts", "").split(","):
        server = prefs.get(f"mail.account.{account}.server", "")
        if prefs.get(f"mail.server.{server}.type") != "imap":
            continue
        identity = prefs.get(f"mail.account.{account}.identities", "").split(",")[0]
        method = prefs.get(f"mail.server.{server}.authMethod", "")
        sketch = Sketch(
            label=prefs.get(f"mail.server.{server}.name", ""),
            address=prefs.get(f"mail.identity.{identity}.useremail", ""),
            username=prefs.get(f"mail.server.{server}.userName", ""),
            host=prefs.get(f"mail.server.{server}.hostname", ""),
            client_id=PRESETS["thunderbird"] if method == _OAUTH2 else "",
            uses_password=method != _OAUTH2,
            left=["folders, filters and signatures"],
        )
        found = sketch.found("Thunderbird", file)
        if found is not None:
            yield found


def _prefs(text: str) -> dict[str, str]:
    prefs = {}
    for name, value in _PREF.findall(text):
        try:
            read = json.loads(value)
        except ValueError:
            continue  # a string in JavaScript's own notation; none that is looked for
        prefs[name] = str(read)
    return prefs
