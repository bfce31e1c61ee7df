"""The private parts of libraries that tuimail stands on are there, and no others are touched.

A subclass that happens to use a private name of its base breaks something far away, and a library
that renames one it was told to override breaks it silently. So what is overridden on purpose is
listed here, must exist in the installed version, and everything else must keep out of the way.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
import textwrap
from collections.abc import Iterator
from functools import cache
from typing import Final

import pytest

import tuimail

_LIBRARIES: Final = (
    "aiosmtpd",
    "aiosmtplib",
    "imapclient",
    "imaplib",
    "msal",
    "textual",
    "threading",
)

# "module:Class.name" of the library, and what tuimail does with it.
_ON_PURPOSE: Final = {
    "aiosmtpd.smtp:SMTP._create_session": "its own session does not warn of what is deprecated",
    "imaplib:IMAP4._create_socket": "TLS, TCP_NODELAY and keepalive before the greeting",
    "imaplib:IMAP4._get_capabilities": "takes them from the greeting when they are there",
    "imapclient.imapclient:IMAPClient._create_IMAP4": "puts tuimail's own stream below it",
    "textual.app:App._fatal_error": "restores the terminal before it reports what went wrong",
    "textual.app:App._handle_exception": "a worker that cannot read the store ends alone",
    "textual.widgets._input:Input._on_paste": "cleans what is pasted",
    "textual.widgets._input:Input._position_to_cell": "measures a long line without its tabs",
    "textual.widgets._text_area:TextArea._on_paste": "cleans what is pasted",
}


def _library_class(path: str) -> type:
    module, _, name = path.partition(":")
    found = getattr(importlib.import_module(module), name.partition(".")[0])
    assert isinstance(found, type)
    return found


@pytest.mark.parametrize("path", _ON_PURPOSE)
def test_what_is_overridden_on_purpose_exists(path: str) -> None:
    assert hasattr(_library_class(path), path.rpartition(".")[2])


@pytest.mark.timeout(300)
def test_no_other_private_name_of_a_library_is_used_by_a_subclass() -> None:
    collisions = {
        f"{cls.__module__}.{cls.__qualname__}: {owner}.{name}"
        for cls in _own_classes()
        for name in _private_names(cls)
        for owner in _library_owners(cls, name)
        if f"{owner}.{name}" not in _ON_PURPOSE
    }
    assert collisions == set()


def _own_classes() -> Iterator[type]:
    for found in pkgutil.walk_packages(tuimail.__path__, "tuimail."):
        if found.name == "tuimail.__main__":
            continue
        module = importlib.import_module(found.name)
        for cls in vars(module).values():
            if isinstance(cls, type) and cls.__module__ == module.__name__:
                yield cls


def _library_owners(cls: type, name: str) -> list[str]:
    """Name the library classes above `cls` that use this name: `module:Class`."""
    return [
        f"{base.__module__}:{base.__qualname__}"
        for base in cls.__mro__[1:]
        if base.__module__.partition(".")[0] in _LIBRARIES and name in _private_names(base)
    ]


@cache
def _private_names(cls: type) -> frozenset[str]:
    """Return the private names a class defines or sets on itself, not its bases' ones."""
    names = set(vars(cls)) | _set_on_self(cls)
    return (
        frozenset(
            name
            for name in names
            if name.startswith("_") and not name.endswith("_") and name[1:2] != "_"
        )
        - {"_abc_impl", "_is_protocol"}
        - _made_by_textual(cls)
    )


def _made_by_textual(cls: type) -> set[str]:
    """Return what Textual writes into every subclass of its message pump when it is defined."""
    if not any(base.__module__.startswith("textual.") for base in cls.__mro__):
        return set()
    return {name for name in vars(cls) if name.startswith(("_decorated_", "_css_", "_merged_"))} | {
        "_inherit_css",
        "_inherit_bindings",
        "_inherit_component_classes",
        "_reactives",
        "_computes",
    }


def _set_on_self(cls: type) -> set[str]:
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(cls)))
    except (OSError, TypeError):
        return set()  # made at run time: there is no source that could set anything
    return {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
    }
