"""Every switch of the sandbox's IMAP, with the octets it puts on the wire."""

from __future__ import annotations

import base64
import json
from dataclasses import fields

import pytest

from tests.server.raw_imap import RawImap
from tests.server.sandbox_fixture import xoauth2
from tests.waiting import wait_until
from tuimail.sandbox.imap_switches import AuthenticateFailure, ImapSwitches, threefold
from tuimail.sandbox.sandbox import Sandbox

ANNA = "anna@contoso.example"
NOT_CONNECTED = b"T BAD User is authenticated but not connected."
UNAVAILABLE = b"Server Unavailable. 15"
TEN_HOURS_A_SECOND = 36_000.0
A_QUARTER_OF_AN_HOUR_A_SECOND = 900.0
"""Two seconds are half an hour: time enough for a slow machine to say the next command."""
LETTER = b"Message-ID: <%d@x.example>\r\nSubject: %d\r\n\r\nText\r\n"


def connected(sandbox: Sandbox) -> RawImap:
    client = RawImap(sandbox)
    client.sign_in(ANNA, sandbox.entra.mint(ANNA))
    return client


def with_mail(sandbox: Sandbox, count: int = 3) -> RawImap:
    inbox = sandbox.mailbox(ANNA).folder("INBOX")
    for number in range(1, count + 1):
        inbox.append(LETTER % (number, number))
    client = connected(sandbox)
    client.command(b"SELECT INBOX")
    return client


def test_clearing_sets_every_switch_back(fresh_sandbox: Sandbox) -> None:
    server = fresh_sandbox.imap_server
    for each in fields(ImapSwitches):
        setattr(server, each.name, None)
    server.clear_faults()
    fresh = ImapSwitches()
    for each in fields(ImapSwitches):
        assert getattr(server, each.name) == getattr(fresh, each.name), each.name
        assert each.name in (ImapSwitches.__doc__ or ""), each.name


def test_the_greeting_holds_the_proxys_name(fresh_sandbox: Sandbox) -> None:
    for generation in ("classic", "2026"):
        fresh_sandbox.imap_server.generation = generation
        with RawImap(fresh_sandbox) as client:
            name = client.greeting.rpartition(b"[")[2].removesuffix(b"]")
            assert base64.b64decode(name).decode("utf-16-le").endswith(".EXCHANGELABS.COM")


def test_rev2_is_advertised_and_costs_lsub(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.imap_server.rev2 = "advertise"
    with connected(fresh_sandbox) as client:
        assert client.command(b"CAPABILITY")[0] == (
            b"* CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID "
            b"UNSELECT ENABLE IMAP4rev2 CLIENTACCESSRULES CLIENTNETWORKPRESENCELOCATION "
            b"BACKENDAUTHENTICATE BACKENDAUTHENTICATE-IR CHILDREN IDLE NAMESPACE LITERAL+"
        )
        assert client.command(b"ENABLE IMAP4rev2") == [
            b"* ENABLED IMAP4rev2",
            b"T OK ENABLE completed.",
        ]
        assert client.command(b'LSUB "" "*"') == [b"T BAD Command Argument Error. 12"]
        returned = client.command(b'LIST "" "*" RETURN (SPECIAL-USE)')
        assert returned == [b"T BAD Command Argument Error. 12"]
        assert len(client.command(b'LIST "" "*"')) == 14


def test_after_lsub_the_server_bug_stops_list(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.imap_server.rev2 = "server-bug"
    with connected(fresh_sandbox) as client:
        client.command(b'LSUB "" "*"')
        assert client.command(b'LIST "" "*"') == [b"T NO [SERVERBUG] Internal server error"]


def test_enable_is_unknown_without_rev2(fresh_sandbox: Sandbox) -> None:
    with connected(fresh_sandbox) as client:
        assert client.command(b"ENABLE IMAP4rev2") == [b"T BAD Command Argument Error. 12"]


def test_login_is_disabled_or_blocked(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.imap_server.login = "disabled"
    with RawImap(fresh_sandbox) as client:
        offered = client.command(b"CAPABILITY")[0].split()
        assert b"LOGINDISABLED" in offered
        assert b"AUTH=PLAIN" not in offered
        assert client.command(b"LOGIN anna secret") == [b"T NO LOGIN failed."]
    fresh_sandbox.imap_server.login = "blocked"
    with RawImap(fresh_sandbox) as client:
        (answer,) = client.command(b"LOGIN anna secret")
        assert answer.startswith(b'T NO [Error="AuthFailed:LogonDenied-BasicAuthBlocked-<Request')
        assert answer.endswith(b'<AS:BasicAuthBlocked>"] LOGIN failed.')


@pytest.mark.parametrize(
    ("kind", "start", "end"),
    [
        ("no", b"T NO AUTHENTICATE", b" failed."),
        ("no_with_error_code", b'T NO [Error="AuthFailed:', b'>"] AUTHENTICATE failed.'),
    ],
)
def test_authenticate_fails(
    fresh_sandbox: Sandbox, kind: AuthenticateFailure, start: bytes, end: bytes
) -> None:
    fresh_sandbox.imap_server.authenticate_fails[ANNA] = kind
    with RawImap(fresh_sandbox) as client:
        (answer,) = client.sign_in(ANNA, fresh_sandbox.entra.mint(ANNA))
        assert answer.startswith(start)
        assert answer.endswith(end)


@pytest.mark.parametrize(
    ("kind", "answer"),
    [
        ("ok_with_error_code", b'[Error="UserDisabled" AuthResult=27] AUTHENTICATE completed.'),
        ("authed_not_connected", b"AUTHENTICATE completed."),
    ],
)
def test_authenticate_succeeds_and_nothing_after_it(
    fresh_sandbox: Sandbox, kind: AuthenticateFailure, answer: bytes
) -> None:
    fresh_sandbox.imap_server.authenticate_fails["*"] = kind
    with connected(fresh_sandbox) as client:
        assert client.command(b"SELECT INBOX") == [NOT_CONNECTED]
        client.send(b"T NAMESPACE\r\n")
        assert client.lines_until(b"*") == [NOT_CONNECTED, b"* BYE Connection closed. 14"]
        assert client.line() == b""
    with RawImap(fresh_sandbox) as client:
        assert client.sign_in(ANNA, fresh_sandbox.entra.mint(ANNA)) == [b"T OK " + answer]


def test_a_challenge_says_why_before_the_refusal(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.imap_server.authenticate_fails[ANNA] = "challenge"
    token = fresh_sandbox.entra.mint(ANNA)
    with RawImap(fresh_sandbox) as client:
        encoded = base64.b64encode(xoauth2(ANNA, token))
        client.send(b"X AUTHENTICATE XOAUTH2 " + encoded + b"\r\n")
        challenge = client.line()
        assert json.loads(base64.b64decode(challenge.removeprefix(b"+ ")))["status"] == "400"
        client.send(b"\r\n")
        assert client.line() == b"X NO AUTHENTICATE failed."


def test_the_continuation_may_lack_its_blank(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.imap_server.bare_continuation = True
    with RawImap(fresh_sandbox) as client:
        client.send(b"X AUTHENTICATE XOAUTH2\r\n")
        assert client.line() == b"+"
        client.send(base64.b64encode(xoauth2(ANNA, fresh_sandbox.entra.mint(ANNA))) + b"\r\n")
        assert client.line() == b"X OK AUTHENTICATE completed."


def test_the_error_counter_can_be_short(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.imap_server.most_errors = 2
    with connected(fresh_sandbox) as client:
        client.command(b"NONSENSE")
        client.send(b"T NONSENSE\r\n")
        assert client.lines_until(b"*") == [
            b"T BAD Command Argument Error. 12",
            b"* BYE Connection closed. 14",
        ]


def test_a_quiet_session_is_closed_after_half_an_hour(fresh_sandbox: Sandbox) -> None:
    with connected(fresh_sandbox) as quiet, connected(fresh_sandbox) as idling:
        fresh_sandbox.imap_server.clock_speed = A_QUARTER_OF_AN_HOUR_A_SECOND
        # A wait that had begun keeps its end; the one after a command is a new one.
        quiet.command(b"NOOP")
        idling.send(b"X IDLE\r\n")
        assert quiet.line() == b"* BYE Connection is closed. 13"
        assert quiet.line() == b""
        assert idling.lines_until(b"* BYE") == [
            b"+ IDLE accepted, awaiting DONE command.",
            b"* BYE Connection is closed. 13",
        ]


def test_a_client_that_never_signs_in_is_closed_sooner(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.imap_server.clock_speed = TEN_HOURS_A_SECOND
    fresh_sandbox.imap_server.idle_timeout = float("inf")
    with RawImap(fresh_sandbox) as client:
        assert client.line() == b"* BYE Connection is closed. 13"


def test_pushes_stop_after_some_time_of_idle(fresh_sandbox: Sandbox) -> None:
    server = fresh_sandbox.imap_server
    inbox = fresh_sandbox.mailbox(ANNA).folder("INBOX")
    server.pushes_stop_after = 600.0
    with with_mail(fresh_sandbox) as client:
        client.send(b"X IDLE\r\n")
        client.line()
        inbox.append(LETTER % (4, 4))
        assert [client.line(), client.line()] == [b"* 4 EXISTS", b"* 0 RECENT"]
        server.pushes_stop_after = 0.0
        inbox.append(LETTER % (5, 5))
        client.send(b"DONE\r\n")
        assert client.lines_until(b"X") == [
            b"* 5 EXISTS",
            b"* 0 RECENT",
            b"X OK IDLE completed.",
        ]


@pytest.mark.parametrize("idle", [False, True])
def test_an_expired_session_may_end_without_a_word(fresh_sandbox: Sandbox, idle: bool) -> None:
    fresh_sandbox.imap_server.expiry = "eof"
    with connected(fresh_sandbox) as client:
        if idle:
            client.send(b"X IDLE\r\n")
            client.line()
            wait_until(lambda: fresh_sandbox.imap_server.idling == 1)
        fresh_sandbox.imap_server.expire_sessions(ANNA)
        if not idle:
            client.send(b"X NOOP\r\n")
        assert client.line() == b""


@pytest.mark.parametrize("idle", [False, True])
def test_an_expired_session_may_fall_silent(fresh_sandbox: Sandbox, idle: bool) -> None:
    server = fresh_sandbox.imap_server
    server.expiry = "silence"
    with connected(fresh_sandbox) as client:
        if idle:
            client.send(b"X IDLE\r\n")
            client.line()
            wait_until(lambda: server.idling == 1)
        server.expire_sessions(ANNA)
        client.send(b"X NOOP\r\n" * 3)
        wait_until(lambda: server.idling == 0)
        assert len(server.connections) == 1
        server.kill_connections()
        assert client.ended()


def test_throttling_has_other_forms(fresh_sandbox: Sandbox) -> None:
    with connected(fresh_sandbox) as client:
        fresh_sandbox.imap_server.throttle(178755, status="NO", unit=False)
        assert client.command(b"NOOP") == [
            b"T NO Request is throttled. Suggested Backoff Time: 178755"
        ]


def test_the_mailbox_server_may_be_away(fresh_sandbox: Sandbox) -> None:
    with connected(fresh_sandbox) as client:
        fresh_sandbox.imap_server.server_unavailable()
        assert client.command(b"NOOP") == [b"T NO " + UNAVAILABLE]
        assert client.command(b"NOOP") == [b"T OK NOOP completed."]
        fresh_sandbox.imap_server.server_unavailable(tagged=False)
        assert client.command(b"NOOP") == [UNAVAILABLE]
        assert client.line() == b""


def test_rows_may_be_missing_from_a_fetch(fresh_sandbox: Sandbox) -> None:
    no_longer = b"T NO [*] Some of the requested messages no longer exist."
    with with_mail(fresh_sandbox) as client:
        fresh_sandbox.imap_server.unreadable.add(2)
        assert client.command(b"UID FETCH 1:* (FLAGS)") == [
            b"* 1 FETCH (FLAGS () UID 1)",
            b"* 3 FETCH (FLAGS () UID 3)",
            no_longer,
        ]
        fresh_sandbox.imap_server.unreadable = {"<3@x.example>"}
        assert client.command(b"FETCH 2:3 (UID)") == [b"* 2 FETCH (UID 2)", no_longer]
        fresh_sandbox.imap_server.clear_faults()
        assert client.command(b"FETCH 2:3 (UID)")[-1] == b"T OK FETCH completed."


def test_the_size_may_be_threefold(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.imap_server.estimate_size = threefold
    with with_mail(fresh_sandbox) as client:
        size = 3 * len(LETTER % (1, 1))
        assert client.command(b"FETCH 1 (RFC822.SIZE)")[0] == (b"* 1 FETCH (RFC822.SIZE %d)" % size)


def test_the_sixteenth_connection_is_the_last(fresh_sandbox: Sandbox) -> None:
    clients = [connected(fresh_sandbox) for _ in range(17)]
    try:
        answers = [client.command(b"NOOP")[0] for client in clients]
        assert answers == [b"T OK NOOP completed."] * 16 + [NOT_CONNECTED]
    finally:
        for client in clients:
            client.__exit__(None, None, None)
