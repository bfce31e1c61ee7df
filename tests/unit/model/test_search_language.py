"""The language of limits and searches: what each word means, and that no text breaks it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

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
from tuimail.model.search_language import parse_search

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=timezone(timedelta(hours=1)))
SENDERS = frozenset({Part.SENDERS})
RECIPIENTS = frozenset({Part.RECIPIENTS})
SUBJECT = frozenset({Part.SUBJECT})


def parse(text: str) -> tuple[Term, ...]:
    parsed = parse_search(text, now=NOW, me=["Kim@Contoso.example"])
    assert parsed.problem == ""
    return parsed.search.terms


def seconds(year: int, month: int, day: int) -> int:
    return int(datetime(year, month, day, tzinfo=NOW.tzinfo).timestamp())


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("", ()),
        ("Ångström budget", (Has(("angstrom",)), Has(("budget",)))),
        ('"cost  Centre"', (Has(("cost centre",)),)),
        ("from:anna,olu,me", (Has(("anna", "olu", "kim@contoso.example"), SENDERS),)),
        ('to:"Kim Chu",ben', (Has(("kim chu", "ben"), RECIPIENTS),)),
        ('subject:"AW: Plan"', (Has(("plan",), SUBJECT),)),
        ("me", (Has(("me",)),)),
        ("is:unread is:read", (Is(State.UNREAD), Is(State.UNREAD, negated=True))),
        ("-is:read", (Is(State.UNREAD),)),
        ("flag:flagged flag:Red", (Is(State.FLAGGED), Tagged("red"))),
        ("has:attachment", (Attached(),)),
        ("not has:attachment", (Attached(negated=True),)),
        ("not -from:x", (Has(("x",), SENDERS),)),
        ("before:2026-03", (Received(end=seconds(2026, 3, 1)),)),
        ("after:2025", (Received(start=seconds(2025, 1, 1)),)),
        ("on:2026-12", (Received(seconds(2026, 12, 1), seconds(2027, 1, 1)),)),
        ("on:yesterday", (Received(seconds(2026, 11, 27), seconds(2026, 11, 28)),)),
        ("after:7d", (Received(start=seconds(2026, 11, 21)),)),
        ("after:15.3.2026", (Received(start=seconds(2026, 3, 15)),)),
        ("larger:2M smaller:1.5g", (Sized(above=2 << 20), Sized(below=3 << 29))),
        ("in:Archive,inbox", (Filed(("archive", "inbox")),)),
        ("~f anna ~s 'x' ~N", (Has(("anna",), SENDERS), Has(("'x'",), SUBJECT), Is(State.UNREAD))),
        ("!~F ~R ~Q", (Is(State.FLAGGED, True), Is(State.UNREAD, True), Is(State.ANSWERED))),
        ('~t"Kim Chu"', (Has(("kim chu",), RECIPIENTS),)),
        ("~d <7d", (Received(start=seconds(2026, 11, 21)),)),
        ("~d 1/2/2026-", (Received(start=seconds(2026, 2, 1)),)),
        ("~d 1/2/2026-3/2/2026", (Received(seconds(2026, 2, 1), seconds(2026, 2, 4)),)),
        ("~z >1M", (Sized(above=1 << 20),)),
        ("~A", ()),
        ("10:30 https://x.example/a", (Has(("10:30",)), Has(("https://x.example/a",)))),
        ("会议 a b a", (Has(("会议",)), Has(("a",)), Has(("b",)))),
        ("from:", ()),
        ("- ! not", ()),
    ],
)
def test_what_is_written_is_what_is_meant(text: str, terms: tuple[Term, ...]) -> None:
    assert parse(text) == terms


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("form:anna", "“form:” is not known. Did you mean “from:”?"),
        ("is:unred", "“is:unred” is not known. Did you mean “unread”?"),
        ("has:attachmnet", "“has:attachmnet” is not known. Did you mean “attachment”?"),
        ("before:someday", "“someday” is no date."),
        ("after:2026-13", "“2026-13” is no date."),
        ("larger:big", "“big” is no size."),
        ("~b text", "“~b” is not known here."),
        ("is:zzzzzzzz", "“is:zzzzzzzz” is not known. These are: unread,"),
    ],
)
def test_what_is_not_known_is_said_and_left_out(text: str, problem: str) -> None:
    parsed = parse_search(f"{text} budget", now=NOW)

    assert parsed.problem.startswith(problem)
    assert Has(("budget",)) in parsed.search.terms
    assert all(isinstance(term, Has) for term in parsed.search.terms)


def test_how_a_search_was_written_makes_no_difference() -> None:
    one, other = (parse_search(text, now=NOW).search for text in ("is:unread", "~N"))

    assert one == other
    assert (one.source, other.source) == ("is:unread", "~N")
    assert not Search()
    assert one


def test_the_words_to_mark_are_those_that_were_looked_for() -> None:
    search = parse_search('anna from:Ben,"C D" -subject:x is:unread', now=NOW).search

    assert search.words == ("anna", "ben", "c d")


FRAGMENTS = st.sampled_from(
    ['"', "-", "!", "not ", "from:", "is:", "before:", "larger:", "~d ", "~z", ",", " ", "<", "\\",
     "2026", "9999999", "-13-40", "7d", "\ud800", "Å", "ﷺ", "\0", "é", ">"]
)  # fmt: skip


@given(st.text() | st.lists(FRAGMENTS | st.text(max_size=5)).map("".join))
def test_any_text_is_a_search(text: str) -> None:
    parsed = parse_search(text, now=datetime(2026, 1, 1, tzinfo=UTC))

    assert len(parsed.search.terms) <= 50
    for term in parsed.search.terms:
        if isinstance(term, Has):
            assert term.words
            assert all(term.words)
            assert term.parts <= ANYWHERE
