"""What keeps files readable: their size, their names, their docstrings, and what they must not do.

Every exception is listed with its reason, and an exception nobody needs any more fails too.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.hygiene.source import modules, name_of, parsed

_FILE_LINES: Final = 400
_FUNCTION_LINES: Final = 60
_EMPTY_NAMES: Final = ("util", "helper", "manager", "common", "misc")

# Where an exception of any kind is caught, and why it has to be.
_CATCHES_EVERYTHING: Final = {
    "tuimail/auth/provider.py": "root of the auth thread: whoever waits gets an answer",
    "tuimail/auth/vault_keyring.py": "a keyring raises what it likes, on a thread of its own",
    "tuimail/auth/signing_in.py": "root of the sign-in thread: the prompt is told how it ended",
    "tuimail/imap/connection.py": "root of a connection's thread: a bug ends one job",
    "tuimail/sandbox/imap_server.py": "root of a connection's task: tests look at the defects",
    "tuimail/store/commits.py": "root of the writer thread: the error is the caller's",
    "tuimail/store/store.py": "root of the writer thread: a listener cannot undo a commit",
    "tuimail/sync/checkup.py": "root of a check's thread: a defect ends one check",
    "tuimail/sync/desk.py": "root of a request's task: whoever asked gets an answer",
    "tuimail/sync/setup.py": "root of a step's thread: a bug ends the step, not the set-up",
    "tuimail/ui/display/output.py": "a defect in comparing frames must not cost the screen",
    "tuimail/sync/unforeseen.py": "a defect in a push stops one change, not the others",
    "tuimail/sync/watcher.py": "root of the idle thread: a bug ends one watch",
}

# Where something sleeps, and why it has to.
_SLEEPS: Final = {
    "tests/waiting.py": "the pause between two looks at a condition",
    "tests/server/fault_proxy.py": "a line with a delay is what it plays",
}


def test_no_file_is_longer_than_400_lines() -> None:
    long = {
        name_of(path): lines
        for path in modules("tuimail", "tests")
        if (lines := len(path.read_text("utf-8").splitlines())) > _FILE_LINES
    }
    assert long == {}


def test_no_function_is_longer_than_60_lines() -> None:
    long = {
        f"{name_of(path)}:{node.lineno} {node.name}": lines
        for path in modules("tuimail", "tests")
        for node in _functions(path)
        if (lines := (node.end_lineno or node.lineno) - node.lineno + 1) > _FUNCTION_LINES
    }
    assert long == {}


def test_every_module_says_why_it_exists() -> None:
    silent = [name_of(path) for path in modules("tuimail") if not ast.get_docstring(parsed(path))]
    assert silent == []


def test_module_names_say_what_is_inside() -> None:
    vague = [
        name_of(path)
        for path in modules("tuimail", "tests")
        if any(word in path.stem for word in _EMPTY_NAMES)
    ]
    assert vague == []


def test_only_thread_roots_catch_everything() -> None:
    catching = {
        name_of(path)
        for path in modules("tuimail")
        if any(_catches_everything(node) for node in ast.walk(parsed(path)))
    }
    assert catching == set(_CATCHES_EVERYTHING)


def test_no_test_sleeps() -> None:
    sleeping = {
        name_of(path)
        for path in modules("tests")
        if any(_sleeps(node) for node in ast.walk(parsed(path)))
    }
    assert sleeping == set(_SLEEPS)


def _functions(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(parsed(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def _catches_everything(node: ast.AST) -> bool:
    if not isinstance(node, ast.ExceptHandler):
        return False
    kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
    everything = any(
        kind is None or (isinstance(kind, ast.Name) and kind.id in ("Exception", "BaseException"))
        for kind in kinds
    )
    # Undoing something on the way out and going on raising catches nothing.
    raised_again = any(isinstance(last, ast.Raise) and last.exc is None for last in node.body[-1:])
    return everything and not raised_again


def _sleeps(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    if node.args and isinstance(node.args[0], ast.Constant) and node.args[0].value == 0:
        return False  # sleep(0) waits for nothing: it lets the loop run once
    called = node.func
    return (isinstance(called, ast.Attribute) and called.attr == "sleep") or (
        isinstance(called, ast.Name) and called.id == "sleep"
    )
