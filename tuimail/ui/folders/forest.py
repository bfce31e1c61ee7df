"""The folders of all accounts, put below each other, with the unread mail below each counted.

Built once for a shape of the tree; when only counts change, the folders concerned are replaced
and nothing else is looked at. With ten thousand folders that saves a pause at every new mail.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from tuimail.model.account import AccountId
from tuimail.model.folder import Folder, FolderId, FolderRole


class Branch(NamedTuple):
    """What the tree shows of one account.

    Attributes:
        folders: In the order of the store: roles first, then by path.
        is_shared: Whether it is a shared mailbox; it stands below its owner.
        account: Whose mail views across folders are to show.
    """

    label: str
    folders: Sequence[Folder]
    is_shared: bool = False
    account: AccountId | None = None


class Forest:
    """One tree per account.

    Args:
        branches: The accounts, each shared mailbox after its owner.
    """

    def __init__(self, branches: Sequence[Branch] = ()) -> None:
        self.branches = branches
        self.folders: dict[FolderId, Folder] = {}
        self.tops: list[list[FolderId]] = []
        self.children: dict[FolderId, list[FolderId]] = {}
        self._parents: dict[FolderId, FolderId] = {}
        self._unread_below: dict[FolderId, int] = {}
        for branch in branches:
            by_path = {folder.tree_path: folder.id for folder in branch.folders}
            tops: list[FolderId] = []
            for folder in branch.folders:
                self.folders[folder.id] = folder
                parent = _parent(folder, by_path)
                if parent is None:
                    tops.append(folder.id)
                else:
                    self._parents[folder.id] = parent
                    self.children.setdefault(parent, []).append(folder.id)
            self.tops.append(tops)
        for folder in self.folders.values():
            self._count_above(folder.id, folder.unread)

    @property
    def accounts(self) -> frozenset[AccountId]:
        """Those whose folders these are."""
        return frozenset(one.account for one in self.branches if one.account is not None)

    def above(self, folder: FolderId) -> Iterator[FolderId]:
        """Go through the folders that a folder is in, from the nearest up."""
        parent = self._parents.get(folder)
        while parent is not None:
            yield parent
            parent = self._parents.get(parent)

    def below(self, folder: FolderId) -> Iterator[FolderId]:
        """Go through what is in a folder, in the order of the tree."""
        for child in self.children.get(folder, ()):
            yield child
            yield from self.below(child)

    def unread_below(self, folder: FolderId) -> int:
        """Return the unread mail in the folders below one."""
        return self._unread_below.get(folder, 0)

    def in_order(self) -> Iterator[Folder]:
        """Go through all folders from top to bottom, folded or not."""
        for tops in self.tops:
            for top in tops:
                yield self.folders[top]
                for folder in self.below(top):
                    yield self.folders[folder]

    @property
    def unread_in_inboxes(self) -> int:
        """Unread mail in the Inboxes of all accounts."""
        tops = (self.folders[top] for tops in self.tops for top in tops)
        return sum(folder.unread for folder in tops if folder.role is FolderRole.INBOX)

    def replace(self, changed: Iterable[Folder], wanted: Iterable[FolderId]) -> bool:
        """Put folders in the place of what was known of them; False where the shape is another.

        Args:
            changed: As the store has them now.
            wanted: Those that were asked for; one that is neither here nor known is none of ours.
        """
        now = {folder.id: folder for folder in changed}
        for folder_id in wanted:
            before, after = self.folders.get(folder_id), now.get(folder_id)
            if before is None and (after is None or not _is_shown(after)):
                continue
            if before is None or after is None or _shape(before) != _shape(after):
                return False
        for folder_id, after in now.items():
            if folder_id in self.folders:
                gained = after.unread - self.folders[folder_id].unread
                self.folders[folder_id] = after
                self._count_above(folder_id, gained)
        return True

    def _count_above(self, folder: FolderId, unread: int) -> None:
        if unread:
            for above in self.above(folder):
                self._unread_below[above] = self._unread_below.get(above, 0) + unread


def _is_shown(folder: Folder) -> bool:
    return folder.subscribed or folder.role is not None


def _shape(folder: Folder) -> tuple[object, ...]:
    """Return what decides where a folder stands and whether it does."""
    return (
        folder.tree_path,
        folder.name,
        folder.delimiter,
        folder.role,
        folder.selectable,
        folder.subscribed,
        folder.is_on_server,
        folder.pending,
    )


def _parent(folder: Folder, by_path: dict[str, FolderId]) -> FolderId | None:
    """Return the nearest listed ancestor. Roles stand at the top wherever the server has them."""
    if folder.role is not None or not folder.delimiter:
        return None
    path = folder.tree_path
    while folder.delimiter in path:
        path = path.rpartition(folder.delimiter)[0]
        if path in by_path:
            return by_path[path]
    return None
