"""What a mailbox may send and what becomes of it: rights, limits, copies, and all the switches.

Shared by the two ways in, SMTP submission and Graph ``sendMail``, which in Exchange Online end in
the same transport.

The switches; addresses are lower case, set from any thread at any time:

======================== ================================ =========================================
attribute                value                            meaning
======================== ================================ =========================================
``refuse[address]``      ``"name"`` or ``"name@STAGE"``   answer with this reply of
                                                          `smtp_replies.REPLIES` until removed;
                                                          ``"*"`` is every mailbox
``refuse_recipient[a]``  ``"name"``                       the same at RCPT, by recipient
``tls``                  offered, missing, refused,       STARTTLS works; is not listed; is answered
                         broken                           454; the connection dies in the handshake
``most_connections``     3                                signed-in connections of one mailbox
``over_connections``     a name in `REPLIES`              what the ones beyond get
``per_minute``           30, None                         messages a minute; the excess is delivered
                                                          (and copied) later
``minute``               60.0 seconds                     length of that minute: the scaled clock
``most_recipients``      500                              RecipientLimits of a mailbox
``recipient_limits[a]``  number                           the same of one mailbox
``daily_recipients``     10000                            recipients a day and mailbox
``largest``              octets (150 MB)                  SIZE of the service
``largest_of[a]``        octets (default `mailbox_size`)  MaxSendSize of one mailbox
``send_as``              set of (user, address)           the SendAs permission
``files_sent_copy``      bool                             whether any copy is made
``no_sent_copy``         set of addresses                 MessageCopyForSMTPClientSubmissionEnabled
                                                          is false
``copy_for_sent_as``     set of shared addresses          MessageCopyForSentAsEnabled is true: the
                                                          shared mailbox gets the copy too
``sent_copy_delay``      seconds                          until the copy appears in Sent Items
======================== ================================ =========================================
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from tuimail.sandbox.address_list import parse_addresses
from tuimail.sandbox.delivery import PostOffice
from tuimail.sandbox.loop_thread import LoopThread
from tuimail.sandbox.mailbox import SEEN
from tuimail.sandbox.mime_structure import Part
from tuimail.sandbox.smtp_replies import HOST, Stage, chosen_reply
from tuimail.sandbox.switches import Choices, choice_for

Tls = Literal["offered", "missing", "refused", "broken"]

_SERVICE_SIZE: Final = 157286400
_MAILBOX_SIZE: Final = 36700160
_LONGEST_REPLY: Final = 510


@dataclass(frozen=True)
class SentMessage:
    """A message the service took over."""

    user: str
    mail_from: str
    rcpt_to: tuple[str, ...]
    raw: bytes


class ClientSubmission:
    """The rules of sending, for every mailbox of a post office."""

    def __init__(self, runner: LoopThread, office: PostOffice) -> None:
        self._runner = runner
        self.office = office
        self.refuse: MutableMapping[str, str] = Choices(chosen_reply)
        self.refuse_recipient: MutableMapping[str, str] = Choices(chosen_reply)
        self.tls: Tls = "offered"
        self.most_connections = 3
        self.over_connections = "sender-threads"
        self.per_minute: int | None = 30
        self.minute = 60.0
        self.most_recipients = 500
        self.recipient_limits: dict[str, int] = {}
        self.daily_recipients = 10_000
        self.largest = _SERVICE_SIZE
        self.mailbox_size = _MAILBOX_SIZE
        self.largest_of: dict[str, int] = {}
        # (user, address) pairs with the SendAs permission, lower case.
        self.send_as: set[tuple[str, str]] = set()
        self.files_sent_copy = True
        self.no_sent_copy: set[str] = set()
        self.copy_for_sent_as: set[str] = set()
        # Seconds until the copy appears in Sent Items.
        self.sent_copy_delay = 0.0
        self.sent: list[SentMessage] = []
        # Messages taken over whose delivery waits for the next minute.
        self.waiting = 0
        self._starts: dict[str, deque[float]] = {}
        self._recipients_of_today: dict[str, int] = {}

    def refusal(self, user: str, stage: Stage, sender: str = "") -> str | None:
        """The reply that `refuse` asks for at this stage."""
        choice = choice_for(self.refuse, user)
        if choice is None:
            return None
        reply = chosen_reply(choice)
        return filled(reply.text, user, sender) if reply.stage == stage else None

    def recipient_refusal(self, user: str, recipient: str) -> str | None:
        """The reply that `refuse_recipient` asks for."""
        choice = choice_for(self.refuse_recipient, recipient)
        return None if choice is None else filled(chosen_reply(choice).text, user, user)

    def recipient_limit(self, user: str) -> int:
        """How many recipients a message of this mailbox may have."""
        return self.recipient_limits.get(user.lower(), self.most_recipients)

    def may_send_as(self, user: str, address: str) -> bool:
        """True for the user's own address and those with the SendAs permission."""
        return address.lower() == user.lower() or (user.lower(), address.lower()) in self.send_as

    def broken_rule(self, message: SentMessage) -> tuple[str, str] | None:
        """The rule of its mailbox that a message breaks, and the sender it is about.

        The rule is named by its reply in `smtp_replies.REPLIES`; None if the message may go.
        """
        user = message.user.lower()
        if len(message.raw) > self.largest_of.get(user, self.mailbox_size):
            return "too-large-for-mailbox", message.user
        for address in senders(message):
            if not self.may_send_as(message.user, address):
                return "send-as-denied", address
        total = self._recipients_of_today.get(user, 0) + len(message.rcpt_to)
        return ("recipient-quota", message.user) if total > self.daily_recipients else None

    def take_over(self, message: SentMessage, copy_to: str = "") -> None:
        """Deliver a submitted message and file the copy, as the service does since 2018.

        Beyond `per_minute` both wait until the mailbox has room again. ``copy_to`` is the mailbox
        for the copy whatever the switches of SMTP say, as Graph wants it.
        """
        self.sent.append(message)
        user = message.user.lower()
        self._recipients_of_today[user] = self._recipients_of_today.get(user, 0) + len(
            message.rcpt_to
        )
        delay = self._delay(user)
        if delay > 0:
            self.waiting += 1
            self._runner.later(delay, lambda: self._carry_over(message, copy_to))
        else:
            self._deliver(message, copy_to)

    def _carry_over(self, message: SentMessage, copy_to: str) -> None:
        self.waiting -= 1
        self._deliver(message, copy_to)

    def _deliver(self, message: SentMessage, copy_to: str) -> None:
        self.office.deliver(message.raw, message.rcpt_to, message.mail_from)
        owners = [copy_to] if copy_to else self._copies_for(message)
        if self.sent_copy_delay:
            self._runner.later(self.sent_copy_delay, lambda: self._file(message.raw, owners))
        else:
            self._file(message.raw, owners)

    def _delay(self, user: str) -> float:
        """Seconds until this message may start: the one `per_minute` before it is a minute old."""
        if self.per_minute is None:
            return 0.0
        now = time.monotonic()
        starts = self._starts.setdefault(user, deque())
        while len(starts) > self.per_minute:
            starts.popleft()
        full = len(starts) == self.per_minute
        start = max(now, starts[0] + self.minute) if full and starts else now
        starts.append(start)
        return start - now

    def _copies_for(self, message: SentMessage) -> list[str]:
        user = message.user.lower()
        if not self.files_sent_copy:
            return []
        owners = [] if user in self.no_sent_copy else [user]
        shared = dict.fromkeys(each.lower() for each in senders(message))
        return owners + [each for each in shared if each in self.copy_for_sent_as - {user}]

    def _file(self, raw: bytes, owners: Sequence[str]) -> None:
        for owner in owners:
            mailbox = self.office.mailbox(owner)
            if mailbox is not None:
                mailbox.with_role("\\Sent").append(raw, [SEEN])


def filled(text: str, user: str, sender: str) -> str:
    """A reply with its placeholders filled in; ``{stamp}`` is the connection's."""
    words = text.replace("{user}", user).replace("{sender}", sender or user)
    return words.replace("{host}", HOST)[:_LONGEST_REPLY]


def senders(message: SentMessage) -> list[str]:
    """Addresses the message claims to be from: MAIL FROM and the From field."""
    return [message.mail_from, *addresses_in(Part.of(message.raw).field(b"from"))]


def addresses_in(field: bytes | None) -> list[str]:
    """The addresses in an address field of a message."""
    return [
        f"{address.mailbox.decode('utf-8', 'replace')}@{address.host.decode('utf-8', 'replace')}"
        for address in parse_addresses(field or b"")
        if address.mailbox is not None and address.host is not None
    ]
