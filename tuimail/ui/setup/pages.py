"""Two pages of the set-up that end with somebody else: an administrator, or a server's refusal."""

from __future__ import annotations

from typing import Final

from tuimail.exchange.consent import ASKED, INTRODUCTION, WHERE
from tuimail.model.setup import ConsentRequest, SetupState, SetupStep
from tuimail.text.safe import clean
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import BLANK, EMPTY, Row, Run, rule
from tuimail.ui.drawing.story import command_lines
from tuimail.ui.drawing.wrapping import wrap_text
from tuimail.ui.setup.page_keys import PageKeys

_MOST_CELLS: Final = 80
_NOT_ALLOWED: Final = (
    "You signed in correctly. Your organisation does not let people allow mail programs by "
    "themselves. One approval by an administrator is enough, for you or for everybody."
)
_READS: Final = (
    "You can read, file and search now. Mail that you write waits in the outbox and goes out by "
    "itself once sending is allowed. No mail is lost."
)
_WRITES: Final = (
    "You can read, file and search now. Mail that you write waits in the outbox. No mail is lost."
)
_KEPT: Final = (
    "You are signed in, and the account is kept. tuimail tries again every few minutes; nothing "
    "has to be set up anew."
)
_CENTRE: Final = (
    "or: admin centre, Users, Active users, Mail, Manage email apps, tick Authenticated SMTP. "
    "It can take up to an hour."
)
_POWERSHELL: Final = "For your administrator (Exchange Online PowerShell)"


def consent_rows(
    consent: ConsentRequest, keys: PageKeys, width: int, glyphs: Glyphs
) -> tuple[list[Row], range]:
    """Lay out what an administrator is asked; returns which rows are to be copied."""
    text = _text_cells(width)
    lines = wrap_text(clean(consent.told) or _NOT_ALLOWED, text)
    keeps = f"tuimail keeps this page and tries again when you press {keys.again}."
    last = f"{lines[-1]}  {keeps}"
    rows: list[Row]
    if len(wrap_text(last, text)) == 1:
        rows = _rows(lines[:-1])
        rows.append((BLANK, Run(lines[-1]), Run(f"  {keeps}", "muted")))
    else:
        rows = [*_rows(lines), *_rows(wrap_text(keeps, text), "muted")]
    rows += [EMPTY, rule(width, glyphs.rule, "Mail to your administrator", keys.copies)]
    start = len(rows)
    rows += _rows(wrap_text(INTRODUCTION, text))
    rows += _rows([f"  {line}" for line in wrap_text(", ".join(ASKED), text - 2)])
    rows += _rows(wrap_text(WHERE, text))
    rows += _rows([f"  {line}" for line in _url_lines(consent.url, text - 2)])
    end = len(rows)
    rows.append(rule(width, glyphs.rule))
    if consent.ids:
        rows.append((BLANK, Run(clean(consent.ids), "muted")))
    return rows, range(start, end)


def limit_rows(
    state: SetupState, keys: PageKeys, width: int, glyphs: Glyphs
) -> tuple[list[Row], range]:
    """Lay out why reading or sending does not work, and the line that somebody has to run."""
    now, text = state.now, _text_cells(width)
    problem = now.problem
    if problem is None:
        return [], range(0)
    switched_off = state.step is SetupStep.SENDING and "SmtpClientAuthentication" in problem.command
    lead = ""
    if state.step is SetupStep.READING:
        lead = _KEPT
    elif state.step is SetupStep.SENDING:
        lead = _READS if problem.command else _WRITES
    rows = [*_rows(wrap_text(lead, text)), EMPTY] if lead else []
    if not switched_off:
        for sentence in dict.fromkeys((problem.happened, problem.you_can)):
            rows += _rows(wrap_text(clean(sentence), text)) if sentence else []
        rows.append(EMPTY)
    copied = range(0)
    if problem.command:
        rows.append(rule(width, glyphs.rule, _POWERSHELL, keys.copies))
        start = len(rows)
        rows += _rows(command_lines(problem.command, text))
        copied = range(start, len(rows))
        rows.append(rule(width, glyphs.rule))
        if switched_off:
            rows += _rows(wrap_text(_CENTRE, text), "muted")
        rows.append(EMPTY)
    if problem.detail:
        said = "The server said: "
        first, *rest = wrap_text(said + clean(problem.detail), text)
        rows.append((BLANK, Run(said, "muted"), Run(first.removeprefix(said))))
        rows += _rows(rest[:4])
    elif now.ids:
        rows.append((BLANK, Run(clean(now.ids), "muted")))
    return rows, copied


def _rows(lines: list[str], role: str = "text") -> list[Row]:
    return [(BLANK, Run(line, role)) for line in lines]


def _text_cells(width: int) -> int:
    return max(10, min(width, _MOST_CELLS) - 2)


def _url_lines(url: str, cells: int) -> list[str]:
    """Break the page's address before its query, then anywhere: it is put together again."""
    place, mark, query = clean(url).partition("?")
    parts = [place, f"?{query}"] if mark else [place]
    return [part[start : start + cells] for part in parts for start in range(0, len(part), cells)]
