"""What works in a text while a passage is selected in it, before all else there."""

from __future__ import annotations

from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, Count, spec

TITLE: Final = "Selecting a passage"
OUTER: Final = ("app",)

BINDINGS: Final[tuple[BindingSpec, ...]] = (
    spec("passage.copy", "y,enter", "copy_passage", "copy it; the row, if nothing is", hint="copy"),
    spec(
        "passage.characters",
        "v,space",
        "begin_passage(False)",
        "select from here, or nothing",
        hint="from here",
    ),
    spec("passage.rows", "V", "begin_passage(True)", "select rows, or nothing", hint="rows"),
    spec("passage.reply", "r", "screen.reply(False)", "reply, quoting it", hint="reply"),
    spec("passage.reply_all", "R", "screen.reply(True)", "reply all, quoting it"),
    spec("passage.forward", "f", "screen.forward", "forward it"),
    spec("passage.swap", "o", "swap_passage", "to the other end", hint="other end"),
    spec("passage.down", "j,down", "caret_rows(1)", "down", count=Count.STEPS),
    spec("passage.up", "k,up", "caret_rows(-1)", "up", count=Count.STEPS),
    spec("passage.left", "h,left", "caret_characters(-1)", "left", count=Count.STEPS),
    spec("passage.right", "l,right", "caret_characters(1)", "right", count=Count.STEPS),
    spec("passage.word", "w", "caret_words(1)", "next word", count=Count.AGAIN),
    spec("passage.word_back", "b", "caret_words(-1)", "word before", count=Count.AGAIN),
    spec("passage.row_start", "0,home", "caret_edge(-1)", "beginning of the row"),
    spec("passage.row_end", "dollar_sign,end", "caret_edge(1)", "end of the row"),
    spec("passage.first", "g g", "caret_end(-1)", "first row"),
    spec("passage.last", "G", "caret_end(1)", "last row"),
    spec("passage.page_down", "pagedown,ctrl+f,ctrl+d", "caret_page(1)", "page down"),
    spec("passage.page_up", "pageup,ctrl+b,ctrl+u", "caret_page(-1)", "page up"),
    spec("passage.end", "escape,q", "end_passage", "end it", hint="end"),
)

HINTS: Final[dict[str, tuple[str, ...]]] = {
    "passage": (
        "app.help",
        "passage.copy",
        "passage.characters",
        "passage.rows",
        "passage.reply",
        "passage.swap",
        "passage.end",
    ),
}
