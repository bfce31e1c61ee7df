"""Failures in three parts: what happened, what tuimail does now, what the user can do."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from tuimail.errors import (
    CertificateInvalid,
    ConsentRequired,
    FolderGone,
    NetworkError,
    NotConnected,
    Retry,
    SignInRequired,
    Throttled,
    TuimailError,
)
from tuimail.exchange.diagnosis import Who, diagnose, explain
from tuimail.model.message import MessageKey
from tuimail.model.notice import Notice, Severity
from tuimail.store.store import Store
from tuimail.sync.draft_fate import Fate
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
            elif _is_for_an_administrator(error):
                # A sign-in alone would end the same way, so the row must not only ask for one.
                short = error.message
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


def _is_for_an_administrator(error: TuimailError) -> bool:
    found = diagnose(error.detail, source="entra")
    return found is not None and found.who is Who.ADMIN


def change_refused(store: Store, key: MessageKey, what: str, error: TuimailError) -> Notice:
    """Say that the server refused a change and that it was taken back.

    Args:
        what: What was to be done with the message, such as "moved to Archive".
    """
    reason = "the folder is gone" if isinstance(error, FolderGone) else "the server refuses it"
    return _notice(
        error,
        Severity.ERROR,
        f"{_message(store, key)} could not be {what}: {reason}.",
        "The message is shown as it is on the server. tuimail does not try again.",
        error.hint or explain(error.detail, source="imap").fix,
    )


def folder_change_refused(name: str, what: str, error: TuimailError) -> Notice:
    """Say that the server refused a change of a folder and that it was taken back.

    Args:
        what: What was to be done with the folder, such as "renamed to Projects".
    """
    return _notice(
        error,
        Severity.ERROR,
        f"The folder “{name}” could not be {what}: the server refuses it.",
        "The folder is shown as it is on the server. tuimail does not try again.",
        error.hint or "Choose another name, or do it in Outlook.",
    )


def change_stopped(store: Store, key: MessageKey, what: str, place: str) -> Notice:
    """Say that a change of a message ended by a defect and waits for the user.

    Args:
        what: As for `change_refused`.
        place: Of the defect, as `errors.defect_at` says it.
    """
    return _stopped(f"{_message(store, key)} could not be {what}", place)


def folder_change_stopped(name: str, what: str, place: str) -> Notice:
    """Say that a change of a folder ended by a defect and waits for the user.

    Args:
        what: As for `folder_change_refused`.
        place: As for `change_stopped`.
    """
    return _stopped(f"The folder “{name}” could not be {what}", place)


def draft_stopped(subject: str, place: str) -> Notice:
    """Say that keeping a draft on the server ended by a defect and waits for the user.

    Args:
        place: As for `change_stopped`.
    """
    return _stopped(f"{_draft(subject)} could not be kept in the server's Drafts", place)


def _message(store: Store, key: MessageKey) -> str:
    summary = store.read.summary(key)
    return f"“{summary.subject}”" if summary and summary.subject else "A message"


def _draft(subject: str) -> str:
    return f"The draft “{subject}”" if subject else "A draft"


def _stopped(short: str, place: str) -> Notice:
    return Notice(
        Severity.ERROR,
        clean(f"{short}: tuimail met a defect of its own."),
        happened=f"Something unforeseen happened in tuimail ({place}).",
        now="It is safe on this computer and not tried again by itself. Everything else goes on.",
        you_can="Run it again or give it up in the list of jobs. Please report what stands in"
        " brackets: it says nothing of your mail.",
        detail=place,
    )


def draft_without_folder(subject: str) -> Notice:
    """Say that a draft stays on this computer, because the mailbox has no Drafts."""
    return Notice(
        Severity.WARNING,
        clean(f"{_draft(subject)} is on this computer only: the mailbox has no Drafts folder."),
        happened="The server does not list a folder for drafts. It may have been removed.",
        now="What you wrote is safe here. It goes to the server by itself once there is a folder"
        " for drafts again.",
        you_can="Go on writing, send it or discard it: it is in the outbox.",
    )


def draft_refused(subject: str, what: str, error: TuimailError) -> Notice:
    """Say that the server refused what was to be done with its copy of a draft.

    Args:
        what: "put into", "replaced in" or "taken out of".
    """
    return _notice(
        error,
        Severity.WARNING,
        f"{_draft(subject)} could not be {what} the server's Drafts: the server refuses it.",
        "What you wrote is kept on this computer.",
        error.hint or explain(error.detail, source="imap").fix,
    )


def draft_changed_elsewhere(subject: str, fate: Fate) -> Notice:
    """Say what another program made of a draft that is written here."""
    short, happened, now, you_can = _FATES[fate]
    words = clean(f"{_draft(subject)} {short}")
    return Notice(Severity.WARNING, words, happened=happened, now=now, you_can=you_can)


_FATES: Final = {
    Fate.CHANGED: (
        "was changed elsewhere too.",
        "Another program put another state of it into Drafts meanwhile.",
        "What you wrote is in Drafts; what the other program made of it is kept beside it.",
        "Compare both in Drafts and delete the one you do not need.",
    ),
    Fate.REMOVED: (
        "was removed elsewhere.",
        "Another program took it out of Drafts meanwhile.",
        "You went on writing here, so it is in Drafts again as you wrote it.",
        "Discard it in the outbox if you do not need it any more.",
    ),
    Fate.SENT: (
        "was sent by another program.",
        "It is in Sent Items as it was when the other program sent it.",
        "You went on writing here, so it is in Drafts again as you wrote it. It is not sent.",
        "Discard it in the outbox, or compare it with Sent Items before you send it as well.",
    ),
}


def submission_problem(error: TuimailError, now: str) -> Notice:
    """Say why a message is still in the outbox."""
    severity = Severity.WARNING if error.retry is Retry.BACKOFF else Severity.ERROR
    return _notice(error, severity, error.message, now, error.hint)


def body_problem(error: TuimailError, key: MessageKey) -> Notice:
    """Say why a text or an attachment did not come."""
    notice = _notice(
        error,
        Severity.WARNING,
        f"The text could not be fetched: {error.message}",
        "It shows as not downloaded.",
        error.hint or "Open the message again to try once more.",
    )
    return replace(notice, about=key)


def failure_notice(error: TuimailError) -> Notice:
    """Say what went wrong where nothing more can be said about it."""
    severity = Severity.WARNING if error.retry is Retry.BACKOFF else Severity.ERROR
    return _notice(error, severity, error.message, "", error.hint)


def _notice(error: TuimailError, severity: Severity, short: str, now: str, you_can: str) -> Notice:
    # What the system or a library calls it is not the server's words.
    detail = clean(error.detail if error.from_server else "")
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
