"""The links of the message that is read: listed, opened, copied, shown in full."""

from __future__ import annotations

import asyncio
import os
from functools import partial
from typing import TYPE_CHECKING

from textual import work

from tuimail.config.browser import open_page
from tuimail.config.opening import split_command
from tuimail.config.surroundings import surroundings
from tuimail.model.draft import Draft
from tuimail.model.notice import Severity
from tuimail.ui.messages import LinkClicked
from tuimail.ui.shell import shell
from tuimail.ui.terminal import clipboard
from tuimail.ui.widgets.reader_text import ReaderText

if TYPE_CHECKING:
    from tuimail.mime.rendered import Link
    from tuimail.ui.widgets.link_sheet import LinkWish


class ReaderLinks(ReaderText):
    """The actions on links."""

    def action_links(self) -> None:
        """List the links in a sheet."""
        from tuimail.ui.widgets.link_sheet import LinkSheet  # noqa: PLC0415 - not for the first frame

        if self.reading is None or not self.reading.links:
            shell(self).tell("No links.")
            return
        self.app.push_screen(LinkSheet(self.reading.links, self._opens), self._wished)

    def on_link_clicked(self, event: LinkClicked) -> None:
        """Show a link that was clicked in full: a click opens nothing by itself."""
        event.stop()
        links = self.reading.links if self.reading is not None else ()
        link = next((each for each in links if each.number == event.number), None)
        if link is not None:
            self._show_in_full(link, asks=link.suspicious and self._opens == "open")

    @property
    def _opens(self) -> str:
        """What opening does here: a browser on another computer is of no use to the person."""
        command = split_command(shell(self).settings.reader.open_command)
        return "open" if command or surroundings(os.environ).can_open_browser else "copy"

    def _wished(self, wish: LinkWish | None) -> None:
        if wish is None:
            return
        if wish.deed == "copy":
            self._copy_link(wish.link)
        elif wish.deed == "full" or (wish.link.suspicious and self._opens == "open"):
            self._show_in_full(wish.link, asks=wish.deed == "open")
        else:
            self._open_link(wish.link)

    def _show_in_full(self, link: Link, *, asks: bool) -> None:
        from tuimail.ui.widgets.link_sheet import LinkInFull  # noqa: PLC0415 - not for the first frame

        sheet = LinkInFull(link, self._opens, asks=asks)
        self.app.push_screen(sheet, partial(self._answered, link))

    def _answered(self, link: Link, deed: str | None) -> None:
        if deed == "copy":
            self._copy_link(link)
        elif deed == "open":
            self._open_link(link)

    def _copy_link(self, link: Link, said: str = "Copied the link.") -> None:
        doubt = clipboard.doubt(link.target, os.environ)
        self.app.copy_to_clipboard(link.target)
        shell(self).tell(f"{said} {doubt}".strip(), Severity.WARNING if doubt else Severity.INFO)

    def _open_link(self, link: Link) -> None:
        if link.target.startswith("mailto:"):
            self._write_to(link)
        elif self._opens == "copy":
            self._copy_link(link, "Copied: no browser opens here.")
        else:
            self._start_browser(link)

    @work(group="open-link")
    async def _start_browser(self, link: Link) -> None:
        command = shell(self).settings.reader.open_command
        if await asyncio.to_thread(open_page, link.target, os.environ, command):
            shell(self).tell(f"Opening {link.host}.")
        else:
            self._copy_link(link, "The browser did not start. The link is copied.")

    def _write_to(self, link: Link) -> None:
        from tuimail.mime.mailto import read_mailto  # noqa: PLC0415 - few links are such

        if self.message is None:
            return
        wanted = read_mailto(link.target)
        account = self.message.summary.account_id
        draft = Draft(account, to=wanted.to, cc=wanted.cc, subject=wanted.subject, body=wanted.body)
        shell(self).open_composer(draft)
