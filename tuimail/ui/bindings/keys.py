"""The table with a preset and the user's own keys laid over it, and what is said of keys."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from tuimail.errors import ConfigError
from tuimail.ui.bindings.spec import BindingSpec, Count, Hint, Named, shown_key
from tuimail.ui.bindings.table import BINDINGS, BY_ID, HINT_ORDER, OUTER
from tuimail.ui.drawing.formatting import number

_TREE_HINTS: Final = ("tree.find", "tree.new", "tree.rename", "tree.delete")
"""Hints of the folders that follow those of two keys."""
_ABOUT_MARKS: Final = ("app.help", "mailbox.mark", "mailbox.unmark")
"""Hints that are not about the messages that are marked."""
_NAMED: Final = re.compile(r"\{([a-z_]+\.[a-z0-9_]+)\}")
_NO_KEY: Final = "unbound"
"""Stands for no key where Textual wants one; no keyboard sends it."""


class Keys:
    """The keys as they are now.

    Args:
        chosen: `[keys]` of the settings: binding id to keys, separated by commas, and `preset`.
        file: The settings file, for what is said of mistakes.

    Attributes:
        preset: The name of the set of keys below one's own.
        problems: All that is wrong with `chosen`; what is right of it counts all the same.
    """

    def __init__(self, chosen: Mapping[str, str] | None = None, *, file: str = "") -> None:
        self.preset = "default"
        self.problems: list[ConfigError] = []
        self._keys = {line.id: line.keys for line in BINDINGS}
        if chosen:
            self._choose(chosen, file)
        self._by_key: dict[str, dict[str, BindingSpec]] = {}
        for line in BINDINGS:
            of_scope = self._by_key.setdefault(line.scope, {})
            of_scope.update((key, line) for key in self._keys[line.id])
        self._heads = {
            scope: {key[:at] for key in keys for at, sign in enumerate(key) if sign == " "}
            for scope, keys in self._by_key.items()
        }

        self._counting = {line.scope for line in BINDINGS if line.counting is not Count.NOTHING}

    def _choose(self, chosen: Mapping[str, str], file: str) -> None:
        from tuimail.config.keymap import KeyDefault, build_keymap  # noqa: PLC0415 - rarely needed

        defaults = {
            line.id: KeyDefault(",".join(line.keys), line.scope, OUTER[line.scope])
            for line in BINDINGS
        }
        keymap, self.problems = build_keymap(defaults, chosen, file=file)
        self._keys = dict(keymap.keys)
        if not any(problem.key == "keys.preset" for problem in self.problems):
            self.preset = chosen.get("preset", self.preset)

    # -- which keys ----------------------------------------------------------------------------

    @property
    def keymap(self) -> dict[str, str]:
        """What differs from the table, as `App.set_keymap` wants it."""
        return {
            line.id: ",".join(self._keys[line.id]) or _NO_KEY
            for line in BINDINGS
            if self._keys[line.id] != line.keys
        }

    def keys(self, line: BindingSpec) -> tuple[str, ...]:
        """Return the keys of a binding now; none when it is not bound."""
        return self._keys[line.id]

    def find(self, scope: str, sequence: str) -> BindingSpec | None:
        """Return what a key, or several with blanks between them, does in a place."""
        return self._by_key.get(scope, {}).get(sequence)

    def begins(self, scope: str, sequence: str) -> bool:
        """Return whether a longer sequence of a place begins so."""
        return sequence in self._heads.get(scope, ())

    def following(self, scope: str, head: str) -> Iterator[tuple[str, BindingSpec]]:
        """Yield what may follow the beginning of a sequence, and what it does."""
        start = f"{head} "
        for key, line in self._by_key.get(scope, {}).items():
            if key.startswith(start):
                yield key.removeprefix(start), line

    def leads_to(self, id_: str, key: str) -> bool:
        """Return whether a key is one of a binding's, alone or in a sequence."""
        return any(key in sequence.split() for sequence in self._keys[id_])

    def counts(self, scope: str) -> bool:
        """Return whether a number before a key means something in a place."""
        return scope in self._counting

    def problem(self) -> str:
        """Return what is wrong with the user's keys, in one sentence; empty when nothing is."""
        if not self.problems:
            return ""
        first, more = self.problems[0], len(self.problems) - 1
        words = problem_words(first)
        return f"{words} {number(more)} more: :keys" if more else words

    # -- how they are said ---------------------------------------------------------------------

    def shown(self, id_: str, *, in_text: bool = False) -> str:
        """Return the first key of a binding as people read it; its command when it has none.

        Args:
            id_: The binding.
            in_text: Where text is typed: a key that writes a letter there is not named.
        """
        shown = (shown_key(key) for key in self._keys[id_])
        usable = (key for key in shown if len(key) > 1 or not in_text)
        return next(usable, f":{BY_ID[id_].command}")

    def named(self, hints: Iterable[Named], *, in_text: bool = False) -> list[Hint]:
        """Return hints with the keys of the bindings that they name.

        Args:
            in_text: As in `shown`.
        """
        return [(self._named(what, in_text=in_text), word) for what, word in hints]

    def _named(self, what: str, *, in_text: bool) -> str:
        ids = what.split()
        if not all(id_ in BY_ID for id_ in ids):
            return what
        return " ".join(self.shown(id_, in_text=in_text) for id_ in ids)

    def shown_all(self, line: BindingSpec, most: int = 2, *, without: Collection[str] = ()) -> str:
        """Return the keys of a binding as people read them.

        Args:
            line: The binding.
            most: So many of them.
            without: Keys that mean something else where it is said.
        """
        free = [key for key in self._keys[line.id] if key not in without]
        return " ".join(shown_key(key) for key in free[:most])

    def keys_of(self, scope: str) -> set[str]:
        """Return the keys that mean something in a place."""
        return set(self._by_key.get(scope, ()))

    def not_bound(self, typed: str, *, in_text: bool = False) -> str:
        """Return what is said of a key that does nothing, and what to press.

        Args:
            typed: The key as people read it.
            in_text: Where text is typed: a key that writes a letter there is not named.
        """
        return f"{typed} is not bound. {self.shown('app.help', in_text=in_text)} shows the keys."

    def words(self, line: BindingSpec) -> str:
        """Return the description, with the keys it names as they are now."""
        return _NAMED.sub(lambda match: self.shown(match[1]), line.description)

    def title(self, line: BindingSpec) -> str:
        """Return what it is called in the list of all commands."""
        words = line.title or self.words(line)
        return words[:1].upper() + words[1:]

    def hints(
        self, place: str, *, without: Collection[str] = (), count: int | None = None
    ) -> list[Hint]:
        """Return the hints of a place, in the order of the hint row; none for what has no key.

        Args:
            place: A key of the table of places.
            without: Ids of bindings that make no sense now.
            count: How many messages are marked, said of what is done to them.
        """
        ids = [id_ for id_ in HINT_ORDER[place] if id_ not in without and self._keys[id_]]
        hints = [(self.shown(id_), self._hint(id_, count)) for id_ in ids]
        if place == "tree":
            hints += [
                *self._pair("tree.fold", "tree.unfold", "fold"),
                *self._pair("mailbox.next_folder", "mailbox.previous_folder", "next/prev unread"),
                *((self.shown(id_), BY_ID[id_].hint) for id_ in _TREE_HINTS if self._keys[id_]),
                (self.shown("mailbox.back"), "back"),
                (self.shown("tree.keep"), "keep offline"),
            ]
        if place == "conversation":
            hints[2:2] = self._pair("conversation.down", "conversation.up", "message")
        if place == "preview":
            hints += self._pair("preview.down", "preview.up", "scroll")
        if place == "reader":
            hints += self._pair("reader.down", "reader.up", "scroll")
            hints += self._pair("reader.next", "reader.previous", "next/prev message")
        return hints

    def _pair(self, one: str, other: str, word: str) -> list[Hint]:
        shown = [shown_key(self._keys[id_][0]) for id_ in (one, other) if self._keys[id_]]
        return [(" ".join(shown), word)] if shown else []

    def _hint(self, id_: str, count: int | None) -> str:
        word = BY_ID[id_].hint
        return word if count is None or id_ in _ABOUT_MARKS else f"{word} {number(count)}"

    def described(self, scopes: Sequence[str]) -> list[tuple[str, BindingSpec]]:
        """Return (keys, binding) of every listed binding of the scopes, for the help screen."""
        return [
            (self.shown_all(line), line)
            for scope in scopes
            for line in BINDINGS
            if line.scope == scope and line.show
        ]


def problem_words(problem: ConfigError) -> str:
    """Return what is wrong with its file and the nearest that is right."""
    file = f"{Path(problem.file).name}: " if problem.file else ""
    return f"{file}{problem.message} {problem.hint}".strip()
