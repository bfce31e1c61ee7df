"""The page that is to be opened in a browser, as rows: its address, and the way back."""

from __future__ import annotations

from tuimail.config.surroundings import Surroundings
from tuimail.model.sign_in import BrowserPage
from tuimail.text.safe import clean
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import BLANK, EMPTY, Row, Run, rule
from tuimail.ui.drawing.wrapping import wrap_text
from tuimail.ui.setup.page_keys import PageKeys

_OPENED = "The page was opened in your browser. It goes on by itself when you are done."
_OPEN = "Open this page in a browser. It goes on by itself when you are done."
_AWAY = (
    "Open this page in a browser on your own computer. Its last page, http://localhost, cannot be "
    "reached from there. Then copy its whole address and paste it here."
)
_PASTE = " paste the address of the last page"
_CARRIED = "Or run this line there first: then it goes on by itself."


def browser_rows(
    page: BrowserPage,
    here: Surroundings,
    *,
    was_opened: bool,
    refused: str,
    width: int,
    text: int,
    height: int,
    glyphs: Glyphs,
    keys: PageKeys,
) -> tuple[list[Row], range]:
    """Lay out what to open and how it comes back.

    Args:
        was_opened: A browser was started here.
        refused: Why what was pasted will not do; empty when nothing was.
        width: Cells of the screen.
        text: Cells of a line of text.
        height: Rows there are.
        keys: What the page names.

    Returns:
        The rows, and which of them are to be copied.
    """
    told = _OPENED if was_opened else _AWAY if here.is_remote else _OPEN
    rows: list[Row] = [(BLANK, Run(line)) for line in wrap_text(told, text)]
    rows += [EMPTY, rule(width, glyphs.rule, "The page", keys.copies)]
    begin = len(rows)
    url = _cut_anywhere(clean(page.url), text)
    carried: list[Row] = []
    if here.is_remote:
        carried = [
            *[(BLANK, Run(line)) for line in wrap_text(_CARRIED, text)],
            *[(BLANK, Run(line, "strong")) for line in _cut_anywhere(_line(here, page), text)],
        ]
    wrong: list[Row] = []
    if refused:
        wrong = [(BLANK, Run(line, "error")) for line in wrap_text(clean(refused), text)]
    paste_row: Row = (BLANK, Run(keys.paste, "key"), Run(_PASTE, "muted"))
    below = 2 + (len(wrong) + 1 if wrong else 0) + (len(carried) + 1 if carried else 0)
    room = max(1, height - begin - below - 1)
    shown = url if len(url) <= room else [*url[: room - 1], url[room - 1][:-1] + glyphs.cut]
    rows += [(BLANK, Run(line, "link")) for line in shown]
    copied = range(begin, len(rows))
    rows.append(rule(width, glyphs.rule))
    for group in (wrong, carried, [paste_row]):
        if group:
            rows += [*group, EMPTY]
    return rows, copied


def _line(here: Surroundings, page: BrowserPage) -> str:
    return clean(here.forwarding_line(page.port))


def _cut_anywhere(text: str, cells: int) -> list[str]:
    """Cut what has no blanks, such as an address, into full lines: they are put together again."""
    return [text[start : start + cells] for start in range(0, len(text), cells)] or [""]
