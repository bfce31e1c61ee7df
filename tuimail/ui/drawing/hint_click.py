"""Which key of a painted row a click is on, so that it does what the key does."""

from __future__ import annotations

from rich.cells import cell_len

from tuimail.ui.drawing.rows import Row


def key_at(row: Row, x: int) -> str:
    """Return the key as shown, empty where there is none.

    A key reaches to the end of the word behind it; of two keys with one word (`j k`) each has its
    own cells, and the word belongs to the first.

    Args:
        row: As it was painted.
        x: The cell, 0 at the left edge.
    """
    start, key = 0, ""
    for text, role in row:
        end = start + cell_len(text)
        if role == "key":
            key = text
            if start <= x < end:
                return _of_several(key, x - start)
        elif not (role == "muted" and text.startswith(" ") and text.strip()):
            key = ""
        elif start <= x < end and key:
            return key.split(" ")[0]
        start = end
    return ""


def _of_several(keys: str, at: int) -> str:
    start = 0
    for key in keys.split(" "):
        start += cell_len(key) + 1
        if at < start:
            return key
    return keys
