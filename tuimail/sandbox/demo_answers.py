"""The cast of the demo answers: who is written to replies within seconds, in their own words.

Only mail of the mailbox's owner is answered, once per recipient, and never an automatic message,
so that two answering machines cannot meet.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import make_msgid

from tuimail.sandbox.delivery import Delivery, PostOffice
from tuimail.sandbox.demo_mail import OWNER, DemoMail, load_demo_mail
from tuimail.sandbox.imap_search import decoded_words
from tuimail.sandbox.mime_structure import Part

DELAY = 3.0
_STEP = 1.5
_REPLY_PREFIX = re.compile(r"^\s*(?:re|sv|aw|odp)\s*:\s*", re.I)


class Correspondents:
    """Listens to a post office and answers in the name of the cast.

    ``later`` runs a function after some seconds; the first answer to a message comes after
    `DELAY`, further ones a little later.
    """

    def __init__(
        self,
        office: PostOffice,
        later: Callable[[float, Callable[[], None]], None],
        owner: str = OWNER,
    ) -> None:
        self._office = office
        self._later = later
        self._mail: DemoMail = load_demo_mail().owned_by(owner)
        self._given: dict[str, int] = {}
        office.listeners.append(self._on_delivery)

    def _on_delivery(self, delivery: Delivery) -> None:
        if delivery.mail_from.lower() != self._mail.owner.address:
            return
        message = Part.of(delivery.raw)
        if message.field(b"auto-submitted") not in (None, b"no"):
            return
        recipients = {address.lower() for address in delivery.rcpt_to}
        answering = [address for address in self._mail.answers if address in recipients]
        for position, address in enumerate(answering):
            self._answer_later(address, message, DELAY + position * _STEP)

    def _answer_later(self, address: str, message: Part, delay: float) -> None:
        answer = self._answer(address, message)
        self._later(
            delay, lambda: self._office.deliver(answer, [self._mail.owner.address], address)
        )

    def _answer(self, address: str, original: Part) -> bytes:
        name = next(each.name for each in self._mail.people.values() if each.address == address)
        lines = self._mail.answers[address]
        turn = self._given.get(address, 0)
        self._given[address] = turn + 1
        subject = decoded_words(original.field(b"subject") or b"")
        message_id = (original.field(b"message-id") or b"").decode("ascii", "replace")
        references = (original.field(b"references") or b"").decode("ascii", "replace")
        answer = EmailMessage(policy=SMTP)
        answer["From"] = Address(name, addr_spec=address)
        answer["To"] = self._mail.owner.header
        answer["Subject"] = "Re: " + _REPLY_PREFIX.sub("", " ".join(subject.split()))
        answer["Date"] = datetime.now(UTC)
        answer["Message-ID"] = make_msgid(domain=address.rpartition("@")[2])
        if message_id:
            answer["In-Reply-To"] = message_id
            answer["References"] = " ".join([*references.split(), message_id])
        answer.set_content(f"{lines[turn % len(lines)]}\n\n{name.split()[0]}\n")
        return answer.as_bytes()
