"""Everything that can be read, by name. Each method is one small query of the topic's module."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from tuimail import store
from tuimail.model.account import AccountId
from tuimail.model.flags import Flags
from tuimail.model.folder import UID, Folder, FolderId, FolderRole, Here, Round
from tuimail.model.folder_settings import FolderSettings, LikelyTarget
from tuimail.model.intent import (
    Baseline,
    FolderIntent,
    Intent,
    IntentState,
    PendingAction,
)
from tuimail.model.listing import Listing
from tuimail.model.message import Identity, Message, MessageKey, MessageSummary, Position
from tuimail.model.notice import Notice
from tuimail.store import (
    bodies,
    folder_choices,
    folders,
    intents,
    messages,
    meta,
    notices,
    threads,
    tree,
)
from tuimail.store.listings import ListReader
from tuimail.store.meta import Counts
from tuimail.store.outgoing_reader import OutgoingReader

if TYPE_CHECKING:
    from tuimail.model.download import DownloadPolicy
    from tuimail.model.journal import JournalEntry
    from tuimail.model.request import Request
    from tuimail.model.status import EngineStatus
    from tuimail.model.tree import Tree
    from tuimail.model.trust import SenderHistory
    from tuimail.store.downloads import KeptPart
    from tuimail.store.forgetting import Unfinished
    from tuimail.store.meetings import MeetingReader


class Reader(OutgoingReader):
    """Reads through one connection: a thread's own, or the writer's inside a transaction."""

    @property
    def query_count(self) -> int:
        """Statements run on this connection so far."""
        return self._connection.statements

    def accounts(self) -> list[tuple[AccountId, str]]:
        """Return (id, settings label), oldest first."""
        return folders.accounts(self._connection)

    def folders(self, account: AccountId) -> list[Folder]:
        """Return the folders that are shown: those with a role first, the rest by path."""
        return folders.folders(self._connection, account)

    def all_folders(self, *, everything: bool = False) -> dict[AccountId, list[Folder]]:
        """Return the folders of all accounts that are shown; `everything`: all there are."""
        return folders.all_folders(self._connection, everything=everything)

    def some_folders(self, ids: Collection[FolderId]) -> list[Folder]:
        """Return these folders as far as they are there, shown or not."""
        return folders.some_folders(self._connection, ids)

    def folder(self, id: FolderId) -> Folder | None:
        """Return a folder, shown or not."""
        return folders.folder(self._connection, id)

    def folder_with_role(self, account: AccountId, role: FolderRole) -> Folder | None:
        """Return the folder for a purpose; the oldest when the server names several."""
        return folders.with_role(self._connection, account, role)

    def folder_at_path(self, account: AccountId, path: str) -> Folder | None:
        """Return the folder with exactly this path, shown or not; INBOX in any case."""
        return folders.at_path(self._connection, account, path)

    def folder_settings(self, folder: FolderId) -> FolderSettings:
        """Return what was chosen for a folder in place of the settings."""
        return folder_choices.of_folder(self._connection, folder)

    def likely_targets(self, keys: Sequence[MessageKey], limit: int) -> list[LikelyTarget]:
        """Return the folders messages may belong into, the likeliest first."""
        return store.filing.likely(self._connection, keys, limit)

    def recently_opened(self, limit: int) -> list[FolderId]:
        """Return the folders that were opened last, the newest first."""
        return store.filing.recently_opened(self._connection, limit)

    def recently_filed(self, limit: int) -> list[FolderId]:
        """Return the folders that mail was moved into last, the newest first."""
        return store.filing.recently_filed(self._connection, limit)

    def server_counts(self, folder: FolderId) -> tuple[int, int]:
        """Return (messages, unseen ones) of the server's folder that are here."""
        return folders.server_counts(self._connection, folder)

    def here(self, folder: FolderId) -> Here:
        """Return what is in the store of the server's side of a folder."""
        return Here(self.extent(folder), *self.server_counts(folder))

    def round(self, folder: FolderId) -> Round:
        """Return how far the comparison of a folder has come."""
        return store.rounds.folder_round(self._connection, folder)

    def newest(self, folder: FolderId, limit: int) -> list[MessageSummary]:
        """Return the newest messages shown in a folder, the newest first; ties by key."""
        return messages.newest(self._connection, folder, limit)

    def sender_history(self, message: Message) -> SenderHistory:
        """Return how well the sender of a message is known."""
        return store.addresses.history(self._connection, message)

    @property
    def meetings(self) -> MeetingReader:
        """Return what reads meetings: what invitations said, how they were answered."""
        return store.meetings.MeetingReader(self._connection)

    def listing(self, listing: Listing) -> ListReader:
        """Return what reads the windows of a listing."""
        return ListReader(self._connection, listing)

    def thread(self, key: MessageKey) -> list[MessageSummary]:
        """Return the conversation of a message, oldest first, in whatever folder they are.

        What is in trash and junk is in it only when the message itself is there.
        """
        return threads.conversation(self._connection, key)

    def thread_members(self, thread: int, folders: Collection[FolderId]) -> list[MessageSummary]:
        """Return a conversation, oldest first; trash and junk only if they are among `folders`."""
        return threads.members(self._connection, thread, folders)

    def summary(self, key: MessageKey) -> MessageSummary | None:
        """Return one list row, None when the message is not shown anywhere."""
        return messages.summary(self._connection, key)

    def message(self, key: MessageKey) -> Message | None:
        """Return what the reader needs, None when the message is not shown anywhere."""
        return messages.message(self._connection, key)

    def resolve(self, key: MessageKey) -> MessageKey:
        """Return the living key of a message that was merged into another; else `key`."""
        return messages.resolve(self._connection, key)

    def location(self, key: MessageKey) -> tuple[FolderId, UID] | None:
        """Return where the server keeps a message, None when that is not known (now)."""
        return messages.location(self._connection, key)

    def identity(self, key: MessageKey) -> Identity | None:
        """Return by what a message is known again, None when it is not in the store any more."""
        return messages.identity(self._connection, key)

    def server_flags(
        self, folder: FolderId, low: UID, high: UID
    ) -> dict[UID, tuple[MessageKey, Flags]]:
        """Return what the server said last about the UIDs from `low` to `high`, inclusive."""
        return messages.server_flags(self._connection, folder, low, high)

    def uids(self, folder: FolderId, low: UID, high: UID) -> list[UID]:
        """Return the known UIDs from `low` to `high`, inclusive, ascending."""
        return messages.uids(self._connection, folder, low, high)

    def uids_below(self, folder: FolderId, high: UID, count: int) -> list[UID]:
        """Return the `count` highest known UIDs that are not above `high`, ascending."""
        return messages.uids_below(self._connection, folder, high, count)

    def unseen_uids(self, folder: FolderId) -> set[UID]:
        """Return the UIDs that the server has as not seen, as far as is known."""
        return messages.unseen_uids(self._connection, folder)

    def extent(self, folder: FolderId) -> tuple[UID, UID] | None:
        """Return the lowest and the highest known UID, None when there is none."""
        return messages.extent(self._connection, folder)

    def find_by_message_id(
        self, account: AccountId, message_id: str, *, folder: FolderId | None = None
    ) -> list[MessageKey]:
        """Return the messages with this Message-ID that the server has, oldest key first."""
        return messages.find_by_message_id(self._connection, account, message_id, folder)

    def without_body(self, folder: FolderId, among: int) -> list[MessageKey]:
        """Return those of the `among` newest messages shown whose text was never fetched."""
        return messages.without_body(self._connection, folder, among)

    def has_text_elsewhere(self, key: MessageKey) -> bool:
        """Whether another row is the same message, copied or moved, and has its text."""
        return bodies.text_elsewhere(self._connection, key) is not None

    def part(self, key: MessageKey, section: str) -> bytes | None:
        """Return a section as far as it was fetched, else None; "" is the whole message."""
        return bodies.part(self._connection, key, section)

    def sections(self, key: MessageKey) -> frozenset[str]:
        """Return the sections that are here to their end."""
        return bodies.sections(self._connection, key)

    def beginnings(self, key: MessageKey) -> dict[str, int]:
        """Return the sections of which only the beginning is here, and its octets."""
        return bodies.beginnings(self._connection, key)

    def download_choices(self, account: AccountId) -> dict[FolderId, DownloadPolicy]:
        """Return what was chosen to be kept of folders, where something was."""
        return store.downloads.choices(self._connection, account)

    def space(self, account: AccountId | None = None) -> dict[FolderId, int]:
        """Return the octets of texts and files that are kept, by folder."""
        return store.downloads.space(self._connection, account)

    def missing_texts(
        self, folder: FolderId, since: datetime | None, than: Position | None, limit: int
    ) -> list[Position]:
        """Return messages whose text was never fetched, newest first, that follow `than`."""
        return store.downloads.missing_texts(self._connection, folder, since, than, limit)

    def missing_files(
        self,
        folder: FolderId,
        since: datetime | None,
        than: Position | None,
        *,
        largest: int,
        limit: int,
    ) -> list[Position]:
        """Return messages whose files of up to `largest` octets were not all fetched."""
        return store.downloads.missing_files(self._connection, folder, since, than, largest, limit)

    def download_counts(
        self, folder: FolderId, since: datetime | None, *, largest: int | None
    ) -> tuple[int, int]:
        """Return (complete, all) messages; complete without files when `largest` is None."""
        return store.downloads.counts(self._connection, folder, since, largest)

    def kept_parts(self, after: int, limit: int) -> list[KeptPart]:
        """Return stored sections, those fetched longest ago first, that follow the id `after`."""
        return store.downloads.kept_parts(self._connection, after, limit)

    def intents(
        self,
        account: AccountId | None = None,
        *,
        states: Collection[IntentState] = intents.PENDING,
    ) -> list[Intent]:
        """Return intents in the order they were asked for; the pending ones unless told."""
        return intents.intents(self._connection, account, states)

    def intents_of_group(self, group: int) -> list[Intent]:
        """Return the intents of one user action."""
        return intents.of_group(self._connection, group)

    def folder_intents(self, account: AccountId) -> list[FolderIntent]:
        """Return the pending intents on folders, in the order they were asked for."""
        return intents.folder_intents(self._connection, account)

    def server_tree(self, account: AccountId) -> Tree:
        """Return the folder tree as the server has it."""
        return tree.server_tree(self._connection, account)

    def keeps_waiting(self, folders: Collection[FolderId], intent_id: int) -> bool:
        """Whether something older is still to be done with a message of these folders."""
        return intents.keeps_waiting(self._connection, folders, intent_id)

    def baseline(self, intent_id: int) -> Baseline | None:
        """Return where to look for what an intent may have made, None when it never tried."""
        return intents.baseline(self._connection, intent_id)

    def pending_actions(self, account: AccountId | None = None) -> list[PendingAction]:
        """Return what the server has not confirmed, in words, oldest first."""
        return store.pending.pending_actions(self._connection, account)

    def journal(self, limit: int) -> list[JournalEntry]:
        """Return what the user did, newest first; the last 100 actions are kept."""
        return store.journal.entries(self._connection, limit)

    def can_undo(self) -> bool:
        """Return whether there is something that undo takes back."""
        return meta.can_undo(self._connection)

    def next_undo(self) -> JournalEntry | None:
        """Return the newest action that is not undone: what undo takes back."""
        return store.journal.next_undo(self._connection)

    def next_redo(self) -> JournalEntry | None:
        """Return what redo does again, None when there is nothing or something came after."""
        return store.journal.next_redo(self._connection)

    def unfinished(self, account: AccountId) -> Unfinished:
        """What is on this computer alone: mail to be sent, drafts, changes."""
        return store.forgetting.unfinished(self._connection, account)

    def notices(self, limit: int) -> list[tuple[int, datetime, AccountId | None, Notice]]:
        """Return (id, when, whose, what), newest first."""
        return notices.notices(self._connection, limit)

    def open_requests(self) -> list[Request]:
        """Return what the running engine is asked for and has not answered, oldest first."""
        return store.requests.open_requests(self._connection)

    def request(self, id: int) -> Request | None:
        """Return one request, None when it was taken away."""
        return store.requests.request(self._connection, id)

    def engine_status(self) -> dict[AccountId, EngineStatus]:
        """Return what the running engine last said; empty when none runs."""
        return store.requests.engine_status(self._connection)

    def seen_notices(self) -> frozenset[int]:
        """Return the ids of the notices that somebody has looked at."""
        return notices.seen(self._connection)

    def meta(self, key: str) -> str | None:
        """Return a single value, None when it was never set."""
        return meta.meta(self._connection, key)

    def counts(self, *accounts: AccountId) -> Counts:
        """Return what waits for the server, of these accounts or of all that are stored."""
        return meta.counts(self._connection, accounts)
