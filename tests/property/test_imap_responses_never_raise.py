"""Whatever a server sends as FETCH, reading it does not raise and costs one message at most."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tuimail.imap import fetch
from tuimail.imap.responses import parse_envelope, parse_structure
from tuimail.imap.tokens import Value, parse_values
from tuimail.imap.wire import Response

LINE = (
    b'* 1 FETCH (UID 84 FLAGS (\\Seen) INTERNALDATE "23-Nov-2026 10:32:00 +0200" RFC822.SIZE 45 '
    b'ENVELOPE ("Mon, 23 Nov 2026 09:32:00 +0100" {7} (("Kim" NIL "kim" "example.com")) NIL NIL '
    b'((NIL NIL "Team" NIL)(NIL NIL "lee" "example.com")(NIL NIL NIL NIL)) NIL NIL NIL "<1@x>") '
    b'BODYSTRUCTURE (("text" "plain" ("charset" "utf-8") NIL NIL "7bit" 12 1 NIL ("inline" NIL) '
    b'NIL NIL)("message" "rfc822" ("name*0*" "utf-8\'\'%C3" "name*1*" "%BC") NIL NIL "7BIT" 0 '
    b'(NIL NIL NIL NIL NIL NIL NIL NIL NIL NIL) (NIL NIL NIL NIL NIL "7BIT" 0) 0 NIL '
    b'("attachment" ("filename" "a.eml")) NIL NIL) "mixed" ("boundary" "x") NIL NIL NIL) '
    b"BODY[HEADER.FIELDS (REFERENCES)] {18})"
)
LITERALS = (b'"odd" )', b"References: <a@x>\r\n")

edits = st.lists(
    st.tuples(
        st.integers(0, len(LINE)),
        st.integers(0, 12),
        st.binary(max_size=6) | st.sampled_from([b"(", b")", b'"', b"NIL", b"{9}", b" ", b"\\"]),
    ),
    max_size=6,
)
leaves = (
    st.none() | st.binary(max_size=12) | st.sampled_from([b"text", b"message", b"0", b"inline"])
)
values: st.SearchStrategy[Value] = st.recursive(
    leaves, lambda inner: st.lists(inner, max_size=12), max_leaves=60
)


def mutated(changes: list[tuple[int, int, bytes]]) -> bytes:
    line = LINE
    for place, length, insert in changes:
        line = line[:place] + insert + line[place + length :]
    return line


@given(edits, st.lists(st.binary(max_size=30), max_size=3) | st.just(list(LITERALS)))
def test_mutated_fetch_line_costs_one_message_at_most(
    changes: list[tuple[int, int, bytes]], literals: list[bytes]
) -> None:
    good = Response(LINE, LITERALS)
    broken = Response(mutated(changes), tuple(literals))
    found = list(fetch.messages([good, broken, good]))
    assert len(found) in (2, 3)
    assert found[0] == found[-1]
    assert found[0].problem is None
    list(fetch.flags([good, broken]))


@given(st.binary(max_size=200))
def test_any_octets_are_some_values(data: bytes) -> None:
    parse_values(data)
    list(fetch.messages([Response(b"* 1 FETCH (" + data)]))


@given(values)
def test_any_values_are_some_envelope_and_some_structure(value: Value) -> None:
    parse_envelope(value)
    structure, problem = parse_structure(value)
    assert (structure is None) == (problem is not None)
