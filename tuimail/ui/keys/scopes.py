"""Which places take keys now, what an action there is, and why it cannot be done.

A place is a scope of the table of keys and the widget or screen that has it. One that knows why an
action makes no sense now says so in `why_not`, and every way to the action asks it: keys, the list
of all commands, the help, and the command line.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple, Protocol, cast, runtime_checkable

from textual.actions import parse
from textual.app import App
from textual.binding import Binding
from textual.dom import DOMNode

from tuimail.ui.bindings import BY_ID, OUTER, TITLES, BindingSpec

Parameters = tuple[object, ...]


@runtime_checkable
class Explains(Protocol):
    """A widget, screen or application that knows why an action makes no sense now."""

    def why_not(self, action: str, parameters: Parameters) -> str:
        """Return the reason as one sentence, empty when the action can be done."""


@runtime_checkable
class HasModes(Protocol):
    """A widget with scopes that take keys before its own, but only now and then.

    Such a scope is in the table of keys like any other; the class does not take it with
    `bindings_for`, so that its keys mean nothing at other times. While it is there, only it and
    its outer scopes take keys.
    """

    @property
    def modes(self) -> Sequence[str]:
        """The scopes that take keys now, the innermost first."""


class Place(NamedTuple):
    """A scope and who has it now."""

    scope: str
    node: DOMNode


class Call(NamedTuple):
    """An action on its target, ready to be run or asked about."""

    target: DOMNode
    name: str
    parameters: Parameters

    @property
    def why_not(self) -> str:
        """Why it cannot be done now; empty when it can."""
        target = self.target
        return target.why_not(self.name, self.parameters) if isinstance(target, Explains) else ""


def places(app: App[None]) -> list[Place]:
    """Return the places that take keys now, the innermost first; a sheet is the last."""
    found: list[Place] = []
    modes: list[str] = []
    focused = app.focused
    for node in focused.ancestors_with_self if focused is not None else (app.screen, app):
        own = node.modes if isinstance(node, HasModes) else ()
        modes += own
        found += [Place(scope, node) for scope in (*own, *_scopes_of(type(node)))]
        if node.is_modal:
            break
    if not modes:
        return found
    kept = {modes[0], *OUTER[modes[0]]}
    return [place for place in found if place.scope in kept]


@cache
def _scopes_of(kind: type[DOMNode]) -> tuple[str, ...]:
    """The scopes that a class took from the table with `bindings_for`."""
    ids = (
        binding.id
        for base in kind.__mro__
        for binding in base.__dict__.get("BINDINGS", ())
        if isinstance(binding, Binding)
    )
    return tuple(dict.fromkeys(BY_ID[id_].scope for id_ in ids if id_ in BY_ID))


def call_of(app: App[None], action: str | tuple[str, str, Parameters], node: DOMNode) -> Call:
    """Return what an action of the table is on a node.

    Args:
        action: As Textual writes it: `move(1)`, `app.help`, or its three parts.
    """
    destination, name, parameters = parse(action) if isinstance(action, str) else action
    targets = {"app": app, "screen": app.screen, "focused": app.focused}
    return Call(targets.get(destination) or node, name, parameters)


def why_not_here(app: App[None], line: BindingSpec, here: Sequence[Place]) -> str:
    """Return why a binding cannot be run from these places; empty when it can."""
    node = node_of(line, here)
    if node is None:
        return f"It works in: {TITLES[line.scope].lower()}."
    return call_of(app, line.action, node).why_not


def node_of(line: BindingSpec, here: Sequence[Place]) -> DOMNode | None:
    """Return on whom a binding runs from these places, None when it does not work there."""
    return next((place.node for place in here if place.scope == line.scope), None)


def with_parameter(action: str, factor: int) -> tuple[str, str, Parameters]:
    """Return an action whose number is multiplied: three steps instead of one."""
    destination, name, parameters = parse(action)
    first, *others = parameters
    return destination, name, (cast("int", first) * factor, *others)
