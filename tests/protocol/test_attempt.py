"""A connection that is being made is given up at once: after a sleep, and at the end.

The limits of these waits are far below the timeouts of the connection.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Generator, Iterator
from concurrent.futures import Future
from contextlib import ExitStack
from typing import cast

import pytest

from tests.waiting import wait_until
from tuimail.auth.provider import TokenProvider
from tuimail.errors import ConnectionLost
from tuimail.imap.connection import ImapConnection
from tuimail.imap.jobs import Priority, Step, StepDone
from tuimail.imap.session import ImapSession, Timeouts
from tuimail.model.account import Account, AccountId, Endpoint, Token
from tuimail.model.secret import Secret
from tuimail.sync.opening import SessionOpener

_SOON = 20.0
_NEVER = 600.0


class Tokens:
    """Gives a token, or lets everybody wait for one."""

    def __init__(self, *, is_silent: bool) -> None:
        self.asked = 0
        self._is_silent = is_silent

    def get(self, *, force_refresh: bool = False) -> Future[Token]:
        self.asked += 1
        future: Future[Token] = Future()
        if not self._is_silent:
            future.set_result(Token(Secret("token"), 2**31, "me@fabrikam.example"))
        return future


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Takes one connection into its queue, and says nothing."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        sock.listen(0)
        yield sock


def connect(tokens: Tokens, port: int) -> tuple[ImapConnection, Future[None]]:
    endpoint = Endpoint("127.0.0.1", port)
    account = Account(
        id=AccountId(1),
        name="work",
        address="me@fabrikam.example",
        username="me@fabrikam.example",
        client_id="",
        authority="",
        known_authority=True,
        scopes=(),
        imap=endpoint,
        smtp=endpoint,
    )
    opener = SessionOpener(account, cast("TokenProvider", tokens), Timeouts(_NEVER, _NEVER))
    connection = ImapConnection("imap-test", opener, interrupt=opener.interrupt)
    return connection, connection.run(nothing, Priority.FOCUS, label="test")


def nothing(_session: ImapSession) -> Generator[Step, None, None]:
    yield StepDone()


def cut(connection: ImapConnection) -> None:
    connection.cut()


def close(connection: ImapConnection) -> None:
    connection.close(_NEVER)


ends = pytest.mark.parametrize("end", [cut, close])
End = Callable[[ImapConnection], None]


@ends
def test_a_server_that_says_nothing_is_given_up(listener: socket.socket, end: End) -> None:
    """Mutation: `hold` without the TLS socket waits for the handshake for ever."""
    connection, future = connect(Tokens(is_silent=False), listener.getsockname()[1])
    peer, _ = listener.accept()
    with peer:
        assert peer.recv(1)  # the handshake has begun
        end(connection)
        with pytest.raises(ConnectionLost):
            future.result(_SOON)
    connection.close(_SOON)


@ends
def test_a_server_that_does_not_answer_is_given_up(listener: socket.socket, end: End) -> None:
    """Mutation: `socket.create_connection`, whose socket nobody else knows."""
    with ExitStack() as stack:
        for _ in range(4):  # until the listener's queue is full and drops what comes
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        tokens = Tokens(is_silent=False)
        connection, future = connect(tokens, listener.getsockname()[1])
        wait_until(lambda: tokens.asked, _SOON, "the attempt")
        end(connection)
        with pytest.raises(ConnectionLost):
            future.result(_SOON)
    connection.close(_SOON)


@ends
def test_a_token_that_does_not_come_is_given_up(end: End) -> None:
    """Mutation: `result(seconds)` in `Attempt.wait`."""
    tokens = Tokens(is_silent=True)
    connection, future = connect(tokens, 1)
    wait_until(lambda: tokens.asked, _SOON, "the question")
    end(connection)
    with pytest.raises(ConnectionLost):
        future.result(_SOON)
    connection.close(_SOON)


def test_the_next_attempt_is_a_new_one(listener: socket.socket) -> None:
    connection, future = connect(Tokens(is_silent=False), listener.getsockname()[1])
    first, _ = listener.accept()
    with first:
        assert first.recv(1)
        connection.cut()
        with pytest.raises(ConnectionLost):
            future.result(_SOON)
    again = connection.run(nothing, Priority.FOCUS, label="test")
    second, _ = listener.accept()
    with second:
        assert second.recv(1)
        assert not again.done()
        connection.close(_NEVER)
    assert isinstance(again.exception(_SOON), ConnectionLost)
