"""What becomes of a message that was not sent: whether it is tried again, when, and what is said.

Nothing was handed over in any of these cases; what may have been is `UNCERTAIN` (see `outbox`).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final, NamedTuple

from tuimail.errors import (
    AuthError,
    GraphNotAllowed,
    MessageTooLarge,
    NetworkError,
    Reach,
    RecipientsRefused,
    Retry,
    SubmissionDisabled,
    TuimailError,
)
from tuimail.model.notice import Notice
from tuimail.model.outbox import OutboxItem, OutboxState, Reason
from tuimail.sync import backoff
from tuimail.sync.explain import submission_problem

DISABLED_RETRY: Final = timedelta(minutes=30)
_SHORTEST: Final = 5.0


class Outcome(NamedTuple):
    """How a message that was not sent stands.

    Attributes:
        again: When it is tried again; not after `now` when it is not.
        reason: What the screen can offer for it.
    """

    state: OutboxState
    again: datetime
    problem: Notice
    reason: Reason


def outcome_of(error: TuimailError, item: OutboxItem, now: datetime) -> Outcome:
    """Decide what follows from a failure before the message was handed over.

    Args:
        item: As it was before this try.
        now: Aware.
    """
    state, again = OutboxState.FAILED, now
    if isinstance(error, SubmissionDisabled):
        again = now + DISABLED_RETRY
        words = "It stays here unchanged; tuimail tries again every 30 minutes."
    elif isinstance(error, GraphNotAllowed):
        words = "It stays here unchanged until sending through Graph is allowed."
    elif error.retry is Retry.BACKOFF:
        seconds = max(_SHORTEST, backoff.delay(item.attempts + 1, jitter=0.5))
        seconds = max(seconds, getattr(error, "retry_after", 0.0))
        state, again = OutboxState.QUEUED, now + timedelta(seconds=seconds)
        words = f"It stays here; tuimail tries again at {again.astimezone():%H:%M:%S}."
    elif error.retry is Retry.AFTER_SIGN_IN:
        state, again = OutboxState.QUEUED, now + DISABLED_RETRY
        words = "It stays here and goes out after the next sign-in."
    elif isinstance(error, NetworkError):
        state, again = OutboxState.QUEUED, now + DISABLED_RETRY
        words = "It stays here unchanged; tuimail tries again every 30 minutes."
    else:
        words = "It stays here unchanged; tuimail does not try again by itself."
    return Outcome(state, again, submission_problem(error, words), _reason(error))


def _reason(error: TuimailError) -> Reason:
    match error:
        case SubmissionDisabled():
            return Reason.DISABLED
        case GraphNotAllowed():
            return Reason.NOT_ALLOWED
        case RecipientsRefused():
            return Reason.TOO_MANY if error.too_many else Reason.RECIPIENTS
        case MessageTooLarge():
            return Reason.TOO_LARGE
        case _:
            return Reason.OTHER


def concerns_others(error: TuimailError) -> bool:
    """Whether every other message of the mailbox would end the same way now."""
    if isinstance(error, GraphNotAllowed):
        return False  # only what goes that way
    return isinstance(error, AuthError | NetworkError) or error.reach is Reach.ACCOUNT
