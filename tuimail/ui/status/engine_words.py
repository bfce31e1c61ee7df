"""The engine's state in words: the end of the first row, and the banner.

Words instead of spinners: each says what is the case and, in the banner, what tuimail does about
it and which key helps.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final, NamedTuple

from tuimail.model.account import AccountId
from tuimail.model.notice import Notice, Severity
from tuimail.model.status import Connectivity, EngineStatus, Leaving
from tuimail.ui.drawing.formatting import clock, countdown, number

# One banner at a time; the first of these that is the case.
_BANNER_ORDER: Final = (
    Connectivity.SIGN_IN_REQUIRED,
    Connectivity.OFFLINE,
    Connectivity.THROTTLED,
)
_OFFLINE: Final = Notice(
    Severity.WARNING, "No network. You can read, file and write; it is sent later."
)


class StateWords(NamedTuple):
    """The end of the first row.

    Attributes:
        role: Its colour role.
        counts_down: Whether the words change every second.
    """

    text: str
    role: str = "muted"
    counts_down: bool = False


class BannerWords(NamedTuple):
    """The second row, while something is wrong.

    Attributes:
        about: What it belongs to; a hidden banner comes back when this changes.
        severity: Decides the sign and its colour.
        strong: What happened; it always stays.
        text: What it means; it goes first when the row is narrow.
        key: The binding that helps, empty for none.
        word: What that key does.
    """

    about: object
    severity: Severity
    strong: str
    text: str
    key: str
    word: str


def state_words(
    status: EngineStatus | None, as_of: datetime | None, now: datetime, *, still: bool = False
) -> StateWords:
    """Say how one account stands.

    Args:
        status: None before the engine runs.
        as_of: When what is shown was last known to be right, if ever.
        now: Aware, in the zone dates are shown in.
        still: Say a time instead of counting down: every change would be read out.
    """
    match status:
        case EngineStatus(leaving=Leaving() as leaving):
            words = StateWords(f"sending {leaving.percent}%", "pending")
        case EngineStatus(connectivity=Connectivity.ONLINE, progress=progress, download=download):
            counted = progress or (download if download and not download.problem else None)
            words = StateWords(
                f"fetching {number(counted.done)} of {number(counted.total)}"
                if counted
                else "online"
            )
        case EngineStatus(connectivity=Connectivity.OFFLINE, online_at=online_at):
            known = online_at or as_of
            at = f", as of {clock(known, now)}" if known else ""
            words = StateWords(f"offline{at}", "warning+bold")
        case EngineStatus(connectivity=Connectivity.THROTTLED, next_attempt=until) if still:
            words = StateWords(f"throttled until {clock(until or now, now)}", "warning+bold")
        case EngineStatus(connectivity=Connectivity.THROTTLED, next_attempt=until):
            words = StateWords(f"throttled {countdown((until or now) - now)}", "warning+bold", True)
        case EngineStatus(connectivity=Connectivity.RESTING, since=since):
            words = StateWords(f"as of {clock(since, now)}")
        case EngineStatus(connectivity=Connectivity.SIGN_IN_REQUIRED):
            words = StateWords("sign-in needed", "error+bold")
        case EngineStatus(connectivity=Connectivity.CONNECTING, online_at=online_at) if online_at:
            # The first try after a loss is routine; the time is of interest when it failed.
            lost = status.problem is not None
            at = f"as of {clock(online_at, now)}, " if lost else ""
            words = StateWords(f"{at}reconnecting", "warning+bold" if lost else "muted")
        case _:
            words = StateWords("connecting")
    return words


def worst_words(
    statuses: Mapping[AccountId, EngineStatus], now: datetime, *, still: bool = False
) -> StateWords:
    """Say how the account stands that is worst off; see `state_words`."""
    for connectivity in _BANNER_ORDER:
        for status in statuses.values():
            if status.connectivity is connectivity:
                return state_words(status, None, now, still=still)
    return state_words(next(iter(statuses.values()), None), None, now, still=still)


def banner_words(
    statuses: Mapping[AccountId, EngineStatus], names: Mapping[AccountId, str], now: datetime
) -> BannerWords | None:
    """Say the most pressing of what is wrong, or None when nothing is.

    Args:
        statuses: Of every account.
        names: Labels of the accounts; used when there are several.
        now: Aware, in the zone dates are shown in.
    """
    for connectivity in _BANNER_ORDER:
        for account, status in statuses.items():
            if _lasting(status) is connectivity:
                return _banner(account, status, names, now)
    return _full_disk(statuses)


def settings_banner(mistake: str) -> BannerWords | None:
    """Say what is wrong with the settings file, where nothing is worse.

    Args:
        mistake: In a sentence or two; empty when nothing is.
    """
    if not mistake:
        return None
    strong, stop, rest = mistake.partition(". ")
    about = ("settings", mistake)
    return BannerWords(
        about, Severity.WARNING, strong + stop.strip(), rest, "mailbox.settings", "settings"
    )


def _full_disk(statuses: Mapping[AccountId, EngineStatus]) -> BannerWords | None:
    """Say that mail is not kept, where nothing is worse."""
    for account, status in statuses.items():
        problem = status.download.problem if status.download else None
        if problem is not None:
            strong, _, rest = problem.short.partition(": ")
            about = (account, status.connectivity, problem.short)
            strong = f"{strong}:" if rest else strong
            return BannerWords(about, problem.severity, strong, rest, "mailbox.jobs", "jobs")
    return None


def _lasting(status: EngineStatus) -> Connectivity:
    """Return the state without the tries in between, in which the banner would come and go."""
    if status.connectivity is Connectivity.CONNECTING and status.problem is not None:
        return Connectivity.OFFLINE
    return status.connectivity


def _banner(
    account: AccountId, status: EngineStatus, names: Mapping[AccountId, str], now: datetime
) -> BannerWords:
    name = names.get(account, "")
    prefix = f"{name}: " if len(names) > 1 else ""
    severity, key, word = Severity.WARNING, "mailbox.retry", "retry"
    problem = status.problem
    if status.connectivity is Connectivity.SIGN_IN_REQUIRED:
        severity, key, word = Severity.ERROR, "mailbox.sign_in", "sign in"
        ended = f"Your sign-in for {name} ended. Reading and writing go on."
        problem = problem or Notice(severity, ended)
    elif status.connectivity is Connectivity.THROTTLED:
        until = status.next_attempt or now + timedelta(minutes=1)
        again = f"Going on by itself at {clock(until, now)}."
        problem = Notice(severity, f"Exchange asks us to wait. {again}")
        key, word = "mailbox.jobs", "jobs"
    elif problem is not None and problem.command:
        # Somebody has to run a line, which stands there: trying again alone does not help.
        key, word = "mailbox.jobs", "details"
    problem = problem or _OFFLINE
    prefix = "" if name and name in problem.short else prefix
    strong, stop, rest = problem.short.partition(". ")
    about = (account, _lasting(status), problem.short if problem is status.problem else "")
    if problem.severity is Severity.ERROR:
        severity = Severity.ERROR
    text = rest or problem.now
    return BannerWords(about, severity, prefix + strong + stop.strip(), text, key, word)
