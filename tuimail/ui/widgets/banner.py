"""The second row, there only while something is wrong: what happened, what it means, a key."""

from __future__ import annotations

from textual import events
from textual.strip import Strip
from textual.widget import Widget

from tuimail.model.notice import Severity
from tuimail.ui.drawing.formatting import cut
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.hint_click import key_at
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import BLANK, Row, Run, ends, row_cells
from tuimail.ui.messages import KeyClicked
from tuimail.ui.shell import shell
from tuimail.ui.status.engine_words import BannerWords
from tuimail.ui.widgets.bottom_bar import sign_of


def banner_row(words: BannerWords, key: str, glyphs: Glyphs, width: int) -> Row:
    """Lay out the banner: the explanation goes whole when it does not fit, never the key."""
    role = "error" if words.severity is Severity.ERROR else "warning"
    right = (Run(key, "key"), Run(f" {words.word}", "muted"), BLANK) if key else (BLANK,)
    sign = (BLANK, Run(sign_of(words.severity, glyphs), role), BLANK)
    room = width - row_cells(sign) - row_cells(right) - 1
    said = [Run(cut(words.strong, room, glyphs.cut), "strong")]
    text = f" {words.text}" if words.text else ""
    if row_cells(said) + row_cells((Run(text),)) <= room:
        said.append(Run(text))
    return ends((*sign, *said), right, width)


class Banner(Widget):
    """One row that is displayed only while it has something to say."""

    DEFAULT_CSS = "Banner { height: 1; width: 100%; display: none; }"

    def __init__(self, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._words: BannerWords | None = None
        self._hidden: object = None

    def show(self, words: BannerWords | None) -> None:
        """Say something, or nothing. What was hidden stays hidden until it is something else."""
        if words is None:
            self._hidden = None
        if words != self._words:
            self._words = words
            self.refresh()
        display = words is not None and words.about != self._hidden
        if display != self.display:
            self.display = display

    def hide(self) -> bool:
        """Hide it until the state changes; return whether it was there."""
        if not self.display or self._words is None:
            return False
        self._hidden = self._words.about
        self.display = False
        return True

    def on_click(self, event: events.Click) -> None:
        """Do what the key does that it names."""
        shown = key_at(self._row(), event.x)
        if shown:
            self.post_message(KeyClicked(shown))

    def render_line(self, y: int) -> Strip:
        """Paint the row."""
        return roles(self.app).strip(self._row(), self.size.width, "banner")

    def _row(self) -> Row:
        if self._words is None:
            return ()
        app = shell(self)
        key = app.keys.shown(self._words.key) if self._words.key else ""
        return banner_row(self._words, key, app.glyphs, self.size.width)
