"""IDLE: pushes wherever they come, and an end that is noticed."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from tests.protocol.conftest import Serve
from tests.protocol.scripted_server import ScriptedServer, Talk
from tests.waiting import wait_until
from tuimail.errors import ConnectionLost, ServerTimeout, TuimailError
from tuimail.imap import wire
from tuimail.imap.idle import IdleLoop

_ENOUGH = 1 << 24


class Watching:
    """An idle loop in a thread of its own, as the engine runs it."""

    def __init__(
        self,
        server: ScriptedServer,
        *,
        renew_seconds: float = 60,
        poll_seconds: float = 60,
    ) -> None:
        self.changes = 0
        self.error: TuimailError | None = None
        self.session = server.open_session()
        self.loop = IdleLoop(
            "INBOX", self._count, renew_seconds=renew_seconds, poll_seconds=poll_seconds
        )
        self.thread = threading.Thread(target=self._run, daemon=True)
        self.thread.start()

    def _count(self) -> None:
        self.changes += 1

    def _run(self) -> None:
        try:
            self.loop.run(self.session)
        except TuimailError as error:
            self.error = error

    def until(self, changes: int) -> None:
        wait_until(lambda: self.changes >= changes, describe=f"{changes} changes")

    def ended(self) -> TuimailError | None:
        self.thread.join(30)
        assert not self.thread.is_alive()
        return self.error

    def stop(self) -> None:
        self.loop.stop()
        assert self.ended() is None


def idling(then: Callable[[Talk], None]) -> Callable[[Talk], None]:
    """A script that goes on after `+ IDLE accepted`."""

    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.select()
        talk.expect("IDLE")
        talk.send("+ IDLE accepted, awaiting DONE command.")
        then(talk)

    return script


def test_exists_in_one_packet_with_the_continuation_is_reported(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.select()
        talk.expect("IDLE")
        talk.send("+ IDLE accepted, awaiting DONE command.", "* 4 EXISTS")
        talk.wait_for_the_end()

    watching = Watching(serve(script))
    watching.until(2)
    watching.stop()


def test_exists_before_the_continuation_is_reported(serve: Serve) -> None:
    """Exchange sends `* 4 EXISTS` before `+ IDLE accepted`, which imapclient takes for an error."""

    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.select()
        talk.expect("IDLE")
        talk.send("* 4 EXISTS", "* 1 RECENT", "+ IDLE accepted, awaiting DONE command.")
        talk.wait_for_the_end()

    watching = Watching(serve(script))
    watching.until(2)
    watching.stop()


def test_line_split_over_two_packets_is_one_line(serve: Serve) -> None:
    def then(talk: Talk) -> None:
        talk.raw(b"* 4 EXI")
        talk.raw(b"STS\r\n")
        talk.wait_for_the_end()

    watching = Watching(serve(idling(then)))
    watching.until(2)
    assert watching.session.selected is not None
    assert watching.session.selected.exists == 4
    watching.stop()


@pytest.mark.parametrize("line", ["* 2 EXPUNGE", "* 2 FETCH (UID 7 FLAGS (\\Seen))"])
def test_expunge_and_flags_are_changes(serve: Serve, line: str) -> None:
    def then(talk: Talk) -> None:
        talk.send(line)
        talk.wait_for_the_end()

    watching = Watching(serve(idling(then)))
    watching.until(2)
    watching.stop()


def test_idle_notices_eof_without_spinning(serve: Serve) -> None:
    """imapclient's idle_check returns at once, for ever, after the server has closed."""
    watching = Watching(serve(idling(Talk.hang_up)))
    assert isinstance(watching.ended(), ConnectionLost)
    assert watching.changes == 1


def test_expired_token_during_idle_ends_it_as_a_lost_connection(serve: Serve) -> None:
    def then(talk: Talk) -> None:
        talk.send("* BYE Session invalidated - AccessTokenExpired")

    error = Watching(serve(idling(then))).ended()
    assert isinstance(error, ConnectionLost)
    assert "AccessTokenExpired" in error.detail


def test_idle_is_renewed_with_done_and_noop(serve: Serve) -> None:
    def then(talk: Talk) -> None:
        assert talk.line() == "DONE"
        talk.ok("IDLE completed.", before=["* 5 EXISTS"])
        talk.expect("NOOP")
        talk.ok()
        talk.expect("IDLE")
        talk.send("+ IDLE accepted, awaiting DONE command.", "* 6 EXISTS")
        talk.wait_for_the_end()

    server = serve(idling(then))
    watching = Watching(server, renew_seconds=0.05)
    watching.until(3)
    watching.stop()


def test_silence_after_done_is_noticed(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.select(exists=3)
        talk.expect("IDLE")
        talk.send("* 4 EXISTS", "+ IDLE accepted, awaiting DONE command.")
        assert talk.line() == "DONE"
        talk.wait_for_the_end()

    session = serve(script).open_session()

    def on_change() -> None:
        assert session.selected is not None
        if session.selected.exists == 4:  # IDLE has begun, and all that follows is silence
            session.channel.wire.limit(0.05)

    with pytest.raises(ServerTimeout):
        IdleLoop("INBOX", on_change, renew_seconds=0.05).run(session)


def test_stop_ends_a_command_that_is_not_answered(serve: Serve) -> None:
    def then(talk: Talk) -> None:
        assert talk.line() == "DONE"
        talk.wait_for_the_end()

    server = serve(idling(then))
    watching = Watching(server, renew_seconds=0.05)
    wait_until(lambda: server.talks[0].received[-1] == "IDLE", describe="IDLE")
    watching.stop()


def test_stop_before_run_lets_nothing_begin(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.wait_for_the_end()

    server = serve(script)
    session = server.open_session()
    loop = IdleLoop("INBOX", lambda: None)
    loop.stop()
    loop.run(session)
    assert not session.is_open


def test_server_without_idle_is_asked_from_time_to_time(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.send("* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2 SASL-IR] ready")
        talk.expect("AUTHENTICATE XOAUTH2 .+")
        talk.ok("[CAPABILITY IMAP4rev1] done")
        talk.expect("LIST .+")
        talk.ok()
        talk.select()
        talk.expect("NOOP")
        talk.ok(before=["* 9 EXISTS"])
        talk.wait_for_the_end()

    watching = Watching(serve(script), poll_seconds=0.05)
    watching.until(2)
    watching.stop()


def test_a_line_without_an_end_is_not_kept_for_ever(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While nothing is awaited, too: whatever comes is kept until its line is whole."""
    monkeypatch.setattr(wire, "_MAX_LINE", 1 << 16)
    sent: list[int] = []

    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.select()
        talk.expect("IDLE")
        talk.send("+ idling")
        while sum(sent) < _ENOUGH:
            talk.raw(b"x" * 4096)
            sent.append(4096)
        talk.wait_for_the_end()

    session = serve(script).open_session()
    with pytest.raises(ConnectionLost):
        IdleLoop("INBOX", lambda: None, renew_seconds=2).run(session)
    assert sum(sent) < _ENOUGH
