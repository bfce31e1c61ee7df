"""The limit of the list on the mailbox screen: only what an expression finds is shown."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from tuimail.model.message import MessageKey
from tuimail.model.search import NO_LIMIT, Search
from tuimail.ui.screens.asked import read_words
from tuimail.ui.shell import shell
from tuimail.ui.widgets.message_list import MessageList

if TYPE_CHECKING:
    from tuimail.ui.screens.mailbox import MailboxScreen

_ALL_AGAIN: Final = "\\"
"""Typed first into the line of the limit, it takes the limit back."""


class MailboxLimit:
    """Limits the list, as it is typed or as a whole; the order stays, and the cursor its message.

    Args:
        screen: Whose list is limited.
    """

    def __init__(self, screen: MailboxScreen) -> None:
        self._screen = screen

    @property
    def _rows(self) -> MessageList:
        return self._screen.message_list

    async def ask(self) -> None:
        """Show only what an expression finds, as it is typed; the order stays."""
        listing, row = self._rows.listing, self._rows.cursor
        if listing is None:
            return
        before = listing.limit
        key = row.key if row is not None else None

        def typed(text: str) -> str:
            if text.startswith(_ALL_AGAIN):
                sheet.dismiss("")
                return ""
            parsed = read_words(shell(self._screen), text)
            self._apply(parsed.search, key)
            return parsed.problem

        def closed(text: str | None) -> None:
            if text is None:
                self._apply(before, key)
            elif not text.strip():
                self._apply(NO_LIMIT, key)

        from tuimail.ui.widgets.line_sheet import LineSheet  # noqa: PLC0415 - not for the first frame

        sheet = LineSheet(
            shell(self._screen).keys.shown("list.limit"),
            before.source,
            typed,
            (("Enter", "keep"), ("line.close", "take back")),
            move=self._screen.move_list,
        )
        await self._screen.app.push_screen(sheet, closed)

    def show(self, text: str) -> str:
        """Show only what an expression finds; return what is wrong with it, and then do nothing."""
        parsed, row = read_words(shell(self._screen), text), self._rows.cursor
        if not parsed.problem:
            self._apply(parsed.search, row.key if row is not None else None)
        return parsed.problem

    def _apply(self, limit: Search, key: MessageKey | None) -> None:
        listing = self._rows.listing
        if listing is None or listing.limit == limit:
            return
        conversations = self._rows.wants_conversations
        self._rows.show(replace(listing, conversations=conversations, limit=limit), key)
        self._screen.bars.refresh()

    def take_back(self) -> bool:
        """Show the whole list again, with the cursor on its message; whether it was limited."""
        listing, row = self._rows.listing, self._rows.cursor
        if listing is None or not listing.limit:
            return False
        self._apply(NO_LIMIT, row.key if row is not None else None)
        return True
