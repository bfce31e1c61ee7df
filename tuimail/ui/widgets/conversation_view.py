"""The keys of a conversation: going through its messages, folding them, reading on."""

from __future__ import annotations

from textual import events

from tuimail.ui.bindings import bindings_for
from tuimail.ui.reading.conversation_layout import member_at
from tuimail.ui.reading.reading_layout import fold_at
from tuimail.ui.shell import shell
from tuimail.ui.widgets.conversation_pane import ConversationPane
from tuimail.ui.widgets.marked_body import MarkedBody
from tuimail.ui.widgets.text_marks import TextMarks


class ConversationView(ConversationPane, TextMarks, can_focus=True):
    """The messages of a conversation, gone through one by one."""

    BINDINGS = bindings_for("conversation")

    @property
    def text_body(self) -> MarkedBody:
        """All of it is one text."""
        return self

    # -- the cursor ----------------------------------------------------------------------------

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
        self.post_message(self.Moved(by_user=True))

    def _follow(self) -> None:
        """Let the cursor follow what was scrolled, when its message has left the view."""
        if not self.members:
            return
        top, height = self.scroll_offset.y, self.size.height
        member = self.members[self._cursor]
        if member.end <= top or member.first >= top + height:
            heads = [at for at, one in enumerate(self.members) if top <= one.first < top + height]
            self._cursor = heads[0] if heads else member_at(self.members, top)
            self.post_message(self.Moved(by_user=True))
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
            self.post_message(self.Moved(by_user=True))

    def action_fold_all(self) -> None:
        """Unfold all messages, or fold all when none is folded."""
        folded = [member for member in self.members if not member.is_open]
        self.open_members(folded or self.members, is_open=bool(folded))
        self.show_cursor()
        self.post_message(self.Moved(by_user=True))

    def action_fold_parts(self) -> None:
        """Unfold the quotes and other folded parts of the message at the cursor, or fold them."""
        member = self.members[self._cursor] if self.members else None
        spans = member.rows.folds if member is not None and member.rows is not None else ()
        every = {span.fold for span in spans if not span.is_empty}
        if member is None or not every:
            shell(self).tell("Nothing is folded in this message.")
            return
        member.unfolded = set() if every <= member.unfolded else every
        self.lay_out_again(member)

    def on_click(self, event: events.Click) -> None:
        """Go to the message; on its head fold or unfold it, on a folded part that."""
        row = event.y + self.scroll_offset.y
        if event.button != 1 or not self.members or row >= len(self.rows):
            return
        at = member_at(self.members, row)
        member = self.members[at]
        part = fold_at(member.folds, row)
        if part is not None and row < part.text:
            member.unfolded ^= {part.fold}
            self.lay_out_again(member)
        elif row == member.first and (at == self._cursor or event.x == 1):
            self._cursor = at
            self.action_fold()
        else:
            self._cursor = at
            self.refresh()
            self.post_message(self.Moved(by_user=True))
