"""Every event of a connection's life on Exchange Online, and what the engine makes of it.

The table in docs/sessions.md names these tests; the sandbox says the words as they were recorded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest

from tests.server.client import Client, mail
from tests.server.hasty import HASTY, IMPATIENT, Seen, hasty_client, idles_anew, wait_for_idle
from tests.waiting import wait_until
from tuimail.model.folder import FolderRole
from tuimail.model.status import Connectivity, EngineStatus
from tuimail.sandbox.imap_syntax import CLOSED_13, CLOSED_14
from tuimail.sandbox.sandbox import Sandbox


@pytest.fixture
def sandbox(fresh_sandbox: Sandbox) -> Sandbox:
    inbox = fresh_sandbox.mailbox(fresh_sandbox.accounts[0]).folder("INBOX")
    for number in (1, 2, 3):
        inbox.append(mail(f"Message {number}"))
    return fresh_sandbox


@pytest.fixture
def waiting_client(sandbox: Sandbox, tmp_path: Path) -> Iterator[Client]:
    """Signed in, not started."""
    with hasty_client(sandbox, tmp_path) as client:
        yield client


@pytest.fixture
def client(waiting_client: Client, sandbox: Sandbox) -> Client:
    """Online and idling, with everything fetched."""
    begin(waiting_client, sandbox)
    return waiting_client


def begin(client: Client, sandbox: Sandbox) -> None:
    client.start()
    client.row("Message 3")
    wait_for_idle(sandbox)


def arrives(client: Client, sandbox: Sandbox, subject: str) -> None:
    sandbox.deliver(mail(subject), [client.account.address])
    client.row(subject)


# -- the end of a session ----------------------------------------------------------------------


@pytest.mark.parametrize("how", ["bye", "eof"])
def test_an_expired_token_in_idle_is_not_an_event(
    client: Client, sandbox: Sandbox, how: Literal["bye", "eof"]
) -> None:
    """`BYE Session invalidated - AccessTokenExpired`, or EOF alone.

    Mutation that turns it red: `if passes and False` in `Mailbox._pause`.
    """
    sandbox.imap_server.expiry = how
    seen = Seen(client)
    with idles_anew(sandbox):
        sandbox.imap_server.expire_sessions()
    arrives(client, sandbox, "After the hour")
    assert seen.words == set()


@pytest.mark.parametrize("how", ["bye", "eof"])
def test_an_expired_token_at_a_command_is_not_an_event(
    client: Client, sandbox: Sandbox, how: Literal["bye", "eof"]
) -> None:
    sandbox.imap_server.expiry = how
    seen = Seen(client)
    sandbox.imap_server.expire_sessions()
    client.engine.focus(client.folder(FolderRole.SENT).id)
    wait_until(lambda: client.folder(FolderRole.SENT).state.checked_at, 30.0, "the folder")
    assert seen.words == set()


def test_an_expired_token_that_is_answered_with_silence_is_noticed(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with hasty_client(sandbox, tmp_path, IMPATIENT) as client:
        begin(client, sandbox)
        sandbox.imap_server.expiry = "silence"
        sandbox.imap_server.expire_sessions()
        arrives(client, sandbox, "After the silence")


@pytest.mark.parametrize("line", [CLOSED_13, CLOSED_14])
def test_a_connection_that_is_closed_with_a_number_is_made_again(
    client: Client, sandbox: Sandbox, line: bytes
) -> None:
    """`BYE Connection is closed. 13` after idling, `BYE Connection closed. 14` after errors."""
    seen = Seen(client)
    with idles_anew(sandbox):
        sandbox.imap_server.say_goodbye(line)
    arrives(client, sandbox, "After the goodbye")
    assert seen.words == set()


def test_too_many_errors_end_the_session_and_nothing_else(client: Client, sandbox: Sandbox) -> None:
    """BAD again and again, then `BYE Connection closed. 14`."""
    sandbox.imap_server.most_errors = 1
    sandbox.imap_server.fail_next(b"BAD Command Error. 10", commands=3)
    seen = Seen(client)
    arrives(client, sandbox, "After the errors")
    assert Connectivity.SIGN_IN_REQUIRED not in seen.words


def test_a_wrong_state_is_left_by_connecting_again(client: Client, sandbox: Sandbox) -> None:
    """`BAD Command received in Invalid state.`"""
    sandbox.imap_server.fail_next(b"BAD Command received in Invalid state.", commands=2)
    arrives(client, sandbox, "After the wrong state")


@pytest.mark.parametrize("tagged", [True, False])
def test_a_busy_mailbox_server_is_waited_for(
    client: Client, sandbox: Sandbox, tagged: bool
) -> None:
    """`NO Server Unavailable. 15`, also as a line without a tag."""
    seen = Seen(client)
    sandbox.imap_server.server_unavailable(commands=2, tagged=tagged)
    arrives(client, sandbox, "After the outage")
    assert Connectivity.SIGN_IN_REQUIRED not in seen.words


def test_pushes_that_stop_are_made_up_for_by_looking(client: Client, sandbox: Sandbox) -> None:
    """Mutation that turns it red: a poll of an hour."""
    sandbox.imap_server.pushes_stopped = True
    arrives(client, sandbox, "Not announced")


def test_idle_is_renewed_in_time(sandbox: Sandbox, tmp_path: Path) -> None:
    """Pushes stop about ten minutes into one IDLE; another begins before that."""
    with hasty_client(sandbox, tmp_path, replace(HASTY, idle=0.5)) as client:
        client.start()
        wait_until(lambda: sandbox.imap_server.commands().count("IDLE") >= 4, 30.0, "IDLE again")
        assert sandbox.imap_server.commands().count("AUTHENTICATE") <= 4  # on the same connection


# -- throttled ---------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["BAD", "NO"])
@pytest.mark.parametrize("unit", [True, False])
def test_throttling_is_waited_for_to_the_second(
    client: Client, sandbox: Sandbox, status: Literal["BAD", "NO"], unit: bool
) -> None:
    """`Request is throttled. Suggested Backoff Time: N`: nothing is sent before that is over.

    Mutation that turns it red: `wait_until_due(self._retry, next_attempt)` instead of
    `_wait_out`, because the user who is back ends the pause then.
    """
    # The watching connection would take the refusal otherwise while it begins to idle.
    wait_until(lambda: sandbox.imap_server.idling == 1, 30.0, "the connection that idles")
    seen = Seen(client)
    sandbox.imap_server.throttle(3000, status=status, unit=unit)
    client.engine.focus(client.folder(FolderRole.SENT).id)
    standing = client.wait_for(Connectivity.THROTTLED)
    assert standing.next_attempt is not None
    wait_until(lambda: sandbox.imap_server.idling == 0, 30.0, "the pause of both connections")
    before = len(sandbox.imap_server.commands())
    client.engine.attend()
    client.engine.reconnect(client.account.id)
    client.wait_for(Connectivity.ONLINE)
    assert datetime.now(UTC) >= standing.next_attempt
    assert "AUTHENTICATE" not in sandbox.imap_server.commands()[before : before + 1]
    assert seen.words == {Connectivity.THROTTLED}


# -- authenticated but not connected -----------------------------------------------------------


def closed(client: Client) -> EngineStatus:
    client.engine.start()
    status = client.wait_for(Connectivity.OFFLINE)
    assert status.problem is not None
    return status


def test_a_closed_mailbox_is_waited_for_and_explained(
    waiting_client: Client, sandbox: Sandbox
) -> None:
    """Mutation that turns it red: `return wait` at the end of `backoff.after`."""
    client = waiting_client
    sandbox.imap_server.not_connected.add("*")
    status = closed(client)
    assert status.problem is not None
    assert status.problem.short == "The server let us in, but does not open the mailbox."
    assert "too many connections" in status.problem.you_can
    assert "licence" in status.problem.you_can
    assert "username" in status.problem.you_can
    assert status.next_attempt is not None
    assert (status.next_attempt - datetime.now(UTC)).total_seconds() > 50
    assert sandbox.imap_server.commands().count("AUTHENTICATE") == 1
    sandbox.imap_server.not_connected.clear()
    client.engine.reconnect(client.account.id)
    client.wait_for(Connectivity.ONLINE)


def test_imap_that_is_switched_off_is_named(waiting_client: Client, sandbox: Sandbox) -> None:
    """`OK [Error="UserDisabled" AuthResult=27]`, then BAD for every command."""
    sandbox.imap_server.authenticate_fails["*"] = "ok_with_error_code"
    problem = closed(waiting_client).problem
    assert problem is not None
    assert "switched off" in problem.short
    assert "-ImapEnabled $true" in problem.command


def test_bad_after_ok_authenticate_is_a_closed_mailbox(
    waiting_client: Client, sandbox: Sandbox
) -> None:
    """Whatever the words of the BAD are; mutation: no `except CommandInvalid` in the probe."""
    sandbox.imap_server.fail_next(b"BAD Command received in Invalid state.", command="LIST")
    status = closed(waiting_client)
    assert status.problem is not None
    assert "the mailbox stays closed" in status.problem.short
    assert "Invalid state" in status.problem.detail


def test_over_the_connection_limit_the_first_connection_goes_on(
    waiting_client: Client, sandbox: Sandbox
) -> None:
    """The second is "authenticated but not connected": no pushes then, so folders are counted."""
    client = waiting_client
    sandbox.imap_server.connections_per_user = 1
    client.start()
    client.row("Message 3")
    seen = Seen(client)
    arrives(client, sandbox, "Without a second connection")
    assert seen.words == set()


def test_a_listing_that_is_refused_later_leaves_the_tree_as_it_is(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """What a server that was asked for IMAP4rev2 says to every LIST after an LSUB.

    Mutation that turns it red: without `except CommandRejected` in `Survey.take`.
    """
    with hasty_client(sandbox, tmp_path, replace(HASTY, listing=0.3)) as client:
        client.start()
        wait_for_idle(sandbox)
        refused: list[str] = []

        def refuse(_connection: object, _tag: bytes, command: str, _: object) -> bytes | None:
            if command != "LIST":
                return None
            refused.append(command)
            return b"NO [SERVERBUG] Internal server error"

        before = {folder.path for folder in client.store.read.folders(client.account.id)}
        sandbox.imap_server.faults.append(refuse)
        seen = Seen(client)
        wait_until(lambda: len(refused) >= 2, 30.0, "two listings that are refused")
        arrives(client, sandbox, "Meanwhile")
        assert seen.words == set()
        assert {one.path for one in client.store.read.folders(client.account.id)} == before


# -- AUTHENTICATE ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "answer",
    [
        b'NO [Error="ProxyNotAuthenticated" AuthResult=0] AUTHENTICATE failed.',
        b"NO Proxy Not authenticated.",
        b"NO Server Unavailable. 15",
        b"NO [UNAVAILABLE] Temporary authentication failure.",
        b"NO Server is busy. Try again later.",
        b"BAD Command Argument Error. 12",
        b"NO Something nobody has seen before.",
    ],
)
def test_trouble_at_the_sign_in_is_not_a_bad_sign_in(
    waiting_client: Client, sandbox: Sandbox, answer: bytes
) -> None:
    """Mutation that turns it red: `return SignInRequired(…)` for everything in translate.py."""
    client = waiting_client
    sandbox.imap_server.authenticate_answers[client.account.address] = answer
    seen = Seen(client)
    closed(client)
    sandbox.imap_server.authenticate_answers.clear()
    client.wait_for(Connectivity.ONLINE)
    assert Connectivity.SIGN_IN_REQUIRED not in seen.words


@pytest.mark.parametrize("kind", ["no", "challenge", "no_with_error_code"])
def test_a_refused_sign_in_is_the_users_turn(
    waiting_client: Client, sandbox: Sandbox, kind: Literal["no", "challenge", "no_with_error_code"]
) -> None:
    """`NO AUTHENTICATE failed.`, after one token that was asked for anew."""
    client = waiting_client
    sandbox.imap_server.authenticate_fails["*"] = kind
    client.engine.start()
    status = client.wait_for(Connectivity.SIGN_IN_REQUIRED)
    assert status.next_attempt is None
    assert sandbox.imap_server.commands().count("AUTHENTICATE") == 2
    sandbox.imap_server.authenticate_fails.clear()
    client.engine.reconnect(client.account.id)
    client.wait_for(Connectivity.ONLINE)
