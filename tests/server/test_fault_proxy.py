"""Each fault of the proxy is seen by a plain client in front of Dovecot."""

from __future__ import annotations

import imaplib
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any, Final

import pytest

from tests.server.account import DovecotAccount
from tests.server.dovecot import StoredMail
from tests.server.exchange_words import (
    NOT_CONNECTED,
    THROTTLED,
    TOKEN_EXPIRED,
    refuse_mailbox,
    speak_exchange,
)
from tests.server.fault_proxy import FaultProxy
from tests.server.faults import Cut, Faults, Rule, Terminate
from tests.waiting import wait_until

_MAILS: Final = 20
_OCTETS: Final = 10_000
_TEXT: Final = b"From: ben@example.com\r\nSubject: long\r\n\r\n" + b"0123456789abcde\n" * 625

Connect = Callable[..., imaplib.IMAP4]
StartProxy = Callable[..., FaultProxy]


@pytest.fixture
def account(dovecot_account: DovecotAccount) -> DovecotAccount:
    text = _TEXT.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    assert len(text) > _OCTETS
    dovecot_account.fill([StoredMail(text)] * _MAILS)
    return dovecot_account


@pytest.fixture
def start_proxy(account: DovecotAccount, terminate: Terminate) -> Iterator[StartProxy]:
    with ExitStack() as started:

        def start(faults: Faults | None = None, *, text: bool = False) -> FaultProxy:
            proxy = FaultProxy(
                account.imap.port, faults=faults, terminate=terminate if text else None
            )
            return started.enter_context(proxy)

        yield start


@pytest.fixture
def connect(account: DovecotAccount) -> Iterator[Connect]:
    context = ssl.create_default_context(cafile=account.ca_file)
    with ExitStack() as opened:

        def open_client(
            proxy: FaultProxy, *, timeout: float = 30, sign_in: bool = True
        ) -> imaplib.IMAP4:
            client = imaplib.IMAP4_SSL(
                "localhost", proxy.port, ssl_context=context, timeout=timeout
            )
            opened.callback(_release, client)
            if sign_in:
                answer = f"user={account.address}\1auth=Bearer {account.mint()}\1\1".encode()
                client.authenticate("XOAUTH2", lambda _: answer)
            return client

        yield open_client


def _release(client: imaplib.IMAP4) -> None:
    with suppress(OSError):
        client.shutdown()


def _bodies(client: imaplib.IMAP4) -> int:
    # How many octets came.
    _, rows = client.fetch("1:*", "(BODY.PEEK[])")
    return sum(len(row[1]) for row in rows if isinstance(row, tuple))


def _selected(client: imaplib.IMAP4) -> imaplib.IMAP4:
    assert client.select("INBOX", readonly=True) == ("OK", [str(_MAILS).encode()])
    return client


# ── octets ────────────────────────────────────────────────────────────────────────────────────


def test_without_faults_nothing_is_changed(start_proxy: StartProxy, connect: Connect) -> None:
    proxy = start_proxy()
    assert _bodies(_selected(connect(proxy))) > _MAILS * _OCTETS
    assert (proxy.accepted, proxy.open_connections) == (1, 1)


def test_a_round_trip_takes_as_long_as_it_should(start_proxy: StartProxy, connect: Connect) -> None:
    proxy = start_proxy()
    client = connect(proxy)
    proxy.faults.rtt = 0.2
    before = time.monotonic()
    client.noop()
    assert time.monotonic() - before >= 0.2


def test_single_octets_still_make_whole_answers(start_proxy: StartProxy, connect: Connect) -> None:
    proxy = start_proxy()
    client = _selected(connect(proxy))
    proxy.faults.chunk = 1
    _, rows = client.fetch("1", "(BODY.PEEK[])")
    assert any(isinstance(row, tuple) and len(row[1]) > _OCTETS for row in rows)


@pytest.mark.parametrize("cut", Cut)
def test_a_cut_ends_the_connection_in_the_middle(
    start_proxy: StartProxy, connect: Connect, cut: Cut
) -> None:
    proxy = start_proxy()
    client = _selected(connect(proxy))
    proxy.faults.cut = cut
    proxy.faults.cut_after = 40_000
    with pytest.raises((imaplib.IMAP4.abort, OSError)):
        _bodies(client)


def test_a_stall_is_silence_on_an_open_connection(
    start_proxy: StartProxy, connect: Connect
) -> None:
    proxy = start_proxy()
    client = _selected(connect(proxy))
    client.sock.settimeout(0.5)
    proxy.faults.stall_after = 40_000
    with pytest.raises(TimeoutError):
        _bodies(client)
    assert proxy.open_connections == 1


def test_a_flipped_bit_is_caught_by_tls(start_proxy: StartProxy, connect: Connect) -> None:
    proxy = start_proxy()
    client = _selected(connect(proxy))
    proxy.faults.flip = 50_000
    with pytest.raises((ssl.SSLError, imaplib.IMAP4.abort)):
        _bodies(client)


def test_a_refused_connection_is_reset(start_proxy: StartProxy, connect: Connect) -> None:
    proxy = start_proxy(Faults(refuse=True))
    with pytest.raises(OSError, match=r"reset|EOF|closed"):
        connect(proxy)
    proxy.faults.refuse = False
    assert connect(proxy).state == "AUTH"


def test_a_black_hole_never_says_a_word(start_proxy: StartProxy, connect: Connect) -> None:
    proxy = start_proxy(Faults(blackhole=True))
    with pytest.raises(TimeoutError):
        connect(proxy, timeout=0.3)


def test_a_kill_ends_idle_connections(start_proxy: StartProxy, connect: Connect) -> None:
    proxy = start_proxy(Faults(cut=Cut.RST))
    client = connect(proxy)
    proxy.kill()
    wait_until(lambda: proxy.open_connections == 0, describe="the connection to end")
    with pytest.raises((imaplib.IMAP4.abort, OSError)):
        client.noop()


# ── text ──────────────────────────────────────────────────────────────────────────────────────


def test_a_literal_is_cut_inside(start_proxy: StartProxy, connect: Connect) -> None:
    proxy = start_proxy(text=True)
    client = _selected(connect(proxy))
    proxy.faults.literal_cut = 777
    with pytest.raises(imaplib.IMAP4.abort):
        _bodies(client)


def test_a_literal_that_lies_about_its_length_never_ends(
    start_proxy: StartProxy, connect: Connect
) -> None:
    proxy = start_proxy(text=True)
    client = _selected(connect(proxy))
    client.sock.settimeout(0.5)
    proxy.faults.literal_lie = 500
    with pytest.raises((TimeoutError, imaplib.IMAP4.abort)):
        client.fetch("1", "(BODY.PEEK[])")


def test_a_rule_rewrites_a_line(start_proxy: StartProxy, connect: Connect) -> None:
    proxy = start_proxy(text=True)
    client = connect(proxy)
    proxy.faults.rules.append(Rule(re.compile(rb"\d+ EXISTS"), rb"7 EXISTS"))
    assert client.select("INBOX", readonly=True) == ("OK", [b"7"])


def test_a_dropped_line_never_arrives(start_proxy: StartProxy, connect: Connect) -> None:
    proxy = start_proxy(text=True)
    client = connect(proxy)
    proxy.faults.rules.append(Rule(re.compile(rb"UIDVALIDITY"), None))
    client.select("INBOX", readonly=True)
    assert client.response("UIDVALIDITY") == ("UIDVALIDITY", [None])


def test_a_denied_command_is_swallowed_with_its_literals(
    start_proxy: StartProxy, connect: Connect, account: DovecotAccount
) -> None:
    proxy = start_proxy(text=True)
    client = connect(proxy)
    proxy.faults.deny[b"APPEND"] = THROTTLED
    raw = b"From: a@example.com\r\n\r\nx\r\n"
    with pytest.raises(imaplib.IMAP4.error, match="throttled"):
        client.append("INBOX", "", "", raw)
    client.send(b"t1 APPEND INBOX {%d+}\r\n%b\r\n" % (len(raw), raw))
    assert client.readline() == b"t1 " + THROTTLED + b"\r\n"
    proxy.faults.deny.clear()
    _selected(client)


def test_a_literal_the_server_refuses_is_not_waited_for(
    start_proxy: StartProxy, connect: Connect
) -> None:
    proxy = start_proxy(text=True)
    client = connect(proxy)
    assert client.append("Nowhere", "", "", b"From: a@example.com\r\n\r\nx\r\n")[0] == "NO"
    proxy.faults.deny[b"NOOP"] = THROTTLED
    with pytest.raises(imaplib.IMAP4.error, match="throttled"):
        client.noop()
    assert client.append("INBOX", "", "", b"From: a@example.com\r\n\r\nx\r\n")[0] == "OK"


def test_a_user_may_be_authenticated_but_not_connected(
    start_proxy: StartProxy, connect: Connect
) -> None:
    proxy = start_proxy(text=True)
    refuse_mailbox(proxy.faults)
    client = connect(proxy)
    with pytest.raises(imaplib.IMAP4.error, match=re.escape(NOT_CONNECTED.decode()[4:])):
        client.select("INBOX")


def test_an_expired_token_is_said_without_being_asked(
    start_proxy: StartProxy, connect: Connect
) -> None:
    proxy = start_proxy(text=True)
    client = _selected(connect(proxy))
    proxy.inject(TOKEN_EXPIRED)
    assert client.readline() == TOKEN_EXPIRED + b"\r\n"


def test_exchange_refuses_what_dovecot_can_do(start_proxy: StartProxy, connect: Connect) -> None:
    proxy = start_proxy(text=True)
    speak_exchange(proxy.faults)
    client: Any = connect(proxy, sign_in=False)
    assert "CAPABILITY" not in client.welcome.decode()
    assert {"AUTH=XOAUTH2", "LOGINDISABLED"} <= set(client.capabilities)
    assert "AUTH=PLAIN" not in client.capabilities


def test_exchange_says_other_words_to_a_bad_token(
    start_proxy: StartProxy, connect: Connect, account: DovecotAccount
) -> None:
    proxy = start_proxy(text=True)
    speak_exchange(proxy.faults)
    client = connect(proxy, sign_in=False)
    bad = f"user={account.address}\1auth=Bearer {account.mint(ttl=-9)}\1\1".encode()
    with pytest.raises(imaplib.IMAP4.error, match=r"AUTHENTICATE failed\."):
        client.authenticate("XOAUTH2", lambda _: bad)
    good = f"user={account.address}\1auth=Bearer {account.mint()}\1\1".encode()
    assert "AUTHENTICATE completed." in str(client.authenticate("XOAUTH2", lambda _: good))
    _selected(client)
    with pytest.raises(imaplib.IMAP4.error, match="Command Error"):
        client.sort("DATE", "UTF-8", "ALL")
    assert client.search("UTF-8", "ALL")[0] == "NO"
    assert client.search(None, "UNSEEN")[0] == "OK"


def test_a_client_that_has_closed_does_not_count_however_late_that_is_noticed() -> None:
    """Guards against counting clients that came one after the other as if at the same time.

    Red without the look at the kernel in `Traffic.client_came`.
    """
    busy = threading.Event()
    with FaultProxy(0, faults=Faults(blackhole=True)) as proxy:
        proxy._runner.loop.call_soon_threadsafe(busy.wait, 30)
        for _ in range(4):
            socket.create_connection(("127.0.0.1", proxy.port)).close()
        with ExitStack() as held:
            for _ in range(2):
                held.enter_context(socket.create_connection(("127.0.0.1", proxy.port)))
            busy.set()
            wait_until(lambda: proxy.accepted == 6, describe="all clients")
            assert proxy.traffic.most_open == 2
