"""A limit or a search as the user wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tuimail.ui.shell import Shell

if TYPE_CHECKING:
    from tuimail.model.search_language import Parsed


def read_words(app: Shell, text: str) -> Parsed:
    """Return what an expression asks for, now and for the owner of these mailboxes."""
    from tuimail.model.search_language import parse_search  # noqa: PLC0415 - not for the first frame

    me = [name for each in app.accounts.values() for name in (each.address, each.username)]
    return parse_search(text, now=app.now(), me=me)
