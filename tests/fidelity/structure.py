"""BODYSTRUCTURE taken apart, so that a difference has a name (RFC 3501, section 7.4.2)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from tests.fidelity.wire import Value

Found = Iterator[tuple[str, object, object]]

_BASIC: Final = ("type", "subtype", "parameters", "id", "description", "encoding", "octets")
_EXTENSION: Final = ("disposition", "language", "location")


def structure_differences(ours: Value, theirs: Value) -> Found:
    """Yield (place, ours, theirs) for everything that is not the same."""
    if ours == theirs:
        return
    if not (isinstance(ours, list) and isinstance(theirs, list)):
        yield "shape", ours, theirs
    elif _is_multipart(ours) and _is_multipart(theirs):
        yield from _multipart(ours, theirs)
    elif _is_multipart(ours) or _is_multipart(theirs):
        yield "multipart or not", ours, theirs
    else:
        yield from _single(ours, theirs)


def _is_multipart(body: Sequence[Value]) -> bool:
    return bool(body) and isinstance(body[0], list)


def _multipart(ours: list[Value], theirs: list[Value]) -> Found:
    one, other = (
        [part for part in body if isinstance(part, list)][: _count(body)] for body in (ours, theirs)
    )
    if len(one) != len(other):
        yield "number of parts", len(one), len(other)
        return
    for child, twin in zip(one, other, strict=True):
        yield from structure_differences(child, twin)
    yield from _fields(
        ("subtype", "parameters", *_EXTENSION), ours[len(one) :], theirs[len(other) :]
    )


def _count(body: Sequence[Value]) -> int:
    return next((at for at, part in enumerate(body) if not isinstance(part, list)), len(body))


def _single(ours: list[Value], theirs: list[Value]) -> Found:
    if [_folded(value) for value in ours[:2]] != [_folded(value) for value in theirs[:2]]:
        yield "type", ours, theirs
        return
    names: tuple[str, ...] = ("md5", *_EXTENSION)
    kind = tuple(_folded(value) for value in ours[:2])
    if kind == ("message", "rfc822"):
        if len(ours) < 10 or len(theirs) < 10:
            yield "shape", ours, theirs
            return
        yield from structure_differences(ours[8], theirs[8])
        ours, theirs = ours[:8] + ours[9:], theirs[:8] + theirs[9:]
        names = ("envelope", "lines", *names)
    elif kind[0] == "text":
        names = ("lines", *names)
    yield from _fields((*_BASIC, *names), ours, theirs)


def _fields(names: Sequence[str], ours: Sequence[Value], theirs: Sequence[Value]) -> Found:
    if len(ours) != len(theirs):
        yield "number of fields", ours, theirs
        return
    for name, one, other in zip(names, ours, theirs, strict=False):
        if one != other:
            yield name, one, other


def _folded(value: Value) -> str:
    return value.decode("ascii", "replace").lower() if isinstance(value, bytes) else str(value)
