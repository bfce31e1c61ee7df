"""smtplib against the sandbox's submission service: secured, signed in, a letter to send."""

from __future__ import annotations

import base64
import smtplib
from collections.abc import Iterator
from contextlib import contextmanager

from tests.server.sandbox_fixture import tls_context, xoauth2
from tuimail.sandbox.sandbox import Sandbox

ANNA = "anna@contoso.example"
BEN = "ben@contoso.example"
LETTER = (
    b"From: Anna <anna@contoso.example>\r\nTo: ben@contoso.example\r\nBcc: kim@x.example\r\n"
    b"Subject: Hello\r\nMessage-ID: <1@contoso.example>\r\n\r\n.dots\r\n..more\r\n"
)


@contextmanager
def secured(sandbox: Sandbox) -> Iterator[smtplib.SMTP]:
    """A connection after STARTTLS and the second EHLO."""
    client = smtplib.SMTP(*sandbox.smtp, timeout=30)
    try:
        client.ehlo("client.example")
        client.starttls(context=tls_context(sandbox))
        client.ehlo("client.example")
        yield client
    finally:
        client.close()


def sasl(sandbox: Sandbox, user: str = ANNA, token: str | None = None) -> str:
    """The argument of AUTH XOAUTH2."""
    access = token or sandbox.entra.mint(user)
    return base64.b64encode(xoauth2(user, access)).decode("ascii")


@contextmanager
def signed_in(sandbox: Sandbox, user: str = ANNA) -> Iterator[smtplib.SMTP]:
    """A connection on which AUTH has succeeded."""
    with secured(sandbox) as client:
        assert client.docmd("AUTH", f"XOAUTH2 {sasl(sandbox, user)}")[0] == 235
        yield client
