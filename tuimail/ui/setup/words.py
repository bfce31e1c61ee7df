"""The pages of the set-up as rows: the column of steps, and below it what the present one needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from rich.cells import cell_len

from tuimail.config.surroundings import NOWHERE, Surroundings
from tuimail.model.setup import SetupState, SetupStep, StepResult, StepState
from tuimail.text.safe import clean
from tuimail.ui.drawing.formatting import cut, number
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.rows import BLANK, EMPTY, Row, Run, ends, rule
from tuimail.ui.drawing.wrapping import wrap_text
from tuimail.ui.keys.choice_rows import key_set_row, key_sets, question_rows
from tuimail.ui.setup.choices import APPS, CLOUDS, Choice, key_choices
from tuimail.ui.setup.page_keys import PageKeys
from tuimail.ui.setup.pages import consent_rows, limit_rows
from tuimail.ui.setup.sign_in_words import SignInFacts, sign_in_page

NAME_CELLS: Final = 14
_MOST_CELLS: Final = 80
STEPS: Final = tuple(SetupStep)


@dataclass(frozen=True, slots=True)
class SetupFacts:
    """What is shown.

    Attributes:
        cursor: Which choice the cursor is on, from 0.
        monotonic: Seconds, as `time.monotonic` counts; for the work that goes on.
        seconds_left: Until the code or the page expires.
        here: Messages of the new mailbox that can be read already.
        asks_id: The client id is being typed.
        place: Where tuimail runs.
        was_opened: The page was opened in a browser here.
        is_demo: The key that goes on approves the code.
        keys: What the pages name.
    """

    state: SetupState
    keys: PageKeys
    cursor: int = 0
    monotonic: float = 0.0
    seconds_left: int = 0
    here: int = 0
    asks_id: bool = False
    place: Surroundings = NOWHERE
    was_opened: bool = False
    is_demo: bool = False


class SetupPage(NamedTuple):
    """One page.

    Attributes:
        rows: From below the first row of the screen.
        copied: Which of them stand on the sheet's surface, because they are to be copied.
        field: Row and column of the field that is typed into; None when there is none.
    """

    rows: list[Row]
    copied: range = range(0)
    field: tuple[int, int] | None = None


def choices_of(state: SetupState) -> Sequence[Choice]:
    """Return what can be chosen now; empty when nothing can."""
    if not state.now.asks:
        return ()
    if state.step is SetupStep.KEYS:
        return key_choices()
    return {SetupStep.ORGANISATION: CLOUDS, SetupStep.APP: APPS}.get(state.step, ())


def setup_page(facts: SetupFacts, width: int, height: int, glyphs: Glyphs) -> SetupPage:
    """Lay the page of the present step out."""
    state = facts.state
    if state.step is SetupStep.ADDRESS:
        return _address_page(facts, width, height, glyphs)
    if choices_of(state):
        page = _keys_page if state.step is SetupStep.KEYS else _choice_page
        return page(facts, width, height, glyphs)
    if state.consent is not None:
        above = [EMPTY, *step_rows(facts, _around(state), width, glyphs), EMPTY]
        below = consent_rows(state.consent, facts.keys, width, glyphs)
        return _joined(above, below, height)
    if state.step is SetupStep.SIGN_IN and (state.code or state.page or state.now.problem):
        return SetupPage(*sign_in_page(_sign_in_facts(facts), width, height, glyphs))
    if state.now.problem is not None:
        above = [EMPTY, *step_rows(facts, _checks(state), width, glyphs), EMPTY]
        return _joined(above, limit_rows(state, facts.keys, width, glyphs), height)
    return SetupPage(_progress(facts, width, height, glyphs))


def _joined(above: list[Row], below: tuple[list[Row], range], height: int) -> SetupPage:
    rows, copied = below
    start = len(above)
    return SetupPage([*above, *rows][:height], range(copied.start + start, copied.stop + start))


def step_rows(
    facts: SetupFacts, steps: Sequence[SetupStep], width: int, glyphs: Glyphs
) -> list[Row]:
    """Return the rows of these steps: sign, name, what is known, and its time.

    What the present one says is never cut; it goes on below.
    """
    return [row for step in steps for row in _step_rows(facts, step, min(width, 100), glyphs)]


def _step_rows(facts: SetupFacts, step: SetupStep, width: int, glyphs: Glyphs) -> list[Row]:
    result = facts.state.result(step)
    sign, role = _sign(result.state, glyphs)
    is_now = step is facts.state.step
    says = clean(glyphs.own(result.says))
    seconds = _seconds(result, facts.monotonic)
    room = max(1, width - NAME_CELLS - 5 - (cell_len(seconds) + 2 if seconds else 0))
    name_role = "strong" if is_now else "muted" if result.state is StepState.TODO else "text"
    said_role = "text" if is_now else "muted"
    first, *rest = wrap_text(says, room) if is_now else [cut(says, room, glyphs.cut)]
    head = ends(
        (
            BLANK,
            Run(f"{sign} ", role),
            Run(f"{step.value:<{NAME_CELLS}}", name_role),
            Run(first, said_role),
        ),
        (Run(seconds, "muted"), BLANK) if seconds else (),
        width,
    )
    below = Run(" " * (NAME_CELLS + 3))
    return [head, *((below, Run(line, said_role)) for line in rest)]


def _sign(state: StepState, glyphs: Glyphs) -> tuple[str, str]:
    return {
        StepState.TODO: (glyphs.nothing, "muted"),
        StepState.NOW: (glyphs.folded, "key"),
        StepState.DONE: (glyphs.done, "success"),
        StepState.LIMITED: ("!", "warning"),
        StepState.STOPPED: (glyphs.failed, "error"),
        StepState.SKIPPED: (glyphs.nothing, "warning"),
    }[state]


def _seconds(result: StepResult, monotonic: float) -> str:
    if result.began and monotonic:
        passed = int(monotonic - result.began)
        return f"{passed} s" if passed >= 1 else ""
    if result.seconds is None:
        return ""
    return f"{result.seconds:.1f} s" if result.seconds < 10 else f"{result.seconds:.0f} s"


def _around(state: SetupState) -> tuple[SetupStep, ...]:
    return (SetupStep.ADDRESS, state.step)


def _checks(state: SetupState) -> tuple[SetupStep, ...]:
    """The steps that matter once somebody is signed in; before that, all so far."""
    at = STEPS.index(state.step)
    first = STEPS.index(SetupStep.SIGN_IN) if at > STEPS.index(SetupStep.SIGN_IN) else 0
    return STEPS[first : at + 1]


def _texts(text: str, width: int, role: str = "text") -> list[Row]:
    return [(BLANK, Run(line, role)) for line in wrap_text(text, _text_cells(width))]


def _text_cells(width: int) -> int:
    return max(10, min(width, _MOST_CELLS) - 2)


def _address_page(facts: SetupFacts, width: int, height: int, glyphs: Glyphs) -> SetupPage:
    """Lay the first page out; the steps to come give way first."""
    told: list[Row] = []
    problem = facts.state.now.problem
    if problem is not None:
        told += [*_texts(problem.short, width, "error"), *_texts(problem.you_can, width), EMPTY]
    else:
        told += [*_texts(_ADDRESS, width), EMPTY]
    told += _texts(_DOMAIN_ONLY, width, "muted")
    steps = step_rows(facts, STEPS, width, glyphs)
    if len(steps) + len(told) + 2 > height:
        steps = steps[:1]
    return SetupPage([EMPTY, *steps, EMPTY, *told][:height], field=(1, NAME_CELLS + 3))


_ADDRESS: Final = "Type the address of your mailbox and press Enter."
_DOMAIN_ONLY: Final = (
    "Microsoft is asked where mailboxes of that domain are, and nothing else before you sign in. "
    "tuimail never sees your password."
)


def _choice_page(facts: SetupFacts, width: int, height: int, glyphs: Glyphs) -> SetupPage:
    """Lay the choices out; where there is no room, only the present one is explained."""
    page = _choices(facts, width, glyphs, in_full=True)
    if len(page.rows) > height:
        page = _choices(facts, width, glyphs, in_full=False)
    return SetupPage(page.rows[:height], field=page.field)


def _choices(facts: SetupFacts, width: int, glyphs: Glyphs, *, in_full: bool) -> SetupPage:
    state = facts.state
    is_app = state.step is SetupStep.APP
    steps = STEPS[: STEPS.index(state.step) + 1] if in_full else (state.step,)
    space: list[Row] = [EMPTY] if in_full else []
    rows: list[Row] = [*space, *step_rows(facts, steps, width, glyphs), *space]
    problem = state.now.problem
    if problem is not None:
        rows += [*_texts(problem.short, width, "error"), *_texts(problem.you_can, width), *space]
    elif is_app and in_full and not facts.asks_id:
        rows += [*_texts(_WHICH_APP, width, "strong")]
        rows.append(EMPTY)
    field: tuple[int, int] | None = None
    for index, choice in enumerate(choices_of(state)):
        here = index == facts.cursor
        bar = Run(glyphs.cursor, "cursor-bar") if here else BLANK
        title = Run(cut(choice.title, max(1, width - 5), glyphs.cut), "strong" if here else "text")
        rows.append((bar, BLANK, Run(f" {index + 1} ", "key"), title))
        if in_full or (here and not facts.asks_id):
            told = wrap_text(choice.about, _text_cells(width) - 4) if choice.about else []
            rows += [(Run("     "), Run(line, "muted")) for line in told]
        if facts.asks_id and index == 0:
            field = (len(rows), 16)
            rows.append((Run("     "), Run("Client id  ", "strong")))
        rows += space if is_app else []
    rows += (
        _texts(_NEITHER, width, "muted") if is_app else [*space, *_texts(_CLOUD, width, "muted")]
    )
    return SetupPage(rows, field=field)


def _keys_page(facts: SetupFacts, width: int, height: int, glyphs: Glyphs) -> SetupPage:
    """Lay out the sets of keys; nothing is asked that cannot be changed later.

    All that was done stands above them where there is room, else the last of it.
    """
    problem = facts.state.now.problem
    rows: list[Row] = [EMPTY, *question_rows(width), EMPTY]
    for index, each in enumerate(key_sets()):
        bar = glyphs.cursor if index == facts.cursor else " "
        rows.append(key_set_row(each, width, glyphs, bar))
    if problem is not None:
        rows += [EMPTY, *_texts(problem.short, width, "error")]
    done = [step for step in STEPS if step is not SetupStep.KEYS]
    above = step_rows(facts, STEPS, width, glyphs)
    if 1 + len(above) + len(rows) > height:
        above = step_rows(facts, done[-1:], width, glyphs)
    return SetupPage([EMPTY, *above, *rows][:height])


_WHICH_APP: Final = "Microsoft gives mail only to an app that it knows. Which one?"
_NEITHER: Final = "Neither is chosen for you. You can change it later in the settings."
_CLOUD: Final = "Most organisations are in the worldwide cloud, GCC included."


def _sign_in_facts(facts: SetupFacts) -> SignInFacts:
    state = facts.state
    code, page = state.code, state.page
    return SignInFacts(
        address=state.answers.address,
        keys=facts.keys,
        uri=clean(code.verification_uri) if code else "",
        code=clean(code.user_code) if code else "",
        seconds_left=facts.seconds_left,
        problem=state.now.problem,
        is_demo=facts.is_demo,
        page=page,
        here=facts.place,
        was_opened=facts.was_opened,
        refused=state.refused,
        organisation=state.answers.organisation or state.answers.address.rpartition("@")[2],
        ids=state.now.ids,
    )


def _progress(facts: SetupFacts, width: int, height: int, glyphs: Glyphs) -> list[Row]:
    """All steps with what was found so far."""
    state = facts.state
    rows: list[Row] = [EMPTY, *step_rows(facts, STEPS, width, glyphs)]
    if state.folders:
        rows += [EMPTY, rule(width, glyphs.rule, "Folders found")]
        rows.append(_folders_row(state.folders, _text_cells(width)))
    if state.account is not None and facts.here:
        rows.append(EMPTY)
        newest = number(facts.here)
        many = "message is" if facts.here == 1 else f"{newest} messages are"
        key = facts.keys.go_on
        rows += _texts(f"Your newest {many} already here. You can press {key} and read", width)
        rows += _texts("while the rest of the check goes on.", width)
    return rows[:height]


def _folders_row(folders: Sequence[str], room: int) -> Row:
    """Name as many folders as fit, and count the rest."""
    shown: list[str] = []
    for name in folders:
        more = len(folders) - len(shown) - 1
        tail = f"  and {more} more" if more else ""
        if cell_len(", ".join([*shown, name]) + tail) > room:
            break
        shown.append(name)
    rest = len(folders) - len(shown)
    row: list[Run] = [BLANK, Run(", ".join(shown))]
    if rest:
        row.append(Run(f"  and {rest} more", "muted"))
    return tuple(row)
