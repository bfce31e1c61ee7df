"""What tests of folders by keys share."""

from __future__ import annotations

from textual.pilot import Pilot
from textual.widgets import Input

from tests.ui.desk import Desk
from tests.ui.sample_mail import FOLDERS
from tests.waiting import until
from tuimail.model.folder import Folder, ListedFolder
from tuimail.model.intent import (
    FolderAction,
)
from tuimail.ui.widgets.line_sheet import LineSheet


def asked(desk: Desk) -> list[FolderAction]:
    return [intent.action for intent in desk.store.read.folder_intents(desk.account)]


def shown(desk: Desk) -> set[str]:
    return {folder.tree_path for folder in desk.store.read.folders(desk.account)}


def listing(desk: Desk, *more: ListedFolder, without: str = "") -> None:
    """Let the server list the sample's folders and some more."""
    roles = {folder.path: folder.role for folder in desk.store.read.folders(desk.account)}
    listed = [
        ListedFolder(path, "/", roles.get(path), selectable=True, subscribed=True)
        for path in FOLDERS
        if path != without
    ]
    desk.store.write(lambda tx: tx.sync_folders(desk.account, (*listed, *more))).result()


def plain(path: str, *, subscribed: bool = True) -> ListedFolder:
    return ListedFolder(path, "/", None, selectable=True, subscribed=subscribed)


async def go_to(desk: Desk, pilot: Pilot[None], path: str) -> None:
    """Put the cursor of the tree on a folder."""
    if not desk.mailbox.folder_tree.has_focus:
        await pilot.press("c")
        await until(lambda: desk.mailbox.folder_tree.has_focus, describe="the tree")
    desk.mailbox.folder_tree.point_at(desk.folder(path).id)
    await pilot.pause()


async def open_line(desk: Desk, pilot: Pilot[None], key: str) -> None:
    """Open a line to type in with a key of the tree, and wait until it takes keys."""
    if not desk.mailbox.folder_tree.has_focus:
        await pilot.press("c")
        await until(lambda: desk.mailbox.folder_tree.has_focus, describe="the tree")
    await pilot.press(key)
    await until(lambda: isinstance(desk.app.screen, LineSheet), describe="the line")
    await until(lambda: types_in_line(desk), describe="the line's cursor")


def types_in_line(desk: Desk) -> bool:
    """Whether what is typed goes into a line; a sheet that was just opened has none yet."""
    return any(one.has_focus for one in desk.app.screen.query(Input))


async def type_line(desk: Desk, pilot: Pilot[None], text: str) -> None:
    """Type into the line in the last row, from its end."""
    await until(lambda: isinstance(desk.app.screen, LineSheet), describe="the line")
    await until(lambda: types_in_line(desk), describe="the line's cursor")
    line = desk.app.screen.query_one(Input)
    line.value = text
    await pilot.pause()


def current(desk: Desk) -> Folder:
    found = desk.mailbox.folder_tree.current
    assert found is not None
    return found
