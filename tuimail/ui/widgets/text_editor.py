"""The text of a message being written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from rich.text import Text
from textual import events
from textual.document._wrapped_document import WrappedDocument
from textual.message import Message
from textual.strip import Strip
from textual.widgets import TextArea

from tuimail.text.safe import clean
from tuimail.ui.drawing.roles import roles
from tuimail.ui.reading.body_layout import MEASURE
from tuimail.ui.writing.draft_files import pasted_paths

_MOST_PAINTED: Final = 500
"""Rows: some screens of them."""


class FilesPasted(Message):
    """Paths of files were pasted, and nothing else."""

    def __init__(self, paths: Sequence[Path]) -> None:
        super().__init__()
        self.paths = paths


class CountedDocument(WrappedDocument):
    """A wrapped document that knows its height.

    Textual's adds it up over all lines, and asks for it with every row it paints: at 5,000 lines
    that is most of what a key costs.
    """

    @property
    def height(self) -> int:
        """The rows there are."""
        return len(self._offset_to_line_info)


class TextEditor(TextArea):
    """A plain text area: soft wrap, no syntax, no frame, quotes in their colours."""

    DEFAULT_CSS = f"""
    TextEditor, TextEditor:focus {{
        border: none; padding: 0 0 0 1; width: 100%; max-width: {MEASURE + 2}; height: 1fr;
        background: $background; color: $foreground; background-tint: transparent;
        scrollbar-size: 0 0;
    }}
    TextEditor:ansi, TextEditor:ansi:focus {{ background: $background; color: $foreground; }}
    TextEditor .text-area--cursor, TextEditor:light .text-area--cursor {{
        background: $input-cursor-background; color: $input-cursor-foreground;
        text-style: $input-cursor-text-style;
    }}
    TextEditor .text-area--cursor-line {{ background: $background; }}
    TextEditor .text-area--selection {{ background: $input-selection-background; }}
    """

    def __init__(self, text: str, *, id: str | None = None) -> None:
        super().__init__(
            clean(text, multiline=True),
            soft_wrap=True,
            tab_behavior="focus",
            show_line_numbers=False,
            highlight_cursor_line=False,
            id=id,
        )
        # The same document, wrapped already: only how its height is known is another.
        self.wrapped_document.__class__ = CountedDocument
        self.cursor_blink = False
        self.match_cursor_bracket = False
        self._painted: dict[tuple[str, int, bool, tuple[int, int]], Strip] = {}

    def render_line(self, y: int) -> Strip:
        """Paint a row, or find it painted: a key changes one row, or moves rows as they are.

        Textual joins the whole text for each row, and paints all rows anew with each key.
        """
        wrapped = self.wrapped_document
        rows = wrapped._offset_to_line_info
        at = self.scroll_offset.y + y
        if at >= len(rows):
            return self._render_line(y)
        index, section = rows[at]
        first, last = sorted(self.selection)
        if first[0] <= index <= last[0]:  # the cursor is there, or it is selected
            return self._render_line(y)
        line = self.document.get_line(index)
        # What is wrapped and what is shown differ for a moment when the terminal changes its size.
        widths = (wrapped._width, self.size.width)
        row = (line, section, self._introduces_quote(index, line), widths)
        found = self._painted.get(row)
        if found is None:
            if len(self._painted) >= _MOST_PAINTED:
                self._painted.clear()
            found = self._painted[row] = self._render_line(y)
        return found

    def notify_style_update(self) -> None:
        """Paint everything anew: colours are others."""
        self._painted.clear()
        super().notify_style_update()

    def get_line(self, line_index: int) -> Text:
        """Return a line for painting, a quoted one in the colour of its level."""
        line = super().get_line(line_index)
        level = quote_level(line.plain) or int(self._introduces_quote(line_index, line.plain))
        if level:
            style = roles(self.app).style(f"quote-{min(level, 3)}")
            line.stylize(style)
        return line

    def _introduces_quote(self, index: int, line: str) -> bool:
        """Whether a line such as `On … Kim Chu wrote:` stands right above a quote."""
        below = index + 1
        if not line.endswith(":") or below >= self.document.line_count:
            return False
        return self.document.get_line(below).startswith(">")

    def check_consume_key(self, key: str, character: str | None = None) -> bool:
        """Return whether a key is text: Enter is, which Textual leaves out."""
        typed = super().check_consume_key(key, character)
        return typed or (key == "enter" and not self.read_only)

    def set_text(self, text: str) -> None:
        """Replace the whole text, in a way that can be undone."""
        if text != self.text:
            self.replace(clean(text, multiline=True), (0, 0), self.document.end)

    async def _on_paste(self, event: events.Paste) -> None:
        """Hostile text is copied from mail as well: only what is clean comes in.

        Nothing but paths of files, as terminals paste what is dropped on them, means the files.
        """
        event.stop()
        event.prevent_default()
        if self.read_only:
            return
        files = pasted_paths(event.text)
        if files:
            self.post_message(FilesPasted(files))
            return
        result = self.replace(clean(event.text, multiline=True), *self.selection)
        self.move_cursor(result.end_location)


def quote_level(line: str) -> int:
    """Return how many `>` marks a line begins with, blanks between them allowed."""
    level = 0
    for character in line:
        if character == ">":
            level += 1
        elif character != " " or not level:
            break
    return level
