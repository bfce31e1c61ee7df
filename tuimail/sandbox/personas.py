"""The organisations and accounts one meets, each as a set of switches: for tests and the demo.

`PERSONAS` is the list; what a user meets and what tuimail says of it stand beside the switches,
and the documentation and ``tuimail demo --list`` are made of them.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from tuimail.sandbox.demo_mail import OWNER
from tuimail.sandbox.demo_shared import furnish
from tuimail.sandbox.sandbox import Sandbox
from tuimail.sandbox.switchboard import Switchboard

SHARED: Final = "info@contoso.example"
PERSONAL: Final = "anna.lindqvist@post.example"
_EVERYBODY: Final = "*"
_PATIENCE: Final = 60


@dataclass(frozen=True)
class Persona:
    """One of them.

    Attributes:
        meets: What the user of such an account meets, in one line.
        says: What tuimail says to it, in one line.
        switches: What is set before a client connects; see `Switchboard`.
        owner: Who signs in.
        shared: The shared mailbox that the owner may open and send as.
        language: Of the names of the folders.
    """

    name: str
    meets: str
    says: str
    switches: Mapping[str, object] = field(default_factory=dict)
    owner: str = OWNER
    shared: str = ""
    language: str = "en"

    def apply(self, sandbox: Sandbox, switchboard: Switchboard | None = None) -> None:
        """Make a started sandbox behave so, whatever it was before."""
        board = switchboard or Switchboard(sandbox)
        board.reset()
        board.set(self.switches)
        if self.shared:
            furnish(sandbox.post_office.add_mailbox(self.shared))
            sandbox.entra.share(self.owner, self.shared)
            sandbox.smtp_server.send_as.add((self.owner, self.shared))


_ALL: Final = (
    Persona(
        "plain",
        "Everything is allowed and everything works.",
        "Nothing: the mail is there.",
    ),
    Persona(
        "admin-consent",
        "The organisation lets nobody allow mail programs: the sign-in page asks for approval.",
        "The page's words at once; after a minute, that the code was not used in time.",
        {"entra.consent": "admin-required", "entra.device_code_lifetime": _PATIENCE},
    ),
    Persona(
        "conditional-access",
        "Sign-in works. Half a minute later a rule of the organisation refuses the next token.",
        "A rule of your organisation blocks this sign-in; what is here can still be read.",
        {
            "entra.refuse": {_EVERYBODY: "ca_blocked@refresh"},
            # Good enough for the first connections, and not for those after the server's silence.
            "entra.token_lifetime": 320,
            "imap.idle_timeout": 25,
        },
    ),
    Persona(
        "device-code-blocked",
        "The sign-in page says “You don't have access to this” (53003) to every device code.",
        "The page's words at once; after a minute, that the code was not used in time.",
        {
            "entra.refuse": {_EVERYBODY: "ca_blocked@device"},
            "entra.device_code_lifetime": _PATIENCE,
        },
    ),
    Persona(
        "smtp-off-tenant",
        "Reading works. Sending is refused: SMTP AUTH is off in the whole organisation.",
        "SMTP AUTH is switched off in your organisation; mail waits, with the line for the admin.",
        {"smtp.refuse": {_EVERYBODY: "smtp-off-tenant"}},
    ),
    Persona(
        "smtp-off-mailbox",
        "Reading works. Sending is refused: SMTP AUTH is off for this mailbox.",
        "SMTP AUTH is switched off for this mailbox; mail waits, with the line for the admin.",
        {"smtp.refuse": {_EVERYBODY: "smtp-off-mailbox"}},
    ),
    Persona(
        "security-defaults",
        "Reading works. Sending is refused by the organisation's security defaults.",
        "Your organisation's security defaults block sending; mail waits.",
        {"smtp.refuse": {_EVERYBODY: "security-defaults"}},
    ),
    Persona(
        "imap-off",
        "Sign-in works. The mailbox is closed to IMAP (UserDisabled).",
        "Reading is switched off for this mailbox, with the line for the administrator.",
        {"imap.authenticate_fails": {_EVERYBODY: "ok_with_error_code"}},
    ),
    Persona(
        "not-connected",
        "Sign-in works, then every command is answered “authenticated but not connected”.",
        "The server let us in, but does not open the mailbox; it tries again by itself.",
        {"imap.not_connected": [_EVERYBODY]},
    ),
    Persona(
        "shared-mailbox",
        "A shared mailbox beside your own: you may read it and send as it.",
        "Nothing: it stands below your own mailbox, and what you write in it is from its address.",
        shared=SHARED,
    ),
    Persona(
        "personal",
        "A new personal account: no organisation, and sending by SMTP is off with no switch.",
        "Microsoft lets this account send on the web only; nobody is asked to change it.",
        {"entra.personal": [PERSONAL], "smtp.refuse": {_EVERYBODY: "smtp-off-mailbox"}},
        owner=PERSONAL,
    ),
    Persona(
        "localised-de",
        "A German mailbox: Gesendete Elemente, Gelöschte Elemente, Entwürfe.",
        "Nothing: it finds them by what they are for, and shows the names they have.",
        language="de",
    ),
    Persona(
        "throttled",
        "Exchange asks for 42 seconds of patience, soon after the start and then again.",
        "Exchange asks us to wait; the first row counts down, and it goes on by itself.",
        {"weather.throttled": True},
    ),
    Persona(
        "flaky",
        "Every 12 seconds: connections die, the server is gone, answers take long, or are refused.",
        "Offline as of the time, then online again; nothing is lost and nothing is asked.",
        {"weather.flaky": True},
    ),
    Persona(
        "rev2",
        "The front end of 2026: a new greeting, no LOGIN, IMAP4rev2 on offer and LSUB broken.",
        "Nothing: it speaks IMAP4rev1 and shows all folders.",
        {"imap.generation": "2026", "imap.rev2": "server-bug", "imap.login": "disabled"},
    ),
)

PERSONAS: Final[Mapping[str, Persona]] = MappingProxyType({each.name: each for each in _ALL})
"""All of them by name, the plain one first."""


def persona_named(name: str) -> Persona:
    """The persona of this name.

    Raises:
        ValueError: There is none; names the nearest.
    """
    persona = PERSONAS.get(name)
    if persona is None:
        near = difflib.get_close_matches(name, PERSONAS, n=1, cutoff=0.0)
        raise ValueError(f"there is no persona {name!r}; the nearest is {near[0]!r}")
    return persona
