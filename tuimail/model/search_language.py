"""The small language of limits and searches, read without ever failing.

    anna budget                 both words, in sender, recipients or subject
    "cost centre"               as one
    from:anna  to:kim  subject:"cost centre"
    from:anna,olu,me            one of them; `me` is the user's own addresses
    is:unread  is:read  is:flagged  is:answered  is:draft  is:pending
    flag:NAME                   a keyword; unread, flagged and answered as with is:
    has:attachment
    before:2026-03-01  after:2026  on:yesterday  after:7d      days are the user's own
    larger:2M  smaller:100k
    in:archive                  a folder's name or purpose
    -from:anna  not is:read     the contrary
    ~f ~t ~c ~C ~L ~s ~N ~U ~O ~R ~F ~Q ~X ~d ~r ~z ~A and !   as in mutt, words for patterns

`after:` begins with the day, month or year it names, `before:` ends before it. What cannot be
understood is left out and said (`Parsed.problem`), so that a list can be limited while typing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from difflib import get_close_matches
from typing import Final, NamedTuple

from tuimail.model.search import (
    ANYWHERE,
    Attached,
    Filed,
    Has,
    Is,
    Part,
    Received,
    Search,
    Sized,
    State,
    Tagged,
    Term,
)
from tuimail.model.search_values import date_span, size_in_octets
from tuimail.records import record
from tuimail.text.folding import fold, fold_subject

LONGEST: Final = 2000
"""Characters of a search that are read; what follows is left out."""

_MOST_TERMS: Final = 50


@record
class Parsed:
    """What was understood.

    Attributes:
        search: Without what was not.
        problem: The first thing that was not understood, in a sentence; empty when all was.
    """

    search: Search
    problem: str = ""


@record
class _Context:
    now: datetime
    me: tuple[str, ...]


class _Piece(NamedTuple):
    """One word, one `key:value` or one pattern of mutt.

    Attributes:
        key: Empty for a plain word; "~f" for a pattern.
        values: Alternatives, without quotes, none of them empty.
        whole: As written, where it may be a plain word after all: 10:30 has a colon too.
    """

    negated: bool
    key: str
    values: list[str]
    whole: str = ""


_Read = Callable[[_Piece, _Context], Term | None]


class _Unknown(Exception):
    """Something that was written means nothing; the words say what."""


def parse_search(text: str, *, now: datetime, me: Sequence[str] = ()) -> Parsed:
    """Read a limit or a search. Any text is one.

    Args:
        now: Aware, in the user's time zone: what today is.
        me: The addresses of the user.
    """
    context = _Context(now, tuple(folded for one in me if (folded := fold(one))))
    terms: list[Term] = []
    problem = ""
    for piece in _pieces(text[:LONGEST]):
        try:
            term = _term(piece, context)
        except _Unknown as unknown:
            problem = problem or str(unknown)
            continue
        if term is not None and term not in terms:
            terms.append(term)
    return Parsed(Search(tuple(terms[:_MOST_TERMS]), text.strip()), problem)


# Blanks separate, except in quotes; a quote that is not closed reaches to the end.
_QUOTED: Final = re.compile(r'"(?:[^"\\]|\\.)*"?')
_TOKEN: Final = re.compile(r'(?:"(?:[^"\\]|\\.)*"?|[^\s"])+')
_KEYED: Final = re.compile(r"([^\W\d_]{1,20}):(.*)\Z", re.DOTALL)
_PATTERN: Final = re.compile(r"~([a-zA-Z])(.*)\Z", re.DOTALL)
_ALTERNATIVE: Final = re.compile(r'(?:"(?:[^"\\]|\\.)*"?|[^,"])+')


def _pieces(text: str) -> Iterator[_Piece]:
    tokens = iter(_TOKEN.findall(text))
    negated = False
    for token in tokens:
        bare = token.lstrip("-!")
        if not bare:
            continue
        negated ^= (len(token) - len(bare)) % 2 == 1
        if bare.lower() == "not":
            negated = not negated
            continue
        pattern = _PATTERN.match(bare)
        keyed = _KEYED.match(bare)
        if pattern is not None:
            letter, operand = pattern[1], pattern[2]
            if letter in _OPERANDS and not operand:
                operand = next(tokens, "")
            yield _Piece(negated, f"~{letter}", [_bare(operand)] if operand else [])
        elif keyed is not None and not keyed[2].startswith("//"):
            values = [_bare(one) for one in _ALTERNATIVE.findall(keyed[2])]
            yield _Piece(negated, keyed[1].lower(), [one for one in values if one], bare)
        else:
            yield _Piece(negated, "", [_bare(bare)])
        negated = False


def _bare(value: str) -> str:
    """Return a value without its quotes."""
    return _QUOTED.sub(
        lambda one: re.sub(r"\\(.)", r"\1", one[0][1:].removesuffix('"')), value
    ).strip()


def _term(piece: _Piece, context: _Context) -> Term | None:
    """Read one piece; None when nothing was said yet, as in `from:`."""
    if not piece.key:
        return _has(piece, context, ANYWHERE)
    read = _KEYS.get(piece.key)
    if read is not None:
        return read(piece, context) if piece.values or piece.key in _ALONE else None
    if piece.key.startswith("~"):
        known = ", ".join(sorted(key for key in _KEYS if key.startswith("~")))
        raise _Unknown(f"“{piece.key}” is not known here. These are: {known}")
    near = _nearest(piece.key, [key for key in _KEYS if not key.startswith("~")])
    if near:
        raise _Unknown(f"“{piece.key}:” is not known. Did you mean “{near}:”?")
    return _has(piece._replace(values=[_bare(piece.whole)]), context, ANYWHERE)


def _has(piece: _Piece, context: _Context, parts: frozenset[Part]) -> Has | None:
    words: list[str] = []
    for value in piece.values:
        folded = fold(value)
        if folded == "me" and context.me and piece.key and parts <= _PEOPLE:
            words += context.me
        elif folded:
            # Subjects are kept without “Re:”, so that is not looked for either.
            words.append(fold_subject(folded) if Part.SUBJECT in parts else folded)
    return Has(tuple(dict.fromkeys(words)), parts, piece.negated) if words else None


_PEOPLE: Final = frozenset({Part.SENDERS, Part.RECIPIENTS})


def _in(*parts: Part) -> _Read:
    return lambda piece, context: _has(piece, context, frozenset(parts))


_STATES: Final[Mapping[str, tuple[State, bool]]] = {
    "unread": (State.UNREAD, False),
    "unseen": (State.UNREAD, False),
    "new": (State.UNREAD, False),
    "read": (State.UNREAD, True),
    "seen": (State.UNREAD, True),
    "flagged": (State.FLAGGED, False),
    "starred": (State.FLAGGED, False),
    "unflagged": (State.FLAGGED, True),
    "answered": (State.ANSWERED, False),
    "replied": (State.ANSWERED, False),
    "unanswered": (State.ANSWERED, True),
    "draft": (State.DRAFT, False),
    "pending": (State.PENDING, False),
}


def _is(piece: _Piece, _: _Context) -> Is:
    name = piece.values[0].lower()
    if name not in _STATES:
        raise _Unknown(_choose(f"is:{name}", name, _STATES))
    state, contrary = _STATES[name]
    return Is(state, piece.negated ^ contrary)


def _flag(piece: _Piece, context: _Context) -> Term:
    if piece.values[0].lower() in _STATES:
        return _is(piece, context)
    return Tagged(piece.values[0].lower(), piece.negated)


def _has_file(piece: _Piece, _: _Context) -> Attached:
    name = piece.values[0].lower()
    if name not in _FILES:
        raise _Unknown(_choose(f"has:{name}", name, _FILES[:1]))
    return Attached(piece.negated)


_FILES: Final = ("attachment", "attachments", "attach", "file", "files")


def _choose(written: str, name: str, known: Iterable[str]) -> str:
    near = _nearest(name, known)
    return f"“{written}” is not known. " + (
        f"Did you mean “{near}”?" if near else f"These are: {', '.join(known)}."
    )


def _nearest(name: str, known: Iterable[str]) -> str:
    return next(iter(get_close_matches(name, list(known), 1, 0.6)), "")


def _before(piece: _Piece, context: _Context) -> Received:
    start, _ = _span(piece, context)
    return Received(end=start, negated=piece.negated)


def _after(piece: _Piece, context: _Context) -> Received:
    start, _ = _span(piece, context)
    return Received(start=start, negated=piece.negated)


def _on(piece: _Piece, context: _Context) -> Received:
    return Received(*_span(piece, context), piece.negated)


def _span(piece: _Piece, context: _Context) -> tuple[int, int]:
    span = date_span(piece.values[0], context.now)
    if span is None:
        raise _Unknown(
            f"“{piece.values[0]}” is no date. Write 2026, 2026-03, 2026-03-15, 7d or yesterday."
        )
    return span


def _mutt_date(piece: _Piece, context: _Context) -> Received:
    """Read ~d of mutt: <7d, >2w, a date, or a range FROM-TO (DD/MM/YYYY) open at one end."""
    written = piece.values[0]
    if written[:1] in "<>":
        start, _ = _span(piece._replace(values=[written[1:]]), context)
        is_newer = written[0] == "<"
        return Received(start if is_newer else None, None if is_newer else start, piece.negated)
    first, dash, last = written.partition("-")
    if not dash or date_span(written, context.now) is not None:
        return _on(piece, context)
    spans = [_span(piece._replace(values=[one]), context) if one else None for one in (first, last)]
    start_of, end_of = spans
    return Received(start_of and start_of[0], end_of and end_of[1], piece.negated)


def _octets(piece: _Piece) -> int:
    octets = size_in_octets(piece.values[0])
    if octets is None:
        raise _Unknown(f"“{piece.values[0]}” is no size. Write 500k, 2M or 1G.")
    return octets


def _larger(piece: _Piece, _: _Context) -> Sized:
    return Sized(above=_octets(piece), negated=piece.negated)


def _smaller(piece: _Piece, _: _Context) -> Sized:
    return Sized(below=_octets(piece), negated=piece.negated)


def _mutt_size(piece: _Piece, context: _Context) -> Sized:
    sign, rest = piece.values[0][:1], piece.values[0][1:]
    if sign not in ("<", ">"):
        raise _Unknown("Write ~z >1M or ~z <100k.")
    return (_larger if sign == ">" else _smaller)(piece._replace(values=[rest]), context)


def _filed(piece: _Piece, _: _Context) -> Filed | None:
    names = tuple(dict.fromkeys(folded for one in piece.values if (folded := fold(one))))
    return Filed(names, piece.negated) if names else None


def _state(state: State, *, contrary: bool = False) -> _Read:
    return lambda piece, _: Is(state, piece.negated ^ contrary)


_KEYS: Final[Mapping[str, _Read]] = {
    "from": _in(Part.SENDERS),
    "to": _in(Part.RECIPIENTS),
    "cc": _in(Part.RECIPIENTS),
    "with": _in(Part.SENDERS, Part.RECIPIENTS),
    "subject": _in(Part.SUBJECT),
    "is": _is,
    "flag": _flag,
    "has": _has_file,
    "before": _before,
    "after": _after,
    "since": _after,
    "on": _on,
    "larger": _larger,
    "smaller": _smaller,
    "in": _filed,
    "folder": _filed,
    "~f": _in(Part.SENDERS),
    "~t": _in(Part.RECIPIENTS),
    "~c": _in(Part.RECIPIENTS),
    "~C": _in(Part.RECIPIENTS),
    "~L": _in(Part.SENDERS, Part.RECIPIENTS),
    "~s": _in(Part.SUBJECT),
    "~N": _state(State.UNREAD),
    "~U": _state(State.UNREAD),
    "~O": _state(State.UNREAD),
    "~R": _state(State.UNREAD, contrary=True),
    "~F": _state(State.FLAGGED),
    "~Q": _state(State.ANSWERED),
    "~X": lambda piece, _: Attached(piece.negated),
    "~d": _mutt_date,
    "~r": _mutt_date,
    "~z": _mutt_size,
    "~A": lambda _, __: None,
}
_ALONE: Final = frozenset({"~N", "~U", "~O", "~R", "~F", "~Q", "~X", "~A"})
_OPERANDS: Final = frozenset("ftcCLsdrz")
