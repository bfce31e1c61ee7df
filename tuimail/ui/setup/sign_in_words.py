"""The sign-in page as rows: address, code in three forms, time left, or why it failed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from rich.cells import cell_len

from tuimail.config.surroundings import NOWHERE, Surroundings
from tuimail.exchange.clients import is_admin_consent_url
from tuimail.model.notice import Notice
from tuimail.model.sign_in import BrowserPage
from tuimail.text.safe import clean
from tuimail.ui.drawing.big_code import big_code
from tuimail.ui.drawing.formatting import cut
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.qr_code import qr_code
from tuimail.ui.drawing.rows import BLANK, EMPTY, Row, Run, crop_row, ends, rule
from tuimail.ui.drawing.story import command_lines
from tuimail.ui.drawing.wrapping import wrap_text
from tuimail.ui.setup.browser_words import browser_rows
from tuimail.ui.setup.page_keys import PageKeys

_NAME_CELLS = 14
_STEP_CELLS = 44
_MOST_CELLS = 80
_MOST_SAID = 6


@dataclass(frozen=True, slots=True)
class SignInFacts:
    """What is known.

    Attributes:
        uri: Where the code is typed; empty while there is no code.
        seconds_left: Until the code expires.
        problem: Why the last attempt ended.
        is_demo: The key that goes on approves.
        page: What is to be opened in a browser; None when a code is used.
        here: Where tuimail runs.
        was_opened: The page was opened in a browser here.
        refused: Why what was pasted will not do.
        organisation: Shown below the address; empty while it is not known.
        ids: What support asks for, in one line; may be empty.
        keys: What the page names.
    """

    address: str
    keys: PageKeys
    uri: str = ""
    code: str = ""
    seconds_left: int = 0
    problem: Notice | None = None
    is_demo: bool = False
    page: BrowserPage | None = None
    here: Surroundings = NOWHERE
    was_opened: bool = False
    refused: str = ""
    organisation: str = ""
    ids: str = ""


class Page(NamedTuple):
    """The rows of the page.

    Attributes:
        copied: Which of them are to be copied: they stand on the sheet's surface.
    """

    rows: list[Row]
    copied: range = range(0)


class Copied(NamedTuple):
    """What is copied from a page: the line to run, the page to open, or Microsoft's words."""

    title: str
    text: str


def sign_in_page(facts: SignInFacts, width: int, height: int, glyphs: Glyphs) -> Page:
    """Lay the page out in `height` rows; large letters and explanations give way first."""
    text = max(10, min(width, _MOST_CELLS) - 2)
    if facts.problem is not None:
        return _problem_page(facts, facts.problem, width, text, glyphs)
    if facts.page is not None:
        return _browser_page(facts, facts.page, width, height, text, glyphs)
    rows = _beside_qr(
        _code_rows(facts, width, height, text, glyphs), facts.uri, width, height, glyphs
    )
    blocked: list[Row] = [(BLANK, Run(line, "muted")) for line in wrap_text(_BLOCKED, text)]
    if facts.code and len(rows) + 1 + len(blocked) <= height:
        rows += [EMPTY, *blocked]
    return Page(rows)


def _browser_page(
    facts: SignInFacts, page: BrowserPage, width: int, height: int, text: int, glyphs: Glyphs
) -> Page:
    above = [EMPTY, *_steps(facts, width, glyphs), EMPTY]
    rows, copied = browser_rows(
        page,
        facts.here,
        was_opened=facts.was_opened,
        refused=facts.refused,
        width=width,
        text=text,
        height=height - len(above),
        glyphs=glyphs,
        keys=facts.keys,
    )
    start = len(above)
    return Page([*above, *rows][:height], range(copied.start + start, copied.stop + start))


def _beside_qr(rows: list[Row], uri: str, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """Put the QR code of the page to the right, where there is room for it."""
    if not uri or glyphs.ascii:
        return rows
    code = qr_code(uri)
    left = _STEP_CELLS + 1
    if width < left + len(code[0]) or height < len(code) + 1:
        return rows
    beside: list[Row] = []
    for number in range(max(len(rows), len(code) + 1)):
        row = rows[number] if number < len(rows) else EMPTY
        if 1 <= number <= len(code):
            row = (*crop_row(row, left), Run(code[number - 1], "qr"))
        beside.append(row)
    return beside


def _code_rows(facts: SignInFacts, width: int, height: int, text: int, glyphs: Glyphs) -> list[Row]:
    if not facts.code:
        return [EMPTY, *_steps(facts, width, glyphs)]
    code: list[Row] = [
        (BLANK, BLANK, Run(facts.code, "strong"), Run("   the same, for copying", "muted"))
    ]
    large: list[Row] = [
        (BLANK, BLANK, Run(line, "key"))
        for line in (() if glyphs.ascii else big_code(facts.code))
        if cell_len(line) + 3 <= min(width, _STEP_CELLS)
    ]
    if not large:
        code = [(BLANK, BLANK, Run(facts.code, "strong"))]
    where: list[Row] = [(BLANK, Run(line)) for line in wrap_text(_OPEN, text)]
    where += [(BLANK, Run(line, "link")) for line in wrap_text(_shown_uri(facts.uri), text)]
    ask: list[Row] = [(BLANK, Run("and type this code:"))]
    demo: list[Row] = [
        (BLANK, Run(line, "strong"))
        for line in wrap_text(f"This is the demo: press {facts.keys.go_on} to approve.", text)
        if facts.is_demo
    ]
    # In the demo nothing goes on before that key.
    calm_words = _CALM[:1] if facts.is_demo else _CALM
    calm: list[Row] = [
        (BLANK, Run(line, "muted")) for part in calm_words for line in wrap_text(part, text)
    ]
    if facts.keys.administrator:
        words = Run("The page wants an administrator? Press ", "muted")
        calm.append((BLANK, words, Run(facts.keys.administrator, "key")))
    steps = _steps(facts, width, glyphs)
    for groups in (
        [steps, where, ask, large, code, demo, calm],
        [steps, where, ask, large, code, demo],
        [steps, where, ask, code, demo],
    ):
        rows = [EMPTY, *_joined(groups)]
        if len(rows) <= height:
            return rows
    return [*steps[-1:], *where, *ask, *code, *demo][:height]


_OPEN = "On any phone or computer, open"
# Entra ID tells the page and never the program that waits (Microsoft: Conditional Access flows).
_BLOCKED = "Does the page say 53003, no access? Codes are blocked: sign in with a browser."
_CALM = ("tuimail never sees your password.", "It goes on by itself when you are done.")


def _joined(groups: list[list[Row]]) -> list[Row]:
    rows: list[Row] = []
    for group in groups:
        if group:
            rows += [*([EMPTY] if rows else []), *group]
    return rows


def _shown_uri(uri: str) -> str:
    """Without `https://`, as people type it; an address with a port is shown whole."""
    short = uri.removeprefix("https://")
    return uri if ":" in short else short


def _steps(facts: SignInFacts, width: int, glyphs: Glyphs) -> list[Row]:
    step = min(width, _STEP_CELLS)
    waits = bool(facts.code or facts.page)
    left = f"{facts.seconds_left // 60}:{facts.seconds_left % 60:02}" if waits else ""
    doing = "waiting for you" if facts.code else "asking Microsoft"
    if facts.page is not None:
        doing = "in your browser"
    done = [("Address", facts.address)]
    if facts.organisation:
        done.append(("Organisation", facts.organisation))
    room = max(1, (step if facts.organisation else width) - _NAME_CELLS - 4)
    return [
        *(
            (
                BLANK,
                Run(f"{glyphs.done} ", "success"),
                Run(f"{name:<{_NAME_CELLS}}"),
                Run(cut(clean(what), room, glyphs.cut), "muted"),
            )
            for name, what in done
        ),
        ends(
            (
                BLANK,
                Run(f"{glyphs.folded} ", "key"),
                Run(f"{'Sign-in':<{_NAME_CELLS}}", "strong"),
                Run(doing),
            ),
            (Run(left, "muted"),),
            step,
        ),
    ]


def _problem_page(
    facts: SignInFacts, problem: Notice, width: int, text: int, glyphs: Glyphs
) -> Page:
    """What happened, what tuimail does now, what the user can do, and the server's words."""
    steps = _steps(facts, width, glyphs)[:-1]
    short = wrap_text(problem.short, max(10, text - _NAME_CELLS - 2))
    steps.append(
        (
            BLANK,
            Run(f"{glyphs.failed} ", "error"),
            Run(f"{'Sign-in':<{_NAME_CELLS}}", "strong"),
            Run(short[0]),
        )
    )
    steps += [(BLANK, Run(" " * (_NAME_CELLS + 2)), Run(line)) for line in short[1:]]
    told: list[Row] = []
    for sentence in (problem.happened, _of_tuimail(problem.now), problem.you_can):
        told += [(BLANK, Run(line)) for line in (wrap_text(sentence, text) if sentence else ())]
    what = copied_of(problem)
    copied: list[Row] = []
    if what is not None:
        copied = [rule(width, glyphs.rule, what.title, facts.keys.copies)]
        lines = command_lines if problem.command else wrap_text
        copied += _plain_rows(lines(clean(what.text), text)[:_MOST_SAID])
        copied.append(rule(width, glyphs.rule))
    said: list[Row] = []
    if problem.detail and (what is None or what.text != problem.detail):
        words = wrap_text(f"The server said: {problem.detail}", text)
        said = _plain_rows(words[:_MOST_SAID], "muted")
    if problem.url and (what is None or what.text != problem.url):
        said += _plain_rows(wrap_text(f"Explained at {problem.url}", text), "muted")
    if facts.ids:
        said.append((BLANK, Run(clean(facts.ids), "muted")))
    above = 1 + len(_joined([steps, told])) + 2
    return Page(
        [EMPTY, *_joined([steps, told, copied, said])],
        range(above, above + max(0, len(copied) - 2)),
    )


def _of_tuimail(now: str) -> str:
    """Say whose deed it is: `Keeps everything.` stands without a label here."""
    if not now or now.startswith("tuimail"):
        return now
    return f"tuimail {now[0].lower()}{now[1:]}"


def copied_of(problem: Notice) -> Copied | None:
    """Return what of a problem is needed elsewhere; None when nothing is."""
    if problem.command:
        return Copied("For your administrator", problem.command)
    if is_admin_consent_url(problem.url):
        return Copied("For your administrator", problem.url)
    # An administrator looks the ids in them up.
    return Copied("Microsoft said", problem.detail) if problem.detail else None


def _plain_rows(lines: list[str], role: str = "text") -> list[Row]:
    return [(BLANK, Run(line, role)) for line in lines]
