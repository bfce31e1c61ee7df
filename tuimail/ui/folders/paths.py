"""What of a folder is looked at when somebody types for it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from tuimail.model.folder import Folder
from tuimail.ui.drawing.matching import SCATTERED, folded, hits

MOST_SHOWN: Final = 300
"""Of what fits, so many of the best are shown: who looks for more types one more letter."""


def folder_path(folder: Folder) -> str:
    """Return the path as it is shown and searched; of a folder with a role its name alone."""
    if folder.role is not None or not folder.delimiter:
        return folder.name
    above, _, _ = folder.tree_path.rpartition(folder.delimiter)
    return f"{above}{folder.delimiter}{folder.name}" if above else folder.name


def is_hidden(folder: Folder) -> bool:
    """Whether it is not subscribed; a folder with a role is shown all the same."""
    return not folder.subscribed and folder.role is None


def is_named(words: Sequence[str], folder: Folder, path: str, fit: int) -> bool:
    """Whether what was typed names the folder itself and not only one above it.

    Args:
        path: As `folder_path`.
        fit: What the words cost there.
    """
    name = folded(folder.name)
    if any(word in name for word in words):
        return True
    if fit < SCATTERED and not any("\0" in word for word in words):
        return False
    found = hits(words, path)
    return bool(found) and found[-1] >= len(path) - len(folder.name)
