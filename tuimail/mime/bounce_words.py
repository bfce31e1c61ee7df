"""Why a message was not delivered, in plain words, and what its sender may do.

From the enhanced status code (RFC 3463, and Exchange Online's own of the form 5.7.nnn) and, as many
servers say 5.0.0 for everything, from what they wrote beside it. The first entry that fits counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Cause:
    """Why, and what may be done.

    Attributes:
        why: A clause without a full stop: `the address does not exist`.
        advice: A sentence.
    """

    why: str
    advice: str


_ADDRESS = Cause(
    "the address does not exist",
    "Check the address for a typing mistake and send the message again.",
)
_DOMAIN = Cause(
    "there is no mail server of that name",
    "Check what stands after the @ and send the message again.",
)
_FULL = Cause("the mailbox is full", "Try again later, or reach the person in another way.")
_LARGE = Cause(
    "the message is too large",
    "Send it with smaller attachments, or put them where they can be fetched.",
)
_SPAM = Cause(
    "the message was taken for unwanted mail",
    "Write it in other words without links or attachments, or reach the person in another way.",
)
_MEMBERS = Cause(
    "only certain people may write to that address",
    "Ask the owner of the group, or the person, to let you write there.",
)
_AUTHENTICATION = Cause(
    "the receiving server does not believe that your domain sent it",
    "Your administrator has to look at the domain's SPF, DKIM and DMARC records.",
)
_BLOCKED = Cause(
    "the receiving server accepts nothing from your mail server",
    "Your administrator can ask for it to be taken off the list of blocked servers.",
)
_FORWARDING = Cause(
    "your organisation does not forward mail to the outside by rule",
    "Ask your administrator, or forward the message yourself.",
)
_LIMIT = Cause("too much was sent in a short time", "Wait some hours, then send the message again.")
_EXPIRED = Cause(
    "their server did not answer for too long",
    "Try again later; their mail server may be out of order.",
)
_INACTIVE = Cause("the mailbox is closed or not in use", "Reach the person in another way.")
_REFUSED = Cause(
    "their server does not accept it",
    "Read what the server said; their administrator can tell more.",
)
_LOOP = Cause(
    "it went round in circles between servers",
    "Tell the recipient in another way: a forwarding rule there leads back to itself.",
)
_CONTENT = Cause(
    "their server cannot take a message of this form",
    "Send it as plain text, or without the attachment.",
)
_THEIRS = Cause("something is wrong with their mail server", "Try again later.")
_DELAYED = Cause(
    "their server could not take it yet", "Nothing has to be done: the server goes on trying."
)

_WORDS: Final = (
    (_FORWARDING, r"5\.7\.520", "external forwarding"),
    (
        _MEMBERS,
        r"5\.7\.1[23]\d\b",
        "NotAuthenticatedForGroup",
        r"RESOLVER\.RST\.(?:NotAuth|AuthRequired)",
        "not authori[sz]ed",
        "allowed senders",
        "insufficient permission",
    ),
    (_AUTHENTICATION, r"5\.7\.(?:23|25|26|509)\b", r"\b(?:DMARC|SPF|DKIM)\b", "unauthenticated"),
    (
        _BLOCKED,
        r"5\.7\.(?:511|606|705|708)\b",
        r"block ?list|black ?list|\bRBL\b",
        "spamhaus",
        r"\bbanned\b",
    ),
    (_SPAM, r"5\.7\.350\b", r"\bspam\b", "unsolicited", "junk mail", "reputation"),
    (
        _FULL,
        "quota ?exceeded",
        "over quota",
        "mailbox (?:is )?full",
        "insufficient (?:disk|storage)",
        "out of storage",
    ),
    (_LARGE, "too (?:large|big)", "size ?limit", "exceeds? (?:the )?(?:maximum|size)"),
    (
        _DOMAIN,
        "domain.{0,40}(?:does not|doesn't|not) exist",
        "InfoDomainNonexistent",
        "host (?:unknown|not found)",
        "no such domain",
        "domain not found",
        "unroute?able",
        "bad destination.{0,20}system",
    ),
    (
        _ADDRESS,
        "RecipientNotFound",
        "user unknown|unknown user",
        "no such (?:user|mailbox|recipient|address)",
        "unknown.{0,12}(?:e-?mail )?address",
        "does(?: not|n't) exist",
        "mailbox (?:not found|unavailable)",
        "recipient (?:not found|unknown|rejected)",
        "invalid recipient",
        "address rejected",
        "doesn't have an? .{0,20}account",
    ),
    (_INACTIVE, r"\bdisabled\b", r"\binactive\b", r"\bsuspended\b", "no longer"),
    (_LIMIT, "daily limit", "rate limit", "too many (?:messages|recipients)", "SubmissionQuota"),
    (_LOOP, "hop count", "(?:mail|routing) loop", "loop detected", "too many hops"),
    (
        _EXPIRED,
        r"\bexpired\b",
        "timed? ?out",
        "unable to connect",
        "no route to host",
        "connection refused",
    ),
)
_BY_WORDS: Final = tuple(
    (re.compile("|".join(patterns), re.IGNORECASE), cause) for cause, *patterns in _WORDS
)

_BY_STATUS: Final = (
    ("5.1.2", _DOMAIN),
    ("5.1.7", _REFUSED),
    ("5.1.8", _BLOCKED),
    ("5.1.90", _LIMIT),
    ("X.1", _ADDRESS),
    ("X.2.1", _INACTIVE),
    ("X.2.2", _FULL),
    ("X.2.3", _LARGE),
    ("X.3.4", _LARGE),
    ("5.4.310", _DOMAIN),
    ("5.4.4", _DOMAIN),
    ("X.4.6", _LOOP),
    ("X.4.14", _LOOP),
    ("X.4.7", _EXPIRED),
    ("X.4", _EXPIRED),
    ("X.5.3", _LIMIT),
    ("X.6", _CONTENT),
    ("5.7", _REFUSED),
    ("X.3", _THEIRS),
    ("4", _DELAYED),
)


def cause_of(status: str, words: str, *, delayed: bool = False) -> Cause:
    """Return why and what to do.

    Args:
        status: `5.1.10`, or empty.
        words: What the server said.
        delayed: It is tried again: nothing has to be done whatever it is.
    """
    found = _by_words(f"{status} {words[:2000]}") or _by_status(status)
    return Cause(found.why, _DELAYED.advice) if delayed else found


def _by_words(said: str) -> Cause | None:
    return next((cause for pattern, cause in _BY_WORDS if pattern.search(said)), None)


def _by_status(status: str) -> Cause:
    for code, cause in _BY_STATUS:
        mine = f"X{status[1:]}" if code.startswith("X") else status
        if mine == code or mine.startswith(f"{code}."):
            return cause
    return _REFUSED
