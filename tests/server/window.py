"""A window without a screen, put together as `cli/screen.py` does it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.server.client import ApprovingPrompt, with_id
from tests.waiting import wait_until
from tuimail.cli.lock import Turn
from tuimail.cli.setup import stored_id
from tuimail.cli.window import window_engine
from tuimail.model.account import Account
from tuimail.model.download import DownloadRules
from tuimail.model.folder import Folder, FolderRole
from tuimail.model.message import MessageSummary
from tuimail.model.outbox import OutboxItem, OutgoingMessage
from tuimail.model.status import Connectivity
from tuimail.store.store import Store
from tuimail.text.safe import SafeText


class Window:
    """Has the engine, or is attached to another's."""

    def __init__(self, account: Account, directory: Path) -> None:
        self.turn = Turn(directory)
        self.turn.take()
        self.store = Store.open(directory, may_update=self.turn.is_ours)
        self.store.leave_checkpoints(to_others=not self.turn.is_ours)
        account_id = stored_id(account, self.store)
        self.account = with_id(account, account_id)
        self.engine = window_engine(
            self.store, {account_id: self.account}, DownloadRules(), self.turn
        )
        self.engine.start()

    def close(self) -> None:
        self.engine.stop(2.0)
        self.store.close()
        self.turn.release()

    def sign_in(self, approve: Callable[[str], object]) -> None:
        prompt = ApprovingPrompt(approve)
        self.engine.sign_in(self.account.id, prompt)
        assert prompt.done.wait(30)
        assert prompt.finished_with is not None
        assert prompt.finished_with.problem is None

    @property
    def connectivity(self) -> Connectivity:
        return self.engine.status[self.account.id].connectivity

    def wait_for(self, connectivity: Connectivity, timeout: float = 30.0) -> None:
        wait_until(lambda: self.connectivity is connectivity, timeout, connectivity)

    def folder(self, role: FolderRole = FolderRole.INBOX) -> Folder:
        return wait_until(lambda: self.store.read.folder_with_role(self.account.id, role), 60.0)

    def subjects(self) -> list[str]:
        folder = self.store.read.folder_with_role(self.account.id, FolderRole.INBOX)
        return [row.subject for row in self.store.read.newest(folder.id, 100)] if folder else []

    def row(self, subject: str, timeout: float = 30.0) -> MessageSummary:
        def find() -> MessageSummary | None:
            rows = self.store.read.newest(self.folder().id, 100)
            return next((row for row in rows if row.subject == subject), None)

        return wait_until(find, timeout, subject)

    def queue(self, subject: str) -> int:
        me = self.account.address
        raw = f"From: {me}\r\nTo: {me}\r\nSubject: {subject}\r\n".encode()
        message_id = f"<{subject.replace(' ', '-').lower()}@contoso.example>"
        raw += f"Message-ID: {message_id}\r\n\r\nHello.\r\n".encode()
        message = OutgoingMessage(
            self.account.id, raw, message_id, me, (me,), SafeText(me), SafeText(subject)
        )
        return self.store.write(lambda tx: tx.queue_message(message), urgent=True).result()

    def outbox_item(self, number: int) -> OutboxItem:
        item = self.store.read.outbox_item(number)
        assert item is not None
        return item
