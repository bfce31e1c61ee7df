"""The folders of all accounts as rows: what stands where, folded or not, and how it looks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from tuimail.model.folder import Folder, FolderId, FolderRole
from tuimail.ui.formatting import cut
from tuimail.ui.glyphs import Glyphs
from tuimail.ui.rows import BLANK, Row, Run, ends, row_cells

# Their counts are muted: nothing in them is news.
_QUIET: Final = (FolderRole.DRAFTS, FolderRole.JUNK, FolderRole.TRASH)


class Branch(NamedTuple):
    """What the tree shows of one account.

    Attributes:
        folders: In the order of the store: roles first, then by path.
        is_shared: Whether it is a shared mailbox; it stands below its owner.
    """

    label: str
    folders: Sequence[Folder]
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class TreeRow:
    """One row of the tree.

    Attributes:
        text: A folder's name, an account's label, or empty for a gap.
        level: 0 for places and accounts, 1 for an account's folders, 2 for theirs …
        folder: None for an account's label, a gap and the outbox.
        outbox: Whether it is the outbox.
        folded: True or False for a folder with children, None for one without.
        count: What stands at the right, 0 for nothing.
        quiet: The count is muted and the name never strong.
        mark: What stands behind an account's label: that it is a shared mailbox.
    """

    text: str
    level: int = 0
    folder: Folder | None = None
    outbox: bool = False
    folded: bool | None = None
    count: int = 0
    quiet: bool = False
    mark: str = ""

    @property
    def selectable(self) -> bool:
        """Whether the cursor may stand here."""
        return self.folder is not None or self.outbox


def tree_rows(
    branches: Sequence[Branch],
    folded: Collection[FolderId],
    outbox: int,
) -> list[TreeRow]:
    """Return the rows: the outbox, then each account with its folders below each other.

    Args:
        branches: The accounts, each shared mailbox after its owner.
        folded: Folders whose children are not shown.
        outbox: How many messages wait.
    """
    rows = [TreeRow("Outbox", outbox=True, count=outbox, quiet=True)]
    for label, folders, is_shared in branches:
        rows += [TreeRow(""), TreeRow(label, mark="shared" if is_shared else "")]
        children: dict[FolderId | None, list[Folder]] = {}
        by_path = {folder.tree_path: folder for folder in folders}
        for folder in folders:
            parent = _parent(folder, by_path)
            children.setdefault(parent.id if parent else None, []).append(folder)
        _add(rows, children, None, 1, folded)
    return rows


def _parent(folder: Folder, by_path: dict[str, Folder]) -> Folder | None:
    """Return the nearest listed ancestor. Roles stand at the top wherever the server has them."""
    if folder.role is not None or not folder.delimiter:
        return None
    path = folder.tree_path
    while folder.delimiter in path:
        path = path.rpartition(folder.delimiter)[0]
        if path in by_path:
            return by_path[path]
    return None


def _add(
    rows: list[TreeRow],
    children: dict[FolderId | None, list[Folder]],
    parent: FolderId | None,
    level: int,
    folded: Collection[FolderId],
) -> None:
    for folder in children.get(parent, ()):
        below = folder.id in children
        is_folded = folder.id in folded if below else None
        quiet = folder.role in _QUIET
        count = folder.total if folder.role is FolderRole.DRAFTS else folder.unread
        if is_folded:
            count += _unread_below(children, folder.id)
        rows.append(TreeRow(folder.name, level, folder, folded=is_folded, count=count, quiet=quiet))
        if below and not is_folded:
            _add(rows, children, folder.id, level + 1, folded)


def _unread_below(children: dict[FolderId | None, list[Folder]], parent: FolderId) -> int:
    return sum(
        folder.unread + _unread_below(children, folder.id) for folder in children.get(parent, ())
    )


def draw_row(row: TreeRow, *, cursor: bool, reversed_: bool, width: int, glyphs: Glyphs) -> Row:
    """Lay out one row of the tree in `width` cells."""
    if not row.selectable:
        return _draw_label(row, width, glyphs)
    indent = "  " * row.level
    if row.folded is not None:
        sign = glyphs.folded if row.folded else glyphs.unfolded
        indent = f"{indent[:-2]}{sign} "
    bar = Run(">" if reversed_ else glyphs.cursor, "cursor-bar") if cursor else BLANK
    count = f"{row.count} " if row.count else " "
    right = (Run(count, "muted" if row.quiet else "count"),)
    room = width - 1 - len(indent) - row_cells(right) - 1
    name = cut(row.text, max(1, room), glyphs.cut)
    role = "strong" if row.count and not row.quiet else "text"
    return ends((bar, Run(indent, "muted"), Run(name, role)), right, width)


def _draw_label(row: TreeRow, width: int, glyphs: Glyphs) -> Row:
    """Lay out an account's label; the mark goes first where there is no room."""
    label = Run(cut(row.text, width - 2, glyphs.cut), "label")
    mark = Run(f"  {row.mark}", "muted")
    room = width - 2 - row_cells((label, mark))
    return (BLANK, label, mark) if row.mark and room >= 0 else (BLANK, label)
