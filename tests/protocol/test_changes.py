"""STORE, MOVE with its three kinds of COPYUID, APPEND."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from tests.protocol.conftest import Serve
from tests.protocol.scripted_server import Talk
from tuimail.errors import CommandRejected
from tuimail.imap.session import ImapSession
from tuimail.model.flags import FLAGGED, SEEN, Flags
from tuimail.model.folder import UID


def moving(serve: Serve, *lines: str) -> ImapSession:
    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.expect('UID MOVE 5:6 "Deleted Items"')
        talk.send(*(line.replace("TAG", talk.tag) for line in lines))
        talk.wait_for_the_end()

    return serve(script).open_session()


@pytest.mark.parametrize(
    "lines",
    [
        ("* OK [COPYUID 55 5:6 31:32] moved", "* 1 EXPUNGE", "TAG OK MOVE completed."),
        ("[COPYUID 55 5:6 31:32]", "* 1 EXPUNGE", "TAG OK MOVE completed."),
        ("* 1 EXPUNGE", "TAG OK [COPYUID 55 5:6 31:32] MOVE completed."),
        ("* OK [COPYUID 55 6,5 32,31] moved", "TAG OK MOVE completed."),
        ("* OK [COPYUID 55 6:5 32:31] moved", "TAG OK MOVE completed."),
        ("* OK [COPYUID 55 5 31] a", "* OK [COPYUID 55 6 32] b", "TAG OK MOVE completed."),
    ],
)
def test_copyuid_is_understood_in_every_form(serve: Serve, lines: tuple[str, ...]) -> None:
    """The bare line is Exchange's; imaplib loses the connection at it although the move is done."""
    session = moving(serve, *lines)
    assert session.move([UID(6), UID(5)], "Deleted Items") == {5: 31, 6: 32}
    session.close()


def test_new_uids_of_another_numbering_are_not_told(serve: Serve) -> None:
    """Guards against a UID that means another message here (RFC 4315, 3: the first number)."""
    session = moving(serve, "* OK [COPYUID 55 5:6 31:32] moved", "TAG OK MOVE completed.")
    assert session.move([UID(5), UID(6)], "Deleted Items", 54) == {5: None, 6: None}
    session.close()


@pytest.mark.parametrize(
    "lines",
    [
        ("TAG OK MOVE completed.",),
        ("* OK [COPYUID 55  ]", "TAG OK MOVE completed."),
        ("* OK [COPYUID 55 5:6 31]", "TAG OK MOVE completed."),
        ("* OK [COPYUID 55 1:4000000000 1:4000000000]", "TAG OK MOVE completed."),
    ],
)
def test_move_without_usable_copyuid_leaves_the_new_uids_open(
    serve: Serve, lines: tuple[str, ...]
) -> None:
    session = moving(serve, *lines)
    assert session.move([UID(5), UID(6)], "Deleted Items") == {5: None, 6: None}
    session.close()


def test_message_the_server_did_not_move_is_left_out(serve: Serve) -> None:
    session = moving(serve, "* OK [COPYUID 55 5 31]", "TAG OK MOVE completed.")
    assert session.move([UID(5), UID(6)], "Deleted Items") == {5: 31}
    session.close()


def plain(script: Callable[[Talk], None], capabilities: str) -> Callable[[Talk], None]:
    def run(talk: Talk) -> None:
        talk.send("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2] ready")
        talk.expect("AUTHENTICATE .+")
        talk.ok(f"[CAPABILITY IMAP4rev1 {capabilities}] done")
        talk.expect("LIST .+")
        talk.ok()
        script(talk)
        talk.wait_for_the_end()

    return run


def test_expunge_removes_just_these(serve: Serve) -> None:
    """A bare EXPUNGE would take along what other programs marked as deleted."""

    def script(talk: Talk) -> None:
        talk.expect(r"UID STORE 5 \+FLAGS.SILENT \(\\Deleted\)")
        talk.ok()
        talk.expect("UID EXPUNGE 5")
        talk.ok(before=["* 1 EXPUNGE"])

    session = serve(plain(script, "UIDPLUS")).open_session()
    session.expunge([UID(5)])
    session.close()


def test_what_may_not_be_expunged_is_not_left_marked_as_deleted(serve: Serve) -> None:
    """Guards: another program's EXPUNGE must not remove what tuimail shows as kept."""

    def script(talk: Talk) -> None:
        talk.expect(r"UID STORE 5 \+FLAGS.SILENT \(\\Deleted\)")
        talk.ok()
        talk.expect("UID EXPUNGE 5")
        talk.no("[NOPERM] Under retention.")
        talk.expect(r"UID STORE 5 -FLAGS.SILENT \(\\Deleted\)")
        talk.ok()

    session = serve(plain(script, "UIDPLUS")).open_session()
    with pytest.raises(CommandRejected):
        session.expunge([UID(5)])
    session.close()


def test_a_server_that_could_only_expunge_everything_is_not_asked(serve: Serve) -> None:
    session = serve(plain(lambda talk: None, "")).open_session()
    before = session.round_trips
    with pytest.raises(CommandRejected):
        session.move([UID(5)], "Trash")
    with pytest.raises(CommandRejected):
        session.expunge([UID(5)])
    assert not session.can_move
    assert session.round_trips == before
    session.close()


def test_flags_are_added_and_removed_silently(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.expect(r"UID STORE 1:3,9 \+FLAGS.SILENT \(\\Flagged\)")
        talk.ok("STORE completed.")
        talk.expect(r"UID STORE 1:3,9 -FLAGS.SILENT \(\\Seen\)")
        talk.no("[*] Some of the requested messages no longer exist.")
        talk.wait_for_the_end()

    session = serve(script).open_session()
    uids = [UID(number) for number in (9, 1, 2, 3)]
    session.store_flags(uids, add=FLAGGED, remove=SEEN)
    session.store_flags(uids, add=Flags(), remove=Flags())
    session.close()


def test_append_sends_the_message_with_its_command(serve: Serve) -> None:
    received: list[bytes] = []

    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.expect(r'APPEND "Entw&APw-rfe" \(\\Seen\) " 1-Nov-2026 08:05:09 \+0000" \{7\+\}')
        received.append(talk.octets(9))
        talk.ok("[APPENDUID 14 77] APPEND completed.")
        talk.wait_for_the_end()

    session = serve(script).open_session()
    date = datetime(2026, 11, 1, 8, 5, 9, tzinfo=UTC)
    assert session.append("Entw\u00fcrfe", b"a\nb\r\nc", flags=SEEN, date=date) == 77
    assert received == [b"a\r\nb\r\nc\r\n"]
    session.close()


def test_append_waits_for_the_continuation_without_literal_plus(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.expect(r'APPEND "Drafts" \(\) \{3\}')
        talk.send("* 4 EXISTS", "+ Ready for additional command text.")
        assert talk.octets(5) == b"abc\r\n"
        talk.ok()

    session = serve(plain(script, "")).open_session()
    assert session.append("Drafts", b"abc", flags=Flags(), date=None) is None
    session.close()


def test_append_refused_before_the_message_does_not_send_it(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.expect("APPEND .+")
        talk.no("[OVERQUOTA] Full")
        talk.expect("NOOP")
        talk.ok()

    session = serve(plain(script, "")).open_session()
    with pytest.raises(CommandRejected) as caught:
        session.append("Drafts", b"abc", flags=Flags(), date=None)
    assert caught.value.code == "OVERQUOTA"
    session.noop()
    session.close()


def test_search_by_message_id(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.expect(r'UID SEARCH HEADER Message-ID "<a\\"b@example.com>"')
        talk.ok(before=["* SEARCH 12 1415", "* SEARCH"])
        talk.wait_for_the_end()

    session = serve(script).open_session()
    assert session.search_message_id('<a"b@example.com>') == [12, 1415]
    session.close()


def test_copy_tells_where_the_copies_are(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.expect('UID COPY 5:6 "Trash"')
        talk.ok("[COPYUID 1 5 8] done")

    session = serve(plain(script, "UIDPLUS")).open_session()
    assert session.copy([UID(5), UID(6)], "Trash") == {5: 8}
    session.close()
