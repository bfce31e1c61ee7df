"""Fields of the composer: a label, and a line of text that shows recipients as chips.

While a field of recipients is edited it is plain text, exactly as typed; the chips are what it
shows when the focus is elsewhere, so nothing is parsed, moved or corrected under the fingers.
"""

from __future__ import annotations

from rich.cells import cell_len
from textual import events
from textual.geometry import Region
from textual.strip import Strip
from textual.widget import Widget

from tuimail.text.safe import clean
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import Row, Run, crop_row, ends
from tuimail.ui.shell import shell
from tuimail.ui.widgets.long_line import LongLine
from tuimail.ui.writing.chips import chips_row
from tuimail.ui.writing.compose_words import people_in

LABEL_CELLS = 10


class LineInput(LongLine):
    """One line of text without frame or blinking; what is pasted is cleaned."""

    DEFAULT_CSS = """
    LineInput, LineInput:focus {
        border: none; height: 1; padding: 0; width: 1fr; background: $background;
        background-tint: transparent;
    }
    LineInput:ansi { background: $background; color: $foreground; }
    LineInput > .input--cursor, LineInput:ansi > .input--cursor {
        background: $input-cursor-background; color: $input-cursor-foreground;
        text-style: $input-cursor-text-style;
    }
    """

    def __init__(self, value: str, *, id: str) -> None:
        super().__init__(clean(value), id=id, select_on_focus=False, validate_on=())
        self.cursor_blink = False

    def _on_paste(self, event: events.Paste) -> None:
        """Textual inserts the first line as it is; hostile text is copied from mail as well."""
        event.stop()
        event.prevent_default()
        if event.text:
            self.insert_text_at_cursor(clean(" ".join(event.text.splitlines())))


class Field(LineInput):
    """A line of text with its label in front, in the space the padding leaves.

    The label has the cursor bar while the line is edited.
    """

    DEFAULT_CSS = f"""
    Field, Field:focus {{ width: 100%; max-width: 100; padding: 0 0 0 {LABEL_CELLS}; }}
    """

    def __init__(self, value: str, *, label: str, id: str) -> None:
        super().__init__(value, id=id)
        self._label = label

    def render_lines(self, crop: Region) -> list[Strip]:
        """Paint the line, and the label where the padding is."""
        strips = super().render_lines(crop)
        if crop.y or crop.x >= LABEL_CELLS or not strips:
            return strips
        bar = shell(self).glyphs.cursor if self.has_focus else " "
        row = (Run(bar, "cursor-bar"), Run(self._label, "muted"))
        label = roles(self.app).strip(row, LABEL_CELLS).crop(crop.x, crop.right)
        return [Strip.join([label, strips[0].crop(label.cell_length)]), *strips[1:]]


class AddressInput(Field):
    """Recipients: text while it is edited, chips otherwise.

    Args:
        own_domain: The sender's; everybody else is outside.
    """

    def __init__(self, value: str, own_domain: str, *, label: str, id: str) -> None:
        super().__init__(value, label=label, id=id)
        self._own_domain = own_domain

    def belongs_to(self, own_domain: str) -> None:
        """Show who is outside of another domain."""
        self._own_domain = own_domain
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint the text or the chips."""
        if y or self.has_focus or not self.value.strip():
            return super().render_line(y)
        width = self.content_size.width
        row = chips_row(
            people_in(self.value), self._own_domain, max(1, width - 1), shell(self).glyphs
        )
        return roles(self.app).strip(row, width)


class SenderField(Widget):
    """Who writes; changed by a key."""

    DEFAULT_CSS = "SenderField { height: 1; width: 100%; max-width: 100; }"

    def __init__(self, address: str, account: str) -> None:
        super().__init__()
        self._address, self._account = clean(address), clean(account)

    def show(self, address: str, account: str) -> None:
        """Show somebody else."""
        self._address, self._account = clean(address), clean(account)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint the row."""
        width = self.size.width
        left: Row = (Run(" "), Run(f"{'From':<9}", "muted"), Run(self._address))
        right: Row = (Run(self._account, "muted"), Run(" "))
        if LABEL_CELLS + cell_len(self._address) + cell_len(self._account) + 3 > width:
            return roles(self.app).strip(crop_row(left, width), width)
        return roles(self.app).strip(ends(left, right, width), width)
