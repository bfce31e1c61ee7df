"""The only maker of `SafeText`.

Neither Textual nor Rich filters control sequences, so a subject can move the cursor, set the
title or write to the clipboard. Every string that came from the network passes `clean` before it
reaches a widget, a log or a file name; widgets take nothing but `SafeText`, which mypy checks.
"""

from __future__ import annotations

import re
from typing import Final, NewType

SafeText = NewType("SafeText", str)
"""Text without control, bidi-override, zero-width, tag and surrogate characters."""

_ZERO_WIDTH_JOINER: Final = "\u200d"


def _unsafe_ranges() -> list[tuple[int, int]]:
    return [
        (0x00, 0x1F),
        (0x7F, 0x9F),
        (0xAD, 0xAD),
        (0x34F, 0x34F),
        (0x61C, 0x61C),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x200B, 0x200F),
        (0x2028, 0x202E),
        (0x2060, 0x206F),
        (0x3164, 0x3164),
        (0xD800, 0xDFFF),
        (0xFEFF, 0xFEFF),
        (0xFFA0, 0xFFA0),
        (0xFFF0, 0xFFFB),
        (0xFFFE, 0xFFFF),
        (0x1BCA0, 0x1BCA3),
        (0x1D173, 0x1D17A),
        (0xE0000, 0xE0FFF),
    ]


_DELETE: Final[dict[int, str | None]] = {
    code: None for low, high in _unsafe_ranges() for code in range(low, high + 1)
}
_MULTILINE: Final[dict[int, str | None]] = _DELETE | {0x0A: "\n", 0x09: "\t"}
_SINGLE_LINE: Final[dict[int, str | None]] = _DELETE | {0x0A: " ", 0x0D: " ", 0x09: " "}

# A joiner is kept only between two pictographs, where it makes one emoji of them.
_PICTOGRAPH = "[\u2190-\u2bff\ufe0f\U0001f000-\U0001faff]"
_EMOJI_JOIN = f"(?<={_PICTOGRAPH}){_ZERO_WIDTH_JOINER}(?={_PICTOGRAPH})"  # compiled when met
_JOIN_MARK = "\ue000"  # private use, itself replaced below when it came from outside
_NEWLINES = re.compile("\r\n?|\u2028|\u2029|\x0b|\x0c|\x85")


def clean(text: str, *, multiline: bool = False) -> SafeText:
    """Return `text` with everything removed that could act on a terminal or hide from a reader.

    Args:
        text: Any string, hostile or not.
        multiline: Keep line feeds and tabs (bodies). Otherwise they become single blanks, so
            that one value stays on one line (subjects, names, file names, server errors).
    """
    if text.isascii() and text.isprintable():
        return SafeText(text)  # most strings, and each row of a list has a dozen
    if multiline:
        text = _NEWLINES.sub("\n", text)
        if all(_MULTILINE.get(ord(one), one) == one for one in set(text)):
            return SafeText(text)  # a body has few different characters, and looking is faster
    if _ZERO_WIDTH_JOINER in text:
        text = re.sub(_EMOJI_JOIN, _JOIN_MARK, text.replace(_JOIN_MARK, ""))
        text = text.translate(_MULTILINE if multiline else _SINGLE_LINE)
        return SafeText(text.replace(_JOIN_MARK, _ZERO_WIDTH_JOINER))
    return SafeText(text.translate(_MULTILINE if multiline else _SINGLE_LINE))
