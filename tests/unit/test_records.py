"""Records are the standard library's frozen dataclasses with slots, made later."""

from __future__ import annotations

import copy
import dataclasses
import pickle
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

    @property
    def both(self) -> int:
        """A property, which has no part in it."""
        return self.x + self.y


@record
class Named(Point):
    """A record that is derived."""

    name: str = ""

    def __post_init__(self) -> None:
        """Checks."""
        if self.name == "wrong":
            raise ValueError(self.name)


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
    """Mutation that turns it red: `equal` does not look at the class."""
    assert Ours(1) == Ours(1, 0) != Ours(1, 2)
    assert Ours(1).__eq__(Theirs(1)) is NotImplemented
    assert hash(Ours(1)) == hash(Ours(1, 0)) == hash(Theirs(1))
    assert repr(Ours(1)) == repr(Theirs(1)).replace("Theirs", "Ours")
    assert (Nothing(), hash(Nothing()), One([1])) == (Nothing(), hash(Nothing()), One([1]))
    assert {Ours(1), Ours(1)} == {Ours(1)}


def test_it_cannot_be_changed_and_has_no_other_attributes() -> None:
    point = Point(1)
    for name in ("x", "other"):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(point, name, 2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        del point.x
    assert not hasattr(point, "__dict__")


def test_fields_come_in_their_order_with_their_defaults() -> None:
    """Mutation that turns it red: `space.pop(name)` with `space.get(name)`."""
    assert [one.name for one in fields(Named)] == ["x", "y", "tags", "name"]
    assert Point.kind == "point"
    one, other = Point(1), Point(2)
    one.tags.append("mine")
    assert (other.tags, one.both, Named(1, 2, name="n").both) == ([], 1, 3)
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'x'"):
        Point()  # type: ignore[call-arg]  # that is what is tried
    with pytest.raises(ValueError, match="wrong"):
        Named(1, name="wrong")


def test_what_knows_dataclasses_knows_records() -> None:
    named = Named(1, 2, ["a"], "n")
    assert is_dataclass(named)
    assert replace(named, name="m") == Named(1, 2, ["a"], "m")
    assert asdict(named) == {"x": 1, "y": 2, "tags": ["a"], "name": "n"}
    assert copy.deepcopy(named) == pickle.loads(pickle.dumps(named)) == named
    match named:
        case Named(x, y, tags, name):
            assert (x, y, tags, name) == (1, 2, ["a"], "n")
