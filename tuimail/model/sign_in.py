"""Signing in: the ways there are, and what a person needs for each."""

from __future__ import annotations

from enum import StrEnum

from tuimail.records import record


class SignInMethod(StrEnum):
    """How a person signs in. One key leads from one to the other."""

    DEVICE_CODE = "device code"
    """A code to type on any phone or computer (RFC 8628). Some organisations block it."""
    BROWSER = "browser"
    """A page in a browser on this computer, which comes back by itself (RFC 8252)."""
    PASTE = "paste"
    """A page in a browser anywhere. Its last page cannot be reached from there, and its address
    is pasted; where the port was carried there (`ssh -L`) it comes back by itself."""


class SignInPurpose(StrEnum):
    """What a sign-in is to allow: one permission more is asked for when it is needed."""

    MAIL = "mail"
    """Reading and sending by IMAP and SMTP."""
    GRAPH = "graph"
    """Sending through Microsoft Graph."""
    GRAPH_SHARED = "graph, shared"
    """The same as a shared mailbox."""


@record
class BrowserPage:
    """What the user needs for a sign-in in the browser.

    Attributes:
        url: The page to open.
        port: Where tuimail listens on 127.0.0.1 for the browser to come back.
        expires_on: Unix time, seconds: when tuimail stops waiting.
        can_paste: The last page's address holds the answer.
    """

    url: str
    port: int
    expires_on: float
    can_paste: bool = True
