"""Answers: who gets them, what they are called, and the quoted text below them."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from typing import Final
from urllib.parse import unquote

from tuimail.mime.dates import spoken_date
from tuimail.mime.headers import read_headers
from tuimail.mime.rendered import Link, TextLine
from tuimail.model.account import AccountId
from tuimail.model.draft import Draft, Writing
from tuimail.model.message import Message
from tuimail.records import record
from tuimail.text.address import Address, format_addresses, make_address, parse_address_header
from tuimail.text.safe import SafeText, clean

# Reply marks in the languages that put one before a subject; "Re[2]:" and "RE :" as well.
_REPLY_MARK = re.compile(
    r"\s*(?:re|aw|sv|vs|antw|antwort|rif|odp|ynt|回复|回覆|答复|返信)(?:\[\d+\]|\(\d+\))?\s*[:：]",
    re.IGNORECASE,
)
_LIST_POST = re.compile(r"<\s*mailto:([^<>?\s]{3,300})(?:\?[^<>]*)?>", re.IGNORECASE)
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,900}>")
_MOST_REFERENCES = 30
_NUMBER_IN_TEXT = re.compile(r"\[(\d{1,3})\]")


def reply_subject(subject: str) -> SafeText:
    """Return the subject of an answer: one `Re: `, however many there were."""
    rest = str(clean(subject))
    while match := _REPLY_MARK.match(rest):
        rest = rest[match.end() :]
    return SafeText(f"Re: {rest.strip()}".rstrip())


@record
class Paths:
    """Where a message wants its answers to go, as far as its header is here.

    Attributes:
        followup: Mail-Followup-To: who gets an answer to all.
        list_post: The address of the mailing list (RFC 2369, 3.4).
    """

    followup: tuple[Address, ...] = ()
    list_post: Address | None = None


NO_PATHS: Final = Paths()


def read_paths(header: bytes) -> Paths:
    """Read them from BODY[HEADER]; a list that takes no mail (`NO`) has no address."""
    headers, _ = read_headers(header)
    post = _LIST_POST.search(headers.get("list-post"))
    address = None if post is None else make_address("", unquote(post[1]))
    return Paths(
        tuple(one for one in parse_address_header(headers.get("mail-followup-to")) if one.address),
        address if address is not None and address.is_usable else None,
    )


def reply_to(
    message: Message,
    text_lines: Sequence[TextLine],
    *,
    own: Collection[str],
    writing: Writing,
    account: AccountId,
    links: Sequence[Link] = (),
    paths: Paths = NO_PATHS,
) -> Draft:
    """Begin an answer.

    It goes where Reply-To says, else to From. An answer to one's own mail goes to whom that was
    sent. To all, the other recipients are kept, To as To and Cc as Cc; where Mail-Followup-To says
    who they are, they are those. To the list, it goes there alone.

    Args:
        message: What is answered.
        text_lines: Its text as the reader shows it; without any, nothing is quoted.
        own: The user's own addresses, removed from the recipients.
        writing: Which kind of answer.
        account: Whose draft it becomes.
        links: The reader's links: those whose number is quoted are listed below the quote.
        paths: What its header says of answers.
    """
    mine = {address.lower() for address in own}
    if writing is Writing.LIST and paths.list_post is not None:
        to: tuple[Address, ...] = (paths.list_post,)
        cc: tuple[Address, ...] = ()
    elif writing is Writing.REPLY_ALL and paths.followup:
        to, cc = _without(paths.followup, mine, set()) or paths.followup, ()
    else:
        to, cc = _recipients(message, mine, everyone=writing is Writing.REPLY_ALL)
    envelope = message.envelope
    in_reply_to = envelope.message_id
    if in_reply_to is not None and not _MESSAGE_ID.fullmatch(in_reply_to):
        in_reply_to = None
    return Draft(
        account_id=account,
        to=format_addresses(to),
        cc=format_addresses(cc),
        subject=reply_subject(envelope.subject),
        body=_quoted_body(message, text_lines, links),
        in_reply_to_key=message.summary.key,
        in_reply_to=in_reply_to,
        references=reply_references(message),
        writing=writing,
    )


def _recipients(
    message: Message, own: set[str], *, everyone: bool
) -> tuple[tuple[Address, ...], tuple[Address, ...]]:
    envelope = message.envelope
    answered = envelope.reply_to or envelope.from_ or envelope.sender
    is_own = bool(answered) and all(address.address.lower() in own for address in answered)
    first = envelope.to if is_own and envelope.to else answered
    others = envelope.to if everyone and not is_own else ()
    seen: set[str] = set()
    # An address that a person wrote to explicitly is kept even when it is their own.
    to = _without(first, set() if not is_own else own, seen) or _without(first, set(), seen)
    to += _without(others, own, seen)
    cc = _without(envelope.cc, own, seen) if everyone else ()
    return to, cc


def _without(
    addresses: Iterable[Address], unwanted: set[str], seen: set[str]
) -> tuple[Address, ...]:
    """Drop unwanted and repeated addresses; `seen` collects across calls."""
    kept = []
    for address in addresses:
        key = address.address.lower()
        if key and key not in unwanted and key not in seen:
            seen.add(key)
            kept.append(address)
    return tuple(kept)


def reply_references(message: Message) -> tuple[str, ...]:
    """Return the References of an answer (RFC 5322, 3.6.4).

    Long chains keep the first, which names the conversation, and the newest.
    """
    envelope = message.envelope
    chain = message.references or ((envelope.in_reply_to,) if envelope.in_reply_to else ())
    known = [found for found in (*chain, envelope.message_id) if found]
    ids = list(dict.fromkeys(found for found in known if _MESSAGE_ID.fullmatch(found)))
    if len(ids) > _MOST_REFERENCES:
        ids = [ids[0], *ids[1 - _MOST_REFERENCES :]]
    return tuple(ids)


def attribution(message: Message) -> SafeText:
    """Return the line above a quote: `On Mon 23 Nov 2026 at 09:32 Kim Chu wrote:`."""
    envelope = message.envelope
    when = spoken_date(envelope.date or message.summary.internaldate)
    authors = ", ".join(address.display for address in envelope.from_[:3] if address.display)
    return SafeText(f"On {when} {authors or 'somebody'} wrote:")


def quote(lines: Iterable[TextLine], links: Sequence[Link] = (), *, whole: bool = False) -> str:
    """Return lines one level deeper, without the author's signature, used links listed last."""
    quoted: list[tuple[int, str]] = []
    for line in lines:
        if line.quote == 0 and line.text.rstrip() == "--" and not whole:
            break
        quoted.append((line.quote + 1, line.text))
    while quoted and not quoted[-1][1].strip():
        quoted.pop()
    used = {int(found) for _, text in quoted for found in _NUMBER_IN_TEXT.findall(text)}
    listed = [(1, f"[{link.number}] {link.target}") for link in links if link.number in used]
    if listed:
        quoted += [(1, ""), *listed]
    return "\n".join(f"{'>' * level} {text}".rstrip() for level, text in quoted)


def _quoted_body(message: Message, lines: Sequence[TextLine], links: Sequence[Link]) -> str:
    quoted = quote(lines, links)
    return f"\n\n{attribution(message)}\n{quoted}\n" if quoted else ""
