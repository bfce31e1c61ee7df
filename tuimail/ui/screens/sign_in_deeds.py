"""What a key does wherever somebody signs in: open the page, copy, approve in the demo.

Shared by the sign-in and by the set-up, whose pages show the same code and the same page.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from tuimail.config.browser import open_page
from tuimail.config.surroundings import Surroundings, surroundings
from tuimail.model.notice import Notice, Severity
from tuimail.model.sign_in import BrowserPage, SignInMethod
from tuimail.model.status import DeviceCode
from tuimail.text.safe import clean
from tuimail.ui.setup.sign_in_words import copied_of
from tuimail.ui.shell import shell
from tuimail.ui.widgets.bottom_bar import BottomBar

if TYPE_CHECKING:
    from textual.screen import Screen


class SignInDeeds:
    """The deeds of one screen, and whether its page was opened in a browser here.

    Args:
        screen: Has a `BottomBar`, where it is said how they went.
    """

    def __init__(self, screen: Screen[Any]) -> None:
        self._screen = screen
        self._opened = ""
        self.place: Surroundings = surroundings(os.environ)
        self.was_opened = False

    @property
    def by_page(self) -> SignInMethod:
        """How a page is signed in with here: in this computer's browser, or in another's."""
        is_here = self.place.can_open_browser
        return SignInMethod.BROWSER if is_here else SignInMethod.PASTE

    def begin(self) -> None:
        """Another attempt begins: its page was not opened yet."""
        self.was_opened = False

    def page_shown(self, page: BrowserPage, *, is_pasted: bool = False) -> None:
        """Open a page where a browser is at hand, the first time it is shown.

        Args:
            is_pasted: It is opened elsewhere, and the address of its last page comes back by hand.
        """
        if page.url != self._opened:
            self._opened = page.url
            if self.place.can_open_browser and not is_pasted:
                self.was_opened = open_page(page.url, os.environ)

    def open_again(self, page: BrowserPage) -> None:
        """Open a page because somebody asks for it."""
        self.was_opened = open_page(page.url, os.environ)
        if not self.was_opened:
            self._say("There is no browser here. Copy the address.")

    def copy(
        self, code: DeviceCode | None, page: BrowserPage | None, problem: Notice | None
    ) -> None:
        """Copy what is needed elsewhere.

        That is the code, the page's address, the line to run, or Microsoft's words with their ids.
        """
        copied = copied_of(problem) if problem is not None else None
        text = copied.text if copied is not None else ""
        if code is not None:
            text = code.user_code
        elif page is not None:
            text = page.url
        self.copy_text(text)

    def copy_text(self, text: str) -> None:
        """Copy a text (OSC 52)."""
        if not text:
            self._say("There is nothing to copy yet.")
            return
        self._screen.app.copy_to_clipboard(clean(text, multiline=True))
        self._say("Copied.", Severity.SUCCESS)

    def approve(self, code: DeviceCode) -> None:
        """Approve a code in the demo, where nobody else does; say what the page said."""
        approve = shell(self._screen).approve_demo
        told = approve(code.user_code) if approve is not None else ""
        if isinstance(told, str) and told:
            self._say(clean(told), Severity.WARNING)

    def _say(self, words: str, severity: Severity = Severity.INFO) -> None:
        self._screen.query_one(BottomBar).show_event(words, severity=severity)
