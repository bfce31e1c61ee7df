"""What is done with the links of a text: listed, opened, copied, shown in full."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from textual.widget import Widget

from tuimail.config.browser import open_page
from tuimail.config.opening import split_command
from tuimail.config.surroundings import surroundings
from tuimail.model.account import AccountId
from tuimail.model.draft import Draft
from tuimail.model.notice import Severity
from tuimail.ui.shell import shell
from tuimail.ui.terminal import clipboard
from tuimail.ui.work import begin

if TYPE_CHECKING:
    from tuimail.mime.rendered import Link
    from tuimail.ui.widgets.link_sheet import LinkWish


class LinkDesk:
    """Does what is asked for with links.

    Args:
        owner: A mounted widget; it lends its application.
        account: Returns the mailbox from which an address in a link is written to; None for none.
    """

    def __init__(self, owner: Widget, account: Callable[[], AccountId | None]) -> None:
        self._owner, self._account = owner, account

    def offer(self, links: Sequence[Link]) -> None:
        """List links in a sheet, and do what it answers."""
        from tuimail.ui.widgets.link_sheet import LinkSheet  # noqa: PLC0415 - not for the first frame

        if not links:
            shell(self._owner).tell("No links.")
            return
        self._owner.app.push_screen(LinkSheet(links, self._opens), self._wished)

    def clicked(self, links: Sequence[Link], number: int) -> None:
        """Show a link that was clicked in full: a click opens nothing by itself."""
        link = next((each for each in links if each.number == number), None)
        if link is not None:
            self._show_in_full(link, asks=link.suspicious and self._opens == "open")

    @property
    def _opens(self) -> str:
        """What opening does here: a browser on another computer is of no use to the person."""
        command = split_command(shell(self._owner).settings.reader.open_command)
        return "open" if command or surroundings(os.environ).can_open_browser else "copy"

    def _wished(self, wish: LinkWish | None) -> None:
        if wish is None:
            return
        if wish.deed == "copy":
            self._copy(wish.link)
        elif wish.deed == "full" or (wish.link.suspicious and self._opens == "open"):
            self._show_in_full(wish.link, asks=wish.deed == "open")
        else:
            self._open(wish.link)

    def _show_in_full(self, link: Link, *, asks: bool) -> None:
        from tuimail.ui.widgets.link_sheet import LinkInFull  # noqa: PLC0415 - not for the first frame

        sheet = LinkInFull(link, self._opens, asks=asks)
        self._owner.app.push_screen(sheet, partial(self._answered, link))

    def _answered(self, link: Link, deed: str | None) -> None:
        if deed == "copy":
            self._copy(link)
        elif deed == "open":
            self._open(link)

    def _copy(self, link: Link, said: str = "Copied the link.") -> None:
        doubt = clipboard.doubt(link.target, os.environ)
        self._owner.app.copy_to_clipboard(link.target)
        severity = Severity.WARNING if doubt else Severity.INFO
        shell(self._owner).tell(f"{said} {doubt}".strip(), severity)

    def _open(self, link: Link) -> None:
        if link.target.startswith("mailto:"):
            self._write_to(link)
        elif self._opens == "copy":
            self._copy(link, "Copied: no browser opens here.")
        else:
            begin(self._owner, partial(self._start_browser, link), group="open-link")

    async def _start_browser(self, link: Link) -> None:
        command = shell(self._owner).settings.reader.open_command
        if await asyncio.to_thread(open_page, link.target, os.environ, command):
            shell(self._owner).tell(f"Opening {link.host}.")
        else:
            self._copy(link, "The browser did not start. The link is copied.")

    def _write_to(self, link: Link) -> None:
        from tuimail.mime.mailto import read_mailto  # noqa: PLC0415 - few links are such

        account = self._account()
        if account is None:
            return
        wanted = read_mailto(link.target)
        draft = Draft(account, to=wanted.to, cc=wanted.cc, subject=wanted.subject, body=wanted.body)
        shell(self._owner).open_composer(draft)
