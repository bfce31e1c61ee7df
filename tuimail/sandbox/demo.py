"""The sandbox of ``tuimail demo``: Anna's mailbox is full, and her colleagues answer."""

from __future__ import annotations

from pathlib import Path

from tuimail.sandbox.demo_answers import Correspondents
from tuimail.sandbox.demo_mail import OWNER, fill, load_demo_mail
from tuimail.sandbox.sandbox import Sandbox


def demo_sandbox(directory: Path, *, answers: bool = True) -> Sandbox:
    """A furnished sandbox, not started yet. ``answers`` lets the cast reply to Anna's mail.

    Sign-in polls once a second, so that the demo does not wait for its own protocol.
    """
    domain = OWNER.rpartition("@")[2]
    people = load_demo_mail().people.values()
    colleagues = [each.address for each in people if each.address.endswith("@" + domain)]
    accounts = [OWNER, *(address for address in colleagues if address != OWNER)]
    sandbox = Sandbox(directory, accounts=accounts, device_interval=1)
    fill(sandbox.mailbox(OWNER))
    if answers:
        Correspondents(sandbox.post_office, sandbox.later)
    return sandbox
