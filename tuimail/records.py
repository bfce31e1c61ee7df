"""Frozen dataclasses that are cheap to define: there are two hundred, and every start defines them.

The standard library compiles six methods for each, which takes most of a millisecond; msgspec makes
the same of a class without compiling anything. `__dataclass_fields__`, by which `replace`, `asdict`
and `fields` know a dataclass, is the standard library's own, made when it is first asked for.
"""

from __future__ import annotations

import dataclasses
import threading
from typing import Any, Final, TypeVar, cast, dataclass_transform

import msgspec

_T = TypeVar("_T")

_MISSING: Final = dataclasses.MISSING
_OF_ANY_CLASS: Final = frozenset({"__dict__", "__weakref__", "__annotations__"})

_making = threading.RLock()


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def record(cls: type[_T]) -> type[_T]:
    """Make of a class what `dataclass(frozen=True, slots=True)` makes of it.

    Annotations are the fields, in their order. Methods that call `super()` without arguments do not
    work, as in any dataclass with slots; every field counts when two are compared.
    """
    if cls.__bases__ != (object,):
        raise TypeError(f"{cls.__name__}: a record is derived from nothing")
    annotations = cls.__annotations__  # its own: nothing is derived from
    own = [name for name, said in annotations.items() if not _is_of_class(said)]
    space = {
        name: value
        for name, value in cls.__dict__.items()
        if name not in _OF_ANY_CLASS and name not in own
    }
    made: Any = msgspec.defstruct(
        cls.__name__,
        [_field(name, annotations[name], cls.__dict__.get(name, _MISSING)) for name in own],
        namespace={**space, "__dataclass_fields__": _Fields(cls)},
        module=cls.__module__,
        frozen=True,
    )
    made.__qualname__ = cls.__qualname__
    return cast("type[_T]", made)


def _is_of_class(annotation: object) -> bool:
    return str(annotation).startswith(("ClassVar", "typing.ClassVar"))


def _field(name: str, annotation: object, default: object) -> Any:
    """Return a field as `msgspec.defstruct` takes it."""
    if default is _MISSING:
        return name, annotation
    if not isinstance(default, dataclasses.Field):
        return name, annotation, default
    if default.default_factory is not _MISSING:
        return name, annotation, msgspec.field(default_factory=default.default_factory)
    return name, annotation, default.default


class _Fields:
    """Stands for `__dataclass_fields__` until somebody asks for it."""

    def __init__(self, cls: type) -> None:
        self._cls = cls

    def __set_name__(self, owner: type, name: str) -> None:
        self._of = owner

    def __get__(self, instance: object, owner: type) -> Any:
        with _making:  # two threads may ask for the first time
            if vars(self._of)["__dataclass_fields__"] is self:
                as_usual = dataclasses.dataclass(frozen=True, init=False, repr=False, eq=False)
                plain: Any = as_usual(self._cls)
                for name in ("__dataclass_params__", "__dataclass_fields__"):
                    type.__setattr__(self._of, name, getattr(plain, name))
        return vars(self._of)["__dataclass_fields__"]
