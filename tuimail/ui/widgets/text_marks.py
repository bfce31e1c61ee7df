"""Searching in a text and copying a passage of it: what the keys for that do."""

from __future__ import annotations

import os
from collections.abc import Sequence

from textual.widget import Widget

from tuimail.ui.shell import shell
from tuimail.ui.terminal import clipboard
from tuimail.ui.widgets.marked_body import MarkedBody


class TextMarks(Widget):
    """The actions of the scopes `found` and `passage`.

    It stands behind the other bases of a class: Textual takes the styles of the first.
    """

    @property
    def text_body(self) -> MarkedBody:
        """The text that is meant."""
        raise NotImplementedError

    @property
    def modes(self) -> Sequence[str]:
        """The scopes that take keys before those of the text."""
        body = self.text_body
        if body.passage is not None:
            return ("passage",)
        return ("found",) if body.searching else ()

    # -- search --------------------------------------------------------------------------------

    async def action_search_text(self) -> None:
        """Find words in the text, as they are typed."""
        body = self.text_body
        body.end_passage()
        body.begin_search()
        top = body.scroll_offset.y

        def typed(text: str) -> str:
            found, words = body.find(text, top), text.strip()
            return "" if found or not words else body.missed_words(words)

        def closed(text: str | None) -> None:
            body.when_more = None
            if text is None or not text.strip():
                body.find("", top)
                body.begin_at(top)

        hints = (("Enter", "keep"), ("line.close", "close"))
        key = shell(self).keys.shown("reader.search")
        from tuimail.ui.widgets.line_sheet import LineSheet  # noqa: PLC0415 - not for the first frame

        sheet = LineSheet(key, "", typed, hints)
        body.when_more = sheet.look_again
        await self.app.push_screen(sheet, closed)

    def action_go_found(self, step: int) -> None:
        """Go to the next match, or the one before."""
        self.text_body.go_found(step)

    def action_end_search(self) -> None:
        """Mark nothing more."""
        self.text_body.end_search()

    # -- a passage -----------------------------------------------------------------------------

    def action_select_passage(self) -> None:
        """Put a caret into the text, to select from it."""
        if not self.text_body.begin_passage():
            shell(self).tell("There is no text yet.")

    def action_begin_passage(self, whole_rows: bool) -> None:
        """Select from the caret on."""
        passage = self.text_body.passage
        if passage is not None:
            passage.begin(whole_rows=whole_rows)
            self.text_body.passage_moved()

    def action_swap_passage(self) -> None:
        """Go to the other end."""
        passage = self.text_body.passage
        if passage is not None:
            passage.swap()
            self.text_body.passage_moved()

    def action_copy_passage(self) -> None:
        """Copy what is selected, and end that."""
        passage = self.text_body.passage
        if passage is None:
            return
        text = passage.text
        self.app.copy_to_clipboard(text)
        self.text_body.end_passage()
        lines = text.count("\n") + 1
        doubt = clipboard.doubt(text, os.environ)
        shell(self).tell(f"Copied {lines} line{'' if lines == 1 else 's'}. {doubt}".strip())

    def action_end_passage(self) -> None:
        """Take the caret away."""
        self.text_body.end_passage()

    def action_caret_rows(self, by: int) -> None:
        """Move the caret by rows."""
        if self.text_body.passage is not None:
            self.text_body.passage.move_rows(by)
            self.text_body.passage_moved()

    def action_caret_characters(self, by: int) -> None:
        """Move the caret by characters."""
        if self.text_body.passage is not None:
            self.text_body.passage.move_characters(by)
            self.text_body.passage_moved()

    def action_caret_words(self, by: int) -> None:
        """Move the caret by a word."""
        if self.text_body.passage is not None:
            self.text_body.passage.move_words(by)
            self.text_body.passage_moved()

    def action_caret_edge(self, edge: int) -> None:
        """Move the caret to an end of its row."""
        if self.text_body.passage is not None:
            self.text_body.passage.move_edge(edge)
            self.text_body.passage_moved()

    def action_caret_end(self, edge: int) -> None:
        """Move the caret to the first or the last row."""
        if self.text_body.passage is not None:
            self.text_body.passage.move_end(edge)
            self.text_body.passage_moved()

    def action_caret_page(self, pages: int) -> None:
        """Move the caret by a page."""
        self.action_caret_rows(pages * max(1, self.text_body.size.height - 1))
