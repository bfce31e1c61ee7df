"""Values that must not be printed."""

from __future__ import annotations

from typing import Final

_SHOWN: Final = "Secret(…)"


class Secret:
    """A token or another string that no log, traceback or debugger listing may show.

    The value leaves only through `reveal`, so every place that uses one can be found by name.
    """

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        """Return the value itself, to hand it to a protocol and to nothing else."""
        return self._value

    def __repr__(self) -> str:
        return _SHOWN

    __str__ = __repr__

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._value == self._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __reduce__(self) -> tuple[object, ...]:
        raise TypeError("a Secret is not pickled")
