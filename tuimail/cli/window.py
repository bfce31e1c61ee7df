"""What a window needs of the engine: the own one when it has the lock, else another process's."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from tuimail.auth.provider import TokenProvider
from tuimail.cli.lock import Turn
from tuimail.cli.setup import FILE, connect
from tuimail.config.schema import TokenSettings
from tuimail.model.account import Account, AccountId
from tuimail.model.download import DownloadRules
from tuimail.store.store import Store
from tuimail.sync.attached import AttachedEngine
from tuimail.sync.engine import Connected, Engine
from tuimail.sync.window import WindowEngine


def window_engine(
    store: Store,
    accounts: Mapping[AccountId, Account],
    rules: DownloadRules,
    turn: Turn,
    tokens: TokenSettings = FILE,
) -> WindowEngine:
    """Make the engine of a window; it is not started.

    Args:
        rules: What is kept of folders for reading without a network.
        turn: Taken or not; from now on the window's.
        tokens: Where the tokens are kept.
    """
    links = _Links(store, accounts, tokens)

    def start_engine() -> Engine:
        store.leave_checkpoints(to_others=False)
        engine = Engine(store, links.get(), rules)
        engine.start()
        return engine

    attached = (
        None
        if turn.is_ours
        else AttachedEngine(store, accounts, lambda account: links.tokens(account).sign_in)
    )
    return WindowEngine(turn, start_engine, attached, links.add)


class _Links:
    """Tokens and ways to send, made when they are first needed: an attached window may never."""

    def __init__(
        self, store: Store, accounts: Mapping[AccountId, Account], tokens: TokenSettings
    ) -> None:
        self._store = store
        self._tokens = tokens
        self._accounts = dict(accounts)
        self._guard = threading.Lock()
        self._made: dict[AccountId, Connected] = {}

    def get(self) -> dict[AccountId, Connected]:
        with self._guard:
            if not self._accounts.keys() <= self._made.keys():
                self._made = connect(
                    self._accounts, self._store.directory, self._tokens, self._made
                )
            return self._made

    def add(self, account: Account) -> Connected:
        """Take one more mailbox in."""
        with self._guard:
            self._accounts[account.id] = account
        return self.get()[account.id]

    def tokens(self, account: AccountId) -> TokenProvider:
        return self.get()[account].tokens
