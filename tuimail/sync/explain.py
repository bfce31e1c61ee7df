"""Failures in three parts: what happened, what tuimail does now, what the user can do."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from tuimail.errors import (
    CertificateInvalid,
    ConsentRequired,
    NetworkError,
    NotConnected,
    Retry,
    SignInRequired,
    Throttled,
    TuimailError,
)
from tuimail.model.message import MessageKey
from tuimail.model.notice import Notice, Severity
from tuimail.store.store import Store
from tuimail.text.safe import clean


def account_problem(
    error: TuimailError, name: str, next_attempt: datetime | None, *, is_new: bool
) -> Notice:
    """Say why a mailbox is not online.

    Args:
        name: The account's label.
        next_attempt: When it is tried again, None when it waits for the user.
        is_new: Nothing of it was fetched yet.
    """
    at = f"{next_attempt.astimezone():%H:%M}" if next_attempt else ""
    trying = f"tuimail tries again at {at}." if at else "tuimail waits for you."
    match error:
        case SignInRequired() | ConsentRequired():
            severity = Severity.ERROR
            short = f"Your sign-in for {name} ended. Reading and writing go on."
            trying = "Everything is kept; changes wait for the next sign-in."
            if is_new:
                short = f"Sign in once to fetch the mail of {name}."
                trying = "tuimail waits for the sign-in."
        case Throttled():
            severity = Severity.WARNING
            short = f"Exchange asks us to wait. Going on by itself at {at}."
        case CertificateInvalid():
            severity = Severity.ERROR
            short = error.message
        case NetworkError():
            severity = Severity.WARNING
            short = "No network. You can read, file and write; it is sent later."
        case NotConnected():
            severity = Severity.ERROR
            short = error.message
        case _:
            severity = Severity.ERROR if error.retry is Retry.NEVER else Severity.WARNING
            short = error.message
    return _notice(error, severity, short, trying, error.hint)


def intent_refused(
    store: Store, intents: Sequence[int], key: MessageKey, error: TuimailError
) -> Notice:
    """Say that the server refused a change and that it was taken back."""
    summary = store.read.summary(key)
    subject = summary.subject if summary else ""
    what = f"“{subject}”" if subject else "a message"
    return _notice(
        error,
        Severity.ERROR,
        f"The server refused a change to {what}.",
        "The message is shown as it is on the server. tuimail does not try again.",
        error.hint or "Do it again, or do something else with the message.",
    )


def submission_problem(error: TuimailError, now: str) -> Notice:
    """Say why a message is still in the outbox."""
    severity = Severity.WARNING if error.retry is Retry.BACKOFF else Severity.ERROR
    return _notice(error, severity, error.message, now, error.hint)


def body_problem(error: TuimailError) -> Notice:
    """Say why a text or an attachment did not come."""
    return _notice(
        error,
        Severity.WARNING,
        f"The text could not be fetched: {error.message}",
        "It shows as not downloaded.",
        error.hint or "Open the message again to try once more.",
    )


def _notice(error: TuimailError, severity: Severity, short: str, now: str, you_can: str) -> Notice:
    detail = clean(error.detail)
    happened = error.message if not detail else f"{error.message} The server said: {detail}"
    return Notice(
        severity,
        clean(short),
        happened=clean(happened),
        now=now,
        you_can=clean(you_can),
        command=clean(error.command),
        url=clean(error.url),
        detail=detail,
    )
