"""The table with the user's own keys laid over it, and the hints made from it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

from tuimail.ui.bindings.spec import BindingSpec, Hint, shown_key
from tuimail.ui.bindings.table import BINDINGS, HINT_ORDER
from tuimail.ui.formatting import number

_ABOUT_MARKS: Final = ("app.help", "mailbox.mark", "mailbox.unmark")
"""Hints that are not about the messages that are marked."""
_BY_ID: Final = {line.id: line for line in BINDINGS}


class Keys:
    """The table with the user's own keys laid over it.

    Args:
        overrides: `[keys]` of the settings: binding id to keys, separated by commas.
    """

    def __init__(self, overrides: dict[str, str] | None = None) -> None:
        self._overrides = overrides or {}

    def shown(self, id_: str) -> str:
        """Return the first key of a binding as people read it."""
        return shown_key(self.keys(_BY_ID[id_])[0])

    def keys(self, spec: BindingSpec) -> tuple[str, ...]:
        """Return the keys of a binding now."""
        own = self._overrides.get(spec.id)
        return tuple(key.strip() for key in own.split(",")) if own else spec.keys

    def problem(self) -> str:
        """Return what is wrong with the user's keys, in one sentence; empty when nothing is."""
        unknown = sorted(set(self._overrides) - set(_BY_ID))
        if unknown:
            return f"[keys]: {unknown[0]} is unknown."
        for own in self._overrides:
            wanted = set(self.keys(_BY_ID[own]))
            for spec in BINDINGS:
                if spec.id != own and spec.scope == _BY_ID[own].scope:
                    shared = wanted & set(self.keys(spec))
                    if shared:
                        return f"[keys]: {shown_key(min(shared))} of {own} hides {spec.id}."
        return ""

    def hints(
        self, place: str, *, without: Collection[str] = (), count: int | None = None
    ) -> list[Hint]:
        """Return the hints of a place, in the order of the hint row.

        Args:
            place: A key of the table of places.
            without: Ids of bindings that make no sense now.
            count: How many messages are marked, said of what is done to them.
        """
        ids = [id_ for id_ in HINT_ORDER[place] if id_ not in without]
        hints = [(self.shown(id_), self._hint(id_, count)) for id_ in ids]
        if place == "tree":
            fold = f"{self.shown('tree.fold')} {self.shown('tree.unfold')}"
            jump = f"{self.shown('mailbox.next_folder')} {self.shown('mailbox.previous_folder')}"
            hints += [
                (fold, "fold"),
                (jump, "next/prev unread"),
                (self.shown("mailbox.back"), "back"),
                (self.shown("tree.keep"), "keep offline"),
            ]
        if place == "reader":
            hints.append((f"{self.shown('reader.down')} {self.shown('reader.up')}", "scroll"))
            move = f"{self.shown('reader.next')} {self.shown('reader.previous')}"
            hints.append((move, "next/prev message"))
        return hints

    def _hint(self, id_: str, count: int | None) -> str:
        word = _BY_ID[id_].hint
        return word if count is None or id_ in _ABOUT_MARKS else f"{word} {number(count)}"

    def described(self, scopes: Sequence[str]) -> list[tuple[str, str]]:
        """Return (keys, description) of every listed binding of the scopes, for the help screen."""
        return [
            (" ".join(shown_key(key) for key in self.keys(spec)[:2]), spec.description)
            for scope in scopes
            for spec in BINDINGS
            if spec.scope == scope and spec.show
        ]
