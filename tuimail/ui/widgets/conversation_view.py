"""The keys of a conversation: going through its messages, folding them, reading on.

What is done with one message, its links, its files, its invitation, are the keys of the reader.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from textual import events

from tuimail.ui.bindings import bindings_for
from tuimail.ui.drawing.hint_click import key_at
from tuimail.ui.drawing.rows import Row
from tuimail.ui.drawing.sideways import furthest, next_place
from tuimail.ui.messages import KeyClicked, LinkClicked
from tuimail.ui.reading.body_layout import body_runs, link_at
from tuimail.ui.reading.conversation_layout import member_at
from tuimail.ui.reading.reading_layout import FoldSpan, fold_at, fold_in_view
from tuimail.ui.shell import shell
from tuimail.ui.widgets.body_view import widest_of
from tuimail.ui.widgets.conversation_texts import ConversationTexts
from tuimail.ui.widgets.marked_body import MarkedBody
from tuimail.ui.widgets.reader_keys import ReaderKeys
from tuimail.ui.widgets.text_marks import TextMarks

_ON_TEXT: Final = frozenset(
    {
        *("links", "headers", "load_all", "read_as", "decrypt", "unsubscribe", "print"),
        *("scroll_sideways", "toggle_fold", "fold_parts"),
    }
)
"""What needs the text of the message at the cursor."""


class _ReaderKeys(ReaderKeys):
    """The actions of the reader on the message at the cursor, with its keys."""

    BINDINGS = bindings_for("reader")


class ConversationView(ConversationTexts, _ReaderKeys, TextMarks, can_focus=True):
    """The messages of a conversation, gone through one by one."""

    BINDINGS = bindings_for("conversation")

    @property
    def text_body(self) -> MarkedBody:
        """All of it is one text."""
        return self

    @property
    def modes(self) -> Sequence[str]:
        """The scopes that take keys before those of the conversation."""
        answers = self.is_open and self.can_answer
        return (*super().modes, *(("invitation",) if answers else ()))

    def why_not(self, action: str, parameters: tuple[object, ...]) -> str:
        """Say why something cannot be done to the message at the cursor."""
        member = self.member
        if member is not None and not member.is_open and action in _ON_TEXT:
            unfolds = shell(self).keys.shown("conversation.fold")
            return f"The message is folded: {unfolds} unfolds it."
        return super().why_not(action, parameters)

    # -- the cursor ----------------------------------------------------------------------------

    def action_scroll_edge(self, edge: int) -> None:
        """Go to the first or the last message."""
        self.action_edge(edge)

    def action_move(self, by: int) -> None:
        """Go to another message."""
        self._go_to(self._cursor + by)

    def action_edge(self, edge: int) -> None:
        """Go to the first or the last message."""
        self._go_to(0 if edge < 0 else len(self.members) - 1)

    def next_unread(self) -> bool:
        """Go to the next unread message below; return whether there is one."""
        for at in range(self._cursor + 1, len(self.members)):
            if not self.members[at].message.flags.is_seen:
                if not self.members[at].is_open:
                    self.open_members([self.members[at]], is_open=True)
                self._go_to(at)
                return True
        return False

    def _go_to(self, at: int) -> None:
        if not self.members:
            return
        self._cursor = min(max(0, at), len(self.members) - 1)
        self.show_cursor()
        self.moved(by_user=True)

    def _follow(self) -> None:
        """Let the cursor follow what was scrolled, when its message has left the view."""
        if not self.members:
            return
        top, height = self.scroll_offset.y, self.size.height
        member = self.members[self._cursor]
        if member.end <= top or member.first >= top + height:
            heads = [at for at, one in enumerate(self.members) if top <= one.first < top + height]
            self._cursor = heads[0] if heads else member_at(self.members, top)
            self.moved(by_user=True)
        self.refresh()
        self.place_terminal_cursor()

    def action_scroll_lines(self, rows: int) -> None:
        """Scroll by rows."""
        self.scroll_rows(rows)
        self._follow()

    def action_scroll_pages(self, pages: int) -> None:
        """Scroll by pages."""
        self.scroll_share(pages)
        self._follow()

    def action_scroll_halves(self, halves: int) -> None:
        """Scroll by half a page."""
        self.scroll_share(halves / 2)
        self._follow()

    async def action_page_on(self) -> None:
        """Scroll a page down; at the end go to the next unread message."""
        if self.scroll_offset.y < self.max_scroll_y:
            self.action_scroll_pages(1)
        else:
            await self.run_action("screen.next_unread")

    # -- folding -------------------------------------------------------------------------------

    def action_fold(self) -> None:
        """Fold or unfold the message at the cursor."""
        if self.members:
            member = self.members[self._cursor]
            self.open_members([member], is_open=not member.is_open)
            self.show_cursor()
            self.moved(by_user=True)

    def action_fold_all(self) -> None:
        """Unfold all messages, or fold all when none is folded."""
        folded = [member for member in self.members if not member.is_open]
        self.open_members(folded or self.members, is_open=bool(folded))
        self.show_cursor()
        self.moved(by_user=True)

    @property
    def has_folds(self) -> bool:
        """Whether something of the message at the cursor can be folded."""
        return any(not span.is_empty for span in self._folds)

    @property
    def _folds(self) -> Sequence[FoldSpan]:
        member = self.member
        return member.folds if member is not None and member.is_open else ()

    def action_fold_parts(self) -> None:
        """Unfold the quotes and other folded parts of the message at the cursor, or fold them."""
        member = self.member
        every = {span.fold for span in self._folds if not span.is_empty}
        if member is None or not every:
            shell(self).tell("Nothing is folded in this message.")
            return
        member.unfolded = set() if every <= member.unfolded else every
        self.lay_out_again([member])

    def action_toggle_fold(self) -> None:
        """Unfold the first folded part in view of the message at the cursor, or fold it again."""
        member = self.member
        if member is None:
            return
        if self.passage is not None:
            span = fold_at(self._folds, self.passage.caret.row)
        else:
            span = fold_in_view(self._folds, self.scroll_offset.y, self.size.height)
        if span is None:
            shell(self).tell("Nothing is folded here.")
            return
        member.unfolded ^= {span.fold}
        self.lay_out_again([member])

    def action_scroll_sideways(self, steps: int) -> None:
        """Move what is wider than the pane in the message at the cursor."""
        member, pane = self.member, self.size.width
        widest = widest_of(member.rows.rows) if member is not None and member.rows else 0
        if member is None or not furthest(widest, pane):
            shell(self).tell("Nothing here is wider than the pane.")
            return
        member.sideways = next_place(member.sideways, steps, widest, pane)
        self.refresh()

    def on_click(self, event: events.Click) -> None:
        """Go to the message; on its head fold or unfold it, on a folded part that.

        A key or a link that is clicked is that of its message.
        """
        row = event.y + self.scroll_offset.y
        if event.button != 1 or not self.members or row >= len(self.rows):
            return
        at = member_at(self.members, row)
        member, was_here = self.members[at], at == self._cursor
        if not was_here:
            self._cursor = at
            self.refresh()
            self.moved(by_user=True)
        part = fold_at(member.folds, row)
        if part is not None and row < part.text:
            member.unfolded ^= {part.fold}
            self.lay_out_again([member])
        elif row == member.first and (was_here or event.x == 1):
            self.action_fold()
        elif shown := key_at(self._painted(row), event.x):
            self.post_message(KeyClicked(shown))
        elif number := link_at(self.rows, row, self.painted(row), event.x):
            self.post_message(LinkClicked(number))

    def _painted(self, row: int) -> Row:
        """A row with its keys, as it stands once its message is the one at the cursor."""
        is_line = self.member is not None and row == self.member.line and bool(self._line[0])
        return self._line_row(self.size.width) if is_line else body_runs(self.rows[row])
