"""The rows of the folder tree: what stands where, folded, found or not, and how it looks."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from tuimail.model.folder import Folder, FolderId, FolderRole
from tuimail.model.listing import AllInboxes, Flagged
from tuimail.records import record
from tuimail.ui.drawing.formatting import cut
from tuimail.ui.drawing.glyphs import Glyphs
from tuimail.ui.drawing.matching import cost, hits, words_of
from tuimail.ui.drawing.rows import BLANK, Row, Run, ends, row_cells
from tuimail.ui.folders.forest import Forest
from tuimail.ui.folders.paths import MOST_SHOWN, folder_path, is_hidden, is_named

# Their counts are muted: nothing in them is news.
QUIET: Final = (FolderRole.DRAFTS, FolderRole.JUNK, FolderRole.TRASH)


View = AllInboxes | Flagged


@record
class TreeRow:
    """One row of the tree.

    Attributes:
        text: A folder's name, an account's label, or empty for a gap.
        level: 0 for places and accounts, 1 for an account's folders, 2 for theirs …
        folder: None for an account's label, a gap, a view and the outbox.
        view: What is listed across folders.
        outbox: Whether it is the outbox.
        folded: True or False for a folder with children, None for one without.
        count: What stands at the right, 0 for nothing.
        quiet: The count is muted and the name never strong.
        mark: What stands behind an account's label: that it is a shared mailbox.
        pending: A change of the folder itself is not confirmed by the server.
        faint: The folder is not subscribed, or only leads to one that was found.
        hits: The places of `text` that were looked for.
    """

    text: str
    level: int = 0
    folder: Folder | None = None
    view: View | None = None
    outbox: bool = False
    folded: bool | None = None
    count: int = 0
    quiet: bool = False
    mark: str = ""
    pending: bool = False
    faint: bool = False
    hits: tuple[int, ...] = ()

    @property
    def selectable(self) -> bool:
        """Whether the cursor may stand here."""
        return self.folder is not None or self.outbox or self.view is not None

    @property
    def identity(self) -> object:
        """What it stands for, the same through every change; None for a label or a gap."""
        if self.folder is not None:
            return self.folder.id
        if self.outbox:
            return "Outbox"
        return None if self.view is None else type(self.view)


@record
class Totals:
    """What is counted across folders.

    Attributes:
        outbox: Messages that wait to be sent.
        flagged: Flagged messages, as far as that is known without counting them.
    """

    outbox: int = 0
    flagged: int = 0


def tree_rows(forest: Forest, folded: Collection[FolderId], totals: Totals) -> list[TreeRow]:
    """Return the rows: the views and the outbox, then each account with its folders.

    Args:
        folded: Folders whose children are not shown.
    """
    rows = view_rows(forest, totals)
    for branch, tops in zip(forest.branches, forest.tops, strict=True):
        rows += [TreeRow(""), TreeRow(branch.label, mark="shared" if branch.is_shared else "")]
        _add(rows, forest, tops, 1, folded)
    return rows


def view_rows(forest: Forest, totals: Totals) -> list[TreeRow]:
    """Return the rows that stand above the first account."""
    rows = [
        TreeRow("Flagged", view=Flagged(forest.accounts), count=totals.flagged, quiet=True),
        TreeRow("Outbox", outbox=True, count=totals.outbox, quiet=True),
    ]
    if len(forest.branches) > 1:
        view, count = AllInboxes(forest.accounts), forest.unread_in_inboxes
        rows.insert(0, TreeRow("All inboxes", view=view, count=count))
    return rows


def _add(
    rows: list[TreeRow],
    forest: Forest,
    folders: Collection[FolderId],
    level: int,
    folded: Collection[FolderId],
) -> None:
    for folder in folders:
        children = forest.children.get(folder)
        is_folded = folder in folded if children else None
        rows.append(folder_row(forest, folder, level, folded=is_folded))
        if children and not is_folded:
            _add(rows, forest, children, level + 1, folded)


def folder_row(forest: Forest, folder_id: FolderId, level: int, *, folded: bool | None) -> TreeRow:
    """Return the row of one folder as it is now."""
    folder = forest.folders[folder_id]
    count = folder.total if folder.role is FolderRole.DRAFTS else folder.unread
    if folded:
        count += forest.unread_below(folder_id)
    return TreeRow(
        folder.name,
        level,
        folder,
        folded=folded,
        count=count,
        quiet=folder.role in QUIET,
        pending=folder.pending,
        faint=is_hidden(folder),
    )


def found_rows(forest: Forest, typed: str) -> tuple[list[TreeRow], int]:
    """Return the folders whose paths fit what was typed, with those they are in, and the best.

    Returns:
        The rows, and the index of the one that fits best; -1 when none does.
    """
    words, found = words_of(typed), _found(forest, typed)
    leading = {above for folder in found for above in forest.above(folder)}
    rows: list[TreeRow] = []
    best, best_cost = -1, 0

    def add(folders: Collection[FolderId], level: int) -> None:
        nonlocal best, best_cost
        for folder_id in folders:
            if folder_id in found:
                if best < 0 or found[folder_id] < best_cost:
                    best, best_cost = len(rows), found[folder_id]
                rows.append(_found_row(forest, folder_id, level, words))
            elif folder_id in leading:
                folder = forest.folders[folder_id]
                rows.append(TreeRow(folder.name, level, folder, folded=False, faint=True))
            if folder_id in leading:
                add(forest.children.get(folder_id, ()), level + 1)

    for branch, tops in zip(forest.branches, forest.tops, strict=True):
        start = len(rows)
        label = TreeRow(branch.label, mark="shared" if branch.is_shared else "")
        rows += [TreeRow(""), label] if rows else [label]
        before = len(rows)
        add(tops, 1)
        if len(rows) == before:
            del rows[start:]
    return rows, best


def _found(forest: Forest, typed: str) -> dict[FolderId, int]:
    """Return the best of what fits with its cost: the folder itself is named, not one above."""
    words = words_of(typed)
    found: list[tuple[int, FolderId]] = []
    for folder in forest.in_order():
        path = folder_path(folder)
        fit = cost(words, path)
        if fit is not None and (not words or is_named(words, folder, path, fit)):
            found.append((fit, folder.id))
    found.sort(key=lambda each: each[0])
    return {folder: fit for fit, folder in found[:MOST_SHOWN]}


def _found_row(forest: Forest, folder_id: FolderId, level: int, words: Sequence[str]) -> TreeRow:
    row = folder_row(forest, folder_id, level, folded=None)
    path = folder_path(forest.folders[folder_id])
    above = len(path) - len(row.text)
    places = (place - above for place in hits(words, path) if place >= above)
    return replace(row, hits=tuple(places))


def draw_row(row: TreeRow, *, cursor: bool, reversed_: bool, width: int, glyphs: Glyphs) -> Row:
    """Lay out one row of the tree in `width` cells."""
    if not row.selectable:
        return _draw_label(row, width, glyphs)
    indent = "  " * min(row.level, max(0, (width - 8) // 2))
    if row.folded is not None and indent:
        sign = glyphs.folded if row.folded else glyphs.unfolded
        indent = f"{indent[:-2]}{sign} "
    bar = Run(">" if reversed_ else glyphs.cursor, "cursor-bar") if cursor else BLANK
    right = _count(row, glyphs)
    room = width - 1 - len(indent) - row_cells(right) - 1
    name = cut(row.text, max(1, room), glyphs.cut)
    role = "strong" if row.count and not row.quiet else "text"
    runs = lit(name, row.hits, "muted" if row.faint else role)
    return ends((bar, Run(indent, "muted"), *runs), right, width)


def _count(row: TreeRow, glyphs: Glyphs) -> tuple[Run, ...]:
    mark = (Run(f"{glyphs.pending} ", "pending"),) if row.pending else ()
    if not row.count:
        return mark or (BLANK,)
    return (*mark, Run(f"{row.count} ", "muted" if row.quiet else "count"))


def lit(name: str, hits: Collection[int], role: str) -> list[Run]:
    """Return a name as runs with the letters that were found shown as hits."""
    if not hits:
        return [Run(name, role)]
    runs: list[Run] = []
    for place, letter in enumerate(name):
        own = "hit" if place in hits else role
        if runs and runs[-1].role == own:
            runs[-1] = Run(runs[-1].text + letter, own)
        else:
            runs.append(Run(letter, own))
    return runs


def _draw_label(row: TreeRow, width: int, glyphs: Glyphs) -> Row:
    """Lay out an account's label; the mark goes first where there is no room."""
    label = Run(cut(row.text, width - 2, glyphs.cut), "label")
    mark = Run(f"  {row.mark}", "muted")
    room = width - 2 - row_cells((label, mark))
    return (BLANK, label, mark) if row.mark and room >= 0 else (BLANK, label)
