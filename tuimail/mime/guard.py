"""What is unusual about a message that is about to be sent.

Pure: the circumstances are gathered by whoever asks. An ordinary message has none of these.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from tuimail.mime.mentions import leftover, mentions_attachment, own_words
from tuimail.text.address import Address
from tuimail.text.lookalike import looks_like
from tuimail.text.safe import SafeText, clean

LARGEST: Final = 35_000_000
"""Octets of a message that Exchange Online takes where nobody changed it: 35 MB."""
_SHORTEST: Final = 6
"""Shorter names differ by one letter all the time."""
_MOST_COMPARED: Final = 200
"""Recipients of whom each is compared with everybody known: a list of thousands was not typed."""
_MEGABYTE: Final = 1_000_000
_QUOTED_WORDS: Final = 90


class Reason(StrEnum):
    """Why somebody should look again. The values are those of the setting `send.check`."""

    SUBJECT = "subject"
    ATTACHMENT = "attachment"
    PLACEHOLDER = "placeholder"
    MANY = "many"
    DOMAIN = "domain"
    SENDER = "sender"
    SIZE = "size"
    LOOKALIKE = "lookalike"
    ENCRYPTION = "encryption"


@dataclass(frozen=True, slots=True)
class Circumstances:
    """A message and what is known around it. Addresses and domains are lower case.

    Attributes:
        people: Everybody it goes to.
        files: How many are attached.
        size: Octets of the whole message as it will be sent, 0 when unknown.
        limit: What the server takes, in octets.
        is_reply_to_all: It answers to more than the author.
        most: From how many people on a reply to all is unusual.
        sender: Its From.
        opens_encrypted: It answers or forwards an encrypted mail, and is not encrypted itself.
        came_to: To which of the user's addresses the answered mail came; empty when it is none.
        earlier: Addresses that were on the earlier mails of this conversation; empty for a new one.
        own_domains: The user's own.
        trusted: Domains that the user does not want to be asked about.
        written_to: Addresses the user has written to before.
        seen: Addresses on any mail of the mailbox; those of `people` suffice.
    """

    people: tuple[Address, ...]
    subject: str
    body: str
    files: int = 0
    size: int = 0
    limit: int = LARGEST
    is_reply_to_all: bool = False
    most: int = 20
    sender: str = ""
    opens_encrypted: bool = False
    came_to: str = ""
    earlier: frozenset[str] = frozenset()
    own_domains: frozenset[str] = frozenset()
    trusted: frozenset[str] = frozenset()
    written_to: frozenset[str] = field(default=frozenset(), repr=False)
    seen: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Unusual:
    """One reason to look again.

    Attributes:
        title: In one line.
        text: What it means, a sentence or two.
        domain: Whom "never for this domain" would be about; empty where that makes no sense.
    """

    reason: Reason
    title: SafeText
    text: SafeText
    domain: SafeText = SafeText("")


def unusual(message: Circumstances, *, checks: Collection[Reason] = tuple(Reason)) -> list[Unusual]:
    """Return what is unusual, what matters most first; empty for an ordinary message."""
    return [
        found for reason, check in _CHECKS.items() if reason in checks for found in check(message)
    ]


def _lookalikes(message: Circumstances) -> Iterable[Unusual]:
    known_hosts = {_host(address) for address in message.written_to} | message.own_domains
    by_host: dict[str, list[str]] = {}
    for address in sorted(message.written_to):
        by_host.setdefault(_host(address), []).append(address)
    hosts, models = sorted(known_hosts), dict[str, str]()
    compares_people = len(message.people) <= _MOST_COMPARED
    for person in message.people:
        address, host = person.address.lower(), person.host.lower()
        if address in message.written_to or host in message.trusted:
            continue
        model = ""
        if host not in known_hosts:
            if host not in models:
                models[host] = next((each for each in hosts if _alike(host, each)), "")
            model = models[host]
        elif compares_people and address not in message.seen:
            others = by_host.get(host, ())
            model = next((one for one in others if _alike_person(address, one)), "")
        if model:
            yield Unusual(
                Reason.LOOKALIKE,
                clean(f"An address that looks like a known one: {address}"),
                clean(f"You have written to {model} before. This is another one."),
                clean(host if host not in known_hosts else ""),
            )


def _alike(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= _SHORTEST and looks_like(one, other)


def _alike_person(one: str, other: str) -> bool:
    return _alike(one.rpartition("@")[0], other.rpartition("@")[0])


def _new_domains(message: Circumstances) -> Iterable[Unusual]:
    if not message.earlier:
        return
    known = {_host(address) for address in message.earlier} | message.own_domains | message.trusted
    strangers: dict[str, Address] = {}
    for person in message.people:
        host = person.host.lower()
        if host and not any(host == one or host.endswith(f".{one}") for one in known):
            strangers.setdefault(host, person)
    quoted = sum(line.startswith(">") for line in message.body.split("\n"))
    below = {
        0: "",
        1: " The quoted line below your text was not written for them.",
    }.get(quoted, f" The {quoted} quoted lines below your text were not written for them.")
    for host, person in strangers.items():
        who = person.name or person.mailbox
        yield Unusual(
            Reason.DOMAIN,
            SafeText("New domain in this conversation"),
            clean(f"{who} at {host} was not on the earlier mails.{below}"),
            clean(host),
        )


def _other_sender(message: Circumstances) -> Iterable[Unusual]:
    if message.came_to and message.sender and message.came_to != message.sender:
        yield Unusual(
            Reason.SENDER,
            SafeText("Sent from another address than it came to"),
            clean(f"The mail came to {message.came_to}, the answer is from {message.sender}."),
        )


def _many(message: Circumstances) -> Iterable[Unusual]:
    count = len(message.people)
    if message.is_reply_to_all and count >= message.most:
        yield Unusual(
            Reason.MANY,
            SafeText(f"Reply to {count} people"),
            SafeText("Everybody who was on the mail gets your answer."),
        )


def _forgotten(message: Circumstances) -> Iterable[Unusual]:
    said = "" if message.files else mentions_attachment(own_words(message.body))
    if said:
        yield Unusual(
            Reason.ATTACHMENT,
            SafeText("You mention an attachment, there is none"),
            clean(f"“{_short(said)}”"),
        )


def _placeholder(message: Circumstances) -> Iterable[Unusual]:
    own = own_words(message.body)
    found = leftover(message.subject) or leftover(own)
    if found:
        line = next((one for one in own.split("\n") if found in one), message.subject)
        yield Unusual(
            Reason.PLACEHOLDER,
            clean(f"A placeholder is left: {found}"),
            clean(f"“{_short(line.strip())}”"),
        )


def _opened(message: Circumstances) -> Iterable[Unusual]:
    if message.opens_encrypted:
        yield Unusual(
            Reason.ENCRYPTION,
            SafeText("Not encrypted, unlike the mail it comes from"),
            SafeText("What you quote of it can be read on the way, and so can what you write."),
        )


def _no_subject(message: Circumstances) -> Iterable[Unusual]:
    if not message.subject.strip():
        yield Unusual(
            Reason.SUBJECT,
            SafeText("No subject"),
            SafeText("Mail without a subject is easily overlooked, and taken for spam."),
        )


def _too_large(message: Circumstances) -> Iterable[Unusual]:
    if message.size > message.limit:
        size, limit = (-(-octets // _MEGABYTE) for octets in (message.size, message.limit))
        yield Unusual(
            Reason.SIZE,
            SafeText(f"Larger than the server takes: {size} MB of {limit} MB"),
            SafeText("The server would refuse it. Attachments grow by a third on their way."),
        )


_CHECKS: Final[dict[Reason, Callable[[Circumstances], Iterable[Unusual]]]] = {
    Reason.LOOKALIKE: _lookalikes,
    Reason.ENCRYPTION: _opened,
    Reason.DOMAIN: _new_domains,
    Reason.SENDER: _other_sender,
    Reason.MANY: _many,
    Reason.ATTACHMENT: _forgotten,
    Reason.PLACEHOLDER: _placeholder,
    Reason.SUBJECT: _no_subject,
    Reason.SIZE: _too_large,
}


def _host(address: str) -> str:
    return address.rpartition("@")[2]


def _short(sentence: str) -> str:
    if len(sentence) <= _QUOTED_WORDS:
        return sentence
    return sentence[:_QUOTED_WORDS].rsplit(" ", 1)[0] + " …"
