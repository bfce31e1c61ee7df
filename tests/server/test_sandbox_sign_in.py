"""The sandbox's IMAP session, word for word as Exchange Online speaks it."""

from __future__ import annotations

import base64

import pytest

from tests.server.raw_imap import RawImap
from tests.server.sandbox_fixture import xoauth2
from tuimail.sandbox.sandbox import Sandbox

ANNA = "anna@contoso.example"
BEN = "ben@contoso.example"
BEFORE = (
    b"* CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT "
    b"CHILDREN IDLE NAMESPACE LITERAL+"
)
AFTER = (
    b"* CAPABILITY IMAP4 IMAP4rev1 AUTH=PLAIN AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT "
    b"CLIENTACCESSRULES CLIENTNETWORKPRESENCELOCATION BACKENDAUTHENTICATE CHILDREN IDLE NAMESPACE "
    b"LITERAL+"
)


def test_the_session_opens_in_exchanges_words(running_sandbox: Sandbox) -> None:
    with RawImap(running_sandbox) as client:
        assert client.greeting.startswith(b"* OK The Microsoft Exchange IMAP4 service is ready. [")
        assert client.command(b"CAPABILITY") == [BEFORE, b"T OK CAPABILITY completed."]
        assert client.sign_in(ANNA, running_sandbox.entra.mint(ANNA)) == [
            b"T OK AUTHENTICATE completed."
        ]
        assert client.command(b"CAPABILITY") == [AFTER, b"T OK CAPABILITY completed."]
        assert client.command(b'ID ("name" "test")') == [
            b'* ID ("name" "Microsoft.Exchange.Imap4.Imap4Server" "version" "15.20")',
            b"T OK ID completed.",
        ]
        assert client.command(b"NAMESPACE") == [
            b'* NAMESPACE (("" "/")) NIL NIL',
            b"T OK NAMESPACE completed.",
        ]
        assert client.command(b'LIST "" ""') == [
            b'* LIST (\\Noselect) "/" ""',
            b"T OK LIST completed.",
        ]
        assert client.command(b"LOGOUT") == [
            b"* BYE Microsoft Exchange Server IMAP4 server signing off.",
            b"T OK LOGOUT completed.",
        ]
        assert client.line() == b""


def test_the_front_end_of_2026_says_other_words(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.imap_server.generation = "2026"
    with RawImap(fresh_sandbox) as client:
        assert b"Microsoft Exchange IMAP4 service ready. ****" in client.greeting
        assert b"LOGINDISABLED" in client.command(b"CAPABILITY")[0]
        assert b"AUTH=PLAIN" not in client.command(b"CAPABILITY")[0]
        client.sign_in(ANNA, fresh_sandbox.entra.mint(ANNA))
        assert client.command(b"CAPABILITY") == [AFTER, b"T OK CAPABILITY completed."]


def test_authenticate_works_in_two_steps_too(running_sandbox: Sandbox) -> None:
    token = running_sandbox.entra.mint(ANNA)
    with RawImap(running_sandbox) as client:
        client.send(b"X AUTHENTICATE XOAUTH2\r\n")
        assert client.line() == b"+ "
        client.send(base64.b64encode(xoauth2(ANNA, token)) + b"\r\n")
        assert client.line() == b"X OK AUTHENTICATE completed."


@pytest.mark.parametrize(
    ("ttl", "audience", "scopes"),
    [
        (-60, "https://outlook.office.com", "IMAP.AccessAsUser.All"),
        (3600, "https://graph.microsoft.com", "IMAP.AccessAsUser.All"),
        (3600, "https://outlook.office.com", "SMTP.Send"),
    ],
    ids=["expired", "wrong audience", "wrong scope"],
)
def test_a_bad_token_is_refused_without_a_reason(
    running_sandbox: Sandbox, ttl: int, audience: str, scopes: str
) -> None:
    token = running_sandbox.entra.mint(ANNA, ttl, audience, scopes)
    with RawImap(running_sandbox) as client:
        assert client.sign_in(ANNA, token) == [b"T NO AUTHENTICATE failed."]


def test_nonsense_is_refused(running_sandbox: Sandbox) -> None:
    with RawImap(running_sandbox) as client:
        assert client.sign_in(ANNA, "not-a-token") == [b"T NO AUTHENTICATE failed."]
        assert client.command(b"AUTHENTICATE XOAUTH2 ***") == [b"T BAD Command Argument Error. 12"]
        assert client.command(b"LOGIN anna secret") == [b"T NO LOGIN failed."]
        assert client.command(b"SELECT INBOX") == [b"T BAD Command received in Invalid state."]


def test_somebody_elses_token_is_authenticated_but_not_connected(
    running_sandbox: Sandbox,
) -> None:
    with RawImap(running_sandbox) as client:
        assert client.sign_in(BEN, running_sandbox.entra.mint(ANNA)) == [
            b"T OK AUTHENTICATE completed."
        ]
        not_connected = b"T BAD User is authenticated but not connected."
        assert client.command(b'LIST "" ""') == [not_connected]
        client.send(b"X NAMESPACE\r\n")
        assert client.lines_until(b"* BYE") == [
            not_connected.replace(b"T", b"X", 1),
            b"* BYE Connection closed. 14",
        ]


def test_a_shared_mailbox_opens_with_the_delegates_token(fresh_sandbox: Sandbox) -> None:
    fresh_sandbox.post_office.add_mailbox("info@contoso.example")
    fresh_sandbox.entra.share(ANNA, "info@contoso.example")
    with RawImap(fresh_sandbox) as client:
        client.sign_in("info@contoso.example", fresh_sandbox.entra.mint(ANNA))
        assert client.command(b"EXAMINE INBOX")[-1] == b"T OK [READ-ONLY] EXAMINE completed."


def test_a_disabled_mailbox_says_so_inside_its_ok(fresh_sandbox: Sandbox) -> None:
    answer = b'OK [Error="UserDisabled" AuthResult=27] AUTHENTICATE completed.'
    fresh_sandbox.imap_server.authenticate_answers[ANNA] = answer
    with RawImap(fresh_sandbox) as client:
        assert client.sign_in(ANNA, fresh_sandbox.entra.mint(ANNA)) == [b"T " + answer]
        assert client.command(b"SELECT INBOX") == [
            b"T BAD User is authenticated but not connected."
        ]


def test_the_session_ends_with_its_token(fresh_sandbox: Sandbox) -> None:
    with RawImap(fresh_sandbox) as client:
        client.sign_in(ANNA, fresh_sandbox.entra.mint(ANNA))
        fresh_sandbox.imap_server.expire_sessions(ANNA)
        client.send(b"X NOOP\r\n")
        assert client.lines_until(b"X") == [b"* BYE Session invalidated - AccessTokenExpired"]


def test_revoked_tokens_are_refused_at_the_next_sign_in(fresh_sandbox: Sandbox) -> None:
    token = fresh_sandbox.entra.mint(ANNA)
    fresh_sandbox.entra.revoke_all()
    with RawImap(fresh_sandbox) as client:
        assert client.sign_in(ANNA, token) == [b"T NO AUTHENTICATE failed."]
    with RawImap(fresh_sandbox) as client:
        renewed = client.sign_in(ANNA, fresh_sandbox.entra.mint(ANNA))
        assert renewed == [b"T OK AUTHENTICATE completed."]


def test_the_log_counts_round_trips(fresh_sandbox: Sandbox) -> None:
    with RawImap(fresh_sandbox) as client:
        client.sign_in(ANNA, fresh_sandbox.entra.mint(ANNA))
        client.command(b"SELECT INBOX")
        client.command(b"UID FETCH 1:* (FLAGS)")
    assert fresh_sandbox.imap_server.log == [
        ("", "AUTHENTICATE"),
        (ANNA, "SELECT"),
        (ANNA, "UID FETCH"),
    ]
    assert fresh_sandbox.imap_server.commands(ANNA) == ["SELECT", "UID FETCH"]
