"""tuimail without a screen: the real store, sign-in and engine on one account."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from tests.waiting import NeverHappenedError, wait_until
from tuimail.auth.cache import TokenCache
from tuimail.auth.provider import TokenProvider
from tuimail.cli.wiring import submitter
from tuimail.http import HttpClient
from tuimail.model.account import Account, AccountId, Endpoint, SaveSent
from tuimail.model.download import DownloadRules
from tuimail.model.folder import Folder, FolderRole
from tuimail.model.message import MessageSummary
from tuimail.model.outbox import OutboxItem, OutboxState, OutgoingMessage
from tuimail.model.sign_in import BrowserPage
from tuimail.model.status import Connectivity, DeviceCode, EngineStatus, SignInOutcome
from tuimail.sandbox.sandbox import Sandbox
from tuimail.store.store import Store
from tuimail.sync.engine import Connected, Engine
from tuimail.sync.timing import Timing
from tuimail.text.safe import SafeText


class ApprovingPrompt:
    """Signs in as soon as the code is shown."""

    def __init__(self, approve: Callable[[str], object]) -> None:
        self._approve = approve
        self.finished_with: SignInOutcome | None = None
        self.done = threading.Event()

    def show_code(self, code: DeviceCode) -> None:
        self._approve(code.user_code)

    def show_page(self, page: BrowserPage) -> None:
        raise AssertionError(f"a page was shown where a code was asked for: {page.port}")

    def answer_refused(self, words: str) -> None:
        raise AssertionError(words)

    def finished(self, outcome: SignInOutcome) -> None:
        self.finished_with = outcome
        self.done.set()


def sandbox_account(sandbox: Sandbox, address: str | None = None) -> Account:
    """A sandbox mailbox as the engine wants it; the id is set when it is stored."""
    owner = address or sandbox.accounts[0]
    return Account(
        id=AccountId(0),
        name="work",
        address=owner,
        username=owner,
        client_id=sandbox.client_id,
        authority=sandbox.authority,
        known_authority=False,
        scopes=(
            "https://outlook.office.com/IMAP.AccessAsUser.All",
            "https://outlook.office.com/SMTP.Send",
        ),
        imap=Endpoint(*sandbox.imap),
        smtp=Endpoint(*sandbox.smtp),
        ca_file=sandbox.ca_file,
        save_sent=SaveSent.AUTO,
        graph=sandbox.graph_url,
        graph_scope="https://graph.microsoft.com/Mail.Send",
    )


class Client:
    """Owns a store and an engine; `close` or `crash` ends them."""

    def __init__(
        self,
        account: Account,
        directory: Path,
        approve: Callable[[str], object],
        rules: DownloadRules | None = None,
        timing: Timing | None = None,
    ) -> None:
        self.directory = directory
        self.store = Store.open(directory)
        account_id = self.store.write(lambda tx: tx.ensure_account(account.address)).result()
        self.account = with_id(account, account_id)
        self._http = HttpClient(account.ca_file)
        cache = TokenCache.open(directory / "tokens.json")
        self.tokens = TokenProvider(self.account, cache, self._http)
        self._approve = approve
        self.engine = Engine(
            self.store,
            {
                account_id: Connected(
                    self.account,
                    self.tokens,
                    submitter(self.account, cache, self._http),
                    self._http.close,
                )
            },
            rules or DownloadRules(),
            timing or Timing(),
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def sign_in(self) -> None:
        """Sign in by device code, approved at once."""
        self.tokens.sign_in.begin(ApprovingPrompt(self._approve)).result(30)

    def start(self) -> None:
        """Start the engine and wait until it is online."""
        self.engine.start()
        self.wait_for(Connectivity.ONLINE)

    def close(self) -> None:
        """End the engine as leaving the program does, and the store."""
        self.engine.stop(2.0)
        self.store.close()

    @property
    def status(self) -> EngineStatus:
        return self.engine.status[self.account.id]

    def wait_for(self, connectivity: Connectivity, timeout: float = 30.0) -> EngineStatus:
        """Return the status that was waited for; the next one may be here already."""

        def stands() -> EngineStatus | None:
            status = self.status
            return status if status.connectivity is connectivity else None

        try:
            return wait_until(stands, timeout, f"{connectivity}")
        except NeverHappenedError as error:
            error.add_note(f"the status: {self.status}")
            raise

    def folder(self, role: FolderRole) -> Folder:
        return wait_until(
            lambda: self.store.read.folder_with_role(self.account.id, role), 30.0, f"{role}"
        )

    def subjects(self, role: FolderRole = FolderRole.INBOX, limit: int = 500) -> list[str]:
        return [row.subject for row in self.rows(role, limit)]

    def rows(self, role: FolderRole = FolderRole.INBOX, limit: int = 500) -> list[MessageSummary]:
        return self.store.read.newest(self.folder(role).id, limit)

    def row(self, subject: str, role: FolderRole = FolderRole.INBOX) -> MessageSummary:
        """Wait for a message and return its row."""
        return wait_until(
            lambda: next((row for row in self.rows(role) if row.subject == subject), None),
            30.0,
            f"{subject!r} in {role}",
        )

    def queue(self, raw: bytes, message_id: str, to: str, **more: object) -> int:
        """Put a message into the outbox and wake the engine."""
        outgoing = OutgoingMessage(
            account_id=self.account.id,
            raw=raw,
            message_id=message_id,
            mail_from=self.account.address,
            rcpt_to=(to,),
            to_text=SafeText(to),
            subject=SafeText("queued"),
            **more,  # type: ignore[arg-type]
        )
        outbox_id = self.store.write(lambda tx: tx.queue_message(outgoing)).result()
        self.engine.wake()
        return outbox_id

    def outbox(self, outbox_id: int) -> OutboxItem:
        item = self.store.read.outbox_item(outbox_id)
        assert item is not None
        return item

    def wait_for_outbox(
        self, outbox_id: int, state: OutboxState, timeout: float = 30.0
    ) -> OutboxItem:
        """Return the message as it stood in this state; it may go on from there."""

        def stands() -> OutboxItem | None:
            item = self.outbox(outbox_id)
            return item if item.state is state else None

        return wait_until(stands, timeout, f"outbox {state}")


def with_id(account: Account, account_id: AccountId) -> Account:
    return replace(account, id=account_id)


def mail(
    subject: str,
    *,
    sender: str = "Kim Chu <kim@fabrikam.example>",
    to: str = "anna@contoso.example",
    body: str = "Hello.\r\n",
    message_id: str | None = None,
) -> bytes:
    """A small complete message."""
    identity = message_id or f"<{subject.replace(' ', '.')}@fabrikam.example>"
    return (
        f"From: {sender}\r\nTo: {to}\r\nSubject: {subject}\r\nMessage-ID: {identity}\r\n"
        "Date: Mon, 23 Nov 2026 09:32:00 +0100\r\nMIME-Version: 1.0\r\n"
        f"Content-Type: text/plain; charset=utf-8\r\n\r\n{body}"
    ).encode()
