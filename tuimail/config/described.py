"""The settings as a list: where each belongs, what it can be, and what it means.

Made from the structs of `schema` and the docstrings under their fields, so that the settings
screen and the reference in the docs never say other things than the code.
"""

from __future__ import annotations

import ast
import inspect
from dataclasses import dataclass
from enum import Enum, auto
from functools import cache
from itertools import pairwise
from types import MappingProxyType
from typing import Any, Final

import msgspec
from msgspec import inspect as types

from tuimail.config import schema
from tuimail.config.schema import AccountSettings, Settings, Table

AT_NEXT_START: Final = ("accounts", "display", "download", "tokens")
"""Keys and tables that are read at the start alone."""


class Kind(Enum):
    """How a setting is edited."""

    SWITCH = auto()
    CHOICE = auto()
    NUMBER = auto()
    TEXT = auto()
    TEXTS = auto()
    THEME = auto()


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of the file.

    Attributes:
        key: Its dotted path, such as `reader.width`.
        group: The title it stands under.
        words: What it means: the docstring of the field.
        choices: The words it can be, in the order of the source. A number may have some too.
        low: The smallest number, or None.
        high: The largest number, or None.
        whole: Only whole numbers.
    """

    key: str
    group: str
    kind: Kind
    words: str
    default: Any
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None
    whole: bool = False

    @property
    def at_next_start(self) -> bool:
        """Whether a change is seen only when tuimail is started again."""
        return self.key.partition(".")[0] in AT_NEXT_START


def described(settings: Settings) -> tuple[Setting, ...]:
    """Return every setting in the order of the file's structs, the mailboxes at the end.

    Args:
        settings: Whose mailboxes are described. Own keys are not: they are no fixed list.
    """
    told = field_docstrings(Settings)
    found: list[Setting] = []
    for field in msgspec.structs.fields(Settings):
        below = getattr(settings, field.name)
        if isinstance(below, Table):
            group = told[field.name].rstrip(".")
            found += _table(type(below), f"{field.name}.", group[:1].lower() + group[1:])
        elif not isinstance(below, dict):
            found.append(_setting(field, Settings, "", "appearance"))
    for name in settings.accounts:
        found += _table(AccountSettings, f"accounts.{name}.", f"mailbox {name}")
    return tuple(found)


def value_of(settings: Settings, key: str) -> Any:
    """Return what a setting is.

    Args:
        key: As in `Setting.key`.
    """
    table, _, rest = key.partition(".")
    if table != "accounts":
        return getattr(getattr(settings, table), rest) if rest else getattr(settings, table)
    name, _, field = rest.rpartition(".")
    return getattr(settings.accounts[name], field)


@cache
def field_docstrings(table: type[Table]) -> MappingProxyType[str, str]:
    """Return the docstring under each field of a struct, by the field's name."""
    tree = ast.parse(inspect.getsource(table))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef))
    told = {}
    for field, text in pairwise(body):
        match field, text:
            case (
                ast.AnnAssign(target=ast.Name(id=name)),
                ast.Expr(value=ast.Constant(value=str(words))),
            ):
                told[name] = inspect.cleandoc(words)
    return MappingProxyType(told)


def _table(table: type[Table], prefix: str, group: str) -> list[Setting]:
    return [
        _setting(field, table, prefix, group)
        for field in msgspec.structs.fields(table)
        if not isinstance(types.type_info(field.type), types.DictType)  # more than a field holds
    ]


def _setting(
    field: msgspec.structs.FieldInfo, table: type[Table], prefix: str, group: str
) -> Setting:
    default = "" if field.default is msgspec.NODEFAULT else field.default
    key, words = f"{prefix}{field.name}", " ".join(field_docstrings(table)[field.name].split())
    kind = types.type_info(field.type)
    if key == "theme":
        return Setting(key, group, Kind.THEME, words, default)
    several = kind.types if isinstance(kind, types.UnionType) else (kind,)
    choices = tuple(
        str(value) for one in several if isinstance(one, types.LiteralType) for value in one.values
    )
    for one in several:
        if isinstance(one, types.IntType | types.FloatType):
            whole = isinstance(one, types.IntType)
            numbers = _in_order(choices, table, field.name)
            return Setting(key, group, Kind.NUMBER, words, default, numbers, one.ge, one.le, whole)
    if choices:
        return Setting(
            key, group, Kind.CHOICE, words, default, _in_order(choices, table, field.name)
        )
    plain = {types.BoolType: Kind.SWITCH, types.VarTupleType: Kind.TEXTS}
    return Setting(key, group, plain.get(type(kind), Kind.TEXT), words, default)


def _in_order(choices: tuple[str, ...], table: type[Table], field: str) -> tuple[str, ...]:
    """Literals come sorted from msgspec; readers want the order of the source."""
    source = inspect.getsource(table).partition(f"    {field}: ")[2] + inspect.getsource(schema)
    return tuple(sorted(choices, key=lambda word: source.index(f'"{word}"')))
