"""A device code in letters three rows high, to be read across a desk.

Half blocks give two pixels per cell; each letter is five pixels high. Characters without a shape
and screens without block characters use the plain text, which is always shown as well.
"""

from __future__ import annotations

from typing import Final

# Five rows of pixels per letter, `#` set. O, I, 0 and 1 are not used in Microsoft's codes, but a
# server may use any letter, so they are here too.
_SHAPES: Final[dict[str, str]] = {
    "A": ".#. #.# ### #.# #.#",
    "B": "##. #.# ##. #.# ##.",
    "C": ".## #.. #.. #.. .##",
    "D": "##. #.# #.# #.# ##.",
    "E": "### #.. ##. #.. ###",
    "F": "### #.. ##. #.. #..",
    "G": ".## #.. #.# #.# .##",
    "H": "#.# #.# ### #.# #.#",
    "I": "### .#. .#. .#. ###",
    "J": "..# ..# ..# #.# .#.",
    "K": "#.# #.# ##. #.# #.#",
    "L": "#.. #.. #.. #.. ###",
    "M": "#...# ##.## #.#.# #...# #...#",
    "N": "#..# ##.# #.## #..# #..#",
    "O": ".##. #..# #..# #..# .##.",
    "P": "##. #.# ##. #.. #..",
    "Q": ".##. #..# #..# #.## .###",
    "R": "##. #.# ##. #.# #.#",
    "S": ".## #.. .#. ..# ##.",
    "T": "### .#. .#. .#. .#.",
    "U": "#.# #.# #.# #.# ###",
    "V": "#.# #.# #.# #.# .#.",
    "W": "#...# #...# #.#.# ##.## #...#",
    "X": "#.# #.# .#. #.# #.#",
    "Y": "#.# #.# .#. .#. .#.",
    "Z": "### ..# .#. #.. ###",
    "0": "### #.# #.# #.# ###",
    "1": ".#. ##. .#. .#. ###",
    "2": "##. ..# .#. #.. ###",
    "3": "##. ..# .#. ..# ##.",
    "4": "#.# #.# ### ..# ..#",
    "5": "### #.. ##. ..# ##.",
    "6": ".## #.. ##. #.# .#.",
    "7": "### ..# .#. .#. .#.",
    "8": ".#. #.# .#. #.# .#.",
    "9": ".#. #.# .## ..# ##.",
    "-": "... ... ### ... ...",
}
_HALVES: Final = {("#", "#"): "█", ("#", "."): "▀", (".", "#"): "▄", (".", "."): " "}


def big_code(code: str) -> list[str]:
    """Return three rows of half blocks, or none when a character has no shape."""
    letters = [_SHAPES.get(letter) for letter in code.upper()]
    if not code or not all(letters):
        return []
    pixels = [""] * 6
    for shape in letters:
        rows = (shape or "").split()
        for index in range(6):
            pixels[index] += (rows[index] if index < 5 else "." * len(rows[0])) + "."
    return [
        "".join(_HALVES[pair] for pair in zip(pixels[top], pixels[top + 1], strict=True)).rstrip()
        for top in (0, 2, 4)
    ]
