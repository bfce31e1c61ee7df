"""Reports on messages, said in a sentence: not delivered (RFC 3464), read or deleted (RFC 8098).

They are fields that programs write for programs. What they mean is the title of a card; the
server's own words stand below. Nothing raises, whatever the fields are.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from tuimail.mime.bounce_words import Cause, cause_of
from tuimail.mime.headers import Headers, read_headers
from tuimail.mime.rendered import Card
from tuimail.text.safe import SafeText, clean
from tuimail.text.words import decode_words

_MOST_RECIPIENTS: Final = 500
_MOST_NAMED: Final = 3
_MOST_CARDS: Final = 8
_LONGEST_WORDS: Final = 600
_STATUS: Final = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
_BLANK: Final = re.compile(rb"(?:\r?\n){2,}")
_CODE_AGAIN: Final = re.compile(r"(?<=\S) (\d{3})[- ](?:\d\.\d{1,3}\.\d{1,3} )?(?=\S)")


@dataclass(frozen=True, slots=True)
class Delivery:
    """How the delivery to one recipient ended.

    Attributes:
        action: "failed", "delayed", "delivered", "relayed", "expanded".
        status: RFC 3463, "5.1.1"; empty when there is none.
        words: What the server said, one line.
        server: Who said it.
    """

    recipient: SafeText
    action: str
    status: str
    words: SafeText
    server: SafeText


def deliveries(body: bytes) -> tuple[Delivery, ...]:
    """Read a message/delivery-status part, decoded."""
    groups = [read_headers(group.strip() + b"\n\n")[0] for group in _groups(body)]
    if not groups:
        return ()
    reporter = _after_type(groups[0].get("reporting-mta"))
    about = [group for group in groups if _recipient(group)]
    return tuple(_delivery(group, reporter) for group in about[:_MOST_RECIPIENTS])


def _groups(body: bytes) -> list[bytes]:
    return [group for group in _BLANK.split(body.strip()[:1_000_000]) if group.strip()]


def _recipient(fields: Headers) -> str:
    said = fields.get("original-recipient") or fields.get("final-recipient")
    final = fields.get("final-recipient") or said
    address = _after_type(said) or _after_type(final)
    return address.strip("<> ")


def _delivery(fields: Headers, reporter: str) -> Delivery:
    said = _CODE_AGAIN.sub(" ", _after_type(fields.get("diagnostic-code")))
    status = _STATUS.search(fields.get("status")) or _STATUS.search(said)
    server = _after_type(fields.get("remote-mta")) or reporter
    return Delivery(
        recipient=clean(_recipient(fields)[:320]),
        action=clean(fields.get("action")).strip().lower().split(" ")[0],
        status=status[1] if status else "",
        words=clean(said[:_LONGEST_WORDS]),
        server=clean(server.split(" ")[0][:255]),
    )


def _after_type(value: str) -> str:
    """`rfc822; a@b.example` is `a@b.example`."""
    kind, separator, rest = value.partition(";")
    return " ".join(str(decode_words(rest if separator else kind)).split())


def delivery_cards(body: bytes) -> tuple[Card, ...]:
    """Say what a message/delivery-status part means, a card for each kind of outcome."""
    found = deliveries(body)
    if not found:
        return ()
    outcomes: dict[tuple[str, str], list[Delivery]] = {}
    for delivery in found:
        cause = cause_of(delivery.status, delivery.words) if _is_bad(delivery) else None
        outcomes.setdefault((delivery.action, cause.why if cause else ""), []).append(delivery)
    # What failed comes first; a long list of recipients must not hide it.
    ordered = sorted(outcomes.values(), key=lambda same: _ORDER.get(same[0].action, 0))
    cards = [_delivery_card(same) for same in ordered[:_MOST_CARDS]]
    left = len(ordered) - len(cards)
    return (*cards, Card(SafeText(f"{left} more outcomes."))) if left > 0 else tuple(cards)


_ORDER: Final = {"failed": 0, "delayed": 1, "relayed": 2, "delivered": 3, "expanded": 4}


def _is_bad(delivery: Delivery) -> bool:
    return delivery.action not in ("delivered", "relayed", "expanded")


def _delivery_card(same: Sequence[Delivery]) -> Card:
    first = same[0]
    people = _names(delivery.recipient for delivery in same)
    cause = cause_of(first.status, first.words, delayed=first.action == "delayed")
    title = _title(first.action, people, cause)
    facts: list[tuple[str, str]] = []
    if _is_bad(first):
        facts.append(("You can", cause.advice))
    if len(same) > _MOST_NAMED:
        facts.append(("Recipients", ", ".join(delivery.recipient for delivery in same[:50])))
    said = first.words or first.status
    if said:
        facts.append(("The server said", f"{said} ({first.server})" if first.server else said))
    return _card(title, facts)


def _title(action: str, people: str, cause: Cause) -> str:
    match action:
        case "delayed":
            return f"Not delivered to {people} yet: {cause.why}."
        case "delivered":
            return f"Delivered to {people}."
        case "relayed":
            return f"Passed on to {people}; that server sends no receipts."
        case "expanded":
            return f"Passed on to everybody behind {people}."
        case _:
            return f"Not delivered to {people}: {cause.why}."


def _names(recipients: Iterable[str]) -> str:
    found = list(dict.fromkeys(recipients))
    if len(found) > _MOST_NAMED:
        return f"{', '.join(found[:2])} and {len(found) - 2} others"
    return " and ".join([", ".join(found[:-1]), found[-1]] if len(found) > 1 else found)


def disposition_cards(body: bytes) -> tuple[Card, ...]:
    """Say what a message/disposition-notification part means (RFC 8098, 3.2)."""
    fields = read_headers(body.strip() + b"\n\n")[0]
    said = clean(fields.get("disposition")).lower()
    if not said:
        return ()
    who = clean(_recipient(fields)[:320]) or "The recipient"
    mode, _, kind = said.partition(";")
    kind, _, modifier = kind.strip().partition("/")
    did_itself = "automatic-action" in mode
    title = _DISPOSITIONS.get(kind.strip(), "{who} did something with your message.").format(
        who=who, itself=" (a rule did)" if did_itself else ""
    )
    facts: list[tuple[str, str]] = []
    if kind.strip() == "displayed":
        facts.append(("That means", "It was opened; nobody can know whether it was read."))
    if modifier.strip():
        facts.append(("With", modifier.strip()))
    facts += [
        ("Its program", clean(fields.get(name)[:200]))
        for name in ("reporting-ua",)
        if fields.get(name)
    ]
    facts += [
        ("It said", str(decode_words(fields.get(name)[:_LONGEST_WORDS])))
        for name in ("error", "failure", "warning")
        if fields.get(name)
    ]
    return (_card(title, facts),)


_DISPOSITIONS: Final = {
    "displayed": "{who} has opened your message.",
    "deleted": "{who} has deleted your message without opening it{itself}.",
    "dispatched": "{who} has passed your message on{itself}.",
    "processed": "Your message to {who} was dealt with by a program.",
    "denied": "{who} does not want to say whether your message was read.",
    "failed": "{who} could not say whether your message was read.",
}


def _card(title: str, facts: Iterable[tuple[str, str]]) -> Card:
    return Card(clean(title), tuple((clean(label), clean(text)) for label, text in facts))
