"""Everything that can be written, by name, inside one transaction of the store-writer thread."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Final

from tuimail.model.account import AccountId
from tuimail.model.download import DownloadPolicy
from tuimail.model.flags import Flags
from tuimail.model.folder import UID, FolderId, FolderState, ListedFolder, Round
from tuimail.model.folder_settings import FolderSettings
from tuimail.model.intent import Baseline, IntentState, NewFolderIntent, NewIntent, TreeAction
from tuimail.model.journal import Reversal
from tuimail.model.message import BodyState, FetchedMessage, MessageKey
from tuimail.model.notice import Notice
from tuimail.model.request import NewRequest
from tuimail.model.status import EngineStatus
from tuimail.store import (
    bodies,
    catalogue,
    downloads,
    filing,
    folder_choices,
    folders,
    forgetting,
    intents,
    journal,
    journal_tree,
    marks,
    meetings,
    merge,
    meta,
    notices,
    pending,
    recording,
    requests,
    rounds,
    starting_over,
    tree,
    vanishing,
)
from tuimail.store.outgoing_writer import OutgoingWriter
from tuimail.store.reader import Reader
from tuimail.store.transaction import Transaction
from tuimail.text.safe import SafeText

_NOTHING_MOVED: Final[Mapping[MessageKey, tuple[FolderId, UID | None]]] = MappingProxyType({})
_NOTHING_RENAMED: Final[Mapping[FolderId, str]] = MappingProxyType({})
_NO_FLAGS: Final[Mapping[MessageKey, Flags]] = MappingProxyType({})


class Writer(OutgoingWriter):
    """One transaction. It belongs to the call it was handed to and is not kept.

    Attributes:
        read: Reads inside the same transaction.
    """

    def __init__(self, transaction: Transaction) -> None:
        super().__init__(transaction)
        self.read = Reader(transaction.connection)

    def ensure_account(self, name: str) -> AccountId:
        """Return the id of the account with this settings label, making it if need be."""
        return folders.ensure_account(self._tx, name)

    def forget_account(self, account: AccountId) -> None:
        """Delete an account with its folders, mail, drafts, outbox and changes."""
        forgetting.forget_account(self._tx, account)

    def sync_folders(
        self,
        account: AccountId,
        listed: Sequence[ListedFolder],
        renamed: Mapping[FolderId, str] = _NOTHING_RENAMED,
    ) -> None:
        """Bring the tree to what the server listed; folders it lacks are hidden, not dropped.

        Args:
            renamed: The paths of folders that another client gave another name.
        """
        folders.sync_folders(self._tx, account, listed, renamed)

    def set_folder_state(self, folder: FolderId, state: FolderState) -> None:
        """Store what is known of the server's side."""
        folders.set_state(self._tx, folder, state)

    def set_round(self, folder: FolderId, value: Round) -> None:
        """Store how far the comparison of a folder has come."""
        rounds.set_round(self._tx, folder, value)

    def record_messages(
        self, folder: FolderId, fetched: Sequence[FetchedMessage]
    ) -> list[MessageKey]:
        """Store messages that FETCH delivered and return their keys, in the same order."""
        return recording.record(self._tx, folder, fetched)

    def enter_catalogue(self, limit: int) -> int:
        """Make some of what was here before lists could be sorted and searched ready for it.

        Returns:
            Below which key messages are still to be entered: 0 when all are.
        """
        return catalogue.enter_some(self._tx, limit)

    def enter_newest(self) -> None:
        """Make what lists show first ready for them, after an update."""
        catalogue.enter_newest(self._tx)

    def record_flags(self, folder: FolderId, flags: Mapping[UID, Flags]) -> int:
        """Store flags that the server reported; return how many rows they were news for."""
        return recording.record_flags(self._tx, folder, flags)

    def record_vanished(self, folder: FolderId, uids: Collection[UID]) -> None:
        """Note that the server has these UIDs no more; rows stay unseen for a grace period."""
        vanishing.record_vanished(self._tx, folder, uids)

    def purge_gone(self, account: AccountId, older_than_seconds: float) -> int:
        """Delete rows that vanished longer ago; return how many."""
        return vanishing.purge_gone(self._tx, account, older_than_seconds)

    def forget_uids(self, folder: FolderId) -> None:
        """Take all UIDs of a folder away because UIDVALIDITY changed; nothing seen changes."""
        vanishing.forget_uids(self._tx, folder)

    def start_over(self, folder: FolderId) -> None:
        """Forget the server's side of a folder; its messages are paired anew (invariant 7)."""
        starting_over.start_over(self._tx, folder)

    def finish_repairing(self, folder: FolderId) -> int:
        """Give up on rows of the folder that got no UID again; return how many."""
        return vanishing.finish_repairing(self._tx, folder)

    def store_part(self, key: MessageKey, section: str, data: bytes, *, cut: bool = False) -> None:
        """Keep a section as fetched, or with `cut` its beginning."""
        bodies.store_part(self._tx, key, section, data, cut=cut)

    def take_text(self, key: MessageKey) -> bool:
        """Take the text of a message that was copied or moved from the one that has it."""
        return bodies.take_text(self._tx, key)

    def set_body(self, key: MessageKey, state: BodyState, snippet: SafeText | None = None) -> None:
        """Note how much of the readable text is here, and its first words."""
        bodies.set_body(self._tx, key, state, snippet)

    def choose_download(self, folder: FolderId, policy: DownloadPolicy | None) -> None:
        """Choose what is kept of a folder; None goes back to the settings."""
        downloads.choose(self._tx, folder, policy)

    def choose_folder_settings(self, folder: FolderId, settings: FolderSettings) -> None:
        """Choose for a folder, all of it at once; None in a field goes back to the settings."""
        folder_choices.choose(self._tx, folder, settings)

    def note_opened(self, folder: FolderId) -> None:
        """Note that the user opened a folder: it is offered first next time."""
        filing.note_opened(self._tx, folder)

    def set_files_kept(self, key: MessageKey, largest: int) -> None:
        """Note that all files of the message of up to `largest` octets are here."""
        downloads.set_files_kept(self._tx, key, largest)

    def evict(self, keys: Sequence[MessageKey]) -> int:
        """Let go of texts and files; return the octets. What is pending stays."""
        return downloads.evict(self._tx, keys)

    def add_intents(self, intents_: Sequence[NewIntent], words: str | None = None) -> int:
        """Store one user action and fold it; return its group id.

        Args:
            words: What was done, for the journal: undo takes it back. None keeps it out of there.
        """
        if words is None:
            return intents.add(self._tx, intents_)
        return journal.act(self._tx, intents_, words)

    def undo(self) -> Reversal | None:
        """Take the newest action of the journal back; None when there is nothing to undo."""
        return journal.undo(self._tx)

    def redo(self) -> Reversal | None:
        """Do again what was undone last; None when there is nothing, or something came after."""
        return journal.redo(self._tx)

    def start_intents(self, ids: Sequence[int]) -> list[int]:
        """Mark intents as RUNNING; return those that may run: not the ones taken back."""
        return intents.start(self._tx, ids)

    def set_baseline(self, ids: Sequence[int], baseline: Baseline) -> None:
        """Note where to look for what a command is about to make, before it is given."""
        intents.set_baseline(self._tx, ids, baseline)

    def doubt_intents(self, ids: Sequence[int]) -> None:
        """Mark running intents as UNCERTAIN: the answer was lost, and repeating is not harmless."""
        intents.doubt(self._tx, ids)

    def forget_messages(self, keys: Sequence[MessageKey]) -> None:
        """Drop messages that were deleted for ever."""
        vanishing.forget(self._tx, keys)

    def finish_intents(
        self,
        ids: Sequence[int],
        *,
        state: IntentState = IntentState.DONE,
        moved: Mapping[MessageKey, tuple[FolderId, UID | None]] = _NOTHING_MOVED,
        flags: Mapping[MessageKey, Flags] = _NO_FLAGS,
        error: str | None = None,
    ) -> None:
        """Write how intents ended together with what the server has now.

        Args:
            moved: Where messages are now; UID None when the server did not tell.
            flags: The server's flags of messages now.
            error: The server's words after a refusal.
        """
        intents.finish(self._tx, ids, state=state, moved=moved, flags=flags, error=error)

    def requeue_intents(
        self,
        ids: Sequence[int],
        *,
        not_before: datetime,
        error: str | None,
        is_attempt: bool = True,
    ) -> None:
        """Let intents run again later; see `intents.requeue`.

        Args:
            not_before: UTC; `UNTIL_THERE` and `UNTIL_ASKED` for something else than a time.
        """
        intents.requeue(self._tx, ids, not_before=not_before, error=error, is_attempt=is_attempt)

    def cancel_group(self, group: int) -> int:
        """Take a user action back as far as it was not started; return how many intents."""
        return intents.cancel_group(self._tx, group)

    def mark_folder_read(
        self,
        account: AccountId,
        folder: FolderId,
        hold_seconds: float = 0.0,
        words: str | None = None,
    ) -> int:
        """Mark all read that is in a folder now, on the server too; return the group id.

        Args:
            words: What was done, for the journal; None keeps it out of there.
        """
        if words is None:
            return marks.add(self._tx, account, folder, hold_seconds)
        return journal.mark_folder_read(self._tx, account, folder, hold_seconds, words)

    def empty_folder(self, folder: FolderId, hold_seconds: float, words: str) -> int:
        """Delete for ever what is here of a folder; return the group id."""
        return journal.empty_folder(self._tx, folder, hold_seconds, words)

    def change_tree(self, new: NewFolderIntent, words: str | None = None) -> tuple[int, FolderId]:
        """Store one change of the tree and fold it; return its group id and the folder.

        Args:
            words: What was done, for the journal; None keeps it out of there.

        Raises:
            StoreError: It cannot be done, in words for the user.
        """
        if words is None:
            return tree.add(self._tx, new)
        return journal_tree.change(self._tx, new, words)

    def confirm_mark(self, id: int) -> None:
        """Settle a folder marked read that the server has marked."""
        intents.confirm_mark(self._tx, id)

    def confirm_tree(
        self, folder: FolderId, done: Sequence[TreeAction], ids: Sequence[int]
    ) -> None:
        """Settle changes of a folder that the server has made."""
        intents.confirm_tree(self._tx, folder, done, ids)

    def spare_folder(self, folder: FolderId, error: str) -> int:
        """Give up deleting a folder whose message could not leave it; return how many."""
        return intents.spare_folder(self._tx, folder, error)

    def discard_intents(self, ids: Sequence[int]) -> int:
        """Give intents up by the user's word, running ones too; return how many there were."""
        return intents.discard(self._tx, ids)

    def hurry_intents(self, ids: Sequence[int]) -> int:
        """Let pending intents run now, whatever they wait for; return how many there were."""
        return pending.hurry(self._tx, ids)

    def merge(self, keep: MessageKey, drop: MessageKey) -> MessageKey:
        """Make one row of two that are the same message; return the older key, which stays."""
        return merge.merge(self._tx, keep, drop)

    @property
    def meetings(self) -> meetings.MeetingWriter:
        """Return what keeps meetings: what invitations said, how they were answered."""
        return meetings.MeetingWriter(self._tx)

    def add_notice(self, notice: Notice, account: AccountId | None = None) -> None:
        """Keep a notice; the newest 500 stay."""
        notices.add(self._tx, notice, account)

    def ask(self, new: NewRequest) -> int:
        """Ask the process whose engine runs for something; return the request's id."""
        return requests.ask(self._tx, new)

    def take_up_requests(self, requests_: Sequence[int]) -> None:
        """Note that work on requests begins."""
        requests.take_up(self._tx, requests_)

    def answer(
        self, request: int, problems: Sequence[Notice] = (), *, needs_sign_in: bool = False
    ) -> None:
        """Store how a request ended: DONE without problems, else FAILED."""
        requests.answer(self._tx, request, problems, needs_sign_in=needs_sign_in)

    def take_away_request(self, request: int) -> None:
        """Remove a request: nobody waits for it any more."""
        requests.take_away(self._tx, request)

    def forget_old_requests(self, older_than_seconds: float) -> None:
        """Remove requests whose askers must have gone by now; not those that are worked on."""
        requests.forget_old(self._tx, older_than_seconds)

    def publish_status(self, statuses: Mapping[AccountId, EngineStatus]) -> None:
        """Say how the running engine is doing; an empty mapping says that none runs."""
        requests.publish_status(self._tx, statuses)

    def see_notices(self, ids: Collection[int]) -> None:
        """Note that somebody has looked at notices."""
        notices.see(self._tx, ids)

    def clear_notices(self, ids: Collection[int]) -> None:
        """Forget notices."""
        notices.clear(self._tx, ids)

    def set_meta(self, key: str, value: str) -> None:
        """Store a single value."""
        meta.set_meta(self._tx, key, value)
