"""Searching all folders from the mailbox screen; the results stand in the same list."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from tuimail.model.account import AccountId
from tuimail.model.listing import Everywhere, InFolder, Listing
from tuimail.model.message import MessageKey
from tuimail.ui.listing.choice import choice_for
from tuimail.ui.screens.asked import read_words
from tuimail.ui.shell import shell

if TYPE_CHECKING:
    from tuimail.ui.screens.mailbox import MailboxScreen


class _Left(NamedTuple):
    """Where a search began, to go back there."""

    listing: Listing
    key: MessageKey | None


class MailboxSearch:
    """A search in the list, and the way back to where it began.

    Args:
        screen: Whose list shows what is found.
    """

    def __init__(self, screen: MailboxScreen) -> None:
        self._screen = screen
        self._left: _Left | None = None

    @property
    def active(self) -> bool:
        """Whether the list shows what a search found."""
        return isinstance(self._screen.place, Everywhere)

    async def begin(self) -> None:
        """Search sender, recipients and subject in all folders, as it is typed."""
        screen = self._screen
        listing = screen.message_list.listing
        if listing is None:
            return
        self._set_out(listing)
        source = listing.limit.source if isinstance(listing.place, Everywhere) else ""

        def closed(text: str | None) -> None:
            row = screen.message_list.cursor
            if text is None:
                self.leave()
            elif row is not None and text.strip():
                screen.set_focus(screen.message_list)  # at once: what is opened takes it from here
                screen.call_later(screen.action_open_message, row.key)

        hints = [("Enter", "open"), ("line.close", "close")]
        if len(shell(screen).accounts) > 1:
            hints.insert(1, ("line.tab", "scope"))
        from tuimail.ui.widgets.line_sheet import LineSheet  # noqa: PLC0415 - not for the first frame

        sheet = LineSheet(
            "/", source, self._look_for, hints, move=screen.move_list, tab=self._other_scope
        )
        if screen.reading or screen.tree_open:
            screen.leave_for_list()
        await screen.app.push_screen(sheet, closed)

    def find(self, text: str) -> str:
        """Search for what was written as a whole; return what is wrong with it."""
        listing = self._screen.message_list.listing
        if listing is None:
            return ""
        self._set_out(listing)
        self._screen.leave_for_list()
        return self._look_for(text)

    def _set_out(self, listing: Listing) -> None:
        """Remember where it begins, and show what is found from there on."""
        if not self.active:
            rows = self._screen.message_list
            row = rows.cursor
            self._screen.keep_cursor()
            before = replace(listing, conversations=rows.wants_conversations)
            self._left = _Left(before, row.key if row is not None else None)
            self._show(Listing(Everywhere(self._own_scope())), None)

    def _own_scope(self) -> frozenset[AccountId]:
        """Return the account of the folder where the search began; from a view, all."""
        place = self._left.listing.place if self._left is not None else None
        folder = None
        if isinstance(place, InFolder):
            folder = shell(self._screen).store.read.folder(place.folder)
        return self._all_scope if folder is None else frozenset({folder.account_id})

    @property
    def _all_scope(self) -> frozenset[AccountId]:
        return frozenset(shell(self._screen).accounts)

    def _look_for(self, text: str) -> str:
        listing = self._screen.message_list.listing
        if listing is None or not self.active:
            return ""
        parsed = read_words(shell(self._screen), text)
        if parsed.search != listing.limit or parsed.search.source != listing.limit.source:
            self._show(replace(listing, limit=parsed.search), None)
        return parsed.problem

    def _other_scope(self) -> None:
        """Search all mailboxes, or the one where the search began."""
        listing = self._screen.message_list.listing
        if listing is None or not isinstance(listing.place, Everywhere):
            return
        narrow = listing.place.accounts != self._all_scope
        accounts = self._all_scope if narrow else self._own_scope()
        self._show(replace(listing, place=Everywhere(accounts)), None)

    def _show(self, listing: Listing, key: MessageKey | None) -> None:
        app, rows = shell(self._screen), self._screen.message_list
        choice = choice_for(listing.place, app.store.read, app.settings.list)
        rows.wanted_columns = choice.columns
        rows.show(listing, key)
        self._screen.bars.refresh()

    def leave(self) -> bool:
        """Go back to where the search began; return whether something was searched."""
        left, self._left = self._left, None
        if left is None or not self.active:
            return False
        self._show(left.listing, left.key)
        self._screen.set_focus(self._screen.message_list)
        return True
