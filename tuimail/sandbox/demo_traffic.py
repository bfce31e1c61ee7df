"""New mail while the demo runs: every minute or so somebody writes without being asked.

The mails are those of ``mail/unasked.toml``, in their order and then from the beginning again,
each with a Message-ID and a date of its own.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import format_datetime, make_msgid

from tuimail.sandbox.delivery import PostOffice
from tuimail.sandbox.demo_mail import DemoMail, Unasked, load_demo_mail
from tuimail.sandbox.demo_wire import address, text, unstructured, write_message

FIRST = 45.0
# Seconds between two of them; uneven, because a clock writes no mail.
PAUSES = (70.0, 50.0, 95.0, 40.0, 65.0)


class Traffic:
    """Delivers the next unasked mail to ``owner`` and arranges for the one after it.

    ``later`` runs a function after some seconds; the sandbox must have been started. Traffic ends
    with the sandbox, or when `running` is set to False.
    """

    def __init__(
        self,
        office: PostOffice,
        later: Callable[[float, Callable[[], None]], None],
        owner: str,
    ) -> None:
        self._office = office
        self._later = later
        self._mail: DemoMail = load_demo_mail().owned_by(owner)
        self._next = itertools.cycle(self._mail.unasked)
        self._pauses = itertools.cycle(PAUSES)
        self.running = True
        later(FIRST, self._deliver)

    def _deliver(self) -> None:
        if self.running:
            unasked = next(self._next)
            sender = self._mail.people[unasked.sender].address
            self._office.deliver(self._written(unasked), [self._mail.owner.address], sender)
            self._later(next(self._pauses), self._deliver)

    def _written(self, unasked: Unasked) -> bytes:
        sender, owner = self._mail.people[unasked.sender], self._mail.owner
        fields = {
            "From": address(sender.name, sender.address),
            "To": address(owner.name, owner.address),
            "Subject": unstructured(unasked.subject),
            "Date": format_datetime(datetime.now(UTC)),
            "Message-ID": make_msgid(domain=sender.address.rpartition("@")[2]),
        }
        return write_message(fields, text(unasked.text))
