"""An engine that looks often, for tests of what takes minutes with a real server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from tests.server.client import Client, sandbox_account
from tests.waiting import wait_until
from tuimail.imap.session import ImapSession, Timeouts
from tuimail.model.account import Endpoint
from tuimail.model.status import Connectivity, EngineStatus
from tuimail.sandbox.sandbox import Sandbox
from tuimail.sync.timing import Timing

HASTY: Final = Timing(
    poll=1.0,
    flags=1.0,
    count_apart=0.2,
    idle=30.0,
    clock=0.1,
    attention=0.3,
    ask_again=1.0,
)
"""Its patience with a server is the usual one: a slow machine must not look like a broken line."""

IMPATIENT: Final = replace(HASTY, timeouts=Timeouts(connect=2.0, read=2.0))
"""For lines that fall silent. A slow machine makes it connect again, and no test may mind that."""


@contextmanager
def hasty_client(
    sandbox: Sandbox, directory: Path, timing: Timing = HASTY, *, port: int | None = None
) -> Iterator[Client]:
    """Sign in; the engine is not started yet.

    Args:
        port: Of a proxy in front of the IMAP server.
    """
    account = sandbox_account(sandbox)
    if port is not None:
        account = replace(account, imap=Endpoint("localhost", port))
    owner = sandbox.accounts[0]
    with Client(
        account, directory, lambda code: sandbox.entra.approve(code, owner), timing=timing
    ) as client:
        client.sign_in()
        yield client


class Patience:
    """How long every connection that is made from now on waits for a silent server.

    Attributes:
        seconds: For the connection, and without a single octet. A test that has to see silence
            noticed waits a second; for the rest a busy machine may be as slow as it is.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
        self.seconds = seconds
        connect = ImapSession.connect.__func__  # type: ignore[attr-defined]

        def patient(cls: type[ImapSession], *given: Any, **more: Any) -> ImapSession:
            more["timeouts"] = Timeouts(connect=self.seconds, read=self.seconds)
            session: ImapSession = connect(cls, *given, **more)
            return session

        monkeypatch.setattr(ImapSession, "connect", classmethod(patient))


class Seen:
    """Every status the engine published since this was made, in order."""

    def __init__(self, client: Client) -> None:
        self.statuses: list[EngineStatus] = []
        self._client = client
        client.engine.subscribe(lambda: self.statuses.append(client.status))

    @property
    def words(self) -> set[Connectivity]:
        """The words for how it stood, without those that pass on the way to a connection."""
        return {status.connectivity for status in self.statuses} - {
            Connectivity.CONNECTING,
            Connectivity.ONLINE,
        }


def wait_for_idle(sandbox: Sandbox, condition: Callable[[], object] = lambda: True) -> None:
    """Wait until one connection idles, and no more than one, and `condition` holds."""
    wait_until(lambda: sandbox.imap_server.idling == 1 and condition(), 30.0, "IDLE")


@contextmanager
def idles_anew(sandbox: Sandbox) -> Iterator[None]:
    """End a session inside; wait until another one idles in its place.

    Counted by what the server was told: the moment without IDLE may be shorter than a look.
    """
    before = sandbox.imap_server.commands().count("IDLE")
    yield
    wait_for_idle(sandbox, lambda: sandbox.imap_server.commands().count("IDLE") > before)
