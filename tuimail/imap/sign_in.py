"""SASL XOAUTH2 towards Exchange, and the proof that the sign-in was worth something.

Exchange may say `OK AUTHENTICATE completed.` and mean nothing by it: with a user name that does
not belong to the token, or IMAP switched off, every later command fails. So a command that is
needed anyway, LIST, is asked at once, and only its success counts.
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Final

from tuimail import __version__
from tuimail.errors import (
    CommandInvalid,
    MailboxUnavailable,
    NotConnected,
    SignInRequired,
    Throttled,
    TuimailError,
)
from tuimail.imap import capabilities
from tuimail.imap.channel import Channel, Completion, Reply
from tuimail.imap.translate import refused_sign_in, server_words
from tuimail.model.secret import Secret

_MAX_AUTHENTICATE: Final = 65536  # a token with many groups in it is long; servers know that
_MAX_CHALLENGES: Final = 3
_EXCHANGE_ERROR: Final = re.compile(r'\[Error="([^"]*)"(?: AuthResult=(\d+))?')

LIST_ALL: Final = ("LIST", (b'""', b'"*"'))
_ID: Final = ("ID", (b'("name" "tuimail" "version" "%s")' % __version__.encode("ascii"),))


def authenticate(channel: Channel, username: str, token: Secret) -> str:
    """AUTHENTICATE XOAUTH2 [Microsoft: OAuth for IMAP, POP and SMTP], with SASL-IR if offered.

    Returns:
        What Exchange put into `[Error="…"]` although it said OK; empty as a rule.

    Raises:
        SignInRequired: Refused; `detail` has the server's words and its JSON challenge.
        MailboxUnavailable: Refused for a reason that is not the sign-in's.
        NotConnected, Throttled, NetworkError.
    """
    initial = base64.b64encode(f"user={username}\x01auth=Bearer {token.reveal()}\x01\x01".encode())
    announced = channel.announcements
    challenge = ""
    if capabilities.SASL_IR in channel.capabilities:
        tag = channel.begin("AUTHENTICATE", b"XOAUTH2", initial, max_octets=_MAX_AUTHENTICATE)
        answer = channel.await_continuation(tag)
    else:
        tag = channel.begin("AUTHENTICATE", b"XOAUTH2")
        answer = channel.await_continuation(tag)
        if isinstance(answer, bytes):
            channel.wire.send(initial + b"\r\n")
            answer = channel.await_continuation(tag)
    for _ in range(_MAX_CHALLENGES):
        if isinstance(answer, Completion):
            break
        # A challenge means failure; an empty line asks for the NO. The token is not sent again.
        challenge = _challenge_text(answer) or challenge
        channel.wire.send(b"\r\n")
        answer = channel.await_continuation(tag)
    if not isinstance(answer, Completion):
        raise SignInRequired("The mailbox does not accept the sign-in.", detail=challenge)
    _check(answer, challenge)
    if answer.code == "CAPABILITY":
        channel.announce(answer.code_data)
    if channel.announcements == announced:
        channel.capabilities_known = False
    found = _EXCHANGE_ERROR.search(answer.text)
    return server_words(answer.text) if found else ""


def probe(channel: Channel, doubt: str) -> Reply:
    """Ask for CAPABILITY where needed, say who we are, and ask for all folders, in one go.

    Args:
        channel: Just authenticated.
        doubt: What `authenticate` returned.

    Returns:
        The answer to LIST.

    Raises:
        NotConnected: The mailbox is closed; `detail` has `doubt` too.
        TuimailError: As for any command.
    """
    commands: list[tuple[str, tuple[bytes, ...]]] = []
    if not channel.capabilities_known:
        commands.append(("CAPABILITY", ()))
    if capabilities.ID in channel.capabilities:
        commands.append(_ID)
    commands.append(LIST_ALL)
    try:
        replies = channel.pipeline(commands)
        for (verb, _), reply in zip(commands, replies, strict=True):
            _check_probe(verb, reply)
    except TuimailError as error:
        if doubt and not isinstance(error, Throttled | MailboxUnavailable):
            raise NotConnected(
                "The sign-in was accepted, but the mailbox stays closed.",
                hint="IMAP may be switched off for this mailbox.",
                detail=f"{doubt} {error.detail}".strip(),
            ) from error
        raise
    channel.capabilities_known = True
    return replies[-1]


def _check_probe(verb: str, reply: Reply) -> None:
    """LIST must succeed; of the others only what concerns the whole session counts."""
    try:
        reply.completion.check(verb)
    except (NotConnected, Throttled):
        raise
    except CommandInvalid as error:
        if verb == "LIST":  # BAD for what is always allowed: the mailbox behind it is not there
            raise NotConnected(
                "The sign-in was accepted, but the mailbox stays closed.", detail=error.detail
            ) from error
    except TuimailError:
        if verb == "LIST":
            raise


def _check(completion: Completion, challenge: str) -> None:
    if completion.status != "OK":
        raise refused_sign_in(f"{server_words(completion.text)} {challenge}".strip())


def _challenge_text(answer: bytes) -> str:
    """The JSON of a failure challenge, such as `{"status":"401",…}`, as text."""
    try:
        return server_words(base64.b64decode(answer, validate=True))
    except (binascii.Error, ValueError):
        return server_words(answer)
