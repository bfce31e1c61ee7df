"""The whole story of one job: what it is about, what tuimail does, what can be done about it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Final

from tuimail.model.account import AccountId
from tuimail.model.folder import Folder
from tuimail.model.intent import IntentState
from tuimail.model.notice import Notice
from tuimail.model.status import Connectivity, Download, EngineStatus
from tuimail.ui.drawing.formatting import clock, number, size_text
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.story import Story
from tuimail.ui.status.jobs import Change, JobId, Jobs, Kind, is_online
from tuimail.ui.status.jobs_words import change_when, keeping_when, progress_when
from tuimail.ui.writing.outbox_words import Entry, story_of

_MOST_FOLDERS: Final = 12
_RUN: Final = "jobs.run"
_CANCEL: Final = "jobs.cancel"
_COPY: Final = "jobs.copy"


def job_story(jobs: Jobs, job: JobId, now: datetime, glyphs: Glyphs) -> Story | None:
    """Tell the story of a job, None when it is over."""
    change, item = jobs.change(job), jobs.message(job)
    account = jobs.account_of(job)
    if change is not None:
        return _change_story(change, jobs.statuses.get(change.account), now)
    if item is not None:
        told = story_of(Entry(item), now, glyphs)
        return replace(told, keys=((_RUN, "try now"),), copy=_COPY)
    status = jobs.statuses.get(account) if account is not None else None
    if account is None or job.kind in (Kind.CHANGE, Kind.MESSAGE):
        return None
    if job.kind is Kind.MAILBOX:
        return _mailbox_story(jobs, account, status, now)
    if job.kind is Kind.OLDER and status and status.progress:
        when = progress_when(status.progress, is_online(status))
        return Story(
            f"Older mail of {status.progress.what}",
            (("Now", f"{when} are listed, the newest first. Whatever you do goes before."),),
        )
    download = status.download if status and job.kind is Kind.KEEPING else None
    return _keeping_story(download, is_online(status)) if download else None


def _change_story(change: Change, status: EngineStatus | None, now: datetime) -> Story:
    parts: list[tuple[str, str]] = []
    for subject in change.subjects:
        parts.append(("" if parts else "What", subject))
    more = change.count - len(change.subjects)
    if more > 0:
        parts.append(("", f"and {number(more)} more"))
    if change.waits_for_folder:
        parts.append(("Happened", change.error))
    elif change.error:
        parts.append(("Happened", f"Try {change.attempts} failed: {change.error}"))
    when = change_when(change, status, now)
    parts.append(("Now", f"It is safe on this computer. It is carried out {when}."))
    if change.state is IntentState.UNCERTAIN:
        looking = "The answer of the server was lost. tuimail looks whether it was done."
        parts[-1] = ("Now", looking)
    if change.is_stopped:
        parts[-1] = ("Now", "It is safe on this computer and not tried again by itself.")
        parts.append(
            ("You can", "Run it again, or give it up. The server may have done it already.")
        )
    keys = ((_RUN, "run now"), (_CANCEL, "give it up"))
    return Story(change.what, tuple(parts), keys=keys)


def _mailbox_story(
    jobs: Jobs, account: AccountId, status: EngineStatus | None, now: datetime
) -> Story:
    problem = status.problem if status else None
    parts: list[tuple[str, str]] = []
    if problem is not None:
        parts += _told(problem)
    elif status is not None and status.connectivity is Connectivity.ONLINE:
        parts.append(("Now", f"Connected since {clock(status.since, now)}."))
    folders = jobs.folders.get(account, ())
    for index, folder in enumerate(folders[:_MOST_FOLDERS]):
        words = _folder_words(folder, jobs.space.get(folder.id, 0), now)
        parts.append(("Folders" if not index else "", words))
    if len(folders) > _MOST_FOLDERS:
        parts.append(("", f"and {number(len(folders) - _MOST_FOLDERS)} more"))
    command, url = (problem.command, problem.url) if problem else ("", "")
    return Story(
        jobs.names[account],
        tuple(parts),
        command,
        url,
        keys=((_RUN, "connect again now"),),
        copy=_COPY,
    )


def _told(problem: Notice) -> list[tuple[str, str]]:
    parts = [("Happened", problem.happened or problem.short), ("Now", problem.now)]
    parts.append(("You can", problem.you_can))
    return [(label, words) for label, words in parts if words]


def _folder_words(folder: Folder, octets: int, now: datetime) -> str:
    checked = folder.state.checked_at
    pieces = [f"{folder.name}: {number(folder.here)} of {number(folder.total)} listed"]
    if checked is not None:
        pieces.append(f"checked {clock(checked, now)}")
    if octets:
        pieces.append(f"{size_text(octets)} kept")
    if folder.state.error:
        pieces.append(folder.state.error)
    return ", ".join(pieces)


def _keeping_story(download: Download, online: bool) -> Story:
    title = f"Keep {download.name} offline"
    if download.problem is not None:
        return Story(title, tuple(_told(download.problem)))
    when = keeping_when(download, online)
    return Story(
        title,
        (("Now", f"{when}, the newest first. Whatever you do goes before."),),
        keys=((_CANCEL, "keep only the list"),),
    )
