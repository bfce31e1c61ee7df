"""A signed-in client behind a line whose faults are about what the user did."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import pytest

from tests.server.both_servers import Mailbox
from tests.server.client import Client
from tests.server.fault_proxy import FaultProxy
from tests.server.faults import Faults, Rule
from tests.waiting import wait_until
from tuimail.model.folder import FolderRole
from tuimail.model.intent import Action, NewIntent
from tuimail.sync import backoff

WITHOUT_MOVE: Final = Rule(re.compile(rb"(CAPABILITY\b.*?) MOVE\b"), rb"\1")
"""What a server says that cannot MOVE."""


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hardly wait before the next try."""
    monkeypatch.setattr(backoff, "FIRST_DELAY", 0.05)
    monkeypatch.setattr(backoff, "LONGEST_DELAY", 0.2)


@dataclass
class Line:
    """The client, the line and the mailbox at its end."""

    client: Client
    proxy: FaultProxy
    mailbox: Mailbox

    def do(self, subject: str, *actions: Action, role: FolderRole = FolderRole.INBOX) -> None:
        """Do something to a message and let the engine push it."""
        row, account = self.client.row(subject, role), self.client.account.id
        self.client.store.submit([NewIntent(account, row.key, one) for one in actions]).result()
        self.client.engine.wake()

    def lose_the_answer(self, pattern: bytes) -> Callable[[], None]:
        """Cut the line where the server says this, once; the result waits for it and mends it.

        The line is cut a moment after the server has said so: the client that tries again has
        lost it.
        """
        accepted: list[int] = []

        def cut_here(match: re.Match[bytes]) -> bytes:
            accepted.append(self.proxy.accepted)
            self.proxy.faults.cut_after = 0
            return match[0]

        rule = Rule(re.compile(pattern), cut_here)
        self.proxy.faults.rules.append(rule)

        def mend() -> None:
            wait_until(lambda: accepted, 30.0, "the answer")
            wait_until(lambda: self.proxy.accepted > accepted[0], 30.0, "another try")
            rules = [one for one in self.proxy.faults.rules if one is not rule]
            self.proxy.faults = Faults(rules=rules)
            self.client.engine.reconnect(self.client.account.id)

        return mend

    def answer_once(self, command: bytes, words: bytes, times: int = 1) -> None:
        """Answer a command in place of the server, and let it through afterwards."""
        left = [words] * times
        self.proxy.faults.deny[command] = lambda _: left.pop() if left else None

    def wait_until_settled(self) -> None:
        read = self.client.store.read
        wait_until(lambda: read.counts().pending_intents == 0, 30.0, "everything confirmed")

    def notice(self) -> tuple[str, str]:
        """Return the newest notice: what it says, and the server's words."""
        (_, _, _, notice), *_ = self.client.store.read.notices(1)
        return notice.short, notice.detail
