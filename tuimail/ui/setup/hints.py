"""What can be done on each page of the set-up, for the last row, and its state in the first."""

from __future__ import annotations

from enum import Enum, auto
from typing import Final

from tuimail.model.setup import SetupState, SetupStep, StepState
from tuimail.ui.bindings import Named


class Situation(Enum):
    """What the page needs."""

    TYPING = auto()
    CHOOSING = auto()
    CODE = auto()
    PAGE = auto()
    CONSENT = auto()
    STOPPED = auto()
    CHECKING = auto()


_HELP: Named = ("app.help", "help")
_BACK: Named = ("setup.back", "back")
_RETRY: Named = ("setup.retry", "try again")
_MOVE: Named = ("setup.down setup.up", "move")


_CHOOSING: Final = (SetupStep.ORGANISATION, SetupStep.APP, SetupStep.KEYS)


def situation_of(state: SetupState, *, types: bool) -> Situation:
    """Return what the page needs.

    Args:
        types: A field has the focus.
    """
    now = state.now
    if types:
        return Situation.TYPING
    if state.consent is not None:
        return Situation.CONSENT
    if now.state in (StepState.STOPPED, StepState.LIMITED):
        return Situation.STOPPED
    if now.asks and state.step in _CHOOSING:
        return Situation.CHOOSING
    if state.code is not None:
        return Situation.CODE
    return Situation.PAGE if state.page is not None else Situation.CHECKING


def hints_for(situation: Situation, state: SetupState, *, is_first: bool) -> list[Named]:
    """Return the hints, the most important first: what does not fit is left out from the right."""
    leave: Named = ("setup.quit", "quit" if is_first else "to the mail")
    if state.account is not None and is_first:
        leave = ("setup.quit", "quit, keep this account")
    if situation is Situation.PAGE and state.page is not None and state.page.can_paste:
        # The browser is on another computer.
        return [_HELP, *_FIXED[situation][1:], _BACK]
    match situation:
        case Situation.TYPING:
            return _typing(state, is_first=is_first)
        case Situation.STOPPED:
            return _stopped(state, leave)
        case Situation.CHECKING:
            return _checking(state, leave)
        case Situation.CHOOSING:
            return [_HELP, ("setup.go_on", "choose"), _MOVE, _BACK, leave]
        case _:
            return [_HELP, *_FIXED[situation], _BACK]


_FIXED: Final[dict[Situation, tuple[Named, ...]]] = {
    Situation.CODE: (
        ("setup.copy", "copy the code"),
        ("setup.browser", "browser here"),
        ("setup.paste", "paste URL"),
        ("setup.code", "new code"),
    ),
    Situation.PAGE: (
        ("setup.browser", "open it again"),
        ("setup.code", "use a code"),
        ("setup.administrator", "it asks for an administrator"),
    ),
    Situation.CONSENT: (
        ("setup.copy", "copy the mail"),
        ("setup.save", "save as file"),
        _RETRY,
        ("setup.app", "use another client id"),
    ),
}


def _typing(state: SetupState, *, is_first: bool) -> list[Named]:
    leave = "quit" if is_first else "to the mail"
    back: Named = ("setup.back", leave if state.step is SetupStep.ADDRESS else "back")
    return [_HELP, ("Enter", "go on"), back]


def _stopped(state: SetupState, leave: Named) -> list[Named]:
    problem = state.now.problem
    hints = [_HELP]
    if state.step in (SetupStep.READING, SetupStep.SENDING):
        hints.append(("setup.go_on", "continue"))
    if state.step is SetupStep.ORGANISATION:
        hints.append(("setup.go_on", "choose the cloud"))
    if problem is not None and problem.command:
        hints.append(("setup.copy", "copy the line"))
    elif problem is not None and problem.detail:
        hints.append(("setup.copy", "copy it"))
    hints.append(_RETRY)
    if state.step is SetupStep.SENDING and state.now.state is StepState.LIMITED:
        hints.append(("setup.graph", "send through Graph"))
    if state.step is SetupStep.SIGN_IN:
        hints += [("setup.browser", "browser"), ("setup.code", "code")]
        hints.append(("setup.app", "another client id"))
    return [*hints, _BACK, leave]


def _checking(state: SetupState, leave: Named) -> list[Named]:
    read: list[Named] = [("setup.go_on", "read mail now")] if state.account is not None else []
    return [_HELP, *read, _BACK, leave]


def state_words(state: SetupState) -> tuple[str, str]:
    """Return the state for the first row, and its colour role."""
    now = state.now
    if state.consent is not None:
        return "approval needed", "warning"
    if now.state is StepState.LIMITED:
        return "reading only", "warning"
    if now.state is StepState.STOPPED:
        return _STOPPED.get(state.step, "stopped"), "error"
    if state.code is not None or state.page is not None:
        return "waiting for sign-in", "muted"
    return ("waiting for you" if now.asks else "checking"), "muted"


_STOPPED = {
    SetupStep.SIGN_IN: "not signed in",
    SetupStep.READING: "signed in, no mail",
    SetupStep.SENDING: "reading only",
}
