"""A mailbox with made-up mail, for every test that stands on a real store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from tuimail.model.account import AccountId
from tuimail.model.bodystructure import BodyStructure
from tuimail.model.envelope import Envelope
from tuimail.model.flags import Flags
from tuimail.model.folder import UID, FolderId, FolderRole, ListedFolder
from tuimail.model.intent import Action, NewIntent
from tuimail.model.journal import Reversal
from tuimail.model.message import FetchedMessage, MessageKey
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.text.address import Address, make_address
from tuimail.text.safe import SafeText

T = TypeVar("T")

START: Final = datetime(2026, 11, 1, tzinfo=UTC)
NO_FLAGS: Final = Flags()
ME: Final = make_address("Me", "me@fabrikam.example")

LISTED: Final = (
    ListedFolder("INBOX", "/", FolderRole.INBOX, selectable=True, subscribed=True),
    ListedFolder("Projects", "/", None, selectable=True, subscribed=True),
    ListedFolder("Sent Items", "/", FolderRole.SENT, selectable=True, subscribed=True),
    ListedFolder("Deleted Items", "/", FolderRole.TRASH, selectable=True, subscribed=True),
)


def person(number: int) -> Address:
    """Return a made-up correspondent."""
    return make_address(f"Person {number}", f"person{number}@contoso.example")


def envelope(
    number: int,
    *,
    subject: str | None = None,
    in_reply_to: str | None = None,
    message_id: str | None = "",
) -> Envelope:
    """Return the envelope of message `number`; `message_id` None for none."""
    return Envelope(
        date=START + timedelta(seconds=number),
        subject=SafeText(f"Message {number}" if subject is None else subject),
        from_=(person(number),),
        to=(ME,),
        in_reply_to=in_reply_to,
        message_id=f"<{number}@contoso.example>" if message_id == "" else message_id,
    )


def fetched(
    uid: int,
    *,
    number: int | None = None,
    flags: Flags = NO_FLAGS,
    at: datetime | None = None,
    head: Envelope | None = None,
    references: Sequence[str] = (),
    structure: BodyStructure | None = None,
    size: int | None = None,
) -> FetchedMessage:
    """Return what FETCH says of message `number` (its UID unless given)."""
    number = uid if number is None else number
    return FetchedMessage(
        uid=UID(uid),
        flags=flags,
        internaldate=at or START + timedelta(seconds=number),
        size=1000 + number if size is None else size,
        envelope=head or envelope(number),
        structure=structure,
        references=tuple(references),
    )


@dataclass(frozen=True)
class Mailbox:
    """A store with one account and its four folders."""

    store: Store
    account: AccountId
    inbox: FolderId
    projects: FolderId
    sent: FolderId
    trash: FolderId

    @property
    def folders(self) -> tuple[FolderId, ...]:
        return self.inbox, self.projects, self.sent, self.trash

    def record(self, folder: FolderId, messages: Iterable[FetchedMessage]) -> list[MessageKey]:
        listed = list(messages)
        return self.store.write(lambda tx: tx.record_messages(folder, listed)).result(30)

    def record_one(self, folder: FolderId, message: FetchedMessage) -> MessageKey:
        return self.record(folder, [message])[0]

    def vanish(self, folder: FolderId, *uids: int) -> None:
        gone = [UID(uid) for uid in uids]
        self.store.write(lambda tx: tx.record_vanished(folder, gone)).result(30)

    def submit(
        self, key: MessageKey, *actions: Action, hold: float = 0.0, words: str | None = None
    ) -> int:
        new = [NewIntent(self.account, key, action, hold) for action in actions]
        return self.store.submit(new, words).result(30)

    def act(self, words: str, keys: Iterable[MessageKey], action: Action) -> int:
        """Do one thing to several messages, as the screen does."""
        new = [NewIntent(self.account, key, action) for key in keys]
        return self.store.submit(new, words).result(30)

    def undo(self) -> Reversal | None:
        return self.store.write(lambda tx: tx.undo(), urgent=True).result(30)

    def redo(self) -> Reversal | None:
        return self.store.write(lambda tx: tx.redo(), urgent=True).result(30)

    def run(self, *groups: int, moved: Mapping[MessageKey, FolderId] | None = None) -> None:
        """Let the server have done what is queued; it does not tell the new UIDs."""
        ids = [one.id for group in groups for one in self.store.read.intents_of_group(group)]
        places = {key: (folder, None) for key, folder in (moved or {}).items()}

        def confirm(tx: Writer) -> None:
            tx.start_intents(ids)
            tx.finish_intents(ids, moved=places)

        self.store.write(confirm).result(30)

    def shown(self, folder: FolderId) -> list[MessageKey]:
        return [row.key for row in self.store.read.newest(folder, 100_000)]


def open_mailbox(directory: Path) -> Mailbox:
    """Open the store in `directory` and give it its account and folders."""
    store = Store.open(directory)
    account = store.write(lambda tx: tx.ensure_account("work")).result(30)
    store.write(lambda tx: tx.sync_folders(account, LISTED)).result(30)
    ids = {folder.path: folder.id for folder in store.read.folders(account)}
    return Mailbox(store, account, *(ids[item.path] for item in LISTED))
