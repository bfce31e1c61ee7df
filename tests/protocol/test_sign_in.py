"""What servers answer to AUTHENTICATE XOAUTH2, and what an OK is worth."""

from __future__ import annotations

import base64
import logging
import socket
from pathlib import Path

import pytest

from tests.protocol.conftest import Serve
from tests.protocol.scripted_server import (
    AFTER_SIGN_IN,
    GREETING,
    INBOX_LISTED,
    SERVER_ID,
    TOKEN,
    USERNAME,
    ScriptedServer,
    Talk,
)
from tuimail.errors import (
    CertificateInvalid,
    ConnectFailed,
    NotConnected,
    SignInRequired,
    Throttled,
)
from tuimail.imap.session import ImapSession
from tuimail.sandbox.certificates import make_certificates


def test_sign_in_sends_the_token_as_initial_response(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.wait_for_the_end()

    server = serve(script)
    session = server.open_session()
    sent = server.talks[0].received[1].rpartition(" ")[2]
    assert base64.b64decode(sent).decode() == (
        f"user={USERNAME}\x01auth=Bearer {TOKEN.reveal()}\x01\x01"
    )
    assert "BACKENDAUTHENTICATE" in session.capabilities
    session.close()


def test_login_to_the_first_fifty_rows_takes_eight_commands(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.sign_in(INBOX_LISTED)
        talk.expect('LSUB "" "\\*"')
        talk.ok(before=['* LSUB () "/" INBOX'])
        talk.select(exists=100_000)
        talk.expect("FETCH 99951:\\* .+")
        talk.ok()
        talk.wait_for_the_end()

    session = serve(script).open_session()
    assert [folder.path for folder in session.list_folders()] == ["INBOX"]
    session.ensure_selected("INBOX", None, read_only=True)
    assert list(session.fetch_newest(50)) == []
    assert session.round_trips == 8
    session.close()


def test_capabilities_of_the_greeting_and_of_the_ok_save_two_commands(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.send("* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=XOAUTH2 ID] Dovecot ready.")
        talk.expect("AUTHENTICATE XOAUTH2 .+")
        talk.ok("[CAPABILITY IMAP4rev1 ID IDLE MOVE] Logged in")
        talk.expect("ID .+")
        talk.ok(before=['* ID ("name" "Dovecot")'])
        talk.expect("LIST .+")
        talk.ok(before=[INBOX_LISTED])
        talk.wait_for_the_end()

    session = serve(script).open_session()
    assert session.round_trips == 3
    assert session.capabilities == {"IMAP4REV1", "ID", "IDLE", "MOVE"}
    session.close()


def test_server_without_sasl_ir_gets_the_token_after_its_continuation(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.send("* OK [CAPABILITY IMAP4rev1 AUTH=XOAUTH2] ready")
        talk.expect("AUTHENTICATE XOAUTH2")
        talk.send("+")  # without the blank, as Exchange does it
        assert base64.b64decode(talk.line()).startswith(b"user=")
        talk.ok("[CAPABILITY IMAP4rev1] AUTHENTICATE completed.")
        talk.expect("LIST .+")
        talk.ok(before=[INBOX_LISTED])
        talk.wait_for_the_end()

    serve(script).open_session().close()


def test_failure_challenge_is_answered_with_an_empty_line_and_its_json_is_kept(
    serve: Serve,
) -> None:
    challenge = base64.b64encode(b'{"status":"401","schemes":"bearer"}').decode()
    answers: list[str] = []

    def script(talk: Talk) -> None:
        talk.greet()
        talk.expect("AUTHENTICATE XOAUTH2 .+")
        talk.send(f"+ {challenge}")
        answers.append(talk.line())
        talk.no("AUTHENTICATE failed.")

    with pytest.raises(SignInRequired) as caught:
        serve(script).open_session()
    assert answers == [""]
    assert "AUTHENTICATE failed." in caught.value.detail
    assert '"status":"401"' in caught.value.detail
    assert TOKEN.reveal() not in str(caught.value.__dict__)


def test_refusal_keeps_the_servers_error_code(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.greet()
        talk.expect("AUTHENTICATE XOAUTH2 .+")
        talk.no('[Error="AuthFailed:LogonDenied-Basic<RequestId=a72c>"] AUTHENTICATE failed.')

    with pytest.raises(SignInRequired) as caught:
        serve(script).open_session()
    assert 'Error="AuthFailed:LogonDenied' in caught.value.detail


def test_ok_with_an_error_inside_is_not_connected_when_the_probe_fails(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.greet()
        talk.expect("AUTHENTICATE XOAUTH2 .+")
        talk.ok('[Error="UserDisabled" AuthResult=27] AUTHENTICATE completed.')
        talk.expect("CAPABILITY")
        talk.ok(before=[AFTER_SIGN_IN])
        talk.expect("ID .+")
        talk.ok(before=[SERVER_ID])
        talk.expect("LIST .+")
        talk.bad("Command received in Invalid state.")
        talk.wait_for_the_end()

    with pytest.raises(NotConnected) as caught:
        serve(script).open_session()
    assert 'Error="UserDisabled" AuthResult=27' in caught.value.detail


def test_authenticated_but_not_connected_is_found_out_at_once(serve: Serve) -> None:
    """Exchange hangs up at the second failing command: the first refusal is the reason."""

    def script(talk: Talk) -> None:
        talk.greet()
        talk.expect("AUTHENTICATE XOAUTH2 .+")
        talk.ok("AUTHENTICATE completed.")
        talk.expect("CAPABILITY")
        talk.bad("User is authenticated but not connected.")
        talk.expect("ID .+")
        talk.send(
            f"{talk.tag} BAD User is authenticated but not connected.",
            "* BYE Connection closed. 14",
        )
        talk.wait_for_the_end()

    with pytest.raises(NotConnected):
        serve(script).open_session()


def test_throttled_sign_in_is_no_sign_in_problem(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.greet()
        talk.expect("AUTHENTICATE XOAUTH2 .+")
        talk.no("Request is throttled. Suggested Backoff Time: 92415 milliseconds")

    with pytest.raises(Throttled) as caught:
        serve(script).open_session()
    assert caught.value.retry_after == pytest.approx(92.415)


def test_unavailable_backend_is_no_sign_in_problem(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.greet()
        talk.expect("AUTHENTICATE XOAUTH2 .+")
        talk.no("Server Unavailable. 15")

    with pytest.raises(NotConnected):
        serve(script).open_session()


def test_enable_and_list_return_are_never_sent_although_imap4rev2_is_offered(
    serve: Serve,
) -> None:
    def script(talk: Talk) -> None:
        talk.greet()
        talk.expect("AUTHENTICATE XOAUTH2 .+")
        talk.ok("AUTHENTICATE completed.")
        talk.expect("CAPABILITY")
        talk.ok(before=[f"{AFTER_SIGN_IN} ENABLE IMAP4rev2"])
        talk.expect("ID .+")
        talk.ok()
        talk.expect('LIST "" "\\*"')
        talk.ok(before=[INBOX_LISTED])
        talk.wait_for_the_end()

    serve(script).open_session().close()


def test_certificate_of_an_unknown_authority_is_refused(serve: Serve) -> None:
    server = serve(Talk.greet)
    with pytest.raises(CertificateInvalid):
        ImapSession.connect(server.endpoint, ca_file=None)


def test_certificate_for_another_name_is_refused(tmp_path: Path) -> None:
    server = ScriptedServer(make_certificates(tmp_path, hosts=("mail.example",)), Talk.greet)
    with pytest.raises(CertificateInvalid):
        ImapSession.connect(server.endpoint, ca_file=server.ca_file)
    server.close()


def test_certificates_that_cannot_be_read_are_no_network_problem(
    serve: Serve, tmp_path: Path
) -> None:
    with pytest.raises(CertificateInvalid):
        ImapSession.connect(serve(Talk.greet).endpoint, ca_file=tmp_path / "missing.pem")


def test_line_is_set_up_for_short_commands_and_long_silence(serve: Serve) -> None:
    """Without TCP_NODELAY each SEARCH and APPEND costs a delayed acknowledgement (40 ms)."""
    server = serve(Talk.greet)
    session = ImapSession.connect(server.endpoint, ca_file=server.ca_file, ipv4_only=True)
    line = session.channel.wire._stream.sock
    assert line.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert line.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)
    session.close()


def test_log_at_its_loudest_has_no_token_and_no_name(
    serve: Serve, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    def script(talk: Talk) -> None:
        talk.sign_in()
        talk.wait_for_the_end()

    caplog.set_level(logging.DEBUG)
    server = serve(script)
    server.open_session().close()
    sent = server.talks[0].received[1].rpartition(" ")[2]
    printed = "".join(capfd.readouterr())
    for secret in (TOKEN.reveal(), USERNAME, sent):
        assert secret not in caplog.text
        assert secret not in printed


def test_nobody_listening_is_a_failed_connection(serve: Serve) -> None:
    server = serve(Talk.greet)
    server.close()
    with pytest.raises(ConnectFailed):
        server.connect()


def test_greeting_that_is_a_bye_is_a_failed_connection(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.send("* BYE Connection is closed. 13")

    with pytest.raises(ConnectFailed):
        serve(script).connect()


def test_greeting_in_other_words_is_taken(serve: Serve) -> None:
    def script(talk: Talk) -> None:
        talk.send(GREETING.replace("The ", "").replace("is ready", "ready (tcpproxy/15.21)"))
        talk.expect("CAPABILITY")
        talk.ok(before=["* CAPABILITY IMAP4 IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED SASL-IR"])
        talk.wait_for_the_end()

    serve(script).connect().close()
