"""What submission tests share: a submitter at the sandbox, a hook, and servers that misbehave."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

import pytest

from tuimail.errors import (
    TuimailError,
)
from tuimail.model.account import Endpoint, Token
from tuimail.model.secret import Secret
from tuimail.sandbox.sandbox import COLLEAGUE, OWNER, Sandbox
from tuimail.submission.smtp import SmtpSubmitter

RAW = (
    b"From: anna@contoso.example\r\nTo: ben@contoso.example\r\nSubject: Hello\r\n"
    b"Message-ID: <1@contoso.example>\r\n\r\nGood morning.\r\n.\r\n..dots\r\n"
)


@dataclass
class Hook:
    """`before_data`, and what the server had heard when it was called."""

    sandbox: Sandbox | None = None
    calls: list[list[str]] = field(default_factory=list)
    error: Exception | None = None

    async def __call__(self) -> None:
        heard = [verb for _, verb in self.sandbox.smtp_server.log] if self.sandbox else []
        self.calls.append(heard)
        if self.error is not None:
            raise self.error


@pytest.fixture
def submitter(fresh_sandbox: Sandbox) -> SmtpSubmitter:
    return SmtpSubmitter(Endpoint(*fresh_sandbox.smtp), fresh_sandbox.ca_file)


def token(sandbox: Sandbox, user: str = OWNER) -> Token:
    return Token(Secret(sandbox.entra.mint(user)), 4e9, user)


async def send(
    submitter: SmtpSubmitter,
    sandbox: Sandbox,
    hook: Hook,
    *,
    raw: bytes = RAW,
    rcpt_to: Sequence[str] = (COLLEAGUE,),
    mail_from: str = OWNER,
    access: Token | None = None,
) -> str:
    return await submitter.submit(
        username=OWNER,
        token=access or token(sandbox),
        mail_from=mail_from,
        rcpt_to=rcpt_to,
        raw=raw,
        before_data=hook,
    )


async def refusal(submitter: SmtpSubmitter, sandbox: Sandbox, hook: Hook) -> TuimailError:
    with pytest.raises(TuimailError) as caught:
        await send(submitter, sandbox, hook)
    return caught.value


async def close(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()
    with suppress(OSError):
        await writer.wait_closed()


@asynccontextmanager
async def listening(serve: Callable[..., Awaitable[None]]) -> AsyncIterator[Endpoint]:
    """Serve on a free port; at the end wait until every connection is closed."""
    running: set[asyncio.Task[None]] = set()

    async def tracked(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        with suppress(OSError):
            await serve(reader, writer)

    server = await asyncio.start_server(tracked, "127.0.0.1", 0)
    try:
        yield Endpoint("localhost", server.sockets[0].getsockname()[1])
    finally:
        server.close()
        await asyncio.gather(*running)


@asynccontextmanager
async def scripted_server(
    replies: dict[bytes, bytes],
) -> AsyncIterator[tuple[Endpoint, list[bytes]]]:
    """A server without TLS that answers verbs from a table; an empty answer hangs up."""
    heard: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        reply = replies[b""]
        while reply:
            writer.write(reply + b"\r\n")
            line = (await reader.readline()).rstrip()
            if not line:
                break
            heard.append(line)
            reply = replies.get(line.split()[0], b"221 bye" if line == b"QUIT" else b"500 no")
        await close(writer)

    async with listening(serve) as endpoint:
        yield endpoint, heard


@asynccontextmanager
async def silent_after(verb: str, sandbox: Sandbox) -> AsyncIterator[Endpoint]:
    """A server over real TLS that falls silent at a verb; after DATA's 354 for "DATA"."""
    capabilities = b"250-here\r\n250-AUTH XOAUTH2\r\n250 SIZE 100000000\r\n"
    tls: ssl.SSLContext = sandbox.certificates.server_context()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 hi\r\n")
        while line := (await reader.readline()).strip():
            command = line.split()[0].decode()
            if command == "STARTTLS":
                writer.write(b"220 go\r\n")
                await writer.start_tls(tls)
                continue
            if command == "DATA":
                writer.write(b"354 go\r\n")
                await reader.read()
                break
            if command == verb:
                await reader.read()
                break
            if command == "EHLO":
                has_tls = writer.get_extra_info("sslcontext") is not None
                writer.write(capabilities if has_tls else b"250-here\r\n250 STARTTLS\r\n")
            else:
                writer.write(b"235 2.7.0 ok\r\n" if command == "AUTH" else b"250 2.0.0 ok\r\n")
        await close(writer)

    async with listening(serve) as endpoint:
        yield endpoint
