"""Leaving a mailing list by one request (RFC 8058).

The request is worked out anew from the stored header, so that nothing but a message can name its
address. It is made once, in a thread of its own: no mail waits for a list's server.
"""

from __future__ import annotations

import threading

from tuimail.errors import StoreError, TuimailError
from tuimail.http import HttpClient
from tuimail.mime.trusting import read_trust
from tuimail.model.message import MessageKey
from tuimail.model.notice import Notice, Severity
from tuimail.store.store import Store

FORM = {"List-Unsubscribe": "One-Click"}
_NOT_NOW = "Nothing was sent a second time. The mail names other ways in its header."


def start_leaving(store: Store, key: MessageKey) -> None:
    """Leave the list of a message; a notice says how it went."""
    threading.Thread(
        target=_leave_by_itself, args=(store, key), name="unsubscribe", daemon=True
    ).start()


def _leave_by_itself(store: Store, key: MessageKey) -> None:
    http = HttpClient()
    try:
        leave(store, key, http)
    except StoreError:
        return  # the store is closing: the request was made or not, nobody is there to be told
    finally:
        http.close()


def leave(store: Store, key: MessageKey, http: HttpClient) -> None:
    """Make the request and store a notice about it.

    Raises:
        StoreError: The message cannot be read, or the notice not be stored.
    """
    header = store.read.part(key, "HEADER") or store.read.part(key, "") or b""
    ways = read_trust(header).unsubscribing
    if ways is None or not ways.post:
        notice = Notice(
            Severity.WARNING,
            "This mail cannot be unsubscribed from by one request.",
            now="Nothing was sent.",
            about=key,
        )
    else:
        notice = _made(http, ways.post, key)
    store.write(lambda tx: tx.add_notice(notice)).result()


def _made(http: HttpClient, url: str, key: MessageKey) -> Notice:
    try:
        status = http.announce(url, FORM)
    except TuimailError as error:
        return Notice(
            Severity.WARNING,
            "The list could not be left.",
            happened=error.message,
            now=_NOT_NOW,
            you_can=error.hint or "Try again later.",
            about=key,
        )
    if 200 <= status < 300:
        return Notice(Severity.SUCCESS, "Unsubscribed: the list's server took it.", about=key)
    return Notice(
        Severity.WARNING,
        "The list's server did not take it.",
        happened=f"It answered with HTTP {status}.",
        now=_NOT_NOW,
        you_can="Try again later, or open the list's page.",
        about=key,
    )
