"""Opening a page in the user's browser, never one that would take the terminal over."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from tuimail.config.opening import desktop_opener, split_command, start

_SCHEMES: Final = ("https://", "http://")


def open_page(url: str, environ: Mapping[str, str], command: str = "") -> bool:
    """Start the browser on a page, detached; whether something was started.

    Args:
        url: http or https; anything else is not opened.
        environ: The environment.
        command: `reader.open_command`; empty for the desktop's own opener.
    """
    if not url.startswith(_SCHEMES) or any(character.isspace() for character in url):
        return False
    opener = split_command(command) or desktop_opener(environ)
    return opener is not None and start([*opener, url], environ)
