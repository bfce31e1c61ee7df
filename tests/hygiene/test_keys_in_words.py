"""No sentence and no hint names a key of the table by itself: keys can be bound to others.

A sentence takes a key from `Keys.shown`, a hint names its binding (`Keys.named`).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.hygiene.source import ROOT, modules, name_of, parsed

_ELSEWHERE: Final = ("tuimail/sandbox/", "tuimail/ui/bindings/", "tuimail/mime/markup.py")
"""The sandbox writes mail, not what a user reads of tuimail; the tables are where keys belong; and
letters are names of elements in HTML."""

_PROSE: Final = re.compile(r"[\w “”’'…,.:;!?()^-]*")
_KEY: Final = re.compile(r"(?:^|(?<=[\s,;:(]))(?:\^[a-z]|[b-zB-HJ-Z]|F\d\d?)(?=[\s,;.:)]|$)")
"""A letter alone, but for the words `a`, `A` and `I`; `^s`; `F6`."""
_LETTERS: Final = re.compile(r"\b[A-Za-z] to [A-Za-z]\b")

_FIXED: Final = {
    "tuimail/ui/keys/chord_words.py": "the sheet of keys that may follow turns by itself",
    "tuimail/ui/widgets/bottom_bar.py": "Esc leaves every question",
}
"""Where a hint has a key that is in no table."""


def _is_prose(text: str) -> bool:
    return len(text.split()) > 1 and _PROSE.fullmatch(text) is not None


def _docstrings(tree: ast.Module) -> set[int]:
    """Return the constants that are statements: docstrings, and those below attributes."""
    return {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}


def _sentences(tree: ast.Module) -> Iterator[ast.Constant]:
    skipped = _docstrings(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and id(node) not in skipped:
            text = node.value
            if isinstance(text, str) and _is_prose(text) and _KEY.search(_LETTERS.sub("", text)):
                yield node


def _hints(tree: ast.Module) -> Iterator[ast.Constant]:
    """Yield what stands as a key in front of a word, or is painted as a key."""
    for node in ast.walk(tree):
        pair: list[ast.expr] = []
        if isinstance(node, ast.Tuple) and len(node.elts) == 2:
            pair = [node.elts[0]] if _says(node.elts[1]) else []
        elif isinstance(node, ast.Call) and ast.unparse(node.func) == "Run":
            role = node.args[1] if len(node.args) > 1 else None
            pair = node.args[:1] if isinstance(role, ast.Constant) and role.value == "key" else []
        yield from (key for key in pair if isinstance(key, ast.Constant) and _is_key(key.value))


def _is_key(said: object) -> bool:
    return isinstance(said, str) and (
        _KEY.fullmatch(said) is not None or said in ("Esc", "Tab", "a", "?", "|")
    )


def _says(node: ast.expr) -> bool:
    """Return whether it is a word or an f-string, as the second half of a hint is."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and len(node.value) > 2
    return isinstance(node, ast.JoinedStr)


def _places(found: Iterator[ast.Constant], path: Path) -> Iterator[str]:
    yield from (f"{name_of(path)}:{node.lineno}: {node.value!r}" for node in found)


def test_no_sentence_and_no_hint_names_a_key_by_itself() -> None:
    """Red with `f"{key} opens it"` as `"e opens it"`, or with `("Esc", "close")` in a sheet."""
    found: list[str] = []
    for path in modules("tuimail"):
        if name_of(path).startswith(_ELSEWHERE):
            continue
        tree = parsed(path)
        found += _places(_sentences(tree), path)
        if path.is_relative_to(ROOT / "tuimail" / "ui") and name_of(path) not in _FIXED:
            found += _places(_hints(tree), path)
    assert "\n".join(found) == ""
