"""What the engine has to do, gathered from the store and from its status, before any layout.

A job is a mailbox with its connection, a change that waits for the server, a message that waits to
be sent, or mail that is being fetched. Each has the server's last words about it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import NamedTuple

from tuimail.model.account import AccountId
from tuimail.model.folder import Folder, FolderId
from tuimail.model.intent import Intent, IntentState
from tuimail.model.message import MessageKey
from tuimail.model.outbox import OutboxItem, OutboxState
from tuimail.model.status import Connectivity, Download, EngineStatus, Progress
from tuimail.store.store import Reader
from tuimail.ui.intent_words import action_words


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
        messages: The first of the messages it is about.
        not_before: When it may run.
        error: The server's last words about it.
        ids: Of its intents.
        state: Of the one that is farthest.
    """

    group: int
    account: AccountId
    what: str
    count: int
    messages: tuple[MessageKey, ...]
    state: IntentState
    not_before: datetime
    attempts: int
    error: str
    ids: tuple[int, ...]


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

    def server_words(self, job: JobId) -> str:
        """Return what the server said about a job last; empty when it said nothing."""
        change, item = self.change(job), self.message(job)
        if change is not None and change.error:
            return change.error
        if item is not None:
            return item.problem.detail if item.problem else ""
        account = self.account_of(job)
        status = self.statuses.get(account) if account is not None else None
        return status.problem.detail if status and status.problem else ""


def gather(
    read: Reader,
    names: Mapping[AccountId, str],
    statuses: Mapping[AccountId, EngineStatus],
) -> Jobs:
    """Read everything at once."""
    folders = {account: read.folders(account) for account in names}
    by_id = {folder.id: folder for each in folders.values() for folder in each}
    waiting = [
        item
        for item in read.outbox()
        if item.state not in (OutboxState.SENT, OutboxState.CANCELLED)
    ]
    return Jobs(
        names,
        {account: statuses[account] for account in names if account in statuses},
        changes_of(read.intents(), by_id),
        [item for item in reversed(waiting) if item.account_id in names],
        {
            account: [folder for folder in each if folder.state.checked_at is not None]
            for account, each in folders.items()
        },
        read.space(),
    )


def changes_of(intents: Sequence[Intent], folders: Mapping[FolderId, Folder]) -> list[Change]:
    """Put the intents of each user action together."""
    groups: dict[int, list[Intent]] = {}
    for intent in intents:
        groups.setdefault(intent.group_id, []).append(intent)
    return [_change(group, folders) for group in groups.values()]


_FARTHEST = (IntentState.UNCERTAIN, IntentState.RUNNING, IntentState.QUEUED)


def _change(intents: Sequence[Intent], folders: Mapping[FolderId, Folder]) -> Change:
    first = intents[0]
    return Change(
        group=first.group_id,
        account=first.account_id,
        what=action_words(first.action, len(intents), folders),
        count=len(intents),
        messages=tuple(dict.fromkeys(intent.key for intent in intents[:8])),
        state=min((intent.state for intent in intents), key=_FARTHEST.index),
        not_before=max(intent.not_before for intent in intents),
        attempts=max(intent.attempts for intent in intents),
        error=next((intent.error for intent in reversed(intents) if intent.error), "") or "",
        ids=tuple(intent.id for intent in intents),
    )


def is_online(status: EngineStatus | None) -> bool:
    """Whether work goes on."""
    return status is not None and status.connectivity is Connectivity.ONLINE
