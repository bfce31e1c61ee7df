"""Where the sandbox and Dovecot are known to differ, why, and how often they may at most.

A difference belongs to the first class that recognises it. One that no class recognises, or one
more of a class than its ceiling, fails the test: either the sandbox has changed, or Dovecot has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from tests.fidelity.comparison import Difference

_NO_ADDRESS: Final = frozenset({b"MISSING_MAILBOX", b"MISSING_DOMAIN", b"SYNTAX_ERROR"})
_ADDRESSES: Final = frozenset({"from", "sender", "reply-to", "to", "cc", "bcc"})
_STRUCTURES: Final = frozenset({"BODYSTRUCTURE", "BODY"})
_UNDATED: Final = frozenset({"bad_date", "without_fields", "no_header"})
_MESSAGES_INSIDE: Final = frozenset({"nested", "forwarded", "digest", "other_messages"})


@dataclass(frozen=True, slots=True)
class KnownDifference:
    """One class of differences.

    Attributes:
        name: What it is about, in a few words.
        sandbox: What the sandbox does.
        dovecot: What Dovecot does.
        why: Why that is right, or does not matter.
        ceiling: How many there may be in the whole corpus.
        recognises: Whether a difference is one of these.
    """

    name: str
    sandbox: str
    dovecot: str
    why: str
    ceiling: int
    recognises: Callable[[Difference], bool]


def _of(kind: str, *items: str) -> Callable[[Difference], bool]:
    return lambda found: found.kind == kind and (not items or found.item in items)


def _same_parameters(found: Difference) -> bool:
    return (
        found.item == "BODYSTRUCTURE"
        and found.place in ("disposition", "parameters")
        and _sorted_parameters(found.sandbox) == _sorted_parameters(found.dovecot)
    )


def _sorted_parameters(value: object) -> list[str] | None:
    match value:
        case [bytes() as kind, list() as pairs]:
            return [repr(kind), *(_sorted_parameters(pairs) or ())]
        case list() as pairs:
            return sorted(map(repr, zip(pairs[::2], pairs[1::2], strict=True)))
        case _:
            return None


def _address(*kinds: str) -> Callable[[Difference], bool]:
    return lambda found: (
        found.item == "ENVELOPE" and found.place in _ADDRESSES and found.kind in kinds
    )


def _says_missing(found: Difference) -> bool:
    return _address("odd_addresses")(found) and any(
        part in _NO_ADDRESS
        for address in (found.dovecot if isinstance(found.dovecot, list) else [])
        for part in address
    )


def _only_spaces(found: Difference) -> bool:
    return (
        found.item == "ENVELOPE"
        and found.place in ("subject", "message-id")
        and isinstance(found.sandbox, bytes)
        and isinstance(found.dovecot, bytes)
        and found.sandbox.split() == found.dovecot.split()
    )


def _only_case(found: Difference) -> bool:
    return (
        found.item in _STRUCTURES
        and found.place in ("type", "subtype")
        and isinstance(found.sandbox, bytes)
        and isinstance(found.dovecot, bytes)
        and found.sandbox.lower() == found.dovecot.lower()
    )


KNOWN: Final = (
    KnownDifference(
        name="`BODY[1.1]` of a part that has no parts",
        sandbox="Says the part is empty.",
        dovecot="Gives part 1 again, as if it had a part of its own.",
        why="RFC 3501 leaves it open; tuimail asks only for sections that BODYSTRUCTURE names.",
        ceiling=1008,
        recognises=lambda found: found.item == "BODY[1.1]" and found.sandbox == b"",
    ),
    KnownDifference(
        name="Order of parameters in pieces or extended (RFC 2231)",
        sandbox="Puts `filename*` where it stood.",
        dovecot="Puts it behind the others.",
        why="Parameters have no order.",
        ceiling=210,
        recognises=_same_parameters,
    ),
    KnownDifference(
        name="File names with spaces and no quotes, semicolons twice",
        sandbox="Reads the name to the next semicolon.",
        dovecot="Stops at the first error.",
        why="RFC 2045 forbids them; tuimail takes what it gets for a file name.",
        ceiling=15,
        recognises=_of("continued_names", "BODYSTRUCTURE"),
    ),
    KnownDifference(
        name="A multipart without a single part",
        sandbox="Treats it as text/plain, so that its text can be read as part 1.",
        dovecot="Makes up an empty text part inside it.",
        why="RFC 2046 forbids such a message; a client has to live with both.",
        ceiling=400,
        recognises=lambda found: found.kind in ("without_parts", "without_boundary"),
    ),
    KnownDifference(
        name="Fields that may stand once, twice",
        sandbox="Takes the first.",
        dovecot="Takes the last, and joins addresses; a search finds any.",
        why="RFC 5322 forbids it; no answer is the right one.",
        ceiling=347,
        recognises=_of("twice", "ENVELOPE", "SEARCH HEADER"),
    ),
    KnownDifference(
        name="8-bit octets in an address",
        sandbox="Keeps them.",
        dovecot="Ends the address there and says `SYNTAX_ERROR`; a search sees less, too.",
        why="tuimail shows what it gets; the sandbox gives it the harder case.",
        ceiling=206,
        recognises=lambda found: (
            _address("raw_8bit_header")(found)
            or (found.kind == "raw_8bit_header" and found.item.startswith("SEARCH"))
        ),
    ),
    KnownDifference(
        name="What stands for a missing address",
        sandbox="`.MISSING-HOST-NAME.`, and nothing for no address at all.",
        dovecot="`MISSING_MAILBOX`, `MISSING_DOMAIN` or `SYNTAX_ERROR`.",
        why="Exchange's word was seen in its placeholder messages; the sandbox uses that.",
        ceiling=92,
        recognises=_says_missing,
    ),
    KnownDifference(
        name="Routes and second @ signs in addresses",
        sandbox="Drops the route; the last @ divides.",
        dovecot="Names the route; the first @ divides.",
        why="Routes are obsolete since RFC 2822, two @ signs are an error.",
        ceiling=24,
        recognises=_address("odd_addresses"),
    ),
    KnownDifference(
        name="White space at folds",
        sandbox="Keeps it, without the line end (RFC 5322, section 2.2.3).",
        dovecot="Makes one space of it, and of a fold at the beginning.",
        why="The RFC keeps it; on the screen it is hardly seen.",
        ceiling=20,
        recognises=_only_spaces,
    ),
    KnownDifference(
        name="Case of types",
        sandbox="Lower case.",
        dovecot="As it stood.",
        why="They are compared without case.",
        ceiling=20,
        recognises=_only_case,
    ),
    KnownDifference(
        name="A Content-Type that is none",
        sandbox="Falls back to text/plain, or keeps the words it found.",
        dovecot="Says an empty type, cuts parameters at the first error.",
        why="RFC 2045 lets a server assume text/plain; a search of the body then looks in, too.",
        ceiling=62,
        recognises=lambda found: (
            found.kind == "odd_content_type"
            and (found.item in _STRUCTURES or found.item == "SEARCH BODY")
        ),
    ),
    KnownDifference(
        name="Lines in a header that are no fields, a header without its empty line",
        sandbox="Leaves such lines out of `HEADER.FIELDS.NOT`, which always ends empty.",
        dovecot="Hands them on, and ends as the message does.",
        why="tuimail asks for fields by name only.",
        ceiling=70,
        recognises=lambda found: (
            found.item.startswith("BODY[HEADER.FIELDS.NOT")
            and found.kind in ("odd_header_lines", "no_body")
        ),
    ),
    KnownDifference(
        name="`SENTBEFORE` and messages without a date",
        sandbox="Does not find them.",
        dovecot="Takes them for very old.",
        why="RFC 3501 does not say; tuimail does not search by this date.",
        ceiling=128,
        recognises=lambda found: found.item == "SEARCH SENTBEFORE" and found.kind in _UNDATED,
    ),
    KnownDifference(
        name="`BODY` and the headers of messages inside",
        sandbox="Searches the header of an attached message, not other types of message.",
        dovecot="The other way round.",
        why="Whether an attached message's header is body is a matter of taste.",
        ceiling=30,
        recognises=lambda found: found.item == "SEARCH BODY" and found.kind in _MESSAGES_INSIDE,
    ),
)


def classify(
    differences: Iterable[Difference],
) -> tuple[Counter[str], list[Difference]]:
    """Return how many differences are of each known class, and those that are of none."""
    counts: Counter[str] = Counter()
    unknown: list[Difference] = []
    for found in differences:
        known = next((known for known in KNOWN if known.recognises(found)), None)
        if known is None:
            unknown.append(found)
        else:
            counts[known.name] += 1
    return counts, unknown
