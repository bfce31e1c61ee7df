"""Sending through Microsoft Graph: what goes that way, what is certain afterwards, and consent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.server.client import ApprovingPrompt, Client, mail, sandbox_account
from tests.server.ports import free_ports
from tests.server.sandbox_fixture import signed_in
from tests.server.submitting import Hook
from tests.waiting import wait_until
from tuimail.errors import (
    ConnectFailed,
    GraphNotAllowed,
    MessageTooLarge,
    SubmissionDeferred,
    SubmissionRefused,
    SubmissionUncertain,
    TuimailError,
)
from tuimail.http import HttpClient
from tuimail.model.account import SendVia, Token
from tuimail.model.outbox import GRAPH_RECEIPT, OutboxItem, OutboxState, Reason, SentCopy
from tuimail.model.secret import Secret
from tuimail.model.sign_in import SignInMethod, SignInPurpose
from tuimail.sandbox.entra_directory import GRAPH_AUDIENCE
from tuimail.sandbox.sandbox import COLLEAGUE, OWNER, Sandbox
from tuimail.submission.graph import GraphSubmitter

RAW = (
    f"From: {OWNER}\r\nTo: {COLLEAGUE}\r\nSubject: Hello\r\nMessage-ID: <g1@contoso.example>\r\n"
    "\r\nGood morning.\r\n"
).encode()


@pytest.fixture
def http(fresh_sandbox: Sandbox) -> Iterator[HttpClient]:
    client = HttpClient(fresh_sandbox.ca_file)
    yield client
    client.close()


async def send(
    sandbox: Sandbox,
    http: HttpClient,
    hook: Hook,
    raw: bytes = RAW,
    rcpt_to: tuple[str, ...] = (COLLEAGUE,),
    graph: str = "",
) -> str:
    forced: list[bool] = []

    async def token(force: bool) -> Token:
        forced.append(force)
        return Token(Secret(sandbox.entra.mint(OWNER, None, GRAPH_AUDIENCE, "Mail.Send")), 4e9)

    account = sandbox_account(sandbox)
    if graph:
        account = replace(account, graph=graph)
    return await GraphSubmitter(account, http, token).submit(
        username=OWNER,
        token=Token(Secret("of another service"), 0.0),
        mail_from=OWNER,
        rcpt_to=rcpt_to,
        raw=raw,
        before_data=hook,
    )


def inbox(sandbox: Sandbox, address: str = COLLEAGUE) -> list[bytes]:
    return [message.raw for message in sandbox.mailbox(address).folder("INBOX").messages]


async def test_the_same_octets_arrive_and_hidden_recipients_stay_hidden(
    fresh_sandbox: Sandbox, http: HttpClient
) -> None:
    hook = Hook()
    hidden = ("lee@x.example", "zoe@y.example")
    receipt = await send(fresh_sandbox, http, hook, rcpt_to=(COLLEAGUE, *hidden))
    assert receipt == GRAPH_RECEIPT
    assert len(hook.calls) == 1
    (arrived,) = inbox(fresh_sandbox)
    assert arrived.endswith(RAW)
    assert b"lee@" not in arrived
    (out,) = fresh_sandbox.post_office.outgoing
    assert out.rcpt_to == (COLLEAGUE, *hidden)


@pytest.mark.parametrize(
    ("raw", "rcpt_to"),
    [
        (RAW.replace(b"Subject", b"Resent-To: x@y.example\r\nSubject"), (COLLEAGUE,)),
        (RAW, ("somebody@else.example",)),
        (RAW, (COLLEAGUE, "jürgen@x.example")),
        (RAW.replace(b"Subject", b"Bcc: x@y.example\r\nSubject"), (COLLEAGUE,)),
    ],
    ids=["resent", "header names more", "beyond ASCII", "own Bcc"],
)
async def test_what_graph_would_send_to_others_is_not_given_to_it(
    fresh_sandbox: Sandbox, http: HttpClient, raw: bytes, rcpt_to: tuple[str, ...]
) -> None:
    """Mutation that turns it red: leaving out `named - wanted.keys()`."""
    hook = Hook()
    with pytest.raises(SubmissionRefused, match="cannot send this message"):
        await send(fresh_sandbox, http, hook, raw, rcpt_to)
    assert not hook.calls
    assert fresh_sandbox.graph.requests == []


async def test_beyond_one_request_it_is_said_before_anything_is_begun(
    fresh_sandbox: Sandbox, http: HttpClient
) -> None:
    hook = Hook()
    with pytest.raises(MessageTooLarge, match=r"takes 3 MB, the message has 3\.2 MB") as caught:
        await send(fresh_sandbox, http, hook, RAW + b"x" * 78 * 43_000)
    assert "SMTP" in caught.value.hint
    assert not hook.calls
    assert fresh_sandbox.graph.requests == []


@pytest.mark.parametrize(
    ("failure", "kind"),
    [
        ("bad_request", SubmissionRefused),
        ("access_denied", GraphNotAllowed),
        ("send_as_denied", SubmissionRefused),
        ("no_mailbox", SubmissionRefused),
        ("too_large", MessageTooLarge),
        ("request_too_large", MessageTooLarge),
        ("throttled", SubmissionDeferred),
        ("submission_quota", SubmissionRefused),
        ("quota", SubmissionRefused),
        ("unavailable", SubmissionDeferred),
        ("server_error", SubmissionUncertain),
        ("drop", SubmissionUncertain),
        ("garbage", SubmissionUncertain),
    ],
)
async def test_every_answer_of_graph_is_what_it_is(
    fresh_sandbox: Sandbox, http: HttpClient, failure: str, kind: type[TuimailError]
) -> None:
    fresh_sandbox.graph.fail_next(failure)
    with pytest.raises(TuimailError) as caught:
        await send(fresh_sandbox, http, Hook())
    assert type(caught.value) is kind
    assert inbox(fresh_sandbox) == []
    assert caught.value.__context__ is None or "Bearer" not in repr(caught.value.__context__)


async def test_the_time_that_graph_names_is_kept(fresh_sandbox: Sandbox, http: HttpClient) -> None:
    fresh_sandbox.graph.fail_next("throttled")
    fresh_sandbox.graph.retry_after = 77
    with pytest.raises(SubmissionDeferred) as caught:
        await send(fresh_sandbox, http, Hook())
    assert caught.value.retry_after == 77


async def test_a_refused_token_is_made_anew_once(fresh_sandbox: Sandbox, http: HttpClient) -> None:
    fresh_sandbox.graph.fail_next("expired")
    hook = Hook()
    assert await send(fresh_sandbox, http, hook) == GRAPH_RECEIPT
    assert len(hook.calls) == 1
    assert len(inbox(fresh_sandbox)) == 1
    fresh_sandbox.graph.fail_next("expired", 2)
    with pytest.raises(GraphNotAllowed):
        await send(fresh_sandbox, http, Hook())


async def test_without_a_network_nothing_was_sent_for_certain(
    fresh_sandbox: Sandbox, http: HttpClient
) -> None:
    with pytest.raises(ConnectFailed):
        await send(fresh_sandbox, http, Hook(), graph=f"https://localhost:{free_ports(1)[0]}/v1.0")


# ------------------------------------------------------------------------ with the whole engine


@pytest.fixture
def client(fresh_sandbox: Sandbox, tmp_path: Path) -> Iterator[Client]:
    account = sandbox_account(fresh_sandbox)
    with Client(account, tmp_path, lambda code: fresh_sandbox.entra.approve(code, OWNER)) as client:
        client.sign_in()
        client.start()
        yield client


def queue(client: Client, subject: str, via: SendVia, to: str = COLLEAGUE) -> int:
    raw = mail(subject, sender=OWNER, to=to, message_id=f"<{subject}@contoso.example>")
    return client.queue(raw, f"<{subject}@contoso.example>", to, via=via)


def copies(sandbox: Sandbox, subject: str) -> int:
    with signed_in(sandbox, OWNER) as peer:
        peer.select('"Sent Items"', readonly=True)
        _, (found,) = peer.search(None, "SUBJECT", subject)
    return len(found.split())


def settled(client: Client, outbox_id: int) -> OutboxItem:
    wait_until(
        lambda: client.outbox(outbox_id).sent_copy in (SentCopy.FILED, SentCopy.NONE),
        30.0,
        "the copy",
    )
    return client.outbox(outbox_id)


def test_where_smtp_is_off_it_goes_through_graph_once_with_one_copy(
    client: Client, fresh_sandbox: Sandbox
) -> None:
    fresh_sandbox.smtp_server.refuse[OWNER] = "smtp-off-tenant"
    outbox_id = queue(client, "fallback", SendVia.SMTP_THEN_GRAPH)
    client.wait_for_outbox(outbox_id, OutboxState.SENT)
    item = settled(client, outbox_id)
    assert item.receipt is not None
    assert item.receipt.startswith(GRAPH_RECEIPT)
    assert len(inbox(fresh_sandbox)) == 1
    assert copies(fresh_sandbox, "fallback") == 1
    assert fresh_sandbox.smtp_server.log[-1][1] in ("AUTH", "QUIT")


def test_whatever_else_smtp_says_graph_is_not_asked(client: Client, fresh_sandbox: Sandbox) -> None:
    """Mutation that turns it red: catching `SubmissionError` in ways.py."""
    fresh_sandbox.smtp_server.refuse[OWNER] = "send-as-denied-sender"
    refused = queue(client, "refused", SendVia.SMTP_THEN_GRAPH)
    client.wait_for_outbox(refused, OutboxState.FAILED)
    del fresh_sandbox.smtp_server.refuse[OWNER]
    fresh_sandbox.smtp_server.drop_after_data = "not accepted"
    uncertain = queue(client, "uncertain", SendVia.SMTP_THEN_GRAPH)
    client.wait_for_outbox(uncertain, OutboxState.UNCERTAIN)
    assert fresh_sandbox.graph.requests == []


def test_a_permission_that_is_missing_is_asked_for_and_then_it_goes_out(
    client: Client, fresh_sandbox: Sandbox
) -> None:
    """Mail.Send is asked for by itself, and the sign-in for mail stays as it was."""
    fresh_sandbox.entra.set_consent("user-may-consent")
    fresh_sandbox.entra.grant_consent(
        fresh_sandbox.entra.home(OWNER),
        fresh_sandbox.client_id,
        " ".join(client.account.scopes),
    )
    outbox_id = queue(client, "allowed", SendVia.GRAPH)
    item = client.wait_for_outbox(outbox_id, OutboxState.FAILED)
    assert item.reason is Reason.NOT_ALLOWED
    assert item.problem is not None
    assert item.problem.short == "Sending through Microsoft Graph is not allowed yet."
    assert "administrator grants" in item.problem.you_can
    prompt = ApprovingPrompt(lambda code: fresh_sandbox.entra.approve(code, OWNER))
    client.engine.sign_in(client.account.id, prompt, SignInMethod.DEVICE_CODE, SignInPurpose.GRAPH)
    wait_until(prompt.done.is_set, 30.0, "the sign-in")
    assert prompt.finished_with is not None
    assert prompt.finished_with.problem is None
    client.wait_for_outbox(outbox_id, OutboxState.SENT)
    assert len(inbox(fresh_sandbox)) == 1
    assert client.tokens.get(force_refresh=True).result(30).expires_on > 0


def test_what_is_too_large_for_graph_names_both_ways_out(
    client: Client, fresh_sandbox: Sandbox
) -> None:
    fresh_sandbox.smtp_server.refuse[OWNER] = "smtp-off-mailbox"
    raw = mail("large", sender=OWNER, to=COLLEAGUE) + b"0123456789\r\n" * 300_000
    outbox_id = client.queue(raw, "<large@x.y>", COLLEAGUE, via=SendVia.SMTP_THEN_GRAPH)
    item = client.wait_for_outbox(outbox_id, OutboxState.FAILED)
    assert item.reason is Reason.TOO_LARGE
    assert item.problem is not None
    assert "3 MB" in item.problem.short
    assert "SmtpClientAuthenticationDisabled $false" in item.problem.command
