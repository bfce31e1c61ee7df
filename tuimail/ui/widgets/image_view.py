"""An image in half blocks, as large as it fits."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from textual import work
from textual.strip import Strip
from textual.widget import Widget

from tuimail.ui.drawing.half_blocks import NoImageError, half_blocks
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import BLANK, Run
from tuimail.ui.shell import shell


class ImageView(Widget, can_focus=True):
    """Shows an image, or a sentence in its place; it is decoded in a thread.

    Args:
        content: The file.
    """

    DEFAULT_CSS = "ImageView { width: 100%; height: 1fr; background: $background; }"

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._content = content
        self._strips: Sequence[Strip] = ()
        self._words = ""

    @property
    def is_shown(self) -> bool:
        """Whether the image stands there."""
        return bool(self._strips)

    def on_resize(self) -> None:
        """Fit it into the area."""
        self._decode()

    @work(exclusive=True, group="image")
    async def _decode(self) -> None:
        width, height = self.size
        if width <= 0 or height <= 0:
            return
        ground = self.background_colors[1].rgb
        try:
            self._strips = await asyncio.to_thread(
                half_blocks, self._content, width, height, ground
            )
            self._words = ""
        except NoImageError as error:
            self._strips, self._words = (), str(error)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one row of cells, which are two rows of pixels."""
        width, styles = self.size.width, roles(self.app)
        if y < len(self._strips):
            rest = styles.strip((), width - self._strips[y].cell_length)
            return Strip.join((self._strips[y], rest))
        words = shell(self).glyphs.own(self._words) if y == 0 else ""
        return styles.strip((BLANK, Run(words, "warning")) if words else (), width)
