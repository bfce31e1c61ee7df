"""The process that is killed: one errand, ended by SIGKILL just before its n-th write.

Just before a write is the worst moment: whatever the server has done is not yet written down.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from tuimail.auth.cache import TokenCache
from tuimail.auth.provider import TokenProvider
from tuimail.http import HttpClient
from tuimail.model.account import Account, AccountId, Endpoint, SaveSent
from tuimail.model.folder import FolderId
from tuimail.model.message import MessageKey
from tuimail.store.store import Store
from tuimail.store.writer import Writer
from tuimail.submission.smtp import SmtpSubmitter
from tuimail.sync.errand import Errand

T = TypeVar("T")


class MortalStore(Store):
    """A store whose process dies before a chosen write."""

    writes_left = 0

    def write(self, change: Callable[[Writer], T], *, urgent: bool = False) -> Future[T]:
        self.writes_left -= 1
        if self.writes_left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return super().write(change, urgent=urgent)


def describe(account: Account) -> str:
    """The account as an argument of the victim."""
    return json.dumps(
        {
            "id": account.id,
            "name": account.name,
            "address": account.address,
            "username": account.username,
            "client_id": account.client_id,
            "authority": account.authority,
            "imap": [account.imap.host, account.imap.port],
            "smtp": [account.smtp.host, account.smtp.port],
            "ca_file": str(account.ca_file),
            "scopes": account.scopes,
        }
    )


def read_account(text: str) -> Account:
    """The account that `describe` wrote."""
    values: dict[str, Any] = json.loads(text)
    return Account(
        id=AccountId(values["id"]),
        name=values["name"],
        address=values["address"],
        username=values["username"],
        client_id=values["client_id"],
        authority=values["authority"],
        known_authority=False,
        scopes=tuple(values["scopes"]),
        imap=Endpoint(*values["imap"]),
        smtp=Endpoint(*values["smtp"]),
        ca_file=Path(values["ca_file"]),
        save_sent=SaveSent.SERVER,
    )


async def run_errand(store: Store, account: Account, what: str, http: HttpClient) -> None:
    """Do one errand; first settle what an earlier run left behind.

    Args:
        what: `sync`, `again ID` of a folder, `send ID` of the outbox, or `text KEY` of a message.
    """
    tokens = TokenProvider(account, TokenCache.open(store.directory / "tokens.json"), http)
    submitter = SmtpSubmitter(account.smtp, account.ca_file)
    async with Errand(account, store, tokens, submitter) as errand:
        await errand.recover()
        match what.split():
            case ["sync"]:
                failures = await errand.sync(lambda _: None)
                if failures:
                    raise failures[0]
            case ["again", folder_id]:
                folder = store.read.folder(FolderId(int(folder_id)))
                assert folder is not None
                await errand.fetch_again(folder)
            case ["send", outbox_id]:
                await errand.send(int(outbox_id))
            case ["text", key]:
                await errand.fetch_text(MessageKey(int(key)))


def main(words: Sequence[str]) -> None:
    """Do an errand until a write: a directory, an account, what, and how many writes."""
    directory, account_text, what, writes = words
    account = read_account(account_text)
    store = MortalStore.open(Path(directory))
    assert isinstance(store, MortalStore)
    store.writes_left = int(writes)
    http = HttpClient(account.ca_file)
    asyncio.run(run_errand(store, account, what, http))
    http.close()
    store.close()
