"""The reader: one message, and the keys that work in it.

What a group of keys does is a class of its own (`reader_files` and its like), one above the other
as on the mailbox screen; this is the outermost, and moves in the text.
"""

from __future__ import annotations

from textual.message import Message as TextualMessage

from tuimail.ui.bindings import bindings_for
from tuimail.ui.widgets.body_view import BodyView
from tuimail.ui.widgets.reader_files import ReaderFiles


class MessageView(ReaderFiles):
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

    def action_scroll_lines(self, rows: int) -> None:
        """Scroll by rows."""
        self._body.scroll_rows(rows)

    def action_scroll_pages(self, pages: int) -> None:
        """Scroll by pages."""
        self._body.scroll_share(pages)

    def action_scroll_halves(self, halves: int) -> None:
        """Scroll by half a page."""
        self._body.scroll_share(halves / 2)

    def action_scroll_edge(self, edge: int) -> None:
        """Scroll to the top or to the end."""
        self._body.scroll_edge(edge)
