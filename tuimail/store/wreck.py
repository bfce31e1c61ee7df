"""A damaged database as tables with named columns, by its own schema or by what it must have been.

Where the first page is lost, so is the list of tables. Those of the first migration begin at the
same pages in every database, so a new one tells where they are. A page that lost its way from the
root is known by the shape of its rows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Final, NamedTuple

from tuimail.errors import StoreError
from tuimail.store.connection import Connection, open_scratch
from tuimail.store.pages import DamagedFile
from tuimail.store.trees import Record, Tree, Value, stray_records

FOUND_ASTRAY: Final = frozenset({"folder", "message", "draft", "outbox", "intent"})
"""Tables whose rows have a shape that those of no other table have."""

_SEQUENCE: Final = "sqlite_sequence"
_TASTED: Final = 20


class Column(NamedTuple):
    """One column as it is stored; generated ones are not."""

    name: str
    type: str
    not_null: bool
    has_default: bool
    is_rowid: bool


@dataclass(frozen=True, slots=True)
class Table:
    """Where a table begins and what its rows look like."""

    root: int
    columns: tuple[Column, ...]

    @property
    def column_counts(self) -> range:
        """How many values a row may have: columns that were added later have defaults."""
        needed = (i for i, one in enumerate(self.columns) if one.not_null and not one.has_default)
        return range(max(needed, default=0) + 1, len(self.columns) + 1)

    def fits(self, record: Record) -> bool:
        """Tell whether a record has the shape of this table's rows."""
        if len(record.values) not in self.column_counts:
            return False
        pairs = zip(self.columns, record.values, strict=False)
        return all(_fits(column, value) for column, value in pairs)

    def row(self, record: Record) -> Found:
        """Name the values of a record."""
        names = (column.name for column in self.columns)
        values: dict[str, Value] = dict(zip(names, record.values, strict=False))
        for column in self.columns:
            if column.is_rowid:
                values[column.name] = record.rowid
        return Found(values, record.is_whole)


class Found(NamedTuple):
    """One row.

    Attributes:
        values: By column; columns that are not stored are missing.
        is_whole: False when values may be cut.
        is_living: False when it may have been deleted or changed since.
    """

    values: dict[str, Value]
    is_whole: bool
    is_living: bool = True


_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "INTEGER": (int,),
    "REAL": (int, float),
    "TEXT": (str,),
    "BLOB": (bytes,),
}


def _fits(column: Column, value: Value) -> bool:
    if column.is_rowid:
        return value is None
    if value is None:
        return not column.not_null
    return isinstance(value, _TYPES.get(column.type, (object,)))


class Wreck:
    """The tables of a damaged database.

    Args:
        model: A new database of this tuimail: what the tables must have been.
    """

    def __init__(self, file: DamagedFile, model: Connection) -> None:
        self._file = file
        self._model = _tables(model)
        schema = Tree(file, 1)
        self._own = _own_tables(schema)
        self._knows_tables = schema.is_complete
        free = file.free_pages()
        self._seen = free
        self._knows_free = file.has_header and len(free) == file.free_count

    @property
    def is_current(self) -> bool:
        """Whether nothing shows that commits were lost."""
        return self._file.is_current

    def rows(self, name: str, rowids: Sequence[int] | None = None) -> Iterator[Found]:
        """Return the rows of a table that can be read.

        Args:
            rowids: The wanted ones, sorted; None for all.
        """
        table = self._table(name)
        if table is None:
            return
        tree = Tree(self._file, table.root)
        seen = set()
        for record in tree.records(rowids):
            seen.add(record.rowid)
            yield table.row(record)
        self._seen |= tree.pages
        has_all = rowids is not None and seen.issuperset(rowids)
        if tree.is_complete or has_all or name not in FOUND_ASTRAY:
            return
        wanted = None if rowids is None else set(rowids)
        for record in stray_records(self._file, self._seen, table.column_counts):
            is_wanted = record.rowid not in seen and (wanted is None or record.rowid in wanted)
            if is_wanted and table.fits(record):
                seen.add(record.rowid)
                yield table.row(record)._replace(is_living=self._knows_free)

    def _table(self, name: str) -> Table | None:
        if name in self._own:
            return self._own[name]
        model = self._model.get(name)
        if model is None or self._knows_tables:
            return None  # the database is too old to have it
        tasted = islice(Tree(self._file, model.root).records(), _TASTED)
        is_there = all(model.fits(record) for record in tasted)
        return model if is_there else Table(0, model.columns)


def _tables(connection: Connection) -> dict[str, Table]:
    rows = connection.rows("SELECT name, rootpage FROM sqlite_master WHERE type = 'table'")
    return {name: Table(root, _columns(connection, name)) for name, root in rows}


def _columns(connection: Connection, table: str) -> tuple[Column, ...]:
    rows = connection.rows(
        'SELECT name, type, "notnull", dflt_value, pk FROM pragma_table_info(?)', (table,)
    )
    has_one_key = sum(bool(pk) for *_, pk in rows) == 1
    return tuple(
        Column(
            name,
            kind,
            bool(not_null),
            default is not None,
            is_rowid=bool(pk) and has_one_key and kind == "INTEGER",
        )
        for name, kind, not_null, default, pk in rows
    )


def _own_tables(schema: Tree) -> dict[str, Table]:
    """Return the tables that the first page lists, as far as it can be read."""
    found = {}
    for record in schema.records():
        match record.values:
            case ["table", str() as name, str(), int() as root, str() as sql]:
                columns = _read_schema(name, sql)
                if columns:
                    found[name] = Table(root, columns)
    return found


def _read_schema(name: str, sql: str) -> tuple[Column, ...]:
    if name == _SEQUENCE:  # SQLite's own, which cannot be made by name
        return tuple(Column(one, "", False, False, False) for one in ("name", "seq"))
    if not sql.upper().startswith("CREATE TABLE"):
        return ()
    with closing(open_scratch()) as scratch:
        try:
            scratch.change(sql)
            return _columns(scratch, name)
        except StoreError:
            return ()


def is_foreign(file: DamagedFile) -> bool:
    """Tell whether a database lists tables, and none of them is tuimail's."""
    schema = Tree(file, 1)
    tables = _own_tables(schema)
    return schema.is_complete and bool(tables) and not tables.keys() >= FOUND_ASTRAY
