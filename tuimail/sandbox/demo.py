"""The sandbox of ``tuimail demo``: Anna's mailbox is full, and her colleagues answer."""

from __future__ import annotations

from pathlib import Path

from tuimail.sandbox.demo_answers import Correspondents
from tuimail.sandbox.demo_compose import fill
from tuimail.sandbox.demo_mail import load_demo_mail
from tuimail.sandbox.demo_traffic import Traffic
from tuimail.sandbox.personas import PERSONAS, Persona
from tuimail.sandbox.sandbox import Sandbox


def demo_sandbox(
    directory: Path,
    *,
    answers: bool = True,
    persona: Persona = PERSONAS["plain"],
    keep: Path | None = None,
) -> Sandbox:
    """A furnished sandbox, not started yet. ``answers`` lets the cast reply to the owner's mail.

    The persona's switches are set by `Persona.apply` (or `Control`) once it is started. A mailbox
    that was kept is taken as it is. Sign-in polls once a second, so that the demo does not wait
    for its own protocol.
    """
    mail = load_demo_mail().owned_by(persona.owner)
    domain = load_demo_mail().owner.address.rpartition("@")[2]
    people = [each.address for each in mail.people.values()]
    colleagues = [address for address in people if address.endswith("@" + domain)]
    opened = dict.fromkeys([persona.owner, *colleagues])
    sandbox = Sandbox(
        directory,
        accounts=tuple(opened),
        device_interval=1,
        language=persona.language,
        keep=keep,
    )
    mailbox = sandbox.mailbox(persona.owner)
    if not any(len(folder) for folder in mailbox.folders()):
        fill(mailbox)
    if answers:
        Correspondents(sandbox.post_office, sandbox.later, persona.owner)
    return sandbox


def start_traffic(sandbox: Sandbox, persona: Persona) -> Traffic:
    """Let new mail arrive every minute or so in a started sandbox."""
    return Traffic(sandbox.post_office, sandbox.later, persona.owner)
