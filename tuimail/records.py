"""Frozen dataclasses that are cheap to define: there are two hundred, and every start defines them.

The standard library compiles six methods for each, whether they are ever called or not: a quarter
of a millisecond, a fifth of the time to the first frame. Here what compares, hashes and shows is
made without compiling, and `__init__` is compiled when the first instance is made.
`__dataclass_fields__`, by which `replace`, `asdict` and `fields` know a dataclass, is the standard
library's own, made when it is first asked for.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Mapping
from operator import attrgetter
from types import MemberDescriptorType
from typing import Any, Final, TypeVar, cast, dataclass_transform

_T = TypeVar("_T")

_MISSING: Final = dataclasses.MISSING


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def record(cls: type[_T]) -> type[_T]:
    """Make of a class what `dataclass(frozen=True, slots=True)` makes of it.

    Annotations are the fields, in their order, behind those of the record it is derived from.
    Methods that call `super()` without arguments do not work, as in any dataclass with slots.
    """
    own = [name for name, said in inspect.get_annotations(cls).items() if not _is_of_class(said)]
    inherited = _names_of(cls.__bases__)
    names = (*inherited, *(name for name in own if name not in inherited))
    space = {name: value for name, value in cls.__dict__.items() if name not in _OF_ANY_CLASS}
    defaults = {name: space.pop(name) for name in own if name in space}
    space |= {
        "__slots__": tuple(name for name in own if name not in inherited),
        "__match_args__": names,
        "__record_names__": names,
        "__record_defaults__": {**_defaults_of(cls.__bases__), **defaults},
        "__dataclass_fields__": _Fields(cls),
        "__init__": _Init(),
        "__setattr__": _refuse_setting,
        "__delattr__": _refuse_deleting,
        "__getstate__": _state,
        "__setstate__": _restore,
        "__qualname__": cls.__qualname__,
    }
    kind: Any = type(cls)
    made = kind(cls.__name__, cls.__bases__, _methods(names) | space)
    return cast("type[_T]", made)


_OF_ANY_CLASS: Final = ("__dict__", "__weakref__")


def _is_of_class(annotation: object) -> bool:
    return str(annotation).startswith(("ClassVar", "typing.ClassVar"))


def _names_of(bases: tuple[type, ...]) -> tuple[str, ...]:
    return next((base.__record_names__ for base in bases if hasattr(base, "__record_names__")), ())


def _defaults_of(bases: tuple[type, ...]) -> Mapping[str, object]:
    return next(
        (base.__record_defaults__ for base in bases if hasattr(base, "__record_defaults__")), {}
    )


def _methods(names: tuple[str, ...]) -> dict[str, object]:
    """Return what compares and hashes by the values of all fields."""
    values: Callable[[Any], object] = attrgetter(*names) if names else lambda _: ()

    def equal(self: Any, other: Any) -> Any:
        if other.__class__ is self.__class__:
            return values(self) == values(other)
        return NotImplemented

    def hashed(self: Any) -> int:
        return hash(values(self))

    return {"__eq__": equal, "__hash__": hashed, "__repr__": _shown}


class _Init:
    """Stands for `__init__` until the first instance is made."""

    def __set_name__(self, owner: type, name: str) -> None:
        self._of = owner

    def __get__(self, instance: object, owner: type) -> Any:
        made = _init(self._of)
        type.__setattr__(self._of, "__init__", made)
        return made.__get__(instance, owner)


def _init(cls: Any) -> Any:
    """Compile `__init__`, which writes past `__setattr__`, straight into the slots."""
    names: tuple[str, ...] = cls.__record_names__
    defaults: Mapping[str, object] = cls.__record_defaults__
    space: dict[str, object] = {"_MISSING": _MISSING}
    arguments, body = [], []
    for at, name in enumerate(names):
        slot = getattr(cls, name)
        space[f"_set{at}"] = slot.__set__
        default: Any = defaults.get(name, _MISSING)
        factory: Any = _MISSING
        value = name
        if isinstance(default, dataclasses.Field):
            default, factory = default.default, default.default_factory
        if factory is not _MISSING:
            space[f"_make{at}"] = factory
            value = f"_make{at}() if {name} is _MISSING else {name}"
            default = _MISSING
            arguments.append(f"{name}=_MISSING")
        elif default is not _MISSING:
            space[f"_default{at}"] = default
            arguments.append(f"{name}=_default{at}")
        else:
            arguments.append(name)
        body.append(f" _set{at}(self, {value})")
    if hasattr(cls, "__post_init__"):
        body.append(" self.__post_init__()")
    lines = "\n".join(body or [" pass"])
    exec(f"def __init__(self, {', '.join(arguments)}):\n{lines}", space)  # noqa: S102 - names of fields
    made: Any = space["__init__"]
    made.__qualname__ = f"{cls.__qualname__}.__init__"
    return made


class _Fields:
    """Stands for `__dataclass_fields__` until somebody asks for it."""

    def __init__(self, cls: type) -> None:
        self._cls = cls

    def __set_name__(self, owner: type, name: str) -> None:
        self._of = owner

    def __get__(self, instance: object, owner: type) -> Any:
        plain: Any = dataclasses.dataclass(frozen=True, init=False, repr=False, eq=False)(self._cls)
        for name in ("__dataclass_fields__", "__dataclass_params__"):
            type.__setattr__(self._of, name, getattr(plain, name))
        return plain.__dataclass_fields__


def _shown(self: Any) -> str:
    fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__record_names__)
    return f"{type(self).__qualname__}({fields})"


def _refuse_setting(self: object, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def _refuse_deleting(self: object, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")


def _state(self: Any) -> list[Any]:
    return [getattr(self, name) for name in self.__record_names__]


def _restore(self: Any, state: list[Any]) -> None:
    for name, value in zip(self.__record_names__, state, strict=True):
        slot: MemberDescriptorType = getattr(type(self), name)
        slot.__set__(self, value)
