"""What the engine has to do, gathered from the store and from its status, before any layout.

A job is a mailbox with its connection, a change that waits for the server, a message that waits to
be sent, or mail that is being fetched. Each has the server's last words about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Final, NamedTuple

from tuimail.model.account import AccountId
from tuimail.model.folder import Folder, FolderId
from tuimail.model.intent import UNTIL_ASKED, UNTIL_THERE, IntentState, PendingAction
from tuimail.model.notice import Notice
from tuimail.model.outbox import OutboxItem, OutboxState
from tuimail.model.status import Connectivity, Download, EngineStatus, Progress
from tuimail.store.store import Reader
from tuimail.text.safe import SafeText


class Kind(Enum):
    """What a job is; with its number it is the job's identity."""

    MAILBOX = "mailbox"
    CHANGE = "change"
    MESSAGE = "message"
    OLDER = "older"
    KEEPING = "keeping"


class JobId(NamedTuple):
    """The same through every change of the list."""

    kind: Kind
    number: int


@dataclass(frozen=True, slots=True)
class Change:
    """One user action that the server has not confirmed.

    Attributes:
        what: `Move 3 to Archive`.
        subjects: Of the first messages it is about, or the folder's name.
        not_before: When it may run.
        error: The server's last words about it, or why it waits.
        ids: Of its intents.
        state: Of the one that has come farthest.
    """

    group: int
    account: AccountId
    what: str
    count: int
    subjects: tuple[SafeText, ...]
    state: IntentState
    not_before: datetime
    attempts: int
    error: str
    ids: tuple[int, ...]

    @property
    def is_stopped(self) -> bool:
        """Whether it waits for the user's word: a defect of tuimail ended it."""
        return self.not_before >= UNTIL_ASKED

    @property
    def waits_for_folder(self) -> bool:
        """Whether it waits until the mailbox has a folder for drafts."""
        return self.not_before == UNTIL_THERE


@dataclass(frozen=True, slots=True)
class Jobs:
    """All there is to show.

    Attributes:
        names: Labels of the accounts.
        changes: In the order they were asked for.
        older: Mail that is being listed, by account.
        keeping: Folders that are being kept, by account.
        folders: Those that were ever fetched, by account.
        space: Octets kept, by folder.
    """

    names: Mapping[AccountId, str]
    statuses: Mapping[AccountId, EngineStatus]
    changes: Sequence[Change]
    messages: Sequence[OutboxItem]
    folders: Mapping[AccountId, Sequence[Folder]]
    space: Mapping[FolderId, int]

    @property
    def older(self) -> list[tuple[AccountId, Progress]]:
        """Mail that is being listed."""
        return [(id_, one.progress) for id_, one in self.statuses.items() if one.progress]

    @property
    def keeping(self) -> list[tuple[AccountId, Download]]:
        """Folders that are being kept offline."""
        return [(id_, one.download) for id_, one in self.statuses.items() if one.download]

    @property
    def waiting(self) -> int:
        """How many jobs wait or run."""
        counted = (self.changes, self.messages, self.older, self.keeping)
        return sum(map(len, counted))

    def identities(self) -> list[JobId]:
        """Return every job, in the order they are shown."""
        return [
            *(JobId(Kind.MAILBOX, account) for account in self.names),
            *(JobId(Kind.CHANGE, change.group) for change in self.changes),
            *(JobId(Kind.MESSAGE, item.id) for item in self.messages),
            *(JobId(Kind.OLDER, account) for account, _ in self.older),
            *(JobId(Kind.KEEPING, account) for account, _ in self.keeping),
        ]

    def account_of(self, job: JobId) -> AccountId | None:
        """Return whose job it is."""
        if job.kind is Kind.CHANGE:
            change = self.change(job)
            return change.account if change else None
        if job.kind is Kind.MESSAGE:
            item = self.message(job)
            return item.account_id if item else None
        return AccountId(job.number)

    def change(self, job: JobId) -> Change | None:
        """Return the change a job is."""
        wanted = job.number if job.kind is Kind.CHANGE else None
        return next((one for one in self.changes if one.group == wanted), None)

    def message(self, job: JobId) -> OutboxItem | None:
        """Return the message a job is."""
        wanted = job.number if job.kind is Kind.MESSAGE else None
        return next((one for one in self.messages if one.id == wanted), None)

    def is_own_words(self, job: JobId) -> bool:
        """Whether `server_words` are tuimail's own, about a job that is stopped or has to wait."""
        change = self.change(job)
        return change is not None and (change.is_stopped or change.waits_for_folder)

    def server_words(self, job: JobId) -> str:
        """Return what the server said about a job last; empty when it said nothing."""
        change = self.change(job)
        if change is not None and change.error:
            return change.error
        problem = self._problem(job)
        return problem.detail if problem is not None else ""

    def line_to_run(self, job: JobId) -> str:
        """Return the line that somebody has to run for a job; empty when there is none."""
        problem = self._problem(job) if job.kind in (Kind.MAILBOX, Kind.MESSAGE) else None
        return problem.command if problem is not None else ""

    def _problem(self, job: JobId) -> Notice | None:
        """Return what is wrong with a message, or else with the mailbox of a job."""
        item = self.message(job)
        if item is not None:
            return item.problem
        account = self.account_of(job)
        status = self.statuses.get(account) if account is not None else None
        return status.problem if status is not None else None


def gather(read: Reader, names: Mapping[AccountId, str]) -> Jobs:
    """Read everything at once, but for how the mailboxes stand: the store does not know that."""
    folders = {account: read.folders(account) for account in names}
    waiting = [
        item
        for item in read.outbox()
        if item.state not in (OutboxState.SENT, OutboxState.CANCELLED)
    ]
    return Jobs(
        names,
        {},
        [one for one in changes_of(read.pending_actions()) if one.account in names],
        [item for item in reversed(waiting) if item.account_id in names],
        {
            account: [folder for folder in each if folder.state.checked_at is not None]
            for account, each in folders.items()
        },
        read.space(),
    )


def changes_of(pending: Sequence[PendingAction]) -> list[Change]:
    """Put what belongs to one user action together."""
    groups: dict[int, list[PendingAction]] = {}
    for action in pending:
        groups.setdefault(action.group_id, []).append(action)
    return [_change(group) for group in groups.values()]


_FARTHEST: Final = (IntentState.UNCERTAIN, IntentState.RUNNING, IntentState.QUEUED)
_MOST_SUBJECTS: Final = 8


def _change(group: Sequence[PendingAction]) -> Change:
    first = group[0]
    return Change(
        group=first.group_id,
        account=first.account_id,
        what=_what(first, len(group)),
        count=len(group),
        subjects=tuple(one.subject for one in group[:_MOST_SUBJECTS]),
        state=min((one.state for one in group), key=_FARTHEST.index),
        not_before=max(one.not_before for one in group),
        attempts=max(one.attempts for one in group),
        error=next((one.error for one in reversed(group) if one.error), None) or "",
        ids=tuple(one.id for one in group),
    )


def _what(first: PendingAction, count: int) -> str:
    """Say it with the number of messages, or with the subject of the only one."""
    if count == 1:
        return f"{first.what}: {first.subject}" if first.subject else first.what
    verb, blank, rest = first.what.partition(" ")
    if verb in ("Move", "Copy", "Mark", "Delete", "Flag"):
        return f"{verb} {count}{blank}{rest}"
    return f"{first.what}, {count} messages"


def is_online(status: EngineStatus | None) -> bool:
    """Whether work goes on."""
    return status is not None and status.connectivity is Connectivity.ONLINE
