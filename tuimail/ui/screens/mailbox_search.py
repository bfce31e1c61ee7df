"""Searching all folders from the mailbox screen; the results stand in the same list."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from tuimail.model.account import AccountId
from tuimail.model.listing import Everywhere, InFolder, Listing
from tuimail.model.message import MessageKey
from tuimail.ui.listing.choice import choice_for
from tuimail.ui.screens.mailbox_listing import MailboxListing
from tuimail.ui.shell import shell


class _Left(NamedTuple):
    """Where a search began, to go back there."""

    listing: Listing
    key: MessageKey | None


class MailboxSearch(MailboxListing):
    """The search, and the way back from it."""

    def __init__(self) -> None:
        super().__init__()
        self._left: _Left | None = None

    @property
    def searching(self) -> bool:
        """Whether the list shows what a search found."""
        return isinstance(self.place, Everywhere)

    async def action_search(self) -> None:
        """Search sender, recipients and subject in all folders, as it is typed."""
        listing = self.message_list.listing
        if listing is None:
            return
        self._begin_search(listing)
        source = listing.limit.source if isinstance(listing.place, Everywhere) else ""

        def closed(text: str | None) -> None:
            if text is None:
                self.leave_search()
            elif self.message_list.cursor is not None and text.strip():
                self.set_focus(self.message_list)  # at once: what is opened takes it from here
                self.message_list.action_open()

        hints = [("Enter", "open"), ("line.close", "close")]
        if len(shell(self).accounts) > 1:
            hints.insert(1, ("line.tab", "scope"))
        from tuimail.ui.widgets.line_sheet import LineSheet  # noqa: PLC0415 - not for the first frame

        sheet = LineSheet(
            "/", source, self._look_for, hints, move=self.move_list, tab=self._other_scope
        )
        if self.reading or self.tree_open:
            self.leave_for_list()
        await self.app.push_screen(sheet, closed)

    def search_for(self, text: str) -> str:
        """Search for what was written as a whole; return what is wrong with it."""
        listing = self.message_list.listing
        if listing is None:
            return ""
        self._begin_search(listing)
        self.stop_reading()
        self.tree_open = False
        self.rearrange()
        self.set_focus(self.message_list)
        return self._look_for(text)

    def _begin_search(self, listing: Listing) -> None:
        if not self.searching:
            row = self.message_list.cursor
            self.keep_cursor()
            before = replace(listing, conversations=self.message_list.wants_conversations)
            self._left = _Left(before, row.key if row is not None else None)
            self._show(Listing(Everywhere(self._own_scope())), None)

    def _own_scope(self) -> frozenset[AccountId]:
        """Return the account of the folder where the search began; from a view, all."""
        place = self._left.listing.place if self._left is not None else None
        folder = None
        if isinstance(place, InFolder):
            folder = shell(self).store.read.folder(place.folder)
        return self._all_scope if folder is None else frozenset({folder.account_id})

    @property
    def _all_scope(self) -> frozenset[AccountId]:
        return frozenset(shell(self).accounts)

    def _look_for(self, text: str) -> str:
        listing = self.message_list.listing
        if listing is None or not self.searching:
            return ""
        parsed = self.parse(text)
        if parsed.search != listing.limit or parsed.search.source != listing.limit.source:
            self._show(replace(listing, limit=parsed.search), None)
        return parsed.problem

    def _other_scope(self) -> None:
        """Search all mailboxes, or the one where the search began."""
        listing = self.message_list.listing
        if listing is None or not isinstance(listing.place, Everywhere):
            return
        narrow = listing.place.accounts != self._all_scope
        accounts = self._all_scope if narrow else self._own_scope()
        self._show(replace(listing, place=Everywhere(accounts)), None)

    def _show(self, listing: Listing, key: MessageKey | None) -> None:
        app = shell(self)
        self.message_list.wanted_columns = choice_for(
            listing.place, app.store.read, app.settings.list
        ).columns
        self.message_list.show(listing, key)
        self.bars.refresh()

    def leave_search(self) -> bool:
        """Go back to where the search began; return whether something was searched."""
        left, self._left = self._left, None
        if left is None or not self.searching:
            return False
        self._show(left.listing, left.key)
        self.set_focus(self.message_list)
        return True
