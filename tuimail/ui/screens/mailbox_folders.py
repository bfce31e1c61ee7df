"""What keys do to folders: made, renamed, put away, emptied, shown, hidden, found by name.

Each is an intent: stored, folded and shown before the server hears of it, marked `↑` until it has
confirmed, and taken back by `u` where it can be.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from functools import partial
from typing import TYPE_CHECKING, Final

from tuimail.model.account import AccountId
from tuimail.model.folder import Folder, FolderId, FolderRole
from tuimail.model.intent import (
    CreateFolder,
    DeleteFolder,
    NewFolderIntent,
    RenameFolder,
    SubscribeFolder,
    TreeAction,
    UnsubscribeFolder,
)
from tuimail.text.safe import clean
from tuimail.ui.deeds import HOLD_SECONDS
from tuimail.ui.drawing.formatting import cut
from tuimail.ui.folders import words
from tuimail.ui.shell import shell
from tuimail.ui.work import begin

if TYPE_CHECKING:
    from tuimail.ui.folders.names import Wanted
    from tuimail.ui.screens.mailbox import MailboxScreen
    from tuimail.ui.widgets.folder_tree import FolderTree


_YES: Final = "y"
_MOST_CELLS: Final = 34
_MOST_NAMES: Final = 99


class MailboxFolders:
    """What is done to the folder at the cursor of the tree; `folder_reasons` says why not.

    Args:
        screen: Whose tree it is, and whose last row asks and says.
    """

    def __init__(self, screen: MailboxScreen) -> None:
        self._screen = screen

    @property
    def _tree(self) -> FolderTree:
        return self._screen.folder_tree

    # -- finding and showing -------------------------------------------------------------------

    async def find(self) -> None:
        """Type some letters of a folder: the tree shows what fits."""
        tree = self._tree

        def found(answer: str | None) -> None:
            folder = tree.current if answer is not None else None
            tree.find(None)
            if folder is not None:
                self.open_found(folder)

        def move(rows: int, page: bool) -> None:
            tree.action_move(rows * (max(1, tree.size.height - 1) if page else 1))

        hints = (("Enter", "open"), ("line.close", "close"))
        from tuimail.ui.widgets.line_sheet import LineSheet  # noqa: PLC0415 - not for the first frame

        await self._screen.app.push_screen(
            LineSheet("Find ", "", tree.find, hints, move=move), found
        )

    def open_found(self, folder: Folder) -> None:
        """Open a folder that was looked for, or go to it where it only holds folders."""
        if folder.selectable:
            self._screen.open_folder(folder.id)
            self._screen.leave_for_list()
        else:
            self._tree.point_at(folder.id)

    def turn_all(self) -> None:
        """List the folders that are not subscribed too, or only those that are."""
        tree = self._tree
        tree.show_everything(not tree.shows_everything)
        what = (
            "All folders are listed." if tree.shows_everything else "Subscribed folders are listed."
        )
        self._screen.bottom.show_event(what)

    async def turn_subscribed(self) -> None:
        """Subscribe to the folder at the cursor, or take the subscription back."""
        folder = self._tree.current
        if folder is None:
            return
        on = not folder.subscribed
        said = words.subscribed_words(
            folder,
            on=on,
            all_key=shell(self._screen).keys.shown("tree.all"),
            everything=self._tree.shows_everything,
        )
        await self._change(folder, SubscribeFolder() if on else UnsubscribeFolder(), said)

    async def settings(self) -> None:
        """Choose how the folder at the cursor is listed, and whether it announces new mail."""
        folder = self._tree.current
        if folder is not None:
            from tuimail.ui.widgets.folder_settings_sheet import choose_settings  # noqa: PLC0415 - not for the first frame

            await choose_settings(self._tree, folder)

    async def mark_read(self) -> None:
        """Mark everything in the folder at the cursor of the tree read."""
        folder = self._tree.current
        if folder is not None:
            await self._screen.deeds.mark_folder_read(folder)

    # -- making and renaming -------------------------------------------------------------------

    async def make_new(self) -> None:
        """Ask for the name of a new folder, below the one at the cursor."""
        account = self._tree.current_account
        if account is None:
            return
        here = self._tree.current
        known = self._known(account)
        value = ""
        if here is not None and here.role is None:
            value = f"{here.tree_path}{here.delimiter or '/'}"

        async def make(wanted: Wanted) -> None:
            new = NewFolderIntent(account, None, CreateFolder(wanted.name, wanted.parent))
            made = await self._screen.deeds.change_tree(new, f"{wanted.name} made")
            if made is not None:
                self._tree.point_at(made)

        await self._ask_path("New folder", value, known, make, "make it")

    async def rename(self) -> None:
        """Ask for another name, or another place, for the folder at the cursor."""
        folder = self._tree.current
        if folder is None:
            return
        known = self._known(folder.account_id)

        async def rename(wanted: Wanted) -> None:
            action = RenameFolder(wanted.name, wanted.parent)
            said = f"{folder.name} renamed to {wanted.name}"
            if wanted.name == folder.name:
                said = f"{folder.name} moved"
            await self._change(folder, action, said)

        await self._ask_path("Rename", folder.tree_path, known, rename, "rename", itself=folder.id)

    async def _ask_path(
        self,
        prompt: str,
        value: str,
        known: list[Folder],
        then: Callable[[Wanted], Coroutine[None, None, None]],
        verb: str,
        *,
        itself: FolderId | None = None,
    ) -> None:
        """Ask for a path; what is wrong with it is said while it is typed.

        Args:
            value: What stands there at first; left as it is, nothing is done.
            itself: The folder that gets it, which may keep what it has.
        """
        from tuimail.ui.folders.names import read_path  # noqa: PLC0415 - not for the first frame
        from tuimail.ui.widgets.line_sheet import LineSheet  # noqa: PLC0415 - as above

        shown = clean(value)

        def problem(typed: str) -> str:
            return read_path(typed, known, itself=itself).problem

        def typed(text: str) -> str:
            return "" if text == shown or not text.strip() else problem(text)

        def check(text: str) -> str:
            return problem(text) if text != shown or itself is None else ""

        def answered(text: str | None) -> None:
            if text is not None and text != shown:
                begin(
                    self._screen,
                    partial(then, read_path(text, known, itself=itself)),
                    group="folder",
                )

        hints = (("Enter", verb), ("line.close", "close"))

        await self._screen.app.push_screen(
            LineSheet(f"{prompt} ", value, typed, hints, check=check), answered
        )

    # -- putting away and emptying -------------------------------------------------------------

    async def delete(self) -> None:
        """Move the folder at the cursor to Deleted Items; from there delete it for ever."""
        folder = self._tree.current
        if folder is None:
            return
        trash = shell(self._screen).store.read.folder_with_role(folder.account_id, FolderRole.TRASH)
        if trash is None or _is_in(folder, trash):
            self.destroy()
            return
        taken = {each.tree_path.casefold() for each in self._known(folder.account_id)}
        name = _free_name(folder.name, f"{trash.tree_path}{trash.delimiter or '/'}", taken)
        said, beside = f"{folder.name} moved to {trash.name}", self._tree.beside(folder.id)
        if await self._change(folder, RenameFolder(name, trash.id), said, hold=HOLD_SECONDS):
            self._go_beside(beside)

    def destroy(self) -> None:
        """Delete the folder at the cursor for ever, after a question."""
        begin(self._screen, self._destroy, group="delete", exclusive=True)

    async def _destroy(self) -> None:
        folder = self._tree.current
        if folder is None:
            return
        known = self._known(folder.account_id)
        inside = [each for each in known if _is_in(each, folder)]
        messages = folder.total + sum(each.total for each in inside)
        question = words.delete_question(cut(folder.name, _MOST_CELLS), messages, len(inside))
        if await self._screen.bottom.ask(question, {_YES: "delete"}) == _YES:
            said, beside = f"{folder.name} deleted for ever", self._tree.beside(folder.id)
            if await self._change(folder, DeleteFolder(), said, hold=HOLD_SECONDS):
                self._go_beside(beside)

    def empty(self) -> None:
        """Delete everything in Deleted Items or Junk Email for ever, after a question."""
        begin(self._screen, self._empty, group="delete", exclusive=True)

    async def _empty(self) -> None:
        folder = self._tree.current
        if folder is None:
            return
        if await self._screen.bottom.ask(words.empty_question(folder), {_YES: "delete"}) == _YES:
            await self._screen.deeds.empty_folder(folder)

    # -- what they share -----------------------------------------------------------------------

    def _known(self, account: AccountId) -> list[Folder]:
        return shell(self._screen).store.read.all_folders(everything=True).get(account, [])

    async def _change(
        self, folder: Folder, action: TreeAction, said: str, *, hold: float = 0.0
    ) -> bool:
        """Store a change; returns whether it is durable."""
        new = NewFolderIntent(folder.account_id, folder.id, action, hold)
        return await self._screen.deeds.change_tree(new, said) is not None

    def _go_beside(self, folder: FolderId | None) -> None:
        """Put the cursor where the next key is expected to work, not on what was put away."""
        if folder is not None:
            self._tree.point_at(folder)


def _is_in(folder: Folder, above: Folder) -> bool:
    return folder.tree_path.startswith(f"{above.tree_path}{above.delimiter or '/'}")


def _free_name(name: str, above: str, taken: set[str]) -> str:
    """Return a name that no folder there has: `Projects`, else `Projects 2` …"""
    candidates = (name, *(f"{name} {number}" for number in range(2, _MOST_NAMES)))
    return next((each for each in candidates if f"{above}{each}".casefold() not in taken), name)
