"""A sign-in on a plain terminal: what is to be opened and typed goes to stdout, a line each."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable

from tuimail.cli.output import note, say
from tuimail.config.browser import open_page
from tuimail.config.surroundings import surroundings
from tuimail.model.sign_in import BrowserPage
from tuimail.model.status import DeviceCode, SignInOutcome


class PlainPrompt:
    """Fulfils `SignInPrompt`.

    Args:
        paste: Takes each line that is typed while a page is shown.
    """

    def __init__(self, paste: Callable[[str], None]) -> None:
        self.outcome: SignInOutcome | None = None
        self._paste = paste

    def show_code(self, code: DeviceCode) -> None:
        """Print the page and the code."""
        note("Open this page on any device and enter the code:")
        say(code.verification_uri)
        say(code.user_code)

    def show_page(self, page: BrowserPage) -> None:
        """Print the page's address, and what to do where the browser is on another computer."""
        here = surroundings(os.environ)
        note("Open this page in a browser:")
        say(page.url)
        if here.can_open_browser and open_page(page.url, os.environ):
            note("It was opened in your browser.")
        elif here.is_remote:
            note("If the browser is on your own computer, run this there first:")
            note(f"  {here.forwarding_line(page.port)}")
        if not page.can_paste:
            return
        note("If the last page cannot be reached, paste its whole address here and press Enter:")
        threading.Thread(target=self._listen, name="paste", daemon=True).start()

    def answer_refused(self, words: str) -> None:
        """Say why, and go on."""
        note(words)

    def finished(self, outcome: SignInOutcome) -> None:
        """Remember how it ended."""
        self.outcome = outcome

    def _listen(self) -> None:
        for line in sys.stdin:
            if line.strip():
                self._paste(line)
