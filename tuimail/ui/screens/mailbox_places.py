"""Which folder or view the mailbox screen lists, and where the cursor was in each."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from tuimail.model.account import AccountId
from tuimail.model.folder import Folder, FolderId, FolderRole
from tuimail.model.listing import AllInboxes, Flagged, InFolder, Place
from tuimail.model.message import MessageKey
from tuimail.ui.listing.choice import choice_for
from tuimail.ui.screens.mailbox_reading import MailboxReading
from tuimail.ui.shell import shell

_VIEWS: Final[dict[str, type[AllInboxes] | type[Flagged]]] = {
    "all_inboxes": AllInboxes,
    "flagged": Flagged,
}


class MailboxPlaces(MailboxReading):
    """The way from folder to folder; the engine is told where the user looks."""

    def __init__(self) -> None:
        super().__init__()
        self._cursors: dict[Place, MessageKey] = {}

    @property
    def place(self) -> Place | None:
        """What is listed."""
        listing = self.message_list.listing
        return None if listing is None else listing.place

    @property
    def folder(self) -> Folder | None:
        """The folder whose messages are listed, as the store has it now; None for a view."""
        folder = self.message_list.folder
        return None if folder is None else shell(self).store.read.folder(folder)

    @property
    def account_here(self) -> AccountId | None:
        """The account of the folder that is listed, or else of the message at the cursor."""
        folder, row = self.folder, self.message_list.cursor
        if folder is not None:
            return folder.account_id
        return row.account_id if row is not None else next(iter(shell(self).accounts), None)

    # -- opening -------------------------------------------------------------------------------

    def open_first_folder(self) -> None:
        """List what was shown last, or else the first folder there is."""
        app = shell(self)
        reader = app.store.read
        stored = reader.meta("ui.folder") or ""
        if stored in _VIEWS:
            self.open_place(self._view(stored), remember=False)
            return
        last = reader.folder(FolderId(int(stored))) if stored.isdecimal() else None
        folders = [folder for id_ in app.accounts for folder in reader.folders(id_)]
        if last is None or last.id not in {folder.id for folder in folders}:
            last = next((folder for folder in folders if folder.selectable), None)
        if last is not None:
            self.open_folder(last.id, remember=False)

    def open_folder(self, folder: FolderId, *, remember: bool = True) -> None:
        """List a folder with the cursor where it was, and tell the engine."""
        self.open_place(InFolder(folder), remember=remember)

    def open_place(
        self, place: Place, key: MessageKey | None = None, *, remember: bool = True
    ) -> None:
        """List a folder or a view with the cursor of the tree on it, and tell the engine.

        Args:
            key: The message that gets the cursor; None for the one that had it before.
            remember: The next start begins there.
        """
        app = shell(self)
        self.keep_cursor()
        self.show_place(place, self._cursor_in(place) if key is None else key)
        if isinstance(place, InFolder):
            self.folder_tree.point_at(place.folder)
            if app.engine is not None:
                app.engine.focus(place.folder)
        elif isinstance(place, AllInboxes | Flagged):
            self.folder_tree.point_at_view(place)
        if remember:
            app.remember("ui.folder", _name(place))
            if isinstance(place, InFolder):
                folder = place.folder
                # Of no weight: where this write fails, that of the place has said so.
                app.store.write(lambda tx: tx.note_opened(folder))

    def show_place(self, place: Place, key: MessageKey | None) -> None:
        """Show the list of a place as it was chosen for it."""
        app = shell(self)
        choice = choice_for(place, app.store.read, app.settings.list)
        self.message_list.wanted_columns = choice.columns
        self.message_list.show(choice.listing(place), key)

    def follow_choice(self) -> None:
        """Show the place as it is chosen for it now, if that has changed; the limit stays."""
        app, rows, place = shell(self), self.message_list, self.place
        listing, row = rows.listing, rows.cursor
        if listing is None or place is None:
            return
        choice = choice_for(place, app.store.read, app.settings.list)
        wanted = replace(choice.listing(place), limit=listing.limit)
        rows.wants_conversations = choice.conversations
        if choice.columns != rows.wanted_columns:
            rows.wanted_columns = choice.columns
            rows.refresh()
        if wanted.effective != listing:
            rows.show(wanted, row.key if row is not None else None)
            self.bars.refresh()

    def _cursor_in(self, place: Place) -> MessageKey | None:
        if place in self._cursors:
            return self._cursors[place]
        stored = shell(self).store.read.meta(f"ui.cursor.{_name(place)}") or ""
        return MessageKey(int(stored)) if stored.isdecimal() else None

    def keep_cursor(self) -> None:
        """Remember where the cursor is in what is shown."""
        place, row = self.place, self.message_list.cursor
        if place is not None and row is not None:
            self._cursors[place] = row.key
            shell(self).remember(f"ui.cursor.{_name(place)}", str(row.key))

    def leave_for_list(self) -> None:
        """Close the folders and the reader, and go to the list."""
        self.stop_reading()
        self.tree_open = False
        self.rearrange()
        self.set_focus(self.message_list)

    def action_open_chosen(self, place: Place) -> None:
        """Open what was chosen among the folders, and go to the list."""
        self.open_place(place)
        self.leave_for_list()

    def _view(self, name: str) -> AllInboxes | Flagged:
        return _VIEWS[name](frozenset(shell(self).accounts))

    def name_accounts(self) -> None:
        """Show the accounts there are now, where the list is of all of them."""
        place, everybody = self.place, frozenset(shell(self).accounts)
        if isinstance(place, AllInboxes | Flagged) and place.accounts != everybody:
            self.open_place(replace(place, accounts=everybody), remember=False)

    # -- keys ----------------------------------------------------------------------------------

    def action_unread_folder(self, step: int) -> None:
        """Open the next folder with unread mail."""
        folder = self.folder_tree.unread_after(self.message_list.folder, step)
        if folder is None:
            self.bottom.show_event("No folder has unread mail.")
        elif folder != self.message_list.folder:
            self.open_folder(folder)
            if self.focused is not self.folder_tree:
                self.set_focus(self.message_list)

    def action_go(self, role: str) -> None:
        """Open the folder with a role, in the account of what is shown."""
        account, reader = self.account_here, shell(self).store.read
        found = reader.folder_with_role(account, FolderRole(role)) if account is not None else None
        if found is None:
            self.bottom.show_event("This mailbox has no such folder.")
            return
        self.open_folder(found.id)
        self.leave_for_list()

    def action_view(self, name: str) -> None:
        """Open a view over all mailboxes: `all_inboxes` or `flagged`."""
        self.open_place(self._view(name))
        self.leave_for_list()

    def go_to_message(self, key: MessageKey | None) -> None:
        """List the folder of a message with the cursor on it."""
        app = shell(self)
        row = app.store.read.summary(key) if key is not None else None
        if row is None:
            return
        if row.account_id not in app.accounts:
            self.bottom.show_event("Its mailbox is not in the settings any more.")
            return
        self.open_place(InFolder(row.folder_id), row.key)
        self.leave_for_list()


def _name(place: Place) -> str:
    """Return what a place is called where it is remembered."""
    if isinstance(place, InFolder):
        return str(place.folder)
    return next((name for name, kind in _VIEWS.items() if isinstance(place, kind)), "search")
