"""One engine with two mailboxes of the sandbox, each with its own sign-in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.server.client import ApprovingPrompt, sandbox_account, with_id
from tests.server.hasty import HASTY
from tuimail.auth.cache import TokenCache
from tuimail.auth.provider import TokenProvider
from tuimail.http import HttpClient
from tuimail.model.account import AccountId
from tuimail.model.download import DownloadRules
from tuimail.model.folder import FolderRole
from tuimail.model.status import Connectivity
from tuimail.sandbox.sandbox import Sandbox
from tuimail.store.store import Store
from tuimail.submission.smtp import SmtpSubmitter
from tuimail.sync.engine import Connected, Engine


@dataclass
class TwoMailboxes:
    """The engine, not started, and what a test asks of it."""

    engine: Engine
    store: Store
    accounts: list[AccountId]

    def connectivity(self, account: AccountId) -> Connectivity:
        return self.engine.status[account].connectivity

    def subjects(self, account: AccountId) -> list[str]:
        inbox = self.store.read.folder_with_role(account, FolderRole.INBOX)
        return [str(row.subject) for row in self.store.read.newest(inbox.id, 50)] if inbox else []


@contextmanager
def two_mailboxes(sandbox: Sandbox, directory: Path) -> Iterator[TwoMailboxes]:
    """Sign both in; the engine is stopped in the end."""
    store = Store.open(directory)
    connected: dict[AccountId, Connected] = {}
    for address in sandbox.accounts[:2]:
        account = sandbox_account(sandbox, address)
        number = store.write(lambda tx, a=address: tx.ensure_account(a)).result()  # type: ignore[misc]
        account = with_id(account, number)
        http = HttpClient(account.ca_file)
        tokens = TokenProvider(account, TokenCache.open(directory / f"tokens-{number}.json"), http)
        tokens.sign_in.begin(
            ApprovingPrompt(lambda code, a=address: sandbox.entra.approve(code, a))  # type: ignore[misc]
        ).result(30)
        submitter = SmtpSubmitter(account.smtp, account.ca_file)
        connected[number] = Connected(account, tokens, submitter, http.close)
    engine = Engine(store, connected, DownloadRules(), HASTY)
    try:
        yield TwoMailboxes(engine, store, list(connected))
    finally:
        engine.stop(2.0)
        store.close()
