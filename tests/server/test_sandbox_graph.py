"""Microsoft Graph's sendMail in the sandbox, by plain HTTP."""

from __future__ import annotations

import base64
import email

import pytest
import requests

from tuimail.sandbox.entra_directory import GRAPH_AUDIENCE
from tuimail.sandbox.graph import GRAPH_ERRORS
from tuimail.sandbox.sandbox import Sandbox

ANNA = "anna@contoso.example"
BEN = "ben@contoso.example"
BOARD = "board@contoso.example"
LETTER = (
    b"From: Anna <anna@contoso.example>\r\nTo: ben@contoso.example\r\nCc: Kim <kim@x.example>\r\n"
    b"Bcc: lee@x.example\r\nSubject: Hello\r\n\r\nGood morning.\r\n"
)


def token(sandbox: Sandbox, scopes: str = "Mail.Send", ttl: int | None = None) -> str:
    return sandbox.entra.mint(ANNA, ttl, GRAPH_AUDIENCE, scopes)


def send(
    sandbox: Sandbox,
    http: requests.Session,
    body: bytes | None = None,
    *,
    access: str | None = None,
    mailbox: str = "me",
    content_type: str = "text/plain",
) -> requests.Response:
    """POST the message; the letter, by Anna, unless something else is asked for."""
    bearer = token(sandbox) if access is None else access
    headers = {"Content-Type": content_type}
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    return http.post(
        f"{sandbox.graph_url}/{mailbox}/sendMail",
        data=base64.b64encode(LETTER) if body is None else body,
        headers=headers,
    )


def code(response: requests.Response) -> tuple[int, str]:
    return response.status_code, response.json()["error"]["code"]


@pytest.mark.parametrize("mailbox", ["me", f"users/{ANNA}"])
def test_a_message_is_delivered_and_filed(
    fresh_sandbox: Sandbox, http: requests.Session, mailbox: str
) -> None:
    fresh_sandbox.smtp_server.no_sent_copy.add(ANNA)
    response = send(fresh_sandbox, http, mailbox=mailbox)
    assert (response.status_code, response.content) == (202, b"")
    (arrived,) = fresh_sandbox.mailbox(BEN).folder("INBOX").messages
    assert email.message_from_bytes(arrived.raw)["Bcc"] is None
    (copy,) = fresh_sandbox.mailbox(ANNA).folder("Sent Items").messages
    assert copy.raw == LETTER
    assert copy.flags == {"\\Seen"}
    (out,) = fresh_sandbox.post_office.outgoing
    assert out.rcpt_to == (BEN, "kim@x.example", "lee@x.example")


def test_base64_may_have_line_breaks(fresh_sandbox: Sandbox, http: requests.Session) -> None:
    assert send(fresh_sandbox, http, base64.encodebytes(LETTER)).status_code == 202


@pytest.mark.parametrize("body", [b"", b"!!!", LETTER, b"QUJD=QUJD"])
def test_what_is_no_base64_is_refused(
    fresh_sandbox: Sandbox, http: requests.Session, body: bytes
) -> None:
    response = send(fresh_sandbox, http, body)
    assert code(response) == (400, "ErrorMimeContentInvalidBase64String")
    assert response.json()["error"]["message"] == "Invalid base64 string for MIME content."


def test_a_message_to_nobody_and_one_as_json_are_refused(
    fresh_sandbox: Sandbox, http: requests.Session
) -> None:
    lonely = base64.b64encode(b"From: anna@contoso.example\r\n\r\nx\r\n")
    assert code(send(fresh_sandbox, http, lonely)) == (400, "ErrorInvalidRecipients")
    json = send(fresh_sandbox, http, b"{}", content_type="application/json")
    assert code(json) == (400, "ErrorInvalidRequest")


@pytest.mark.parametrize("case", ["none", "garbage", "expired", "audience", "revoked"])
def test_a_token_that_opens_nothing_is_401(
    fresh_sandbox: Sandbox, http: requests.Session, case: str
) -> None:
    access = {
        "none": "",
        "garbage": "garbage",
        "expired": token(fresh_sandbox, ttl=-60),
        "audience": fresh_sandbox.entra.mint(ANNA),
        "revoked": token(fresh_sandbox),
    }[case]
    if case == "revoked":
        fresh_sandbox.entra.revoke_all()
    response = send(fresh_sandbox, http, access=access)
    assert code(response) == (401, "InvalidAuthenticationToken")
    assert response.headers["WWW-Authenticate"].startswith('Bearer realm=""')


def test_a_token_without_the_scope_is_403(fresh_sandbox: Sandbox, http: requests.Session) -> None:
    access = token(fresh_sandbox, "User.Read")
    assert code(send(fresh_sandbox, http, access=access)) == (403, "ErrorAccessDenied")


def test_the_from_field_needs_the_right_to_send_as(
    fresh_sandbox: Sandbox, http: requests.Session
) -> None:
    letter = base64.b64encode(LETTER.replace(b"<anna@", b"<board@"))
    assert code(send(fresh_sandbox, http, letter)) == (403, "ErrorSendAsDenied")
    fresh_sandbox.smtp_server.send_as.add((ANNA, BOARD))
    assert send(fresh_sandbox, http, letter).status_code == 202


def test_a_shared_mailbox_needs_its_own_scope_and_the_right(
    fresh_sandbox: Sandbox, http: requests.Session
) -> None:
    letter = base64.b64encode(LETTER.replace(b"<anna@", b"<board@"))
    place = f"users/{BOARD}"
    assert code(send(fresh_sandbox, http, letter, mailbox=place)) == (403, "ErrorAccessDenied")
    access = token(fresh_sandbox, "Mail.Send Mail.Send.Shared")
    refused = send(fresh_sandbox, http, letter, mailbox=place, access=access)
    assert code(refused) == (404, "ErrorInvalidUser")
    fresh_sandbox.post_office.add_mailbox(BOARD)
    refused = send(fresh_sandbox, http, letter, mailbox=place, access=access)
    assert code(refused) == (403, "ErrorSendAsDenied")
    fresh_sandbox.smtp_server.send_as.add((ANNA, BOARD))
    assert send(fresh_sandbox, http, letter, mailbox=place, access=access).status_code == 202
    assert len(fresh_sandbox.mailbox(BOARD).folder("Sent Items")) == 1
    assert len(fresh_sandbox.mailbox(ANNA).folder("Sent Items")) == 0


@pytest.mark.parametrize("size", [4 << 20, 12 << 20])
def test_a_request_that_is_too_large_is_413(
    fresh_sandbox: Sandbox, http: requests.Session, size: int
) -> None:
    response = send(fresh_sandbox, http, b"A" * (size + 4))
    assert code(response) == (413, "RequestEntityTooLarge")
    assert send(fresh_sandbox, http).status_code == 202


def test_throttling_says_when_to_come_back(fresh_sandbox: Sandbox, http: requests.Session) -> None:
    fresh_sandbox.graph.retry_after = 23
    fresh_sandbox.graph.fail_next("throttled")
    response = send(fresh_sandbox, http)
    assert code(response) == (429, "ApplicationThrottled")
    assert response.headers["Retry-After"] == "23"
    assert send(fresh_sandbox, http).status_code == 202


@pytest.mark.parametrize("name", GRAPH_ERRORS)
def test_every_error_by_name_for_one_account(
    fresh_sandbox: Sandbox, http: requests.Session, name: str
) -> None:
    fresh_sandbox.graph.refuse[ANNA] = name
    error = GRAPH_ERRORS[name]
    response = send(fresh_sandbox, http)
    assert code(response) == (error.status, error.code)
    assert response.json()["error"]["message"] == error.message
    assert response.json()["error"]["innerError"]["request-id"] == response.headers["request-id"]
    assert fresh_sandbox.smtp_server.sent == []
    del fresh_sandbox.graph.refuse[ANNA]
    assert send(fresh_sandbox, http).status_code == 202


def test_a_dropped_connection_a_portal_and_a_typo(
    fresh_sandbox: Sandbox, http: requests.Session
) -> None:
    fresh_sandbox.graph.fail_next("garbage")
    assert send(fresh_sandbox, http).headers["Content-Type"].startswith("text/html")
    fresh_sandbox.graph.fail_next("drop")
    with pytest.raises(requests.ConnectionError):
        send(fresh_sandbox, http)
    with pytest.raises(ValueError, match="unknown failure"):
        fresh_sandbox.graph.refuse[ANNA] = "no such failure"


def test_a_refresh_token_of_the_mailbox_opens_graph(
    fresh_sandbox: Sandbox, http: requests.Session
) -> None:
    outlook = "https://outlook.office.com/SMTP.Send"
    grant = fresh_sandbox.entra.grant(ANNA, fresh_sandbox.client_id, outlook)
    answer = http.post(
        f"{fresh_sandbox.authority}/oauth2/v2.0/token",
        data={
            "client_id": fresh_sandbox.client_id,
            "grant_type": "refresh_token",
            "refresh_token": str(grant["refresh_token"]),
            "scope": "https://graph.microsoft.com/Mail.Send offline_access",
        },
    ).json()
    assert send(fresh_sandbox, http, access=answer["access_token"]).status_code == 202
    assert code(send(fresh_sandbox, http, access=str(grant["access_token"])))[0] == 401
