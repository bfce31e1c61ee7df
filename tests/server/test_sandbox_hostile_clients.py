"""Any bytes from a client leave the sandbox as it was: nothing crashes, stays behind or grows."""

from __future__ import annotations

import asyncio
import random
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.server.raw_imap import RawImap
from tests.server.sandbox_fixture import tls_context
from tests.waiting import wait_until
from tuimail.sandbox.imap_reader import CommandReader
from tuimail.sandbox.imap_switches import ImapSwitches
from tuimail.sandbox.imap_syntax import HangUp
from tuimail.sandbox.odd_folders import add_odd_folders, add_placeholders, add_shapes_folder
from tuimail.sandbox.sandbox import Sandbox

ANNA = "anna@contoso.example"
SEED = 20_261_123
ROUNDS = 250
SILENCE = 0.5
"""Seconds after which a server that says nothing is taken to wait for more."""
TOO_BIG = b"NO Maximum size of appendable message has been exceeded"
ERROR_10 = b"BAD Command Error. 10"
ERROR_11 = b"BAD Command Argument Error. 11"
ERROR_12 = b"BAD Command Argument Error. 12"
LISTEN = "0A"
GOODBYE = b"* BYE Connection closed. 14"

# What a fuzzed session is made of: whole commands, and the crumbs that break them.
COMMANDS = [
    b'LIST "" "*"', b"SELECT INBOX", b"EXAMINE Shapes", b"UID FETCH 1:* (FLAGS UID)",
    b"FETCH 1:* (ENVELOPE BODYSTRUCTURE INTERNALDATE RFC822.SIZE)", b"FETCH 1 (BODY[1.2.MIME])",
    b"FETCH 1:* FULL", b"UID FETCH 1 (BODY.PEEK[HEADER.FIELDS (From To)]<0.20>)",
    b'UID SEARCH OR FROM "a" NOT (SUBJECT b SINCE 1-Jan-2020)', b"SEARCH 1:* LARGER 5",
    b'UID SEARCH HEADER Message-ID "<1@x>"', b"UID STORE 1 +FLAGS (\\Seen \\Deleted)",
    b"STORE 1:* FLAGS.SILENT ()", b"UID COPY 1:* Archive", b'UID MOVE 1 "Deleted Items"',
    b"EXPUNGE", b"UID EXPUNGE 1:*", b"CREATE A/B/C", b"RENAME A B", b"DELETE B",
    b"STATUS INBOX (MESSAGES UNSEEN)", b"SUBSCRIBE x", b'LSUB "" "%"', b"NOOP", b"CHECK",
    b"CAPABILITY", b"ID NIL", b"NAMESPACE", b"IDLE\r\nDONE", b"CLOSE", b"UNSELECT",
    b'APPEND Drafts (\\Seen) "01-Jan-2020 00:00:00 +0000" {5+}\r\nhello', b"LOGIN a b",
    b"AUTHENTICATE XOAUTH2 AAAA", b"ENABLE IMAP4rev2",
]  # fmt: skip
CRUMBS = [
    b"(", b")", b'"', b"\\", b"{", b"}", b"[", b"]", b"<", b">", b"*", b"%", b",", b":", b"+",
    b"\r\n", b"\n", b"\r", b"\x00", b"\xff\xfe", "é".encode(), b"NIL", b"UID ", b" ", b"  ",
    b"{3}\r\nabc", b"{0+}\r\n", b"{99999999999}", b"{4294967296+}\r\n", b"4294967296", b"0", b"-1",
    b"9" * 5000, b"NOT " * 300, b"(" * 300, b"OR " * 9, b"1," * 900, b"&AAAA-", b"&2AA-", b"&",
    b"BODY[", b"BODY[9999999999999.1]<1.9>", b"]<99999999999999999999.1>", b"A" * 300,
    b"31-Feb-2020",
]  # fmt: skip


@pytest.fixture
def furnished(fresh_sandbox: Sandbox) -> Iterator[Sandbox]:
    mailbox = fresh_sandbox.mailbox(ANNA)
    add_odd_folders(mailbox)
    add_placeholders(mailbox)
    add_shapes_folder(mailbox)
    for number in range(3):
        mailbox.folder("INBOX").append(b"Message-ID: <%d@x>\r\nSubject: b\r\n\r\nx" % number)
    yield fresh_sandbox
    assert fresh_sandbox.imap_server.defects == []


def connected(sandbox: Sandbox) -> RawImap:
    client = RawImap(sandbox)
    client.sign_in(ANNA, sandbox.entra.mint(ANNA))
    return client


def tasks(sandbox: Sandbox) -> int:
    loop = sandbox._runner.loop
    return sandbox._runner.call(lambda: len(asyncio.all_tasks(loop)))


def mutated(dice: random.Random) -> bytes:
    """A few commands with crumbs put in, pieces taken out, and octets changed."""
    lines = []
    for number in range(dice.randint(1, 6)):
        line = bytearray(b"F%d " % number + dice.choice(COMMANDS))
        for _ in range(dice.choice((0, 0, 1, 1, 2, 4))):
            place = dice.randrange(len(line) + 1)
            match dice.randrange(4):
                case 0 | 1:
                    line[place:place] = dice.choice(CRUMBS)
                case 2:
                    del line[place : place + dice.randint(1, 6)]
                case _:
                    line[place : place + 1] = dice.randbytes(1)
        lines.append(bytes(line) + dice.choice((b"\r\n", b"\r\n", b"\r\n", b"\n", b"")))
    return b"".join(lines)


def throw(sandbox: Sandbox, octets: bytes, *, signed_in: bool) -> None:
    """Send octets and read until the server has closed, or waits for more: for a literal's rest."""
    if signed_in:
        client = connected(sandbox)
        client.command(b"SELECT INBOX")
    else:
        client = RawImap(sandbox)
    with client:
        try:
            client.patience(SILENCE)
            client.send(octets + b"\r\nZ LOGOUT\r\n")
            while client.line():
                pass
        except (OSError, TimeoutError):
            assert sandbox.imap_server.defects == []


@pytest.mark.parametrize("signed_in", [True, False])
def test_mutated_commands_leave_nothing_behind(furnished: Sandbox, signed_in: bool) -> None:
    server = furnished.imap_server
    before = tasks(furnished)
    dice = random.Random(SEED)
    for _ in range(ROUNDS):
        octets = mutated(dice)
        throw(furnished, octets, signed_in=signed_in)
        assert server.defects == [], octets
    wait_until(lambda: not server.connections)
    wait_until(lambda: tasks(furnished) <= before)
    assert not signed_in or len({name for _, name in server.log}) > len(COMMANDS) // 2
    with connected(furnished) as client:
        assert client.command(b"NOOP") == [b"T OK NOOP completed."]


def test_noise_before_and_inside_tls_is_survived(furnished: Sandbox) -> None:
    dice = random.Random(SEED)
    for size in (1, 100, 5000):
        with socket.create_connection(furnished.imap, timeout=30) as plain:
            plain.sendall(dice.randbytes(size))
        throw(furnished, dice.randbytes(size), signed_in=True)
    with connected(furnished) as client:
        assert client.command(b"NOOP") == [b"T OK NOOP completed."]


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(st.one_of(st.sampled_from(COMMANDS + CRUMBS), st.binary(max_size=40)), max_size=8))
def test_the_reader_ends_whatever_it_gets(pieces: list[bytes]) -> None:
    """Every stream is read to its end in commands, refusals and one HangUp."""

    async def read() -> None:
        said: list[bytes] = []

        async def say(line: bytes) -> None:
            said.append(line)

        stream = asyncio.StreamReader(limit=1 << 16)
        stream.feed_data(b" ".join(pieces))
        stream.feed_eof()
        commands = CommandReader(stream, ImapSwitches(), say, lambda: True)
        with pytest.raises(HangUp):
            while True:
                await commands.command()

    asyncio.run(read())


def test_oversized_literals_are_refused(furnished: Sandbox) -> None:
    with connected(furnished) as client:
        assert client.command(b"APPEND Drafts {37748737}") == [b"T " + TOO_BIG]
        assert client.command(b"SELECT {65537}") == [b"T " + ERROR_11]
        furnished.imap_server.largest_append = 10
        assert client.command(b"APPEND Drafts {11}") == [b"T " + TOO_BIG]
        client.send(b"T APPEND Drafts {11+}\r\n")
        assert client.lines_until(GOODBYE) == [b"T " + TOO_BIG, GOODBYE]
        assert client.ended()


def test_a_stranger_may_not_send_messages(furnished: Sandbox) -> None:
    with RawImap(furnished) as client:
        assert client.command(b"APPEND Drafts {65537}") == [b"T " + ERROR_11]
        client.send(b"T LOGIN {99999999999+}\r\n")
        assert client.lines_until(GOODBYE) == [b"T " + ERROR_11, GOODBYE]


def test_oversized_lines_are_refused(furnished: Sandbox) -> None:
    with connected(furnished) as client:
        assert client.command(b"NOOP " + b"x" * 10_300) == [b"T " + ERROR_10]
        assert client.command(b"NOOP") == [b"T OK NOOP completed."]
        long = b"x" * 10_501
        append = b"APPEND Drafts {%d+}\r\n" % len(long)
        assert client.command(append + long) == [b"T " + ERROR_11]
        assert len(furnished.mailbox(ANNA).folder("Drafts")) == 0
        client.send(b"T NOOP " + b"x" * 200_000)
        assert client.lines_until(GOODBYE) == [b"* " + ERROR_10, GOODBYE]


def test_many_literals_are_refused(furnished: Sandbox) -> None:
    with connected(furnished) as client:
        client.send(b"T SEARCH" + b" {1+}\r\nx" * 500)
        assert client.lines_until(GOODBYE) == [b"T " + ERROR_10, GOODBYE]


@pytest.mark.parametrize(
    ("criteria", "answer"),
    [
        (b"OR SEEN " * 4 + b"UNSEEN", b"OK SEARCH completed."),
        (b"OR SEEN UNSEEN " * 6, b"OK SEARCH completed."),
        (b"OR SEEN " * 5 + b"UNSEEN", ERROR_12),
        (b"OR SEEN (" * 5 + b"UNSEEN" + b")" * 5, ERROR_12),
        (b"NOT " * 2000 + b"SEEN", ERROR_12),
        (b"(" * 30 + b"SEEN" + b")" * 30, b"OK SEARCH completed."),
        (b"(" * 3000 + b"SEEN" + b")" * 3000, ERROR_10),
        (b"CHARSET ISO-8859-1 ALL", b"NO [BADCHARSET (US-ASCII)] The specified charset is not "
         b"supported."),
        (b'SUBJECT "K\xf6k"', b"BAD Command Error. 11"),
        (b"LARGER " + b"9" * 5000, ERROR_11),
        (b"SINCE 30-Feb-2020", ERROR_11),
    ],
)  # fmt: skip
def test_searches_are_refused_in_exchanges_words(
    furnished: Sandbox, criteria: bytes, answer: bytes
) -> None:
    with connected(furnished) as client:
        client.command(b"SELECT INBOX")
        assert client.command(b"UID SEARCH " + criteria)[-1] == b"T " + answer


def test_octets_beyond_ascii_in_a_literal_find_nothing(furnished: Sandbox) -> None:
    furnished.mailbox(ANNA).folder("INBOX").append("Subject: Kök\r\n\r\n".encode())
    with connected(furnished) as client:
        client.command(b"SELECT INBOX")
        assert client.command("UID SEARCH SUBJECT {4+}\r\nKök".encode())[0] == b"* SEARCH"


def test_a_pattern_of_stars_costs_no_time(furnished: Sandbox) -> None:
    """Guards against patterns that make a regular expression try every way to match."""
    furnished.mailbox(ANNA).create("a" * 200)
    with connected(furnished) as client:
        before = time.process_time()
        assert client.command(b'LIST "" "' + b"*a" * 60 + b'b"') == [b"T OK LIST completed."]
        assert client.command(b'LIST "" "' + b"*a" * 60 + b'*"')[0].endswith(b'"/" ' + b"a" * 200)
        assert time.process_time() - before < 10.0


def test_every_service_listens_on_loopback_only(furnished: Sandbox) -> None:
    own = {link.readlink() for link in Path("/proc/self/fd").iterdir() if link.is_symlink()}
    listening = [
        row[1].split(":")
        for table in ("tcp", "tcp6")
        for row in map(str.split, Path("/proc/net", table).read_text().splitlines()[1:])
        if row[3] == LISTEN and Path(f"socket:[{row[9]}]") in own
    ]
    ports = {int(port, 16) for _, port in listening}
    assert {furnished.imap[1], furnished.smtp[1], furnished.mx[1]} < ports
    assert {address for address, _ in listening} == {"0100007F"}


def test_the_handshake_needs_the_sandboxs_own_authority(furnished: Sandbox) -> None:
    plain = socket.create_connection(furnished.imap, timeout=30)
    with plain, pytest.raises(ssl.SSLError):
        ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")
    with RawImap(furnished) as client:
        assert client.greeting.startswith(b"* OK ")
    assert tls_context(furnished).verify_mode == ssl.CERT_REQUIRED
