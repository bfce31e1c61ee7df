"""The sandbox's messages: fetched, flagged, moved, searched and announced as Exchange does it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from tests.server.raw_imap import RawImap
from tests.waiting import wait_until
from tuimail.sandbox.mailbox import Folder
from tuimail.sandbox.sandbox import Sandbox

ANNA = "anna@contoso.example"
WHEN = datetime(2026, 11, 23, 9, 41, tzinfo=UTC)


def letter(number: int, subject: str = "Hello") -> bytes:
    return (
        f"From: Kim Chu <kim@fabrikam.example>\r\nTo: anna@contoso.example\r\n"
        f"Subject: {subject} {number}\r\nMessage-ID: <{number}@fabrikam.example>\r\n"
        f"Date: Mon, 23 Nov 2026 09:41:00 +0000\r\n\r\nText {number}\r\n"
    ).encode()


@pytest.fixture
def inbox(fresh_sandbox: Sandbox) -> Folder:
    folder = fresh_sandbox.mailbox(ANNA).folder("INBOX")
    for number in (1, 2, 3):
        folder.append(letter(number), [], WHEN)
    return folder


@pytest.fixture
def client(fresh_sandbox: Sandbox, inbox: Folder) -> Iterator[RawImap]:
    with RawImap(fresh_sandbox) as connection:
        connection.sign_in(ANNA, fresh_sandbox.entra.mint(ANNA))
        connection.command(b"SELECT INBOX")
        yield connection


def test_items_come_in_the_order_they_were_asked_for(client: RawImap) -> None:
    assert client.command(b"UID FETCH 2 (INTERNALDATE UID FLAGS)")[0] == (
        b'* 2 FETCH (INTERNALDATE "23-Nov-2026 09:41:00 +0000" UID 2 FLAGS ())'
    )
    assert client.command(b"UID FETCH 2 (FLAGS)")[0] == b"* 2 FETCH (FLAGS () UID 2)"


def test_a_range_beyond_the_end_returns_the_last_message(client: RawImap) -> None:
    assert client.command(b"UID FETCH 9:* (FLAGS)") == [
        b"* 3 FETCH (FLAGS () UID 3)",
        b"T OK FETCH completed.",
    ]


def test_sequence_numbers_beyond_the_end_are_refused(client: RawImap) -> None:
    assert client.command(b"FETCH 4 (FLAGS)") == [b"T BAD The specified message set is invalid."]


def test_partial_fetches_add_up_to_the_message(client: RawImap) -> None:
    whole = letter(2)
    got = b""
    for start in range(0, len(whole) + 50, 50):
        line = client.command(b"UID FETCH 2 (BODY.PEEK[]<%d.50>)" % start)[0]
        head, _, rest = line.partition(b"}\r\n")
        assert head.startswith(b"* 2 FETCH (BODY[]<%d> {" % start)
        got += rest.removesuffix(b" UID 2)")
    assert got == whole


def test_header_fields_keep_their_own_case_and_end_with_a_blank_line(client: RawImap) -> None:
    line = client.command(b"UID FETCH 1 (BODY.PEEK[HEADER.FIELDS (SUBJECT message-id)])")[0]
    assert line.endswith(
        b"}\r\nSubject: Hello 1\r\nMessage-ID: <1@fabrikam.example>\r\n\r\n UID 1)"
    )


def test_reading_without_peek_marks_as_seen(client: RawImap, inbox: Folder) -> None:
    assert client.command(b"UID FETCH 1 (BODY[TEXT])")[0].endswith(
        b"Text 1\r\n UID 1 FLAGS (\\Seen))"
    )
    assert inbox.messages[0].flags == {"\\Seen"}


def test_the_size_is_an_estimate(client: RawImap) -> None:
    octets = len(letter(1))
    assert client.command(b"UID FETCH 1 (RFC822.SIZE)")[0] == (
        b"* 1 FETCH (RFC822.SIZE %d UID 1)" % (octets + octets // 32)
    )


def test_keywords_are_accepted_and_not_kept(client: RawImap, inbox: Folder) -> None:
    assert client.command(b"UID STORE 1 +FLAGS (\\flagged $Forwarded todo)") == [
        b"* 1 FETCH (FLAGS (\\Flagged) UID 1)",
        b"T OK STORE completed.",
    ]
    assert client.command(b"UID STORE 1 -FLAGS.SILENT (\\Flagged)") == [b"T OK STORE completed."]
    assert inbox.messages[0].flags == frozenset()


def test_copy_and_move_name_the_new_uids(client: RawImap, fresh_sandbox: Sandbox) -> None:
    assert client.command(b"UID COPY 1,3 Archive") == [b"T OK [COPYUID 15 1,3 1:2] COPY completed."]
    assert client.command(b'UID MOVE 1:2 "Deleted Items"') == [
        b"* OK [COPYUID 19 1:2 1:2]",
        b"* 2 EXPUNGE",
        b"* 1 EXPUNGE",
        b"T OK MOVE completed.",
    ]
    moved = fresh_sandbox.mailbox(ANNA).folder("Deleted Items").messages
    assert [message.raw for message in moved] == [letter(1), letter(2)]
    assert [message.date for message in moved] == [WHEN, WHEN]


def test_copyuid_has_exchanges_odd_forms(client: RawImap, fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.imap_server.copyuid = "bare"
    assert client.command(b"UID MOVE 1 Archive")[0] == b"[COPYUID 15 1 1]"
    fresh_sandbox.imap_server.copyuid = "empty"
    assert client.command(b"UID MOVE 2 Archive")[0] == b"* OK [COPYUID 15  ]"


def test_a_move_of_nothing_is_fine(client: RawImap) -> None:
    assert client.command(b"UID MOVE 77 Archive") == [b"T OK MOVE completed."]


def test_uid_expunge_removes_only_what_it_names(client: RawImap, inbox: Folder) -> None:
    client.command(b"UID STORE 1:3 +FLAGS.SILENT (\\Deleted)")
    assert client.command(b"UID EXPUNGE 2") == [b"* 2 EXPUNGE", b"T OK EXPUNGE completed."]
    assert inbox.uids() == [1, 3]
    assert client.command(b"EXPUNGE")[:2] == [b"* 2 EXPUNGE", b"* 1 EXPUNGE"]


def test_append_gives_the_uid_and_keeps_the_date(client: RawImap, fresh_sandbox: Sandbox) -> None:
    raw = letter(9)
    client.send(
        b'X APPEND Drafts (\\Draft \\Seen) "01-Feb-2020 12:00:00 +0100" {%d}\r\n' % len(raw)
    )
    assert client.line() == b"+ Ready for additional command text."
    client.send(raw + b"\r\n")
    assert client.line() == b"X OK [APPENDUID 20 1] APPEND completed."
    draft = fresh_sandbox.mailbox(ANNA).folder("Drafts").messages[0]
    assert draft.raw == raw
    assert draft.flags == {"\\Draft", "\\Seen"}
    assert draft.date == datetime(2020, 2, 1, 11, tzinfo=UTC)


def test_another_session_hears_of_changes_in_its_own_numbers(
    client: RawImap, fresh_sandbox: Sandbox
) -> None:
    with RawImap(fresh_sandbox) as other:
        other.sign_in(ANNA, fresh_sandbox.entra.mint(ANNA))
        other.command(b"SELECT INBOX")
        other.command(b"UID STORE 3 +FLAGS (\\Seen)")
        other.command(b"UID MOVE 1 Archive")
    # No EXPUNGE may come while a command by sequence number runs.
    assert client.command(b"FETCH 3 (UID)") == [
        b"* 3 FETCH (UID 3)",
        b"* 3 FETCH (FLAGS (\\Seen))",
        b"T OK FETCH completed.",
    ]
    assert client.command(b"NOOP") == [b"* 1 EXPUNGE", b"T OK NOOP completed."]
    assert client.command(b"FETCH 2 (UID)")[0] == b"* 2 FETCH (UID 3)"


def test_idle_pushes_arrivals_flags_and_removals(client: RawImap, inbox: Folder) -> None:
    client.send(b"X IDLE\r\n")
    assert client.line() == b"+ IDLE accepted, awaiting DONE command."
    inbox.append(letter(4))
    assert [client.line(), client.line()] == [b"* 4 EXISTS", b"* 0 RECENT"]
    inbox.set_flags(inbox.messages[1], ["\\Seen"])
    assert client.line() == b"* 2 FETCH (FLAGS (\\Seen))"
    inbox.expunge([1])
    assert client.line() == b"* 1 EXPUNGE"
    client.send(b"DONE\r\n")
    assert client.line() == b"X OK IDLE completed."


def test_news_may_come_before_idle_is_accepted(
    client: RawImap, inbox: Folder, fresh_sandbox: Sandbox
) -> None:
    fresh_sandbox.imap_server.news_before_idle = True
    inbox.append(letter(4))
    client.send(b"X IDLE\r\n")
    assert client.lines_until(b"+") == [
        b"* 4 EXISTS",
        b"* 0 RECENT",
        b"+ IDLE accepted, awaiting DONE command.",
    ]


def test_a_token_may_expire_inside_idle(client: RawImap, fresh_sandbox: Sandbox) -> None:
    client.send(b"X IDLE\r\n")
    client.line()
    wait_until(lambda: fresh_sandbox.imap_server.idling == 1)
    fresh_sandbox.imap_server.expire_sessions()
    assert client.line() == b"* BYE Session invalidated - AccessTokenExpired"
    assert client.line() == b""


@pytest.mark.parametrize(
    ("criteria", "found"),
    [
        (b"ALL", b" 1 2 3"),
        (b"UNSEEN", b" 2 3"),
        (b"SEEN", b" 1"),
        (b"NOT SEEN UID 3:9", b" 3"),
        (b'HEADER Message-ID "<2@fabrikam.example>"', b" 2"),
        (b"HEADER Message-ID fabrikam", b" 1 2 3"),
        (b"HEADER Message-ID <nowhere@x>", b""),
        (b"SUBJECT hello FROM kim", b" 1 2 3"),
        (b'OR BODY "text 1" TEXT "text 3"', b" 1 3"),
        (b"SINCE 23-Nov-2026", b" 1 2 3"),
        (b"BEFORE 23-Nov-2026", b""),
        (b"SENTON 23-Nov-2026 (FLAGGED)", b""),
        (b"LARGER 10 SMALLER 100000 2", b" 2"),
        (b"CHARSET US-ASCII ALL", b" 1 2 3"),
    ],
)
def test_search_finds(client: RawImap, criteria: bytes, found: bytes) -> None:
    client.command(b"UID STORE 1 +FLAGS.SILENT (\\Seen)")
    assert client.command(b"UID SEARCH " + criteria) == [
        b"* SEARCH" + found,
        b"T OK SEARCH completed.",
    ]


def test_search_speaks_ascii_only(client: RawImap) -> None:
    refused = b"T NO [BADCHARSET (US-ASCII)] The specified charset is not supported."
    assert client.command(b"UID SEARCH CHARSET UTF-8 ALL") == [refused]
    assert client.command("UID SEARCH SUBJECT Kök".encode()) == [b"T BAD Command Error. 11"]
    deep = b"OR SEEN " * 5 + b"UNSEEN"
    assert client.command(b"UID SEARCH " + deep) == [b"T BAD Command Argument Error. 12"]
