"""What the outbox knows of submission: one method, so that there can be more than one way."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from tuimail.model.account import SendVia, Token


def _nobody(_octets: int) -> None:
    """Nobody wants to know how far it is."""


def _nothing() -> None:
    """Nobody wants to know."""


def _unheard(_receipt: str) -> None:
    """Who waits for the end hears it there."""


@dataclass(frozen=True, slots=True)
class Options:
    """How one message is handed over.

    Attributes:
        via: The way out that was chosen for it.
        notify: Whether delivery is to be reported (RFC 3461), where the server offers that.
        envelope_id: Stands in such a report; printable ASCII.
        progress: Told how many octets of the message have left, now and then.
        ends: Called right before what completes the message leaves: until then nobody can have
            taken it over.
        taken: Told the final reply at once when the message was taken over, before the goodbye.
    """

    via: SendVia = SendVia.SMTP
    notify: bool = False
    envelope_id: str = ""
    progress: Callable[[int], None] = _nobody
    ends: Callable[[], None] = _nothing
    taken: Callable[[str], None] = _unheard


PLAIN: Final = Options()


class Submitter(Protocol):
    """Hands one message over (RFC 6409)."""

    async def submit(
        self,
        *,
        username: str,
        token: Token,
        mail_from: str,
        rcpt_to: Sequence[str],
        raw: bytes,
        before_data: Callable[[], Awaitable[None]],
        options: Options = PLAIN,
    ) -> str:
        """Hand a message over to all of its recipients or to none.

        Args:
            username: Who signs in.
            token: With the scope SMTP.Send.
            mail_from: Envelope sender, `local@domain`.
            rcpt_to: Envelope recipients, without duplicates, at least one.
            raw: RFC 5322 bytes with CRLF.
            before_data: Awaited once, after every recipient was accepted and before the first
                octet of the message leaves. What it raises ends the submission, nothing was sent.
            options: How.

        Returns:
            The server's final reply, which may name the message's id there.

        Raises:
            SubmissionUncertain: The message may have been taken over. Every other error means
                that it was not.
            SignInRequired: The token was refused; a new one may help.
            SubmissionDisabled: Switched off for the mailbox or the organisation.
            RecipientsRefused: Some or all recipients are refused for good.
            MessageTooLarge: Larger than the server takes.
            SubmissionDeferred: Refused for now.
            SubmissionRefused: Refused for good.
            NetworkError: No connection, or it broke before the message left.
        """
        ...
