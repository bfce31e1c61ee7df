"""The page of the set-up, and the field that is typed into where the page leaves room for it."""

from __future__ import annotations

from textual.strip import Strip
from textual.widget import Widget

from tuimail.text.safe import clean
from tuimail.ui.drawing.roles import roles
from tuimail.ui.setup.words import SetupFacts, SetupPage, setup_page
from tuimail.ui.shell import shell
from tuimail.ui.widgets.address_input import LineInput

_MOST_CELLS = 100


class SetupView(Widget):
    """The rows between the bars."""

    DEFAULT_CSS = "SetupView { width: 100%; height: 1fr; background: $background; }"

    def __init__(self) -> None:
        super().__init__()
        # Nothing asks for an address before the field that takes it has the keys.
        self.facts: SetupFacts | None = None

    def show(self, facts: SetupFacts) -> None:
        """Show other facts; nothing is painted when they are the same."""
        if facts != self.facts:
            self.facts = facts
            self.refresh()

    def page(self, facts: SetupFacts) -> SetupPage:
        """Lay a page out for the size there is."""
        width, height = self.size
        return setup_page(facts, width, height, shell(self).glyphs)

    def render_line(self, y: int) -> Strip:
        """Paint one row."""
        if self.facts is None:
            return Strip.blank(self.size.width, self.rich_style)
        rows, copied, _ = self.page(self.facts)
        surface = "sheet" if y in copied else "background"
        return roles(self.app).strip(rows[y] if y < len(rows) else (), self.size.width, surface)


class AnswerField(LineInput):
    """One line that is typed into; it floats over the page."""

    DEFAULT_CSS = """
    AnswerField, AnswerField:focus {
        layer: above; dock: top; width: 1fr; background: $bar-background;
    }
    """

    def __init__(self) -> None:
        super().__init__("", id="answer")
        self.display = False

    @property
    def is_open(self) -> bool:
        """Whether something is being typed."""
        return self.display

    def open(self, value: str = "") -> None:
        """Begin to type; the next key already comes here."""
        self.value = clean(value)
        self.cursor_position = len(self.value)
        self.display = True
        self.screen.set_focus(self)

    def close(self) -> None:
        """End typing."""
        self.clear()
        self.display = False
        self.screen.set_focus(None)

    def place(self, page: SetupPage, view: SetupView) -> None:
        """Stand where the page leaves room, or in the last row."""
        row, column = page.field or (view.size.height - 1, 1)
        self.styles.offset = (column, row + 1)
        self.styles.width = max(8, min(view.size.width, _MOST_CELLS) - column - 1)
