"""One tokenizer for all parenthesised data (RFC 9051, section 9: `nz-number`, `string`, lists).

It is total: any octets give some value and never an exception, because what is wrong with a
value is decided by those who know what it should have been.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final, TypeAlias

Value: TypeAlias = "bytes | list[Value] | None"
"""An atom, number, string or literal as bytes; NIL as None; a parenthesised list as a list."""

_TOKEN: Final = re.compile(
    rb'"((?:[^"\\]|\\.)*)"'  # quoted string
    rb"|([()])"
    rb"|(\{\d{1,12}\+?\})"  # a literal, in its place
    rb'|([^\s()"{}\[\]]+(?:\[[^\]]*\](?:<\d+>)?)?)',  # atom, number, BODY[…]<0>
    re.DOTALL,
)
_ESCAPED: Final = re.compile(rb"\\(.)", re.DOTALL)
_MAX_DEPTH: Final = 200


def parse_values(data: bytes, literals: Sequence[bytes] = ()) -> list[Value]:
    """Return the values in `data`, in order; `{n}` stands for the next of `literals`.

    A missing `)` ends at the end, a superfluous one is passed over, and lists nested deeper than
    any message are cut off (they parse as members of the deepest list allowed).
    """
    root: list[Value] = []
    current = root
    open_lists: list[list[Value]] = []
    too_deep = 0
    remaining = iter(literals)
    for quoted, bracket, literal, atom in _TOKEN.findall(data):
        if atom:
            current.append(None if atom in (b"NIL", b"nil", b"Nil") else atom)
        elif bracket == b"(":
            if len(open_lists) >= _MAX_DEPTH:
                too_deep += 1
                continue
            inner: list[Value] = []
            current.append(inner)
            open_lists.append(current)
            current = inner
        elif bracket:
            if too_deep:
                too_deep -= 1
            elif open_lists:
                current = open_lists.pop()
        elif literal:
            current.append(next(remaining, b""))
        else:
            current.append(_ESCAPED.sub(rb"\1", quoted) if b"\\" in quoted else quoted)
    return root


def as_bytes(value: Value) -> bytes | None:
    """The value itself if it is a string, else None."""
    return value if isinstance(value, bytes) else None


def as_list(value: Value) -> list[Value]:
    """The value itself if it is a list, else an empty one."""
    return value if isinstance(value, list) else []


def as_number(value: Value) -> int | None:
    """A number (RFC 9051 allows 63 bits), else None."""
    if isinstance(value, bytes) and value.isdigit() and len(value) <= 19:
        return int(value)
    return None
