"""An image, as large as it fits: as a picture that the terminal draws, or in half blocks."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, NamedTuple, cast

from textual import work
from textual.geometry import Size
from textual.strip import Strip
from textual.widget import Widget

from tuimail.ui.display.pictures import Picture, Place
from tuimail.ui.drawing.half_blocks import half_blocks
from tuimail.ui.drawing.images import Ground, NoImageError, fitted
from tuimail.ui.drawing.kitty_images import kitty_image, new_number, taken_away
from tuimail.ui.drawing.roles import roles
from tuimail.ui.drawing.rows import BLANK, Run
from tuimail.ui.drawing.sixel import sixels
from tuimail.ui.shell import shell
from tuimail.ui.terminal.graphics import Pictures, cell_size

if TYPE_CHECKING:
    from PIL.Image import Image

    from tuimail.ui.display.application import CellApp

_MOST_SIDE: Final = {Pictures.KITTY: 1600, Pictures.SIXEL: 1000}
"""Pixels of a side at most: a terminal has to read them, and xterm shows no more sixels."""


class _Shown(NamedTuple):
    """What an image came to.

    Attributes:
        strips: In half blocks.
        picture: For the terminal to draw; None where it draws none.
    """

    strips: Sequence[Strip]
    picture: Picture | None


class ImageView(Widget, can_focus=True):
    """Shows an image, or a sentence in its place; it is decoded in a thread.

    Its screen tells it whether it is in front: under a sheet the picture gives way to half blocks.

    Args:
        content: The file.
    """

    DEFAULT_CSS = "ImageView { width: 100%; height: 1fr; background: $background; }"

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self._content = content
        self._strips: Sequence[Strip] = ()
        self._picture: Picture | None = None
        self._in_front = True
        self._words = ""

    @property
    def is_shown(self) -> bool:
        """Whether the image stands there."""
        return bool(self._strips)

    @property
    def place(self) -> Place | None:
        """Where the terminal is to draw a picture now."""
        if self._picture is None or not self._in_front or self.app.screen is not self.screen:
            return None
        region, picture = self.region, self._picture
        if picture.columns > region.width or picture.rows > region.height:
            return None
        return Place(picture, region.y, region.x)

    def on_mount(self) -> None:
        """Be the one that shows a picture."""
        self._cell_app.show_picture_of(self)

    def on_unmount(self) -> None:
        """Show none any more."""
        self._cell_app.show_picture_of(None)

    @property
    def _cell_app(self) -> CellApp:
        return cast("CellApp", self.app)

    def come_forward(self, *, in_front: bool) -> None:
        """Nothing is over it now, or something is."""
        self._in_front = in_front
        self.refresh()

    def on_resize(self) -> None:
        """Fit it into the area."""
        self._picture = None
        self._decode()

    @work(exclusive=True, group="image")
    async def _decode(self) -> None:
        if not self.size:
            return
        ground, way = self.background_colors[1].rgb, shell(self).appearance.pictures
        cell = cell_size(shell(self).appearance.graphics)
        try:
            self._strips, self._picture = await asyncio.to_thread(
                _show, self._content, self.size, ground, way, cell
            )
            self._words = ""
        except NoImageError as error:
            self._strips, self._picture, self._words = (), None, str(error)
        self.refresh()

    def render_line(self, y: int) -> Strip:
        """Paint one row of cells, which are two rows of pixels, or blank under a picture."""
        width, styles = self.size.width, roles(self.app)
        if self._picture is not None and self._in_front:
            return styles.strip((), width)
        if y < len(self._strips):
            rest = styles.strip((), width - self._strips[y].cell_length)
            return Strip.join((self._strips[y], rest))
        words = shell(self).glyphs.own(self._words) if y == 0 else ""
        return styles.strip((BLANK, Run(words, "warning")) if words else (), width)


def _show(
    content: bytes, area: Size, ground: Ground, way: Pictures, cell: tuple[int, int]
) -> _Shown:
    """Decode an image and make what shows it in an area of cells."""
    if way is Pictures.BLOCKS:
        image = fitted(content, area.width, area.height * 2, ground)
        return _Shown(half_blocks(image, ground), None)
    most, (wide, high) = _MOST_SIDE[way], cell
    width, height = min(area.width, most // wide) * wide, min(area.height, most // high) * high
    image = fitted(content, width, height, ground)
    columns, rows = -(-image.width // wide), -(-image.height // high)
    small = image.copy()
    small.thumbnail((columns, rows * 2))
    strips = half_blocks(small, ground)
    whole = _on_whole_cells(image, (columns * wide, rows * high), ground)
    if way is Pictures.SIXEL:
        return _Shown(strips, Picture(columns, rows, sixels(whole)))
    number = new_number()
    drawing = kitty_image(whole, number, columns, rows)
    return _Shown(strips, Picture(columns, rows, drawing, taken_away(number)))


def _on_whole_cells(image: Image, size: tuple[int, int], ground: Ground) -> Image:
    from PIL import Image as Images  # noqa: PLC0415 - few look at images

    whole = Images.new("RGB", size, ground)
    whole.paste(image)
    return whole
