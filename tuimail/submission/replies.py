"""What an SMTP reply means for a message (RFC 5321, 4.2; RFC 3463 for the enhanced code)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from tuimail.errors import (
    AuthError,
    MessageTooLarge,
    RecipientsRefused,
    SignInRequired,
    SubmissionDeferred,
    SubmissionDisabled,
    SubmissionError,
    SubmissionRefused,
)
from tuimail.exchange.diagnosis import Diagnosis, Kind, diagnose, explain
from tuimail.model.account import Sharing
from tuimail.text.safe import SafeText, clean


class Stage(StrEnum):
    """Where in the dialogue a reply came. The words are shown."""

    CONNECT = "the connection"
    STARTTLS = "encryption"
    SIGN_IN = "the sign-in"
    SENDER = "the sender"
    RECIPIENT = "a recipient"
    MESSAGE = "the message"


# Exchange ends replies with [host time id]; support asks for it, nobody else.
_TRAILER: Final = re.compile(r"\s*\[[^\[\]]*\]\s*\Z")
_TOO_LARGE: Final = re.compile(r"552 5\.3\.4|55[0-9] 5\.2\.3\b|552 .*size", re.IGNORECASE)
_LONGEST_HEADLINE: Final = 160
_TOO_MANY: Final = "smtp-too-many-recipients"
"""In the catalogue."""


def reply_text(code: int, message: str) -> SafeText:
    """Return a reply as one clean line, code first."""
    return SafeText(" ".join(clean(f"{code} {message}").split()))


def headline(reply: str) -> str:
    """Return a reply without Exchange's trailing bracket, cut to a line."""
    short = _TRAILER.sub("", reply).strip()
    return short if len(short) <= _LONGEST_HEADLINE else short[: _LONGEST_HEADLINE - 1] + "…"


def error_for(
    code: int,
    message: str,
    *,
    stage: Stage,
    address: str,
    personal: bool | None = None,
    sharing: Sharing | None = None,
) -> SubmissionError | AuthError:
    """Translate a reply that is not the hoped-for one.

    Args:
        code: Three digits; anything else counts as a refusal for now.
        message: The rest, lines joined by line feeds.
        stage: What it answered.
        address: Who signs in, for the line an administrator has to run.
        personal: Whether it is a personal account; None to tell by the address.
        sharing: The shared mailbox that is sent from, if it is one.
    """
    reply = reply_text(code, message)
    found = explain(reply, source="smtp", address=address, personal=personal, sharing=sharing)
    if found.is_listed:
        return _from_diagnosis(found, code, stage)
    if not 500 <= code < 600:
        return SubmissionDeferred(
            f"The server refused {stage} for now: {headline(reply)}", detail=reply
        )
    if stage is Stage.SIGN_IN:
        return SignInRequired(
            "The server did not accept the sign-in for sending.", hint=found.fix, detail=reply
        )
    if _TOO_LARGE.search(reply):
        return MessageTooLarge(
            "The message is too large for the server.",
            hint="Remove attachments, or send them another way.",
            detail=reply,
        )
    return SubmissionRefused(
        f"The server refused {stage}: {headline(reply)}", hint=found.fix, detail=reply
    )


def _from_diagnosis(found: Diagnosis, code: int, stage: Stage) -> SubmissionError | AuthError:
    words = {
        "hint": found.fix,
        "detail": found.raw,
        "command": found.command,
        "url": found.url,
    }
    if found.kind is Kind.DISABLED:
        return SubmissionDisabled(found.title, **words)
    if found.kind is Kind.SIGN_IN and code >= 500:
        return SignInRequired(found.title, **words)
    if found.id == "smtp-too-large":
        return MessageTooLarge(found.title, **words)
    # A limit that more tries will not move is a refusal, even with a code that says "for now".
    if found.kind is Kind.REFUSED or (code >= 500 and stage is not Stage.SIGN_IN):
        return SubmissionRefused(found.title, **words)
    # What is listed as "busy" is about the mailbox or the server, not about the message.
    return SubmissionDeferred(
        found.title, retry_after=found.wait, of_account=found.kind is Kind.BUSY, **words
    )


def error_for_recipients(
    refused: Mapping[str, tuple[int, str]],
    total: int,
    *,
    address: str,
    sharing: Sharing | None = None,
) -> SubmissionError | AuthError:
    """Translate the refusals collected at RCPT. Nothing has been sent.

    Args:
        refused: Recipient to code and message.
        total: How many recipients there are.
        address: Who signs in.
        sharing: The shared mailbox that is sent from, if it is one.
    """
    errors = {
        recipient: error_for(code, message, stage=Stage.RECIPIENT, address=address, sharing=sharing)
        for recipient, (code, message) in refused.items()
    }
    first = next(iter(errors.values()))
    if all(isinstance(error, SubmissionDeferred) for error in errors.values()):
        return first
    if all(isinstance(error, SignInRequired | SubmissionDisabled) for error in errors.values()):
        return first
    # Who is refused for now is asked again with the rest: nobody is to be taken out for that.
    errors = {who: one for who, one in errors.items() if not isinstance(one, SubmissionDeferred)}
    first = next(iter(errors.values()))
    # What is listed is about the mailbox, the organisation or the number, not about who it is.
    titles = {error.message for error in errors.values()}
    listed = diagnose(first.detail, source="smtp")
    is_about_all = len(titles) == 1 and listed is not None
    if is_about_all and len(errors) == total:
        return first
    replies = {str(clean(recipient)): str(reply_text(*refused[recipient])) for recipient in errors}
    if total == 1:
        short = "The recipient was refused, nothing was sent."
    elif len(errors) == total:
        short = f"All {total} recipients were refused, nothing was sent."
    else:
        verb = "was" if len(errors) == 1 else "were"
        short = f"{len(errors)} of {total} recipients {verb} refused, nothing was sent."
    hint = f"{first.message} {first.hint}" if is_about_all else "Correct or remove them, then send."
    too_many = is_about_all and listed is not None and listed.id == _TOO_MANY
    return RecipientsRefused(short, refused=replies, hint=hint, too_many=too_many)
