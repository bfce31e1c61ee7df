"""Opening a page in the user's browser, never one that would take the terminal over."""

from __future__ import annotations

import shutil
import subprocess
import threading
from collections.abc import Mapping
from typing import Final

_OPENERS: Final = ("xdg-open", "wslview", "gio")
_SCHEMES: Final = ("https://", "http://")


def open_page(url: str, environ: Mapping[str, str]) -> bool:
    """Start the browser on a page, detached; whether something was started.

    Only the desktop's own openers are tried: `$BROWSER` is often a browser for the terminal.

    Args:
        url: http or https; anything else is not opened.
    """
    if not url.startswith(_SCHEMES) or any(character.isspace() for character in url):
        return False
    for opener in _OPENERS:
        path = shutil.which(opener, path=environ.get("PATH"))
        if path is None:
            continue
        command = [path, "open", url] if opener == "gio" else [path, url]
        try:
            started = subprocess.Popen(  # noqa: S603 - a fixed program, the page as one argument
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
                env=dict(environ),
            )
        except OSError:
            continue
        # Waited for, so that the system can forget it when it ends.
        threading.Thread(target=started.wait, name="opener", daemon=True).start()
        return True
    return False
