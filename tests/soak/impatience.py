"""Shorter waits for a soak: two minutes have to see what a day of bad lines does.

Only how long something is waited for; what is done then stays as it is.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from tuimail.imap.session import Timeouts
from tuimail.submission import smtp
from tuimail.sync import backoff, outbox, sent, settling
from tuimail.sync.timing import Timing

_SILENCE: Final = 2.0

TIMING: Final = replace(
    Timing(), poll=3.0, count_apart=1.0, timeouts=Timeouts(connect=_SILENCE, read=_SILENCE)
)


def be_impatient() -> None:
    """Shorten the waits of this process, which is ended after the soak."""
    _set(smtp, DEFAULT_TIMEOUTS=smtp.Timeouts(_SILENCE, _SILENCE, _SILENCE))
    _set(backoff, FIRST_DELAY=0.05, LONGEST_DELAY=0.5)
    _set(settling, UNCERTAIN_LOOKS=(0.5, 2.0, 5.0))
    _set(outbox, PER_MINUTE=100_000)
    _set(sent, LOOKS_ON_EXCHANGE=(0.2, 1.0, 3.0), LOOKS_ELSEWHERE=(0.2, 1.0))


def _set(place: object, **values: Any) -> None:
    for name, value in values.items():
        if not hasattr(place, name):
            raise AttributeError(f"{place} has no {name} any more: the soak would wait for hours")
        setattr(place, name, value)
