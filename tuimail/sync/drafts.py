"""Job: keep the server's Drafts in line with what is written here.

A draft is replaced, never doubled: the new revision is appended under a Message-ID that was written
down before, then looked up, and only then is the one before removed, by its UID. An APPEND without
an answer is UNCERTAIN: it is looked for by that Message-ID before anything is repeated. What bears
another Message-ID, or another UID than tuimail was told, is another program's and stays.
"""

from __future__ import annotations

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from tuimail.errors import CommandInvalid, CommandRejected, FolderGone, Reach, TuimailError
from tuimail.imap.jobs import Step, StepDone
from tuimail.imap.session import ImapSession
from tuimail.mime.builder import build_draft, make_message_id, parts_of
from tuimail.model.account import Account, AccountId
from tuimail.model.draft import Draft, DraftCopy
from tuimail.model.flags import SEEN, Flags, SystemFlag
from tuimail.model.folder import UID, Folder, FolderRole
from tuimail.model.intent import UNTIL_THERE, Baseline, IntentState
from tuimail.model.message import Identity
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.sync.batch import DEFINITE_CODES, TRIES, Outcome, look_for_folder, put_off
from tuimail.sync.compact_drafts import DraftWork, compact_drafts
from tuimail.sync.draft_fate import fate_of
from tuimail.sync.explain import (
    draft_changed_elsewhere,
    draft_refused,
    draft_stopped,
    draft_without_folder,
)
from tuimail.sync.looking import find_arrival
from tuimail.sync.unforeseen import DefectError, attempt, put_aside
from tuimail.text.safe import clean

_FLAGS: Final = SEEN | Flags(SystemFlag.DRAFT)
_DEFINITE: Final = DEFINITE_CODES | {"TOOBIG", "LIMIT"}
_ANYWHERE: Final = Baseline(None, UID(1))
"""A Message-ID that tuimail made itself needs no UIDNEXT to be told from older mail."""


def push_drafts(
    session: ImapSession, store: Store, account: Account
) -> Generator[Step, None, Outcome]:
    """Bring every draft that is due to the server, or what is there of it out of there.

    Where the mailbox has no Drafts it waits until there is one.
    """
    outcome = Outcome()
    for work in compact_drafts(store.read.draft_intents(account.id)):
        folder = _drafts(store, account.id)
        if _due(work, folder) > datetime.now(UTC):
            continue
        if folder is None:
            _wait_for_folder(store, account.id, work)
            continue
        try:
            if attempt(_Replacing(session, store, account, folder, work).run):
                outcome.refresh.add(folder.id)
        except FolderGone as error:
            outcome.relist |= _gone(store, account.id, work, error)
        except (CommandRejected, CommandInvalid) as error:
            _refused(store, account.id, work, error)
            outcome.refresh.add(folder.id)
        except DefectError as defect:
            notice = draft_stopped(_subject(store, work), str(defect))
            put_aside(session, store, account.id, work.ids, work.attempts, notice)
            outcome.again = True
            return outcome
        yield StepDone()
    return outcome


def drafts_due(store: Store, account: AccountId) -> datetime | None:
    """Return when there is something to push next for drafts, UTC; None when there is nothing."""
    folder = _drafts(store, account)
    works = compact_drafts(store.read.draft_intents(account))
    return min((_due(work, folder) for work in works), default=None)


def _drafts(store: Store, account: AccountId) -> Folder | None:
    folder = store.read.folder_with_role(account, FolderRole.DRAFTS)
    return folder if folder is not None and folder.is_on_server else None


def _due(work: DraftWork, folder: Folder | None) -> datetime:
    """Return when it may run: what waited for a folder that is there now, at once."""
    is_there = work.not_before == UNTIL_THERE and folder is not None
    return datetime.now(UTC) if is_there else work.not_before


@dataclass(frozen=True, slots=True)
class _Replacing:
    """One draft, and the folder it is kept in."""

    session: ImapSession
    store: Store
    account: Account
    folder: Folder
    work: DraftWork

    def run(self) -> bool:
        """Append what is written, then remove what was there before; returns whether it did.

        Raises:
            ServerError: Refused; what is on the server is as it was, or newer.
            NetworkError: The answer was lost; the intents stay pending.
        """
        ids, store = self.work.ids, self.store
        if len(store.write(lambda tx: tx.start_intents(ids)).result()) < len(ids):
            return False  # taken back a moment ago, at least in part
        draft = _fit_for_server(store, self.work)
        copies = store.read.draft_copies(self.work.draft_id)
        current = next(
            (one for one in copies if draft is not None and one.revision == draft.revision), None
        )
        if draft is None and not copies:
            store.write(lambda tx: tx.finish_intents(ids)).result()
            return False
        self.session.select(self.folder.path, read_only=False)
        there = self._look(copies, current)
        missed = [copy for copy in copies if self._is_missed(copy, there)]
        if draft is not None and missed:
            self._tell_fate(draft, copies, missed[-1])
        if draft is not None and (current is None or current.id not in there):
            current = self._append(draft, current)
        stale = {copy: uid for copy, uid in there.items() if current is None or copy != current.id}
        if stale and self.session.can_expunge:
            self.session.expunge(stale.values())
        else:
            stale = {}  # they stay, out of sight
        store.write(lambda tx: self._settle(tx, stale)).result()
        return True

    def _look(self, copies: Sequence[DraftCopy], current: DraftCopy | None) -> dict[int, UID]:
        """Return the copies that are there, and forget the others."""
        there: dict[int, UID] = {}
        for copy in copies:
            uid = self._find(copy)
            if uid is not None:
                there[copy.id] = uid
        gone = [
            copy.id
            for copy in copies
            # What may be appended again keeps its Message-ID.
            if copy.id not in there and (copy != current or copy.uid is not None)
        ]
        found = [(copy.id, there[copy.id]) for copy in copies if self._is_news(copy, there)]
        uidvalidity = self._uidvalidity

        def note(tx: Writer) -> None:
            tx.forget_draft_copies(gone)
            for copy_id, uid in found:
                tx.confirm_draft_copy(copy_id, uid, uidvalidity)

        if gone or found:
            self.store.write(note).result()
        return there

    def _tell_fate(self, draft: Draft, copies: Sequence[DraftCopy], missed: DraftCopy) -> None:
        sent = self.store.read.folder_with_role(self.account.id, FolderRole.SENT)
        fate = fate_of(self.session, self.folder, sent, draft, copies, missed)
        notice = draft_changed_elsewhere(clean(draft.subject), fate)
        self.store.write(lambda tx: tx.add_notice(notice, self.account.id)).result()

    def _is_missed(self, copy: DraftCopy, there: dict[int, UID]) -> bool:
        """Whether what was there, and was to stay till now, is not any more."""
        return copy.uid is not None and not copy.is_hidden and copy.id not in there

    def _is_news(self, copy: DraftCopy, there: dict[int, UID]) -> bool:
        told = (copy.uid, copy.uidvalidity)
        return copy.id in there and told != (there[copy.id], self._uidvalidity)

    @property
    def _uidvalidity(self) -> int | None:
        selected = self.session.selected
        return None if selected is None else selected.uidvalidity

    def _find(self, copy: DraftCopy) -> UID | None:
        """Return the UID under which the server has a copy as tuimail put it there."""
        wanted = Identity(copy.message_id, 0, "")
        if copy.folder_id != self.folder.id:
            return None
        if copy.uid is None or copy.uidvalidity != self._uidvalidity:
            return self._search(copy.message_id)
        fetched = self.session.fetch_uids([copy.uid])
        return next((one.uid for one in fetched if wanted.is_that_of(one)), None)

    def _search(self, message_id: str) -> UID | None:
        # The folder stays selected for changes: what finds arrivals takes it as it is.
        return find_arrival(self.session, self.folder.path, _ANYWHERE, Identity(message_id, 0, ""))

    def _append(self, draft: Draft, begun: DraftCopy | None) -> DraftCopy:
        """Append a revision and write down where it is; `begun` was tried before."""
        store, work = self.store, self.work
        if begun is not None and begun.uid is not None:
            begun = None  # it was there, and was taken away by another program
        message_id = begun.message_id if begun is not None else self._new_message_id()
        if begun is None:
            copy_id = store.write(
                lambda tx: tx.begin_draft_copy(draft, self.folder.id, message_id)
            ).result()
        else:
            copy_id = begun.id
        raw = self._built(draft, message_id)
        try:
            uid = self.session.append(self.folder.path, raw, flags=_FLAGS, date=None)
        except TuimailError as error:
            if error.reach in (Reach.MESSAGE, Reach.FOLDER):
                store.write(lambda tx: tx.forget_draft_copies([copy_id])).result()
            else:
                store.write(lambda tx: tx.doubt_intents(work.ids)).result()
            raise
        if uid is None:
            uid = self._search(message_id)
        if uid is None:
            raise CommandRejected("The server said OK and did not keep the draft.")
        known, uidvalidity = uid, self._uidvalidity
        store.write(lambda tx: tx.confirm_draft_copy(copy_id, known, uidvalidity)).result()
        return DraftCopy(
            copy_id, work.draft_id, self.folder.id, draft.revision, message_id, uid, uidvalidity
        )

    def _built(self, draft: Draft, message_id: str) -> bytes:
        read = self.store.read
        earlier = draft.in_reply_to_key or draft.forward_of
        parts = parts_of(
            draft,
            read.draft_files.data(draft.files),
            None if earlier is None else read.message(earlier),
        )
        return build_draft(
            draft,
            sender=draft.sender_or(self.account.address),
            message_id=message_id,
            date=(draft.updated_at or datetime.now(UTC)).astimezone(),
            parts=parts,
        )

    def _new_message_id(self) -> str:
        return make_message_id(self.account.address.rpartition("@")[2])

    def _settle(self, tx: Writer, removed: dict[int, UID]) -> None:
        folder = tx.read.folder(self.folder.id)
        if folder is not None and folder.state.uidvalidity == self._uidvalidity:
            # In another numbering the UIDs here are those of other messages.
            for uid in removed.values():
                known = tx.read.server_flags(self.folder.id, uid, uid).get(uid)
                if known is not None:
                    tx.forget_messages([known[0]])
        tx.forget_draft_copies(tuple(removed))
        tx.finish_intents(self.work.ids)


def _fit_for_server(store: Store, work: DraftWork) -> Draft | None:
    """Return what the server keeps a copy of: nothing of what is to be encrypted, or was."""
    draft = store.read.draft(work.draft_id)
    return None if draft is None or store.read.draft_stays_here(draft) else draft


def _wait_for_folder(store: Store, account: AccountId, work: DraftWork) -> None:
    """Keep what has no folder to go to until there is one, and say that the draft stays here."""
    draft = _fit_for_server(store, work)

    def change(tx: Writer) -> None:
        words = "The mailbox has no Drafts folder."
        tx.requeue_intents(work.ids, not_before=UNTIL_THERE, error=words, is_attempt=False)
        if draft is not None:
            tx.add_notice(draft_without_folder(clean(draft.subject)), account)

    store.write(change).result()


def _gone(store: Store, account: AccountId, work: DraftWork, error: FolderGone) -> bool:
    """Look for Drafts in the tree, or give up where the tree goes on to name it.

    Returns:
        Whether the tree has to be listed.
    """
    if work.attempts + 1 < TRIES:
        store.write(lambda tx: look_for_folder(tx, work.ids)).result()
        return True
    _refused(store, account, work, error)
    return False


def _subject(store: Store, work: DraftWork) -> str:
    draft = store.read.draft(work.draft_id)
    return work.subject if draft is None else clean(draft.subject)


def _refused(store: Store, account: AccountId, work: DraftWork, error: TuimailError) -> None:
    """Try again later, or give it up and say why."""
    code = error.code if isinstance(error, CommandRejected) else ""
    words = error.detail or error.message
    if code not in _DEFINITE and work.attempts + 1 < TRIES:
        store.write(lambda tx: put_off(tx, work.ids, work.attempts, words)).result()
        return
    draft = _fit_for_server(store, work)
    if draft is None:
        notice = draft_refused(work.subject, "taken out of", error)
    else:
        copies = store.read.draft_copies(work.draft_id)
        is_there = any(one.uid and one.revision == draft.revision for one in copies)
        notice = draft_refused(draft.subject, "replaced in" if is_there else "put into", error)

    def end(tx: Writer) -> None:
        tx.finish_intents(work.ids, state=IntentState.FAILED, error=words)
        tx.add_notice(notice, account)

    store.write(end).result()
