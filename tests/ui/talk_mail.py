"""The mocks' mailbox with the conversations that the design draws, and two more mailboxes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple

from tests.ui.sample_mail import MAIL, ROLES, Sample, at, fetched, fill, key_of, record_mail
from tuimail.model.account import AccountId
from tuimail.model.flags import SEEN, Flags
from tuimail.model.folder import FolderId, ListedFolder
from tuimail.model.message import BodyState, FetchedMessage, MessageKey
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.text.safe import clean


class Said(NamedTuple):
    """One more message of a conversation."""

    sender: str
    when: datetime
    words: str
    folder: str = "INBOX"
    flags: Flags = SEEN


RELEASE = (
    Said("Carla Reyes", at(23, 9, 2), "+1, and I can take the on-call swap"),
    Said("Anna Lindqvist", at(23, 8, 40), "Could we move the release to Thursday? The freeze ends",
         "Sent Items"),
)  # fmt: skip


def fill_talk(store: Store, *, mail: tuple[Sample, ...] = MAIL) -> AccountId:
    """Record the mailbox and its conversations; return its account."""
    account = fill(store, mail=mail)
    answer(store, account, "Move the release to Thursday?", RELEASE)
    for subject, sender, count in (
        ("Offsite: who drives?", "Tomás Ferreira", 12),
        ("Re: Rack 14 power budget", "Lena Fischer", 3),
        ("Re: Contract draft v3", "Kim Chu", 8),
    ):
        head = next(one for one in MAIL if one.subject == subject)
        older = [
            Said(sender, head.when - timedelta(minutes=n), f"words {n}") for n in range(1, count)
        ]
        answer(store, account, subject, older)
    return account


def answer(
    store: Store, account: AccountId, subject: str, said: Sequence[Said]
) -> list[MessageKey]:
    """Put more messages into the conversation of a message of the inbox."""
    message = store.read.message(key_of(store, account, subject))
    assert message is not None
    keys = []
    for number, one in enumerate(said):
        folder = store.read.folder_at_path(account, one.folder)
        assert folder is not None
        extent = store.read.extent(folder.id)
        sample = Sample(one.sender, subject, one.when, flags=one.flags)
        mail = fetched((extent[1] if extent else 0) + 1, sample)
        name = f"<{message.summary.key}.{number}@contoso.com>"
        envelope = replace(mail.envelope, message_id=name, in_reply_to=message.envelope.message_id)
        row = replace(mail, envelope=envelope)
        keys.append(store.write(partial(_add, folder.id, row, one.words)).result())
    return keys


def _add(folder: FolderId, row: FetchedMessage, words: str, tx: Writer) -> MessageKey:
    key = tx.record_messages(folder, [row])[0]
    tx.set_body(key, BodyState.COMPLETE, clean(words))
    return key


def fill_second(store: Store, label: str = "home") -> AccountId:
    """Record one more mailbox with a few messages in its inbox and an archive; return it."""
    account = store.write(lambda tx: tx.ensure_account(label)).result()
    listed = [
        ListedFolder(path, "/", ROLES.get(path), selectable=True, subscribed=True)
        for path in ("INBOX", "Archive", "Deleted Items", "Junk Email", "Sent Items")
    ]
    store.write(lambda tx: tx.sync_folders(account, listed)).result()
    mail = [
        Sample("Maya", "Garden on Saturday", at(23, 9, 36), flags=Flags()),
        Sample("School", "Parents' evening", at(21)),
    ]
    record_mail(store, account, "INBOX", mail)
    return account
