"""Which folder the mailbox screen lists, and where the cursor was in each."""

from __future__ import annotations

from tuimail.model.folder import Folder, FolderId, FolderRole
from tuimail.model.message import MessageKey
from tuimail.ui.messages import FolderChosen
from tuimail.ui.screens.mailbox_reading import MailboxReading
from tuimail.ui.shell import shell


class MailboxPlaces(MailboxReading):
    """The way from folder to folder; the engine is told where the user looks."""

    def __init__(self) -> None:
        super().__init__()
        self._cursors: dict[FolderId, MessageKey] = {}

    @property
    def folder(self) -> Folder | None:
        """The folder whose messages are listed, as the store has it now."""
        return (
            None
            if self.message_list.folder is None
            else shell(self).store.read.folder(self.message_list.folder)
        )

    def open_first_folder(self) -> None:
        """List the folder that was shown last, or else the first one there is."""
        app = shell(self)
        reader = app.store.read
        stored = reader.meta("ui.folder") or ""
        last = reader.folder(FolderId(int(stored))) if stored.isdecimal() else None
        folders = [folder for id_ in app.accounts for folder in reader.folders(id_)]
        if last is None or last.id not in {folder.id for folder in folders}:
            last = next((folder for folder in folders if folder.selectable), None)
        if last is not None:
            self.open_folder(last.id, remember=False)

    def open_folder(self, folder: FolderId, *, remember: bool = True) -> None:
        """List a folder with the cursor where it was, and tell the engine."""
        app = shell(self)
        self.keep_cursor()
        key = self._cursors.get(folder)
        if key is None:
            stored = app.store.read.meta(f"ui.cursor.{folder}") or ""
            key = MessageKey(int(stored)) if stored.isdecimal() else None
        self.message_list.show(folder, key)
        self.folder_tree.point_at(folder)
        if app.engine is not None:
            app.engine.focus(folder)
        if remember:
            app.remember("ui.folder", str(folder))

    def keep_cursor(self) -> None:
        """Remember where the cursor is in the folder that is shown."""
        folder, row = self.message_list.folder, self.message_list.cursor
        if folder is not None and row is not None:
            self._cursors[folder] = row.key
            shell(self).remember(f"ui.cursor.{folder}", str(row.key))

    def on_folder_chosen(self, event: FolderChosen) -> None:
        """Open it and go to the list."""
        self.open_folder(event.folder)
        self.tree_open = self.reading = False
        self.rearrange()
        self.message_list.focus()

    def action_unread_folder(self, step: int) -> None:
        """Open the next folder with unread mail."""
        folder = self.folder_tree.unread_after(self.message_list.folder, step)
        if folder is None:
            self.bottom.show_event("No folder has unread mail.")
        elif folder != self.message_list.folder:
            self.open_folder(folder)
            if self.focused is not self.folder_tree:
                self.message_list.focus()

    def action_go(self, role: str) -> None:
        """Open the folder with a role, in the account of the one that is shown."""
        folder, reader = self.folder, shell(self).store.read
        found = reader.folder_with_role(folder.account_id, FolderRole(role)) if folder else None
        if found is None:
            self.bottom.show_event("This mailbox has no such folder.")
            return
        self.reading = self.tree_open = False
        self.open_folder(found.id)
        self.rearrange()
        self.message_list.focus()

    def go_to_message(self, key: MessageKey | None) -> None:
        """List the folder of a message with the cursor on it."""
        row = shell(self).store.read.summary(key) if key is not None else None
        if row is None:
            return
        self.reading = self.tree_open = False
        self.open_folder(row.folder_id)
        self.message_list.show(row.folder_id, row.key)
        self.rearrange()
        self.message_list.focus()
