"""What the server says instead of yes, and what it means."""

from __future__ import annotations

import threading

import pytest

from tests.protocol.conftest import Serve
from tests.protocol.scripted_server import Script, Talk
from tests.waiting import wait_until
from tuimail.errors import (
    CommandInvalid,
    CommandRejected,
    ConnectionLost,
    FolderGone,
    NotConnected,
    ProtocolViolation,
    ServerTimeout,
    Throttled,
    UidValidityChanged,
)
from tuimail.imap.wire import Arrived
from tuimail.model.flags import SEEN, Flags
from tuimail.model.folder import UID


def answering(*lines: str) -> Script:
    """A script that answers the first command after sign-in; TAG stands for its tag."""

    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.expect(".+")
        talk.send(*(line.replace("TAG", talk.tag) for line in lines))
        talk.wait_for_the_end()

    return script


@pytest.mark.parametrize("status", ["BAD", "NO"])
@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("92415 milliseconds", 92.415),
        ("178755", 178.755),
        ("9999999 milliseconds", 300),
        ("12 seconds", 12),
    ],
)
def test_throttling_says_how_long_to_wait(
    serve: Serve, status: str, asked: str, seconds: float
) -> None:
    text = f"TAG {status} Request is throttled. Suggested Backoff Time: {asked}"
    session = serve(answering(text)).open_session()
    with pytest.raises(Throttled) as caught:
        session.noop()
    assert caught.value.retry_after == pytest.approx(seconds)
    assert session.is_open
    session.close()


def test_throttling_without_a_time_waits_a_minute(serve: Serve) -> None:
    session = serve(answering("TAG NO Request is throttled.")).open_session()
    with pytest.raises(Throttled) as caught:
        session.noop()
    assert caught.value.retry_after == 60
    session.close()


def test_not_connected_later_is_not_connected(serve: Serve) -> None:
    text = "TAG BAD User is authenticated but not connected."
    session = serve(answering(text, "* BYE Connection closed. 14")).open_session()
    with pytest.raises(NotConnected):
        session.noop()
    with pytest.raises(ConnectionLost) as caught:
        session.noop()
    assert "Connection closed. 14" in caught.value.detail
    session.close()


@pytest.mark.parametrize(
    "bye",
    [
        "Session invalidated - AccessTokenExpired",
        "Connection is closed. 13",
        "Connection closed. 14",
        "Microsoft Exchange Server IMAP4 server signing off.",
    ],
)
def test_bye_is_a_lost_connection(serve: Serve, bye: str) -> None:
    session = serve(answering(f"* BYE {bye}")).open_session()
    with pytest.raises(ConnectionLost) as caught:
        session.noop()
    assert caught.value.detail == bye
    assert not session.is_open
    session.close()


def test_stray_server_unavailable_line_is_survived(serve: Serve) -> None:
    """imaplib gives up with "unexpected response" at Exchange's untagged malformed line."""
    session = serve(answering("Server Unavailable. 15", "TAG OK NOOP completed.")).open_session()
    session.noop()
    session.close()


def test_stray_line_explains_the_end_that_follows(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.expect("NOOP")
        talk.send("Server Unavailable. 15")
        talk.hang_up()

    session = serve(script).open_session()
    with pytest.raises(ConnectionLost) as caught:
        session.noop()
    assert caught.value.detail == "Server Unavailable. 15"
    session.close()


def test_stray_line_explains_the_silence_that_follows(serve: Serve) -> None:
    session = serve(answering("Server Unavailable. 15")).open_session()
    tag = session.channel.begin("NOOP")
    assert session.channel.wire.wait(30, None) is Arrived.LINE
    session.channel.wire.limit(0.05)
    with pytest.raises(ServerTimeout) as caught:
        session.channel.finish(tag, "NOOP")
    assert "Server Unavailable. 15" in caught.value.detail
    session.close()


def test_server_unavailable_is_to_be_tried_again(serve: Serve) -> None:
    session = serve(answering("TAG NO Server Unavailable. 15")).open_session()
    with pytest.raises(NotConnected):
        session.noop()
    session.close()


def test_silence_ends_in_a_timeout(serve: Serve) -> None:
    session = serve(answering()).open_session()
    session.channel.wire.limit(0.05)
    with pytest.raises(ServerTimeout):
        session.noop()
    assert not session.is_open
    session.close()


def test_badcharset_keeps_its_code(serve: Serve) -> None:
    text = "TAG NO [BADCHARSET (US-ASCII)] The specified charset is not supported."
    session = serve(answering(text)).open_session()
    with pytest.raises(CommandRejected) as caught:
        session.search_message_id("<a@b>")
    assert caught.value.code == "BADCHARSET"
    session.close()


def test_message_id_outside_ascii_is_not_searched_for(serve: Serve) -> None:
    session = serve(answering()).open_session()
    before = session.round_trips
    assert session.search_message_id("<gr\u00fc\u00dfe@example.com>") == []
    assert session.search_message_id("<a\r\nb@example.com>") == []
    assert session.round_trips == before
    session.close()


@pytest.mark.parametrize(
    "text",
    [
        "[NONEXISTENT] Unknown mailbox",
        "[TRYCREATE] Folder does not exist",
        "Old news doesn't exist.",
        "No such folder",
    ],
)
def test_missing_folder_is_gone(serve: Serve, text: str) -> None:
    text = text.replace("Old news", "Mailbox Old news")
    session = serve(answering(f"TAG NO {text}")).open_session()
    with pytest.raises(FolderGone):
        session.select("Old news")
    assert session.selected is None
    session.close()


def test_trycreate_of_a_move_is_a_gone_folder(serve: Serve) -> None:
    session = serve(answering("TAG NO [TRYCREATE] no")).open_session()
    with pytest.raises(FolderGone):
        session.move([UID(1)], "Nowhere")
    session.close()


def test_append_that_is_too_large_is_rejected_in_the_servers_words(serve: Serve) -> None:
    words = "Maximum size of appendable message has been exceeded"

    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.expect(r'APPEND "Drafts" \(\) \{5\+\}')
        talk.octets(7)
        talk.no(words)
        talk.wait_for_the_end()

    session = serve(script).open_session()
    with pytest.raises(CommandRejected) as caught:
        session.append("Drafts", b"a: b\n"[:4] + b"x", flags=Flags(), date=None)
    assert caught.value.detail == words
    session.close()


def test_command_longer_than_the_server_takes_is_not_sent(serve: Serve) -> None:
    session = serve(answering()).open_session()
    before = session.round_trips
    with pytest.raises(CommandInvalid):
        session.select("x" * 9000)
    assert session.round_trips == before
    session.close()


def test_line_breaks_in_a_folder_name_cannot_start_a_command(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.expect('EXAMINE "a&AA0ACg-t9 DELETE b"')
        talk.no("no such folder")
        talk.wait_for_the_end()

    session = serve(script).open_session()
    with pytest.raises(FolderGone):
        session.select("a\r\nt9 DELETE b")
    session.close()


def test_keyword_that_is_no_atom_is_not_sent(serve: Serve) -> None:
    session = serve(answering()).open_session()
    with pytest.raises(CommandInvalid):
        session.store_flags([UID(1)], add=Flags(keywords=frozenset({"a b"})), remove=SEEN)
    session.close()


def test_changed_uidvalidity_is_noticed_before_anything_is_done(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.select(uidvalidity=15)
        talk.wait_for_the_end()

    session = serve(script).open_session()
    with pytest.raises(UidValidityChanged):
        session.ensure_selected("INBOX", 14, read_only=True)
    session.close()


def test_announced_literal_of_absurd_size_is_not_waited_for(serve: Serve) -> None:
    session = serve(answering("* LIST () NIL {999999999999}")).open_session()
    with pytest.raises(ProtocolViolation):
        session.noop()
    session.close()


def test_literal_cut_short_is_a_lost_connection(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.expect("NOOP")
        talk.send("* 1 FETCH (UID 1 BODY[1] {1000}", "only this much")
        talk.hang_up()

    session = serve(script).open_session()
    with pytest.raises(ConnectionLost):
        session.noop()
    session.close()


def test_human_text_that_ends_like_a_literal_is_not_one(serve: Serve) -> None:
    session = serve(answering("* OK see {5}", "TAG OK done")).open_session()
    session.noop()
    session.close()


def test_shutdown_from_another_thread_ends_a_blocked_call(serve: Serve) -> None:
    server = serve(answering())
    session = server.open_session()
    raised: list[Exception] = []

    def block() -> None:
        try:
            session.noop()
        except ConnectionLost as error:
            raised.append(error)

    thread = threading.Thread(target=block, daemon=True)
    thread.start()
    wait_until(lambda: server.talks[0].received[-1] == "NOOP", describe="NOOP")
    session.shutdown()
    thread.join(30)
    assert len(raised) == 1
    session.close()


@pytest.mark.parametrize("status", ["NO", "BAD"])
def test_a_refusal_that_ends_like_a_literal_announces_none(serve: Serve, status: str) -> None:
    """Guards against waiting for five octets that nobody sends."""

    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.expect("NOOP")
        talk.send(f"{talk.tag} {status} Not now {{5}}")
        talk.expect("NOOP")
        talk.ok("done {5}")
        talk.wait_for_the_end()

    session = serve(script).open_session()
    with pytest.raises((CommandRejected, CommandInvalid)) as caught:
        session.noop()
    assert caught.value.detail == "Not now {5}"
    session.noop()
    session.close()
