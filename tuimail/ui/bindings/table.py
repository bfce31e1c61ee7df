"""All the tables as one, in the order of the help and of the docs."""

from __future__ import annotations

from typing import Final

from textual.binding import Binding, BindingType

from tuimail.ui.bindings import (
    attachments,
    check,
    choice,
    commands,
    composer,
    conversation,
    entry,
    everywhere,
    file,
    folder,
    found,
    help,
    invitation,
    jobs,
    keep,
    key_choice,
    line,
    link,
    links,
    mailbox,
    message_list,
    notices,
    outbox,
    passage,
    preview,
    reader,
    settings,
    setup,
    shared,
    sign_in,
    sort,
    source,
    tree,
)
from tuimail.ui.bindings.spec import BindingSpec

_TABLES: Final = (
    everywhere,
    mailbox,
    message_list,
    tree,
    reader,
    source,
    conversation,
    found,
    passage,
    invitation,
    attachments,
    file,
    links,
    link,
    composer,
    check,
    preview,
    outbox,
    jobs,
    notices,
    keep,
    folder,
    line,
    shared,
    sort,
    sign_in,
    setup,
    settings,
    choice,
    entry,
    key_choice,
    commands,
    help,
)

BINDINGS: Final[tuple[BindingSpec, ...]] = tuple(
    line for table in _TABLES for line in table.BINDINGS
)

TITLES: Final[dict[str, str]] = {table.BINDINGS[0].scope: table.TITLE for table in _TABLES}
"""What a scope is called in the help and the docs."""

OUTER: Final[dict[str, tuple[str, ...]]] = {
    table.BINDINGS[0].scope: getattr(table, "OUTER", ("app",)) for table in _TABLES
}
"""By scope, the scopes that work there too; none in a sheet, which takes every key."""

BY_ID: Final[dict[str, BindingSpec]] = {line.id: line for line in BINDINGS}

HINT_ORDER: Final[dict[str, tuple[str, ...]]] = {
    place: ids for table in _TABLES for place, ids in getattr(table, "HINTS", {}).items()
}
"""By place, in the order of the hint row; what does not fit is left out from the right."""


def bindings_for(scope: str, *, priority: bool = False) -> list[BindingType]:
    """Return the Textual bindings of one place, for its `BINDINGS`.

    Args:
        scope: The place.
        priority: They come before those of a field with the focus.
    """
    return [
        Binding(
            ",".join(spec.keys),
            spec.action,
            spec.description,
            show=False,
            priority=priority,
            id=spec.id,
        )
        for spec in BINDINGS
        if spec.scope == scope
    ]
