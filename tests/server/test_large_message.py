"""A large message on a slow line: how far it is, and what is certain when the line breaks."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from tests.server.client import Client, mail, sandbox_account
from tests.server.fault_proxy import FaultProxy
from tests.server.faults import Faults
from tests.server.submitting import RAW, Hook, close, listening, token
from tests.waiting import until, wait_until
from tuimail.errors import ConnectionLost, MessageTooLarge, ServerTimeout
from tuimail.model.account import Endpoint
from tuimail.model.outbox import OutboxState
from tuimail.sandbox.sandbox import COLLEAGUE, OWNER, Sandbox
from tuimail.submission.smtp import SmtpSubmitter, Timeouts
from tuimail.submission.submitter import Options

LARGE = RAW + (b"0123456789" * 7 + b"\r\n") * 20_000


async def send(
    submitter: SmtpSubmitter, sandbox: Sandbox, hook: Hook, options: Options, raw: bytes = LARGE
) -> str:
    return await submitter.submit(
        username=OWNER,
        token=token(sandbox),
        mail_from=OWNER,
        rcpt_to=(COLLEAGUE,),
        raw=raw,
        before_data=hook,
        options=options,
    )


async def test_how_much_has_left_is_told_up_to_the_last_octet(
    fresh_sandbox: Sandbox, submitter: SmtpSubmitter
) -> None:
    told: list[int] = []
    await send(submitter, fresh_sandbox, Hook(), Options(progress=told.append))
    assert told == sorted(set(told))
    assert len(told) > 10
    assert told[-1] == len(LARGE)
    assert fresh_sandbox.smtp_server.sent[0].raw == LARGE


async def test_a_line_that_breaks_before_the_last_line_left_is_no_doubt(
    fresh_sandbox: Sandbox, submitter: SmtpSubmitter
) -> None:
    """Mutation that turns it red: `has_ended = True` before `_write` in submission/smtp.py."""

    def half(octets: int) -> None:
        if octets > len(LARGE) // 2:
            fresh_sandbox.smtp_server.kill_connections()

    hook = Hook()
    with pytest.raises(ConnectionLost, match="it was not sent"):
        await send(submitter, fresh_sandbox, hook, Options(progress=half))
    assert len(hook.calls) == 1
    assert fresh_sandbox.smtp_server.sent == []


@pytest.mark.parametrize(
    ("reply", "kind", "patience"),
    [(b"552 5.3.4 Message size exceeds fixed maximum message size", MessageTooLarge, 60.0),
     (b"", ServerTimeout, 1.0)],
    ids=["answered in the middle", "silent in the middle"],
)  # fmt: skip
async def test_what_a_server_does_in_the_middle_of_the_message_is_certain(
    fresh_sandbox: Sandbox, reply: bytes, kind: type[Exception], patience: float
) -> None:
    over = asyncio.Event()
    async with stopping_at_data(fresh_sandbox, reply, over) as endpoint:
        timeouts = Timeouts(connect=60, command=60, data=patience)
        submitter = SmtpSubmitter(endpoint, fresh_sandbox.ca_file, timeouts=timeouts)
        with pytest.raises(kind):
            # More than the system keeps of what was not read.
            await send(submitter, fresh_sandbox, Hook(), Options(), LARGE * 12)
        over.set()


def stopping_at_data(
    sandbox: Sandbox, reply: bytes, over: asyncio.Event
) -> AbstractAsyncContextManager[Endpoint]:
    """A server that reads no more of a message, and may say why; it hangs up when it is over."""
    tls = sandbox.certificates.server_context()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hi\r\n")
        while line := (await reader.readline()).strip():
            match line.split()[0]:
                case b"STARTTLS":
                    writer.write(b"220 go\r\n")
                    await writer.start_tls(tls)
                case b"EHLO":
                    is_encrypted = writer.get_extra_info("sslcontext") is not None
                    more = b"250 AUTH XOAUTH2" if is_encrypted else b"250 STARTTLS"
                    writer.write(b"250-here\r\n" + more + b"\r\n")
                case b"AUTH":
                    writer.write(b"235 2.7.0 ok\r\n")
                case b"DATA":
                    writer.write(b"354 go\r\n")
                    await reader.readline()
                    if reply:
                        writer.write(reply + b"\r\n")
                        await writer.drain()
                    await over.wait()
                    break
                case _:
                    writer.write(b"250 2.0.0 ok\r\n")
        await close(writer)

    return listening(serve)


@contextmanager
def slow_line(sandbox: Sandbox, directory: Path) -> Iterator[Client]:
    """An engine that sends over a line of 400 KB a second, online."""
    account = sandbox_account(sandbox)
    with FaultProxy(account.smtp.port, faults=Faults(rate=400_000)) as proxy:
        account = replace(account, smtp=Endpoint("localhost", proxy.port))
        with Client(account, directory, lambda code: sandbox.entra.approve(code, OWNER)) as client:
            client.sign_in()
            client.start()
            yield client


def large_mail(megabytes: int) -> bytes:
    lines = (b"0123456789" * 80 + b"\r\n") * 1_250
    return mail("large", sender=OWNER, to=COLLEAGUE) + lines * megabytes


def test_the_engine_says_how_far_it_is_and_other_mail_is_not_stopped(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    raw = large_mail(1)
    with slow_line(fresh_sandbox, tmp_path) as client:
        told: list[tuple[int, int, OutboxState]] = []

        def note() -> None:
            if (leaving := client.status.leaving) is not None:
                state = client.outbox(leaving.outbox_id).state
                told.append((leaving.outbox_id, leaving.total, state))

        client.engine.subscribe(note)
        outbox_id = client.queue(raw, "<large@x.example>", COLLEAGUE)
        wait_until(lambda: told, 60.0, "the message to leave")
        assert told[0] == (outbox_id, len(raw), OutboxState.SENDING)
        fresh_sandbox.mailbox(OWNER).folder("INBOX").append(mail("Meanwhile"))
        client.row("Meanwhile")
        client.wait_for_outbox(outbox_id, OutboxState.SENT, timeout=60.0)
        wait_until(lambda: client.status.leaving is None, 30.0, "the end of it")


@asynccontextmanager
async def ended(over: asyncio.Event) -> AsyncIterator[None]:
    """Say at the end that it is over, however it ends."""
    try:
        yield
    finally:
        over.set()


async def test_leaving_in_the_middle_of_a_message_is_no_doubt(
    fresh_sandbox: Sandbox, tmp_path: Path
) -> None:
    """Before its last line left nobody can have taken it over: it waits, and goes out once.

    Turned red by: `give_back` that does nothing; then it is uncertain at the next start, and never
    sent by itself.
    """
    over, account = asyncio.Event(), sandbox_account(fresh_sandbox)

    def approve(code: str) -> None:
        fresh_sandbox.entra.approve(code, OWNER)

    async with stopping_at_data(fresh_sandbox, b"", over) as endpoint, ended(over):
        with Client(replace(account, smtp=endpoint), tmp_path, approve) as client:
            client.sign_in()
            client.start()
            # More than the system keeps of what was not read.
            outbox_id = client.queue(large_mail(20), "<large@x.example>", COLLEAGUE)
            await until(lambda: client.status.leaving, describe="the message to leave")
            await asyncio.to_thread(client.engine.stop, 0.2)
            await until(lambda: client.outbox(outbox_id).state is not OutboxState.SENDING)
            assert client.outbox(outbox_id).state is OutboxState.QUEUED
    with Client(account, tmp_path, approve) as client:
        client.start()
        client.wait_for_outbox(outbox_id, OutboxState.SENT, timeout=60.0)
    assert len(fresh_sandbox.mailbox(COLLEAGUE).folder("INBOX")) == 1
