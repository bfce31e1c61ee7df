"""The reader: one message, and the keys that work in it.

`reader_keys` has the keys about the message, and `text_marks` those of a search; here is what moves
in the text.
"""

from __future__ import annotations

from collections.abc import Sequence

from textual.message import Message as TextualMessage

from tuimail.ui.bindings import bindings_for
from tuimail.ui.shell import shell
from tuimail.ui.widgets.body_view import BodyView
from tuimail.ui.widgets.marked_body import MarkedBody
from tuimail.ui.widgets.message_pane import MessagePane
from tuimail.ui.widgets.reader_keys import ReaderKeys
from tuimail.ui.widgets.text_marks import TextMarks


class MessageView(MessagePane, ReaderKeys, TextMarks, can_focus=True):
    """Head and text of one message."""

    BINDINGS = bindings_for("reader")

    class PositionChanged(TextualMessage):
        """How far the text is read: `All`, `62%`, or empty."""

        def __init__(self, position: str) -> None:
            super().__init__()
            self.position = position

    def on_body_view_scrolled(self, event: BodyView.Scrolled) -> None:
        """Pass the position on to the screen."""
        event.stop()
        self.post_message(self.PositionChanged(event.position))

    @property
    def text_body(self) -> MarkedBody:
        """The text below the head."""
        return self._body

    @property
    def modes(self) -> Sequence[str]:
        """The scopes that take keys before those of the reader."""
        return (*super().modes, *(("invitation",) if self.can_answer else ()))

    @property
    def where(self) -> str:
        """What stands at the right of the keys: what was found, and how far the text is read."""
        found = self._body.found_words
        return f"{found}   {self.position}" if found else self.position

    @property
    def has_folds(self) -> bool:
        """Whether something of the text can be folded."""
        return self._body.has_folds

    def action_scroll_lines(self, rows: int) -> None:
        """Scroll by rows."""
        self._body.scroll_rows(rows)

    def action_scroll_pages(self, pages: int) -> None:
        """Scroll by pages."""
        self._body.scroll_share(pages)

    async def action_page_on(self) -> None:
        """Scroll a page down; at the end go to the next unread message."""
        if self._body.scroll_offset.y < self._body.max_scroll_y:
            self._body.scroll_share(1)
        else:
            await self.run_action("screen.next_unread")

    def action_scroll_halves(self, halves: int) -> None:
        """Scroll by half a page."""
        self._body.scroll_share(halves / 2)

    def action_scroll_edge(self, edge: int) -> None:
        """Scroll to the top or to the end."""
        self._body.scroll_edge(edge)

    def action_scroll_sideways(self, steps: int) -> None:
        """Move what is wider than the pane."""
        if not self._body.scroll_sideways(steps):
            shell(self).tell("Nothing here is wider than the pane.")

    def action_toggle_fold(self) -> None:
        """Unfold the first folded part in view, or fold it again."""
        if not self._body.toggle_fold():
            shell(self).tell("Nothing is folded here.")

    def action_toggle_all_folds(self) -> None:
        """Unfold all parts, or fold all."""
        if self.has_folds:
            self._body.toggle_all_folds()
        else:
            shell(self).tell("Nothing is folded in this message.")
