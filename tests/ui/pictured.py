"""A terminal that shows pictures, by kitty's graphics protocol or as sixels, and decodes them."""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Callable
from typing import Any, Final, NamedTuple

import pyte
from PIL import Image

from tests.ui.terminal import Terminal

CELL: Final = (10, 20)
DARK: Final = {b"\x1b]11;?\x1b\\": b"\x1b]11;rgb:1515/1818/1d1d\x1b\\"}
_SIZE: Final = {b"\x1b[16t": b"\x1b[6;20;10t"}
KITTY: Final = {
    b"\x1b_Gi=31,s=1,v=1,a=q,t=d,f=24;AAAA\x1b\\": b"\x1b_Gi=31;OK\x1b\\",
    **_SIZE,
    b"\x1b[c": b"\x1b[?62;c",
    **DARK,
}
"""What kitty answers, in this order."""
FOOT: Final = {**_SIZE, b"\x1b[c": b"\x1b[?62;4;22;28c", **DARK}
"""What foot answers; a new xterm the same, with other numbers."""
_STRING: Final = re.compile(rb"\x1b([_P])(.*?)\x1b\\", re.DOTALL)
_BEGINS: Final = re.compile(rb"\x1b[_P]|\x1b\Z")
_TOKEN: Final = re.compile(r"#(\d+)(?:;2;(\d+);(\d+);(\d+))?|!(\d+)([?-~])|([?-~])|([$-])")


class Shown(NamedTuple):
    """A picture on the terminal, at a cell from 0."""

    image: Image.Image
    row: int
    column: int


class _Cells(pyte.Screen):
    """Tells what is overwritten: that is gone of sixels."""

    overwritten: Callable[[int, int, int], None] = staticmethod(lambda *_: None)

    def draw(self, data: str) -> None:
        row, column = self.cursor.y, self.cursor.x
        super().draw(data)
        self.overwritten(row, column, column + len(data))

    def erase_in_line(self, how: int = 0, private: bool = False) -> None:
        super().erase_in_line(how, private)
        self.overwritten(self.cursor.y, self.cursor.x, self.columns)

    def insert_lines(self, count: int | None = None) -> None:
        super().insert_lines(count)
        self._moved()

    def delete_lines(self, count: int | None = None) -> None:
        super().delete_lines(count)
        self._moved()

    def _moved(self) -> None:
        for row in range(self.cursor.y, self.lines):
            self.overwritten(row, 0, self.columns)


class PicturedTerminal(Terminal):
    """Keeps what is shown of pictures.

    Attributes:
        drawn: How many pictures were drawn so far.
    """

    screen_class = _Cells

    def __init__(self, *arguments: Any, **options: Any) -> None:
        self._held = b""
        self._by_number: dict[int, Shown] = {}
        self._sixels: Shown | None = None
        self._left: set[tuple[int, int]] = set()
        self._pieces: list[str] = []
        self._control: dict[str, str] = {}
        self.drawn = 0
        super().__init__(*arguments, **options)
        assert isinstance(self._screen, _Cells)
        self._screen.overwritten = self._overwrite

    @property
    def pictures(self) -> list[Shown]:
        """What is shown of pictures, half overwritten ones among them."""
        return [*self._by_number.values(), *([self._sixels] if self._sixels else [])]

    @property
    def picture(self) -> Shown:
        """The one picture that is shown, whole."""
        (shown,) = self.pictures
        if self._sixels is not None:
            assert self._left == _cells(self._sixels), "a part of it was overwritten"
        return shown

    def wait_for_picture(self, number: int) -> Shown:
        """Read until that many were drawn and the last one stands there alone."""
        self._read_until(
            lambda: self.drawn >= number and len(self.pictures) == 1, 60.0, f"picture {number}"
        )
        return self.picture

    def wait_for_no_picture(self) -> None:
        """Read until nothing is left of any."""
        self._read_until(lambda: not self.pictures, 60.0, "no picture")

    def show(self, data: bytes) -> None:
        held = self._held + data
        at = 0
        while (begins := _BEGINS.search(held, at)) is not None:
            super().show(held[at : begins.start()])
            at = begins.start()
            string = _STRING.match(held, at)
            if string is None:
                break
            at = string.end()
            content = string[2].decode("ascii")
            if string[1] == b"P":
                self._draw_sixels(content)
            elif not content.startswith("Gi=31,"):  # the question
                self._obey_kitty(content)
        else:
            super().show(held[at:])
            at = len(held)
        self._held = held[at:]

    # -- kitty ---------------------------------------------------------------------------------

    def _obey_kitty(self, content: str) -> None:
        control, _, piece = content.removeprefix("G").partition(";")
        keys = dict(pair.split("=") for pair in control.split(","))
        assert keys["q"] == "2", "the terminal would answer"
        if keys.get("a") == "d":
            assert keys["d"] == "I"
            self._by_number.pop(int(keys["i"]), None)
            return
        assert len(piece) <= 4096
        self._control = self._control or keys
        self._pieces.append(piece)
        if keys["m"] == "1":
            return
        control_keys, text = self._control, "".join(self._pieces)
        self._control, self._pieces = {}, []
        assert (control_keys["a"], control_keys["C"]) == ("T", "1")
        size = int(control_keys["s"]), int(control_keys["v"])
        assert size == (int(control_keys["c"]) * CELL[0], int(control_keys["r"]) * CELL[1])
        pixels = zlib.decompress(base64.b64decode(text, validate=True))
        self._by_number[int(control_keys["i"])] = self._at_cursor(
            Image.frombytes("RGB", size, pixels)
        )

    def _at_cursor(self, image: Image.Image) -> Shown:
        self.drawn += 1
        return Shown(image, self._screen.cursor.y, self._screen.cursor.x)

    # -- sixels --------------------------------------------------------------------------------

    def _draw_sixels(self, content: str) -> None:
        self._sixels = self._at_cursor(decode_sixels(content))
        self._left = _cells(self._sixels)
        bottom = self._sixels.row + -(-self._sixels.image.height // CELL[1])
        assert bottom < self._screen.lines, "the terminal would scroll"

    def _overwrite(self, row: int, start: int, end: int) -> None:
        if self._sixels is not None:
            self._left -= {(row, column) for column in range(start, end)}
            if not self._left:
                self._sixels = None


def _cells(shown: Shown) -> set[tuple[int, int]]:
    columns, rows = shown.image.width // CELL[0], shown.image.height // CELL[1]
    return {
        (y, x)
        for y in range(shown.row, shown.row + rows)
        for x in range(shown.column, shown.column + columns)
    }


def decode_sixels(content: str) -> Image.Image:
    """Return what sixels show: the string without its DCS and ST."""
    head = re.match(r'0;1;0q"1;1;(\d+);(\d+)', content)
    assert head is not None
    width, height = int(head[1]), int(head[2])
    pixels = [(0, 0, 0)] * (width * height)
    colours: dict[int, tuple[int, ...]] = {}
    colour, x, top, at = (0, 0, 0), 0, 0, head.end()
    while at < len(content):
        token = _TOKEN.match(content, at)
        assert token is not None, content[at : at + 20]
        at = token.end()
        if token[8] is not None:
            x, top = 0, top + (6 if token[8] == "-" else 0)
        elif token[1] is not None:
            if token[2] is not None:
                colours[int(token[1])] = tuple(
                    round(int(each) * 2.55) for each in token.groups()[1:4]
                )
            colour = colours[int(token[1])]  # type: ignore[assignment]
        else:
            bits, times = ord(token[6] or token[7]) - 63, int(token[5] or 1)
            for column in range(x, x + times):
                for bit in range(6):
                    if bits >> bit & 1:
                        pixels[(top + bit) * width + column] = colour
            x += times
    image = Image.new("RGB", (width, height))
    image.putdata(pixels)
    return image
