"""How the list on the mailbox screen is put together: order, conversations, limit, jumps."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tuimail.errors import StoreError
from tuimail.model.listing import Anchor, Listing, ListRow, Sort
from tuimail.model.message import MessageKey
from tuimail.model.notice import Severity
from tuimail.model.search import NO_LIMIT, Has, Part, Search
from tuimail.text.folding import fold
from tuimail.ui.listing.choice import choose_conversations, choose_sort
from tuimail.ui.listing.words import order_words
from tuimail.ui.screens.mailbox_places import MailboxPlaces
from tuimail.ui.shell import shell

if TYPE_CHECKING:
    from tuimail.model.search_language import Parsed
    from tuimail.ui.widgets.sort_sheet import SortOrder

_ALL_AGAIN: Final = "\\"
"""Typed first into the line of the limit, it takes the limit back."""

_LOOKS: Final = 25
"""How often it is looked further for what is typed, a few milliseconds each."""


class MailboxListing(MailboxPlaces):
    """The actions on the list as a whole."""

    def parse(self, text: str) -> Parsed:
        """Read a limit or a search as the user wrote it."""
        from tuimail.model.search_language import parse_search  # noqa: PLC0415 - not for the first frame

        app = shell(self)
        me = [name for each in app.accounts.values() for name in (each.address, each.username)]
        return parse_search(text, now=app.now(), me=me)

    # -- order and conversations ---------------------------------------------------------------

    async def action_sort(self) -> None:
        """Choose by what the list is sorted."""
        listing = self.message_list.listing
        if listing is not None:
            from tuimail.ui.widgets.sort_sheet import SortSheet  # noqa: PLC0415 - not for the first frame

            wanted = replace(listing, conversations=self.message_list.wants_conversations)
            await self.app.push_screen(SortSheet(wanted), self._sort_chosen)

    def _sort_chosen(self, order: SortOrder | None) -> None:
        listing, place = self.message_list.listing, self.place
        if order is None or listing is None or place is None:
            return
        kept = choose_sort(shell(self).store, place, order.sort, reverse=order.reverse)
        words = order_words(replace(listing, sort=order.sort, reverse=order.reverse))
        self.run_worker(self._keep_choice(kept, f"Sorted {words or 'by date'}."), group="list")

    def action_conversations(self) -> None:
        """Put the messages of conversations together, or show them one by one."""
        listing, place = self.message_list.listing, self.place
        if listing is None or place is None:
            return
        wanted = not self.message_list.wants_conversations
        if wanted and not replace(listing, conversations=True).effective.conversations:
            self.bottom.show_event(self._why_one_by_one(listing))
            return
        kept = choose_conversations(shell(self).store, place, wanted)
        what = "Conversations." if wanted else "Messages one by one."
        self.run_worker(self._keep_choice(kept, what), group="list")

    async def _keep_choice(self, kept: Future[None], words: str) -> None:
        """Show the list as it is chosen now, once that is kept."""
        try:
            await asyncio.wrap_future(kept)
        except StoreError as error:
            self.bottom.show_event(error.message, severity=Severity.ERROR)
            return
        self.follow_choice()
        self.bottom.show_event(words)

    def _why_one_by_one(self, listing: Listing) -> str:
        if len(listing.sorts) == 1:
            return "Here messages stand one by one."
        key = shell(self).keys.shown("list.sort")
        return f"Conversations stand by date: {key} sorts the list."

    def action_fold(self) -> None:
        """Fold or unfold the conversation at the cursor."""
        if not self.message_list.toggle_fold():
            self.bottom.show_event(self._why_no_fold())

    def action_fold_all(self) -> None:
        """Unfold all conversations, or fold all."""
        listing = self.message_list.listing
        if listing is None or not listing.conversations:
            self.bottom.show_event(self._why_no_fold())
        else:
            self.message_list.toggle_fold_all()

    def _why_no_fold(self) -> str:
        listing = self.message_list.listing
        if listing is not None and listing.conversations:
            return "This message has no conversation."
        key = shell(self).keys.shown("list.conversations")
        return f"The list is one by one: {key} puts conversations together."

    # -- limit ---------------------------------------------------------------------------------

    async def action_limit(self) -> None:
        """Show only what an expression finds, as it is typed; the order stays."""
        listing, row = self.message_list.listing, self.message_list.cursor
        if listing is None:
            return
        before = listing.limit
        key = row.key if row is not None else None

        def typed(text: str) -> str:
            if text.startswith(_ALL_AGAIN):
                sheet.dismiss("")
                return ""
            parsed = self.parse(text)
            self._limit_to(parsed.search, key)
            return parsed.problem

        def closed(text: str | None) -> None:
            if text is None:
                self._limit_to(before, key)
            elif not text.strip():
                self._limit_to(NO_LIMIT, key)

        from tuimail.ui.widgets.line_sheet import LineSheet  # noqa: PLC0415 - not for the first frame

        sheet = LineSheet(
            shell(self).keys.shown("list.limit"),
            before.source,
            typed,
            (("Enter", "keep"), ("line.close", "take back")),
            move=self.move_list,
        )
        await self.app.push_screen(sheet, closed)

    def limit_by(self, text: str) -> str:
        """Show only what an expression finds; return what is wrong with it, and then do nothing."""
        parsed, row = self.parse(text), self.message_list.cursor
        if not parsed.problem:
            self._limit_to(parsed.search, row.key if row is not None else None)
        return parsed.problem

    def sort_by(self, sort: Sort, *, reverse: bool) -> None:
        """Sort the list, and keep that for the place."""
        from tuimail.ui.widgets.sort_sheet import SortOrder  # noqa: PLC0415 - not for the first frame

        self._sort_chosen(SortOrder(sort, reverse))

    def _limit_to(self, limit: Search, key: MessageKey | None) -> None:
        listing = self.message_list.listing
        if listing is None or listing.limit == limit:
            return
        conversations = self.message_list.wants_conversations
        self.message_list.show(replace(listing, conversations=conversations, limit=limit), key)
        self.bars.refresh()

    def take_limit_back(self) -> bool:
        """Show the whole list again, with the cursor on its message; whether it was limited."""
        listing, row = self.message_list.listing, self.message_list.cursor
        if listing is None or not listing.limit:
            return False
        self._limit_to(NO_LIMIT, row.key if row is not None else None)
        return True

    def move_list(self, by: int, pages: bool) -> None:
        """Move the cursor while a line of input has the focus."""
        if pages:
            self.message_list.action_page(by)
        else:
            self.message_list.action_move(by)

    # -- jump ----------------------------------------------------------------------------------

    async def action_jump(self) -> None:
        """Go to the next row whose sender or subject has what is typed."""
        listing, row = self.message_list.listing, self.message_list.row
        if listing is None or row is None:
            return
        start = row.head

        def typed(text: str) -> str:
            word = fold(text)
            if not word:
                self.message_list.go_to(start.key)
                return ""
            parts = frozenset({Part.SENDERS, Part.SUBJECT})
            terms = (*listing.limit.terms, Has((word,), parts))
            found = self._following(replace(listing, limit=Search(terms)), start.anchor)
            if found is None:
                return f"No sender and no subject here has “{text}”."
            self.message_list.go_to(found.key)
            return ""

        def closed(text: str | None) -> None:
            if text is None:
                self.message_list.go_to(start.key)

        from tuimail.ui.widgets.line_sheet import LineSheet  # noqa: PLC0415 - not for the first frame

        hints = (("Enter", "stay"), ("line.close", "back"))
        await self.app.push_screen(
            LineSheet("go to: ", "", typed, hints, move=self.move_list), closed
        )

    def _following(self, listing: Listing, anchor: Anchor) -> ListRow | None:
        """Return the first row behind a place, or else the first of all, if it is found soon."""
        reader = shell(self).store.read.listing(listing)
        for window in (reader.after(anchor, 1), reader.first(1)):
            looked = 0
            while not window.rows and window.resume is not None and looked < _LOOKS:
                window = reader.after(window.resume, 1)  # noqa: PLW2901 - further on in the same
                looked += 1
            if window.rows:
                return window.rows[0]
        return None
