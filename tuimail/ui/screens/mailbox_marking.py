"""Marking messages of the list: one, a range, what an expression finds, all, the others."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

from tuimail.model.listing import Listing
from tuimail.model.message import MessageSummary
from tuimail.model.search import NO_LIMIT, Search
from tuimail.ui.drawing.formatting import number
from tuimail.ui.screens.asked import read_words
from tuimail.ui.shell import shell
from tuimail.ui.widgets.message_list import MOST_MARKED, MessageList
from tuimail.ui.work import begin

if TYPE_CHECKING:
    from tuimail.ui.screens.mailbox import MailboxScreen

_STEP: Final = 500


class MailboxMarking:
    """Marks one by one, as the cursor passes, or what is found; a long list takes its time.

    Args:
        screen: Whose list has the marks.
    """

    def __init__(self, screen: MailboxScreen) -> None:
        self._screen = screen

    @property
    def _rows(self) -> MessageList:
        return self._screen.message_list

    def one(self) -> None:
        """Mark the message at the cursor and go to the next."""
        if self._screen.focused is self._rows:
            self._rows.toggle_mark()

    def begin_range(self) -> None:
        """Mark what the cursor passes from here on, or end that."""
        if self._rows.toggle_range():
            key = shell(self._screen).keys.shown("list.range")
            self._screen.bottom.show_event(f"Moving marks; {key} ends it.")

    def everything(self) -> None:
        """Mark all messages of the list."""
        self._begin(NO_LIMIT)

    def invert(self) -> None:
        """Mark what is not marked, and unmark the rest."""
        self._begin(NO_LIMIT, invert=True)

    async def ask(self) -> None:
        """Mark what an expression finds in this list."""
        app = shell(self._screen)

        def typed(text: str) -> str:
            return read_words(app, text).problem

        def closed(text: str | None) -> None:
            search = read_words(app, text or "").search
            if search:
                self._begin(search)

        hints = (("Enter", "mark"), ("line.close", "close"))
        from tuimail.ui.widgets.line_sheet import LineSheet  # noqa: PLC0415 - not for the first frame

        await self._screen.app.push_screen(LineSheet("mark: ", "", typed, hints), closed)

    def found_by(self, text: str) -> str:
        """Mark what an expression finds; return what is wrong with it, and then mark nothing."""
        parsed = read_words(shell(self._screen), text)
        if parsed.search and not parsed.problem:
            self._begin(parsed.search)
        return parsed.problem

    def _begin(self, search: Search, *, invert: bool = False) -> None:
        mark = partial(self._mark_found, search, invert=invert)
        begin(self._screen, mark, exclusive=True, group="mark")

    async def _mark_found(self, search: Search, *, invert: bool) -> None:
        listing = self._rows.listing
        if listing is None:
            return
        terms = (*listing.limit.terms, *search.terms)
        wanted = replace(listing, conversations=False, limit=Search(terms))
        found, more = await self._found(wanted)
        if listing != self._rows.listing:
            return  # another list was opened meanwhile
        if invert:
            before = self._rows.marked
            self._rows.mark((row for row in found if row.key not in before), instead=True)
        else:
            self._rows.mark(found)
        marked = len(self._rows.marked)
        if more:
            words = f"{number(marked)} marked; the list has more, and no more are marked at once."
        else:
            words = f"{number(marked)} marked." if marked else "Nothing here to mark."
        self._screen.bottom.show_event(words)

    async def _found(self, listing: Listing) -> tuple[list[MessageSummary], bool]:
        """Return up to `MOST_MARKED` messages of a flat listing, and whether there are more."""
        found: list[MessageSummary] = []
        window = shell(self._screen).store.read.listing(listing).first(_STEP)
        while True:
            found += [row.message for row in window.rows]
            following = window.resume or (window.rows[-1].anchor if window.rows else None)
            ended = window.resume is None and len(window.rows) < _STEP
            if ended or following is None or len(found) >= MOST_MARKED:
                return found[:MOST_MARKED], not ended and len(found) >= MOST_MARKED
            await asyncio.sleep(0)  # keys first
            window = shell(self._screen).store.read.listing(listing).after(following, _STEP)
