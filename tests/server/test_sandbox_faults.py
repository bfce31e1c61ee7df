"""What can be made to go wrong with the sandbox's IMAP, and that the rest goes on."""

from __future__ import annotations

import imaplib
import socket
from collections.abc import Sequence

import pytest

from tests.server.raw_imap import RawImap
from tests.server.sandbox_fixture import signed_in, tls_context
from tests.waiting import wait_until
from tuimail.sandbox.imap_connection import ImapConnection
from tuimail.sandbox.imap_syntax import Argument, HangUp
from tuimail.sandbox.sandbox import Sandbox

ANNA = "anna@contoso.example"
BEN = "ben@contoso.example"


def connected(sandbox: Sandbox, user: str = ANNA) -> RawImap:
    client = RawImap(sandbox)
    client.sign_in(user, sandbox.entra.mint(user))
    return client


def test_throttling_hits_the_next_commands_of_one_user(fresh_sandbox: Sandbox) -> None:
    server = fresh_sandbox.imap_server
    with connected(fresh_sandbox) as anna, connected(fresh_sandbox, BEN) as ben:
        server.throttle(92415, commands=2, address=ANNA)
        throttled = b"T BAD Request is throttled. Suggested Backoff Time: 92415 milliseconds"
        assert anna.command(b"NOOP") == [throttled]
        assert ben.command(b"NOOP") == [b"T OK NOOP completed."]
        assert anna.command(b"NOOP") == [throttled]
        assert anna.command(b"NOOP") == [b"T OK NOOP completed."]
        assert server.faults == []


def test_a_fault_may_answer_write_or_hang_up(fresh_sandbox: Sandbox) -> None:
    def fault(
        connection: ImapConnection, _tag: bytes, command: str, _arguments: Sequence[Argument]
    ) -> bytes | None:
        if command == "NAMESPACE":
            connection.put(b"Server Unavailable. 15")
            return b"NO Server Unavailable. 15"
        if command == "LIST":
            raise HangUp
        return None

    fresh_sandbox.imap_server.faults.append(fault)
    with connected(fresh_sandbox) as client:
        assert client.command(b"NAMESPACE") == [
            b"Server Unavailable. 15",
            b"T NO Server Unavailable. 15",
        ]
        assert client.command(b"NOOP") == [b"T OK NOOP completed."]
        assert client.command(b'LIST "" "*"') == []


def test_one_command_can_be_made_to_fail(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.imap_server.fail_next(b"NO Server Unavailable. 15", command="SELECT")
    with connected(fresh_sandbox) as client:
        assert client.command(b"NOOP") == [b"T OK NOOP completed."]
        assert client.command(b"SELECT INBOX") == [b"T NO Server Unavailable. 15"]
        assert client.command(b"SELECT INBOX")[-1].startswith(b"T OK")


def test_an_address_can_be_authenticated_but_not_connected(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.imap_server.not_connected.add(ANNA)
    with connected(fresh_sandbox) as client:
        assert client.command(b"NAMESPACE") == [b"T BAD User is authenticated but not connected."]


def test_too_many_connections_are_not_connected(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.imap_server.connections_per_user = 1
    with connected(fresh_sandbox) as first, connected(fresh_sandbox) as second:
        assert first.command(b"NOOP") == [b"T OK NOOP completed."]
        assert second.command(b"NOOP") == [b"T BAD User is authenticated but not connected."]


def test_ten_errors_end_the_connection(fresh_sandbox: Sandbox) -> None:
    with connected(fresh_sandbox) as client:
        for _ in range(9):
            assert client.command(b"NONSENSE") == [b"T BAD Command Argument Error. 12"]
        client.command(b"NONSENSE")
        assert client.line() == b"* BYE Connection closed. 14"


def test_kill_ends_connections_and_lets_new_ones_in(fresh_sandbox: Sandbox) -> None:
    with connected(fresh_sandbox) as client:
        fresh_sandbox.imap_server.kill_connections()
        assert ended(client)
    with connected(fresh_sandbox) as client:
        assert client.command(b"NOOP") == [b"T OK NOOP completed."]


def test_say_goodbye_sends_a_last_line(fresh_sandbox: Sandbox) -> None:
    with connected(fresh_sandbox) as client:
        fresh_sandbox.imap_server.say_goodbye()
        assert client.line() == b"* BYE Connection is closed. 13"
        assert client.line() == b""


def test_pushes_can_stop_while_idle_stays_open(fresh_sandbox: Sandbox) -> None:
    server = fresh_sandbox.imap_server
    inbox = fresh_sandbox.mailbox(ANNA).folder("INBOX")
    with connected(fresh_sandbox) as client:
        client.command(b"SELECT INBOX")
        server.pushes_stopped = True
        client.send(b"X IDLE\r\n")
        assert client.line().startswith(b"+ ")
        inbox.append(b"Subject: 1\r\n\r\n")
        client.send(b"DONE\r\n")
        assert client.lines_until(b"X ") == [
            b"* 1 EXISTS",
            b"* 0 RECENT",
            b"X OK IDLE completed.",
        ]


def test_capabilities_can_be_hidden(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.imap_server.hidden_capabilities |= {"MOVE", "SASL-IR"}
    with RawImap(fresh_sandbox) as client:
        capabilities = client.command(b"CAPABILITY")[0].split()
    assert not {b"MOVE", b"SASL-IR"} & set(capabilities)
    assert b"UIDPLUS" in capabilities


def test_cut_refuses_and_restore_listens_on_the_same_port(fresh_sandbox: Sandbox) -> None:
    ports = (fresh_sandbox.imap, fresh_sandbox.smtp)
    with connected(fresh_sandbox) as client:
        fresh_sandbox.cut()
        assert ended(client)
    for host, port in ports:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection((host, port), timeout=30)
    fresh_sandbox.restore()
    assert (fresh_sandbox.imap, fresh_sandbox.smtp) == ports
    with signed_in(fresh_sandbox) as plain:
        assert plain.noop()[0] == "OK"


def test_while_nobody_listens_no_other_program_is_given_the_ports(fresh_sandbox: Sandbox) -> None:
    """Red without `hold` in `pause` of any of the servers: then `restore` may find one taken."""
    sign_in = int(fresh_sandbox.entra.base.rpartition(":")[2])
    fresh_sandbox.cut(sign_in=True)
    for port in (fresh_sandbox.imap[1], fresh_sandbox.smtp[1], fresh_sandbox.mx[1], sign_in):
        with socket.socket() as other, pytest.raises(OSError, match="in use"):
            other.bind(("127.0.0.1", port))
    fresh_sandbox.restore()
    with signed_in(fresh_sandbox) as plain:
        assert plain.noop()[0] == "OK"


def test_what_was_connecting_when_the_network_was_cut_does_not_arrive(
    fresh_sandbox: Sandbox,
) -> None:
    """Red without the look at `_server` in `ImapServer._serve`."""
    with socket.create_connection(fresh_sandbox.imap, timeout=30) as plain:
        with connected(fresh_sandbox):
            pass  # accepted behind the first, which has not begun with TLS
        fresh_sandbox.cut()
        assert greeting(plain, fresh_sandbox) == b""


def greeting(plain: socket.socket, sandbox: Sandbox) -> bytes:
    """What a server says over TLS at first; nothing when it ends the connection."""
    try:
        with tls_context(sandbox).wrap_socket(plain, server_hostname="localhost") as client:
            return client.recv(100)
    except OSError:
        return b""


def test_latency_delays_without_blocking_the_others(fresh_sandbox: Sandbox) -> None:
    with connected(fresh_sandbox) as slow, connected(fresh_sandbox, BEN) as quick:
        fresh_sandbox.imap_server.latency = 30.0
        before = len(fresh_sandbox.imap_server.log)
        slow.send(b"X NOOP\r\n")
        wait_until(lambda: fresh_sandbox.imap_server.delayed == 1)
        assert len(fresh_sandbox.imap_server.log) == before
        fresh_sandbox.imap_server.latency = 0.0
        assert quick.command(b"NOOP") == [b"T OK NOOP completed."]


def test_stop_leaves_nothing_behind(tmp_path_factory: pytest.TempPathFactory) -> None:
    sandbox = Sandbox(tmp_path_factory.mktemp("sandbox")).start()
    with connected(sandbox) as client:
        client.send(b"X IDLE\r\n")
        client.line()
        sandbox.stop()
        assert ended(client)
        sandbox.stop()
    with pytest.raises(OSError, match=r"refused|Errno"):
        imaplib.IMAP4_SSL(*sandbox.imap)


def ended(client: RawImap) -> bool:
    """True when the server has closed the connection, politely or not."""
    try:
        return client.line() == b""
    except OSError:
        return True
