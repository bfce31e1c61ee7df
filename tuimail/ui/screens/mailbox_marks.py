"""Marking messages of the list: one, a range, what an expression finds, all, the others."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Final

from tuimail.model.listing import Listing
from tuimail.model.message import MessageSummary
from tuimail.model.search import NO_LIMIT, Search
from tuimail.ui.drawing.formatting import number
from tuimail.ui.screens.mailbox_listing import MailboxListing
from tuimail.ui.shell import shell
from tuimail.ui.widgets.message_list import MOST_MARKED

_STEP: Final = 500


class MailboxMarks(MailboxListing):
    """The actions that mark."""

    def action_mark(self) -> None:
        """Mark the message at the cursor and go to the next."""
        if self.focused is self.message_list:
            self.message_list.toggle_mark()

    def action_range(self) -> None:
        """Mark what the cursor passes from here on, or end that."""
        if self.message_list.toggle_range():
            key = shell(self).keys.shown("list.range")
            self.bottom.show_event(f"Moving marks; {key} ends it.")

    def action_mark_all(self) -> None:
        """Mark all messages of the list."""
        self.run_worker(self._mark_found(NO_LIMIT), exclusive=True, group="mark")

    def action_invert(self) -> None:
        """Mark what is not marked, and unmark the rest."""
        self.run_worker(self._mark_found(NO_LIMIT, invert=True), exclusive=True, group="mark")

    async def action_mark_pattern(self) -> None:
        """Mark what an expression finds in this list."""

        def typed(text: str) -> str:
            return self.parse(text).problem

        def closed(text: str | None) -> None:
            search = self.parse(text or "").search
            if search:
                self.run_worker(self._mark_found(search), exclusive=True, group="mark")

        hints = (("Enter", "mark"), ("line.close", "close"))
        from tuimail.ui.widgets.line_sheet import LineSheet  # noqa: PLC0415 - not for the first frame

        await self.app.push_screen(LineSheet("mark: ", "", typed, hints), closed)

    def mark_by(self, text: str) -> str:
        """Mark what an expression finds; return what is wrong with it, and then mark nothing."""
        parsed = self.parse(text)
        if parsed.search and not parsed.problem:
            self.run_worker(self._mark_found(parsed.search), exclusive=True, group="mark")
        return parsed.problem

    async def _mark_found(self, search: Search, *, invert: bool = False) -> None:
        listing = self.message_list.listing
        if listing is None:
            return
        terms = (*listing.limit.terms, *search.terms)
        wanted = replace(listing, conversations=False, limit=Search(terms))
        found, more = await self._found(wanted)
        if listing != self.message_list.listing:
            return  # another list was opened meanwhile
        if invert:
            before = self.message_list.marked
            self.message_list.mark((row for row in found if row.key not in before), instead=True)
        else:
            self.message_list.mark(found)
        marked = len(self.message_list.marked)
        if more:
            words = f"{number(marked)} marked; the list has more, and no more are marked at once."
        else:
            words = f"{number(marked)} marked." if marked else "Nothing here to mark."
        self.bottom.show_event(words)

    async def _found(self, listing: Listing) -> tuple[list[MessageSummary], bool]:
        """Return up to `MOST_MARKED` messages of a flat listing, and whether there are more."""
        found: list[MessageSummary] = []
        window = shell(self).store.read.listing(listing).first(_STEP)
        while True:
            found += [row.message for row in window.rows]
            following = window.resume or (window.rows[-1].anchor if window.rows else None)
            ended = window.resume is None and len(window.rows) < _STEP
            if ended or following is None or len(found) >= MOST_MARKED:
                return found[:MOST_MARKED], not ended and len(found) >= MOST_MARKED
            await asyncio.sleep(0)  # keys first
            window = shell(self).store.read.listing(listing).after(following, _STEP)
