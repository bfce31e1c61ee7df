"""A search as conditions of SQL, and as a question to the index of three-character pieces.

The index is a short cut. Whatever it says is looked at again by the conditions, which know the
whole words; words too short for it are looked for by the conditions alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Final

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
from tuimail.records import record
from tuimail.store.connection import Connection
from tuimail.text.folding import fold

_PIECE: Final = 3
_MOST_PIECES: Final = 8

_STATES: Final = {
    State.UNREAD: "message.flags & 1 = 0",
    State.FLAGGED: "message.flags & 4 <> 0",
    State.ANSWERED: "message.flags & 2 <> 0",
    State.DRAFT: "message.flags & 16 <> 0",
    State.PENDING: "message.pending <> 0",
}


@record
class Condition:
    """What rows of `message`, `folder` and `search_text` (as `text`) have to fulfil.

    Attributes:
        sql: Empty for everything.
        needs_text: Whether `text` has to be joined.
    """

    sql: str = ""
    values: tuple[object, ...] = ()
    needs_text: bool = False

    def __and__(self, other: Condition) -> Condition:
        """Both."""
        sql = " AND ".join(one for one in (self.sql, other.sql) if one)
        return Condition(sql, self.values + other.values, self.needs_text or other.needs_text)


def condition(connection: Connection, search: Search) -> Condition:
    """Return what messages have to fulfil to be found."""
    whole = Condition()
    for term in search.terms:
        sql, values = _term(connection, term)
        if term.negated:
            sql = f"NOT coalesce({sql}, 0)"
        whole &= Condition(sql, tuple(values), isinstance(term, Has))
    return whole


def _term(connection: Connection, term: Term) -> tuple[str, Sequence[object]]:
    match term:
        case Has(words, parts):
            columns = [part for part in Part if part in parts]
            sql = " OR ".join(f"instr(text.{column}, ?)" for _ in words for column in columns)
            return f"({sql})", [word for word in words for _ in columns]
        case Received(start, end):
            return _between("message.internaldate", (">=", start), ("<", end))
        case Sized(above, below):
            return _between("message.size", (">", above), ("<", below))
        case Filed(names):
            ids = json.dumps(filed(connection, names))
            return "message.shown_folder_id IN (SELECT value FROM json_each(?))", (ids,)
        case _:
            return _marked(term)


def _marked(term: Is | Tagged | Attached) -> tuple[str, Sequence[object]]:
    match term:
        case Is(state):
            return f"({_STATES[state]})", ()
        case Tagged(keyword):
            forwarded = "message.forwarded OR " if keyword == "$forwarded" else ""
            words = "instr(' ' || lower(message.keywords) || ' ', ?)"
            return f"({forwarded}{words})", (f" {keyword} ",)
        case Attached():
            return "message.has_attachment", ()


def _between(column: str, *bounds: tuple[str, int | None]) -> tuple[str, Sequence[object]]:
    given = [(sign, bound) for sign, bound in bounds if bound is not None]
    sql = " AND ".join(f"{column} {sign} ?" for sign, _ in given)
    return f"({sql or '1'})", [bound for _, bound in given]


def filed(connection: Connection, names: Iterable[str]) -> list[int]:
    """Return the folders whose name has one of these in it, or whose role is one of them."""
    rows = connection.rows("SELECT id, role, shown_path FROM folder")
    return [
        id for id, role, path in rows if any(name == role or name in fold(path) for name in names)
    ]


def question(search: Search) -> str | None:
    """Return what to ask the index, None where no word is long enough for it.

    A superset of what is looked for: of each word some pieces of three characters.
    """
    asked = [one for term in search.terms if (one := _asked(term)) is not None]
    return " AND ".join(asked) or None


def _asked(term: Term) -> str | None:
    if not isinstance(term, Has) or term.negated:
        return None
    if any(len(word) < _PIECE or "\0" in word for word in term.words):
        return None
    words = " OR ".join(f"({' AND '.join(map(_quoted, _pieces(word)))})" for word in term.words)
    if term.parts == ANYWHERE:
        return f"({words})"
    columns = " ".join(part for part in Part if part in term.parts)
    return f"({{{columns}}} : ({words}))"


def _pieces(word: str) -> list[str]:
    """Return pieces that cover the word from its beginning, and its last one."""
    starts = [*range(0, len(word) - _PIECE, _PIECE)][:_MOST_PIECES]
    return list(dict.fromkeys(word[at : at + _PIECE] for at in (*starts, len(word) - _PIECE)))


def _quoted(piece: str) -> str:
    return '"' + piece.replace('"', '""') + '"'
