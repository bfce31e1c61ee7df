"""Records are the standard library's frozen dataclasses with slots, made later."""

from __future__ import annotations

import copy
import dataclasses
import pickle
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, field, fields, is_dataclass, replace
from typing import ClassVar

import pytest

from tuimail.records import record


@record
class Point:
    """A record with everything that a field can have."""

    kind: ClassVar[str] = "point"
    x: int
    y: int = 0
    tags: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Checks."""
        if self.y < 0:
            raise ValueError(self.y)

    @property
    def both(self) -> int:
        """A property, which has no part in it."""
        return self.x + self.y


@record
class Nothing:
    """A record without fields."""


@record
class One:
    """A record with a single field."""

    value: object


@dataclass(frozen=True, slots=True)
class Theirs:
    """What the standard library makes."""

    x: int
    y: int = 0


@record
class Ours:
    """The same."""

    x: int
    y: int = 0


def test_it_compares_hashes_and_shows_as_a_dataclass_does() -> None:
    assert Ours(1) == Ours(1, 0) != Ours(1, 2)
    assert Ours(1).__eq__(Theirs(1)) is NotImplemented
    assert hash(Ours(1)) == hash(Ours(1, 0))
    assert repr(Ours(1)) == repr(Theirs(1)).replace("Theirs", "Ours")
    assert (Nothing(), hash(Nothing()), One([1])) == (Nothing(), hash(Nothing()), One([1]))
    assert {Ours(1), Ours(1)} == {Ours(1)}


def test_it_cannot_be_changed_and_has_no_other_attributes() -> None:
    point = Point(1)
    for name in ("x", "other"):
        with pytest.raises(AttributeError):
            setattr(point, name, 2)
    with pytest.raises(AttributeError):
        del point.x
    assert not hasattr(point, "__dict__")


def test_fields_come_in_their_order_with_their_defaults() -> None:
    assert [one.name for one in fields(Point)] == ["x", "y", "tags"]
    assert Point.kind == "point"
    one, other = Point(1), Point(2)
    one.tags.append("mine")
    assert (other.tags, one.both, Point(1, y=2).both) == ([], 1, 3)
    with pytest.raises(TypeError, match="Missing required argument 'x'"):
        Point()  # type: ignore[call-arg]  # that is what is tried
    with pytest.raises(ValueError, match="-1"):
        Point(1, -1)


def test_a_record_is_derived_from_nothing() -> None:
    with pytest.raises(TypeError, match="derived from nothing"):

        @record
        class Named(Point):
            name: str = ""


def test_what_knows_dataclasses_knows_records() -> None:
    point = Point(1, 2, ["a"])
    assert is_dataclass(point)
    assert replace(point, y=3) == Point(1, 3, ["a"])
    assert asdict(point) == {"x": 1, "y": 2, "tags": ["a"]}
    assert copy.deepcopy(point) == pickle.loads(pickle.dumps(point)) == point
    match point:
        case Point(x, y, tags):
            assert (x, y, tags) == (1, 2, ["a"])


def test_threads_that_ask_at_once_are_all_told_the_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect in a worker ended the program: the class was made a dataclass twice.

    Mutation that turns it red: `nullcontext()` for the lock in `records`.
    """
    usual = dataclasses.dataclass
    begun, others = threading.Event(), threading.Event()

    def slowly(**options: bool) -> Callable[[type], type]:
        def make(cls: type) -> type:
            made: type = usual(**options)(cls)
            begun.set()
            others.wait(0.2)  # nobody sets it: the time in which the other thread comes as well
            return made

        return make

    @record
    class Fresh:
        x: int

    monkeypatch.setattr(dataclasses, "dataclass", slowly)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(fields, Fresh)
        assert begun.wait(30)
        second = threads.submit(fields, Fresh)
        assert [each.name for each in first.result(30)] == ["x"]
        assert second.result(30) == first.result(30)
