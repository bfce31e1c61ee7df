"""An engine with one account of the sandbox and the shared mailbox that the settings name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.server.client import ApprovingPrompt, mail
from tests.server.hasty import HASTY
from tests.waiting import wait_until
from tuimail.cli.setup import connect, stored_accounts
from tuimail.config.schema import AccountSettings, Settings
from tuimail.model.account import Account, AccountId
from tuimail.model.folder import Folder, FolderRole
from tuimail.model.message import MessageSummary
from tuimail.model.outbox import OutboxItem, OutboxState, OutgoingMessage
from tuimail.model.status import Connectivity, EngineStatus
from tuimail.sandbox.personas import SHARED, persona_named
from tuimail.sandbox.sandbox import OWNER, Sandbox
from tuimail.store.store import Store
from tuimail.sync.engine import Connected, Engine
from tuimail.sync.timing import Timing
from tuimail.text.safe import SafeText


@dataclass
class SharedDesk:
    """The engine, not started, and what a test asks of it."""

    sandbox: Sandbox
    store: Store
    engine: Engine
    connected: Mapping[AccountId, Connected]

    def account(self, address: str) -> Account:
        return next(
            each.account for each in self.connected.values() if each.account.address == address
        )

    def status(self, address: str) -> EngineStatus:
        return self.engine.status[self.account(address).id]

    def wait_for(self, address: str, connectivity: Connectivity) -> EngineStatus:
        """Return the status that was waited for; the next one may be here already."""

        def stands() -> EngineStatus | None:
            status = self.status(address)
            return status if status.connectivity is connectivity else None

        return wait_until(stands, 30.0, f"{connectivity}")

    def folder(self, role: FolderRole, address: str = SHARED) -> Folder:
        account = self.account(address).id
        return wait_until(lambda: self.store.read.folder_with_role(account, role), 30.0, f"{role}")

    def rows(self, role: FolderRole, address: str = SHARED) -> list[MessageSummary]:
        return self.store.read.newest(self.folder(role, address).id, 50)

    def on_server(self, role: str, address: str = SHARED) -> int:
        return len(self.sandbox.mailbox(address).with_role(role))

    def send(self, subject: str, address: str = SHARED) -> int:
        """Queue a letter to Ben that is from this address."""
        outgoing = OutgoingMessage(
            account_id=self.account(address).id,
            raw=mail(subject, sender=address, to="ben@contoso.example"),
            message_id=f"<{subject.replace(' ', '.')}@fabrikam.example>",
            mail_from=address,
            rcpt_to=("ben@contoso.example",),
            to_text=SafeText("Ben"),
            subject=SafeText(subject),
        )
        outbox_id = self.store.write(lambda tx: tx.queue_message(outgoing)).result()
        self.engine.wake()
        return outbox_id

    def outbox(self, outbox_id: int) -> OutboxItem:
        item = self.store.read.outbox_item(outbox_id)
        assert item is not None
        return item

    def wait_for_outbox(self, outbox_id: int, state: OutboxState) -> OutboxItem:
        """Return the message as it stood in this state; it may go on from there."""

        def stands() -> OutboxItem | None:
            item = self.outbox(outbox_id)
            return item if item.state is state else None

        return wait_until(stands, 30.0, f"outbox {state}")


def shared_settings(sandbox: Sandbox, shared: tuple[str, ...] = (SHARED,)) -> Settings:
    """The settings of somebody with one shared mailbox."""
    table = AccountSettings(
        address=OWNER,
        client_id=sandbox.client_id,
        authority=sandbox.authority,
        imap="{}:{}".format(*sandbox.imap),
        smtp="{}:{}".format(*sandbox.smtp),
        ca_file=str(sandbox.ca_file),
        shared=shared,
    )
    return Settings(accounts={"work": table})


@contextmanager
def shared_desk(
    sandbox: Sandbox,
    directory: Path,
    *,
    shared: tuple[str, ...] = (SHARED,),
    timing: Timing = HASTY,
) -> Iterator[SharedDesk]:
    """Give the sandbox its shared mailbox, sign in; the engine is stopped in the end."""
    persona_named("shared-mailbox").apply(sandbox)
    store = Store.open(directory)
    try:
        accounts = stored_accounts(shared_settings(sandbox, shared), store)
        connected = connect(accounts, directory)
        engine = Engine(store, connected, timing=timing)
        desk = SharedDesk(sandbox, store, engine, connected)
        sign_in = connected[desk.account(OWNER).id].tokens.sign_in
        sign_in.begin(ApprovingPrompt(lambda code: sandbox.entra.approve(code, OWNER))).result(30)
        try:
            yield desk
        finally:
            engine.stop(2.0)
    finally:
        store.close()
