"""The order of the list on the mailbox screen, and its conversations."""

from __future__ import annotations

import asyncio
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from tuimail.errors import StoreError
from tuimail.model.listing import Listing, Sort
from tuimail.model.notice import Severity
from tuimail.ui.listing.choice import choose_conversations, choose_sort
from tuimail.ui.listing.words import order_words
from tuimail.ui.shell import shell
from tuimail.ui.widgets.message_list import MessageList
from tuimail.ui.work import begin

if TYPE_CHECKING:
    from tuimail.ui.screens.mailbox import MailboxScreen
    from tuimail.ui.widgets.sort_sheet import SortOrder


class MailboxOrder:
    """By what the list is sorted, and whether conversations stand together; kept for each place.

    Args:
        screen: Whose list is put in order.
    """

    def __init__(self, screen: MailboxScreen) -> None:
        self._screen = screen

    @property
    def _rows(self) -> MessageList:
        return self._screen.message_list

    def _say(self, words: str, severity: Severity = Severity.INFO) -> None:
        self._screen.bottom.show_event(words, severity=severity)

    async def ask(self) -> None:
        """Choose by what the list is sorted."""
        listing = self._rows.listing
        if listing is not None:
            from tuimail.ui.widgets.sort_sheet import SortSheet  # noqa: PLC0415 - not for the first frame

            wanted = replace(listing, conversations=self._rows.wants_conversations)
            await self._screen.app.push_screen(SortSheet(wanted), self._chosen)

    def _chosen(self, order: SortOrder | None) -> None:
        if order is not None:
            self.sort_by(order.sort, reverse=order.reverse)

    def sort_by(self, sort: Sort, *, reverse: bool) -> None:
        """Sort the list, and keep that for the place."""
        listing, place = self._rows.listing, self._screen.place
        if listing is None or place is None:
            return
        kept = choose_sort(shell(self._screen).store, place, sort, reverse=reverse)
        words = order_words(replace(listing, sort=sort, reverse=reverse))
        self._keep(kept, f"Sorted {words or 'by date'}.")

    def turn_conversations(self) -> None:
        """Put the messages of conversations together, or show them one by one."""
        listing, place = self._rows.listing, self._screen.place
        if listing is None or place is None:
            return
        wanted = not self._rows.wants_conversations
        if wanted and not replace(listing, conversations=True).effective.conversations:
            self._say(self._why_one_by_one(listing))
            return
        kept = choose_conversations(shell(self._screen).store, place, wanted)
        what = "Conversations." if wanted else "Messages one by one."
        self._keep(kept, what)

    def _keep(self, kept: Future[None], words: str) -> None:
        begin(self._screen, partial(self._follow, kept, words), group="list")

    async def _follow(self, kept: Future[None], words: str) -> None:
        """Show the list as it is chosen now, once that is kept."""
        try:
            await asyncio.wrap_future(kept)
        except StoreError as error:
            self._say(error.message, severity=Severity.ERROR)
            return
        self._screen.follow_choice()
        self._say(words)

    def _why_one_by_one(self, listing: Listing) -> str:
        if len(listing.sorts) == 1:
            return "Here messages stand one by one."
        key = shell(self._screen).keys.shown("list.sort")
        return f"Conversations stand by date: {key} sorts the list."

    def fold(self) -> None:
        """Fold or unfold the conversation at the cursor."""
        if not self._rows.toggle_fold():
            self._say(self._why_no_fold())

    def fold_all(self) -> None:
        """Unfold all conversations, or fold all."""
        listing = self._rows.listing
        if listing is None or not listing.conversations:
            self._say(self._why_no_fold())
        else:
            self._rows.toggle_fold_all()

    def _why_no_fold(self) -> str:
        listing = self._rows.listing
        if listing is not None and listing.conversations:
            return "This message has no conversation."
        key = shell(self._screen).keys.shown("list.conversations")
        return f"The list is one by one: {key} puts conversations together."
