"""Jobs: the copy of a sent message in Sent Items.

Exchange files it by itself, so an APPEND there doubles every message (exchange-online.md 4.3).
Elsewhere tuimail looks for it by Message-ID first and files it only when nobody else did. So it
does for a shared mailbox: what is sent as it, Exchange files in the Sent Items of who signs in,
and in its own too where an administrator has set MessageCopyForSentAsEnabled.
"""

from __future__ import annotations

from collections.abc import Generator
from typing import Final

from tuimail.errors import FolderGone
from tuimail.exchange.clouds import files_sent_copy
from tuimail.imap.jobs import Step, StepDone
from tuimail.imap.session import ImapSession
from tuimail.model.account import Account, SaveSent
from tuimail.model.flags import SEEN
from tuimail.model.folder import Folder, FolderRole
from tuimail.model.outbox import GRAPH_RECEIPT, OutboxItem, SentCopy
from tuimail.store.store import Store

LOOKS_ON_EXCHANGE: Final = (1.0, 3.0, 10.0, 30.0, 60.0)
"""Seconds after sending at which the server's own copy is looked for."""

LOOKS_ELSEWHERE: Final = (1.0, 3.0)


def server_files_copy(account: Account, receipt: str | None = None) -> bool | None:
    """Whether the submission server files the copy: yes, no, or None for "look first".

    Args:
        receipt: What it said when it took the message over: Graph always files one.
    """
    if (receipt or "").startswith(GRAPH_RECEIPT):
        return True
    match account.save_sent:
        case SaveSent.SERVER:
            return True
        case SaveSent.CLIENT:
            return False
        case SaveSent.AUTO if account.is_shared:
            return None
        case SaveSent.AUTO:
            return True if files_sent_copy(account.smtp.host) else None


def looks(account: Account, receipt: str | None = None) -> tuple[float, ...]:
    """Return the seconds after sending at which the copy is looked for, before any is filed."""
    files_copy = server_files_copy(account, receipt)
    if files_copy is False:
        return (0.1,)
    if files_copy and receipt is not None and receipt.startswith(GRAPH_RECEIPT):
        return LOOKS_ON_EXCHANGE
    is_slow = account.save_sent is SaveSent.SERVER or files_sent_copy(account.smtp.host)
    return LOOKS_ON_EXCHANGE if is_slow else LOOKS_ELSEWHERE


def find_sent_copy(
    session: ImapSession, store: Store, account: Account, message_id: str
) -> Generator[Step, None, bool]:
    """Return whether a message with this Message-ID is in Sent Items."""
    folder = _sent_folder(store, account)
    session.select(folder.path, read_only=True)
    found = bool(session.search_message_id(message_id))
    yield StepDone()
    return found


def append_sent_copy(
    session: ImapSession, store: Store, account: Account, outbox_id: int
) -> Generator[Step, None, None]:
    """File the copy, unless an earlier try whose reply was lost did it already."""
    item = store.read.outbox_item(outbox_id)
    if item is None or item.sent_copy is SentCopy.FILED:
        return
    folder = _sent_folder(store, account)
    session.select(folder.path, read_only=True)
    if not session.search_message_id(item.message_id):
        _note_copy(store, item, SentCopy.APPENDING)
        raw = store.read.outbox_raw(outbox_id)
        session.append(folder.path, raw, flags=SEEN, date=None)
    yield StepDone()
    _note_copy(store, item, SentCopy.FILED)


def _note_copy(store: Store, item: OutboxItem, copy: SentCopy) -> None:
    store.write(lambda tx: tx.set_outbox(item.id, state=item.state, sent_copy=copy)).result()


def _sent_folder(store: Store, account: Account) -> Folder:
    folder = store.read.folder_with_role(account.id, FolderRole.SENT)
    if folder is None:
        raise FolderGone("The mailbox has no folder for sent mail.")
    return folder
