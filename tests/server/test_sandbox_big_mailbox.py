"""A mailbox of 100,000 messages costs numbers, not messages, and does not stop the others."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator

import pytest

from tests.server.raw_imap import RawImap
from tuimail.sandbox.sandbox import Sandbox

ANNA = "anna@contoso.example"
BEN = "ben@contoso.example"
COUNT = 100_000


def letter(number: int) -> bytes:
    return (
        f"From: sender{number % 97}@x.example\r\nTo: anna@contoso.example\r\n"
        f"Subject: Message {number}\r\nMessage-ID: <{number}@big.example>\r\n\r\n{number}\r\n"
    ).encode()


@pytest.fixture
def big(fresh_sandbox: Sandbox) -> Iterator[RawImap]:
    inbox = fresh_sandbox.mailbox(ANNA).folder("INBOX")
    uids = inbox.extend_generated(
        COUNT, letter, message_id=lambda number: f"<{number}@big.example>"
    )
    assert (uids[0], uids[-1]) == (1, COUNT)
    with RawImap(fresh_sandbox) as client:
        client.sign_in(ANNA, fresh_sandbox.entra.mint(ANNA))
        yield client


def test_the_newest_messages_of_a_huge_inbox(big: RawImap, fresh_sandbox: Sandbox) -> None:
    assert big.command(b"SELECT INBOX")[0] == b"* 100000 EXISTS"
    rows = big.command(b"FETCH 99951:* (UID FLAGS ENVELOPE BODYSTRUCTURE)")
    assert len(rows) == 51
    assert b'"Message 99999"' in rows[49]
    found = big.command(b"UID SEARCH HEADER Message-ID <70000@big.example>")
    assert found[0] == b"* SEARCH 70001"
    inbox = fresh_sandbox.mailbox(ANNA).folder("INBOX")
    inbox.append(b"Message-ID: <new@x.example>\r\n\r\n")
    assert big.command(b"NOOP")[0] == b"* 100001 EXISTS"
    assert big.command(b"UID SEARCH HEADER Message-ID <new@x.example>")[0] == b"* SEARCH 100001"


def test_a_search_for_a_message_id_does_not_make_the_messages(fresh_sandbox: Sandbox) -> None:
    made = 0

    def counted(number: int) -> bytes:
        nonlocal made
        made += 1
        return letter(number)

    inbox = fresh_sandbox.mailbox(ANNA).folder("INBOX")
    inbox.extend_generated(1000, counted, message_id=lambda number: f"<{number}@big.example>")
    with RawImap(fresh_sandbox) as client:
        client.sign_in(ANNA, fresh_sandbox.entra.mint(ANNA))
        client.command(b"SELECT INBOX")
        client.command(b"UID FETCH 1:* (FLAGS)")
        assert client.command(b"UID SEARCH HEADER Message-ID <7@big.example>")[0].endswith(b" 8")
    assert made == 0
    inbox.extend_generated(10, counted)
    assert inbox.find_message_id("<3@big.example>") == {4, 1004}


def test_another_user_is_served_while_all_flags_are_fetched(
    big: RawImap, fresh_sandbox: Sandbox
) -> None:
    big.command(b"SELECT INBOX")
    with RawImap(fresh_sandbox) as other:
        other.sign_in(BEN, fresh_sandbox.entra.mint(BEN))
        big.send(b"X UID FETCH 1:* (FLAGS)\r\n")
        assert big.line() == b"* 1 FETCH (FLAGS (\\Seen) UID 1)"
        assert other.command(b"NOOP") == [b"T OK NOOP completed."]
        fresh_sandbox.mailbox(ANNA).folder("INBOX").append(b"Subject: Meanwhile\r\n\r\n")
        rows = big.lines_until(b"X ")
    assert sum(row.endswith(b")") for row in rows) == COUNT - 1
    # What happens while a command is answered is told at its end, and not if it had ended before.
    assert b"* %d EXISTS" % (COUNT + 1) in rows


def test_generated_messages_are_not_kept(fresh_sandbox: Sandbox) -> None:
    inbox = fresh_sandbox.mailbox(ANNA).folder("INBOX")
    body = b"x" * 100_000
    tracemalloc.start()
    try:
        inbox.extend_generated(2000, lambda number: b"Subject: %d\r\n\r\n%b" % (number, body))
        with RawImap(fresh_sandbox) as client:
            client.sign_in(ANNA, fresh_sandbox.entra.mint(ANNA))
            client.command(b"SELECT INBOX")
            for first in range(1, 2000, 100):
                client.command(b"UID FETCH %d:%d (RFC822.SIZE)" % (first, first + 99))
        kept, _peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert kept < 10 * len(body) * 10
